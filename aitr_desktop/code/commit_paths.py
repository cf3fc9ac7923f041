"""Which file of a commit a tool means: it writes paths from its own folder, or from another machine."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PATH = 4_096
"""Characters of a path that is looked for; no system has longer ones."""
MOST_NAMED = 5
"""Files of equal right that are named."""
_SCHEME = re.compile(r"file://(?:localhost)?(?=/)")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


class Found(NamedTuple):
    """What a written path comes to."""

    path: str = ""
    """The one file of the commit that is meant; empty where none is, or where several could be."""
    others: tuple[str, ...] = ()
    """Further files that end so, the first few. Beside a path: a tool run in their folder means them."""


NOTHING = Found()


class CommitPaths:
    """The paths of all files of a commit, to find those that tools wrote. Building it sorts them once.

    A path is looked for as it is, then without the folders before it, then as the end of a longer one; that
    is how ``clones.Clone`` finds a file, too. What several files could be is nobody's.

    Args:
        paths: Every file, with slashes from the top.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._reversed = sorted(_reversed(each.split("/")) for each in self._paths)
        self._known: dict[tuple[str, int], Found] = {}

    def __contains__(self, path: str) -> bool:
        """Whether the commit has a file."""
        return path in self._paths

    def __len__(self) -> int:
        """Files."""
        return len(self._paths)

    def find(self, written: str, *, least: int = 1) -> Found:
        """The file that a path means.

        Args:
            written: As a tool wrote it.
            least: Names at its end that have to fit where folders before it are left out.
        """
        key = written, least
        if key not in self._known:
            self._known[key] = self._looked_for(parts_of(written), least)
        return self._known[key]

    def ending(self, written: str) -> Found:
        """The file that is written from a folder of sources, such as a class by its package."""
        return self._below(parts_of(written))

    def _looked_for(self, parts: list[str], least: int) -> Found:
        for start in range(len(parts)):
            if start and len(parts) - start < least:
                break
            tail = "/".join(parts[start:])
            if tail in self._paths:
                others = () if start else tuple(each for each in self._ending(parts) if each != tail)
                return Found(tail, others[:MOST_NAMED])
        return self._below(parts)

    def _below(self, parts: list[str]) -> Found:
        found = self._ending(parts)[:MOST_NAMED]
        return Found(found[0]) if len(found) == 1 else Found(others=found)

    def _ending(self, parts: list[str]) -> tuple[str, ...]:
        """The first files whose path ends with some names."""
        if not parts:
            return ()
        wanted = _reversed(parts)
        at = bisect_left(self._reversed, wanted)
        found: list[str] = []
        while at < len(self._reversed) and len(found) <= MOST_NAMED and self._reversed[at].startswith(wanted):
            found.append("/".join(reversed(self._reversed[at].removesuffix("/").split("/"))))
            at += 1
        return tuple(found)


def parts_of(written: str) -> list[str]:
    """The names of a written path, without what leads nowhere; none of a path that no system has."""
    if not written or len(written) > MAX_PATH or "\0" in written:
        return []
    plain = _DRIVE.sub("/", _SCHEME.sub("", written, count=1), count=1).replace("\\", "/")
    return [each for each in plain.split("/") if each not in ("", ".", "..")]


def is_absolute(written: str) -> bool:
    """Whether a path begins at the top of a machine."""
    return written.startswith(("/", "\\")) or bool(_DRIVE.match(written) or _SCHEME.match(written))


def _reversed(parts: list[str]) -> str:
    return "/".join(reversed(parts)) + "/"
