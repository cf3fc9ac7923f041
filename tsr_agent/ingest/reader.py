"""What a reader is and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePath

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.models.coverage import CodeCoverage
    from tsr_agent.models.evals import EvalIterationSummary
    from tsr_agent.models.findings import StaticAnalysis
    from tsr_agent.models.requirements import RequirementEntry
    from tsr_agent.models.results import HeaderDifference, RunnerRun, TestCase

HEAD_BYTES = 64 * 1024
"""How much of a file a reader sees to recognise it."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Parts of a report that one file gave, and what was noticed while reading it."""

    cases: Sequence[TestCase] = ()
    """Attempts of one test within the file are already merged into one case. Walk over them: a reader of
    large files makes each case when it is asked for."""
    header_differences: tuple[HeaderDifference, ...] = ()
    eval_iterations: tuple[EvalIterationSummary, ...] = ()
    eval_runs: tuple[EvalRun, ...] = ()
    """Runs of an eval tool, by its own names; they become iterations as aitr.toml says."""
    requirements: tuple[RequirementEntry, ...] = ()
    requirement_links: tuple[tuple[str, str], ...] = ()
    """Pairs of ids: a requirement and one that it refines, so that its tests count for that one, too."""
    code_coverage: tuple[CodeCoverage, ...] = ()
    static_analysis: tuple[StaticAnalysis, ...] = ()
    runs: tuple[RunnerRun, ...] = ()
    remarks: tuple[str, ...] = ()
    """What was reconciled or repaired, one plain sentence each."""
    is_test_run: bool = False
    """The file is a test run's, so that an empty one means that nothing ran."""


class Reader(Protocol):
    """Reads one file format. One file of this package each; stateless.

    A reader with bounds of its own takes ``limits: Limits`` in its constructor and refuses with
    ``limits.beyond``.
    """

    name: str
    """Short name shown to people, such as ``JUnit XML``."""

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Why this reader takes the file, in a few words; None where it does not.

        Args:
            head: At most the first ``HEAD_BYTES`` of the file.
            path: The file's name, as a hint only: content decides.
        """

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the whole file.

        Args:
            stream: The file, opened at its start. Read it in chunks: it can be large.
            path: What to call the file in messages and in the parts.

        Raises:
            InputError: Malformed, hostile or beyond a limit; one line with path, position and reason.
        """
