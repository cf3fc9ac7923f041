"""The place where the code that was judged is read, as the window knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.cells import Kind
from aitr_desktop.windows.code.code_reasons import CodeReasons
from tsr_agent.ingest.repository_url import repository_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.places import CodePlace
    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.item_models.judged_commits import JudgedCode
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.comparing import Compared
    from aitr_desktop.views.code.code_pane import CodePane
    from aitr_desktop.views.code.place_view import PlaceView
    from aitr_desktop.windows.code.clone_choice import AskFolder
    from aitr_desktop.windows.code.more_of_file import MoreOfFile
    from aitr_desktop.windows.code.reader import Reader
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.following import Following
    from tsr_agent.sections.overview import Overview

KEY = "code"


class CodePage(QObject):
    """Leads to files at the commits that were judged, from the clone that the person named.

    Args:
        desk: What it works with.
        compared: The comparison on screen; None where there is none.
        ask_folder: Asks for a folder, by title and the folder to begin in.
    """

    told = Signal(str)
    """What was done, in words."""
    offered = Signal(str, str, object)
    """What was found, in words; those of a button; and what it does."""
    failed = Signal(object)
    """A ``TsrError``."""
    reasons_changed = Signal()
    """What can be done now is something else."""
    place_asked = Signal(str)
    """Key of a place that the person wants to see."""
    commit_asked = Signal(object)
    """The ``CodePlace`` of a commit that the person wants to know more of."""
    lines_asked = Signal(object)
    """The ``CodePlace`` of lines that somebody follows: they are read here once a clone is known."""
    made = Signal(object)
    """The ``Reader``, when it is first needed."""

    def __init__(
        self,
        desk: Desk,
        compared: Callable[[], Compared | None] = lambda: None,
        ask_folder: AskFolder | None = None,
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._compared, self._ask_folder = desk, compared, ask_folder
        self._reader: Reader | None = None
        self._code: JudgedCode | None = None
        self._head: Overview | None = None
        self._on_screen: JudgedCode | None = None
        """What the report on screen names; the commits offered may be those of a comparison."""
        self._came_from = "reports"
        self._why = CodeReasons(
            lambda: self._code,
            lambda: self._reader.screen if self._reader is not None else None,
            compared,
        )
        # Nothing of one library stays here once another is open.
        desk.libraries.opened.connect(lambda *_: self.report_shown(None))

    def reader(self) -> Reader:
        """The place at work; made when it is first needed."""
        if self._reader is None:
            from aitr_desktop.windows.code.reader import Reader

            self._reader = made = Reader(self._desk, self._ask_folder)
            made.left.connect(lambda: self.place_asked.emit(self._came_from))
            made.screen.changed.connect(self.reasons_changed)
            made.view.pane.selecting.told.connect(self.told)
            for part in (made.more.versions, made.more.last_change):
                part.told.connect(self.told)
                part.failed.connect(self.failed)
            made.more.last_change.offered.connect(self.offered)
            made.more.last_change.commit_asked.connect(self.commit_asked)
            self.made.emit(made)
            made.show_code(self._code)
            _say_report(made, self._code, self._head)
        return self._reader

    def view(self) -> PlaceView:
        """The page; made when it is first gone to."""
        return self.reader().view

    @property
    def pane(self) -> CodePane | None:
        """The pane in which a file is read; None while none is."""
        reader = self._reader
        return reader.view.pane if reader is not None and reader.screen.file is not None else None

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.CODE_FIND_FILE: self.find_file,
            Act.CODE_DIFFERENCE: self.show_difference,
            Act.CODE_NEXT_CHANGE: lambda: self.view().pair.rows.go_to_change(1),
            Act.CODE_PREVIOUS_CHANGE: lambda: self.view().pair.rows.go_to_change(-1),
            Act.CODE_VERSIONS: self._of_file(lambda more: more.show_versions()),
            Act.CODE_LAST_CHANGE: self._of_file(lambda more: more.show_last_change()),
            Act.CODE_WORKING_TREE: self._of_file(lambda more: more.turn_working_tree()),
            Act.CODE_CHOOSE_CLONE: self.choose_clone,
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        why = self._why
        return {
            Act.CODE_FIND_FILE: why.no_code,
            Act.CODE_DIFFERENCE: why.no_difference,
            Act.CODE_NEXT_CHANGE: why.no_pair,
            Act.CODE_PREVIOUS_CHANGE: why.no_pair,
            Act.CODE_VERSIONS: why.nothing_read,
            Act.CODE_LAST_CHANGE: why.no_commit_file,
            Act.CODE_WORKING_TREE: why.no_file,
            Act.CODE_CHOOSE_CLONE: why.no_code,
        }

    def attach(self, following: Following) -> None:
        """Takes over what leads to code, and leads to commits."""
        following.lines_asked.connect(self.read)
        following.files_asked.connect(self.show_files)
        following.changes_asked.connect(self.show_changes)
        self.commit_asked.connect(following.show_place)
        self.lines_asked.connect(following.go_to_lines)

    def went(self, key: str) -> None:
        """Somebody is at another place of the window: from here one goes back there."""
        if key != KEY:
            self._came_from = key

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none: its commits are offered."""
        code = detail.code if detail is not None else None
        self._head = detail.head if detail is not None else None
        if code is None or code != self._on_screen:
            # The same report is read again when something about it comes in: what is read here stays.
            self._on_screen = code
            self._offer(code)
        _say_report(self._reader, self._code, self._head)

    def read(self, place: CodePlace) -> None:
        """Goes to lines of a file at a commit, which a row or a link names."""
        from aitr_desktop.code.visited import Spot

        self._offer(self._with(place.repository, place.sha))
        first, last = (0, 0) if place.name else (place.first, place.last)
        self.reader().go(
            Spot(sha=place.sha, path=place.path, first=first, last=last, name=place.name, is_loose=True)
        )
        self.place_asked.emit(KEY)

    def show_files(self, place: CodePlace) -> None:
        """Goes to the files of a commit."""
        self._offer(self._with(place.repository, place.sha))
        self.reader().show_commit(place.sha)
        self.place_asked.emit(KEY)

    def show_changes(self, repository: str, before: str, after: str) -> None:
        """Goes to the files that changed between two commits."""
        self._offer(self._with(repository, before, after))
        self.reader().show_changes(before, after)
        self.place_asked.emit(KEY)
        self.view().files.focus_changes()
        self.view().focus_changes()

    def show_difference(self) -> None:
        """Goes to the files that changed between the two reports that are compared."""
        compared, reason = self._compared(), self._why.no_difference()
        if compared is None or reason:
            self.told.emit(reason)
            return
        old, new = _sides(compared)
        self._offer(_of_two(old, new))
        self.reader().show_changes(old.commits[0].sha, new.commits[0].sha)
        self.place_asked.emit(KEY)
        self.view().files.focus_changes()
        self.view().focus_changes()

    def follow_side(self, target: Target) -> bool:
        """Goes to the line that a row of a comparison names, at the commit of its side.

        Returns:
            Whether it is such a line.
        """
        compared = self._compared()
        if target.kind is not Kind.LINE or compared is None:
            return False
        from aitr_desktop.code.places import line_place

        sides = _sides(compared)
        code = sides["AB".index(target.side)]
        is_one = repository_key(sides[0].repository) == repository_key(sides[1].repository)
        self._offer(_of_two(*sides) if is_one else code)
        self.lines_asked.emit(line_place(code.repository, code.commits[0].sha, target.value))
        return True

    def find_file(self) -> None:
        """Goes to the field in which a path is typed."""
        self.place_asked.emit(KEY)
        self.view().files.find_file()

    def choose_clone(self) -> None:
        """Asks for the folder of a clone."""
        self.place_asked.emit(KEY)
        self.reader().choose_clone()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        if self._reader is not None:
            self._reader.stop()

    def _offer(self, code: JudgedCode | None) -> None:
        self._code = code
        if self._reader is not None:
            self._reader.show_code(code)
        _say_report(self._reader, code, self._head)
        self.reasons_changed.emit()

    def _with(self, repository: str, *shas: str) -> JudgedCode:
        """The commits that are offered where they are of the same repository, else those alone."""
        code = self._code
        if code is not None and repository_key(code.repository) == repository_key(repository):
            return code
        from aitr_desktop.item_models.judged_commits import JudgedCode, plain_commit

        return JudgedCode(report_ids=(), repository=repository, commits=tuple(map(plain_commit, shas)))

    def _of_file(self, do: Callable[[MoreOfFile], object]) -> Callable[[], object]:
        """The view is made with the first thing that is done, and not with the menu."""
        return lambda: do(self.reader().more)


def _say_report(reader: Reader | None, code: JudgedCode | None, head: Overview | None) -> None:
    """The verdict stands above the code of the report that it is about, and above no other."""
    if reader is not None:
        is_its = code is not None and head is not None and code.report_ids == (head.report_id,)
        reader.view.travel.show_report(head if is_its else None)


def _sides(compared: Compared) -> tuple[JudgedCode, JudgedCode]:
    """The commits of A and of B."""
    old, new = compared.left.report, compared.right.report
    from aitr_desktop.item_models.judged_commits import judged_code

    return judged_code(old.id, old.versions, old.build), judged_code(new.id, new.versions, new.build)


def _of_two(old: JudgedCode, new: JudgedCode) -> JudgedCode:
    from aitr_desktop.item_models.judged_commits import compared_code

    return compared_code(old, new)
