"""A report as one JSON document for a program: what is shown, the numbers behind it, and the documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from tsr_agent.export.figures import Figure
from tsr_agent.export.subject import Basis
from tsr_agent.gate.approvals import ApprovalStanding
from tsr_agent.models.approval import Approval
from tsr_agent.models.base import Digest, Record
from tsr_agent.models.decision import Decision
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.sections.checklist import Compliance
from tsr_agent.sections.plain_text import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo
    from typing import BinaryIO

    from tsr_agent.export.progress import Watch
    from tsr_agent.export.subject import Subject

EXPORT_VERSION = 1
_PIECE = 1 << 20
"""Bytes of the report's own document that are looked through at once."""


class Digests(Record, frozen=True, kw_only=True):
    """What the documents are known by: SHA-256 over their bytes as filed."""

    report: Digest
    decision: Digest | None
    """None where none is on record."""
    approvals: tuple[Digest, ...]
    """In the order of ``approvals``."""


class ShownVerdict(Record, frozen=True, kw_only=True):
    """The verdict with approvals weighed in, as every list and the head of the report show it."""

    shown: str
    """With its sign: ``● GO``, ``■ NO-GO``, ``▲ PENDING REVIEW``, ``○ NOT JUDGED``."""
    sentence: str
    cautions: tuple[str, ...]
    """What nobody who reads the verdict may miss."""
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


class ShownRule(Record, frozen=True, kw_only=True):
    """One rule as it is shown; the decision has the same rule in full."""

    id: str
    state: str
    effect: str
    expected: str
    actual: str
    n: str
    interval: str
    message: str


class ShownItem(Record, frozen=True, kw_only=True):
    """One item of the compliance checklist."""

    key: str
    """Lasting name within the checklist."""
    standing: Compliance
    title: str
    expected: str
    found: str
    why: str


class ShownChecklist(Record, frozen=True, kw_only=True):
    """The compliance checklist."""

    standing: Compliance
    judged_by: str
    """Which decision it is judged from, in a sentence."""
    remarks: tuple[str, ...]
    items: tuple[ShownItem, ...]


class ReportExport(Record, frozen=True, kw_only=True):
    """What ``tsr-agent export --format json`` writes. The keys stand in this order."""

    schema_version: int
    kind: Literal["report_export"]
    report_id: str
    basis: Basis
    basis_sentence: str
    digests: Digests
    verdict: ShownVerdict
    rules: tuple[ShownRule, ...]
    """In the order in which they are shown: what decided first."""
    checklist: ShownChecklist
    figures: tuple[Figure, ...]
    decision: Decision | None
    approvals: tuple[Approval, ...]
    """Every document on record about the report, in the order in which they arrived."""
    standing: ApprovalStanding | None
    """What the approvals say about the decision."""
    report: TestSummaryReport
    """As filed: every number as it stood there. What can't be seen is written as an escape."""


def write_json(subject: Subject, stream: BinaryIO, watch: Watch, zone: tzinfo | None = None) -> None:
    """Writes the export piece by piece; the same report gives the same bytes.

    Args:
        subject: What to write.
        stream: Where it goes.
        watch: Is told how much is written, and says when to end.
        zone: Whose local time sentences are written in; None for this machine's.

    Raises:
        CancelledError: Nobody wants it any more.
    """
    stream.write(b"{")
    done, total = 0, len(subject.document)
    for number, (key, pieces) in enumerate(_parts(subject, zone)):
        stream.write(b'%s\n"%s": ' % (b"," if number else b"", key.encode()))
        for piece in pieces:
            stream.write(piece)
            done += len(piece) if key == "report" else 0
            watch.report(min(done, total), total, "bytes")
    stream.write(b"\n}\n")


def _parts(subject: Subject, zone: tzinfo | None) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The keys of ``ReportExport`` with what stands under them."""
    from tsr_agent.export.figures import figures
    from tsr_agent.models import codec

    yield "schema_version", _json(EXPORT_VERSION)
    yield "kind", _json("report_export")
    yield "report_id", _json(subject.filed.report.id)
    yield "basis", _json(subject.basis)
    yield "basis_sentence", _json(subject.basis_sentence)
    approvals = tuple(codec.digest(codec.encode(each)) for each in subject.filed.approvals)
    digests = Digests(
        report=subject.filed.digest, decision=subject.filed.decision_digest, approvals=approvals
    )
    yield "digests", _json(digests)
    yield "verdict", _json(_verdict(subject, zone))
    yield "rules", _json(_rules(subject))
    yield "checklist", _json(_checklist(subject, zone))
    yield "figures", _rows(figures(subject, zone))
    yield "decision", _json(subject.filed.decision)
    yield "approvals", _json(subject.filed.approvals)
    yield "standing", _json(subject.filed.standing)
    yield "report", _verbatim(subject.document)


def _verdict(subject: Subject, zone: tzinfo | None) -> ShownVerdict:
    from tsr_agent.sections.document.cautions import head_of

    head = head_of(subject.filed, zone)
    return ShownVerdict(
        shown=str(head.verdict),
        sentence=head.sentence,
        cautions=tuple(f"{each.mark.word}: {each.sentence}" for each in head.cautions),
        reasons=head.overview.reasons,
        warnings=head.overview.warnings,
    )


def _rules(subject: Subject) -> tuple[ShownRule, ...]:
    from tsr_agent.sections.rules import rules

    return tuple(
        ShownRule(
            id=row.id,
            state=str(row.state),
            effect=row.effect_word,
            expected=row.expected,
            actual=row.actual,
            n=row.n,
            interval=row.interval,
            message=row.message,
        )
        for row in (rules(subject.filed.decision) if subject.filed.decision is not None else ())
    )


def _checklist(subject: Subject, zone: tzinfo | None) -> ShownChecklist:
    from tsr_agent.sections.document.report import report_checklist

    found = report_checklist(subject.filed, zone)
    return ShownChecklist(
        standing=found.standing,
        judged_by=found.judged_by.sentence,
        remarks=found.remarks,
        items=tuple(
            ShownItem(
                key=each.key,
                standing=each.standing,
                title=each.title,
                expected=each.expected,
                found=each.found,
                why=each.why,
            )
            for each in found.items
        ),
    )


def _json(value: object) -> Iterator[bytes]:
    yield _seen(msgspec.json.encode(value, order="deterministic").decode("utf-8"))


def _rows(rows: Iterable[object]) -> Iterator[bytes]:
    yield b"["
    for number, row in enumerate(rows):
        yield b",\n" if number else b"\n"
        yield from _json(row)
    yield b"\n]"


def _verbatim(document: bytes) -> Iterator[bytes]:
    """The report's own bytes but for what can't be seen, a piece at a time."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    document, start = document.strip(), 0
    while start < len(document):
        end = min(start + _PIECE, len(document))
        while end < len(document) and document[end - 1] == _SHARP:
            end += 1
        yield _seen(decoder.decode(document[start:end], end == len(document)))
        start = end


_SHARP = ord("#")
_HIDDEN_IN_JSON = re.compile(HIDDEN.pattern.replace("\x00-\x08\x0b-\x1f", "", 1))
"""Of what can't be seen all that JSON has within its texts; line ends and blanks stand between its parts."""


def _seen(written: str) -> bytes:
    """The same JSON with what can't be seen as escapes: no line of a terminal or a log is turned around.

    Two number signs, with which a line of a log becomes a command to some CI systems, get an escape, too.
    """
    shown = written.replace("##", "#\\u0023")
    if not shown.isascii() or "\x7f" in shown:
        shown = _HIDDEN_IN_JSON.sub(_escape, shown)
    return shown.encode("utf-8")


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
