"""A hostile text in every free field comes out as text: no formula, no escape, nothing turned around."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.factories.full_decisions import full_decision
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.recorded_approvals import approval_about
from tests.factories.shown_reports import poisoned
from tsr_agent.cli.report_text import report_lines
from tsr_agent.export.progress import Unwatched
from tsr_agent.export.record import ReportExport, write_json
from tsr_agent.export.spreadsheet import restored
from tsr_agent.export.subject import Basis, Subject
from tsr_agent.export.tables import write_figures, write_tables
from tsr_agent.gate.approvals import standing
from tsr_agent.models import codec
from tsr_agent.sections.document.filed import FiledReport, verified
from tsr_agent.sections.plain_text import HIDDEN

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 200
"""Characters that every free field takes."""
TEXTS = {name: text[:LIMIT] for name, text in HOSTILE_TEXTS.items() if name != "surrogate"} | {
    "wide_formula": "＝1+1",
    "behind_a_quote": '"=1+1',
    "behind_blanks": "\u00a0 \u200b@SUM(A1)",
    "behind_a_semicolon": "passed;=1+1\n-2",
    "tab": "\t=1+1",
    "plus": "+1",
    "minus": "-1+cmd|' /C calc'!A0",
    "data_exchange": "|cmd",
    "azure": "##vso[task.setvariable variable=x]y",
}
HOSTILE = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
FORMULA = re.compile("[\\s\"'“”‘’«»\u200b\ufeff\x00-\x1f]*[=+\\-@|%＝＋－＠−]")


def subject_with(text: str) -> Subject:
    report, decision = poisoned(text, full_decision())
    document = codec.encode(report)
    decision = msgspec.structs.replace(decision, report_id=report.id, report_digest=codec.digest(document))
    approvals = (approval_about(decision, text[:50].strip() or "ana", note=text),)
    filed = FiledReport(
        report=report,
        digest=codec.digest(document),
        decision=decision,
        approvals=approvals,
        standing=standing(decision, approvals, author="", triggered_by=""),
        verification=verified("Each document is what was filed."),
    )
    return Subject(filed=filed, document=document, basis=Basis.ON_RECORD)


def holds_no_formula(document: str) -> int:
    """How many fields were looked at, each as a spreadsheet of either separator cuts it."""
    fields = [each for row in csv.reader(io.StringIO(document, newline="")) for each in row]
    for field in fields:
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", field):
            continue
        for piece in re.split("[;\t\r\n]", field):
            assert piece.startswith("'") or not FORMULA.match(piece), field
        assert field[:1] not in ("\t", "\r", "\n", "\x00")
    return len(fields)


def is_plain(written: str) -> bool:
    return HIDDEN.search(written.replace("\r\n", "\n")) is None


@HOSTILE
def test_csv_has_no_formula_and_nothing_hidden(text: str, tmp_path: Path) -> None:
    subject = subject_with(text)
    stream = io.BytesIO()
    write_figures(subject, stream, Unwatched())
    figures = stream.getvalue().decode("utf-8-sig")
    assert holds_no_formula(figures) > 500
    assert is_plain(figures)
    write_tables(subject, tmp_path, Unwatched(), all_tests=True)
    for path in tmp_path.iterdir():
        document = path.read_bytes().decode("utf-8-sig")
        assert holds_no_formula(document)
        assert is_plain(document)


@HOSTILE
def test_json_holds_the_text_as_it_was_and_shows_nothing_hidden(text: str) -> None:
    subject = subject_with(text)
    stream = io.BytesIO()
    write_json(subject, stream, Unwatched())
    written = stream.getvalue().decode("utf-8")
    assert is_plain(written)
    assert "##" not in written
    assert codec.decode(stream.getvalue(), ReportExport).report == subject.filed.report
    assert json.loads(written)["report"]["versions"]["codebase_branch"] == text


@HOSTILE
def test_a_terminal_is_sent_nothing_that_it_obeys(text: str) -> None:
    shown = "\n".join(report_lines(subject_with(text).filed.report, 80, show_all=True))
    assert is_plain(shown)
    assert "\x1b" not in shown


def test_what_a_formula_was_can_be_read_back() -> None:
    text = TEXTS["minus"]
    stream = io.BytesIO()
    write_figures(subject_with(text), stream, Unwatched())
    rows = list(csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8-sig"), newline="")))
    assert text in {restored(row["shown"]) for row in rows}
    assert text not in {row["shown"] for row in rows}
