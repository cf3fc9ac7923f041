"""What synchronising needs of a server: ``client.api.ServerApi`` has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.api import ChangePage, Identity, PolicyList


class Remote(Protocol):
    """A server to pull from. Used by one thread.

    Every method raises ``ServiceError`` where there is no usable answer, and its ``RefusedError``
    where the server refused.
    """

    def changes(self, since: int, limit: int) -> ChangePage:
        """The changes behind a place in the feed."""

    def documents(self, digests: Sequence[str]) -> Sequence[bytes]:
        """The documents of these digests, in their order."""

    def document(self, digest: str) -> bytes:
        """One document, of any size."""

    def policies(self) -> PolicyList:
        """The newest version of each policy."""

    def policy_versions(self, name: str) -> PolicyList:
        """Every version of one policy."""

    def identity(self) -> Identity:
        """Whom we are to the server."""

    def close(self) -> None:
        """Closes its connections."""
