"""What a CI system is to point at: rules that did not pass and tests that failed, the worst first."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleState
from tsr_agent.models.results import CaseStatus
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import TestCase, TestType

MOST_OF_A_LEVEL = 9
"""GitHub shows ten of a level in a step; the tenth says how many there are besides."""
_RULES_BESIDE_TESTS = 4
_MESSAGE_LENGTH = 400
_DRIVE = re.compile(r"[A-Za-z]:")


class Level(Enum):
    """How loud a finding is."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """One thing to look at."""

    level: Level
    title: str
    message: str
    file: str = ""
    """Relative to the repository; empty where no place in it is known."""
    line: int | None = None


class LookedAt(NamedTuple):
    """The worst cases of a report, and how many there are in all."""

    cases: list[tuple[TestType, TestCase]]
    total: int


def findings(report: TestSummaryReport, decision: Decision, root: str) -> list[Finding]:
    """At most ten errors and ten warnings, in this order, each level with what decided the verdict first.

    Args:
        report: What was judged.
        decision: What the policy made of it.
        root: The folder of the checkout, which is taken off absolute paths.
    """
    shown: list[Finding] = []
    # A failing test is no error where the policy lets the release go in spite of it.
    loud = decision.decision is not GoNoGoDecision.GO
    failed = worst_cases(report, MOST_OF_A_LEVEL, ranks=(0,))
    odd = worst_cases(report, MOST_OF_A_LEVEL, ranks=(1, 2))
    for level, effects in ((Level.ERROR, _BLOCKING), (Level.WARNING, _MILDER)):
        rules = [
            Finding(level, f"Rule {one_line(rule.id, 100)}", one_line(rule.message, _MESSAGE_LENGTH))
            for rule in sorted(decision.rules, key=lambda rule: _EFFECTS.index(rule.effect))
            if rule.effect in effects and rule.state is not RuleState.WAIVED
        ]
        looked_at = [failed] if loud and level is Level.ERROR else []
        looked_at += [odd] if level is Level.WARNING else []
        looked_at += [failed] if not loud and level is Level.WARNING else []
        tests = [_of_case(level, *each, root) for found in looked_at for each in found.cases]
        shown += _bounded(level, rules, tests, sum(found.total for found in looked_at))
    return shown


_EFFECTS = (RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW, RuleEffect.WARNS, RuleEffect.NONE)
_BLOCKING = (RuleEffect.BLOCKS,)
_MILDER = (RuleEffect.NEEDS_REVIEW, RuleEffect.WARNS)


def _bounded(level: Level, rules: list[Finding], tests: list[Finding], tests_in_all: int) -> list[Finding]:
    kept = rules[: max(_RULES_BESIDE_TESTS, MOST_OF_A_LEVEL - len(tests))][:MOST_OF_A_LEVEL]
    kept = kept + tests[: MOST_OF_A_LEVEL - len(kept)]
    more = len(rules) + tests_in_all - len(kept)
    if more:
        kept.append(Finding(level, "tsr-agent", f"and {more:,} more; the summary and the report have them."))
    return kept


def worst_cases(report: TestSummaryReport, most: int, ranks: tuple[int, ...] = (0, 1, 2)) -> LookedAt:
    """The first cases of the worst kinds, without keeping more of a million than are shown."""
    kept: dict[int, list[tuple[TestType, TestCase]]] = {rank: [] for rank in ranks}
    total = 0
    for test_type, case in _all_cases(report):
        rank = _rank(case)
        if rank not in kept:
            continue
        total += 1
        if len(kept[rank]) < most:
            kept[rank].append((test_type, case))
    return LookedAt([each for rank in ranks for each in kept[rank]][:most], total)


def _all_cases(report: TestSummaryReport) -> Iterator[tuple[TestType, TestCase]]:
    for result in report.test_results:
        for case in result.test_cases:
            yield result.test_type, case


def _rank(case: TestCase) -> int | None:
    """0 failed or broke, 1 passed unexpectedly, 2 passed late; None for nothing to look at."""
    if case.status in (CaseStatus.FAILED, CaseStatus.ERROR):
        return 0
    if case.status is CaseStatus.XPASSED:
        return 1
    return 2 if case.flaky else None


def _of_case(level: Level, test_type: TestType, case: TestCase, root: str) -> Finding:
    from tsr_agent.sections.wording import case_status

    word = case_status(case.status, flaky=case.flaky).word
    file = repository_path(case.file, root)
    message = one_line(case.message, _MESSAGE_LENGTH) or f"The tool gave no message ({word})."
    return Finding(
        level,
        f"{test_type.value} test: {word}",
        f"{one_line(case.id, 200)}: {message}",
        file,
        case.line if file else None,
    )


def repository_path(name: str, root: str) -> str:
    """A source file as it is named in the repository; empty where it lies outside or is no plain path.

    Args:
        name: As the test tool wrote it.
        root: The folder of the checkout; may be empty.
    """
    path, folder = name.replace("\\", "/"), root.replace("\\", "/").rstrip("/")
    if folder and path.startswith(folder + "/"):
        path = path[len(folder) + 1 :]
    parts = [part for part in path.split("/") if part != "."]
    path = "/".join(parts)
    outside = not path or "" in parts or ".." in parts or _DRIVE.match(path) or not path.isprintable()
    return "" if outside or len(path) > 500 else path
