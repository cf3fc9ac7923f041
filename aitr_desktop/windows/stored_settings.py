"""The settings file: a thin layer between ``settings`` and Qt's INI reader."""

from __future__ import annotations

import stat
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QSettings

from aitr_desktop import settings
from aitr_desktop.settings import Settings
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.errors import TsrError

GROUP = "desktop"
MAX_BYTES = 2 * 1024 * 1024
"""Of the file; a full one has some hundred thousand."""
_LAYOUT = {
    "theme",
    "density",
    "scale",
    "library",
    "shown_columns",
    "order",
    "geometry",
    "splitter",
    "columns",
}
"""What safe mode starts without, and does not write."""


class StoredSettings:
    """Settings in one INI file.

    Args:
        path: The file; need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problem: TsrError | None = None
        """Why the file could not be read or written; None where it could."""

    def beside(self, name: str) -> Path:
        """A file of its own beside the settings, so that each profile has one."""
        return self._path.with_name(f"{self._path.stem}-{name}")

    def load(self) -> Settings:
        """What is stored, or the defaults. A file that is no settings is put aside, not written over."""
        if not self._can_be_read():
            return self._none()
        file = QSettings(str(self._path), QSettings.Format.IniFormat)
        file.beginGroup(GROUP)
        found = settings.decode({key: str(file.value(key, "")) for key in file.childKeys()})
        if file.status() == QSettings.Status.NoError and not self._path.is_dir():
            return found
        return self._none()

    def _can_be_read(self) -> bool:
        """Whether it is a file of a size that settings have: Qt would wait for a pipe for ever."""
        try:
            found = self._path.stat()
        except OSError:
            return True
        return stat.S_ISREG(found.st_mode) and found.st_size <= MAX_BYTES

    def _none(self) -> Settings:
        self.problem = StoreError(
            f"The settings in {self._path} can't be read.",
            kept=self._put_aside(),
            next_step="aitr goes on with those of a first start.",
        )
        return Settings()

    def save(self, changed: Settings) -> bool:
        """Stores settings; False where the file could not be written, which is no reason to stop."""
        if not self._can_be_read():
            # Written through a link, it would take the place of what is there.
            return False
        file = QSettings(str(self._path), QSettings.Format.IniFormat)
        file.beginGroup(GROUP)
        for key, value in settings.encode(changed).items():
            file.setValue(key, value)
        file.sync()
        return file.status() == QSettings.Status.NoError

    def _put_aside(self) -> str:
        aside = self._path.with_name(f"{self._path.name}.unreadable")
        try:
            self._path.replace(aside)
        except OSError:
            return "The file is left as it is."
        return f"The file is kept as {aside}."


class SafeSettings(StoredSettings):
    """The settings in safe mode: layout and theme of a first start, and those that are stored stay."""

    def load(self) -> Settings:
        """What is stored, but for layout and theme."""
        first = Settings()
        return replace(super().load(), **{name: getattr(first, name) for name in _LAYOUT})

    def save(self, changed: Settings) -> bool:
        """Stores what was changed beside layout and theme."""
        names = {each.name for each in fields(Settings)} - _LAYOUT
        return super().save(replace(super().load(), **{name: getattr(changed, name) for name in names}))


def settings_path(profile: str = "") -> Path:
    """Where the settings of this person are; each profile has its own."""
    from platformdirs import user_config_path

    name = f"desktop-{profile}.ini" if profile else "desktop.ini"
    return user_config_path("aitr", appauthor=False) / name
