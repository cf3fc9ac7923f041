"""The report on screen as a file: PDF to be filed, CSV to count with, JSON for a program."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.actions.spec import Act
from aitr_desktop.settings import Paper
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.comparing import Compared
    from aitr_desktop.library.documents import Form, Saved, Wanted
    from aitr_desktop.tasks import Progress
    from aitr_desktop.views.save_dialog import SaveDialog, Way
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.workbench import Workbench

TABLES, FIGURES = "tables", "figures"


class Documents(QObject):
    """Saves what is on screen.

    Args:
        desk: The window, its tasks and what the person chose.
        workbench: Has the report on screen; None before a library was open.
        compared: Gives the two reports that are held against each other; None where none are.
    """

    told = Signal(str)
    """What was done, in words."""
    failed = Signal(object)
    """A ``TsrError``."""
    offered = Signal(str, str, object)
    """What was done, in words; those of a button; and what it does."""
    saved = Signal(object)
    """A ``Saved``."""

    def __init__(
        self, desk: Desk, workbench: Callable[[], Workbench | None], compared: Callable[[], Compared | None]
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._workbench, self._compared = desk, workbench, compared

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.SAVE_PDF: self.ask_pdf,
            Act.SAVE_CSV: self.ask_csv,
            Act.SAVE_JSON: self.ask_json,
            Act.SAVE_COMPARISON: self.ask_comparison,
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        of_report = dict.fromkeys((Act.SAVE_PDF, Act.SAVE_CSV, Act.SAVE_JSON), self._why_not)
        nothing = self.tr("Nothing is compared yet.")
        return {**of_report, Act.SAVE_COMPARISON: lambda: "" if self._compared() is not None else nothing}

    def ask_pdf(self) -> None:
        """Asks what a PDF is to hold, and where it goes."""
        from aitr_desktop.views.save_dialog import Way

        ways = (
            Way(Paper.A4.value, self.tr("A4"), self.tr("210 × 297 mm")),
            Way(Paper.LETTER.value, self.tr("Letter"), self.tr("8.5 × 11 in, 216 × 279 mm")),
        )
        report, chosen = self._report(), self._desk.preferences.now
        if report is not None:
            dialog = self._dialog(self.tr("Save as PDF"), report, ways, chosen.paper.value)
            dialog.offer_comparison(chosen=bool(chosen.saves_comparison))
            dialog.wanted.connect(partial(self._pdf_wanted, report))
            dialog.open()

    def ask_csv(self) -> None:
        """Asks which form of CSV, and where it goes."""
        from aitr_desktop.views.save_dialog import Way

        ways = (
            Way(
                FIGURES,
                self.tr("One file"),
                self.tr("A line for each figure and finding, with the number behind it: to count with"),
                takes_all=False,
            ),
            Way(
                TABLES,
                self.tr("A folder"),
                self.tr("A file for each table, as on the screen: to read in a spreadsheet"),
            ),
        )
        report, chosen = self._report(), self._desk.preferences.now
        if report is not None:
            way = TABLES if chosen.saves_tables else FIGURES
            dialog = self._dialog(self.tr("Save as CSV"), report, ways, way)
            dialog.wanted.connect(partial(self._csv_wanted, report))
            dialog.open()

    def ask_json(self) -> None:
        """Asks where all of the report goes."""
        from aitr_desktop.library.documents import Form

        report = self._report()
        if report is not None:
            self._ask_where(report, Form.JSON, self.tr("JSON (*.json)"), ".json")

    def ask_comparison(self) -> None:
        """Asks where the pages of the comparison on screen go."""
        from aitr_desktop.library.documents import Form, Wanted
        from aitr_desktop.library.exporting import safe_names
        from aitr_desktop.windows.file_dialogs import ask_target

        workspace, compared = self._desk.libraries.workspace, self._compared()
        if workspace is None or compared is None:
            return
        library, (left, right), chosen = workspace.path, compared.ids, self._desk.preferences.now

        def take(target: Path) -> None:
            self._desk.preferences.change(folder=str(target.parent))
            self.save(
                Wanted(
                    library=library,
                    report_id=left,
                    record=compared.records[0],
                    other_id=right,
                    other_record=compared.records[1],
                    form=Form.COMPARISON,
                    target=target,
                    # The dialog has asked.
                    replace=True,
                    paper=chosen.paper.value,
                    now=self._desk.clock.now(),
                )
            )

        name = f"comparison-{safe_names((right,))[right]}.pdf"
        title, kinds = self.tr("Save comparison"), self.tr("PDF (*.pdf)")
        ask_target(self._desk.window, title, kinds, Path(chosen.folder) / name, take)

    def save(self, wanted: Wanted) -> Progress:
        """Writes a file beside everything else that goes on, with progress."""
        from aitr_desktop.library.documents import save

        return self._desk.tasks.run_long(
            self.tr("Saving {name}").format(name=wanted.target.name),
            lambda watcher: save(wanted, watcher),
            self._done,
            self.failed.emit,
        )

    def _report(self) -> ReportDetail | None:
        workbench = self._workbench()
        return workbench.report if workbench is not None else None

    def _why_not(self) -> str:
        if self._desk.libraries.workspace is None:
            return self._desk.libraries.why_none()
        if self._report() is None:
            return self.tr("Open a report first. One that is not what was filed is not saved.")
        return ""

    def _dialog(self, title: str, report: ReportDetail, ways: Sequence[Way], chosen: str) -> SaveDialog:
        from aitr_desktop.views.save_dialog import SaveDialog

        # The id tells reports apart: no name may be so long that it is cut off.
        subject, named = one_line(report.head.subject, 60), one_line(report.report_id, 60)
        about = f"{report.head.verdict} · {subject} · {named}"
        dialog = SaveDialog(title, about, ways, chosen, self._desk.window)
        dialog.all_tests.setChecked(bool(self._desk.preferences.now.saves_all_tests) and dialog.takes_all)
        return dialog

    def _pdf_wanted(self, report: ReportDetail, paper: str, all_tests: bool, compares: bool) -> None:
        from aitr_desktop.library.documents import Form

        self._desk.preferences.change(
            paper=Paper(paper), saves_all_tests=int(all_tests), saves_comparison=int(compares)
        )
        self._ask_where(report, Form.PDF, self.tr("PDF (*.pdf)"), ".pdf", all_tests=all_tests)

    def _csv_wanted(self, report: ReportDetail, way: str, all_tests: bool, _compares: bool) -> None:
        from aitr_desktop.library.documents import Form

        self._desk.preferences.change(saves_tables=int(way == TABLES))
        if way == FIGURES:
            self._ask_where(report, Form.CSV, self.tr("CSV (*.csv)"), ".csv")
            return
        self._desk.preferences.change(saves_all_tests=int(all_tests))
        self._ask_where(report, Form.TABLES, "", "", all_tests=all_tests)

    def _ask_where(
        self, report: ReportDetail, form: Form, kinds: str, ending: str, *, all_tests: bool = False
    ) -> None:
        from aitr_desktop.library.documents import Form as Forms
        from aitr_desktop.library.documents import Wanted
        from aitr_desktop.library.exporting import safe_names
        from aitr_desktop.windows.file_dialogs import ask_target

        workspace = self._desk.libraries.workspace
        if workspace is None:
            return
        library, chosen = workspace.path, self._desk.preferences.now

        def take(target: Path) -> None:
            self._desk.preferences.change(folder=str(target.parent))
            self.save(
                Wanted(
                    library=library,
                    report_id=report.report_id,
                    form=form,
                    target=target,
                    record=report.record,
                    # The dialog asked about a file; a folder that is filled it knows nothing of.
                    replace=form is not Forms.TABLES,
                    all_tests=all_tests,
                    paper=chosen.paper.value,
                    since_release=form is Forms.PDF and bool(chosen.saves_comparison),
                    now=self._desk.clock.now(),
                )
            )

        name = safe_names((report.report_id,))[report.report_id] + ending
        title = self.tr("Name of the folder") if form is Forms.TABLES else self.tr("Save report")
        ask_target(self._desk.window, title, kinds, Path(self._desk.preferences.now.folder) / name, take)

    def _done(self, saved: Saved) -> None:
        self.saved.emit(saved)
        if saved.cancelled:
            self.told.emit(self.tr("Cancelled; nothing was written."))
            return
        from aitr_desktop.item_models.export_summary import saved_words

        headline, known_by = saved_words(saved)
        words = f"{headline} · {visible(str(saved.wanted.target))}"
        # A dialog by itself would come in the middle of whatever the person does by then.
        self.offered.emit(
            words, self.tr("Open, copy path…"), lambda: self._tell_more(saved, headline, known_by)
        )

    def _tell_more(self, saved: Saved, headline: str, known_by: str) -> None:
        from aitr_desktop.views.saved_dialog import SavedDialog

        target, font = saved.wanted.target, self._desk.theme.code_font(12)
        dialog = SavedDialog(headline, target, known_by, font, self._desk.window)
        dialog.open_wanted.connect(lambda: self._show(target))
        dialog.folder_wanted.connect(lambda: self._show(target.parent))
        dialog.open()

    def _show(self, path: Path) -> None:
        """Opens what this window has written with the program that the desktop has for it."""
        from qtpy.QtCore import QUrl
        from qtpy.QtGui import QDesktopServices

        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.told.emit(self.tr("No program on this machine opens it."))
