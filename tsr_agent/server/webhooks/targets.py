"""The webhooks file: whom to tell what, and which hosts may be told anything at all.

The address of a Slack webhook is a secret: whoever has it can post. It comes out of a variable or a file
that the webhooks file names, and stands in no message, log or representation.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta

from tsr_agent.errors import UsageError
from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SLACK = "hooks.slack.com"
_MAX_FILE_BYTES = 256 * 1024
_MAX_URL = 2_000
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$(?!\n)"
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?")


class Event(Enum):
    """What a webhook can be told."""

    NO_GO = "no_go"
    """A decision is NO-GO."""
    PENDING_REVIEW = "pending_review"
    """A release waits for people, or does so again because one of them withdrew."""
    APPROVED = "approved"
    """Somebody approved; the message says whether that was enough."""
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where to post to."""

    secure: bool
    """https; without it only this very machine is reached."""
    host: str
    """A name, or an IP address without brackets."""
    port: int
    path: str = field(repr=False)
    """With its query; the secret part."""
    private: bool
    """The host may be in a private network, because the webhooks file says so."""

    @property
    def authority(self) -> str:
        """What the ``Host`` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One target."""

    name: str
    """What deliveries and messages call it."""
    address: Address
    events: frozenset[Event]
    repositories: tuple[str, ...]
    """Whose reports it is told of; empty for all."""

    def wants(self, event: Event, repository: str) -> bool:
        """Whether it is told of this."""
        keys = {repository_key(each) for each in self.repositories}
        return event in self.events and (not keys or repository_key(repository) in keys)


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ``[[webhook]]`` as it is written."""

    name: Annotated[str, Meta(pattern=_NAME)]
    events: Annotated[tuple[Event, ...], Meta(min_length=1)]
    # Whoever writes the address itself here, which is a secret, must not find it in the message.
    url_env: Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)")] | None = None
    url_file: Annotated[str, Meta(pattern=r"^(?!.*://)[^\x00]+$(?!\n)")] | None = None
    repositories: tuple[Annotated[str, Meta(min_length=1, max_length=1_000)], ...] = ()


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file as it is written."""

    webhook: tuple[_Entry, ...] = ()
    allowed_hosts: tuple[str, ...] = (SLACK,)
    private_hosts: tuple[str, ...] = ()


def read_webhooks(path: Path, environ: Mapping[str, str]) -> tuple[Webhook, ...]:
    """The targets of a webhooks file.

    Args:
        path: The file, TOML.
        environ: The variables in which addresses may stand.

    Raises:
        UsageError: The file, a variable or an address can't be used. No address is ever quoted.
    """
    written = _parsed(path)
    hosts = _Hosts(path, written)
    names = [each.name for each in written.webhook]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise UsageError(f"{path}: two webhooks are named {double!r}.", next_step="Rename one of them.")
    return tuple(
        Webhook(
            name=each.name,
            address=hosts.address(each.name, _url(path, each, environ)),
            events=frozenset(each.events),
            repositories=each.repositories,
        )
        for each in written.webhook
    )


def _parsed(path: Path) -> _File:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MAX_FILE_BYTES + 1)
        if len(raw) > _MAX_FILE_BYTES:
            raise UsageError(f"{path}: is larger than {_MAX_FILE_BYTES} bytes.")
        return msgspec.convert(tomllib.loads(raw.decode("utf-8")), ready(_File))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'can not be read'}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UsageError(
            f"{path}: {error}.", next_step="docs/server.md has an example of a webhooks file."
        ) from error


def _url(path: Path, entry: _Entry, environ: Mapping[str, str]) -> str:
    """The address as it is written where the file says that it is."""
    if (entry.url_env is None) == (entry.url_file is None):
        raise UsageError(
            f"{path}: webhook {entry.name!r} needs either url_env or url_file.",
            next_step="Name the variable or the file that holds the address; it is a secret.",
        )
    if entry.url_env is not None:
        url, where = environ.get(entry.url_env, ""), f"the variable {entry.url_env}"
    else:
        place = path.parent / str(entry.url_file)
        where = f"the file {place}"
        try:
            with place.open("rb") as stream:
                url = stream.read(_MAX_URL + 2).decode("ascii", "replace")
        except OSError as error:
            raise UsageError(f"{place}: {error.strerror or 'can not be read'}.") from error
    if not url.strip():
        raise UsageError(f"{path}: webhook {entry.name!r} has no address: {where} is empty.")
    return url.strip()


class _Hosts:
    """The hosts that a file allows."""

    def __init__(self, path: Path, written: _File) -> None:
        self._path = path
        self._private = {self._key(each) for each in written.private_hosts}
        self._allowed = {self._key(each) for each in written.allowed_hosts} | self._private

    def address(self, name: str, url: str) -> Address:
        """The parts of a webhook's address.

        Raises:
            UsageError: It is none that may be posted to.
        """
        parts, port = self._parts(name, url)
        secure = parts.scheme == "https"
        host = (parts.hostname or "").lower()
        port = port if port is not None else (443 if secure else 80)
        key = (host, None if port == (443 if secure else 80) else port)
        if key not in self._allowed:
            raise self._refused(name, f"its host {_shown(*key)} is not among allowed_hosts")
        if not secure and not (is_loopback(host) and key in self._private):
            raise self._refused(name, "it is not https, and not this machine among private_hosts")
        if is_ip(host) and key not in self._private:
            raise self._refused(name, "an IP address has to be among private_hosts")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Address(secure=secure, host=host, port=port, path=path, private=key in self._private)

    def _parts(self, name: str, url: str) -> tuple[SplitResult, int | None]:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise self._refused(name, "it is no URL") from None
        if len(url) > _MAX_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise self._refused(name, "it is too long or holds characters that a URL has not")
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise self._refused(name, "it does not begin with https:// and a host")
        if "@" in parts.netloc or "#" in url:
            raise self._refused(name, "it holds a user name or a fragment")
        return parts, port

    def _key(self, written: str) -> tuple[str, int | None]:
        """A host as a file lists it: a name or an IP address, with a port unless it is the usual one."""
        found = _HOST.fullmatch(written.lower())
        if found is None or int(found["port"] or 1) not in range(1, 65_536):
            raise UsageError(
                f"{self._path}: {written!r} is no host.",
                next_step="Write a name such as hooks.slack.com, or with a port chat.example.org:8443.",
            )
        return found["name"].strip("[]"), int(found["port"]) if found["port"] else None

    def _refused(self, name: str, why: str) -> UsageError:
        return UsageError(
            f"{self._path}: the address of webhook {name!r} can't be used: {why}.",
            next_step="Correct the address, or add its host to the file if it is meant.",
        )


def is_ip(host: str) -> bool:
    """Whether a host is an IP address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # Old notations of IPv4 such as 2130706433 or 0x7f.1, which resolvers take too.
        return re.fullmatch(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*\.?", host) is not None
    return True


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine by its notation alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"
