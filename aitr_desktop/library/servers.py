"""The servers that one works with: their addresses, whom one is to them, and the way there.

A token is typed in, comes from the environment, or from the keyring. It is never written anywhere else,
shown nowhere, and forgotten with the process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tsr_agent.errors import ServiceError, StoreError, TsrError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aitr_desktop.library.token_stores import TokenStore
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.client.api import ServerApi
    from tsr_agent.client.credentials import Token
    from tsr_agent.client.pace import Pace

Answer = TypeVar("Answer")
LOOK_SECONDS = 0.05
"""How often is looked whether a keyring is still waited for."""
TRIES = 2
BUDGET = 20.0
"""Seconds for one question with all its tries: a person waits, and can ask again."""


class TokenSource(Enum):
    """Where a token comes from."""

    TYPED = "typed"
    """It is kept until the application ends."""
    ENVIRONMENT = "environment"
    """``AITR_TOKEN`` or ``AITR_TOKEN_FILE``."""
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A server and what it knows us by."""

    address: ServerAddress
    token: Token
    source: TokenSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom a server takes us for."""

    subject: str
    role: str
    project: str | None
    """The only repository that the token sees; None for all."""
    expires_at: datetime
    version: str
    """Of the server's build."""
    source: TokenSource
    kept: bool = False
    """Whether the token was just put into the keyring."""
    trouble: str = ""
    """Why it was not, where it was to be; empty where nothing went wrong."""


