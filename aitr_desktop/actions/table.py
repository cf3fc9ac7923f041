"""Every action of the main window, declared once.

The menus, the rail, the command palette, the list of keys and the documentation are made from this table;
the parts of the window connect each identity to what it does.
"""

from __future__ import annotations

from aitr_desktop.actions import (
    code_menu,
    code_pane_menu,
    file_menu,
    go_menu,
    help_menu,
    marks_menu,
    policy_menu,
    report_menu,
    view_menu,
)
from aitr_desktop.actions.spec import CODE, FILE, GO, HELP, POLICY, REPORT, VIEW, plain_text
from aitr_desktop.translation import QT_TRANSLATE_NOOP, translate

MENUS = (FILE, VIEW, REPORT, CODE, POLICY, GO, HELP)
ACTIONS = (
    *file_menu.ROWS,
    *view_menu.ROWS,
    *report_menu.ROWS,
    *code_menu.ROWS,
    *code_pane_menu.ROWS,
    *marks_menu.ROWS,
    *policy_menu.ROWS,
    *go_menu.ROWS,
    *help_menu.ROWS,
)

MOVES = (
    (
        "Up, Down, Page Up, Page Down, Home, End",
        QT_TRANSLATE_NOOP("Actions", "Move through the reports or rows"),
    ),
    (
        "Enter",
        QT_TRANSLATE_NOOP(
            "Actions", "Go on: from search to list to report; open a row, then follow its link"
        ),
    ),
    ("Ctrl, Shift", QT_TRANSLATE_NOOP("Actions", "With a click or the arrows: select several reports")),
    ("Menu, Shift+F10", QT_TRANSLATE_NOOP("Actions", "Open the menu of the selected reports")),
    ("Delete", QT_TRANSLATE_NOOP("Actions", "On a filter: take it back")),
    (
        "Enter, Shift+Enter, Escape",
        QT_TRANSLATE_NOOP("Actions", "In the bar of a search: next hit, previous hit, close"),
    ),
    ("Left, Right", QT_TRANSLATE_NOOP("Actions", "Close or open a row")),
    ("Ctrl+Enter, Menu", QT_TRANSLATE_NOOP("Actions", "Follow the link of a row without opening it")),
    ("F12", QT_TRANSLATE_NOOP("Actions", "On a failing test or a finding: go to its line of code")),
    ("Backspace, Alt+Left", QT_TRANSLATE_NOOP("Actions", "Go back to where a link was followed")),
    ("Tab, Shift+Tab", QT_TRANSLATE_NOOP("Actions", "Next or previous part of the window")),
    ("Ctrl+C", QT_TRANSLATE_NOOP("Actions", "Copy the row, with SHAs and texts in full")),
)
"""Keys that views handle themselves: keys and what they do."""

WRITING = (
    ("Escape then Tab, Ctrl+Tab", QT_TRANSLATE_NOOP("Actions", "Leave the text: Tab alone writes spaces")),
    ("Tab, Shift+Tab", QT_TRANSLATE_NOOP("Actions", "In a text: indent or outdent the selected lines")),
    ("Ctrl+Space", QT_TRANSLATE_NOOP("Actions", "In a text: offer what can be written here")),
    ("Ctrl+/", QT_TRANSLATE_NOOP("Actions", "In a text: make the lines comments, or no comments any more")),
    ("Ctrl+F, F3, Shift+F3", QT_TRANSLATE_NOOP("Actions", "In a text: find, next hit, previous hit")),
    ("Ctrl+G", QT_TRANSLATE_NOOP("Actions", "In a text: go to a line")),
    ("Ctrl+Z, Ctrl+Shift+Z", QT_TRANSLATE_NOOP("Actions", "In a text: undo, redo")),
    ("Ctrl++, Ctrl+-, Ctrl+0", QT_TRANSLATE_NOOP("Actions", "In a text: larger, smaller, usual size")),
)
"""Keys of the editor."""

READING = (
    ("Click, Shift+Click, drag", QT_TRANSLATE_NOOP("Actions", "On the line numbers of code: select lines")),
    ("j, k", QT_TRANSLATE_NOOP("Actions", "In code: select the next or previous line; 5j goes five on")),
    ("Shift+j, Shift+k", QT_TRANSLATE_NOOP("Actions", "In code: extend the selection by a line")),
    (
        "Shift with Up, Down, Page Up, Page Down, Home, End",
        QT_TRANSLATE_NOOP("Actions", "In code: extend the selection by lines, by pages, to the ends"),
    ),
    ("g, number, Enter", QT_TRANSLATE_NOOP("Actions", "In code: go to a line")),
    ("g g, Shift+g", QT_TRANSLATE_NOOP("Actions", "In code: go to the first or the last line")),
    ("y, Ctrl+C", QT_TRANSLATE_NOOP("Actions", "In code: copy the selected lines as the file has them")),
    ("Ctrl+A", QT_TRANSLATE_NOOP("Actions", "In code: select all lines")),
    (
        "Escape",
        QT_TRANSLATE_NOOP("Actions", "In code: end a command, then take back the selection, then go back"),
    ),
    ("Ctrl+F, F3, Shift+F3", QT_TRANSLATE_NOOP("Actions", "In code: find, next hit, previous hit")),
    ("Ctrl+P", QT_TRANSLATE_NOOP("Actions", "At Code: go to a file")),
    (
        "Alt+Left, Alt+Right",
        QT_TRANSLATE_NOOP("Actions", "At Code: back, at last to where you came from; forward"),
    ),
    ("n, p", QT_TRANSLATE_NOOP("Actions", "Side by side: next or previous change")),
)
"""Keys of code that is read."""


def shown_keys(keys: str) -> str:
    """Keys as this system writes them."""
    from qtpy.QtGui import QKeySequence

    return str(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))


def key_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Keys with what they do by menu, in the menus' order; at the end those that views handle."""
    groups = []
    for menu in MENUS:
        rows = [
            (", ".join(spec.keys), spec.plain())
            for spec in ACTIONS
            if spec.keys and spec.menu.partition(">")[0] == menu
        ]
        groups.append((plain_text(translate("Actions", menu)), rows))
    moves = [(keys, translate("Actions", does)) for keys, does in MOVES]
    groups.append((translate("Actions", "In lists and reports"), moves))
    reading = [(keys, translate("Actions", does)) for keys, does in READING]
    groups.append((translate("Actions", "While reading code"), reading))
    writing = [(keys, translate("Actions", does)) for keys, does in WRITING]
    groups.append((translate("Actions", "While writing"), writing))
    return [group for group in groups if group[1]]


def key_table() -> list[tuple[str, str]]:
    """All keys with what they do, in the order of the sheet; the user guide has them too."""
    return [row for _, rows in key_groups() for row in rows]
