"""Where tokens are kept: in the keyring of the desktop, and nowhere else on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = "aitr"
"""What entries are filed under; the address of the server is the name in it."""
_LEAST_PRIORITY = 1
"""Of a backend that the keyring library itself recommends; those below write plain files or nothing."""


class TokenStore(Protocol):
    """Keeps one token for each server. Every method may wait for a person, and blocks."""

    def is_there(self) -> bool:
        """Whether tokens can be kept at all."""

    def read(self, url: str) -> str | None:
        """The token of a server; None where none is kept."""

    def write(self, url: str, secret: str) -> None:
        """Keeps a token, in the place of the one before."""

    def forget(self, url: str) -> None:
        """Lets go of a token; nothing happens where none is kept."""


class KeyringTokens:
    """Tokens in the keyring of the desktop, through the keyring library."""

    def is_there(self) -> bool:
        """Whether there is a keyring that keeps secrets as such: no plain file, and not nothing."""
        try:
            import keyring

            return bool(keyring.get_keyring().priority >= _LEAST_PRIORITY)
        except Exception:  # noqa: BLE001  (a backend may raise anything; without one we go on)
            return False

    def read(self, url: str) -> str | None:
        """The token of a server; None where none is kept.

        Raises:
            StoreError: The keyring is locked, was not unlocked, or fails.
        """
        found = _asked("read", lambda keyring: keyring.get_password(SERVICE, url))
        return found if isinstance(found, str) and found else None

    def write(self, url: str, secret: str) -> None:
        """Keeps a token.

        Raises:
            StoreError: It is not kept.
        """
        _asked("written", lambda keyring: keyring.set_password(SERVICE, url, secret))

    def forget(self, url: str) -> None:
        """Lets go of a token.

        Raises:
            StoreError: It may still be kept.
        """

        def delete(keyring: Any) -> None:
            # Deleting what is not there is an error of its own in each backend.
            if keyring.get_password(SERVICE, url) is not None:
                keyring.delete_password(SERVICE, url)

        _asked("changed", delete)


def _asked(what: str, ask: Callable[[Any], object]) -> object:
    try:
        # Imported when first asked for: it looks for backends in every installed package.
        import keyring

        return ask(keyring)
    except Exception as error:  # noqa: BLE001  (raised again as our own)
        # Backends raise what the desktop's own services raise. Its text may hold what was asked for.
        raise StoreError(
            f"The keyring could not be {what} ({type(error).__name__}).",
            next_step="Unlock it, or go on without: a token is then kept until aitr is closed.",
        ) from None
