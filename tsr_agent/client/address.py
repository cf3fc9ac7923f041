"""Where a server is: an address that nothing can be smuggled through."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from tsr_agent.errors import UsageError

_MOST_SIGNS = 500
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\Z")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*\Z")


@dataclass(frozen=True)
class ServerAddress:
    """The address of one server, in the one way of writing it."""

    url: str
    """Scheme, host, port where it is not the usual one, and the path that everything lies under;
    without a slash at its end."""
    host: str
    is_loopback: bool

    @classmethod
    def parse(cls, written: str, source: str = "the server's address") -> ServerAddress:
        """Reads an address that a person or a variable gave.

        Args:
            written: For instance ``https://aitr.example.com`` or ``http://127.0.0.1:8080``.
            source: What to call it in messages.

        Raises:
            UsageError: It is none, names a user or a query, or is not encrypted and not of this machine.
        """
        text = written.strip()
        if not text:
            raise UsageError(
                f"{source} is empty; is a variable not set?",
                next_step="Give the address of the server, such as https://aitr.example.com.",
            )
        # What follows a sign that splits or hides is not shown: it may be a password.
        if len(text) > _MOST_SIGNS or not text.isascii() or not text.isprintable() or set(text) & set(" \\@"):
            raise _refused(source, "it holds a user, a blank, a backslash or a sign that is not ASCII")
        try:
            parts = urlsplit(text)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            raise _refused(source, "it can't be read") from None
        if parts.query or parts.fragment or "?" in text or "#" in text:
            raise _refused(source, "it has a query or a fragment")
        if parts.scheme not in ("https", "http") or not host:
            raise _refused(source, "it does not begin with https:// and a host")
        shown, loopback = _host(host, source)
        if parts.scheme == "http" and not loopback:
            raise UsageError(
                f"{source}: {parts.scheme}://{shown} is not encrypted.",
                next_step="Use https; http is for a server on this very machine.",
            )
        path = parts.path.rstrip("/")
        if not _PATH.match(path) or any(each in (".", "..") for each in path.split("/")):
            raise _refused(source, "its path is none that a server is found under")
        usual = 443 if parts.scheme == "https" else 80
        at = "" if port in (None, usual) else f":{port}"
        return cls(url=f"{parts.scheme}://{shown}{at}{path}", host=shown, is_loopback=loopback)

    def of(self, *path: str) -> str:
        """The whole address of something on the server; what is given can't lead out of its place."""
        if any(each in ("", ".", "..") for each in path):
            raise UsageError("An id that is empty or a dot names nothing on a server.")
        return "/".join([self.url, *(quote(each, safe="") for each in path)])

    def __str__(self) -> str:
        """As it is shown."""
        return self.url


def _refused(source: str, why: str) -> UsageError:
    return UsageError(
        f"{source} is no address of a server: {why}.",
        next_step="Write it as https://HOST or https://HOST:PORT, and keep the token in AITR_TOKEN.",
    )


def _host(host: str, source: str) -> tuple[str, bool]:
    """The host as it is written in an address, and whether it is this very machine."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.match(host) or host.rpartition(".")[2].isdigit():
            raise _refused(source, "its host is none") from None
        return host, host == "localhost"
    return (f"[{number}]" if number.version == 6 else str(number)), number.is_loopback
