"""What files of exceptions have in common: entries read one by one, each with an owner and an end."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from tsr_agent.gate.source.problem import refusal
from tsr_agent.gate.source.tree import parse_source
from tsr_agent.gate.wording import plain, visible
from tsr_agent.models.decision import ExceptionStanding
from tsr_agent.models.form_problems import problems_of
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MAX_DAYS = 90
SOON_DAYS = 14
"""An exception that ends within so many days is marked."""
_MAX_REASON = 1_000
_NAMES_OR_REASONS = ("reason", "ticket", "owner", "approved_by")

F = TypeVar("F", bound=msgspec.Struct)
N = TypeVar("N")


def read_exception_file(data: bytes, source: str, form: type[F], what: str) -> F:
    """Reads the frame of a file of exceptions; its entries are still plain trees.

    Args:
        data: The bytes of the file, YAML or JSON.
        source: What to call it in messages.
        form: The frame.
        what: What the file is called, such as ``waivers file``: the document of the schema, first.

    Raises:
        PolicyError: It is not such a file at all.
    """
    document = parse_source(data, source)
    problems = problems_of(document.tree, form)
    if problems:
        raise refusal(source, what, document.problems(problems))
    return msgspec.convert(document.tree, ready(form))


def fault_of(entry: object, form: type[Any], path: str, written: Sequence[str]) -> str:
    """Why an entry is not of its form; empty where it is.

    Args:
        entry: The plain tree.
        form: What it should be.
        path: Where it stands, in JSONPath style.
        written: Keys under which something must stand that a reader can see.
    """
    found = problems_of(entry, form, path)
    if not found and isinstance(entry, dict):
        found = [f"{path}.{key}: {why}" for key in written if (why := _says_nothing(key, entry[key]))]
    return plain("; ".join(found), _MAX_REASON)


def _says_nothing(key: str, text: str) -> str:
    """Why nothing stands under a key, as far as a reader can see; empty where something does."""
    seen = visible(text)
    if not seen:
        return "missing; it has no visible sign"
    # An id may be made of any signs. A dash is no owner and no reason.
    if key in _NAMES_OR_REASONS and not any(map(str.isalnum, seen)):
        return f"missing; {plain(seen, 40)!r} has no letter and no digit"
    return ""


def stated(entry: object, key: str) -> str:
    """What an entry of any form says under a key; empty where that is no text."""
    found = entry.get(key) if isinstance(entry, dict) else None
    return plain(found) if isinstance(found, str) else ""


def stated_end(entry: object) -> date | None:
    """The last day of an entry of any form; None where it names none."""
    from datetime import date

    try:
        return date.fromisoformat(stated(entry, "expires"))
    except ValueError:
        return None


def term(expires: date, today: date) -> tuple[ExceptionStanding, str] | None:
    """What becomes of an exception because of its last day; None where it holds today."""
    days = (expires - today).days
    if days < 0:
        return ExceptionStanding.EXPIRED, f"expired on {expires.isoformat()}"
    if days > MAX_DAYS:
        reason = f"expires in {days:,} days; at most {MAX_DAYS} are allowed"
        return ExceptionStanding.UNUSABLE, reason
    return None


def ends_soon(standing: ExceptionStanding, expires: date, today: date) -> bool:
    """Whether an exception still holds and does not much longer."""
    holds = standing in (ExceptionStanding.APPLIED, ExceptionStanding.UNMATCHED)
    return holds and (expires - today).days <= SOON_DAYS


def in_file_order(usable: Sequence[N], unusable: Sequence[N], places: Sequence[int]) -> tuple[N, ...]:
    """All entries as they stand in their file.

    Args:
        usable: In their order.
        unusable: In their order.
        places: Where each of the unusable ones stands among all, from 0.
    """
    ordered = list(usable)
    for place, note in zip_longest(places[: len(unusable)], unusable, fillvalue=None):
        if note is not None:
            ordered.insert(len(ordered) if place is None else place, note)
    return tuple(ordered)
