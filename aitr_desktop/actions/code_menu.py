"""Actions on the code that is read."""

from __future__ import annotations

from aitr_desktop.actions.spec import CODE, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.CODE_FIND_FILE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "&Go to file…"),
        keys=("Ctrl+Shift+G",),
        tip=QT_TRANSLATE_NOOP("Actions", "By some letters of its path; a line after a colon"),
    ),
    ActionSpec(
        act=Act.CODE_DIFFERENCE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "Show the code &difference"),
        keys=("Alt+Shift+C",),
        tip=QT_TRANSLATE_NOOP("Actions", "The files that changed between the two compared reports"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.CODE_VERSIONS,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "&Versions of this file side by side…"),
        keys=("Alt+Shift+V",),
    ),
    ActionSpec(
        act=Act.CODE_NEXT_CHANGE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "&Next change"),
        keys=("F7",),
    ),
    ActionSpec(
        act=Act.CODE_PREVIOUS_CHANGE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "&Previous change"),
        keys=("Shift+F7",),
    ),
    ActionSpec(
        act=Act.CODE_LAST_CHANGE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "&Last commit that touched these lines"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.CODE_WORKING_TREE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "File of the &working tree, or of the commit"),
        tip=QT_TRANSLATE_NOOP("Actions", "As it is on this machine now: never what was judged"),
    ),
    ActionSpec(
        act=Act.CODE_CHOOSE_CLONE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "&Choose a clone…"),
        separator_before=True,
    ),
)
