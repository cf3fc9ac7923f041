from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.tasks import Lane, Progress, Tasks
from tsr_agent.errors import StoreError, TsrError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot


def unwanted(_: object) -> None:
    raise AssertionError("not wanted here")


def test_results_come_back_on_this_thread_in_order(tasks: Tasks, settled: Callable[[], None]) -> None:
    worked, delivered, order = set(), set(), []

    def work(number: int) -> int:
        worked.add(threading.current_thread().name)
        return number

    def take(number: int) -> None:
        delivered.add(threading.current_thread().name)
        order.append(number)

    for number in range(300):
        tasks.run(lambda number=number: work(number), take, unwanted)
    settled()
    assert order == list(range(300))
    assert delivered == {threading.current_thread().name}
    assert len(worked) == 1
    assert not worked & delivered


def test_the_wide_lane_works_on_several_at_once(tasks: Tasks, settled: Callable[[], None]) -> None:
    meeting = threading.Barrier(3, timeout=20)
    met: list[int] = []
    for _ in range(3):
        tasks.run(meeting.wait, met.append, unwanted, Lane.WIDE)
    settled()
    assert sorted(met) == [0, 1, 2]


def test_an_expected_error_goes_to_its_handler(tasks: Tasks, settled: Callable[[], None]) -> None:
    errors: list[TsrError] = []

    def fail() -> None:
        raise StoreError("no space")

    tasks.run(fail, unwanted, errors.append)
    settled()
    assert [error.message for error in errors] == ["no space"]


def test_a_fault_of_ours_reaches_the_hook_and_not_the_handler(qtbot: QtBot, tasks: Tasks) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        tasks.run(fail, unwanted, unwanted)
        qtbot.waitUntil(lambda: tasks.is_idle)
    assert [kind for kind, *_ in caught] == [ZeroDivisionError]


def test_a_cancelled_task_delivers_nothing(tasks: Tasks, settled: Callable[[], None]) -> None:
    gate, ran = threading.Event(), []
    running = tasks.run(lambda: gate.wait(20), unwanted, unwanted)
    waiting = tasks.run(lambda: ran.append(1), unwanted, unwanted)
    running.cancel()
    waiting.cancel()
    gate.set()
    settled()
    assert ran == []


def test_closing_waits_for_what_runs_and_delivers_nothing(tasks: Tasks) -> None:
    gate, done = threading.Event(), []

    def work() -> None:
        gate.wait(20)
        done.append("ran to its end")

    tasks.run(work, unwanted, unwanted)
    tasks.run(lambda: done.append("was begun"), unwanted, unwanted)
    threading.Timer(0.05, gate.set).start()
    tasks.close()
    assert done == ["ran to its end"]
    with pytest.raises(RuntimeError):
        tasks.run(lambda: None, unwanted, unwanted)


def test_closing_does_not_wait_for_what_does_not_end(tasks: Tasks) -> None:
    gate, ended = threading.Event(), threading.Event()

    def work() -> None:
        gate.wait(20)
        ended.set()

    tasks.run(work, unwanted, unwanted)
    begun = time.monotonic()
    assert not tasks.close(0.1)
    assert time.monotonic() - begun < 5
    gate.set()
    assert ended.wait(20)
    for thread in threading.enumerate():
        if thread.name.startswith("aitr-"):
            thread.join(20)


def test_long_work_says_how_far_it_is_and_ends_when_it_is_asked_to(
    tasks: Tasks, settled: Callable[[], None]
) -> None:
    told: list[tuple[str, Progress]] = []
    tasks.began.connect(lambda progress: told.append(("began", progress)))
    tasks.ended.connect(lambda progress: told.append(("ended", progress)))
    half_way, results = threading.Event(), []

    def work(progress: Progress) -> int:
        done = 0
        while not progress.is_cancelled and done < 1_000_000:
            done += 1
            progress.report(done, 1_000_000, "reports")
            if done == 3:
                half_way.set()
        return done

    progress = tasks.run_long("Importing", work, results.append, unwanted)
    assert half_way.wait(20)
    progress.cancel()
    settled()
    assert told == [("began", progress), ("ended", progress)]
    assert results == [progress.seen.done]
    assert (progress.seen.total, progress.seen.unit, progress.title) == (1_000_000, "reports", "Importing")


def test_long_work_and_reading_do_not_wait_for_each_other(tasks: Tasks, settled: Callable[[], None]) -> None:
    read = threading.Event()
    waited = []
    tasks.run_long("Importing", lambda _: waited.append(read.wait(20)), lambda _: None, unwanted)
    tasks.run(read.set, lambda _: None, unwanted)
    settled()
    assert waited == [True]


def test_closing_ends_long_work(tasks: Tasks) -> None:
    ended = []

    def work(progress: Progress) -> None:
        while not progress.is_cancelled:
            pass
        ended.append(progress)

    progress = tasks.run_long("Importing", work, unwanted, unwanted)
    tasks.close()
    assert ended in ([progress], [])
