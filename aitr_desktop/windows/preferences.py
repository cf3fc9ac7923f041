"""The settings in force, shared by the parts of a window; written to the file a moment after a change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from pathlib import Path

    from aitr_desktop.settings import Settings
    from aitr_desktop.windows.stored_settings import StoredSettings

SAVING_PAUSE_MS = 400


class Preferences(QObject):
    """Holds the settings and keeps them.

    Args:
        stored: The file.
    """

    changed = Signal()

    def __init__(self, stored: StoredSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stored = stored
        self._settings = stored.load()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SAVING_PAUSE_MS)
        self._pause.timeout.connect(self.save)

    @property
    def now(self) -> Settings:
        """The settings in force."""
        return self._settings

    def change(self, **values: Any) -> None:
        """Takes other values by the names of ``Settings``.

        Raises:
            TypeError: There is no setting of that name.
        """
        self.take(replace(self._settings, **values))

    def take(self, settings: Settings) -> None:
        """Takes other settings as a whole."""
        if settings != self._settings:
            self._settings = settings
            self._pause.start()
            self.changed.emit()

    def beside(self, name: str) -> Path:
        """A file beside the settings."""
        return self._stored.beside(name)

    def save(self) -> None:
        """Writes them now."""
        self._pause.stop()
        self._stored.save(self._settings)
