"""Requirements that refine others: Doorstop's links from a child document to its parent."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tsr_agent.models.requirements import RequirementEntry

MAX_STEPS = 2_000_000
"""What may be looked at for all requirements of a report together: links, and the tests behind them."""


class Refining(NamedTuple):
    """What refines one requirement."""

    entries: Sequence[RequirementEntry]
    """Each once, the nearest first."""
    whole: bool
    """False where there were more links than are followed."""


class Refinements:
    """Which requirements refine which, over any number of levels.

    Args:
        entries: All requirements.
        links: Pairs of ids: a requirement and one that it refines. Those of unknown ids are passed over.
        tests_naming: How many tests name a requirement, by its id.
    """

    def __init__(
        self,
        entries: Iterable[RequirementEntry],
        links: Iterable[tuple[str, str]],
        tests_naming: Callable[[str], int] = lambda _requirement_id: 0,
    ) -> None:
        by_id = {entry.id: entry for entry in entries}
        self._below: dict[str, list[RequirementEntry]] = defaultdict(list)
        self._tests_naming = tests_naming
        self._steps = MAX_STEPS
        for child, parent in dict.fromkeys(links):
            if child in by_id and child != parent:
                self._below[parent].append(by_id[child])

    def is_refined(self, requirement_id: str) -> bool:
        """Whether anything refines this one."""
        return requirement_id in self._below

    def of(self, requirement_id: str) -> Refining:
        """Everything that refines a requirement; one that refines itself over others is not in it."""
        found: dict[str, RequirementEntry] = {}
        waiting = deque([requirement_id])
        while waiting:
            for entry in self._below.get(waiting.popleft(), ()):
                if self._steps <= 0:
                    return Refining(tuple(found.values()), whole=False)
                self._steps -= 1 + len(entry.tests) + self._tests_naming(entry.id)
                if entry.id not in found and entry.id != requirement_id:
                    found[entry.id] = entry
                    waiting.append(entry.id)
        return Refining(tuple(found.values()), whole=True)
