"""What a server has under an id that stands for other bytes here: both sides, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from tsr_agent.errors import TsrError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.models.decision import GoNoGoDecision
    from tsr_agent.store.engine import Library
    from tsr_agent.store.following import Held
    from tsr_agent.sync.results import Conflict

MOST_DIFFERENCES = 100
"""Of one contradiction, that are listed."""
ABSENT = None
_MOST_TEXT = 2_000
_DEEPEST = 40
"""Values that lie deeper are held against each other as a whole."""
_NAMES = ("id", "requirement_id", "test_type", "iteration", "name", "path", "type")
"""Fields that say which entry of a list is which."""
_SECTIONS = {
    "test_results": "Tests",
    "eval_iterations": "Evals and failure modes",
    "requirement_coverage": "Requirements",
    "compliance_items": "Compliance",
    "code_coverage": "Inputs",
    "static_analysis": "Inputs",
    "inputs": "Inputs",
    "versions": "Versions",
    "build": "Versions",
    "approvals": "Approvals",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the same."""

    section: str
    where: str
    here: str | None
    """None where it is only on the server."""
    there: str | None
    """None where it is only here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The document of one side."""

    digest: str | None
    """None where there is none of this id."""
    verdict: GoNoGoDecision | None
    """Approvals weighed in; None where none can be told."""
    made: str
    """When it says that it was made, as it is written there; empty where it does not say."""
    size: int | None
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One id, two documents."""

    kind: str
    """``report``, ``decision``, ``approval`` or ``policy``."""
    id: str
    report_id: str | None
    here: Side
    there: Side
    others: int
    """Further documents of the server that wait with it."""
    differences: tuple[Difference, ...]
    more: int
    """Differences beyond those."""
    trouble: str = ""
    """Why the two could not be held against each other."""


def contradictions(library: Library, url: str) -> tuple[Contradiction, ...]:
    """Every contradiction between a library and a server, with what differs.

    Raises:
        IntegrityError: What is held is not what was kept.
        StoreError: The library can't be read.
    """
    from tsr_agent.store.following import SourceRepository
    from tsr_agent.sync.conflicts import conflicts_with

    found = conflicts_with(library, url)
    held = {each.change.digest: each for each in SourceRepository(library).held(url)} if found else {}
    return tuple(_contradiction(library, each, held.get(each.digest_there)) for each in found)


def _contradiction(library: Library, conflict: Conflict, held: Held | None) -> Contradiction:
    there = held.document if held is not None else b""
    here, trouble = b"", ""
    try:
        here = _document_here(library, conflict)
    except TsrError as error:
        trouble = error.message
    rows: list[Difference] = []
    more = 0
    if here and there and not trouble:
        differing = differences(here, there)
        rows = list(islice(differing, MOST_DIFFERENCES))
        more = sum(1 for _ in differing)
    return Contradiction(
        kind=conflict.kind.value,
        id=conflict.id,
        report_id=conflict.report_id,
        here=_side(conflict.digest_here, None if trouble else conflict.verdict_here, here),
        there=_side(conflict.digest_there, conflict.verdict_there, there),
        others=conflict.others,
        differences=tuple(rows),
        more=more,
        trouble=trouble,
    )


def _document_here(library: Library, conflict: Conflict) -> bytes:
    """The library's own document under that id; empty where it has none.

    Raises:
        IntegrityError: It was altered here.
    """
    from tsr_agent.models import codec
    from tsr_agent.models.api import ChangeKind
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.repository import ReportRepository

    if conflict.report_id is None or conflict.digest_here is None:
        return b""
    if conflict.kind is ChangeKind.REPORT:
        return ReportRepository(library).document(conflict.report_id)
    record = ApprovalRepository(library).on_record(conflict.report_id)
    same = [each for each in (record.approvals if record else ()) if each.id == conflict.id]
    return codec.encode(same[0]) if same else b""


def _side(digest: str | None, verdict: GoNoGoDecision | None, document: bytes) -> Side:
    values = _values(document) if document else None
    made = ""
    if isinstance(values, dict):
        made = str(values.get("created_at") or values.get("approved_at") or "")[:100]
    return Side(digest=digest, verdict=verdict, made=made, size=len(document) if document else None)


def differences(here: bytes, there: bytes) -> Iterator[Difference]:
    """Where two documents say different things, by the section that shows it.

    Documents of the same values in other bytes differ in nothing that could be shown.
    """
    one, other = _values(here), _values(there)
    for where, left, right in _walk("", one, other, _DEEPEST):
        top = where.partition(".")[0].partition("[")[0]
        section = _SECTIONS.get(top, "Overview")
        yield Difference(section, where, _text(left), _text(right))


def _values(document: bytes) -> Any:
    import msgspec

    try:
        return msgspec.json.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


_NOT_THERE = object()


def _walk(where: str, here: Any, there: Any, depth: int) -> Iterator[tuple[str, Any, Any]]:
    if depth and isinstance(here, dict) and isinstance(there, dict):
        for name in dict.fromkeys((*here, *there)):
            inner = f"{where}.{name}" if where else str(name)
            yield from _walk(inner, here.get(name, _NOT_THERE), there.get(name, _NOT_THERE), depth - 1)
    elif depth and isinstance(here, list) and isinstance(there, list):
        left, right = _named(here), _named(there)
        for name in dict.fromkeys((*left, *right)):
            one, other = left.get(name, _NOT_THERE), right.get(name, _NOT_THERE)
            yield from _walk(f"{where}[{name}]", one, other, depth - 1)
    elif here is _NOT_THERE or there is _NOT_THERE or type(here) is not type(there) or here != there:
        yield where, here, there


def _named(entries: list[Any]) -> dict[str, Any]:
    """Entries of a list by what they call themselves, where each has a name of its own; else by number."""
    for field in _NAMES:
        names = [each.get(field) if isinstance(each, dict) else None for each in entries]
        if all(isinstance(each, (str, int)) for each in names) and len(set(names)) == len(names):
            return {str(name): each for name, each in zip(names, entries, strict=True)}
    return {str(number): each for number, each in enumerate(entries, 1)}


def _text(value: Any) -> str | None:
    if value is _NOT_THERE:
        return ABSENT
    if isinstance(value, str):
        return value[:_MOST_TEXT]
    import msgspec

    return msgspec.json.encode(value)[: 4 * _MOST_TEXT].decode("utf-8", "replace")[:_MOST_TEXT]
