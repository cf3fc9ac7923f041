"""The PDF of a report: what stands on its pages, and that the same report gives the same bytes."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.approval_documents import REJECT, pending, said, stands
from tests.factories.printed_reports import filed, flat, opened, outline, page_texts, written
from tests.factories.shown_reports import case, decision, report
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.evals import EvalCase
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.pdf.paper import Paper
from tsr_agent.pdf.writing import write_pdf
from tsr_agent.sections.document.filed import altered, verified
from tsr_agent.sections.document.report import report_document

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.sections.document.filed import FiledReport


def many_tests(number: int) -> FiledReport:
    cases = [case(f"test_{each}", CaseStatus.FAILED, message=f"no {each}") for each in range(number)]
    return filed(report=report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),)))


@pytest.mark.parametrize("appendix", [False, True])
def test_everything_that_the_document_says_is_in_the_text_layer(appendix: bool) -> None:
    document = report_document(filed(), UTC, appendix=appendix)
    text = flat("".join(page_texts(opened(filed(), appendix=appendix))))
    for section, table in document.tables():
        assert flat(section.title) in text
        assert flat(table.caption) in text
        for row in table.rows():
            for cell in row.cells:
                assert flat(cell.whole if cell.is_code and cell.whole else cell.text) in text
            for note in row.notes:
                assert flat(note.text) in text


def test_each_page_says_which_it_is_whose_bytes_and_what_was_decided() -> None:
    texts = page_texts(opened(many_tests(300), appendix=True))
    assert len(texts) > 10
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert f"SHA-256 {'a' * 64}" in text
        assert "3fa9c1e" in text
        assert "■ NO-GO" in text
        assert "○ not verified" in text


def test_the_cover_says_what_was_judged_by_what_and_when() -> None:
    zone = timezone(timedelta(hours=1), "CET")
    what = filed(verification=verified("Every document is what was filed."), library="audit-2026.db")
    cover = page_texts(opened(what, zone=zone))[0]
    for said_there in (
        "■ NO-GO",
        "2 blocking: Accuracy 0.812 on 250 cases is below 0.85",
        "https://git.example.org/team/support-bot.git",
        "3fa9c1e" + "0" * 33,
        "staging",
        "ai-release 1",
        "f" * 64,
        "2026-11-20 14:05 CET (2026-11-20 13:05:09 UTC)",
        "✓ verified. Every document is what was filed.",
        "audit-2026.db",
        "2 different people have to approve",
    ):
        assert flat(said_there) in flat(cover), said_there


def test_the_contents_and_the_bookmarks_lead_to_the_pages_of_the_sections() -> None:
    reader = opened(filed(), appendix=True)
    texts = page_texts(reader)
    found = outline(reader)
    sections = report_document(filed(), UTC, appendix=True).sections
    assert [title for title, _ in found if title in {each.title for each in sections}]
    for title, page in found:
        assert title in texts[page - 1]
    for section in sections:
        page = next(page for title, page in found if title == section.title)
        assert any(line.startswith(section.title) for line in texts[0].splitlines())
        assert flat(f"{section.title}{page}") in flat(texts[0]) or str(page) in texts[0].split()


def test_the_same_report_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.factories.printed_reports import filed, written; "
        "Path(sys.argv[1]).write_bytes(written(filed(), appendix=True))"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "one.pdf")], check=True)
    assert (tmp_path / "one.pdf").read_bytes() == written(filed(), appendix=True)


def test_the_properties_are_the_documents_own() -> None:
    reader = opened(filed())
    info: Any = reader.metadata
    assert info["/Title"] == "NO-GO: support-bot · main · staging 3fa9c1e"
    assert "a" * 64 in info["/Subject"]
    assert info["/CreationDate"] == info["/ModDate"] == "D:20261120130509Z"
    assert "/Author" not in info
    assert reader.root_object["/Lang"] == "en"


def test_two_reports_that_differ_have_different_ids() -> None:
    ids = {str(opened(what).trailer["/ID"][0]) for what in (filed(), filed(digest="c" * 64))}
    assert len(ids) == 2


@pytest.mark.parametrize(("paper", "size"), [(Paper.A4, (595, 842)), (Paper.LETTER, (612, 792))])
def test_both_papers_hold_all_marks_within_their_edges(paper: Paper, size: tuple[int, int]) -> None:
    for page in opened(filed(), paper=paper, appendix=True).pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == size
        places: list[tuple[float, float]] = []

        def look(text: str, _cm: Any, matrix: Any, _font: Any, _size: Any, into: Any = places) -> None:
            if text.strip():
                into.append((matrix[4], matrix[5]))

        page.extract_text(visitor_text=look)
        assert places
        assert all(56 <= x <= size[0] - 56 and 30 <= y <= size[1] - 30 for x, y in places)


def doubtful() -> dict[str, tuple[FiledReport, str]]:
    go = decision(decision=GoNoGoDecision.GO)
    waits = pending()
    rejected = (said("ben", REJECT, note="Not like this."),)
    return {
        "altered": (
            filed(decision=go, verification=altered("The bytes are not those that were filed.")),
            "✕ altered · The bytes are not those that were filed.",
        ),
        "other": (filed(decision=go, digest="c" * 64), "not about this report"),
        "unjudged": (filed(decision=None), "No decision is on record for this report."),
        "out_of_force": (filed(decision=go, policy_in_force=False), "The policy that decided is no longer"),
        "rejected": (
            filed(
                decision=waits,
                digest="7" * 64,
                approvals=rejected,
                standing=stands(*rejected, decision=waits),
            ),
            "✕ rejected · ",
        ),
    }


@pytest.mark.parametrize("name", doubtful())
def test_what_keeps_a_report_from_being_a_release_stands_on_the_cover_and_on_each_page(name: str) -> None:
    what, expected = doubtful()[name]
    reader = opened(what)
    for text in page_texts(reader):
        assert flat(expected) in flat(text)
        if name != "out_of_force":
            assert "● GO" not in text
    if name in ("altered", "other"):
        assert "✕ NOT VERIFIED" in page_texts(reader)[0]
        assert str(reader.metadata["/Title"] if reader.metadata else "").startswith("NOT VERIFIED: ")


def test_people_who_approved_stand_on_the_cover_with_their_words() -> None:
    waits = pending()
    approvals = (said("ana", note="Looked at the three open questions."),)
    what = filed(
        decision=waits, digest="7" * 64, approvals=approvals, standing=stands(*approvals, decision=waits)
    )
    cover = page_texts(opened(what))[0]
    assert "● GO" in cover
    assert flat("ana, release manager, 2026") in flat(cover)
    assert flat("Looked at the three open questions.") in flat(cover)


def test_what_is_no_longer_wanted_ends_and_what_goes_on_is_told() -> None:
    seen: list[tuple[int, int]] = []
    asked: list[bool] = []

    def is_cancelled() -> bool:
        asked.append(True)
        return len(asked) > 1

    def progress(done: int, total: int) -> None:
        seen.append((done, total))

    target = io.BytesIO()
    assert not write_pdf(target, many_tests(1_000), zone=UTC, appendix=True, is_cancelled=is_cancelled)
    assert b"%%EOF" not in target.getvalue()
    assert write_pdf(io.BytesIO(), many_tests(1_000), zone=UTC, appendix=True, progress=progress)
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {seen[-1][0]}


def test_a_report_of_nothing_says_so_in_each_section() -> None:
    nothing = report(
        test_results=(), eval_iterations=(), requirement_coverage=(), unknown_requirements=(), runs=(),
        inputs=(), code_coverage=(), build=None,
    )  # fmt: skip
    text = "".join(page_texts(opened(filed(report=nothing, decision=None))))
    assert "NOT JUDGED" in text
    assert "No test results in this report" in text
    assert "Nothing is determined" in text


def test_eval_cases_that_have_only_a_name_stand_in_lines() -> None:
    def pages(**said: Any) -> list[str]:
        cases = tuple(EvalCase(id=f"answer-{number:02}", passed=False, **said) for number in range(1, 75))
        first, *others = report().eval_iterations
        found = report(eval_iterations=(replace(first, cases=cases), *others))
        return page_texts(opened(filed(report=found), appendix=True))

    bare, scored = pages(), pages(scores={"accuracy": 0.25})
    assert len(bare) < len(scored)
    (page,) = (text for text in bare if "answer-74" in text)
    assert all(f"answer-{number:02}" in page for number in range(1, 75))
    assert "Scores" not in page
    assert "74 of 74 cases did not pass" in page
    assert any("accuracy 0.25" in text for text in scored)
