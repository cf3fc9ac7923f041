"""The views that are rendered: each brings something on screen and names the picture.

A new view is a function and a line in ``VIEWS``. It is given a fresh window that shows a library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QEventLoop, Qt, QTimer
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QApplication, QDialog, QLineEdit

from aitr_desktop.actions.spec import Act
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow
    from aitr_desktop.windows.workbench import Workbench

PATIENCE_MS = 60_000
TURNS = 4
"""Turns of the event loop in a row without work after which a window is settled."""
PAUSE_MS = 450
"""Longer than any pause that waits for the person to go on typing."""
LONGEST = 5_000
"""Pixels of the picture of a whole report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A window to bring things on screen in."""

    window: MainWindow
    tasks: Tasks
    theme: ThemeController
    folder: Path

    def settle(self) -> None:
        """Waits until nothing is under way and everything is painted.

        Raises:
            StoreError: It takes longer than a minute.
        """
        quiet = 0
        while quiet < TURNS:
            if not self.tasks.is_idle:
                self._wait_for_tasks()
                quiet = 0
            self.wait(0)
            quiet = 0 if self._is_drawing() else quiet + 1

    def wait(self, milliseconds: int) -> None:
        """Lets the window live for a while."""
        turn = QEventLoop()
        QTimer.singleShot(milliseconds, turn.quit)
        turn.exec()

    def do(self, act: Act) -> None:
        """Does what a menu does."""
        self.window.menus.action(act).trigger()
        self.settle()

    def workbench(self) -> Workbench | None:
        """The list and the report, where the library has any."""
        found = self.window.workbench
        return found if found is not None and found.reports.rowCount() else None

    def _wait_for_tasks(self) -> None:
        loop, patience = QEventLoop(), QTimer()
        patience.setSingleShot(True)
        patience.timeout.connect(loop.quit)
        patience.start(PATIENCE_MS)
        self.tasks.idle.connect(loop.quit)
        loop.exec()
        self.tasks.idle.disconnect(loop.quit)
        if not patience.isActive():
            raise StoreError("The library takes longer than a minute to read.")
        patience.stop()

    def _is_drawing(self) -> bool:
        from aitr_desktop.views.check_view import CheckView
        from aitr_desktop.views.compare_view import CompareView
        from aitr_desktop.views.detail_view import DetailView
        from aitr_desktop.views.figures.timeline import TimelineView

        is_filling = any(each.is_filling for each in self.window.findChildren(DetailView))
        is_filling |= any(each.is_filling for each in self.window.findChildren(CheckView))
        is_filling |= any(each.is_filling for each in self.window.findChildren(CompareView))
        return is_filling or any(each.is_drawing for each in self.window.findChildren(TimelineView))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Something to be looked at."""

    name: str
    """Of its picture; where there are several, their names begin with it."""
    show: Callable[[Stage], Iterator[str]]
    """Brings one thing after another on screen and gives the name of each."""
    needs_library: bool = True
    """Whether it shows the library that is rendered; otherwise one without a report."""
    has_library: bool = True
    """Whether a library is open at all."""


def _reports(stage: Stage) -> Iterator[tuple[str, Workbench]]:
    """Opens a report of each verdict."""
    workbench = stage.workbench()
    seen: set[str] = set()
    if workbench is None:
        return
    for row in range(workbench.reports.rowCount()):
        report = workbench.reports.report(row)
        if report is None or report.verdict.word in seen:
            continue
        seen.add(report.verdict.word)
        workbench.table.select_row(row)
        stage.settle()
        yield report.verdict.word.lower().replace("-", "_").replace(" ", "_"), workbench


def _browser(stage: Stage) -> Iterator[str]:
    for verdict, _ in _reports(stage):
        yield f"browser-{verdict}"


def _sections(stage: Stage) -> Iterator[str]:
    for verdict, workbench in _reports(stage):
        for place, section in enumerate(workbench.detail.sections()):
            workbench.detail.jump_to(place)
            yield f"report-{verdict}-{place + 1}-{section.key}"


def _long(stage: Stage) -> Iterator[str]:
    """Each report from its top to its end: the window is made as high as it takes."""
    usual = stage.window.size()
    for verdict, workbench in _reports(stage):
        height = sum(section.height() + 24 for section in workbench.detail.sections())
        stage.window.resize(usual.width(), min(LONGEST, height + 360))
        yield f"long-{verdict}"
        stage.window.resize(usual)
        stage.settle()


