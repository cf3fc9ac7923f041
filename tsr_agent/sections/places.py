"""Where a decision says to look: its references to tests, failure modes and files, found in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.evals import FailureMode, ResolutionStatus
from tsr_agent.models.results import TestCase
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import case_status, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tsr_agent.models.decision import EvidenceRef
    from tsr_agent.models.report import TestSummaryReport

_NOT_THERE = Mark("○", "not in this report", Tone.MUTED)
_LISTED = Mark("–", "", Tone.MUTED)
_SAMPLE = Mark("✕", "did not pass", Tone.NO_GO)
_MOST_ON_RECORD = 50
"""References that a decision keeps with a rule; where there are as many, there may be more."""

Key = tuple[str, str]
"""Type and id of a test."""
Spot = tuple[str, str, int | None]
"""Rule, source file and line of a finding."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to look at."""

    mark: Mark
    name: str
    """Id of a test, failure mode or requirement, or a file."""
    where: str
    """``file:line`` of a test as the tool wrote it, or what the thing is called; may be empty."""
    message: str
    """First line of what the test said; may be empty."""
    target: Target | None = None
    """The same thing in the report; None where the report does not have it."""


NO_PLACES: tuple[tuple[Place, ...], str] = ((), "")


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says of the things that are referred to."""

    cases: dict[Key, TestCase]
    modes: dict[str, FailureMode]
    requirements: dict[str, str]
    """Texts by id."""
    findings: dict[Spot, str]
    """Messages by rule and place."""
    paths: frozenset[str]
    """Files that were handed in."""


def places(
    report: TestSummaryReport, references: Sequence[Sequence[EvidenceRef]], most: int
) -> list[tuple[tuple[Place, ...], str]]:
    """The first places of each rule, and how many there are besides.

    Args:
        report: What was judged. It is gone through once, however many rules ask.
        references: What each rule refers to.
        most: Places that are looked up for one rule.
    """
    told = [[each for each in refs if _tells(each)] for refs in references]
    known = _known(report, [each for refs in told for each in refs[:most]])
    found = [(tuple(_place(each, known) for each in refs[:most]), _more(len(refs), most)) for refs in told]
    return [
        each if each[0] else _samples(report, refs, most)
        for each, refs in zip(found, references, strict=True)
    ]


def _samples(
    report: TestSummaryReport, references: Sequence[EvidenceRef], most: int
) -> tuple[tuple[Place, ...], str]:
    """The samples that did not pass, behind a metric that is the share of those that did."""
    for reference in references:
        iteration = next((e for e in report.eval_iterations if e.iteration == reference.iteration), None)
        metric = iteration.metric(reference.metric) if iteration is not None and reference.metric else None
        if iteration is None or metric is None or not iteration.is_share_of_passes(metric.value):
            continue
        failed = [case for case in iteration.cases if case.passed is False]
        target = Target(Kind.ITERATION, str(iteration.iteration))
        shown = (
            Place(
                mark=_SAMPLE,
                name=one_line(case.id, 200),
                where="",
                message=first_line(case.error),
                target=target,
            )
            for case in failed[:most]
        )
        return tuple(shown), f"and {len(failed) - most:,} more" if len(failed) > most else ""
    return NO_PLACES


def _known(report: TestSummaryReport, wanted: Sequence[EvidenceRef]) -> _Known:
    spots = {_spot(each.finding, each.file, each.line) for each in wanted if each.finding or each.file}
    return _Known(
        cases=_cases(report, {(each.test_type, each.test_id) for each in wanted if each.test_id}),
        modes=_modes(report, {each.failure_mode for each in wanted if each.failure_mode}),
        requirements={each.requirement_id: each.requirement_text for each in report.requirement_coverage},
        findings=_findings(report, spots) if spots else {},
        paths=frozenset(each.path for each in report.inputs),
    )


def _tells(reference: EvidenceRef) -> bool:
    """A metric or an iteration is in the rule's own sentence already; what is behind it may not be."""
    told = (reference.test_id, reference.failure_mode, reference.requirement_id, reference.finding)
    return any(told) or bool(reference.file or reference.path)


def _more(total: int, most: int) -> str:
    if total <= most:
        return ""
    return f"and {'at least ' if total >= _MOST_ON_RECORD else ''}{total - most:,} more"


