"""Waivers: dated, owned exceptions to single rules.

A waiver that has expired, can't be read, has no owner or no scope never matches; it is listed with the
reason, so that nobody believes in it. What waives is always visible in the decision.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tsr_agent.gate.exceptions.file import fault_of, read_exception_file, stated, stated_end
from tsr_agent.gate.rule import RuleId
from tsr_agent.gate.source.tree import read_source
from tsr_agent.gate.wording import visible
from tsr_agent.models.base import LongText, Record, Sha, ShortText
from tsr_agent.models.codec import digest
from tsr_agent.models.decision import ExceptionStanding, WaiverNote
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from pathlib import Path

_WRITTEN_KEYS = ("id", "reason", "ticket", "owner", "approved_by")
_Written = Annotated[str, Meta(min_length=1, max_length=1_000, pattern=r"\S")]


class WaiverScope(Record, frozen=True, kw_only=True):
    """Where a waiver holds; every key that is given has to match."""

    environment: Annotated[ShortText | None, Meta(description="Where the release is to go.")] = None
    branch: Annotated[ShortText | None, Meta(description="The branch that was judged.")] = None
    sha: Annotated[Sha | None, Meta(description="Commit of the code base, whole.")] = None
    tests: Annotated[
        tuple[LongText, ...] | None,
        Meta(description="Ids of tests: the waiver matches only while no other test makes the rule fail."),
    ] = None


class Waiver(Record, frozen=True, kw_only=True):
    """One exception to one rule."""

    id: Annotated[_Written, Meta(description="What decisions call the waiver.")]
    rule: Annotated[RuleId, Meta(description="Id of the rule that it excuses.")]
    scope: Annotated[
        WaiverScope, Meta(description="Where it holds; at least one key, and all that are given must match.")
    ]
    reason: Annotated[_Written, Meta(description="Why the failure is accepted.")]
    ticket: Annotated[_Written, Meta(description="Where it is being mended.")]
    owner: Annotated[_Written, Meta(description="Who answers for it.")]
    approved_by: Annotated[_Written, Meta(description="Who approved it: somebody else than the owner.")]
    expires: Annotated[
        date,
        Meta(description="Last day (UTC) on which it holds; at most 90 days ahead when a report is judged."),
    ]


class WaiverFile(Record, frozen=True, kw_only=True):
    """The whole of a waiver file. Entries are read one by one, so that one bad one hides no other."""

    version: Annotated[Literal[1], Meta(description="Version of the file format: 1.")]
    waivers: Annotated[
        tuple[Any, ...], Meta(max_length=1_000, description="Dated exceptions to single rules.")
    ] = ()


class Waivers(Record, frozen=True, kw_only=True):
    """A waiver file that was read."""

    digest: str
    """SHA-256 of the file's bytes."""
    waivers: tuple[Waiver, ...] = ()
    unusable: tuple[WaiverNote, ...] = ()
    """Entries that can't be read."""
    places: tuple[int, ...] = ()
    """Where each of these stands among all entries of the file, from 0."""


def load_waivers(path: Path) -> Waivers:
    """Reads a waiver file.

    Raises:
        PolicyError: Absent, unreadable or not a waiver file at all. A single bad entry is listed instead.
    """
    return parse_waivers(read_source(path), str(path))


def parse_waivers(data: bytes, source: str) -> Waivers:
    """Reads waivers from the bytes of their file, YAML or JSON.

    Raises:
        PolicyError: As for ``load_waivers``.
    """
    entries = read_exception_file(data, source, WaiverFile, "waivers file").waivers
    times = Counter(_id_key(each.get("id")) for each in entries if isinstance(each, dict))
    usable: list[Waiver] = []
    unusable: dict[int, WaiverNote] = {}
    for place, entry in enumerate(entries):
        fault = _fault(entry, f"$.waivers[{place}]")
        # Two waivers of one id leave open which of them was approved. One that can't be used counts
        # too: it may be the one that was.
        if not fault and times[_id_key(entry["id"])] > 1:
            fault = "the id stands twice"
        if fault:
            unusable[place] = _unusable(entry, place, fault)
        else:
            usable.append(msgspec.convert(entry, ready(Waiver)))
    return Waivers(
        digest=digest(data),
        waivers=tuple(usable),
        unusable=tuple(unusable.values()),
        places=tuple(unusable),
    )


def _fault(entry: Any, path: str) -> str:
    """Why an entry is no waiver; empty where it is one."""
    rule = stated(entry, "rule")
    if any(sign in rule for sign in "*?["):
        return f"{path}.rule: {rule!r} is a pattern; a waiver is for one rule"
    return fault_of(entry, Waiver, path, _WRITTEN_KEYS)


def _unusable(entry: object, place: int, reason: str) -> WaiverNote:
    name = stated(entry, "id")
    return WaiverNote(
        id=name if name.strip() else f"(entry {place + 1})",
        rule=stated(entry, "rule"),
        standing=ExceptionStanding.UNUSABLE,
        reason=reason,
        owner=stated(entry, "owner"),
        expires=stated_end(entry),
    )


def _id_key(found: object) -> str:
    """An id as a reader sees it, whether or not it was put in quotes."""
    return visible(str(found)) if isinstance(found, str | int | float) else ""
