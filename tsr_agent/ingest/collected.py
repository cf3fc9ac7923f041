"""All files that were read, put together as the evidence of one report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.ingest.eval_places import FileRuns
from tsr_agent.ingest.explanation import file_explanations
from tsr_agent.ingest.merge import FileCases, merge_cases
from tsr_agent.ingest.printable import one_line
from tsr_agent.ingest.staleness import first_starts, why_stale
from tsr_agent.models.report import InputFile, InputStatus

if TYPE_CHECKING:
    from tsr_agent.ingest.eval_iterations import EvalIterations
    from tsr_agent.ingest.merge import Merged
    from tsr_agent.ingest.reader import Parts
    from tsr_agent.models.coverage import CodeCoverage
    from tsr_agent.models.eval_mapping import EvalMapping
    from tsr_agent.models.evals import EvalIterationSummary
    from tsr_agent.models.findings import StaticAnalysis
    from tsr_agent.models.requirements import RequirementEntry
    from tsr_agent.models.results import RunnerRun, TestType, TestTypeResult


@dataclass(frozen=True, kw_only=True)
class Collected:
    """The evidence, and what could not be taken as such."""

    inputs: tuple[InputFile, ...]
    test_results: tuple[TestTypeResult, ...]
    original_ids: dict[str, str]
    """By id in ``test_results``, the tool's own id where the two differ."""
    eval_iterations: tuple[EvalIterationSummary, ...]
    requirements: tuple[RequirementEntry, ...]
    requirement_links: tuple[tuple[str, str], ...]
    code_coverage: tuple[CodeCoverage, ...]
    static_analysis: tuple[StaticAnalysis, ...]
    runs: tuple[RunnerRun, ...]
    explanations: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """One file that was read, with its parts."""

    entry: InputFile
    parts: Parts
    modified: int
    """When the file was last written, in nanoseconds since 1970."""


@dataclass
class Evidence:
    """What the files hold, before it is settled which of them count.

    Attributes:
        inputs: All files in the order they were looked at.
        read: Those that were read.
        written: By name in the report, the path of a named file as the person wrote it.
    """

    inputs: list[InputFile] = field(default_factory=list)
    read: list[ReadFile] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)

    def put_together(self, eval_mapping: EvalMapping, root: str, unused: tuple[str, ...]) -> Collected:
        """The evidence of all files that count.

        Args:
            eval_mapping: Which run of an eval tool belongs to which iteration, and what its metrics are.
            root: The results directory as a person writes it.
            unused: What is to be told of options that match nothing.
        """
        self._set_stale_aside()
        evals = self._evals(eval_mapping, root)
        merged = self._merged()
        parts = [each.parts for each in self.read]
        return Collected(
            inputs=tuple(self.inputs),
            test_results=merged.results,
            original_ids=merged.original_ids,
            eval_iterations=evals.iterations,
            requirements=tuple(each for part in parts for each in part.requirements),
            requirement_links=tuple(each for part in parts for each in part.requirement_links),
            code_coverage=tuple(each for part in parts for each in part.code_coverage),
            static_analysis=tuple(each for part in parts for each in part.static_analysis),
            runs=tuple(each for part in parts for each in part.runs),
            explanations=(
                *file_explanations(
                    self.inputs,
                    (each for part in parts for each in part.header_differences),
                    {path: tuple(map(one_line, said)) for path, said in evals.placed.items()},
                ),
                *map(one_line, evals.explanations),
                *unused,
            ),
            problems=(
                *(
                    f"{entry.path}: {entry.reason.removeprefix(f'{entry.path}: ')}"
                    for entry in self.inputs
                    if entry.status in (InputStatus.UNREADABLE, InputStatus.STALE)
                ),
                *map(one_line, evals.missing),
            ),
        )

    def _merged(self) -> Merged:
        by_type: dict[TestType, list[FileCases]] = defaultdict(list)
        for each in self.read:
            if each.entry.test_type is not None:
                by_type[each.entry.test_type].append(
                    FileCases(each.entry.path, each.parts.cases, each.parts.header_differences)
                )
        return merge_cases(by_type)

    def _set_stale_aside(self) -> None:
        """Takes out results files that are older than the run of their type, now that all runs are known."""
        starts = first_starts(run for each in self.read for run in each.parts.runs)
        stale: dict[int, InputFile] = {}
        for each in self.read:
            kind = each.entry.test_type
            why = why_stale(kind, each.modified, starts) if kind is not None else ""
            if why:
                stale[id(each.entry)] = msgspec.structs.replace(
                    each.entry, status=InputStatus.STALE, reason=why
                )
        self.inputs = [stale.get(id(entry), entry) for entry in self.inputs]
        self.read = [each for each in self.read if id(each.entry) not in stale]

    def _evals(self, eval_mapping: EvalMapping, root: str) -> EvalIterations:
        """The eval iterations; a file whose runs can't become part of one turns out to be unreadable."""
        from tsr_agent.ingest.eval_iterations import assemble

        files = tuple(
            FileRuns(
                path=each.entry.path,
                whole=self.written.get(each.entry.path, ""),
                runs=each.parts.eval_runs,
            )
            for each in self.read
            if each.parts.eval_runs
        )
        history = tuple(each for one in self.read for each in one.parts.eval_iterations)
        evals = assemble(files, history, eval_mapping, root)
        self.inputs = [_with_evals(entry, evals) for entry in self.inputs]
        self.read = [each for each in self.read if each.entry.path not in evals.problems]
        return evals


def _with_evals(entry: InputFile, evals: EvalIterations) -> InputFile:
    problem = evals.problems.get(entry.path)
    if problem is not None:
        return msgspec.structs.replace(
            entry, status=InputStatus.UNREADABLE, reason=one_line(problem), remarks=()
        )
    remarks = tuple(map(one_line, evals.remarks.get(entry.path, ())))
    return msgspec.structs.replace(entry, remarks=entry.remarks + remarks) if remarks else entry
