"""Addresses of the pages that a forge has of a commit and of lines of code.

The address is made from what a report says of its repository, which anyone may have written. So it goes only
to hosts that everybody knows or that the person has named, over https, by a whole SHA, and every part
of it is encoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from tsr_agent.errors import InputError
from tsr_agent.ingest.repository_url import without_credentials
from tsr_agent.sections.plain_text import HIDDEN, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))+(?::[1-9][0-9]{0,4})?")
MAX_PATH = 1_000
"""Characters of a path that an address is made of; browsers and forges cut longer ones."""
_SAFE = "-._~"
_MARKED_UP = re.compile(r"\.(?:md|markdown|mdown|rst|adoc|asciidoc|org|textile|ipynb)", re.IGNORECASE)
"""Endings of files that forges show as a page, without lines to go to, unless asked for the source."""


class ForgeKind(Enum):
    """How a forge writes its addresses."""

    GITHUB = "github"
    GITLAB = "gitlab"
    BITBUCKET = "bitbucket"
    GITEA = "gitea"
    """Forgejo too, and so Codeberg."""


KNOWN = {
    "github.com": ForgeKind.GITHUB,
    "gitlab.com": ForgeKind.GITLAB,
    "bitbucket.org": ForgeKind.BITBUCKET,
    "codeberg.org": ForgeKind.GITEA,
    "gitea.com": ForgeKind.GITEA,
}
_OTHER_NAMES = {
    "www.github.com": "github.com",
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
_COMMIT = {
    ForgeKind.GITHUB: "commit",
    ForgeKind.GITLAB: "-/commit",
    ForgeKind.BITBUCKET: "commits",
    ForgeKind.GITEA: "commit",
}
_FILE = {
    ForgeKind.GITHUB: "blob",
    ForgeKind.GITLAB: "-/blob",
    ForgeKind.BITBUCKET: "src",
    ForgeKind.GITEA: "src/commit",
}
_SOURCE = {ForgeKind.GITHUB: "?plain=1", ForgeKind.GITLAB: "?plain=1", ForgeKind.GITEA: "?display=source"}


class UnknownForgeError(InputError):
    """The repository lies at a host whose pages are not opened unless the person names it."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} is no forge that everybody knows, and you have not named it as one.",
            next_step="If it is yours, say what kind of forge it is; or name a clone on this machine.",
        )
        self.host = host


@dataclass(frozen=True, slots=True)
class _Place:
    host: str
    path: tuple[str, ...]


class Forges:
    """The forges whose pages may be opened.

    Args:
        named: Hosts that the person has named, each as ``gitlab:git.example.org``.
    """

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._kinds = dict(KNOWN)
        for each in named:
            kind, _, host = each.partition(":")
            found = next((one for one in ForgeKind if one.value == kind), None)
            if found is not None and _HOST.fullmatch(host) and host not in KNOWN:
                self._kinds[host] = found

    def commit_page(self, repository: str, sha: str) -> str:
        """The page of a commit.

        Args:
            repository: Its address in any spelling; credentials are left out.
            sha: The commit.

        Raises:
            UnknownForgeError: Its host has no pages that may be opened.
            InputError: The address is none of a repository, or the SHA is not whole.
        """
        place, kind = self._found(repository)
        return f"{_base(place)}/{_COMMIT[kind]}/{_whole(sha)}"

    def line_page(self, repository: str, sha: str, path: str, first: int, last: int) -> str:
        """The page of lines of a file at a commit.

        Args:
            repository: Its address in any spelling; credentials are left out.
            sha: The commit.
            path: Of the file from the repository's root.
            first: The first line.
            last: The last one.

        Raises:
            UnknownForgeError: Its host has no pages that may be opened.
            InputError: The address is none of a repository, the SHA not whole, or the path leads elsewhere.
        """
        place, kind = self._found(repository)
        if len(path) > MAX_PATH:
            raise InputError(f"{one_line(path, 100)} is too long a path for the address of a page.")
        parts = path.split("/")
        if any(part in ("", ".", "..") for part in parts) or "\\" in path or HIDDEN.search(path):
            raise InputError(f"{one_line(path, 100)} is no path from the root of a repository.")
        file = "/".join(_quoted(part) for part in parts)
        source = _SOURCE.get(kind, "") if _MARKED_UP.search(parts[-1]) else ""
        return f"{_base(place)}/{_FILE[kind]}/{_whole(sha)}/{file}{source}#{_anchor(kind, first, last)}"

    def _found(self, repository: str) -> tuple[_Place, ForgeKind]:
        place = _place(repository)
        kind = self._kinds.get(place.host)
        if kind is None:
            raise UnknownForgeError(place.host)
        # A name with a slash more would be another page of the forge.
        if len(place.path) < 2 or (len(place.path) > 2 and kind is not ForgeKind.GITLAB):
            raise _no_repository(repository)
        return place, kind


def host_of(repository: str) -> str:
    """The host at which the pages of a repository would be.

    Raises:
        InputError: It is no address of a repository.
    """
    return _place(repository).host


def _place(repository: str) -> _Place:
    cleaned = without_credentials(repository)
    port = None
    if "://" in cleaned:
        parts = urlsplit(cleaned)
        host, path = parts.hostname or "", parts.path
        # The port of ssh says nothing of the pages; a port of http is not that of https.
        port = parts.port if parts.scheme == "https" else None
        if parts.scheme == "http" and parts.port not in (None, 80):
            raise _no_repository(repository)
    else:
        host, _, path = cleaned.partition(":")
    host = _OTHER_NAMES.get(host.lower(), host.lower())
    host = host if port in (None, 443) else f"{host}:{port}"
    names = tuple(unquote(part) for part in path.strip("/").removesuffix(".git").split("/"))
    if not _HOST.fullmatch(host) or not all(_is_name(each) for each in names):
        raise _no_repository(repository)
    return _Place(host, names)


def _is_name(name: str) -> bool:
    return bool(name.strip(".")) and not set("/\\") & set(name) and not HIDDEN.search(name)


def _base(place: _Place) -> str:
    return f"https://{place.host}/{'/'.join(map(_quoted, place.path))}"


def _quoted(part: str) -> str:
    return quote(part, safe=_SAFE, errors="replace")


def _whole(sha: str) -> str:
    if not _SHA.fullmatch(sha):
        raise InputError(f"{one_line(sha, 80)} is not the whole SHA of a commit.")
    return sha


def _anchor(kind: ForgeKind, first: int, last: int) -> str:
    if kind is ForgeKind.BITBUCKET:
        return f"lines-{first}" if first == last else f"lines-{first}:{last}"
    if first == last:
        return f"L{first}"
    return f"L{first}-{last}" if kind is ForgeKind.GITLAB else f"L{first}-L{last}"


def _no_repository(repository: str) -> InputError:
    said = one_line(without_credentials(repository), 200) or "What the report names"
    return InputError(f"{said} is not the address of a repository at a forge.")
