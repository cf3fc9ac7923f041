"""A whole library held against its documents: every byte, every row, every decision and approval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from aitr_desktop.library.synchronising import Watcher
    from tsr_agent.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as it was filed."""

    report_id: str
    """Empty where it concerns the library and no single report."""
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What came of looking through a library."""

    began_at: datetime
    reports: int
    """How many were looked at."""
    total: int
    """How many there were when it began."""
    faults: tuple[Fault, ...] = ()
    """The first of them."""
    more: int = 0
    """How many further ones there are."""
    is_complete: bool = True
    """Whether everything was looked at."""
    cancelled: bool = False

    @property
    def is_sound(self) -> bool:
        """Whether everything was looked at, and is as it was filed."""
        return self.is_complete and not self.faults

    @property
    def number(self) -> int:
        """How many faults were found."""
        return len(self.faults) + self.more


def verify_library(path: Path, clock: Clock, watcher: Watcher) -> Verification:
    """Looks through a library, in a process of its own; reading and writing go on beside it.

    Raises:
        StoreError: The library can't be opened.
    """
    from aitr_desktop.library.apart import run_apart

    return run_apart(partial(verify_here, path, clock), watcher)


def verify_here(path: Path, clock: Clock, watcher: Watcher) -> Verification:
    """The same in this process.

    Raises:
        StoreError: The library can't be opened.
    """
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.integrity import check
    from tsr_agent.store.repository import ReportRepository

    began_at = clock.now()
    with open_library(path, read_only=True) as library:
        total = ReportRepository(library).count()
        found = check(
            library,
            lambda done: watcher.report(done, max(done, total), "reports"),
            lambda: watcher.is_cancelled,
        )
    return Verification(
        began_at=began_at,
        reports=found.reports,
        total=total,
        faults=tuple(Fault(report_id=each.report_id or "", what=each.what) for each in found.damages),
        more=found.unlisted,
        is_complete=found.complete,
        cancelled=watcher.is_cancelled and not found.complete,
    )
