"""The rule ``evidence``: a report that is unreadable or contradicts itself is never released.

It is judged first under every policy. No policy can leave it out, and no waiver matches it: a rule
that is judged on false evidence says nothing, so there is nothing to waive.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from tsr_agent.gate.judgement import MAX_EVIDENCE, Judgement, state_of
from tsr_agent.gate.wording import counted, plain, untrusted_id, whole
from tsr_agent.models.base import SCHEMA_VERSION
from tsr_agent.models.decision import EvidenceRef
from tsr_agent.models.evals import MetricValue, ResolutionStatus
from tsr_agent.models.report import InputStatus
from tsr_agent.models.requirements import VerificationStatus
from tsr_agent.models.results import CaseStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.models.evals import EvalIterationSummary, FailureMode
    from tsr_agent.models.results import RunnerRun, TestCase, TestType, TestTypeResult

RULE_ID = "evidence"
EXPECTED = "readable and free of contradictions"
FIX = "Make the report again from unaltered results; --explain names each file and its reader."
_SHOWN = 5
_SOME_FAILED = (1, 100)
"""What runners exit with where tests failed, whatever their number: most say 1, promptfoo 100."""
_NOT_STARTED = (126, 127)
"""The command can't be run, or was not found."""
_ENDED = 124
"""From here on a code comes from what ran the command: time limit, no end on record, signals."""

_BAD = (CaseStatus.FAILED, CaseStatus.ERROR)
_NOT_BAD = (CaseStatus.PASSED, CaseStatus.SKIPPED, CaseStatus.XFAILED)
"""What speaks against no release by itself."""

H = TypeVar("H")
Problem = tuple[str, EvidenceRef | None]


