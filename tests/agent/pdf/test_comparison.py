"""A comparison as PDF: alone, and behind a report."""

from __future__ import annotations

import io
from datetime import UTC

import pytest
from pypdf import PdfReader

from tests.factories.compared_reports import sample, scopes_of
from tests.factories.printed_reports import filed, flat, outline, page_texts, written
from tsr_agent.comparison.report import compare
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.pdf.writing import write_comparison
from tsr_agent.sections.comparison import ComparisonSection, comparison
from tsr_agent.sections.document.comparison import comparison_document


@pytest.fixture(scope="module")
def section() -> ComparisonSection:
    return comparison(
        compare(sample("released"), sample("broken"), scopes_of(ai_release())), few=None, zone=UTC
    )


def test_a_comparison_says_both_verdicts_and_everything_that_changed(section: ComparisonSection) -> None:
    target = io.BytesIO()
    assert write_comparison(target, section)
    texts = page_texts(PdfReader(target, strict=True))
    whole = flat("".join(texts))
    assert flat(section.sentence[1:]) in flat(texts[0])
    for text in texts:
        assert section.old.digest in text
        assert section.new.digest in text
        assert "● A: GO" in text
        assert "■ B: NO-GO" in text
    for _, table in comparison_document(section).tables():
        for row in table.rows():
            for said in (*(cell.text for cell in row.cells), *(note.text for note in row.notes)):
                assert flat(said) in whole


def test_a_report_with_a_comparison_has_both_behind_one_cover(section: ComparisonSection) -> None:
    reader = PdfReader(io.BytesIO(written(filed(), comparison=section)), strict=True)
    titles = [title for title, _ in outline(reader)]
    assert titles.index("Overview") < titles.index("Versions") < titles.index("Comparison")


def test_a_comparison_behind_a_report_is_one_line_of_its_contents(section: ComparisonSection) -> None:
    reader = PdfReader(io.BytesIO(written(filed(), comparison=section)), strict=True)
    first = page_texts(reader)[0]
    listed = first[first.index("Contents") :].splitlines()
    for title in ("Tests", "Failure modes", "Requirements", "Approvals", "Comparison"):
        assert sum(line.startswith(title) for line in listed) == 1, title
    top = [each.title for each in reader.outline if not isinstance(each, list)]
    assert top[-1] == "Comparison"
    assert len(top) == len(set(top))
    assert "What did not change" in [title for title, _ in outline(reader)]
