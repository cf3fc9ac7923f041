from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.library import apart
from aitr_desktop.library.apart import run_apart
from tests.desktop.fakes import Watching
from tests.factories import apart_work
from tsr_agent.errors import IntegrityError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

ORPHANED = """
import sys
from functools import partial
from pathlib import Path
from aitr_desktop.library.apart import run_apart
from tests.desktop.fakes import Watching
from tests.factories import apart_work
run_apart(partial(apart_work.until_cancelled, Path(sys.argv[1])), Watching())
"""


def waits_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        threading.Event().wait(0.01)


def test_the_work_is_done_by_another_process_and_its_progress_is_told() -> None:
    watching = Watching()
    process, _ = run_apart(apart_work.where, watching)
    assert process != os.getpid()
    assert watching.said == [(1, 3, "reports", "7/s"), (3, 3, "reports", "")]


def test_what_the_work_raises_arrives_whole() -> None:
    with pytest.raises(IntegrityError) as caught:
        run_apart(apart_work.altered, Watching())
    error = caught.value
    assert (error.message, error.kept, error.next_step) == ("TSR-1 was altered.", "everything.", "Ask.")
    assert error.details == ("line 1", "line 2")


def test_a_fault_of_ours_stays_one() -> None:
    with pytest.raises(ZeroDivisionError, match="a fault of ours"):
        run_apart(apart_work.broken, Watching())


def test_a_result_that_cannot_be_sent_is_a_fault_and_no_silence() -> None:
    with pytest.raises(RuntimeError, match="can't be sent"):
        run_apart(apart_work.unsent, Watching())


def test_an_error_that_cannot_be_read_is_told_and_not_waited_for() -> None:
    with pytest.raises(RuntimeError, match="can't be read"):
        run_apart(apart_work.raises_what_cannot_be_read, Watching())


def test_work_that_leaves_does_not_take_the_window_with_it() -> None:
    with pytest.raises(StoreError, match="ended before it was done"):
        run_apart(apart_work.leaves, Watching())


def test_work_that_tells_without_a_pause_is_asked_to_end() -> None:
    assert run_apart(apart_work.tells_without_a_pause, Watching(steps=100)) == "kept"


def test_work_that_never_ends_is_ended_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE_SECONDS", 0.2)
    with pytest.raises(StoreError, match="ended before it was done"):
        run_apart(apart_work.never_ends, Watching(steps=100))


def test_what_a_library_prints_does_not_come_between(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_apart(apart_work.talkative, Watching()) == "said"
    assert "something a library says" in capfd.readouterr().err


def test_a_process_that_goes_in_the_middle_says_what_was_kept() -> None:
    with pytest.raises(StoreError, match="ended before it was done") as caught:
        run_apart(apart_work.killed, Watching())
    assert caught.value.kept
    assert caught.value.next_step


def test_cancelling_asks_and_waits_for_what_is_kept(tmp_path: Path) -> None:
    watching = Watching()
    found: list[str] = []
    note = tmp_path / "note"
    thread = threading.Thread(
        target=lambda: found.append(run_apart(partial(apart_work.until_cancelled, note), watching))
    )
    thread.start()
    waits_for(note.with_suffix(".begun"))
    watching.steps = 0
    thread.join(60)
    assert found == ["kept"]
    assert note.read_text() == "kept"


def test_work_whose_window_was_killed_keeps_what_it_has_and_ends(tmp_path: Path) -> None:
    note = tmp_path / "note"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", ORPHANED, str(note)], env=environment) as window:
        waits_for(note.with_suffix(".begun"))
        window.kill()
    waits_for(note)


def test_no_module_is_taken_from_the_folder_it_was_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit(3)")
    (tmp_path / "tsr_agent.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each not in {"", "."}])
    assert run_apart(apart_work.where, Watching())[1] == str(tmp_path)


def test_a_process_that_cannot_be_started_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(StoreError, match="can't be started"):
        run_apart(apart_work.where, Watching())


def test_a_packed_application_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert apart._command() == [sys.executable, apart.FLAG]
