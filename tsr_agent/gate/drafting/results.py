"""Rules drafted from results: tests, failure modes, requirements, coverage, findings, the working tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.gate.drafting.parts import (
    DraftedRule,
    LeftOut,
    Part,
    a_little_below,
    share_down,
    share_up,
)
from tsr_agent.gate.wording import counted, whole
from tsr_agent.models.coverage import CoverageMeasure
from tsr_agent.models.decision import RuleSeverity
from tsr_agent.models.evals import Severity
from tsr_agent.models.findings import FindingLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.models.coverage import CoverageCounts
    from tsr_agent.models.results import TestTypeResult

_LEAST_SKIPPED = 0.05
"""A bound on skipped tests that a single one would break stops releases for nothing."""
_BELOW_ALL = 0.99
_MOST_TOOLS = 100
_SEVERITIES = {
    Severity.CRITICAL: RuleSeverity.BLOCK,
    Severity.MAJOR: RuleSeverity.REVIEW,
    Severity.MINOR: RuleSeverity.WARN,
}
_LEVELS = {FindingLevel.ERROR: RuleSeverity.BLOCK, FindingLevel.WARNING: RuleSeverity.WARN}


def draft_tests(evidence: Evidence) -> Iterator[Part]:
    """A rule on each test type: none may fail, or as many as do today."""
    for result in evidence.test_results:
        yield _tests(result)


def _tests(result: TestTypeResult) -> Part:
    kind = result.test_type.value
    not_passed = result.failed + result.errors + result.flaky + result.xpassed
    if not result.executed:
        return LeftOut(what=f"{kind} tests", why="none of them ran")
    require: dict[str, float] = {"failed": 0}
    comment = ""
    if not_passed:
        require = {"max_failure_rate": share_up(not_passed, result.executed)}
        comment = (
            "The failures of today are let through. Mend them, then write failed: 0 in place of the rate."
        )
    require["min_executed"] = a_little_below(result.executed)
    skipped = max(_LEAST_SKIPPED, share_up(result.skipped, result.total))
    if skipped < 1:
        require["max_skipped_ratio"] = skipped
    return DraftedRule(
        id=f"{kind}-tests",
        check="tests",
        about=f"{kind} tests",
        where={"type": kind},
        require=require,
        now=f"Now {whole(not_passed)} of {whole(result.executed)} did not pass, "
        f"{whole(result.skipped)} skipped.",
        fix=f"Run the {kind} tests and mend what does not pass.",
        comment=comment,
    )


def draft_failure_modes(evidence: Evidence) -> Iterator[Part]:
    """As many unresolved failure modes of each severity as there are today."""
    if not evidence.eval_iterations:
        return
    from tsr_agent.gate.checks.failure_modes import UNRESOLVED

    for severity, effect in _SEVERITIES.items():
        found = {
            mode.id
            for each in evidence.eval_iterations
            for mode in each.failure_modes
            if mode.severity is severity and mode.resolution_status in UNRESOLVED
        }
        yield DraftedRule(
            id=f"{severity.value}-failure-modes",
            check="failure_modes",
            about=f"{severity.value} failure modes",
            where={"severity": [severity.value]},
            require={"max_count": len(found)},
            severity=effect,
            now=f"Now {counted(len(found), 'unresolved failure mode')} of this severity.",
            fix="Mend the failure mode and run the evals again, or get a waiver for it.",
        )


def draft_requirements(evidence: Evidence) -> Iterator[Part]:
    """The share of verified requirements, and the ids that no requirements file has."""
    if not evidence.requirement_coverage:
        return
    total = len(evidence.requirement_coverage)
    verified = total - len(evidence.unverified)
    unknown = len({each.requirement_id for each in evidence.unknown_requirements})
    share = share_down(verified, total)
    require: dict[str, float] = {"verified": share} if share > 0 else {}
    yield DraftedRule(
        id="requirements-verified",
        check="requirement_coverage",
        about="requirements",
        require=require | {"max_unknown_ids": unknown},
        now=f"Now {whole(verified)} of {counted(total, 'requirement')} verified, "
        f"{counted(unknown, 'unknown id')}.",
        fix="Write or mend the tests that the requirement names.",
    )


def draft_coverage(evidence: Evidence) -> Iterator[Part]:
    """Line and branch coverage, each a little below the lowest file that has it."""
    for measure, severity in (
        (CoverageMeasure.LINE, RuleSeverity.BLOCK),
        (CoverageMeasure.BRANCH, RuleSeverity.WARN),
    ):
        found: list[CoverageCounts | None] = [getattr(each, measure.value) for each in evidence.code_coverage]
        counted_files = [each for each in found if each is not None and each.total > 0]
        if not counted_files:
            continue
        lowest = min(counted_files, key=lambda each: each.covered / each.total)
        yield DraftedRule(
            id=f"{measure.value}-coverage",
            check="code_coverage",
            about=f"{measure.value} coverage",
            where={"measure": measure.value},
            require={"at_least": min(_BELOW_ALL, share_down(lowest.covered, lowest.total))},
            severity=severity,
            now=f"Now {whole(lowest.covered)} of {whole(lowest.total)} covered.",
            fix="Write tests for what is not covered.",
        )


def draft_findings(evidence: Evidence) -> Iterator[Part]:
    """As many findings of each level as there are today, by the same tools."""
    scans = evidence.static_analysis
    if not scans:
        return
    tools = sorted({each.tool for each in scans if each.tool.strip()})
    for level, severity in _LEVELS.items():
        found = sum(each.level is level for scan in scans for each in scan.findings)
        where: dict[str, list[str]] = {"level": [level.value]}
        if tools and len(tools) <= _MOST_TOOLS and len(tools) == len({each.tool for each in scans}):
            where = {"tool": tools} | where
        yield DraftedRule(
            id=f"{level.value}-findings",
            check="findings",
            about=f"findings of level {level.value}",
            where=where,
            require={"max_count": found, "min_scans": len(scans)},
            severity=severity,
            now=f"Now {counted(found, 'finding')} in {counted(len(scans), 'scan')}.",
            fix="Mend what the scan found, or suppress it in the source with a reason.",
        )


def draft_tree(evidence: Evidence) -> Iterator[Part]:
    """A clean working tree, where the report was made from one."""
    if evidence.versions is None or evidence.versions.dirty is not False:
        yield LeftOut(what="working tree", why="it was not clean, or nobody looked")
        return
    yield DraftedRule(
        id="clean-tree",
        check="clean_tree",
        about="working tree",
        severity=RuleSeverity.WARN,
        now="Now made from committed code.",
        fix="Commit everything and run the tests again.",
    )
