"""How far a command is that reads or writes a whole database, while a person watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tqdm import tqdm

    from tsr_agent.cli.console import Console

    Progress = Callable[[str, int, int], None]


@contextmanager
def shown_progress(console: Console) -> Iterator[Progress | None]:
    """What the store tells its steps to: a bar on a terminal, nothing in a log."""
    if not console.interactive:
        yield None
        return
    from tqdm import tqdm

    bars: list[tqdm[Never]] = []

    def show(step: str, done: int, total: int) -> None:
        if not bars or bars[0].desc != step:
            for each in bars:
                each.close()
            bars[:] = [tqdm(desc=step, total=total, leave=False, delay=0.5)]
        # SQLite begins to copy again where somebody wrote, and then has less than before.
        bars[0].total = total
        bars[0].n = done
        bars[0].update(0)

    try:
        yield show
    finally:
        for each in bars:
            each.close()
