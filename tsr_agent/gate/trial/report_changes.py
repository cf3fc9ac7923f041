"""A report with something changed about it, as a case of a policy asks for: still a valid one."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.errors import DocumentError
from tsr_agent.gate.trial.policy_cases import CaseOutcome
from tsr_agent.gate.verification import CaseIndex
from tsr_agent.gate.wording import counted, plain
from tsr_agent.models import codec
from tsr_agent.models.form_problems import nearest
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage, VerificationStatus
from tsr_agent.models.results import Attempt, CaseStatus, TestCase, TestTypeResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tsr_agent.gate.trial.policy_cases import PolicyCase

_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(-?[0-9]{1,9})\]|\[("(?:[^"\\]|\\.)*")\]')
_MOST_COMPARED = 2_000
"""Ids that a misspelt one is compared with."""
_MESSAGE = "Set by the case"

Steps = tuple[str | int, ...]


def changed_report(
    report: TestSummaryReport, case: PolicyCase, path: str
) -> tuple[TestSummaryReport, list[str]]:
    """The report as the case wants it.

    Args:
        report: As it was read.
        case: What to change; ``set`` first, then ``tests``.
        path: Where the case stands, such as ``$.cases[0]``.

    Returns:
        The changed report, and one line a problem, ``$.path: what; advice``. With problems, the report
        is not to be used.
    """
    problems: list[str] = []
    if case.changes:
        report = _with_values(report, case.changes, f"{path}.set", problems)
    if case.tests and not problems:
        report = _with_outcomes(report, case.tests, f"{path}.tests", problems)
    return report, problems


def _with_values(
    report: TestSummaryReport, changes: Mapping[str, Any], path: str, problems: list[str]
) -> TestSummaryReport:
    tree = msgspec.to_builtins(report)
    places: dict[str, Steps] = {}
    for name in changes:
        try:
            places[name] = _resolved(report, name)
        except ValueError as error:
            problems.append(f"{path}.{name}: {error}")
    problems += _overlaps(places, path)
    if problems:
        return report
    for name, steps in places.items():
        _put(tree, steps, changes[name])
    try:
        document = msgspec.json.encode(tree)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        problems.append(f"{path}: can't be written as a report: {plain(str(error))}")
        return report
    try:
        return codec.decode(document, TestSummaryReport, source="the changed report")
    except DocumentError as error:
        said = error.details or (error.message,)
        problems += [_blamed(line, places, path) for line in said]
        return report


def _steps_of(name: str) -> Steps:
    """A path's steps: keys and places in lists.

    Raises:
        ValueError: It is no path.
    """
    if not name:
        raise ValueError("is empty; name a place such as eval_iterations[0].outcome")
    steps: list[str | int] = []
    end = 0
    while end < len(name):
        found = _STEP.match(name, end)
        if found is None or (found[1] and (end == 0) == found[0].startswith(".")):
            raise ValueError('is no path; write a.b[0].c, and ["…"] for a key with dots in it')
        key, place, quoted = found.groups()
        try:
            steps.append(key if key else int(place) if place else json.loads(quoted))
        except json.JSONDecodeError as error:
            raise ValueError('is no path; a key in ["…"] is written as in JSON') from error
        end = found.end()
    return tuple(steps)


def _resolved(report: TestSummaryReport, name: str) -> Steps:
    """The steps of a path that the report has, places counted from the front.

    Raises:
        ValueError: There is no such place; the message says what is wrong and what is near.
    """
    found: Any = report
    before: Steps = ()
    for step in _steps_of(name):
        taken, found = _entered(found, step, _written(before) or "the report")
        before = (*before, taken)
    return before


def _entered(found: Any, step: str | int, where: str) -> tuple[str | int, Any]:
    """What stands one step further in, and the step with its place counted from the front."""
    if isinstance(found, msgspec.Struct):
        fields = {field.encode_name: field.name for field in msgspec.structs.fields(found)}
        if step in fields:
            return step, getattr(found, fields[str(step)])
        raise ValueError(f"{where} has no {plain(str(step), 80)!r}{nearest(str(step), fields)}")
    if isinstance(found, dict):
        if step in found:
            return step, found[step]
        raise ValueError(f"{where} has no {plain(str(step), 80)!r}{nearest(str(step), found)}")
    if not isinstance(found, tuple | list):
        raise ValueError(f"{where} has nothing inside; set it as a whole")
    if not isinstance(step, int):
        raise ValueError(f"{where} is a list; write {where}[0] for its first entry")
    if not -len(found) <= step < len(found):
        raise ValueError(f"{where} has no [{step}]; it has {counted(len(found), 'entry', 'entries')}")
    return step % len(found), found[step]


def _overlaps(places: Mapping[str, Steps], path: str) -> list[str]:
    """Of two changes inside one another it is not clear which one counts."""
    lines = []
    for name, steps in places.items():
        for other, outer in places.items():
            if other != name and steps[: len(outer)] == outer:
                lines.append(f"{path}.{name}: stands inside {plain(other)!r}, which is set, too")
                break
    return lines


def _put(tree: Any, steps: Steps, value: Any) -> None:
    for step in steps[:-1]:
        if isinstance(tree[step], tuple):
            tree[step] = list(tree[step])
        tree = tree[step]
    tree[steps[-1]] = value


def _written(steps: Sequence[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def _blamed(line: str, places: Mapping[str, Steps], path: str) -> str:
    """A problem of the changed report, at the change that made it."""
    for name, steps in places.items():
        at = f"$.{_written(steps)}"
        rest = line.removeprefix(at)
        if rest != line and rest[:1] in (":", ".", "["):
            inner, _, what = rest.partition(": ")
            inside = f"{inner.removeprefix('.')}: " if inner else ""
            return f"{path}.{name}: {inside}{what}"
    return f"{path}: {line}"


def _with_outcomes(
    report: TestSummaryReport, outcomes: Mapping[str, CaseOutcome], path: str, problems: list[str]
) -> TestSummaryReport:
    """The report with other outcomes of some tests, counted again, and what follows for requirements."""
    known = {case.id for result in report.test_results for case in result.test_cases}
    for test_id in outcomes:
        if test_id not in known:
            near = nearest(test_id, islice(sorted(known), _MOST_COMPARED))
            problems.append(f"{path}.{test_id}: the report lists no test of this id{near}")
    if problems:
        return report
    results = tuple(_recounted(each, outcomes) for each in report.test_results)
    index = CaseIndex(results)
    requirements = tuple(
        _verified_again(each, index) if set(each.test_ids) & outcomes.keys() else each
        for each in report.requirement_coverage
    )
    return msgspec.structs.replace(report, test_results=results, requirement_coverage=requirements)


def _recounted(result: TestTypeResult, outcomes: Mapping[str, CaseOutcome]) -> TestTypeResult:
    if not any(case.id in outcomes for case in result.test_cases):
        return result
    cases = [_ended(case, outcomes[case.id]) if case.id in outcomes else case for case in result.test_cases]
    return TestTypeResult.from_cases(result.test_type, cases, result.header_differences)


def _ended(case: TestCase, outcome: CaseOutcome) -> TestCase:
    """The case as if it had ended so. What it said before is about another outcome, and goes."""
    is_flaky = outcome is CaseOutcome.FLAKY
    status = CaseStatus.PASSED if is_flaky else CaseStatus(outcome.value)
    attempts = (Attempt(status=CaseStatus.FAILED), Attempt(status=status)) if is_flaky else ()
    return msgspec.structs.replace(
        case, status=status, flaky=is_flaky, attempts=attempts, message=_MESSAGE, details="", output=""
    )


def _verified_again(requirement: RequirementCoverage, index: CaseIndex) -> RequirementCoverage:
    """What a requirement's tests make of it now, as ``generate`` would say it."""
    cases = [case for test_id in requirement.test_ids for case in index.named(test_id)]
    ran = [case for case in cases if case.status is not CaseStatus.SKIPPED]
    if any(case.status is not CaseStatus.PASSED or case.flaky for case in ran):
        status = VerificationStatus.FAILED
    elif ran and requirement.coverage_status is CoverageStatus.COVERED:
        status = VerificationStatus.VERIFIED
    else:
        status = VerificationStatus.NOT_RUN
    return msgspec.structs.replace(requirement, verification_status=status)