def _found(stage: Stage) -> Iterator[str]:
    for verdict, workbench in _reports(stage):
        stage.do(Act.FIND_IN_REPORT)
        workbench.detail.find_bar.field.setText("refus")
        workbench.detail.find_bar.ask()
        stage.settle()
        yield f"found-{verdict}"


def _filtered(stage: Stage) -> Iterator[str]:
    stage.do(Act.FIND)
    typed = stage.window.focusWidget()
    if isinstance(typed, QLineEdit):
        for name, text in (("filtered-some", "main"), ("filtered-none", "nothing has this name")):
            typed.setText(text)
            stage.wait(PAUSE_MS)
            stage.settle()
            yield name


def _compare(stage: Stage) -> Iterator[str]:
    """The two newest reports beside each other: differences, all rows, the other way round; and choosing."""
    workbench = stage.workbench()
    stage.do(Act.GO_COMPARE)
    yield "compare-nothing"
    stage.do(Act.GO_REPORTS)
    if workbench is None or workbench.reports.rowCount() < 2:
        return
    workbench.table.selectAll()
    if workbench.reports.rowCount() > 2:
        workbench.table.select_row(0)
        below = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        QApplication.sendEvent(workbench.table, below)
    stage.settle()
    stage.do(Act.COMPARE_SELECTED)
    yield "compare-two"
    stage.do(Act.DIFFERENCES_ONLY)
    yield "compare-all"
    stage.do(Act.DIFFERENCES_ONLY)
    stage.do(Act.SWAP_SIDES)
    yield "compare-swapped"
    stage.do(Act.SWAP_SIDES)
    stage.do(Act.COMPARE_LAST_APPROVED)
    yield "compare-last-approved"
    stage.do(Act.CHOOSE_A)
    yield "compare-choosing"


def _save(stage: Stage) -> Iterator[str]:
    """What is asked before a report is saved, and what is said afterwards."""
    from pathlib import Path

    from aitr_desktop.views.saved_dialog import SavedDialog

    if stage.workbench() is None:
        return
    for name, act in (("save-pdf", Act.SAVE_PDF), ("save-csv", Act.SAVE_CSV)):
        stage.do(act)
        yield name
        for dialog in stage.window.findChildren(QDialog):
            dialog.reject()
    path, font = Path("~/audits/2026/support-bot.pdf"), stage.theme.code_font(12)
    known_by = f"SHA-256 of the file: {'3fa9c1e0' * 8}"
    SavedDialog("support-bot.pdf: saved, 182.4 kB", path, known_by, font, stage.window).open()
    yield "saved"


def _approving(stage: Stage) -> Iterator[str]:
    """The dialogs by which one approves and rejects; what waits, and what was refused, beside the verdict."""
    from aitr_desktop.windows.pictured_approvals import asked, left

    for verdict, workbench in _reports(stage):
        if workbench.report is None or workbench.report.decision_digest == "":
            continue
        yield from (f"{name}-{verdict}" for name in asked(stage.window, stage.theme, workbench.report))
        yield from (f"{name}-{verdict}" for name in left(workbench))


def _check_nothing(stage: Stage) -> Iterator[str]:
    stage.do(Act.GO_CHECK)
    yield "check-nothing"


def _check(stage: Stage) -> Iterator[str]:
    """The checklist of a report of each verdict, by item and by control."""
    from aitr_desktop.item_models.checked_report import Shown

    for verdict, _ in _reports(stage):
        stage.do(Act.GO_CHECK)
        view = stage.window.deciding.check.view()
        for name, shown in (("items", Shown()), ("controls", Shown(by_control=True))):
            view.choose(shown)
            stage.settle()
            yield f"check-{verdict}-{name}"
        view.choose(Shown())
        stage.do(Act.GO_REPORTS)


def _code(stage: Stage) -> Iterator[str]:
    """The place of the code with the texts of a small project."""
    from aitr_desktop.windows.pictured_code import code_views

    workbench = stage.workbench()
    if workbench is not None:
        workbench.table.select_row(0)
        stage.settle()
        yield from code_views(stage)


