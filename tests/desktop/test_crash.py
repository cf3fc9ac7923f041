from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from qtpy.QtWidgets import QApplication

from aitr_desktop import crash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    crash.install()
    yield
    for dialog in dialogs():
        dialog.close()
        dialog.deleteLater()


def dialogs() -> list[crash.CrashDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, crash.CrashDialog)]


def fail(error: BaseException) -> None:
    sys.excepthook(type(error), error, error.__traceback__)


@pytest.mark.usefixtures("installed")
def test_a_fault_is_written_out_and_shown_with_its_details(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(ValueError("<b>odd</b> value\u202e"))
    (dialog,) = dialogs()
    qtbot.waitUntil(dialog.isVisible)
    assert "ValueError: <b>odd</b> value⟨U+202E⟩" in dialog.details.toPlainText()
    assert "ValueError: <b>odd</b> value" in capsys.readouterr().err


@pytest.mark.usefixtures("installed", "qtbot")
def test_a_storm_of_faults_opens_one_dialog(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(5):
        fail(RuntimeError(f"fault {number}"))
    assert len([each for each in dialogs() if each.isVisible()]) == 1
    assert "fault 4" in capsys.readouterr().err


@pytest.mark.usefixtures("installed", "qtbot")
def test_an_interrupt_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    fail(KeyboardInterrupt())
    assert dialogs() == []
    assert "KeyboardInterrupt" in capsys.readouterr().err
