"""What the application remembers, typed and versioned. Knows no Qt: it speaks in plain strings.

Whatever stands in the file, reading it gives usable settings: a value that makes no sense is
replaced by its default, a file of a newer version is left alone and read as far as it is known.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Choice = TypeVar("Choice", bound=Enum)
VERSION = 2
MAX_RECENT = 10
"""Libraries that are remembered."""
SCALES = (100, 125, 150, 175, 200)
"""Sizes of everything on screen that can be chosen, in per cent of what the desktop asks for."""
CODE_TABS = (2, 4, 8)
"""Columns between two stops of tabs in code."""
CODE_SIZES = (9, 10, 11, 12, 13, 15, 18, 20, 24, 28)
"""Sizes of the font of code, in pixels."""
SYNC_MINUTES = (0, 5, 15, 60)
MAX_LISTED = 200
"""Values of one list that are read; nobody saves as many filters."""
MAX_VALUE_LENGTH = 4_000
MAX_STATE_LENGTH = 20_000
"""Longest layout state that is read, in characters; Qt's own are some hundreds."""


class ThemeChoice(Enum):
    """What the person chose; ``SYSTEM`` follows the desktop's colour scheme."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high_contrast"


class Density(Enum):
    """Height of table rows in pixels, by name."""

    COMPACT = "compact"
    NORMAL = "normal"
    COMFORTABLE = "comfortable"

    @property
    def row_height(self) -> int:
        """Pixels of one row."""
        return {Density.COMPACT: 24, Density.NORMAL: 28, Density.COMFORTABLE: 36}[self]


class Paper(Enum):
    """Sizes of the pages of a PDF."""

    A4 = "A4"
    LETTER = "Letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. Layout states are Qt's bytes in Base64, opaque here."""

    theme: ThemeChoice = ThemeChoice.SYSTEM
    density: Density = Density.NORMAL
    scale: int = 100
    """One of ``SCALES``, in force from the next start."""
    library: str = ""
    """Path of the library that was open last; empty for none."""
    recent: tuple[str, ...] = ()
    """Paths of libraries, the one opened last first."""
    folder: str = ""
    """Folder of the last file dialog."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Saved filters: the name that the person gave, and the question as text."""
    shown_columns: tuple[str, ...] = ()
    """Columns of the list by key, from the left; none means those of the first start."""
    order: str = ""
    """What the list is sorted by, as text; empty for the newest first."""
    servers: tuple[str, ...] = ()
    """Addresses of servers, the one connected last first. Never a token."""
    server: str = ""
    """Address of the server that is connected; empty for none."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Whom a server took us for, by its address, as ``library.people`` writes it. Never a token."""
    sync_minutes: int = 0
    """One of ``SYNC_MINUTES``: how often to synchronise by itself; 0 for only when asked."""
    forges: tuple[str, ...] = ()
    """Hosts whose pages may be opened beside those that everybody knows, as ``gitlab:git.example.org``."""
    clones: Mapping[str, str] = field(default_factory=dict)
    """Folder of the local clone by repository address."""
    paper: Paper = Paper.A4
    """Of a PDF."""
    saves_tables: int = 0
    """1 where CSV is saved as a folder of tables, not as one file."""
    saves_comparison: int = 0
    """1 where a PDF also says what changed since the last approved report."""
    saves_all_tests: int = 0
    """1 where every test is saved, not only those that need a look."""
    policies: tuple[str, ...] = ()
    """Paths of policies and other texts that were edited, the one opened last first."""
    commands: tuple[str, ...] = ()
    """Commands of the palette, the one used last first."""
    differences_only: bool = True
    """Whether a comparison leaves out what is the same in both reports."""
    newer_left: bool = False
    """Whether the newer of two compared reports stands left, as A."""
    compare_columns: str = ""
    """Widths of a comparison's columns, as text; empty for those of the first start."""
    code_splitter: str = ""
    """State of what divides files and code, at the place of the code; opaque."""
    code_wraps: bool = False
    """Whether long lines of code break at the right edge."""
    code_marks: bool = True
    """Whether the list of marks stands below the code."""
    code_whitespace: bool = False
    """Whether spaces, tabs and ends of lines are drawn."""
    code_tab: int = 4
    """One of ``CODE_TABS``."""
    code_pixels: int = 13
    """One of ``CODE_SIZES``."""
    geometry: str = ""
    splitter: str = ""
    columns: str = ""

    def without_layout(self) -> Settings:
        """The same with the layout of a first start."""
        plain = replace(self, geometry="", splitter="", columns="", compare_columns="", code_splitter="")
        return replace(plain, shown_columns=(), order="")

    def with_library(self, path: str) -> Settings:
        """The same after a library was opened."""
        others = (each for each in self.recent if each != path)
        return replace(self, library=path, recent=(path, *others)[:MAX_RECENT])


