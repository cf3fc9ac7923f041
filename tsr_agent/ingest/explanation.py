"""What became of each file, in sentences: who took it and why, what was reconciled, what was left."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tsr_agent.ingest.printable import printable
from tsr_agent.models.report import InputStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tsr_agent.models.report import InputFile
    from tsr_agent.models.results import HeaderDifference

BELOW = "  "
"""How a line begins that goes on about the file above it."""


def file_explanations(
    inputs: Iterable[InputFile],
    differences: Iterable[HeaderDifference],
    placed: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    """A line on each file, in the order they were read, and below it what was noticed in it.

    Args:
        inputs: The files.
        differences: Totals of headers that the elements below them do not bear out.
        placed: By path, which iterations the runs of an eval tool became.
    """
    by_path: dict[str, list[HeaderDifference]] = defaultdict(list)
    for difference in differences:
        by_path[difference.path].append(difference)
    for entry in inputs:
        yield _line(entry)
        yield from (f"{BELOW}{each}" for each in placed.get(entry.path, ()))
        yield from (f"{BELOW}{printable(each.told)}." for each in by_path.get(entry.path, ()))
        yield from (f"{BELOW}{each}" for each in entry.remarks)


def _line(entry: InputFile) -> str:
    if entry.status is InputStatus.READ:
        return f"{entry.path}: read as {entry.reader}, because {entry.reason}."
    taken_for = f" (taken for {entry.reader})" if entry.reader else ""
    reason = entry.reason.removeprefix(f"{entry.path}: ").rstrip(".")
    return f"{entry.path}: {_WORDS[entry.status]}{taken_for}: {reason}."


_WORDS = {
    InputStatus.NOT_TAKEN: "not taken",
    InputStatus.UNREADABLE: "could not be used",
    InputStatus.STALE: "stale",
}
