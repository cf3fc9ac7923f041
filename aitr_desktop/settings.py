"""What the application remembers, typed and versioned. Knows no Qt: it speaks in plain strings.

Whatever stands in the file, reading it gives usable settings: a value that makes no sense is
replaced by its default, a file of a newer version is left alone and read as far as it is known.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Choice = TypeVar("Choice", bound=Enum)
VERSION = 1
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. Layout states are Qt's bytes in Base64, opaque here."""

    theme: ThemeChoice = ThemeChoice.SYSTEM
    density: Density = Density.NORMAL
    library: str = ""
    """Path of the library that was open last; empty for none."""
    folder: str = ""
    """Folder of the last file dialog."""
    geometry: str = ""
    splitter: str = ""
    columns: str = ""

    def without_layout(self) -> Settings:
        """The same with the layout of a first start."""
        return replace(self, geometry="", splitter="", columns="")


def decode(stored: Mapping[str, str]) -> Settings:
    """Settings from stored strings; never fails."""
    default = Settings()
    layout_is_ours = stored.get("version", "") == str(VERSION)
    return Settings(
        theme=_choice(ThemeChoice, stored.get("theme"), default.theme),
        density=_choice(Density, stored.get("density"), default.density),
        library=stored.get("library", ""),
        folder=stored.get("folder", ""),
        # A layout of another version would place panes that no longer are the same.
        geometry=_state(stored, "geometry") if layout_is_ours else "",
        splitter=_state(stored, "splitter") if layout_is_ours else "",
        columns=_state(stored, "columns") if layout_is_ours else "",
    )


def encode(settings: Settings) -> dict[str, str]:
    """Settings as the strings that ``decode`` reads, with the version."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    plain = {name: value.value if isinstance(value, Enum) else str(value) for name, value in values.items()}
    return {"version": str(VERSION), **plain}


def _choice(kind: type[Choice], stored: str | None, default: Choice) -> Choice:
    return next((each for each in kind if each.value == stored), default)


def _state(stored: Mapping[str, str], name: str) -> str:
    value = stored.get(name, "")
    return value if len(value) <= MAX_STATE_LENGTH and value.isascii() else ""