def decode(stored: Mapping[str, str]) -> Settings:
    """Settings from stored strings; never fails."""
    default = Settings()
    layout_is_ours = stored.get("version", "") == str(VERSION)
    return Settings(
        theme=_choice(ThemeChoice, stored.get("theme"), default.theme),
        density=_choice(Density, stored.get("density"), default.density),
        scale=_one_of(SCALES, stored.get("scale", ""), default.scale),
        library=_short(stored, "library"),
        recent=_listed(stored, "recent")[:MAX_RECENT],
        folder=_short(stored, "folder"),
        filters=_named(stored, "filters"),
        order=stored.get("order", ""),
        servers=_listed(stored, "servers"),
        server=stored.get("server", "")[:MAX_VALUE_LENGTH],
        people=_named(stored, "people"),
        sync_minutes=_one_of(SYNC_MINUTES, stored.get("sync_minutes", ""), default.sync_minutes),
        forges=_listed(stored, "forges"),
        clones=_named(stored, "clones"),
        paper=_choice(Paper, stored.get("paper"), default.paper),
        saves_tables=_one_of((0, 1), stored.get("saves_tables", ""), default.saves_tables),
        saves_comparison=_one_of((0, 1), stored.get("saves_comparison", ""), default.saves_comparison),
        saves_all_tests=_one_of((0, 1), stored.get("saves_all_tests", ""), default.saves_all_tests),
        policies=_listed(stored, "policies")[:MAX_RECENT],
        commands=_listed(stored, "commands"),
        differences_only=_flag(stored, "differences_only", default.differences_only),
        newer_left=_flag(stored, "newer_left", default.newer_left),
        code_splitter=_state(stored, "code_splitter") if layout_is_ours else "",
        code_wraps=_flag(stored, "code_wraps", default.code_wraps),
        code_marks=_flag(stored, "code_marks", default.code_marks),
        code_whitespace=_flag(stored, "code_whitespace", default.code_whitespace),
        code_tab=_one_of(CODE_TABS, stored.get("code_tab", ""), default.code_tab),
        code_pixels=_one_of(CODE_SIZES, stored.get("code_pixels", ""), default.code_pixels),
        # A layout of another version would place panes that no longer are the same.
        shown_columns=_listed(stored, "shown_columns") if layout_is_ours else (),
        compare_columns=_state(stored, "compare_columns") if layout_is_ours else "",
        geometry=_state(stored, "geometry") if layout_is_ours else "",
        splitter=_state(stored, "splitter") if layout_is_ours else "",
        columns=_state(stored, "columns") if layout_is_ours else "",
    )


def encode(settings: Settings) -> dict[str, str]:
    """Settings as the strings that ``decode`` reads, with the version."""
    stored = {"version": str(VERSION)}
    for each in fields(settings):
        value = getattr(settings, each.name)
        if isinstance(value, Enum):
            stored[each.name] = str(value.value)
        elif isinstance(value, str | int):
            stored[each.name] = str(value)
        else:
            stored[each.name] = json.dumps(value)
    return stored


def _choice(kind: type[Choice], stored: str | None, default: Choice) -> Choice:
    return next((each for each in kind if each.value == stored), default)


def _one_of(choices: tuple[int, ...], stored: str, default: int) -> int:
    return int(stored) if stored in map(str, choices) else default


def _flag(stored: Mapping[str, str], name: str, default: bool) -> bool:
    return {"True": True, "False": False}.get(stored.get(name, ""), default)


def _short(stored: Mapping[str, str], name: str) -> str:
    value = stored.get(name, "")
    return value if len(value) <= MAX_VALUE_LENGTH else ""


def _state(stored: Mapping[str, str], name: str) -> str:
    value = stored.get(name, "")
    return value if len(value) <= MAX_STATE_LENGTH and value.isascii() else ""


def _read(stored: Mapping[str, str], name: str) -> object:
    try:
        return json.loads(stored.get(name, ""))
    except (ValueError, RecursionError):
        return None


def _listed(stored: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = _read(stored, name)
    values = found if isinstance(found, list) else []
    return tuple(each for each in values if _is_value(each))[:MAX_LISTED]


def _named(stored: Mapping[str, str], name: str) -> dict[str, str]:
    found = _read(stored, name)
    values = list(found.items()) if isinstance(found, dict) else []
    return dict([(key, each) for key, each in values if _is_value(key) and _is_value(each)][:MAX_LISTED])


def _is_value(found: object) -> bool:
    return isinstance(found, str) and 0 < len(found) <= MAX_VALUE_LENGTH
