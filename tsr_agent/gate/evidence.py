"""What of a report is fit to be judged.

A report that came through the codec is valid by its model. One that was built in memory need not be:
its fields can hold anything. Everything below this module may trust the types, because each part is
held against its model here, and a part that does not fit is left out and named.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from tsr_agent.gate.verification import CaseIndex, objection
from tsr_agent.gate.wording import MAX_COUNT, plain
from tsr_agent.models.base import Count, Record
from tsr_agent.models.coverage import CodeCoverage
from tsr_agent.models.evals import EvalIterationSummary
from tsr_agent.models.findings import StaticAnalysis
from tsr_agent.models.forms import ready
from tsr_agent.models.manifest import BuildContext, VersionManifest, tested_sha
from tsr_agent.models.report import InputFile
from tsr_agent.models.requirements import RequirementCoverage, UnknownRequirement, VerificationStatus
from tsr_agent.models.results import RunnerRun, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport

T = TypeVar("T")

_NOT_OF_ITS_FORM = (
    msgspec.MsgspecError,
    TypeError,
    ValueError,
    OverflowError,
    RecursionError,
    AttributeError,
)


class Evidence(Record, frozen=True, kw_only=True, dict=True):
    """The parts of one report that are valid by their models, and what was wrong with the others."""

    report_id: str
    environment: str
    schema_version: int
    versions: VersionManifest | None
    build: BuildContext | None
    test_results: tuple[TestTypeResult, ...]
    eval_iterations: tuple[EvalIterationSummary, ...]
    requirement_coverage: tuple[RequirementCoverage, ...]
    unknown_requirements: tuple[UnknownRequirement, ...]
    code_coverage: tuple[CodeCoverage, ...]
    static_analysis: tuple[StaticAnalysis, ...]
    runs: tuple[RunnerRun, ...]
    inputs: tuple[InputFile, ...]
    manual_approval_required: bool
    problems: tuple[str, ...]
    """One line a part that was left out."""

    @cached_property
    def cases(self) -> CaseIndex:
        """The test cases by what rules ask of them."""
        return CaseIndex(self.test_results)

    @cached_property
    def objections(self) -> tuple[str, ...]:
        """Of each requirement, why the cases do not verify it; empty where they do."""
        return tuple(objection(each, self.cases) for each in self.requirement_coverage)

    @cached_property
    def unverified(self) -> tuple[str, ...]:
        """Sorted ids of the requirements that are not claimed verified or that the cases do not bear out."""
        verified = VerificationStatus.VERIFIED
        return tuple(
            sorted(
                each.requirement_id
                for each, why in zip(self.requirement_coverage, self.objections, strict=True)
                if why or each.verification_status is not verified
            )
        )

    def tested_what_it_names(self) -> bool:
        """Whether the commit that was tested is the one that the report is about, or the merge of it."""
        return self.versions is not None and tested_sha(self.versions, self.build) is not None

    def results_of(self, test_type: TestType) -> tuple[TestTypeResult, ...]:
        """All results of one test type; a sound report has at most one."""
        return tuple(each for each in self.test_results if each.test_type is test_type)

    def latest_iteration(self) -> EvalIterationSummary | None:
        """The iteration with the highest number; of equals always the same one, wherever it is listed."""
        if not self.eval_iterations:
            return None
        highest = max(each.iteration for each in self.eval_iterations)
        candidates = [each for each in self.eval_iterations if each.iteration == highest]
        return min(candidates, key=_order_of_equals)


def _order_of_equals(each: EvalIterationSummary) -> tuple[str, str, str, str]:
    metrics = sorted(each.metrics.items(), key=lambda item: item[0])
    return each.version_name, each.prompt_version, each.outcome.value, repr(metrics)


def admit(report: TestSummaryReport) -> Evidence:
    """Holds each part of a report against its model; never raises, whatever the fields hold."""
    problems: list[str] = []
    evidence = Evidence(
        report_id=_name(report.id, "id", 100, problems),
        environment=_name(report.environment, "environment", 50, problems),
        schema_version=_part(report.schema_version, Count, "schema_version", problems) or 0,
        versions=_part(report.versions, VersionManifest, "versions", problems),
        build=None if report.build is None else _part(report.build, BuildContext, "build", problems),
        test_results=_parts(report.test_results, TestTypeResult, "test_results", problems),
        eval_iterations=_iterations(report.eval_iterations, problems),
        requirement_coverage=_parts(
            report.requirement_coverage, RequirementCoverage, "requirement_coverage", problems
        ),
        unknown_requirements=_parts(
            report.unknown_requirements, UnknownRequirement, "unknown_requirements", problems
        ),
        code_coverage=_parts(report.code_coverage, CodeCoverage, "code_coverage", problems),
        static_analysis=_parts(report.static_analysis, StaticAnalysis, "static_analysis", problems),
        runs=_parts(report.runs, RunnerRun, "runs", problems),
        inputs=_parts(report.inputs, InputFile, "inputs", problems),
        # Anything but a plain "no" asks for a person.
        manual_approval_required=report.manual_approval_required is not False,
        problems=(),
    )
    return msgspec.structs.replace(evidence, problems=tuple(sorted(problems)))


def of_document(report: TestSummaryReport) -> Evidence:
    """What ``admit`` gives for a report that the codec has just read, without the second look.

    Only for what ``codec.decode`` returned, unchanged: its parts fit their models already. What the model of
    the whole report does not ask, ``admit`` does, and so does this.
    """
    problems: list[str] = []
    return Evidence(
        report_id=_name(report.id, "id", 100, problems),
        environment=_name(report.environment, "environment", 50, problems),
        schema_version=_part(report.schema_version, Count, "schema_version", problems) or 0,
        versions=report.versions,
        build=report.build,
        test_results=report.test_results,
        eval_iterations=_in_range(report.eval_iterations, problems),
        requirement_coverage=report.requirement_coverage,
        unknown_requirements=report.unknown_requirements,
        code_coverage=report.code_coverage,
        static_analysis=report.static_analysis,
        runs=report.runs,
        inputs=report.inputs,
        manual_approval_required=report.manual_approval_required,
        # Arguments are taken in their order, so that every problem is known by now.
        problems=tuple(sorted(problems)),
    )


def _name(value: object, field: str, limit: int, problems: list[str]) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        problems.append(f"{field} is not a text of 1 to {limit} characters")
    return plain(value, limit)


def _part(value: object, form: Any, field: str, problems: list[str]) -> Any:
    try:
        return msgspec.convert(msgspec.to_builtins(value), ready(form))
    except _NOT_OF_ITS_FORM as error:
        problems.append(f"{field}: {plain(' '.join(str(error).split()))}")
        return None


def _parts(value: object, form: type[T], field: str, problems: list[str]) -> tuple[T, ...]:
    """All parts of a list that fit; one conversion when all of them do."""
    if not isinstance(value, list | tuple):
        problems.append(f"{field} is not a list")
        return ()
    try:
        ready(form)
        whole: tuple[T, ...] = msgspec.convert(msgspec.to_builtins(value), tuple[form, ...])  # type: ignore[valid-type]  # a type at run time
    except _NOT_OF_ITS_FORM:
        singly = (_part(each, form, f"{field}[{place}]", problems) for place, each in enumerate(value))
        return tuple(each for each in singly if each is not None)
    return whole


def _iterations(value: object, problems: list[str]) -> tuple[EvalIterationSummary, ...]:
    return _in_range(_parts(value, EvalIterationSummary, "eval_iterations", problems), problems)


def _in_range(
    parts: tuple[EvalIterationSummary, ...], problems: list[str]
) -> tuple[EvalIterationSummary, ...]:
    if any(each.iteration > MAX_COUNT for each in parts):
        problems.append("eval_iterations: an iteration number is out of range")
    return tuple(each for each in parts if each.iteration <= MAX_COUNT)
