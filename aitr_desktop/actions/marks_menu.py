"""Actions on what is known of the lines: marks of the audit, and notes."""

from __future__ import annotations

from aitr_desktop.actions.spec import MARKS_MENU, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.MARK_NEXT,
        menu=MARKS_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Next mark"),
        keys=("F4",),
        tip=QT_TRANSLATE_NOOP("Actions", "Failed test, finding, uncovered line or note in this file"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.MARK_PREVIOUS,
        menu=MARKS_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Previous mark"),
        keys=("Shift+F4",),
    ),
    ActionSpec(
        act=Act.MARKS_LIST,
        menu=MARKS_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Marks of this file"),
        keys=("Alt+Shift+M",),
        tip=QT_TRANSLATE_NOOP("Actions", "Shows the list below the code and goes there; once more hides it"),
    ),
    ActionSpec(
        act=Act.MARKED_FILES,
        menu=MARKS_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Files with marks"),
        keys=("Alt+Shift+F",),
        tip=QT_TRANSLATE_NOOP("Actions", "Everything that the report says of lines of code, file by file"),
    ),
    ActionSpec(
        act=Act.NOTE_WRITE,
        menu=MARKS_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "N&ote on these lines…"),
        keys=("Ctrl+M",),
        tip=QT_TRANSLATE_NOOP("Actions", "Kept in this library; it changes no verdict"),
        separator_before=True,
    ),
)