class Servers:
    """The way to servers. Everything but ``address_of`` blocks, and is called on a worker thread.

    Args:
        tokens: The keyring.
        environ: Variables of the process.
        pace: Bounds of time and tries; None for those of a person who waits.
    """

    def __init__(self, tokens: TokenStore, environ: Mapping[str, str], *, pace: Pace | None = None) -> None:
        self._tokens = tokens
        self.environ = environ
        self._pace = pace
        self._left = threading.Event()
        self._typed: dict[str, Token] = {}
        self._from_keyring: dict[str, Token] = {}

    def leave(self) -> None:
        """Waits for no keyring any more: one that asks for a password must not keep the application."""
        self._left.set()

    def keyring_is_there(self) -> bool:
        """Whether tokens can be kept in a keyring."""
        return self._of_keyring(self._tokens.is_there)

    def names_token(self) -> bool:
        """Whether a variable names a token, whatever it is worth."""
        from tsr_agent.client.credentials import TOKEN_FILE_VARIABLE, TOKEN_VARIABLE

        return any(self.environ.get(each) for each in (TOKEN_VARIABLE, TOKEN_FILE_VARIABLE))

    def connection(self, address: ServerAddress, typed: str = "") -> Connection:
        """A server with a token: the one typed just now or before, the environment's, the keyring's.

        Raises:
            UsageError: There is none, or what is given is none.
            StoreError: The keyring can't be read.
        """
        from tsr_agent.client.credentials import Token, token_from

        if typed:
            token = Token(typed.strip(), "The token")
            return Connection(address=address, token=token, source=TokenSource.TYPED)
        if address.url in self._typed:
            return Connection(address=address, token=self._typed[address.url], source=TokenSource.TYPED)
        found = token_from(self.environ) if self._environment_means(address) else None
        if found is not None:
            return Connection(address=address, token=found, source=TokenSource.ENVIRONMENT)
        kept = self._from_keyring.get(address.url)
        if kept is None:
            secret = self._of_keyring(partial(self._tokens.read, address.url))
            if secret is None:
                raise UsageError(
                    f"There is no token for {address}.",
                    next_step="Connect to the server once more, with a token that whoever runs it gives you.",
                )
            kept = self._from_keyring[address.url] = Token(secret, "The token in the keyring")
        return Connection(address=address, token=kept, source=TokenSource.KEYRING)

    def _environment_means(self, address: ServerAddress) -> bool:
        """Whether the environment's token may go there: not where ``AITR_SERVER`` says whose it is."""
        named = self.environ.get("AITR_SERVER", "").strip()
        try:
            return not named or address_of(named) == address
        except UsageError:
            return False

    def api(self, connection: Connection, cancelled: Callable[[], bool]) -> ServerApi:
        """A connection to the server, for one thread.

        Raises:
            UsageError: The proxy or the certificates that a variable names can't be used.
        """
        from aitr_desktop.library.interruptible import InterruptibleTransport
        from tsr_agent.client.api import ServerApi
        from tsr_agent.client.pace import Pace
        from tsr_agent.client.proxies import way_to

        way = way_to(connection.address, self.environ)
        pace = self._pace or Pace(tries=TRIES, budget=BUDGET)
        transport = InterruptibleTransport(
            connection.address, connection.token, cancelled=cancelled, way=way, pace=pace
        )
        return ServerApi(transport)

    def ask_who(self, connection: Connection, cancelled: Callable[[], bool]) -> Who:
        """Asks a server whom it takes us for, which shows that address and token are right.

        Raises:
            TsrError: They are not, or it can't be told; with what to do.
        """
        api = self.api(connection, cancelled)
        try:
            found = api.identity()
        except TsrError as error:
            raise explained(error) from error
        finally:
            api.close()
        return Who(
            subject=found.subject,
            role=found.role.value,
            project=found.project,
            expires_at=found.expires_at,
            version=found.version,
            source=connection.source,
        )

    def keep(self, address: ServerAddress, typed: str, *, in_keyring: bool) -> str:
        """Keeps a token that was typed in: for this session, and where wanted in the keyring.

        Returns:
            Why it is not in the keyring, where it was to be; else empty.

        Raises:
            UsageError: It is no token.
        """
        from tsr_agent.client.credentials import Token

        self._typed[address.url] = Token(typed.strip(), "The token")
        if not in_keyring:
            return ""
        try:
            self._of_keyring(partial(self._tokens.write, address.url, typed.strip()))
        except TsrError as error:
            return f"{error.message} The token is kept until aitr is closed."
        return ""

    def forget(self, address: ServerAddress, *, in_keyring: bool) -> None:
        """Forgets the token of a server, for this session and where wanted in the keyring.

        Raises:
            StoreError: It may still be in the keyring.
        """
        self._typed.pop(address.url, None)
        self._from_keyring.pop(address.url, None)
        if in_keyring:
            self._of_keyring(partial(self._tokens.forget, address.url))

    def _of_keyring(self, ask: Callable[[], Answer]) -> Answer:
        """What a keyring answers; it may wait for a person as long as it likes.

        Raises:
            StoreError: It fails, or the application ends first.
        """
        # Imported with the first question: it brings logging, which the first frame does not need.
        from concurrent.futures import Future

        answers: Future[Answer] = Future()
        is_here = threading.Event()
        answers.add_done_callback(lambda _: is_here.set())

        def run() -> None:
            try:
                answers.set_result(ask())
            except BaseException as error:  # noqa: BLE001  (raised where it is waited for)
                answers.set_exception(error)

        # A daemon: one that waits for a person who has left must not hold up the end of the process.
        threading.Thread(target=run, name="aitr-keyring", daemon=True).start()
        while not is_here.wait(LOOK_SECONDS):
            if self._left.is_set():
                raise StoreError("The keyring was not waited for.")
        return answers.result()


def address_of(written: str) -> ServerAddress:
    """The address that a person types.

    Raises:
        UsageError: It is none, or none that anything may be sent to.
    """
    from tsr_agent.client.address import ServerAddress

    return ServerAddress.parse(written, "The address")


def explained(error: TsrError) -> TsrError:
    """An error of a server with what a person at the desk can do about it."""
    from tsr_agent.client.refusals import RefusedError, UnreachedError

    if isinstance(error, RefusedError) and error.status in (401, 403):
        return ServiceError(
            "The server does not take this token."
            if error.status == 401
            else "The server does not let this token do that.",
            details=[error.message],
            next_step="Look whether it was copied as a whole and is for this server. Tokens end after a "
            "time; whoever runs the server makes new ones with 'tsr-agent token create'.",
        )
    if isinstance(error, UnreachedError):
        return ServiceError(
            error.message,
            kept="everything that is in the library; all of it can be read without a network.",
            next_step="Look at the address and the network, and synchronise again later: it goes on "
            "where it was.",
        )
    return error
