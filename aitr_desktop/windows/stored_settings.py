"""The settings file: a thin layer between ``settings`` and Qt's INI reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSettings

from aitr_desktop import settings

if TYPE_CHECKING:
    from pathlib import Path

    from aitr_desktop.settings import Settings

GROUP = "desktop"


class StoredSettings:
    """Settings in one INI file.

    Args:
        path: The file; need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Settings:
        """What is stored, or the defaults."""
        file = QSettings(str(self._path), QSettings.Format.IniFormat)
        file.beginGroup(GROUP)
        return settings.decode({key: str(file.value(key, "")) for key in file.childKeys()})

    def save(self, changed: Settings) -> bool:
        """Stores settings; False where the file could not be written, which is no reason to stop."""
        file = QSettings(str(self._path), QSettings.Format.IniFormat)
        file.beginGroup(GROUP)
        for key, value in settings.encode(changed).items():
            file.setValue(key, value)
        file.sync()
        return file.status() == QSettings.Status.NoError


def settings_path() -> Path:
    """Where the settings of this person are."""
    from platformdirs import user_config_path

    return user_config_path("aitr", appauthor=False) / "desktop.ini"
