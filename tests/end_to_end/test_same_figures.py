"""Terminal, window, CSV, JSON and PDF say the same of a report, figure by figure."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.library.workspace import OpenedReport
from tests.factories import shown_reports as reports
from tests.factories.compared_reports import sample
from tests.factories.full_decisions import full_decision
from tests.factories.generated_reports import consistent_report, dice
from tests.factories.judged_reports import judge
from tests.factories.printed_reports import flat, opened, page_texts
from tests.factories.recorded_approvals import approval_about
from tests.factories.surfaces import (
    counted_modes,
    csv_says,
    json_says,
    paper_says,
    tables_say,
    terminal_says,
    window_says,
)
from tsr_agent.export.figures import figures
from tsr_agent.export.subject import Basis, Subject
from tsr_agent.gate.approvals import standing as standing_of
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.sections.document.filed import FiledReport, verified

if TYPE_CHECKING:
    from tests.factories.surfaces import Said
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport

NUMBER = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?")
PARTS = ("head", "tests", "evals", "failure_modes", "requirements", "rules", "checklist", "approvals")


def subject_of(
    report: TestSummaryReport, decision: Decision | None, approvals: tuple[Any, ...] = ()
) -> Subject:
    """As a library would hand it out: the decision is about the report's bytes."""
    document = codec.encode(report)
    if decision is not None:
        decision = replace(decision, report_id=report.id, report_digest=codec.digest(document))
    people = {"author": report.versions.codebase_author, "triggered_by": report.triggered_by}
    standing = standing_of(decision, approvals, **people) if decision is not None else None
    filed = FiledReport(
        report=report,
        digest=codec.digest(document),
        decision=decision,
        decision_digest=None if decision is None else codec.digest(codec.encode(decision)),
        approvals=approvals,
        standing=standing,
        verification=verified("Each document is what was filed."),
    )
    return Subject(filed=filed, document=document, basis=Basis.ON_RECORD)


def window_of(subject: Subject) -> Said:
    filed = subject.filed
    return window_says(
        report_detail(
            OpenedReport(
                report=filed.report,
                decision=filed.decision,
                digest=filed.digest,
                standing=filed.standing,
                approvals=filed.approvals,
                decision_digest=filed.decision_digest,
                policy_in_force=filed.policy_in_force,
            )
        )
    )


OF_EACH = {
    "csv": PARTS,
    "json": PARTS,
    "tables": ("tests", "evals", "failure_modes", "requirements", "rules", "checklist", "approvals"),
    "terminal": ("tests", "evals", "failure_modes", "requirements"),
}
"""Which parts each surface shows whole."""
ELSEWHERE = {
    "csv": {("evals", "n")},
    "json": {("evals", "n")},
    "tables": {("failure_modes", "summary"), ("requirements", "summary")},
    "terminal": {("evals", "n")},
}
"""What it has in another form: n of each metric by itself, a summary as a remark."""


def everywhere_the_same(subject: Subject) -> Said:
    """Holds every surface against the window; gives what the window says."""
    window = window_of(subject)
    with tempfile.TemporaryDirectory() as folder:
        tables = tables_say(subject, Path(folder))
    surfaces = {
        "csv": csv_says(subject),
        "json": json_says(subject),
        "tables": tables,
        "terminal": terminal_says(subject),
    }
    for name, said in surfaces.items():
        for part in OF_EACH[name]:
            expected = {key: value for key, value in window.items() if key[0] == part}
            expected = {
                key: value for key, value in expected.items() if (part, key[2]) not in ELSEWHERE[name]
            }
            if name == "tables" and part in ("tests", "evals", "rules"):
                # A table for a program has no separators.
                expected = {key: plain(value) for key, value in expected.items()}
            # An empty field is left out of the lines of figures.
            found = {key: said.get(key, "") for key in expected}
            assert found == expected, (name, part)
        assert counted_modes(said) == counted_modes(window)
    on_paper = flat("".join(page_texts(opened(subject.filed, zone=None))))
    assert [key for key, told in paper_says(window).items() if flat(told) not in on_paper] == []
    ids = {key[1] for key in window if key[0] == "rules"}
    judged = {
        key: value for key, value in surfaces["terminal"].items() if key[0] == "rules" and key[1] in ids
    }
    signs = {key: window[(*key[:2], "state")][0] for key in judged if key[2] == "sign"}
    assert judged == {key: window.get(key, "") for key in judged} | signs
    return window


