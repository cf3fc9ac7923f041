"""The place of policies: places the view when it is first gone to, and connects what works with the text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.actions.spec import Act

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.editing.drafts import KeptDraft
    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.policies.files import PolicyFiles
    from aitr_desktop.windows.policies.workshop import Workshop
    from aitr_desktop.windows.server_place import ServerPlace

KEY = "policies"


class PolicyPlace(QObject):
    """Policies and requirements as the window knows them.

    Args:
        desk: What it works with.
        servers: The way to servers.
        server: Which server, and what is known of it.
    """

    told = Signal(str)
    """What was done, in words."""
    failed = Signal(object)
    """A ``TsrError``."""
    reasons_changed = Signal()
    """What can be done now is something else."""
    place_asked = Signal(str)
    """Key of the place that the person wants to see."""
    followed = Signal(object)
    """A ``Target`` of the report on screen, or another report."""

    def __init__(self, desk: Desk, servers: Servers, server: ServerPlace) -> None:
        super().__init__(desk.window)
        self._desk, self._servers, self._server = desk, servers, server
        self._workshop: Workshop | None = None
        self._report: ReportDetail | None = None
        desk.libraries.opened.connect(self._look_for_draft)
        self._has_looked = False

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.POLICY_NEW: lambda: self._at_work(lambda shop: shop.begin("policy")),
            Act.POLICY_OPEN: lambda: self._at_work(lambda shop: shop.files.choose()),
            Act.POLICY_SAVE: self._in_file(lambda files: files.saving.save()),
            Act.POLICY_SAVE_AS: self._in_file(lambda files: files.saving.save_as()),
            Act.POLICY_CLOSE: self._in_file(lambda files: files.close()),
            Act.POLICY_CHECK: lambda: self._at_work(lambda shop: shop.check_now()),
            Act.POLICY_TRY: lambda: self._at_work(lambda shop: shop.trying.try_on_report()),
            Act.POLICY_TRY_ALL: lambda: self._at_work(lambda shop: shop.trying.try_on_all()),
            Act.POLICY_SUBMIT: lambda: self._at_work(lambda shop: shop.submitting.ask()),
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        file_acts = (Act.POLICY_SAVE, Act.POLICY_SAVE_AS, Act.POLICY_CLOSE, Act.POLICY_CHECK)
        return {
            **dict.fromkeys(file_acts, self._why_no_file),
            Act.POLICY_TRY: lambda: self._why_no_file() or self.workshop().trying.why_no_report(),
            Act.POLICY_TRY_ALL: lambda: self._why_no_file() or self.workshop().trying.why_no_trial(),
            Act.POLICY_SUBMIT: lambda: self._why_no_file() or self.workshop().submitting.why_not(),
        }

    def view(self) -> PolicyView:
        """The page; made when it is first gone to."""
        return self.workshop().view

    def workshop(self) -> Workshop:
        """What works with the text; made when it is first needed."""
        if self._workshop is None:
            from aitr_desktop.windows.policies.workshop import Workshop

            made = Workshop(self._desk, self._servers, self._server)
            self._workshop = made
            made.told.connect(self.told)
            made.failed.connect(self.failed)
            made.changed.connect(self.reasons_changed)
            made.view.followed.connect(self._follow)
            made.report_shown(self._report)
        return self._workshop

    def open(self, path: Path) -> None:
        """Opens a file and goes there."""
        self._at_work(lambda shop: shop.files.open(path))

    def begin_copy(self, file: CodeFile) -> None:
        """Begins a draft with a copy of code, and goes there."""
        self._at_work(lambda shop: shop.begin_copy(file))

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none."""
        self._report = detail
        if self._workshop is not None:
            self._workshop.report_shown(detail)

    def may_close(self, then: Callable[[], object]) -> bool:
        """Whether the window may go; asks where something would be lost, and goes on by itself afterwards."""
        if self._workshop is None or not self._workshop.files.is_modified:
            return True
        self.place_asked.emit(KEY)
        self._workshop.files.ask_unsaved(then)
        return False

    def keep_work(self) -> None:
        """Something has failed: what is not saved is kept first."""
        if self._workshop is not None:
            self._workshop.keeping.keep_now()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        if self._workshop is not None:
            self._workshop.stop()

    def _at_work(self, do: Callable[[Workshop], object]) -> None:
        self.place_asked.emit(KEY)
        do(self.workshop())

    def _in_file(self, do: Callable[[PolicyFiles], object]) -> Callable[[], object]:
        """The view is made with the first thing that is done, and not with the menu."""
        return lambda: do(self.workshop().files)

    def _why_no_file(self) -> str:
        if self._workshop is not None and self._workshop.files.file is not None:
            return ""
        return self.tr("No policy is open: begin or open one first.")

    def _follow(self, target: Target) -> None:
        self.place_asked.emit("reports")
        self.followed.emit(target)

    def _look_for_draft(self) -> None:
        """Brings back what an end without saving left; once, when the window has something to show."""
        if self._has_looked:
            return
        self._has_looked = True
        from aitr_desktop.windows.policies.keeping import drafts_of

        self._desk.tasks.run(drafts_of(self._desk).left, self._restore, self.failed.emit)

    def _restore(self, draft: KeptDraft | None) -> None:
        if draft is None or (self._workshop is not None and self._workshop.files.file is not None):
            return
        self.workshop().restore(draft)
        name = Path(draft.path).name
        self.told.emit(
            self.tr(
                "{name} was not saved when aitr ended. What you had written is at Policies (Ctrl+4)."
            ).format(name=name)
        )
