from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QThread, QTimer, qWarning
from qtpy.QtWidgets import QApplication, QLabel, QPushButton

from aitr_desktop.crash.dialog import CrashDialog
from aitr_desktop.crash.faults import MAX_QT_MESSAGES, SILENCE_S, STORM, Faults
from aitr_desktop.crash.log import CrashLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.desktop.fakes import StillClock


class Person:
    """What the application does for the person, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.kept = self.left = 0
        self.seconds = 100.0
        self.error: Exception | None = None

    def keep(self) -> None:
        self.kept += 1
        if self.error is not None:
            raise self.error

    def leave(self) -> None:
        self.left += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def log(tmp_path: Path, clock: StillClock) -> CrashLog:
    return CrashLog(tmp_path / "desktop.log", clock)


@pytest.fixture
def faults(log: CrashLog, person: Person, qtbot: QtBot) -> Iterator[Faults]:
    """Installed for one test; the plugin's own hooks come back after it."""
    made = Faults(log, person.keep, person.leave, seconds=lambda: person.seconds)
    made.install()
    yield made
    made.uninstall()
    made.deleteLater()
    QApplication.processEvents()
    log.close()


def dialogs() -> list[CrashDialog]:
    found = [each for each in QApplication.topLevelWidgets() if isinstance(each, CrashDialog)]
    return [each for each in found if each.isVisible()]


def fail(error: BaseException) -> None:
    sys.excepthook(type(error), error, error.__traceback__)


def said(dialog: CrashDialog) -> str:
    return "\n".join(each.text() for each in dialog.findChildren(QLabel) if each.isVisible())


def button(dialog: CrashDialog, words: str) -> QPushButton:
    (found,) = [each for each in dialog.findChildren(QPushButton) if each.text() == words]
    return found


@pytest.mark.usefixtures("faults")
def test_a_fault_is_shown_with_its_details_and_work_is_kept(
    person: Person, log: CrashLog, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(ValueError("<b>odd</b> value\u202e"))
    (dialog,) = dialogs()
    assert "ValueError: <b>odd</b> value⟨U+202E⟩" in dialog.details.toPlainText()
    assert "ValueError: <b>odd</b> value" in capsys.readouterr().err
    assert person.kept == 1
    assert "The library holds each report whole" in said(dialog)
    assert str(log.path) in said(dialog)
    assert "builtins.ValueError" in log.path.read_text()
    assert "odd" not in log.path.read_text()
    button(dialog, "Copy details").click()
    assert "ValueError: <b>odd</b>" in QApplication.clipboard().text()
    button(dialog, "Go on").click()
    assert dialogs() == []
    assert person.left == 0


@pytest.mark.usefixtures("faults")
def test_an_interrupt_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    fail(KeyboardInterrupt())
    assert dialogs() == []
    assert "KeyboardInterrupt" in capsys.readouterr().err


@pytest.mark.usefixtures("faults")
def test_further_faults_are_counted_in_the_one_dialog(log: CrashLog) -> None:
    for number in range(1_003):
        fail(RuntimeError(f"fault {number}"))
    (dialog,) = dialogs()
    assert "1,002 more faults since then" in said(dialog)
    assert log.path.read_text().count(" fault ") > 0


@pytest.mark.usefixtures("faults")
def test_a_storm_ends_in_silence_that_ends(person: Person, log: CrashLog) -> None:
    for _ in range(STORM - 1):
        fail(ValueError())
        (dialog,) = dialogs()
        assert "aitr keeps failing" not in said(dialog)
        button(dialog, "Go on").click()
        person.seconds += 1
    fail(ValueError())
    (dialog,) = dialogs()
    assert "aitr keeps failing" in said(dialog)
    button(dialog, "Go on").click()
    QApplication.processEvents()
    for _ in range(100):
        fail(ValueError())
    assert dialogs() == []
    assert log.path.read_text().count(" fault ") == 100 + STORM
    person.seconds += SILENCE_S + 1
    fail(ValueError())
    (dialog,) = dialogs()
    assert "aitr keeps failing" not in said(dialog)


@pytest.mark.usefixtures("faults")
def test_faults_far_apart_are_no_storm(person: Person) -> None:
    for _ in range(2 * STORM):
        fail(ValueError())
        (dialog,) = dialogs()
        assert "aitr keeps failing" not in said(dialog)
        button(dialog, "Go on").click()
        person.seconds += 3


@pytest.mark.usefixtures("faults")
def test_quitting_leaves_as_the_person_would(person: Person) -> None:
    fail(ValueError())
    button(dialogs()[0], "Quit aitr").click()
    assert dialogs() == []
    assert person.left == 1


@pytest.mark.usefixtures("faults")
def test_a_fault_of_keeping_work_hides_no_fault(person: Person, log: CrashLog) -> None:
    person.error = ValueError("second")
    fail(KeyError("first"))
    assert "KeyError" in dialogs()[0].details.toPlainText()
    assert "while keeping work" in log.path.read_text()


@pytest.mark.usefixtures("faults")
def test_a_fault_of_showing_a_fault_is_logged_alone(log: CrashLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aitr_desktop.crash.dialog.CrashDialog.__init__", lambda *_, **__: 1 / 0)
    fail(ValueError())
    fail(ValueError())
    assert log.path.read_text().count("fault builtins.ValueError") == 2
    assert log.path.read_text().count("while showing it: builtins.ZeroDivisionError") == 1


@pytest.mark.usefixtures("faults")
def test_a_fault_of_a_thread_comes_to_the_screen(log: CrashLog, qtbot: QtBot) -> None:
    def work() -> None:
        raise LookupError("in a thread")

    thread = threading.Thread(target=work, name="aitr-test")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    assert "LookupError: in a thread" in dialogs()[0].details.toPlainText()
    assert "thread aitr-test" in dialogs()[0].details.toPlainText()
    assert "in aitr-test: builtins.LookupError" in log.path.read_text()
    assert dialogs()[0].thread() is QThread.currentThread()


@pytest.mark.usefixtures("faults")
def test_a_thread_that_ends_by_itself_is_no_fault() -> None:
    thread = threading.Thread(target=lambda: sys.exit(3))
    thread.start()
    thread.join()
    QApplication.processEvents()
    assert dialogs() == []


@pytest.mark.usefixtures("faults")
def test_a_fault_of_an_object_that_goes_is_logged_alone(log: CrashLog) -> None:
    class Goes:
        def __del__(self) -> None:
            raise ValueError("gone")

    made = Goes()
    del made
    assert "unraisable builtins.ValueError" in log.path.read_text()
    assert dialogs() == []


@pytest.mark.usefixtures("faults")
def test_what_qt_complains_of_is_logged_and_bounded(log: CrashLog) -> None:
    for number in range(MAX_QT_MESSAGES + 50):
        qWarning(f"complaint {number}")
    assert log.path.read_text().count(" qt complaint") == MAX_QT_MESSAGES


def test_everything_is_left_as_it_was(log: CrashLog, person: Person) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    faults = Faults(log, person.keep, person.leave)
    faults.install()
    assert sys.excepthook != before[0]
    faults.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    faults.deleteLater()


@pytest.mark.usefixtures("faults")
def test_a_fault_in_a_slot_is_caught_and_the_loop_goes_on(qtbot: QtBot) -> None:
    heard: list[int] = []

    def slot() -> None:
        raise ValueError("in a slot")

    QTimer.singleShot(0, slot)
    QTimer.singleShot(1, lambda: heard.append(1))
    qtbot.waitUntil(lambda: bool(heard) and bool(dialogs()))
