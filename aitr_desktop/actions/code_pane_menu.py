"""Actions on the lines of the file that is read. Keys that only the pane itself takes are in ``table``."""

from __future__ import annotations

from aitr_desktop.actions.spec import CODE, CODE_TAB_MENU, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.CODE_FIND,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "F&ind in this file…"),
        tip=QT_TRANSLATE_NOOP("Actions", "Ctrl+F while the code has the keys"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.CODE_GO_TO_LINE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "Go &to line…"),
        keys=("Ctrl+G",),
    ),
    ActionSpec(
        act=Act.CODE_COPY_LINES,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "Cop&y lines"),
        tip=QT_TRANSLATE_NOOP("Actions", "As the file has them; Ctrl+C or y while the code has the keys"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.CODE_COPY_LINK,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "Copy lin&k to these lines"),
        tip=QT_TRANSLATE_NOOP("Actions", "Opens the lines at this commit in aitr, wherever a clone is known"),
    ),
    ActionSpec(
        act=Act.CODE_COPY_PAGE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "Copy link to &forge"),
        keys=("Alt+Shift+L",),
        tip=QT_TRANSLATE_NOOP("Actions", "The page of these lines at this commit, for any browser"),
    ),
    ActionSpec(
        act=Act.CODE_DRAFT,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "&Edit a copy as draft…"),
        tip=QT_TRANSLATE_NOOP("Actions", "Saved outside of the clone: what was judged stays as it is"),
    ),
    ActionSpec(
        act=Act.CODE_WRAP,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "W&rap long lines"),
        keys=("Alt+Z",),
        toggles=True,
        separator_before=True,
    ),
    ActionSpec(
        act=Act.CODE_WHITESPACE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "S&how whitespace"),
        toggles=True,
    ),
    ActionSpec(
        act=Act.CODE_TAB_2,
        menu=CODE_TAB_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&2 columns"),
        group="code_tab",
    ),
    ActionSpec(
        act=Act.CODE_TAB_4,
        menu=CODE_TAB_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&4 columns"),
        group="code_tab",
    ),
    ActionSpec(
        act=Act.CODE_TAB_8,
        menu=CODE_TAB_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&8 columns"),
        group="code_tab",
    ),
    ActionSpec(
        act=Act.CODE_LARGER, menu=CODE, text=QT_TRANSLATE_NOOP("Actions", "L&arger text"), keys=("Ctrl++",)
    ),
    ActionSpec(
        act=Act.CODE_SMALLER, menu=CODE, text=QT_TRANSLATE_NOOP("Actions", "S&maller text"), keys=("Ctrl+-",)
    ),
    ActionSpec(
        act=Act.CODE_USUAL_SIZE,
        menu=CODE,
        text=QT_TRANSLATE_NOOP("Actions", "&Usual text size"),
        keys=("Ctrl+0",),
    ),
)