def plain(shown: str) -> str:
    return shown.replace(",", "") if NUMBER.fullmatch(shown) else shown


@pytest.mark.parametrize("name", ["released", "broken"])
def test_the_sample_says_the_same_everywhere(name: str) -> None:
    judged = sample(name)
    window = everywhere_the_same(subject_of(judged.report, judged.decision))
    assert {key[0] for key in window} == set(PARTS) - {"approvals"}
    assert len(window) > 150
    terminal = terminal_says(subject_of(judged.report, judged.decision))
    assert terminal["head", "", "policy says"] == window["head", "", "verdict"]
    assert terminal["head", "", "policy's sentence"] == window["head", "", "sentence"]


def test_a_report_with_something_in_every_part_says_the_same_everywhere() -> None:
    decision = full_decision(report_digest=codec.digest(codec.encode(reports.report())))
    approvals = tuple(
        approval_about(decision, by, action=action)
        for by, action in (("ana", ApprovalAction.APPROVE), ("ben", ApprovalAction.REJECT))
    )
    window = everywhere_the_same(subject_of(reports.report(), decision, approvals))
    assert {key[0] for key in window} == set(PARTS)


def test_a_report_without_a_decision_says_the_same_everywhere() -> None:
    window = everywhere_the_same(subject_of(reports.report(), None))
    assert window["head", "", "verdict"] == "○ NOT JUDGED"
    assert {key[0] for key in window} == set(PARTS) - {"rules", "checklist", "approvals"}


@given(dice)
@settings(max_examples=25)
def test_any_report_says_the_same_everywhere(roll: Any) -> None:
    report = consistent_report(roll)
    decision = judge(report, report_digest=codec.digest(codec.encode(report)))
    everywhere_the_same(subject_of(report, decision))


def test_a_difference_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: one surface that rounds otherwise is found."""
    from tsr_agent.export import figures

    real = figures.metric_text
    monkeypatch.setattr(figures, "metric_text", lambda *given: real(*given).replace("0.93", "0.94"))
    judged = sample("broken")
    with pytest.raises(AssertionError, match="csv"):
        everywhere_the_same(subject_of(judged.report, judged.decision))


def test_a_difference_on_paper_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from tsr_agent.sections.document import testing

    real = testing.count_cell
    monkeypatch.setattr(
        testing, "count_cell", lambda text, *tone: real("54" if text == "53" else text, *tone)
    )
    judged = sample("broken")
    subject = subject_of(judged.report, judged.decision)
    on_paper = flat("".join(page_texts(opened(subject.filed, zone=None))))
    rows = paper_says(window_of(subject))
    assert [key for key, told in rows.items() if flat(told) not in on_paper] == [("tests", "Unit")]


def test_the_number_behind_a_figure_is_the_reports_own() -> None:
    """What is shown is rounded; what a program reads is not."""
    judged = sample("broken")
    subject = subject_of(judged.report, judged.decision)
    rows = {(row.section, row.about, row.name): row for row in figures(subject)}
    for result in judged.report.test_results:
        kind = result.test_type.value
        assert rows["tests", kind, "total"].value == result.total
        assert rows["tests", kind, "pass_rate"].value == result.pass_rate
    for iteration in judged.report.eval_iterations:
        for name in iteration.metrics:
            metric, row = iteration.metric(name), rows["evals", f"V{iteration.iteration}", name]
            assert metric is not None
            assert (row.value, row.n) == (metric.value, metric.n)