def _place(reference: EvidenceRef, known: _Known) -> Place:
    if reference.test_id:
        return _test(reference, known.cases.get((reference.test_type, reference.test_id)))
    if reference.failure_mode:
        return _mode(reference, known.modes.get(reference.failure_mode))
    if reference.requirement_id:
        text = one_line(known.requirements.get(reference.requirement_id, ""), 300)
        target = Target(Kind.REQUIREMENT, reference.requirement_id)
        return Place(
            mark=_LISTED,
            name=one_line(reference.requirement_id),
            where=text,
            message="",
            target=target if reference.requirement_id in known.requirements else None,
        )
    if reference.finding or reference.file:
        spot = _spot(reference.finding, reference.file, reference.line)
        where = one_line(reference.file) + (f":{reference.line}" if reference.line else "")
        name = one_line(reference.finding) or "finding"
        line = f"{reference.file}:{reference.line}" if reference.file and reference.line else reference.file
        return Place(
            mark=_LISTED,
            name=name,
            where=where,
            message=first_line(known.findings.get(spot, "")),
            target=Target(Kind.LINE, line) if line else None,
        )
    return Place(
        mark=_LISTED,
        name=one_line(reference.path),
        where="",
        message="",
        target=Target(Kind.INPUT, reference.path) if reference.path in known.paths else None,
    )


def _spot(rule: str, file: str, line: int | None) -> Spot:
    return rule, file, line


def _findings(report: TestSummaryReport, wanted: set[Spot]) -> dict[Spot, str]:
    found: dict[Spot, str] = {}
    for scan in report.static_analysis:
        for each in scan.findings:
            spot = _spot(each.rule_id, each.file, each.line)
            if spot in wanted:
                found.setdefault(spot, each.message)
    return found


def _test(reference: EvidenceRef, case: TestCase | None) -> Place:
    if case is None:
        return Place(mark=_NOT_THERE, name=one_line(reference.test_id), where=_NOT_THERE.word, message="")
    where = one_line(case.file) + (f":{case.line}" if case.line else "") if case.file else ""
    return Place(
        mark=case_status(case.status, flaky=case.flaky),
        name=one_line(case.id),
        where=where,
        message=first_line(case.message) or first_line(_of_attempts(case)),
        target=Target(Kind.TEST, case.id, reference.test_type),
    )


def _of_attempts(case: TestCase) -> str:
    """What an earlier attempt said, of a case that passed late."""
    return next((each.message for each in case.attempts if each.message), "") if case.flaky else ""


def first_line(text: str) -> str:
    """The first line that is not blank, on its own and bounded."""
    return one_line(text.lstrip()[:2_000].partition("\n")[0], 300)


def _mode(reference: EvidenceRef, mode: FailureMode | None) -> Place:
    name = one_line(reference.failure_mode)
    if mode is None:
        return Place(mark=_LISTED, name=name, where="", message="")
    where = (
        f"{mode.severity.value}, {words(mode.resolution_status.value).lower()}: {one_line(mode.name, 200)}"
    )
    target = Target(Kind.FAILURE_MODE, mode.id)
    return Place(mark=_LISTED, name=name, where=where, message="", target=target)


def _cases(report: TestSummaryReport, wanted: set[Key]) -> dict[Key, TestCase]:
    """The cases by type and id; of equal ids the first that did not simply pass."""
    found: dict[Key, TestCase] = {}
    if not wanted:
        return found
    for result in report.test_results:
        kind = result.test_type.value
        ids = {test_id for test_type, test_id in wanted if test_type == kind}
        if not ids:
            continue
        for case in result.test_cases:
            if case.id in ids and (_needs_a_look(case) or (kind, case.id) not in found):
                known = found.get((kind, case.id))
                if known is None or not _needs_a_look(known):
                    found[kind, case.id] = case
    return found


def _needs_a_look(case: TestCase) -> bool:
    return case.flaky or case.status.value in ("failed", "error", "xpassed")


def _modes(report: TestSummaryReport, wanted: Iterable[str]) -> dict[str, FailureMode]:
    """The failure modes by id, as the latest iteration that lists them unresolved has them."""
    names = set(wanted)
    found: dict[str, FailureMode] = {}
    for iteration in sorted(report.eval_iterations, key=lambda each: each.iteration):
        for mode in iteration.failure_modes:
            known = found.get(mode.id)
            if mode.id in names and (known is None or mode.resolution_status is not ResolutionStatus.FIXED):
                found[mode.id] = mode
    return found
