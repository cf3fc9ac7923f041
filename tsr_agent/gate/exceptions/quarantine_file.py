"""Reads the quarantine file that a policy names."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.errors import PolicyError
from tsr_agent.gate.exceptions.file import fault_of, read_exception_file, stated, stated_end
from tsr_agent.gate.exceptions.quarantine import Quarantine, QuarantinedTest, QuarantineFile
from tsr_agent.gate.source.tree import read_source
from tsr_agent.gate.wording import plain, untrusted_id, visible
from tsr_agent.models.codec import digest
from tsr_agent.models.decision import ExceptionStanding, QuarantineNote
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from pathlib import Path

_WRITTEN_KEYS = ("test", "reason", "ticket", "owner")


def load_quarantine(folder: Path, name: str) -> Quarantine:
    """Reads the quarantine file of a policy.

    Args:
        folder: Where the policy lies.
        name: As the policy names the file, relative to that folder.

    Raises:
        PolicyError: The path is absolute, or the file is absent, unreadable or no quarantine file at
            all. A single bad entry is listed instead.
    """
    path = folder / name
    if path == folder.joinpath("/", name) or "\0" in name:
        raise PolicyError(f"{name!r} is not a path relative to the policy's folder.")
    try:
        is_no_file = path.exists() and not path.is_file()
    except OSError as error:
        why = (error.strerror or "it is no file").lower()
        raise PolicyError(f"{plain(name)!r}: can't be read: {why}.") from error
    if is_no_file:
        raise PolicyError(f"{path}: can't be read: it is no file.")
    return parse_quarantine(read_source(path), str(path))


def parse_quarantine(data: bytes, source: str) -> Quarantine:
    """Reads a quarantine from the bytes of its file, YAML or JSON.

    Raises:
        PolicyError: As for ``load_quarantine``.
    """
    entries = read_exception_file(data, source, QuarantineFile, "quarantine file").tests
    faults = [_fault(entry, f"$.tests[{place}]") for place, entry in enumerate(entries)]
    names = Counter(_test_key(entry) for entry in entries)
    typed = Counter((_test_key(entry), stated(entry, "type")) for entry in entries)
    usable: list[QuarantinedTest] = []
    unusable: dict[int, QuarantineNote] = {}
    for place, (entry, fault) in enumerate(zip(entries, faults, strict=True)):
        # An entry without a type means the same tests as each other one of that name.
        key, kind = _test_key(entry), stated(entry, "type")
        same = names[key] if not kind else typed[key, kind] + typed[key, ""]
        reason = fault or ("the test stands twice" if same > 1 else "")
        if reason:
            unusable[place] = _unusable(entry, place, reason)
        else:
            usable.append(msgspec.convert(entry, ready(QuarantinedTest)))
    return Quarantine(
        digest=digest(data), tests=tuple(usable), unusable=tuple(unusable.values()), places=tuple(unusable)
    )


def _fault(entry: Any, path: str) -> str:
    """Why an entry puts no test into quarantine; empty where it does."""
    # An id may hold an asterisk; one that is nothing else is meant for all.
    if set(visible(stated(entry, "test"))) == {"*"}:
        return f"{path}.test: '*' is no test; each one has an entry of its own"
    return fault_of(entry, QuarantinedTest, path, _WRITTEN_KEYS)


def _test_key(entry: object) -> str:
    """A test's id as a reader sees it."""
    found = entry.get("test") if isinstance(entry, dict) else None
    return visible(found) if isinstance(found, str) else ""


def _unusable(entry: object, place: int, reason: str) -> QuarantineNote:
    found = entry.get("test") if isinstance(entry, dict) else None
    named = isinstance(found, str) and bool(found.strip())
    return QuarantineNote(
        test_id=untrusted_id(str(found)) if named else f"(entry {place + 1})",
        test_type=stated(entry, "type"),
        standing=ExceptionStanding.UNUSABLE,
        reason=reason,
        owner=stated(entry, "owner"),
        ticket=stated(entry, "ticket"),
        expires=stated_end(entry),
    )
