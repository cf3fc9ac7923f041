"""Nothing that is exported looks more like GO than what is on record."""

from __future__ import annotations

import io
import json
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.factories.compared_reports import sample
from tests.factories.histories import LATER, say, upload
from tests.factories.printed_reports import flat, opened, page_texts
from tests.factories.reports import NOON
from tsr_agent.export.comparing import compared
from tsr_agent.export.progress import Unwatched
from tsr_agent.export.record import write_json
from tsr_agent.export.subject import of_file, on_record
from tsr_agent.export.tables import write_figures
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.document.cautions import NOT_ON_RECORD, head_of
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tsr_agent.store.engine import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """One release that Rita approved and one that was GO until Ben rejected it."""
    with open_library(tmp_path / "library.db", create=True) as opened_here:
        upload(opened_here, "approved", waits=True, created_at=NOON)
        say(opened_here, "approved", ApprovalAction.APPROVE, by="Rita")
        upload(opened_here, "rejected", created_at=NOON + timedelta(minutes=1))
        say(opened_here, "rejected", ApprovalAction.REJECT, by="Ben")
        yield opened_here


def test_a_comparison_in_a_pdf_has_the_verdicts_that_the_records_have(library: Library) -> None:
    old, new = (on_record(library, each).filed for each in ("approved", "rejected"))
    section = compared(library, new, old, LATER)
    assert [each.verdict.word for each in (section.old, section.new)] == ["GO", "NO-GO"]
    for side, filed in ((section.old, old), (section.new, new)):
        assert side.verdict == head_of(filed).verdict
    pages = flat("".join(page_texts(opened(new, comparison=section))))
    assert "●GO" not in pages.replace("●A:GO", "").partition("Contents")[0]


def test_a_decision_taken_for_an_export_says_so_beside_its_verdict_everywhere() -> None:
    one = sample("broken")
    assert one.decision.decision is GoNoGoDecision.NO_GO
    lenient = replace(one.decision, decision=GoNoGoDecision.GO, blocking_issues=(), review_issues=())
    subject = of_file(one.report, codec.encode(one.report), "tsr.json", lenient)
    subject = replace(subject, filed=replace(subject.filed, digest=one.digest))
    head = head_of(subject.filed)
    assert [each.mark.word for each in head.cautions] == ["not on record", "judged worse before"]

    reader = opened(subject.filed, zone=UTC)
    for text in map(flat, page_texts(reader)):
        assert flat(NOT_ON_RECORD) in text
        assert "judgeditNO-GO." in text
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("GO, not on record, judged worse before: ")

    stream = io.BytesIO()
    write_json(subject, stream, Unwatched())
    assert NOT_ON_RECORD in json.loads(stream.getvalue())["verdict"]["cautions"][0]
    stream = io.BytesIO()
    write_figures(subject, stream, Unwatched())
    assert NOT_ON_RECORD in stream.getvalue().decode()


def test_what_is_on_record_and_no_better_than_claimed_has_nothing_said_beside_it(library: Library) -> None:
    assert head_of(on_record(library, "approved").filed).cautions == ()
