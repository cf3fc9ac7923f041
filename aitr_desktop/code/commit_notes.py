"""What a commit says of itself: message, author, time, parents. Each field is as whoever made it wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PERSON = re.compile(
    r"(?P<name>.*?)\s*<(?P<address>[^<>]*)> (?P<seconds>-?\d{1,12}) (?P<zone>[+-]\d{4})", re.DOTALL
)
_ENCODINGS = {"iso-8859-1": "latin-1", "latin-1": "latin-1", "cp1252": "cp1252"}
MAX_PARENTS = 64
"""Parents of a commit that are looked at; no merge that we know has more."""


@dataclass(frozen=True, slots=True)
class ParsedCommit:
    """A commit, read."""

    tree: str
    """Id of its top folder."""
    parents: tuple[str, ...]
    subject: str
    body: str
    author: str
    """``Name <address>``."""
    when: datetime | None
    """When it was written, by the author's clock; None where that can't be read."""
    seconds: int
    """When it was committed, in seconds since 1970; 0 where that can't be read."""


def parsed(content: bytes) -> ParsedCommit:
    """Reads a commit's bytes.

    Raises:
        ValueError: They are no commit.
    """
    head, _, message = content.partition(b"\n\n")
    headers: dict[str, list[bytes]] = {}
    for line in head.split(b"\n"):
        name, space, value = line.partition(b" ")
        # A line that begins with a space goes on with the one before: signatures do.
        if name and space:
            headers.setdefault(name.decode("ascii", "replace"), []).append(value)
    named = headers.get("encoding", [b"utf-8"])[0].decode("ascii", "replace").lower()
    encoding = _ENCODINGS.get(named, "utf-8")
    subject, _, body = message.decode(encoding, "replace").strip("\n").partition("\n")
    author, when = _person(headers.get("author", [b""])[0].decode(encoding, "replace"))
    committer = _PERSON.fullmatch(headers.get("committer", [b""])[0].decode(encoding, "replace"))
    return ParsedCommit(
        tree=_id(headers.get("tree", [b""])[0]),
        parents=tuple(_id(each) for each in headers.get("parent", [])[:MAX_PARENTS]),
        subject=subject,
        body=body.strip("\n"),
        author=author,
        when=when,
        seconds=int(committer["seconds"]) if committer else 0,
    )


def _id(value: bytes) -> str:
    sha = value.decode("ascii", "replace")
    if not _SHA.fullmatch(sha):
        raise ValueError("no id")
    return sha


def _person(line: str) -> tuple[str, datetime | None]:
    found = _PERSON.fullmatch(line)
    if found is None:
        return line, None
    who = f"{found['name']} <{found['address']}>".strip()
    minutes = int(found["zone"][1:3]) * 60 + int(found["zone"][3:])
    minutes = -minutes if found["zone"][0] == "-" else minutes
    try:
        when = datetime.fromtimestamp(int(found["seconds"]), UTC)
        return who, when.astimezone(timezone(timedelta(minutes=minutes)))
    except (ValueError, OverflowError, OSError):
        return who, None
