"""The left side of the place at work: reads folders, searches paths, lists what changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from qtpy.QtCore import QObject, Signal

from aitr_desktop.item_models.changed_files_model import ChangedFile
from aitr_desktop.item_models.file_tree_model import Leaf, Leaflet, ordered
from aitr_desktop.item_models.path_search import PathIndex, typed_path
from aitr_desktop.tasks import Lane
from aitr_desktop.windows.code.counting import LineCounts
from aitr_desktop.windows.code.latest import Latest
from tsr_agent.sections.plain_text import visible
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aitr_desktop.code.code_folder import Changed, Listed
    from aitr_desktop.code.tree_walk import Change
    from aitr_desktop.item_models.command_list import Row
    from aitr_desktop.tasks import Task, Tasks
    from aitr_desktop.views.code.files_side import FilesSide
    from aitr_desktop.windows.code.open_clone import OpenClone
    from tsr_agent.errors import TsrError

_KINDS = {"folder": Leaf.FOLDER, "file": Leaf.FILE, "link": Leaf.LINK, "another repository": Leaf.MODULE}
LINK, MODULE = "120000", "160000"


class _Known(NamedTuple):
    """The paths of a commit, and whether there are more."""

    paths: PathIndex
    remark: str


class Browsing(QObject):
    """Answers what the side asks for.

    Args:
        tasks: The door to threads.
        side: What is on screen.
        recent: Paths seen last.
        parent: Ends with it.
    """

    failed = Signal(object)
    """A ``TsrError``: the commit, or what changed, can't be listed."""

    def __init__(
        self, tasks: Tasks, side: FilesSide, recent: Callable[[], tuple[str, ...]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tasks, self._side, self._recent = tasks, side, recent
        self._clone: OpenClone | None = None
        self._sha = ""
        self._is_failed = False
        self._folders: list[Task[list[Leaflet]]] = []
        self._paths: _Known | None = None
        self._finding = Latest(tasks, self)
        self._comparing = Latest(tasks, self)
        self._counting = LineCounts(tasks, self)
        self._counting.counted.connect(side.changed.changed.note)
        side.tree.files.folder_wanted.connect(self._read_folder)
        side.field.typed.connect(self._find)

    @property
    def sha(self) -> str:
        """The commit whose files are listed."""
        return self._sha

    def show(self, clone: OpenClone, sha: str) -> None:
        """Lists the files of a commit."""
        if clone is self._clone and sha == self._sha and not self._is_failed:
            return
        self._stop_files()
        self._is_failed = False
        self._clone, self._sha, self._paths = clone, sha, None
        self._side.show_clone(str(clone.folder), visible(clone.doubt))
        self._side.tree.files.forget()
        if self._side.field.text():
            self._find(self._side.field.text())

    def show_again(self) -> None:
        """Lists the files again where they could not be listed."""
        if self._clone is not None and self._is_failed:
            self.show(self._clone, self._sha)

    def forget(self) -> None:
        """Another repository, or none: nothing of the one before is listed."""
        self.stop()
        self._clone, self._sha, self._paths = None, "", None
        self._side.field.clear()
        self._side.show_changes("", "", (), "")

    def show_changes(self, clone: OpenClone, before: str, after: str) -> None:
        """Lists the files that changed between two commits."""
        self._counting.stop()
        self._side.show_tab(changes=True)
        self._side.show_changes(before, after, (), self.tr("Comparing the two commits…"))
        self._comparing.run(
            lambda _: clone.lists.changed(before, after),
            partial(self._show_changes, clone),
            self._fail_changes,
        )

    def stop(self) -> None:
        """Ends what waits."""
        self._stop_files()
        self._comparing.stop()
        self._counting.stop()

    def _stop_files(self) -> None:
        for task in self._folders:
            task.cancel()
        self._folders.clear()
        self._finding.stop()

    def _read_folder(self, path: str) -> None:
        clone, sha = self._clone, self._sha
        if clone is None:
            return
        self._folders.append(
            self._tasks.run(
                lambda: _leaves(clone.lists.folder(sha, path)),
                partial(self._take_folder, path),
                partial(self._fail_folder, path),
                Lane.WIDE,
            )
        )

    def _take_folder(self, path: str, leaves: list[Leaflet]) -> None:
        self._side.tree.files.take(path, leaves)

    def _fail_folder(self, path: str, error: TsrError) -> None:
        self._side.tree.files.fail(path, visible(error.message))
        if not path:
            # Looked at again, it is read again: somebody may have fetched it meanwhile.
            self._is_failed = True
            self.failed.emit(error)

    def _find(self, text: str) -> None:
        clone, sha, known = self._clone, self._sha, self._paths
        typed = typed_path(text)
        if clone is None or not typed.path:
            self._finding.stop()
            self._side.field.show_found((), 0)
            return
        recent = self._recent()

        def work(is_wanted: Callable[[], bool]) -> tuple[_Known, tuple[Row, ...]]:
            searched = known
            if searched is None:
                read = clone.lists.paths(sha)
                searched = _Known(PathIndex(read.paths), read.remark)
            return searched, searched.paths.find(typed.path, recent, is_wanted)

        self._finding.run(work, partial(self._show_found, typed.line), self._fail_finding)

    def _show_found(self, line: int, found: tuple[_Known, tuple[Row, ...]]) -> None:
        self._paths, rows = found
        self._side.field.show_found(rows, line)
        nothing = "" if rows else self.tr("No file of this commit has these letters.")
        self._side.show_nothing(" ".join(filter(None, (nothing, self._paths.remark))))

    def _fail_finding(self, error: TsrError) -> None:
        self._side.field.show_found((), 0)
        self._side.show_nothing(visible(error.message))

    def _show_changes(self, clone: OpenClone, changed: Changed) -> None:
        files = tuple(map(_changed_file, changed.files))
        summary = counted(len(files), "file") + " " + self.tr("changed") if files else ""
        said = summary or self.tr("No file differs between the two.")
        self._side.show_changes(
            changed.before, changed.after, files, " ".join((said, changed.remark)).strip()
        )
        self._counting.count(clone, changed)

    def _fail_changes(self, error: TsrError) -> None:
        self._side.summary.setText(visible(" ".join(filter(None, (error.message, error.next_step)))))
        self.failed.emit(error)


def _leaves(found: Iterable[Listed]) -> list[Leaflet]:
    return ordered(Leaflet(each.name, each.path, _KINDS[each.kind.value], each.remark) for each in found)


def _changed_file(change: Change) -> ChangedFile:
    modes = {change.old_mode, change.new_mode}
    note = "link" if LINK in modes else "another repository" if MODULE in modes else ""
    moved = change.old_path if change.old_path not in ("", change.path) else ""
    return ChangedFile(sign=change.sign, path=change.path, before_path=moved, note=note)
