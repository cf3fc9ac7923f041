"""Who watches an export: told how far it is, and asked whether it is still wanted."""

from __future__ import annotations

from typing import Protocol


class CancelledError(Exception):
    """Whoever asked for the export wants it no more; nothing of it is kept."""


class Watch(Protocol):
    """Who watches."""

    def report(self, done: int, total: int, unit: str = "") -> None:
        """Says how far it is; as often as one likes.

        Args:
            done: How much is written.
            total: How much there is; 0 while nobody knows.
            unit: What is counted, in the plural.

        Raises:
            CancelledError: The export is wanted no more.
        """


class Unwatched:
    """Nobody watches, and nobody ends it."""

    def report(self, done: int, total: int, unit: str = "") -> None:
        """Tells nobody."""
