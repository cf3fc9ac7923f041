"""The place where two reports are held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.comparing import Sides
from aitr_desktop.windows.compare_messages import invitation, no_release, waiting
from aitr_desktop.windows.comparing import Comparing

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.library.comparing import Altered, Compared
    from aitr_desktop.views.compare_view import CompareView
    from aitr_desktop.views.message_pane import Message
    from aitr_desktop.views.report_picker import ReportPicker
    from aitr_desktop.windows.desk import Desk
    from tsr_agent.errors import TsrError
    from tsr_agent.store.releases import EarlierRelease


class ComparePage(QObject):
    """Compares two reports of the open library, and shows what came of it.

    Args:
        desk: The library, the clock that says when reports are judged where they have to be, and more.
        on_screen: Id of the report that is read; empty for none.
    """

    wanted = Signal()
    """Something is to be seen here: whoever knows the places goes here."""
    left = Signal(object)
    """The ``Target`` in one of the two reports that somebody wants to see."""
    code_asked = Signal()
    """Somebody wants to see the files that changed between the two."""
    changed = Signal()
    """Something else can be done now."""

    def __init__(self, desk: Desk, on_screen: Callable[[], str]) -> None:
        super().__init__(desk.window)
        self._desk, self._on_screen = desk, on_screen
        self._view: CompareView | None = None
        self._chosen = ["", ""]
        self._next: Callable[[], object] = self.choose_missing
        self.comparing = Comparing(desk, self)
        self.comparing.made.connect(self._show)
        self.comparing.rows_made.connect(lambda blocks: self.view().show_blocks(blocks))
        self.comparing.altered.connect(self._show_altered)
        self.comparing.no_release.connect(self._show_no_release)
        self.comparing.failed.connect(self._show_error)
        desk.libraries.opened.connect(self.forget)

    def view(self) -> CompareView:
        """The page; made when it is first gone to."""
        if self._view is None:
            from aitr_desktop.views.compare_view import CompareView

            settings = self._desk.preferences.now
            self._view = view = CompareView(self._desk.theme, settings.density.row_height)
            view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            view.columns.take_shares(settings.compare_columns)
            view.head.only.setChecked(settings.differences_only)
            view.head.choice_asked.connect(self.choose)
            view.head.swap_asked.connect(self.swap)
            view.head.last_approved_asked.connect(self.compare_last_approved)
            view.head.code_asked.connect(self.code_asked)
            view.head.differences_only.connect(self.show_differences)
            view.columns_moved.connect(
                lambda: self._desk.preferences.change(compare_columns=view.columns.shares_text())
            )
            view.left.connect(self.left)
            view.pressed.connect(lambda: self._next())  # noqa: PLW0108  (it changes)
            self.forget()
        return self._view

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.COMPARE_LAST_APPROVED: self.compare_last_approved,
            Act.CHOOSE_A: lambda: self.choose("A"),
            Act.CHOOSE_B: lambda: self.choose("B"),
            Act.SWAP_SIDES: self.swap,
            Act.DIFFERENCES_ONLY: lambda: self.show_differences(
                only=not self._desk.preferences.now.differences_only
            ),
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        closed, nothing = self.tr("No library is open."), self.tr("Nothing is compared yet.")
        none_shown = self.tr("No report is on screen.")
        libraries, comparing = self._desk.libraries, self.comparing
        return {
            Act.COMPARE_LAST_APPROVED: lambda: "" if self._subject() else none_shown,
            Act.CHOOSE_A: lambda: "" if libraries.workspace is not None else closed,
            Act.CHOOSE_B: lambda: "" if libraries.workspace is not None else closed,
            Act.SWAP_SIDES: lambda: "" if comparing.compared is not None else nothing,
        }

    def compare(self, left_id: str, right_id: str) -> None:
        """Compares two reports; the older one is A, unless the person has chosen otherwise."""
        newer_left = self._desk.preferences.now.newer_left
        self._compare((left_id, right_id), Sides.NEWER_LEFT if newer_left else Sides.OLDER_LEFT)

    def compare_last_approved(self) -> None:
        """Compares with the newest earlier report of the same repository and environment that was let go."""
        report_id = self._subject()
        if report_id:
            self.wanted.emit()
            self._say(waiting(self.tr("Looking for the last approved report…")), self.forget)
            self.comparing.compare_with_release(report_id)

    def swap(self) -> None:
        """Makes A of B and B of A, and remembers which of the two the person wants left."""
        compared = self.comparing.compared
        if compared is not None:
            left, right = compared.ids
            self._desk.preferences.change(newer_left=not compared.is_newer_left)
            self._compare((right, left), Sides.AS_GIVEN)

    def show_differences(self, only: bool) -> None:
        """Leaves out what is the same in both, or shows it again."""
        if self._desk.preferences.now.differences_only is not only:
            self._desk.preferences.change(differences_only=only)
            self.view().head.only.setChecked(only)
            self.comparing.make_rows()

    def choose(self, side: str) -> ReportPicker | None:
        """Asks for the report of a side, ``A`` or ``B``."""
        from aitr_desktop.windows.report_choice import ask_report

        workspace = self._desk.libraries.workspace
        if workspace is None:
            return None
        self.wanted.emit()
        title = self.tr("Choose report {side}").format(side=side)
        picker = ask_report(self._desk, workspace, title, self._on_screen())
        picker.picked.connect(lambda report_id: self.take(side, report_id))
        return picker

    def choose_missing(self) -> ReportPicker | None:
        """Asks for the report of the side that has none."""
        return self.choose("B" if self._chosen[0] else "A")

    def take(self, side: str, report_id: str) -> None:
        """Puts a report on a side, and compares once both have one."""
        self._chosen["AB".index(side)] = report_id
        left, right = self._chosen
        if left and right:
            self._compare((left, right), Sides.AS_GIVEN)
        else:
            self._say(invitation(self._chosen), self.choose_missing)

    def forget(self) -> None:
        """Shows nothing of any report: nobody has chosen one, or another library is open."""
        self.comparing.stop()
        self._chosen = ["", ""]
        if self._view is not None:
            self._say(invitation(self._chosen), self.choose_missing)
            self.changed.emit()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        if self._view is not None:
            self._view.stop()

    def _subject(self) -> str:
        """The report that is compared with an earlier one: B, where a comparison is looked at."""
        is_here, compared = self._view is not None and self._view.isVisible(), self.comparing.compared
        return compared.ids[1] if is_here and compared is not None else self._on_screen()

    def _compare(self, ids: tuple[str, str], sides: Sides) -> None:
        self.wanted.emit()
        self._say(waiting(self.tr("Comparing…")), self.forget)
        self.comparing.compare(ids, sides)

    def _say(self, message: Message, then: Callable[[], object]) -> None:
        self._next = then
        self.view().say(message)

    def _show(self, compared: Compared, blocks: tuple[Block, ...], news: str) -> None:
        self._chosen = list(compared.ids)
        self.view().show_comparison(
            compared.section,
            blocks,
            is_newer_left=compared.is_newer_left,
            news=news,
            keeps_place=bool(news),
        )
        self.changed.emit()

    def _show_altered(self, found: Altered) -> None:
        self._chosen = list(found.ids)
        self.view().show_altered(found.ids, found.problems)
        self.changed.emit()

    def _show_no_release(self, earlier: EarlierRelease, report_id: str) -> None:
        self._chosen = ["", report_id]
        self._say(no_release(earlier, report_id), self.choose_missing)
        self.changed.emit()

    def _show_error(self, error: TsrError) -> None:
        self._chosen = ["", ""]
        self._next = self.choose_missing
        self.view().show_error(error, self.tr("Choose report A…"))
        self.changed.emit()
