"""Every action of the main window, declared once: its words, keys, menu, icon and place.

The menus, the rail, the command palette, the list of keys and the documentation are made from this table;
the parts of the window connect each identity to what it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from aitr_desktop.translation import QT_TRANSLATE_NOOP, translate


class Act(Enum):
    """Identity of an action."""

    OPEN_LIBRARY = "open_library"
    CLEAR_RECENT = "clear_recent"
    IMPORT_REPORT = "import_report"
    IMPORT_FOLDER = "import_folder"
    COPY_LINK = "copy_link"
    EXPORT = "export"
    CONNECT = "connect"
    SYNCHRONISE = "synchronise"
    DISCONNECT = "disconnect"
    QUIT = "quit"
    REFRESH = "refresh"
    FIND = "find"
    CLEAR_FILTERS = "clear_filters"
    FIND_IN_REPORT = "find_in_report"
    FIND_NEXT = "find_next"
    FIND_PREVIOUS = "find_previous"
    FOCUS_FILTERS = "focus_filters"
    SAVE_FILTER = "save_filter"
    RENAME_FILTER = "rename_filter"
    DELETE_FILTER = "delete_filter"
    SORT_CREATED = "sort_created"
    SORT_DECISION = "sort_decision"
    SORT_ENVIRONMENT = "sort_environment"
    SORT_BRANCH = "sort_branch"
    SORT_SHA = "sort_sha"
    SORT_REPOSITORY = "sort_repository"
    TURN_ORDER = "turn_order"
    RESET_COLUMNS = "reset_columns"
    COMPARE_SELECTED = "compare_selected"
    THEME_SYSTEM = "theme_system"
    THEME_LIGHT = "theme_light"
    THEME_DARK = "theme_dark"
    THEME_HIGH_CONTRAST = "theme_high_contrast"
    DENSITY_COMPACT = "density_compact"
    DENSITY_NORMAL = "density_normal"
    DENSITY_COMFORTABLE = "density_comfortable"
    SCALE_100 = "scale_100"
    SCALE_125 = "scale_125"
    SCALE_150 = "scale_150"
    SCALE_175 = "scale_175"
    SCALE_200 = "scale_200"
    RESET_LAYOUT = "reset_layout"
    NOTIFICATIONS = "notifications"
    GO_REPORTS = "go_reports"
    GO_COMPARE = "go_compare"
    GO_SERVER = "go_server"
    SHOW_LIST = "show_list"
    COMMANDS = "commands"
    KEYS = "keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One row of the table. Its words are English; ``said`` and ``menu_path`` give them translated."""

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
    place: str = ""
    """Key of the page that this action goes to; such actions make the rail."""
    tip: str = ""
    """What it does, where the words alone don't say it."""

    def said(self) -> str:
        """The words on screen, with the mnemonic's mark."""
        return translate("Actions", self.text)

    def plain(self) -> str:
        """The words on screen without mark and dots."""
        return plain_text(self.said())

    def menu_path(self) -> tuple[str, ...]:
        """The menus that lead to it on screen, from the bar down."""
        return tuple(plain_text(translate("Actions", title)) for title in self.menu.split(">"))


FILE = QT_TRANSLATE_NOOP("Actions", "&File")
RECENT = QT_TRANSLATE_NOOP("Actions", "Open &recent")
VIEW = QT_TRANSLATE_NOOP("Actions", "&View")
THEME = QT_TRANSLATE_NOOP("Actions", "&Theme")
DENSITY = QT_TRANSLATE_NOOP("Actions", "&Density")
SCALE = QT_TRANSLATE_NOOP("Actions", "Sc&ale")
GO = QT_TRANSLATE_NOOP("Actions", "&Go")
HELP = QT_TRANSLATE_NOOP("Actions", "&Help")
SORT = QT_TRANSLATE_NOOP("Actions", "Sort &by")
FILTERS = QT_TRANSLATE_NOOP("Actions", "Saved &filters")
COLUMNS = QT_TRANSLATE_NOOP("Actions", "C&olumns")
RECENT_MENU = f"{FILE}>{RECENT}"
THEME_MENU = f"{VIEW}>{THEME}"
DENSITY_MENU = f"{VIEW}>{DENSITY}"
SCALE_MENU = f"{VIEW}>{SCALE}"
SORT_MENU = f"{VIEW}>{SORT}"
FILTERS_MENU = f"{VIEW}>{FILTERS}"
COLUMNS_MENU = f"{VIEW}>{COLUMNS}"
MENUS = (FILE, VIEW, GO, HELP)

