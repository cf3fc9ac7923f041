"""What turns reading into a decision that stands: comparison, checklist, approval, policies, documents.

One part a capability, as in the main window; this puts them together and hands on what they say.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from qtpy.QtCore import QObject, Signal

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.cells import Kind
from aitr_desktop.windows.approving import Approving
from aitr_desktop.windows.check_page import CheckPage
from aitr_desktop.windows.code.code_page import CodePage
from aitr_desktop.windows.code.line_menu import LineMenu
from aitr_desktop.windows.code.marking import Marking
from aitr_desktop.windows.code.marks_place import join
from aitr_desktop.windows.code.pane_actions import PaneActions
from aitr_desktop.windows.code.view_options import ViewOptions
from aitr_desktop.windows.compare_page import ComparePage
from aitr_desktop.windows.documents import Documents
from aitr_desktop.windows.policies.policy_place import PolicyPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.menus import Menus
    from aitr_desktop.windows.server_place import ServerPlace
    from aitr_desktop.windows.workbench import Workbench

NEXT = (
    Act.APPROVE,
    Act.REJECT,
    Act.WITHDRAW,
    Act.COMPARE_LAST_APPROVED,
    Act.SAVE_PDF,
    Act.SHOW_APPROVALS,
)
"""What stands below the verdict, the primary one first."""


class Part(Protocol):
    """What each of these parts says of its actions."""

    def handlers(self) -> Mapping[Act, Callable[[], object]]:
        """What they do."""

    def reasons(self) -> Mapping[Act, Callable[[], str]]:
        """Why they can't be done now."""


