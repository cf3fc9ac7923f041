from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitr_desktop.library import importing
from aitr_desktop.library.importing import ImportOutcome, import_files, import_here, json_files
from tests.desktop.fakes import StillClock, Watching
from tests.factories import shown_reports as reports
from tsr_agent.errors import InputError, StoreError
from tsr_agent.models import codec
from tsr_agent.store.engine import open_library
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "library.db"
    open_library(path, create=True).close()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


@pytest.mark.parametrize("name", ["b" * 300, "a" * 5_000, "nul\0", "\ud800"])
def test_a_path_that_no_system_has_is_a_file_that_failed(library: Path, clock: StillClock, name: str) -> None:
    found = import_files(library, [Path("/") / name], clock, Watching())
    assert (found.total, found.new, found.failed) == (1, 0, 1)


def fill(folder: Path, number: int, first: int = 0) -> list[Path]:
    paths = [folder / f"{place:04d}.json" for place in range(first, first + number)]
    for path in paths:
        path.write_bytes(codec.encode(reports.report(id=f"TSR-{path.stem}")))
    return paths


def filed(library: Path) -> int:
    with open_library(library) as opened:
        assert check(opened).sound
        return ReportRepository(opened).count()


Run = "Callable[..., ImportOutcome]"


@pytest.fixture
def run(library: Path, clock: StillClock) -> Callable[..., ImportOutcome]:
    return lambda paths, watching=None: import_here(library, paths, clock, watching or Watching())


def test_a_folder_of_all_sorts_is_told_apart_in_one_list(run: Run, library: Path, folder: Path) -> None:
    fill(folder, 120)
    (folder / "deep").mkdir()
    fill(folder / "deep", 3, first=200)
    (folder / "notes.json").write_text("{}")
    (folder / "broken.json").write_bytes(b'{"id": ')
    (folder / "notes.txt").write_text("not looked at")
    other = reports.report(id="TSR-0007", environment="production")
    (folder / "z-altered.json").write_bytes(codec.encode(other))
    watching = Watching()
    outcome = run([folder], watching)
    assert (outcome.total, outcome.new, outcome.known) == (126, 123, 0)
    assert {each.path.name for each in outcome.failures} == {"notes.json", "broken.json", "z-altered.json"}
    assert [each.path.name for each in outcome.failures if each.is_altered] == ["z-altered.json"]
    assert outcome.policy == "ai-release 1"
    assert outcome.error is None
    assert watching.said[-1][:3] == (126, 126, "reports")
    assert filed(library) == 123


def test_what_is_there_already_is_counted_and_changes_nothing(run: Run, library: Path, folder: Path) -> None:
    paths = fill(folder, 5)
    run(paths)
    again = run([*paths, *fill(folder, 2, first=10)])
    assert (again.new, again.known, again.failed) == (2, 5, 0)
    assert filed(library) == 7


def test_a_process_of_its_own_says_the_same_as_this_one(
    run: Run, library: Path, folder: Path, clock: StillClock, tmp_path: Path
) -> None:
    paths = fill(folder, 12)
    (folder / "broken.json").write_bytes(b'{"id": ')
    wanted = [*paths, folder / "broken.json", folder / "gone.json"]
    watching = Watching()
    apart = import_files(library, wanted, clock, watching)
    assert watching.said[-1][:2] == (14, 14)
    library.rename(tmp_path / "apart.db")
    open_library(library, create=True).close()
    assert apart == run(wanted)
    assert (apart.new, apart.failed) == (12, 2)


def test_a_library_that_is_not_there_fails_in_another_process_as_in_this_one(
    folder: Path, tmp_path: Path, clock: StillClock
) -> None:
    with pytest.raises(StoreError) as here:
        import_here(tmp_path / "none.db", [folder], clock, Watching())
    with pytest.raises(StoreError) as apart:
        import_files(tmp_path / "none.db", [folder], clock, Watching())
    assert apart.value.diagnostics() == here.value.diagnostics()


def test_cancelled_it_keeps_what_is_done_and_the_next_one_goes_on(
    run: Run, library: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_REPORTS", 10)
    paths = fill(folder, 60)
    outcome = run(paths, Watching(steps=3))
    assert outcome.cancelled
    assert outcome.new == filed(library) == 30
    assert run(paths).new == 30
    assert filed(library) == 60


def test_a_library_that_cannot_be_written_ends_it_and_says_what_was_kept(
    run: Run, library: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_REPORTS", 10)
    real = importing._filed
    seen: list[int] = []

    def full(*arguments: object) -> object:
        seen.append(1)
        if len(seen) > 25:
            raise StoreError("No space is left.")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_filed", full)
    outcome = run(fill(folder, 60))
    assert outcome.error is not None
    assert outcome.error.kept == "the 20 reports that were imported before."
    assert outcome.new == filed(library) == 20


def test_failures_beyond_a_bound_are_counted(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_FAILURES", 3)
    for place in range(8):
        (folder / f"{place}.json").write_text("{}")
    outcome = run([folder])
    assert (len(outcome.failures), outcome.more_failures, outcome.failed) == (3, 5, 8)


def test_links_that_lead_in_a_circle_are_not_followed(folder: Path) -> None:
    fill(folder, 2)
    (folder / "round").symlink_to(folder, target_is_directory=True)
    assert len(list(json_files(folder))) == 2


@settings(max_examples=60, deadline=None)
@given(names=st.lists(st.sampled_from(["good", "known", "broken", "other"]), max_size=30))
def test_every_file_is_exactly_one_of_new_known_and_failed(names: list[str]) -> None:
    outcome = ImportOutcome(policy="p 1", total=len(names))
    for name in names:
        if name in ("broken", "other"):
            outcome.fail(importing.Path(name), InputError("no"))
        else:
            outcome.new += name == "good"
            outcome.known += name == "known"
    assert outcome.new + outcome.known + outcome.failed == outcome.total
