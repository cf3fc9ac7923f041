"""What the requirements readers share: one entry checked, and all of them together."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.models.requirements import RequirementEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS = ("id", "text", "tests")
_MAX_ID = 1_000
_MAX_TEXT = 65_536


class RequirementTable:
    """Requirements of one file in the order they were read, with no id twice.

    Args:
        path: What to call the file in messages.
        limits: The bounds in force.
    """

    def __init__(self, path: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._named = 0
        self._entries: dict[str, RequirementEntry] = {}
        self._places: dict[str, str] = {}

    def add(self, place: str, requirement_id: str, text: str, tests: Sequence[str]) -> None:
        """Adds one requirement.

        Args:
            place: Where it stands, such as ``line 3, column 5``.
            requirement_id: Its id; surrounding blanks are not part of it.
            text: What is required.
            tests: Ids or patterns of its tests; empty ones are left out.

        Raises:
            InputError: No id, an id twice, a text beyond its length, or more of them than are read.
        """
        key = requirement_id.strip()
        if not key:
            raise InputError(f"{self._path}: {place}: a requirement has no id.")
        if key in self._entries:
            raise InputError(
                f"{self._path}: {place}: the requirement {key!r} stands here again; "
                f"first at {self._places[key]}."
            )
        named = tuple(each.strip() for each in tests if each.strip())
        if len(key) > _MAX_ID or any(len(each) > _MAX_TEXT for each in (text, *named)):
            raise InputError(f"{self._path}: {place}: a text of the requirement {key[:60]!r} is too long.")
        self._named += len(named)
        if len(self._entries) >= self._limits.requirements:
            raise beyond(self._limits, "requirements", self._path, place)
        if self._named > self._limits.requirement_names:
            raise beyond(self._limits, "requirement_names", self._path, place)
        self._places[key] = place
        self._entries[key] = RequirementEntry(id=key, text=text.strip(), tests=named)

    @property
    def entries(self) -> tuple[RequirementEntry, ...]:
        """All requirements so far."""
        return tuple(self._entries.values())


def unknown_field(name: str) -> str:
    """A sentence about a field that no requirement has, with the nearest that it could be meant for."""
    close = difflib.get_close_matches(name.lower(), FIELDS, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; a requirement has {', '.join(FIELDS)}."
    return f"unknown field {name[:60]!r}{hint}"
