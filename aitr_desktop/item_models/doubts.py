"""Reports whose verdict in the list is not borne out by their documents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aitr_desktop.library.listing import ListedReport

NOT_VERIFIED = Mark("✕", "NOT VERIFIED", Tone.NO_GO)
"""In the place of a verdict."""


class Doubts(QObject):
    """What was found out while reports were opened; a list shows no verdict of those that it names."""

    changed = Signal()
    """Lines are to be shown otherwise."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._why: dict[str, str] = {}
        self._verified: dict[str, str] = {}

    def add(self, report_id: str, why: str) -> None:
        """Takes a report's verdict from the list."""
        if self._why.get(report_id) != why:
            self._why[report_id] = why
            self.changed.emit()

    def remove(self, report_id: str) -> None:
        """Gives a report's verdict back: its documents were read, and are what was filed."""
        if self._why.pop(report_id, None) is not None:
            self.changed.emit()

    def take_verified(self, why: Mapping[str, str]) -> None:
        """Takes what came of verifying the whole library, in place of what an earlier look found.

        It looks at more than opening a report does, so opening one gives no verdict back.

        Args:
            why: By the ids of all reports that are not as they were filed.
        """
        if self._verified != why:
            self._verified = dict(why)
            self.changed.emit()

    def clear(self) -> None:
        """Forgets all of them: another library is shown."""
        self._why.clear()
        self._verified.clear()

    def line(self, found: ListedReport | None) -> ListedReport | None:
        """A line as the list may show it."""
        said = None if found is None else self._why.get(found.id) or self._verified.get(found.id)
        if found is None or said is None:
            return found
        why = one_line(said, 300)
        return replace(found, verdict=NOT_VERIFIED, reason=why, approval="", policy="")
