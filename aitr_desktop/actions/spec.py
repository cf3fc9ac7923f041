"""What an action is, and the menus that actions stand in."""

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
    VERIFY_LIBRARY = "verify_library"
    SAVE_PDF = "save_pdf"
    SAVE_CSV = "save_csv"
    SAVE_JSON = "save_json"
    SAVE_COMPARISON = "save_comparison"
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
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    SHOW_APPROVALS = "show_approvals"
    COMPARE_LAST_APPROVED = "compare_last_approved"
    SWAP_SIDES = "swap_sides"
    DIFFERENCES_ONLY = "differences_only"
    CHOOSE_A = "choose_a"
    CHOOSE_B = "choose_b"
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
    GO_POLICIES = "go_policies"
    GO_CHECK = "go_check"
    GO_CODE = "go_code"
    GO_SERVER = "go_server"
    POLICY_NEW = "policy_new"
    POLICY_OPEN = "policy_open"
    POLICY_SAVE = "policy_save"
    POLICY_SAVE_AS = "policy_save_as"
    POLICY_CLOSE = "policy_close"
    POLICY_CHECK = "policy_check"
    POLICY_TRY = "policy_try"
    POLICY_TRY_ALL = "policy_try_all"
    POLICY_SUBMIT = "policy_submit"
    CODE_FIND_FILE = "code_find_file"
    CODE_DIFFERENCE = "code_difference"
    CODE_NEXT_CHANGE = "code_next_change"
    CODE_PREVIOUS_CHANGE = "code_previous_change"
    CODE_VERSIONS = "code_versions"
    CODE_LAST_CHANGE = "code_last_change"
    CODE_WORKING_TREE = "code_working_tree"
    CODE_CHOOSE_CLONE = "code_choose_clone"
    CODE_FIND = "code_find"
    CODE_GO_TO_LINE = "code_go_to_line"
    CODE_COPY_LINES = "code_copy_lines"
    CODE_COPY_LINK = "code_copy_link"
    CODE_COPY_PAGE = "code_copy_page"
    CODE_DRAFT = "code_draft"
    CODE_WRAP = "code_wrap"
    CODE_WHITESPACE = "code_whitespace"
    CODE_TAB_2 = "code_tab_2"
    CODE_TAB_4 = "code_tab_4"
    CODE_TAB_8 = "code_tab_8"
    CODE_LARGER = "code_larger"
    CODE_SMALLER = "code_smaller"
    CODE_USUAL_SIZE = "code_usual_size"
    MARK_NEXT = "mark_next"
    MARK_PREVIOUS = "mark_previous"
    MARKS_LIST = "marks_list"
    MARKED_FILES = "marked_files"
    NOTE_WRITE = "note_write"
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
    toggles: bool = False
    """It is on or off, and shows which."""
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


def plain_text(text: str) -> str:
    """An action's words without mnemonic marks and dots."""
    return text.replace("&", "").removesuffix("…")


FILE = QT_TRANSLATE_NOOP("Actions", "&File")
RECENT = QT_TRANSLATE_NOOP("Actions", "Open &recent")
VIEW = QT_TRANSLATE_NOOP("Actions", "&View")
THEME = QT_TRANSLATE_NOOP("Actions", "&Theme")
DENSITY = QT_TRANSLATE_NOOP("Actions", "&Density")
SCALE = QT_TRANSLATE_NOOP("Actions", "Sc&ale")
REPORT = QT_TRANSLATE_NOOP("Actions", "&Report")
POLICY = QT_TRANSLATE_NOOP("Actions", "&Policy")
CODE = QT_TRANSLATE_NOOP("Actions", "&Code")
MARKS = QT_TRANSLATE_NOOP("Actions", "Mark&s and notes")
COMPARISON = QT_TRANSLATE_NOOP("Actions", "&Comparison")
GO = QT_TRANSLATE_NOOP("Actions", "&Go")
HELP = QT_TRANSLATE_NOOP("Actions", "&Help")
SORT = QT_TRANSLATE_NOOP("Actions", "Sort &by")
FILTERS = QT_TRANSLATE_NOOP("Actions", "Saved &filters")
COLUMNS = QT_TRANSLATE_NOOP("Actions", "C&olumns")
CODE_TAB = QT_TRANSLATE_NOOP("Actions", "&Tab stops every")
CODE_TAB_MENU = f"{CODE}>{CODE_TAB}"
MARKS_MENU = f"{CODE}>{MARKS}"
COMPARISON_MENU = f"{REPORT}>{COMPARISON}"
RECENT_MENU = f"{FILE}>{RECENT}"
THEME_MENU = f"{VIEW}>{THEME}"
DENSITY_MENU = f"{VIEW}>{DENSITY}"
SCALE_MENU = f"{VIEW}>{SCALE}"
SORT_MENU = f"{VIEW}>{SORT}"
FILTERS_MENU = f"{VIEW}>{FILTERS}"
COLUMNS_MENU = f"{VIEW}>{COLUMNS}"