class Deciding(QObject):
    """The parts by which somebody comes to a decision about a report.

    Args:
        desk: What they work with.
        servers: The way to servers.
        server: Which server, and what is known of it.
        workbench: Gives the list and the report on screen; None before a library was open.
    """

    told = Signal(str)
    """What was done, in words."""
    offered = Signal(str, str, object)
    """What was done, in words; those of a button; and what it does."""
    failed = Signal(object)
    """A ``TsrError``."""
    came = Signal()
    """Something came into the library, from a file or from the server."""
    reasons_changed = Signal()
    """What can be done now is something else."""
    place_asked = Signal(str)
    """Key of a place that the person wants to see."""

    def __init__(
        self, desk: Desk, servers: Servers, server: ServerPlace, workbench: Callable[[], Workbench | None]
    ) -> None:
        super().__init__(desk.window)
        self._workbench = workbench
        self._awaited: Target | None = None
        server.came.connect(self.came)
        self.came.connect(self.refresh)
        self.comparison = ComparePage(desk, self._on_screen)
        self.comparison.wanted.connect(lambda: self.place_asked.emit("compare"))
        self.comparison.left.connect(self.show_evidence)
        self.comparison.changed.connect(self.reasons_changed)
        self.documents = Documents(desk, workbench, lambda: self.comparison.comparing.compared)
        self.documents.told.connect(self.told)
        self.documents.failed.connect(self.failed)
        self.documents.offered.connect(self.offered)
        self.approving = Approving(desk, servers, server, workbench)
        self.approving.told.connect(self.told)
        self.approving.failed.connect(self.failed)
        self.approving.reasons_changed.connect(self.reasons_changed)
        self.policies = PolicyPlace(desk, servers, server)
        self.policies.told.connect(self.told)
        self.policies.failed.connect(self.failed)
        self.policies.reasons_changed.connect(self.reasons_changed)
        self.policies.place_asked.connect(self.place_asked)
        self.policies.followed.connect(self._follow)
        self.check = CheckPage(desk)
        self.check.place_asked.connect(self.place_asked)
        self.check.followed.connect(self._follow)
        self.marking = Marking(desk, self.approving.person)
        self.marking.told.connect(self.told)
        self.marking.failed.connect(self.failed)
        self.marking.reasons_changed.connect(self.reasons_changed)
        self.marking.followed.connect(self._show_row)
        self.marking.noted.connect(self._reread)
        self.code = CodePage(desk, lambda: self.comparison.comparing.compared)
        self.comparison.code_asked.connect(self.code.show_difference)
        self.code.made.connect(partial(join, self.marking, desk.preferences))
        self.code.told.connect(self.told)
        self.code.offered.connect(self.offered)
        self.code.failed.connect(self.failed)
        self.code.reasons_changed.connect(self.reasons_changed)
        self.code.place_asked.connect(self.place_asked)
        self.options = ViewOptions(desk.preferences, self)
        self.line_menu = LineMenu(self)
        self.lines = PaneActions(desk.preferences, lambda: self.code.pane, self)
        self.lines.told.connect(self.told)
        self.lines.offered.connect(self.offered)
        self.lines.failed.connect(self.failed)
        self.lines.place_wanted.connect(self.code.commit_asked)
        self.lines.draft_wanted.connect(self.policies.begin_copy)

    def pages(self) -> dict[str, Callable[[], QWidget]]:
        """The page of each place that is made here, in the rail's order."""
        return {
            "compare": self.comparison.view,
            "check": self.check.view,
            "policies": self.policies.view,
            "code": self._code_page,
        }

    def _code_page(self) -> QWidget:
        made = self.code.view()
        self.options.attach(made.pane.view)
        self.options.follow(made.pair.rows.line_painter)
        self.line_menu.attach(made.pane.menu)
        made.pane.menu.told.connect(self.told)
        return made

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of these parts do."""
        doing = {act: do for part in self._parts() for act, do in part.handlers().items()}
        return doing | self.options.handlers()

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why their actions can't be done now."""
        return {act: why for part in self._parts() for act, why in part.reasons().items()}

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none."""
        self.approving.report_shown(detail)
        self.policies.report_shown(detail)
        self.check.report_shown(detail)
        self.code.report_shown(detail)
        self.marking.report_shown(detail)
        target, self._awaited = self._awaited, None
        if target is not None and detail is not None and detail.report_id == target.report:
            self._go_to(target)

    def attach(self, workbench: Workbench, menus: Menus) -> None:
        """Places what one does next below the verdict."""
        from aitr_desktop.views.act_buttons import ActButtons, Offered, fold_button

        short = {Act.WITHDRAW: self.tr("Withdraw…")}
        offered = [Offered(menus.action(act), short.get(act, ""), hides=act in short) for act in NEXT]
        words = self.tr("Decide")
        folded = fold_button([each.action for each in offered], words)
        workbench.detail.band.place_acts(ActButtons(offered, words), folded)
        self.options.attach_menus(menus)
        self.line_menu.attach_menus(menus)

    def may_close(self, then: Callable[[], object]) -> bool:
        """Whether nothing unsaved would go with the window; asks otherwise, and goes on afterwards."""
        return self.policies.may_close(then)

    def keep_work(self) -> None:
        """Something has failed: what is not saved is kept."""
        self.policies.keep_work()

    def refresh(self) -> None:
        """Something came into the library."""
        self.comparison.comparing.refresh()

    def show_evidence(self, target: Target) -> None:
        """Opens a report at what a target of a comparison names."""
        workbench = self._workbench()
        if workbench is None or self.code.follow_side(target):
            return
        self.place_asked.emit("reports")
        self._awaited = target
        workbench.show_report(target.report)
        if workbench.report is not None and workbench.report.report_id == target.report:
            self._awaited = None
            self._go_to(target)

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.comparison.stop()
        self.approving.stop()
        self.policies.stop()
        self.check.stop()
        self.marking.stop()
        self.code.stop()

    def _parts(self) -> tuple[Part, ...]:
        deciding = self.comparison, self.documents, self.approving, self.policies
        return (*deciding, self.code, self.lines, self.marking)

    def _show_row(self, target: Target) -> None:
        """Goes to the row of the report that says what a mark says."""
        self.place_asked.emit("reports")
        self._go_to(target)

    def _reread(self) -> None:
        """A note came onto record: the report on screen names it."""
        workbench = self._workbench()
        if workbench is not None:
            workbench.refresh()

    def _follow(self, target: Target) -> None:
        """Goes to what a table here is about: another report, or a row of the one on screen."""
        workbench = self._workbench()
        if workbench is None:
            return
        if target.kind is Kind.REPORT:
            workbench.show_report(target.value)
        else:
            workbench.detail.follow(target)

    def _go_to(self, target: Target) -> None:
        workbench = self._workbench()
        if workbench is not None and not workbench.detail.follow(target._replace(report="", side="")):
            self.told.emit(self.tr("The report is open; what you followed has no row of its own in it."))

    def _on_screen(self) -> str:
        workbench = self._workbench()
        return "" if workbench is None or workbench.report is None else workbench.report.report_id