def judge_evidence(evidence: Evidence) -> Judgement:
    """Everything that makes a report unfit to be judged, in a stable order."""
    found = [problem for look in _LOOKS for problem in look(evidence)]
    lines = sorted({line for line, _ in found})
    references = sorted({where for _, where in found if where is not None}, key=_order)
    shown = "; ".join(lines[:_SHOWN]) + (f"; and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else "")
    return Judgement(
        state=state_of(not lines),
        expected=EXPECTED,
        actual=counted(len(lines), "problem"),
        n=len(evidence.inputs) or None,
        message=shown or "The evidence is readable and free of contradictions",
        evidence=tuple(references[:MAX_EVIDENCE]),
    )


def _order(where: EvidenceRef) -> tuple[str, ...]:
    return where.path, where.test_type, where.test_id, str(where.iteration), where.requirement_id


def _malformed(evidence: Evidence) -> Iterator[Problem]:
    for line in evidence.problems:
        yield f"Not of the report's form: {line}", None


def _newer_format(evidence: Evidence) -> Iterator[Problem]:
    if evidence.schema_version > SCHEMA_VERSION:
        version = whole(evidence.schema_version)
        yield f"Written in format {version}; this build judges up to {SCHEMA_VERSION}", None


def _nothing(evidence: Evidence) -> Iterator[Problem]:
    ran = any(_executed(each) for each in evidence.test_results)
    measured = evidence.eval_iterations or evidence.requirement_coverage or evidence.code_coverage
    if not ran and not measured:
        yield "The report holds no evidence: no test ran and nothing was measured", None


def _unreadable(evidence: Evidence) -> Iterator[Problem]:
    for each in evidence.inputs:
        if each.status in (InputStatus.UNREADABLE, InputStatus.STALE):
            reason = f": {plain(each.reason)}" if each.reason else ""
            what = "is stale" if each.status is InputStatus.STALE else "could not be used"
            yield (
                f"{plain(each.path)} {what}{reason}",
                EvidenceRef(path=untrusted_id(each.path)),
            )


def _repeated(evidence: Evidence) -> Iterator[Problem]:
    for name in _twice(each.test_type.value for each in evidence.test_results):
        yield f"Results of {name} tests are listed twice", EvidenceRef(test_type=name)
    for number in _twice(each.iteration for each in evidence.eval_iterations):
        yield f"Eval iteration {whole(number)} is listed twice", EvidenceRef(iteration=number)
    for name in _twice(each.requirement_id for each in evidence.requirement_coverage):
        where = EvidenceRef(requirement_id=plain(name))
        yield f"Requirement {plain(name)} is listed twice", where


def _twice(values: Iterable[H]) -> list[H]:
    return [value for value, times in Counter(values).items() if times > 1]


def _counts(evidence: Evidence) -> Iterator[Problem]:
    for result in evidence.test_results:
        kind = result.test_type.value
        for line in _count_problems(result):
            yield f"{kind.capitalize()} tests: {line}", EvidenceRef(test_type=kind)
        for case in result.test_cases:
            if case.attempts and (why := _denied_by_attempts(case)):
                where = EvidenceRef(test_type=kind, test_id=untrusted_id(case.id))
                yield f"{kind.capitalize()} test {plain(case.id)} {why}", where


def _count_problems(result: TestTypeResult) -> Iterator[str]:
    parts = _executed(result) + result.skipped
    if result.total != parts:
        yield f"total {whole(result.total)} is not the sum {whole(parts)} of its parts"
    if result.flaky > result.passed:
        yield f"{whole(result.flaky)} flaky of only {whole(result.passed)} passed"
    not_passed = result.failed + result.errors
    if len(result.failure_details) > not_passed:
        listed = counted(len(result.failure_details), "failure")
        yield f"{listed} in detail, {whole(not_passed)} counted"
    if result.test_cases:
        yield from _recount(result)


def _recount(result: TestTypeResult) -> Iterator[str]:
    # A Counter would ask an enum's own hash of each of a million cases.
    statuses = [case.status for case in result.test_cases]
    stated = {
        CaseStatus.PASSED: result.passed,
        CaseStatus.FAILED: result.failed,
        CaseStatus.ERROR: result.errors,
        CaseStatus.SKIPPED: result.skipped,
        CaseStatus.XFAILED: result.xfailed,
        CaseStatus.XPASSED: result.xpassed,
    }
    for status, count in stated.items():
        listed = statuses.count(status)
        if listed != count:
            yield f"{whole(count)} {status.value} counted, {whole(listed)} listed"
    flaky = sum(case.flaky for case in result.test_cases)
    if flaky != result.flaky:
        yield f"{whole(result.flaky)} flaky counted, {whole(flaky)} listed"


def _executed(result: TestTypeResult) -> int:
    return result.passed + result.failed + result.errors + result.xfailed + result.xpassed


def _denied_by_attempts(case: TestCase) -> str:
    """Why the attempts of a case deny the outcome that it states; empty where they bear it out."""
    if case.status not in _NOT_BAD:
        return ""
    ran = [each.status for each in case.attempts if each.status is not CaseStatus.SKIPPED]
    passed = case.status is CaseStatus.PASSED
    if any(each in _BAD for each in ran) and not (passed and case.flaky):
        return "hides a failed attempt"
    if passed and CaseStatus.PASSED not in ran:
        return "passed, and none of its attempts did"
    return "passed, and its last attempt did not" if passed and ran[-1] in _BAD else ""


def _metrics(evidence: Evidence) -> Iterator[Problem]:
    for iteration in evidence.eval_iterations:
        for name, found in iteration.metrics.items():
            value = found.value if isinstance(found, MetricValue) else found
            if not math.isfinite(value):
                where = EvidenceRef(iteration=iteration.iteration, metric=plain(name))
                yield f"{_iteration(iteration)}: {plain(name)} is not a finite number", where


def _failure_modes(evidence: Evidence) -> Iterator[Problem]:
    numbers = {each.iteration for each in evidence.eval_iterations}
    for iteration in evidence.eval_iterations:
        for mode in iteration.failure_modes:
            if why := _not_fixed(mode, numbers):
                where = EvidenceRef(iteration=iteration.iteration, failure_mode=plain(mode.id))
                yield f"{_iteration(iteration)}: failure mode {plain(mode.id)} is fixed in {why}", where


def _not_fixed(mode: FailureMode, numbers: set[int]) -> str:
    """Why a failure mode that says it is fixed can't be; empty where it can."""
    fixed_in, found_in = mode.resolved_in_iteration, mode.discovered_in_iteration
    if mode.resolution_status is not ResolutionStatus.FIXED or fixed_in is None:
        return ""
    if fixed_in not in numbers:
        return f"iteration {whole(fixed_in)}, which the report does not have"
    if fixed_in < found_in:
        return f"iteration {whole(fixed_in)}, before it was discovered in iteration {whole(found_in)}"
    return ""


def _iteration(iteration: EvalIterationSummary) -> str:
    return f"Eval iteration {whole(iteration.iteration)}"


def _runs(evidence: Evidence) -> Iterator[Problem]:
    runs: dict[TestType, list[RunnerRun]] = {}
    for run in evidence.runs:
        runs.setdefault(run.test_type, []).append(run)
    for test_type, of_type in runs.items():
        not_passed = sum(each.failed + each.errors for each in evidence.results_of(test_type))
        for line in _run_problems(of_type, not_passed):
            kind = test_type.value
            yield f"The {kind} test command {line}", EvidenceRef(test_type=kind)


def _run_problems(runs: list[RunnerRun], not_passed: int) -> Iterator[str]:
    """What is wrong with the runs of one type, of whose cases so many failed or broke."""
    yield from filter(None, map(_cut_short, runs))
    codes = [run.exit_code for run in runs if run.exit_code != 0 and not _cut_short(run)]
    for code in codes:
        explained = code in _SOME_FAILED or codes == [not_passed]
        if not not_passed:
            yield f"exited with {whole(code)}, and its results show no failure"
        elif not explained:
            verb = "does" if not_passed == 1 else "do"
            yield f"exited with {whole(code)}, which {counted(not_passed, 'failure')} {verb} not explain"
    if 0 < not_passed < len(codes):
        yield f"exited non-zero {len(codes):,} times, and its results show {counted(not_passed, 'failure')}"


def _cut_short(run: RunnerRun) -> str:
    """Why what the run left is not all that there was to say; empty where it may be."""
    if run.exit_code in _NOT_STARTED:
        return f"could not be started (exit code {whole(run.exit_code)})"
    if run.exit_code < 0 or run.exit_code >= _ENDED:
        return f"was ended before it finished (exit code {whole(run.exit_code)})"
    if run.started_at is not None and run.finished_at is None:
        return "has no end on record"
    return ""


def _requirements(evidence: Evidence) -> Iterator[Problem]:
    for each, why in zip(evidence.requirement_coverage, evidence.objections, strict=True):
        if why and each.verification_status is VerificationStatus.VERIFIED:
            name = plain(each.requirement_id)
            yield f"Requirement {name} is called verified, but {why}", EvidenceRef(requirement_id=name)


def _coverage(evidence: Evidence) -> Iterator[Problem]:
    for each in evidence.code_coverage:
        for measure, counts in (("line", each.line), ("branch", each.branch)):
            if counts is not None and counts.covered > counts.total:
                found = f"{whole(counts.covered)} of {whole(counts.total)} {measure} units covered"
                yield f"{plain(each.path)}: {found}", EvidenceRef(path=untrusted_id(each.path))


_LOOKS: tuple[Callable[[Evidence], Iterator[Problem]], ...] = (
    _malformed,
    _newer_format,
    _nothing,
    _unreadable,
    _repeated,
    _counts,
    _metrics,
    _failure_modes,
    _runs,
    _requirements,
    _coverage,
)