ACTIONS = (
    ActionSpec(
        act=Act.OPEN_LIBRARY,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Open library…"),
        keys=("Ctrl+O",),
        icon="open",
    ),
    ActionSpec(act=Act.CLEAR_RECENT, menu=RECENT_MENU, text=QT_TRANSLATE_NOOP("Actions", "&Clear recent")),
    ActionSpec(
        act=Act.IMPORT_REPORT,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Import report…"),
        keys=("Ctrl+I",),
        icon="import",
    ),
    ActionSpec(
        act=Act.IMPORT_FOLDER,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "Import &folder…"),
        keys=("Ctrl+Shift+I",),
    ),
    ActionSpec(
        act=Act.COPY_LINK,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "Copy &link to this report"),
        keys=("Ctrl+L",),
        icon="copy",
    ),
    ActionSpec(
        act=Act.EXPORT,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Export selection…"),
        keys=("Ctrl+E",),
        tip=QT_TRANSLATE_NOOP(
            "Actions", "The chosen reports as filed, with decisions, approvals and digests"
        ),
    ),
    ActionSpec(
        act=Act.CONNECT,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Connect to server…"),
        tip=QT_TRANSLATE_NOOP("Actions", "Fetch what a team has filed, and send what waits here"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.SYNCHRONISE,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Synchronise"),
        keys=("F9", "Ctrl+Shift+S"),
        icon="server",
    ),
    ActionSpec(act=Act.DISCONNECT, menu=FILE, text=QT_TRANSLATE_NOOP("Actions", "&Disconnect…")),
    ActionSpec(
        act=Act.QUIT,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Quit"),
        keys=("Ctrl+Q",),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.FIND,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "&Search reports"),
        keys=("/", "Ctrl+F"),
        icon="search",
    ),
    ActionSpec(
        act=Act.CLEAR_FILTERS,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "&Clear filters"),
        keys=("Ctrl+Shift+X",),
    ),
    ActionSpec(
        act=Act.FIND_IN_REPORT,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "Find in re&port…"),
        keys=("Ctrl+Shift+F",),
        icon="search",
        tip=QT_TRANSLATE_NOOP("Actions", "Finds a text in all rows of the report, also in those not opened"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.FIND_NEXT,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "Find ne&xt"),
        keys=("F3",),
    ),
    ActionSpec(
        act=Act.FIND_PREVIOUS,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "Find pre&vious"),
        keys=("Shift+F3",),
    ),
    ActionSpec(
        act=Act.FOCUS_FILTERS,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "Go to the fi&lters"),
        keys=("Ctrl+Shift+L",),
    ),
    ActionSpec(
        act=Act.SAVE_FILTER,
        menu=FILTERS_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Save filter…"),
        keys=("Ctrl+D",),
    ),
    ActionSpec(
        act=Act.RENAME_FILTER, menu=FILTERS_MENU, text=QT_TRANSLATE_NOOP("Actions", "&Rename filter…")
    ),
    ActionSpec(
        act=Act.DELETE_FILTER, menu=FILTERS_MENU, text=QT_TRANSLATE_NOOP("Actions", "&Delete filter…")
    ),
    ActionSpec(
        act=Act.SORT_CREATED,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&When"),
        group="sort",
        separator_before=True,
        tip=QT_TRANSLATE_NOOP("Actions", "Sort the reports by when they were made"),
    ),
    ActionSpec(
        act=Act.SORT_DECISION,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Decision"),
        group="sort",
    ),
    ActionSpec(
        act=Act.SORT_ENVIRONMENT,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Environment"),
        group="sort",
    ),
    ActionSpec(
        act=Act.SORT_BRANCH,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Branch"),
        group="sort",
    ),
    ActionSpec(
        act=Act.SORT_SHA,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Release"),
        group="sort",
    ),
    ActionSpec(
        act=Act.SORT_REPOSITORY,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "Re&pository"),
        group="sort",
    ),
    ActionSpec(
        act=Act.TURN_ORDER,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Turn the order round"),
        keys=("Ctrl+Shift+O",),
        separator_before=True,
    ),
    ActionSpec(act=Act.RESET_COLUMNS, menu=COLUMNS_MENU, text=QT_TRANSLATE_NOOP("Actions", "&Reset columns")),
    ActionSpec(
        act=Act.REFRESH,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "&Refresh"),
        keys=("F5", "Ctrl+R"),
        icon="refresh",
    ),
    ActionSpec(
        act=Act.THEME_SYSTEM,
        menu=THEME_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&System"),
        group="theme",
        separator_before=True,
    ),
    ActionSpec(
        act=Act.THEME_LIGHT,
        menu=THEME_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Light"),
        group="theme",
    ),
    ActionSpec(
        act=Act.THEME_DARK,
        menu=THEME_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Dark"),
        group="theme",
    ),
    ActionSpec(
        act=Act.THEME_HIGH_CONTRAST,
        menu=THEME_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&High contrast"),
        group="theme",
    ),
    ActionSpec(
        act=Act.DENSITY_COMPACT,
        menu=DENSITY_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Compact"),
        group="density",
    ),
    ActionSpec(
        act=Act.DENSITY_NORMAL,
        menu=DENSITY_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Normal"),
        group="density",
    ),
    ActionSpec(
        act=Act.DENSITY_COMFORTABLE,
        menu=DENSITY_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "Com&fortable"),
        group="density",
    ),
    ActionSpec(
        act=Act.SCALE_100,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&100 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.SCALE_125,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "12&5 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.SCALE_150,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "15&0 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.SCALE_175,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "1&75 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.SCALE_200,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&200 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.NOTIFICATIONS,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "&Notifications"),
        keys=("Ctrl+Shift+N",),
        icon="bell",
        tip=QT_TRANSLATE_NOOP("Actions", "What the window told since it was opened"),
        separator_before=True,
    ),
    ActionSpec(act=Act.RESET_LAYOUT, menu=VIEW, text=QT_TRANSLATE_NOOP("Actions", "Reset la&yout")),
    ActionSpec(
        act=Act.GO_REPORTS,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "&Reports"),
        keys=("Ctrl+1",),
        icon="reports",
        place="reports",
    ),
    ActionSpec(
        act=Act.GO_COMPARE,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "&Compare"),
        keys=("Ctrl+2",),
        icon="compare",
        place="compare",
    ),
    ActionSpec(
        act=Act.COMPARE_SELECTED,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "Compare the &two selected reports"),
        keys=("Ctrl+Shift+C",),
    ),
    ActionSpec(
        act=Act.GO_SERVER,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "&Server"),
        keys=("Ctrl+9",),
        icon="server",
        place="server",
        tip=QT_TRANSLATE_NOOP("Actions", "What waits, what was refused, and what contradicts what is here"),
    ),
    ActionSpec(
        act=Act.SHOW_LIST,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "Back to the &list"),
        keys=("Escape",),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.COMMANDS,
        menu=HELP,
        text=QT_TRANSLATE_NOOP("Actions", "&Commands…"),
        keys=("Ctrl+Shift+P", "Ctrl+K"),
        icon="search",
        tip=QT_TRANSLATE_NOOP("Actions", "Finds any action by some of its letters"),
    ),
    ActionSpec(act=Act.KEYS, menu=HELP, text=QT_TRANSLATE_NOOP("Actions", "&Keys"), keys=("?", "F1")),
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
    ("Backspace, Alt+Left", QT_TRANSLATE_NOOP("Actions", "Go back to where a link was followed")),
    ("Tab, Shift+Tab", QT_TRANSLATE_NOOP("Actions", "Next or previous part of the window")),
    ("Ctrl+C", QT_TRANSLATE_NOOP("Actions", "Copy the row, with SHAs and texts in full")),
)
"""Keys that views handle themselves: keys and what they do."""


def plain_text(text: str) -> str:
    """An action's words without mnemonic marks and dots."""
    return text.replace("&", "").removesuffix("…")


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
    return [group for group in groups if group[1]]


def key_table() -> list[tuple[str, str]]:
    """All keys with what they do, in the order of the sheet; the user guide has them too."""
    return [row for _, rows in key_groups() for row in rows]
