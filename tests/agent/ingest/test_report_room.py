"""A run always leaves a record: what does not fit into a report is cut short or named, never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tsr_agent.errors import InputError
from tsr_agent.ingest.collect import Sources, collect
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.report_room import ReportRoom
from tsr_agent.models.report import InputStatus
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from pathlib import Path


def failing(number: int, length: int) -> Parts:
    cases = (
        TestCase(id=f"t{n}", name=f"t{n}", status=CaseStatus.FAILED, details="x" * length)
        for n in range(number)
    )
    return Parts(cases=tuple(cases))


def test_parts_that_fit_are_taken_as_they_are() -> None:
    parts = failing(3, 500)
    room = ReportRoom(4_000)
    assert room.taken(parts, "a.xml") is parts


def test_texts_are_cut_where_that_makes_them_fit() -> None:
    (case,) = ReportRoom(1_000).taken(failing(1, 5_000), "a.xml").cases
    assert case.status is CaseStatus.FAILED
    assert case.details.startswith("xxx")
    assert len(case.details) <= 200


def test_what_does_not_fit_is_refused_and_takes_no_room() -> None:
    room = ReportRoom(2_000)
    with pytest.raises(InputError, match=r"b\.xml: .* bytes of a report, which has room for 2,000 more"):
        room.taken(failing(100, 10), "b.xml")
    assert len(room.taken(failing(3, 10), "a.xml").cases) == 3


def test_the_room_is_for_all_files_together(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        case = "".join(f'<testcase classname="{name}" name="{n}"/>' for n in range(20))
        (tmp_path / f"unit-{name}.xml").write_text(f"<testsuite>{case}</testsuite>")
    found = collect(Sources(results_dir=tmp_path, room=2_500))
    statuses = [each.status for each in found.inputs]
    assert statuses == [InputStatus.READ, InputStatus.READ, InputStatus.UNREADABLE]
    assert found.problems[0].startswith("unit-c.xml: ")
