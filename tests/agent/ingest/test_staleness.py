"""Results that a run did not write: by the times of files on disk, as caches and artifacts leave them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.junit_files import suite
from tsr_agent.ingest.collect import Sources, collect
from tsr_agent.ingest.exec_record import ExecRecord
from tsr_agent.ingest.staleness import first_starts, why_stale
from tsr_agent.models import codec
from tsr_agent.models.report import InputStatus
from tsr_agent.models.results import RunnerRun, TestType

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.collected import Collected

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def record(folder: Path, name: str = "unit", started: datetime = START, **fields: int) -> None:
    found = ExecRecord(
        test_type=TestType(name.partition("-")[0]),
        exit_code=fields.get("exit_code", 0),
        started_at=started,
        finished_at=started + timedelta(seconds=30),
    )
    (folder / f"{name}.exec.json").write_bytes(codec.encode(found))


def results(folder: Path, name: str, seconds: float, document: str = "") -> None:
    """A results file that was last written so many seconds after the start."""
    path = folder / name
    path.write_text(document or suite("a", "b!"))
    time = START.timestamp() + seconds
    os.utime(path, (time, time))


def statuses(found: Collected) -> dict[str, InputStatus]:
    return {entry.path: entry.status for entry in found.inputs}


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        (20, InputStatus.READ),
        (86_400 * 400, InputStatus.READ),
        (0, InputStatus.READ),
        (-1.999, InputStatus.READ),
        (-2, InputStatus.READ),
        (-2.001, InputStatus.STALE),
        (-3_600, InputStatus.STALE),
        (-86_400 * 400, InputStatus.STALE),
        (-START.timestamp(), InputStatus.STALE),
        (-START.timestamp() - 1, InputStatus.STALE),
    ],
)
def test_a_file_older_than_its_run_is_stale(tmp_path: Path, seconds: float, status: InputStatus) -> None:
    record(tmp_path)
    results(tmp_path, "unit.xml", seconds)
    assert statuses(collect(Sources(results_dir=tmp_path)))["unit.xml"] is status


def test_a_stale_file_says_so_and_counts_for_nothing(tmp_path: Path) -> None:
    record(tmp_path)
    results(tmp_path, "unit-fresh.xml", 10, suite("fresh"))
    results(tmp_path, "unit-left.xml", -60, suite("left"))
    found = collect(Sources(results_dir=tmp_path))
    assert [case.name for case in found.test_results[0].test_cases] == ["fresh"]
    told = (
        "unit-left.xml: last written at 2026-11-22 09:59:00 UTC, before the unit tests began at "
        "2026-11-22 10:00:00 UTC, so it is left from something else"
    )
    assert found.problems[0].startswith(told)
    assert any(
        line.startswith("unit-left.xml: stale (taken for JUnit XML): last written")
        for line in found.explanations
    )


def test_a_type_with_nothing_but_stale_files_has_no_results(tmp_path: Path) -> None:
    record(tmp_path)
    results(tmp_path, "unit.xml", -60)
    assert collect(Sources(results_dir=tmp_path)).test_results == ()


def test_a_run_says_nothing_about_other_types_and_other_files(tmp_path: Path) -> None:
    record(tmp_path)
    results(tmp_path, "e2e.xml", -60)
    results(tmp_path, "requirements.yaml", -60, "requirements: [{id: R-1}]")
    found = collect(Sources(results_dir=tmp_path))
    assert set(statuses(found).values()) == {InputStatus.READ}


def test_of_several_runs_the_first_start_counts(tmp_path: Path) -> None:
    record(tmp_path, "unit-2", START + timedelta(minutes=5))
    record(tmp_path, "unit-1")
    results(tmp_path, "unit-1.xml", 60)
    results(tmp_path, "unit-0.xml", -60)
    assert statuses(collect(Sources(results_dir=tmp_path))) == {
        "unit-0.xml": InputStatus.STALE,
        "unit-1.exec.json": InputStatus.READ,
        "unit-1.xml": InputStatus.READ,
        "unit-2.exec.json": InputStatus.READ,
    }


def test_without_a_recorded_start_no_file_is_stale(tmp_path: Path) -> None:
    results(tmp_path, "unit.xml", -86_400)
    assert statuses(collect(Sources(results_dir=tmp_path))) == {"unit.xml": InputStatus.READ}
    stated = RunnerRun(test_type=TestType.UNIT, exit_code=0)
    assert first_starts([stated]) == {}


def test_a_file_with_no_time_of_this_world_is_stale_in_words() -> None:
    assert "at an impossible time" in why_stale(TestType.UNIT, -(10**22), {TestType.UNIT: START})


@given(st.integers(-(2**63), 2**63), st.lists(st.datetimes(timezones=st.just(UTC)), max_size=3))
def test_another_run_never_makes_a_stale_file_of_an_earlier_ones(
    modified: int, starts: list[datetime]
) -> None:
    runs = [RunnerRun(test_type=TestType.UNIT, exit_code=0, started_at=each) for each in starts]
    one_by_one = [why_stale(TestType.UNIT, modified, first_starts([run])) for run in runs]
    together = why_stale(TestType.UNIT, modified, first_starts(runs))
    assert bool(together) == (bool(runs) and all(one_by_one))
