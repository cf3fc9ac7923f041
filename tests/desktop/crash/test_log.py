from __future__ import annotations

import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.crash.log import KEPT, CrashLog, log_path, logged_fault, told_fault, without_secrets
from tests.factories.hostile_texts import HOSTILE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.desktop.fakes import StillClock

CANARY = "the text of a report"


@pytest.fixture
def log(tmp_path: Path, clock: StillClock) -> Iterator[CrashLog]:
    made = CrashLog(tmp_path / "state" / "desktop.log", clock, max_bytes=4_000)
    yield made
    made.close()


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:  # noqa: BLE001
        return caught


def test_an_entry_says_when_and_what(log: CrashLog) -> None:
    log.write("fault", "one\ntwo")
    assert log.path.read_text() == "2026-11-22T12:00:00Z fault one\n\ttwo\n"


def test_the_log_is_this_persons_alone(log: CrashLog) -> None:
    log.write("start", "")
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_the_log_is_bounded(log: CrashLog) -> None:
    for number in range(400):
        log.write("fault", f"{number} " + "x" * 100)
    files = sorted(log.path.parent.iterdir())
    assert len(files) == KEPT
    assert all(each.stat().st_size <= 4_000 for each in files)
    assert "399 " in log.path.read_text()


def test_an_entry_of_any_size_and_text_is_one(log: CrashLog) -> None:
    log.write("fault", "x" * 1_000_000)
    for text in HOSTILE_TEXTS.values():
        log.write("fault", text)
    written = "".join(each.read_text() for each in log.path.parent.iterdir())
    assert "\u202e" not in written
    assert "\x1b" not in written
    assert not log.problem


def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path, clock: StillClock) -> None:
    (tmp_path / "file").write_text("no folder")
    log = CrashLog(tmp_path / "file" / "desktop.log", clock)
    log.write("fault", "x")
    assert str(log.path) in log.problem
    assert not log.ended_badly()


def test_many_threads_write_whole_lines(tmp_path: Path, clock: StillClock) -> None:
    log = CrashLog(tmp_path / "desktop.log", clock)
    threads = [
        threading.Thread(target=lambda: [log.write("fault", "x" * 80) for _ in range(50)]) for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    log.close()
    assert set(log.path.read_text().splitlines()) == {"2026-11-22T12:00:00Z fault " + "x" * 80}


def test_a_fault_is_logged_without_what_it_says(log: CrashLog) -> None:
    for error in (
        ValueError(CANARY),
        KeyError(CANARY),
        OSError(2, CANARY),
        RuntimeError(CANARY),
        OddError(CANARY),
    ):
        log.write("fault", logged_fault(raised(error)))
    written = log.path.read_text()
    assert CANARY not in written
    assert "builtins.ValueError" in written
    assert "tests/desktop/crash/test_log.py:" in written
    assert "in raised" in written


def test_the_causes_are_logged_too_and_without_what_they_say() -> None:
    error = ValueError(CANARY)
    error.__cause__ = raised(KeyError(CANARY))
    error.__cause__.__cause__ = error
    written = logged_fault(raised(error))
    assert CANARY not in written
    assert "builtins.KeyError" in written


def test_words_of_python_about_the_program_are_logged() -> None:
    assert "AttributeError: 'NoneType' object has no attribute 'x'" in logged_fault(
        raised(AttributeError("'NoneType' object has no attribute 'x'"))
    )


def test_the_person_is_told_all_but_secrets() -> None:
    error = raised(
        ValueError(f"{CANARY} at https://me:s3cret@example.org with aitr_ci_0123456789abcdef, token=abc")
    )
    told = told_fault(type(error), error, error.__traceback__, "aitr-wide_0")
    assert CANARY in told
    assert "thread aitr-wide_0" in told
    for secret in ("s3cret", "0123456789abcdef", "abc\n"):
        assert secret not in told


def test_tokens_are_taken_out_of_any_line() -> None:
    told = without_secrets("Authorization: Bearer xyz123\nplain\nghp_" + "a" * 36)
    assert "xyz123" not in told
    assert "plain" in told
    assert "a" * 36 not in told


def test_a_fault_that_cannot_be_printed_is_told() -> None:
    error = raised(OddError("x"))
    assert "OddError" in told_fault(type(error), error, error.__traceback__)


class OddError(Exception):
    """Raises when it is asked what it says."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


CRASHES = """
import faulthandler, sys
from datetime import UTC, datetime
from pathlib import Path
from aitr_desktop.crash.log import CrashLog
class Clock:
    def now(self): return datetime(2026, 1, 1, tzinfo=UTC)
log = CrashLog(Path(sys.argv[1]), Clock())
log.write("start", "")
log.take_signals()
faulthandler._sigsegv()
"""


def test_a_fault_in_machine_code_is_written_and_known_at_the_next_start(
    tmp_path: Path, clock: StillClock
) -> None:
    path = tmp_path / "desktop.log"
    ended = subprocess.run([sys.executable, "-c", CRASHES, str(path)], check=False, capture_output=True)
    assert ended.returncode < 0
    log = CrashLog(path, clock)
    assert "Fatal Python error: Segmentation fault" in path.read_text()
    assert log.ended_badly()
    log.write("start", "")
    log.close()
    assert not log.ended_badly()


def test_each_profile_has_a_log() -> None:
    assert log_path("second").name == "desktop-second.log"
    assert log_path().parent.name == "aitr"
