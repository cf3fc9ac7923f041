"""Whose token a request carries, asked of the database each time, so that revoking acts at once."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from tsr_agent.models import tokens as token_form
from tsr_agent.server.access import Principal
from tsr_agent.server.problems import Kind, RefusalError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from tsr_agent.server.last_use import LastUse
    from tsr_agent.server.settings import ServerSettings
    from tsr_agent.store.tokens import KnownToken, TokenRepository


class Failures:
    """Failed authentications of each address within the last while, of so many addresses at most."""

    def __init__(self, allowed: int, window: timedelta, remembered: int) -> None:
        self._allowed = allowed
        self._window = window
        self._remembered = remembered
        self._moments: OrderedDict[str, deque[datetime]] = OrderedDict()

    def seconds_to_wait(self, address: str, now: datetime) -> int:
        """How long an address has to wait before it may fail again; 0 where it may."""
        moments = self._moments.get(address)
        if moments is None:
            return 0
        while moments and now - moments[0] >= self._window:
            moments.popleft()
        if len(moments) < self._allowed:
            return 0
        return max(1, int((self._window - (now - moments[0])).total_seconds() + 0.999))

    def add(self, address: str, now: datetime) -> None:
        """Counts one failure. Where too many addresses fail, the one that failed longest ago is let off."""
        moments = self._moments.setdefault(address, deque(maxlen=self._allowed))
        moments.append(now)
        self._moments.move_to_end(address)
        while len(self._moments) > self._remembered:
            self._moments.popitem(last=False)


def bearer(headers: Sequence[tuple[bytes, bytes]]) -> token_form.Token | None:
    """The token of the one ``Authorization: Bearer`` header; None where there is none, or two, or none valid.

    No other place is looked at: a token in a query stands in logs, one in a cookie is sent by pages.
    """
    given = [value for name, value in headers if name == b"authorization"]
    if len(given) != 1 or len(given[0]) > 200:
        return None
    scheme, _, token = given[0].decode("latin-1").partition(" ")
    return token_form.parse(token.strip(" ")) if scheme.lower() == "bearer" else None


class Authenticator:
    """Turns the head of a request into a principal.

    Args:
        settings: How many failures are put up with.
        tokens: Where tokens are looked up.
        last_use: Told of each valid one.
    """

    def __init__(self, settings: ServerSettings, tokens: TokenRepository, last_use: LastUse) -> None:
        self._tokens = tokens
        self._last_use = last_use
        self._failures = Failures(
            settings.failures_allowed, settings.failure_window, settings.addresses_remembered
        )

    def principal(self, headers: Sequence[tuple[bytes, bytes]], now: datetime) -> Principal | None:
        """Whose token it is; None for every way in which there is no valid one.

        Raises:
            StoreError: The database can't be asked.
        """
        token = bearer(headers)
        known = None if token is None else self._tokens.find(token.id)
        if token is None or known is None or not token.is_hashed(known.hash) or not _is_valid(known, now):
            return None
        self._last_use.note(known.id, now)
        return Principal(
            token_id=known.id,
            subject=known.subject,
            role=known.role,
            project=known.project,
            expires_at=known.expires_at,
        )

    def refused(self, address: str, now: datetime) -> RefusalError:
        """The answer to a failed authentication, which is counted.

        A valid token is let in all the same: whoever shares an address with somebody who fails must not be
        locked out, and 190 random bits are not found by trying.
        """
        wait = self._failures.seconds_to_wait(address, now)
        if wait:
            return RefusalError(
                Kind.TOO_MANY_FAILURES,
                "Too many requests from this address had no valid token.",
                next_step=f"Wait {wait} seconds and use a valid token.",
                headers={"Retry-After": str(wait)},
            )
        self._failures.add(address, now)
        return RefusalError(
            Kind.UNAUTHENTICATED,
            "The request carries no valid token.",
            next_step="Send a token that is neither expired nor revoked as Authorization: Bearer TOKEN.",
            headers={"WWW-Authenticate": 'Bearer realm="aitr"'},
        )


def _is_valid(known: KnownToken, now: datetime) -> bool:
    return known.revoked_at is None and now < known.expires_at
