"""Counts the lines that each changed file gained and lost, beside whoever looks at the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.code.readable_text import NotTextError
from aitr_desktop.tasks import Lane
from aitr_desktop.translation import translate
from tsr_agent.errors import TsrError

if TYPE_CHECKING:
    from aitr_desktop.code.code_folder import Changed
    from aitr_desktop.code.tree_walk import Change
    from aitr_desktop.tasks import Task, Tasks
    from aitr_desktop.windows.code.open_clone import OpenClone

MOST_COUNTED = 500
"""Files whose lines are counted; whoever has more looks at the list first."""
AT_ONCE = 10
"""Files that are counted before others get their turn."""
LARGEST = 2 * 1024 * 1024
"""Bytes of a file whose lines are counted."""
PLAIN_MODES = ("", "100644", "100755", "100664")


class LineCounts(QObject):
    """Goes through the changed files from the top.

    Args:
        tasks: The door to threads.
        parent: Ends with it.
    """

    counted = Signal(int, str)
    """Row of a file, and what became of its lines."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task[list[str]] | None = None

    def count(self, clone: OpenClone, changed: Changed, first: int = 0) -> None:
        """Counts from a row on; whatever was counted before is no longer wanted.

        Args:
            clone: Where the files are read.
            changed: Which ones.
            first: The row.
        """
        self.stop()
        files = changed.files[first : min(first + AT_ONCE, MOST_COUNTED)]
        if not files:
            return

        def work() -> list[str]:
            return [_words(clone, changed, each) for each in files]

        def take(found: list[str]) -> None:
            for place, words in enumerate(found, first):
                self.counted.emit(place, words)
            self.count(clone, changed, first + AT_ONCE)

        self._task = self._tasks.run(work, take, lambda _: None, Lane.WIDE)

    def stop(self) -> None:
        """Counts no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None


def _words(clone: OpenClone, changed: Changed, change: Change) -> str:
    """``+4 –5``; a word where nothing can be counted, and nothing where there is nothing to say."""
    from aitr_desktop.code.differing import difference
    from aitr_desktop.code.text_lines import TextLines

    if change.old_mode not in PLAIN_MODES or change.new_mode not in PLAIN_MODES:
        return ""
    try:
        empty = TextLines(b"")
        old = clone.lists.file(changed.before, change.old_path).lines if change.old else empty
        new = clone.lists.file(changed.after, change.path).lines if change.new else empty
    except NotTextError:
        return translate("LineCounts", "not text")
    except TsrError:
        return ""
    if len(old.content) + len(new.content) > LARGEST:
        return translate("LineCounts", "large")
    hunks = difference(old, new).hunks
    added, removed = sum(each.new_count for each in hunks), sum(each.old_count for each in hunks)
    if not added and not removed:
        return translate("LineCounts", "mode") if change.old_mode != change.new_mode else ""
    parts = [f"+{added:,}" if added else "", f"–{removed:,}" if removed else ""]
    return " ".join(filter(None, parts))