def _code_nothing(stage: Stage) -> Iterator[str]:
    stage.do(Act.GO_CODE)
    yield "code-nothing"


def _server(stage: Stage) -> Iterator[str]:
    stage.do(Act.GO_SERVER)
    yield "server-none"


def _connect(stage: Stage) -> Iterator[str]:
    stage.do(Act.CONNECT)
    yield "connect"


def _empty(_stage: Stage) -> Iterator[str]:
    yield "empty"


def _cannot_open(stage: Stage) -> Iterator[str]:
    stage.window.show_library(stage.folder / "gone" / "audit-2026.db")
    stage.settle()
    yield "cannot-open"


def _notices(stage: Stage) -> Iterator[str]:
    stage.window.notices.say(
        StoreError(
            "The library audit-2026.db is written to by another program.",
            kept="Nothing was changed; what you see is what was read before.",
            next_step="Wait until it has ended, then press F5.",
        )
    )
    yield "notice-error"
    stage.window.notices.bar.close()
    stage.do(Act.NOTIFICATIONS)
    yield "notice-list"


def _policies(stage: Stage) -> Iterator[str]:
    """The place of policies: empty, a draft with a problem, its effect, and what it does to all reports."""
    stage.do(Act.GO_POLICIES)
    yield "policies-empty"
    workbench = stage.workbench()
    if workbench is not None:
        workbench.table.select_row(0)
        stage.settle()
    shop = stage.window.deciding.policies.workshop()
    stage.do(Act.POLICY_NEW)
    text = shop.view.editor.text.text()
    _write(stage, text.replace("at_least: 0.85", "at_lest: 0.97", 1).replace("my-policy", "team\u202e", 1))
    stage.do(Act.POLICY_CHECK)
    yield "policies-problems"
    _write(stage, text.replace("at_least: 0.85", "at_least: 0.97", 1))
    stage.do(Act.POLICY_TRY)
    yield "policies-effect"
    stage.do(Act.POLICY_TRY_ALL)
    yield "policies-all"
    shop.view.editor.text.document().setModified(False)
    stage.settle()


def _write(stage: Stage, text: str) -> None:
    stage.window.deciding.policies.workshop().view.editor.text.replace_text(text)
    stage.wait(PAUSE_MS)
    stage.settle()


def _palette(stage: Stage) -> Iterator[str]:
    stage.do(Act.COMMANDS)
    yield "palette"


def _keys(stage: Stage) -> Iterator[str]:
    stage.do(Act.KEYS)
    yield "keys"


def _crash(stage: Stage) -> Iterator[str]:
    from pathlib import Path

    from aitr_desktop.crash.dialog import CrashDialog

    details = (
        'Traceback (most recent call last):\n  File "aitr_desktop/views/x.py", line 7, in paint\nKeyError: 3'
    )
    log = Path("~/.local/state/aitr/desktop.log")
    dialog = CrashDialog(details, log, stage.window)
    dialog.open()
    yield "crash"


def _failed_start(stage: Stage) -> Iterator[str]:
    from aitr_desktop.views.failed_start import FailedStart

    error = StoreError(
        "aitr is running already and does not answer.", next_step="End it, then start it again."
    )
    FailedStart(error, stage.window).open()
    yield "failed-start"


VIEWS = (
    View(name="browser", show=_browser),
    View(name="report", show=_sections),
    View(name="long", show=_long),
    View(name="found", show=_found),
    View(name="filtered", show=_filtered),
    View(name="notice", show=_notices),
    View(name="compare", show=_compare),
    View(name="save", show=_save),
    View(name="approving", show=_approving),
    View(name="policies", show=_policies),
    View(name="check", show=_check),
    View(name="check-nothing", show=_check_nothing, needs_library=False),
    View(name="code", show=_code),
    View(name="code-nothing", show=_code_nothing, needs_library=False),
    View(name="server", show=_server),
    View(name="connect", show=_connect),
    View(name="palette", show=_palette),
    View(name="keys", show=_keys),
    View(name="empty", show=_empty, needs_library=False),
    View(name="cannot-open", show=_cannot_open, needs_library=False, has_library=False),
    View(name="crash", show=_crash, needs_library=False),
    View(name="failed-start", show=_failed_start, needs_library=False, has_library=False),
)
