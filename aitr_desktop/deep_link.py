"""Links to a report or to lines of code, ``aitr://…``: read and written, and nothing else.

A link comes from anywhere: a mail, a page, a chat. It can only navigate, among what is open or was open
before. It names a library by its file's name and never by a path, and code by repository, commit and a
path inside the repository. Whatever a link says that is not exactly of this form is refused with the reason.

::

    aitr://report?id=TSR-7[&library=audit-2026.db]
    aitr://open?file=support_bot/bot.py&L=3-9[&ref=SHA][&repo=https://git.example.org/team/bot]
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes, urlsplit

from aitr_desktop.code.line_selection import (
    FileLines,
    LineSelection,
    ParameterError,
    from_parameters,
    is_inside,
)
from tsr_agent.errors import InputError
from tsr_agent.ingest.repository_url import without_credentials
from tsr_agent.sections.plain_text import HIDDEN, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCHEME = "aitr:"
MAX_LENGTH = 2_000
"""Characters of a link; no forge, mail or chat keeps longer ones whole."""
MAX_NAME = 200

_FORM = re.compile(r"aitr://(?P<place>[a-z]{1,20})/?\?(?P<query>[^?#]*)", re.IGNORECASE)
_CHARACTERS = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/%?#\[\]-]*")
"""What RFC 3986 lets stand in a link; everything else is encoded."""
_REPORT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_OTHER_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLink:
    """A report, by its id."""

    report_id: str
    library: str = ""
    """Name of the library's file without its folder; empty for the one that is open."""

    @property
    def address(self) -> str:
        """The link as text."""
        return _address("report", {"id": self.report_id, "library": self.library})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLink:
    """Lines of a file of a repository."""

    file: str
    """Path from the repository's root, with slashes."""
    first: int
    last: int
    ref: str = ""
    """Whole SHA of the commit; empty where none is named."""
    repository: str = ""
    """Address of the repository without credentials; empty where none is named."""

    @property
    def address(self) -> str:
        """The link as text."""
        lines = FileLines(file=self.file, selection=LineSelection(self.first, self.last), ref=self.ref)
        return _address("open", {**lines.parameters(), "repo": self.repository})


Link = ReportLink | LineLink


def is_link(text: str) -> bool:
    """Whether a text is meant as a link of ours, sound or not."""
    return text[: len(SCHEME)].lower() == SCHEME


def local_name(text: str) -> str:
    """What a start was asked to open, as any start can: a link as it is, a file by its absolute path.

    Desktops name files as ``file:///…``.

    Raises:
        InputError: It is an address of another kind, or a file of another machine.
    """
    if is_link(text):
        return text
    if re.match(r"file:", text, re.IGNORECASE):
        parts = urlsplit(text)
        if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
            raise InputError("A file of another machine can't be opened.", details=(one_line(text, 200),))
        return os.fsdecode(unquote_to_bytes(parts.path))
    if _OTHER_ADDRESS.match(text):
        raise InputError(
            "Only files of this machine and links that begin with aitr:// can be opened.",
            next_step="Save it as a file first.",
            details=(one_line(text, 200),),
        )
    return str(Path(text).absolute())


def parse(text: str) -> Link:
    """Reads a link.

    Raises:
        InputError: It is not exactly of the form that links have; the reason is said.
    """
    if len(text) > MAX_LENGTH:
        raise _refused(text, f"it has more than {MAX_LENGTH:,} characters")
    if not is_link(text):
        raise _refused(text, "it does not begin with aitr://")
    if not _CHARACTERS.fullmatch(text):
        raise _refused(text, "it holds characters that no link has")
    form = _FORM.fullmatch(text)
    if form is None:
        raise _refused(text, "a link is aitr://report?… or aitr://open?…, without anything between")
    place = form["place"].lower()
    if place not in _PLACES:
        raise _refused(text, f"there is no place “{place}”; there are “report” and “open”")
    known, read = _PLACES[place]
    try:
        return read(_parameters(form["query"], known))
    except ParameterError as error:
        raise _refused(text, error.reason) from error
    except ValueError as error:
        raise _refused(text, str(error)) from error


def _parameters(query: str, known: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        if name not in known:
            raise ValueError(f"“{one_line(name, 40)}” is none of {', '.join(known)}")
        if name in found:
            raise ValueError(f"“{name}” is named twice")
        found[name] = _decoded(value)
        if not equals or not found[name]:
            raise ValueError(f"“{name}” is empty")
    return found


def _decoded(value: str) -> str:
    """A parameter's value, decoded once: what is still encoded then is meant as it stands."""
    if _BROKEN_ESCAPE.search(value):
        raise ValueError("a per cent sign is not followed by two hexadecimal digits")
    plain = value.replace("+", " ").encode("ascii")
    try:
        decoded = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), plain).decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("a value is not UTF-8") from None
    if HIDDEN.search(decoded) or "\n" in decoded or "\t" in decoded:
        raise ValueError("a value holds control or invisible characters")
    return decoded


def _report(values: Mapping[str, str]) -> ReportLink:
    report_id, library = values.get("id", ""), values.get("library", "")
    if not _REPORT_ID.fullmatch(report_id):
        raise ValueError("“id” is not the id of a report")
    if library and not is_name(library):
        raise ValueError("“library” is the name of a file, without a folder")
    return ReportLink(report_id=report_id, library=library)


def _lines(values: Mapping[str, str]) -> LineLink:
    found = from_parameters({name: values[name] for name in ("file", "L", "ref") if name in values})
    repository = values.get("repo", "")
    # Two colons name a program of git's that fetches, not a place.
    if repository and ("::" in repository or without_credentials(repository) != repository):
        raise ValueError("“repo” is not the address of a repository, or names a user")
    return LineLink(
        file=found.file,
        first=found.selection.first,
        last=found.selection.last,
        ref=found.ref,
        repository=repository,
    )


_PLACES: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, str]], Link]]] = {
    "report": (("id", "library"), _report),
    "open": (("file", "L", "ref", "repo"), _lines),
}


def is_name(name: str) -> bool:
    """Whether a file's name can stand in a link: it leads into no folder, and it is text.

    A name of bytes that are no UTF-8 reads as lone surrogates, which no link can hold.
    """
    is_text = not any("\ud800" <= sign <= "\udfff" for sign in name)
    return is_text and is_inside(name) and "/" not in name and len(name) <= MAX_NAME


def _address(place: str, values: Mapping[str, str]) -> str:
    said = (f"{name}={quote(value, safe='/-._~')}" for name, value in values.items() if value)
    return f"aitr://{place}?{'&'.join(said)}"


def _refused(text: str, reason: str) -> InputError:
    return InputError(
        f"This link was not followed: {reason}.",
        next_step="Ask whoever sent it for a link that aitr itself has copied.",
        details=(one_line(text, 200),) if text else (),
    )
