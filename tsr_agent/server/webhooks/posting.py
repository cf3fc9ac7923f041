"""Posting one message: to an address that was looked at, within a time, with hardly an ear for the answer.

Only the status and ``Retry-After`` of an answer are read. Its body is not: what another machine says must
neither fill a disk nor get into a log. Redirects are not followed. A name is resolved once, and the address
that was found is the one that is connected to, so that nobody can swap it in between.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Protocol, cast

from tsr_agent import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tsr_agent.server.webhooks.targets import Address

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
"""From the connection to the end of the answer's head."""
MAX_ANSWER = 16 * 1024
"""Most bytes that are read of an answer."""
MAX_RETRY_AFTER = timedelta(hours=1)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of posting a message."""

    delivered: bool
    again: bool
    """Whether a further try can help."""
    what: str
    """In words of ours: nothing that the other side said but its status."""
    retry_after: timedelta | None = None


class Poster(Protocol):
    """Something that posts; tests have their own."""

    def post(self, address: Address, body: bytes, *, now: datetime) -> Answer:
        """Posts JSON and says what came of it. Never raises for anything that the network does."""


class HttpPoster:
    """Posts over HTTP/1.1, a connection for each message.

    Args:
        context: How TLS is checked; None for the authorities that the machine trusts.
        resolve: Gives the IP addresses of a name; None for the machine's resolver.
        connect_seconds: Longest wait for a connection, for each of at most two addresses.
        total_seconds: Longest wait for the whole exchange after it.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._context = context or ssl.create_default_context()
        self._resolve = resolve or _resolved
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds

    def post(self, address: Address, body: bytes, *, now: datetime) -> Answer:
        """Posts JSON and says what came of it. Never raises for anything that the network does."""
        try:
            found = self._resolve(address.host, address.port)
        except (OSError, UnicodeError):
            return _failed("its name could not be resolved")
        reachable = [each for each in found if may_be_reached(each, private=address.private)]
        if not reachable:
            return _failed("its name leads to an address that may not be posted to")
        try:
            return self._exchanged(address, reachable, body, now)
        except TimeoutError:
            return _failed("it did not answer in time")
        except ssl.SSLCertVerificationError:
            return _failed("its certificate is not trusted")
        except (OSError, http.client.HTTPException, ValueError):
            return _failed("the connection failed or the answer was no HTTP")

    def _exchanged(self, address: Address, found: Sequence[str], body: bytes, now: datetime) -> Answer:
        with self._connected(address, found) as plain:
            deadline = monotonic() + self._total_seconds
            plain.settimeout(self._total_seconds)
            if not address.secure:
                return _spoken(plain, address, body, deadline, now)
            with self._context.wrap_socket(plain, server_hostname=address.host) as secured:
                return _spoken(secured, address, body, deadline, now)

    def _connected(self, address: Address, found: Sequence[str]) -> socket.socket:
        """A connection to the first address that takes one; a second one is tried, no more."""
        first, *others = found
        try:
            return socket.create_connection((first, address.port), self._connect_seconds)
        except OSError:
            if not others:
                raise
            return socket.create_connection((others[0], address.port), self._connect_seconds)


def may_be_reached(written: str, *, private: bool) -> bool:
    """Whether an IP address may be posted to.

    Args:
        written: The address.
        private: Private networks and this machine are allowed. The addresses of a link, where clouds keep
            what machines may know of themselves, never are.
    """
    try:
        address = _meant(ipaddress.ip_address(written.partition("%")[0]))
    except ValueError:
        return False
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    return True if private else address.is_global


def _meant(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _resolved(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _spoken(
    connected: socket.socket, address: Address, body: bytes, deadline: float, now: datetime
) -> Answer:
    head = (
        f"POST {address.path} HTTP/1.1\r\n"
        f"Host: {address.authority}\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"User-Agent: aitr/{__version__}\r\n"
        "Accept: */*\r\n"
        "Connection: close\r\n\r\n"
    )
    connected.sendall(head.encode("ascii") + body)
    answer = http.client.HTTPResponse(cast("socket.socket", _Heard(connected, deadline)), method="POST")
    try:
        answer.begin()
        return _judged(answer.status, answer.getheader("Retry-After"), now)
    finally:
        answer.close()


class _Heard(io.RawIOBase):
    """What comes out of a socket until a moment, and up to a number of bytes.

    A time-out of the socket's own is for each piece: whoever sends a byte a second could hold a worker
    for hours.
    """

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket = connected
        self._deadline = deadline
        self._left = MAX_ANSWER

    def makefile(self, mode: str) -> io.BufferedReader:
        """What ``http.client`` asks a socket for."""
        return io.BufferedReader(self, MAX_ANSWER)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """The next piece.

        Raises:
            TimeoutError: There is no time left.
            ValueError: There was more than anybody wants to hear.
        """
        view = memoryview(cast("bytearray", buffer))
        remaining = self._deadline - monotonic()
        if remaining <= 0:
            raise TimeoutError
        if self._left <= 0:
            raise ValueError("the head of the answer does not end")
        self._socket.settimeout(remaining)
        count = self._socket.recv_into(view[: self._left])
        self._left -= count
        return count


def _judged(status: int, retry_after: str | None, now: datetime) -> Answer:
    what = f"HTTP {status}"
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(delivered=True, again=False, what=what)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Answer(delivered=False, again=False, what=f"{what}: redirects are not followed")
    refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    passing = not refused or status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
    wait = _waiting(retry_after, now) if passing else None
    return Answer(delivered=False, again=passing, what=what, retry_after=wait)


def _waiting(written: str | None, now: datetime) -> timedelta | None:
    """What ``Retry-After`` asks for: seconds or a date; None where it can't be read."""
    if written is None:
        return None
    try:
        if written.strip().isascii() and written.strip().isdecimal():
            wait = timedelta(seconds=min(int(written.strip()[:10]), 10**9))
        else:
            moment = parsedate_to_datetime(written)
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
    return max(timedelta(0), min(wait, MAX_RETRY_AFTER))


def _failed(what: str) -> Answer:
    return Answer(delivered=False, again=True, what=what)
