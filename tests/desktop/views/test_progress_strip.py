from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QProgressBar, QPushButton, QWidget

from aitr_desktop.tasks import Progress, Tasks
from aitr_desktop.views.progress_strip import MAX_ROWS, PATIENCE, ProgressStrip
from tests.factories import shown_reports as reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

Show = Callable[[QWidget], QWidget]


@pytest.fixture
def strip(shown: Show) -> Iterator[ProgressStrip]:
    made = ProgressStrip()
    made.resize(900, 60)
    shown(made)
    made.hide()
    yield made
    made.stop()


def wait(strip: ProgressStrip) -> None:
    for _ in range(PATIENCE):
        strip.look()


def test_what_is_done_at_once_is_not_shown(strip: ProgressStrip) -> None:
    progress = Progress("Importing 3 reports")
    strip.add(progress)
    strip.look()
    assert strip.isHidden()
    strip.remove(progress)
    assert not strip.findChildren(QTimer)[0].isActive()
    assert strip.isHidden()


def test_it_shows_how_far_the_work_is(strip: ProgressStrip) -> None:
    progress = Progress("Importing 1,200 reports")
    strip.add(progress)
    wait(strip)
    (row,) = strip.rows()
    bar = row.findChildren(QProgressBar)[0]
    assert strip.isVisible()
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    assert row.words() == ""
    progress.report(300, 0, "reports")
    strip.look()
    assert row.words() == "300 reports"
    progress.report(600, 1_200, "reports", "85 a second")
    strip.look()
    assert row.words() == "600 of 1,200 reports · 85 a second"
    assert bar.value() * 2 == bar.maximum()
    progress.report(10**15, 10**15)
    strip.look()
    assert bar.value() == bar.maximum()


def test_several_are_listed_and_the_rest_is_counted(strip: ProgressStrip) -> None:
    works = [Progress(f"Work {number}") for number in range(MAX_ROWS + 2)]
    for progress in works:
        strip.add(progress)
    wait(strip)
    assert [row.progress for row in strip.rows()] == works[:MAX_ROWS]
    assert strip.more() == "and 2 more"
    strip.remove(works[1])
    assert works[MAX_ROWS] in [row.progress for row in strip.rows()]
    for progress in works:
        strip.remove(progress)
    assert strip.isHidden()


def test_the_keyboard_can_end_it(strip: ProgressStrip, qtbot: QtBot) -> None:
    progress = Progress("Importing 3 reports")
    strip.add(progress)
    wait(strip)
    cancel = strip.findChildren(QPushButton)[0]
    assert cancel.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert cancel.accessibleName() == "Cancel: Importing 3 reports"
    qtbot.keyClick(cancel, Qt.Key.Key_Space)
    assert progress.is_cancelled
    assert strip.rows()[0].words() == "Ending…"


def test_it_follows_real_work_to_its_end(strip: ProgressStrip, tasks: Tasks, qtbot: QtBot) -> None:
    tasks.began.connect(strip.add)
    tasks.ended.connect(strip.remove)
    go_on = threading.Event()
    ended: list[bool] = []

    def work(progress: Progress) -> bool:
        progress.report(1, 2, "steps")
        go_on.wait(20)
        return progress.is_cancelled

    tasks.run_long("Working", work, ended.append, lambda error: pytest.fail(str(error)))
    qtbot.waitUntil(strip.isVisible)
    assert strip.rows()[0].words() == "1 of 2 steps"
    strip.findChildren(QPushButton)[0].click()
    go_on.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [True]
    assert strip.isHidden()


def test_hostile_titles_are_text_and_fit(strip: ProgressStrip) -> None:
    progress = Progress(reports.HOSTILE * 50)
    progress.report(1, 2, reports.HOSTILE, reports.HOSTILE)
    strip.add(progress)
    wait(strip)
    assert "\u202e" not in strip.rows()[0].words()
    assert strip.minimumSizeHint().width() < 900
    assert not strip.grab().isNull()
