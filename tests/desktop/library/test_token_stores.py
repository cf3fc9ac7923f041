from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from aitr_desktop.library.token_stores import SERVICE, KeyringTokens
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

URL = "https://aitr.example.com"
SECRET = "aitr_secret_0123456789"


class InMemory(KeyringBackend):
    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Locked(InMemory):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"locked, and {SECRET} was asked for")


class Odd(InMemory):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(f"the bus is away: {password}")


@pytest.fixture
def use() -> Iterator[Callable[[KeyringBackend], KeyringBackend]]:
    before = keyring.get_keyring()

    def set_backend(backend: KeyringBackend) -> KeyringBackend:
        keyring.set_keyring(backend)
        return backend

    yield set_backend
    keyring.set_keyring(before)


def test_a_token_is_kept_read_and_forgotten(use: Callable[[InMemory], InMemory]) -> None:
    backend, tokens = use(InMemory()), KeyringTokens()
    assert tokens.is_there()
    assert tokens.read(URL) is None
    tokens.write(URL, SECRET)
    assert backend.kept == {(SERVICE, URL): SECRET}
    assert tokens.read(URL) == SECRET
    tokens.forget(URL)
    tokens.forget(URL)
    assert tokens.read(URL) is None


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_a_backend_that_keeps_nothing_is_no_keyring(
    use: Callable[[KeyringBackend], KeyringBackend], backend: type[KeyringBackend]
) -> None:
    use(backend())
    assert not KeyringTokens().is_there()


def test_without_a_backend_it_says_so(use: Callable[[KeyringBackend], KeyringBackend]) -> None:
    use(fail.Keyring())
    for ask in (
        lambda tokens: tokens.read(URL),
        lambda tokens: tokens.write(URL, SECRET),
        lambda tokens: tokens.forget(URL),
    ):
        with pytest.raises(StoreError, match="NoKeyringError"):
            ask(KeyringTokens())


def test_an_error_of_a_backend_never_repeats_the_token(
    use: Callable[[KeyringBackend], KeyringBackend],
) -> None:
    use(Locked())
    with pytest.raises(StoreError) as locked:
        KeyringTokens().read(URL)
    use(Odd())
    with pytest.raises(StoreError) as odd:
        KeyringTokens().write(URL, SECRET)
    for error in (locked.value, odd.value):
        assert error.__cause__ is None
        assert SECRET not in "\n".join(error.diagnostics())
        assert "Unlock it" in error.next_step
