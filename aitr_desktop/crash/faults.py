"""Catches what nobody caught: on the thread of the screen, on others, in objects that go, in Qt itself."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, QtMsgType, Signal, Slot, qInstallMessageHandler
from qtpy.QtWidgets import QApplication

from aitr_desktop.crash.log import logged_fault, told_fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from aitr_desktop.crash.dialog import CrashDialog
    from aitr_desktop.crash.log import CrashLog

STORM, WITHIN_S = 5, 10.0
"""So many faults in so many seconds are a storm."""
SILENCE_S = 60.0
"""After a storm, faults are logged alone for so long where the person goes on."""
MAX_QT_MESSAGES = 200
"""Of one run; a widget that complains at each repaint must not fill the log."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is shown of a fault."""

    details: str


class Faults(QObject):
    """Logs every fault and shows them one at a time.

    Args:
        log: Where they are written.
        keep: Called with the first of each row of faults, to keep work: it saves the settings.
        leave: Ends the application as the person would.
        seconds: A clock that only goes forward.
    """

    _came = Signal(object)

    def __init__(
        self,
        log: CrashLog,
        keep: Callable[[], object],
        leave: Callable[[], object],
        parent: QObject | None = None,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._log = log
        self._keep = keep
        self._leave = leave
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=STORM)
        self._silent_until = 0.0
        self._since = 0
        self._dialog: CrashDialog | None = None
        self._qt_messages = 0
        self._before: tuple[object, ...] | None = None
        # Direct on the thread of the screen, queued from any other.
        self._came.connect(self._show)

    def install(self) -> None:
        """Catches from now on."""
        qt = qInstallMessageHandler(self._qt_said)
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook, qt)
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        sys.unraisablehook = self._unraisable

    def uninstall(self) -> None:
        """Leaves everything as it was."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook, qt = self._before  # type: ignore[assignment]
            qInstallMessageHandler(qt)  # type: ignore[arg-type]  # what Qt itself gave
            self._before = None
        if self._dialog is not None:
            self._dialog.close()

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if not issubclass(kind, KeyboardInterrupt):
            self._take(kind, error, trace, "")

    def _uncaught_in_thread(self, fault: threading.ExceptHookArgs) -> None:
        if issubclass(fault.exc_type, SystemExit) or fault.exc_value is None:
            return
        sys.__excepthook__(fault.exc_type, fault.exc_value, fault.exc_traceback)
        name = fault.thread.name if fault.thread is not None else "unknown"
        self._take(fault.exc_type, fault.exc_value, fault.exc_traceback, name)

    def _unraisable(self, fault: sys.UnraisableHookArgs) -> None:
        """An object that goes has nobody to tell; it is logged and the person is left in peace."""
        sys.__unraisablehook__(fault)
        if fault.exc_value is not None:
            self._log.write("unraisable", logged_fault(fault.exc_value))

    def _take(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None, thread: str
    ) -> None:
        self._log.write("fault", f"in {thread}: {logged_fault(error)}" if thread else logged_fault(error))
        self._came.emit(Fault(told_fault(kind, error, trace, thread)))

    @Slot(object)
    def _show(self, fault: Fault) -> None:
        now = self._seconds()
        self._times.append(now)
        if self._dialog is not None and self._dialog.isVisible():
            self._since += 1
            self._dialog.count_more(self._since)
            return
        if now < self._silent_until:
            return
        self._keep_work()
        try:
            self._open(fault, is_storm=len(self._times) == STORM and now - self._times[0] <= WITHIN_S)
        except Exception as error:  # noqa: BLE001  (raised, it would come back here, for ever)
            self._log.write("fault", f"while showing it: {logged_fault(error)}")
            self._be_silent()

    def _open(self, fault: Fault, *, is_storm: bool) -> None:
        from aitr_desktop.crash.dialog import CrashDialog

        self._since = 0
        file = self._log.path if not self._log.problem else None
        self._dialog = CrashDialog(fault.details, file, QApplication.activeWindow(), keeps_failing=is_storm)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.destroyed.connect(self._forget)
        self._dialog.quit_wanted.connect(self._quit)
        if is_storm:
            self._dialog.finished.connect(self._be_silent)
        self._dialog.open()

    def _keep_work(self) -> None:
        try:
            self._keep()
        except Exception as error:  # noqa: BLE001  (keeping work must not hide the fault that it is kept from)
            self._log.write("fault", f"while keeping work: {logged_fault(error)}")

    @Slot()
    def _forget(self) -> None:
        self._dialog = None

    @Slot()
    def _be_silent(self) -> None:
        self._silent_until = self._seconds() + SILENCE_S

    @Slot()
    def _quit(self) -> None:
        if self._dialog is not None:
            self._dialog.close()
        try:
            self._leave()
        except Exception as error:  # noqa: BLE001  (who wants to leave is not kept by a further fault)
            self._log.write("fault", f"while leaving: {logged_fault(error)}")
            QApplication.exit(1)

    def _qt_said(self, kind: QtMsgType, context: object, message: str | None) -> None:
        words = message or ""
        if sys.stderr is not None:
            sys.stderr.write(f"{words}\n")
        if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) or self._qt_messages >= MAX_QT_MESSAGES:
            return
        self._qt_messages += 1
        self._log.write("qt", words[:300].replace("\n", " "))
