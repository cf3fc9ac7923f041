"""Joins what is known of lines to the place where they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.code.visited import Spot

if TYPE_CHECKING:
    from aitr_desktop.windows.code.marking import Marking
    from aitr_desktop.windows.code.reader import Reader
    from aitr_desktop.windows.preferences import Preferences


def join(marking: Marking, preferences: Preferences, reader: Reader) -> None:
    """Shows marks in the place from now on.

    Args:
        marking: What is known.
        preferences: Remembers whether the list is on screen.
        reader: The place at work.
    """
    view, screen = reader.view, reader.screen

    def show_list(wanted: bool) -> None:
        view.marks.setVisible(wanted)
        preferences.change(code_marks=wanted)

    def changed() -> None:
        clone = reader.choice.clone
        marking.file_shown(screen.file, clone.folder if clone is not None else None)

    def count() -> None:
        marks = marking.reading.marks
        is_of = marks is not None and reader.browsing.sha == marks.commit
        view.files.tree.files.show_marks(marks.counts() if marks is not None and is_of else {})

    def read(sha: str, path: str) -> None:
        reader.go(Spot(sha=sha, path=path))

    view.marks.setVisible(preferences.now.code_marks)
    marking.list_wanted.connect(show_list)
    marking.file_asked.connect(read)
    screen.changed.connect(changed)
    screen.changed.connect(count)
    marking.reading.listed.connect(lambda *_: count())
    marking.attach(view.pane.view, view.marks)
    changed()
