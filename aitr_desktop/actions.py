"""Every action of the main window, declared once: its words, keys, menu and icon.

The menus, the list of keys and the documentation are made from this table; the window connects each
identity to what it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Act(Enum):
    """Identity of an action."""

    OPEN_LIBRARY = "open_library"
    IMPORT_REPORT = "import_report"
    QUIT = "quit"
    REFRESH = "refresh"
    FIND = "find"
    CLEAR_FILTERS = "clear_filters"
    SHOW_LIST = "show_list"
    THEME_SYSTEM = "theme_system"
    THEME_LIGHT = "theme_light"
    THEME_DARK = "theme_dark"
    THEME_HIGH_CONTRAST = "theme_high_contrast"
    RESET_LAYOUT = "reset_layout"
    KEYS = "keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One row of the table."""

    act: Act
    menu: str
    """Title of the menu, ``>`` before a submenu's: ``View>Theme``."""
    text: str
    """With ``&`` before its mnemonic and ``…`` where it asks for more."""
    keys: tuple[str, ...] = ()
    """Qt's portable names; the first is shown in the menu."""
    icon: str = ""
    group: str = ""
    """Actions of one group exclude each other and can be checked."""
    separator_before: bool = False


MENUS = ("&File", "&View", "&Help")

ACTIONS = (
    ActionSpec(act=Act.OPEN_LIBRARY, menu="&File", text="&Open library…", keys=("Ctrl+O",), icon="open"),
    ActionSpec(act=Act.IMPORT_REPORT, menu="&File", text="&Import report…", keys=("Ctrl+I",), icon="import"),
    ActionSpec(act=Act.QUIT, menu="&File", text="&Quit", keys=("Ctrl+Q",), separator_before=True),
    ActionSpec(act=Act.FIND, menu="&View", text="&Search reports", keys=("/", "Ctrl+F"), icon="search"),
    ActionSpec(act=Act.CLEAR_FILTERS, menu="&View", text="&Clear filters", keys=("Ctrl+Shift+X",)),
    ActionSpec(act=Act.SHOW_LIST, menu="&View", text="Back to the &list", keys=("Escape",)),
    ActionSpec(act=Act.REFRESH, menu="&View", text="&Refresh", keys=("F5", "Ctrl+R"), icon="refresh"),
    ActionSpec(
        act=Act.THEME_SYSTEM,
        menu="&View>&Theme",
        text="&System",
        group="theme",
        separator_before=True,
    ),
    ActionSpec(act=Act.THEME_LIGHT, menu="&View>&Theme", text="&Light", group="theme"),
    ActionSpec(act=Act.THEME_DARK, menu="&View>&Theme", text="&Dark", group="theme"),
    ActionSpec(act=Act.THEME_HIGH_CONTRAST, menu="&View>&Theme", text="&High contrast", group="theme"),
    ActionSpec(act=Act.RESET_LAYOUT, menu="&View", text="Reset la&yout"),
    ActionSpec(act=Act.KEYS, menu="&Help", text="&Keys", keys=("?", "F1")),
)

MOVES = (
    ("Up, Down, Page Up, Page Down, Home, End", "Move through the reports or rows"),
    ("Enter", "Go from the list to the report; open or close a row"),
    ("Left, Right", "Close or open a row"),
    ("Tab, Shift+Tab", "Next or previous part of the window"),
    ("Ctrl+C", "Copy the row, with SHAs and texts in full"),
)
"""Keys that views handle themselves: keys and what they do."""


def plain_text(text: str) -> str:
    """An action's words without mnemonic marks and dots."""
    return text.replace("&", "").removesuffix("…")


def key_table() -> list[tuple[str, str]]:
    """All keys with what they do, for the dialog and the user guide."""
    rows = [(", ".join(spec.keys), plain_text(spec.text)) for spec in ACTIONS if spec.keys]
    return rows + list(MOVES)
