"""Cases of a policy: reports, what is changed about them, and what the policy has to make of them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tsr_agent.gate.consistency import RULE_ID
from tsr_agent.gate.rule import RuleId
from tsr_agent.gate.source.problem import refusal
from tsr_agent.gate.source.tree import SourceTree, parse_source
from tsr_agent.gate.wording import visible
from tsr_agent.models.base import LongText, Record, UtcTime
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleState
from tsr_agent.models.form_problems import nearest, problems_of
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.source.problem import FaultyFileError

MAX_CASES = 1_000
MAX_CHANGES = 1_000
KIND = "policy-cases file"
"""What the file is called in messages; its first word is the document of the schema."""

_Path = Annotated[str, Meta(max_length=1_000)]


class CaseOutcome(Enum):
    """What a test can be made to have done."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"
    FLAKY = "flaky"
    """It failed once and passed when it was tried again."""


class RuleExpectation(Record, frozen=True, kw_only=True):
    """What becomes of one rule; at least one of both."""

    state: Annotated[
        RuleState | None, Meta(description="The rule's state: pass, fail, waived or not_evaluated.")
    ] = None
    effect: Annotated[
        RuleEffect | None,
        Meta(description="What the rule does to the verdict: none, warns, needs_review or blocks."),
    ] = None


class Expectation(Record, frozen=True, kw_only=True):
    """What the policy has to make of a report; at least one key."""

    decision: Annotated[
        GoNoGoDecision | None, Meta(description="The verdict: go, no_go or pending_review.")
    ] = None
    without_waivers: Annotated[
        GoNoGoDecision | None, Meta(description="The verdict without waivers and quarantine.")
    ] = None
    rules: Annotated[
        dict[RuleId, RuleState | RuleExpectation],
        Meta(description="By rule id, its state, or a mapping with state and effect."),
    ] = msgspec.field(default_factory=dict)


class PolicyCase(Record, frozen=True, kw_only=True):
    """One report, what is changed about it, and what has to come out."""

    name: Annotated[
        str, Meta(min_length=1, max_length=200, pattern=r"\S", description="What the case shows.")
    ]
    report: Annotated[_Path, Meta(min_length=1, description="The report, by its path relative to this file.")]
    changes: Annotated[
        dict[LongText, Any],
        Meta(
            max_length=MAX_CHANGES,
            description="What is different about the report, by its path in it, such as "
            "eval_iterations[2].metrics.accuracy.value.",
        ),
    ] = msgspec.field(name="set", default_factory=dict)
    tests: Annotated[
        dict[LongText, CaseOutcome],
        Meta(
            max_length=MAX_CHANGES,
            description="Tests that end otherwise, by their id; counts and requirements follow.",
        ),
    ] = msgspec.field(default_factory=dict)
    environment: Annotated[
        str, Meta(max_length=50, description="Where the release is to go; the report's own if left out.")
    ] = ""
    at: Annotated[
        UtcTime | None,
        Meta(description="The moment of the decision; when the report was made, if left out."),
    ] = None
    waivers: Annotated[_Path, Meta(description="A waiver file, by its path relative to this file.")] = ""
    baseline: Annotated[
        _Path, Meta(description="The report to compare with, by its path relative to this file.")
    ] = ""
    expect: Annotated[Expectation, Meta(description="What the policy has to make of it.")]


class PolicyCases(Record, frozen=True, kw_only=True):
    """The whole of a file of policy cases."""

    schema_uri: Annotated[
        str, Meta(max_length=1_000, description="Where an editor finds the schema; aitr never fetches it.")
    ] = msgspec.field(name="$schema", default="")
    version: Annotated[Literal[1], Meta(description="Version of the file format: 1.")]
    policy: Annotated[
        _Path,
        Meta(
            description="The policy, by its path relative to this file, or builtin:ai-release. The option "
            "--policy wins over it."
        ),
    ] = ""
    cases: Annotated[
        tuple[PolicyCase, ...],
        Meta(min_length=1, max_length=MAX_CASES, description="At least one."),
    ]


class CasesFile(Record, frozen=True, kw_only=True):
    """A file of cases that was read, with the places of what stands in it."""

    document: SourceTree
    content: PolicyCases

    def refused(self, problems: Sequence[str]) -> FaultyFileError:
        """The error that refuses the file for lines ``$.path: what``."""
        return refusal(self.document.source, KIND, self.document.problems(problems))


def parse_cases(data: bytes, source: str) -> CasesFile:
    """Reads cases from the bytes of their file, YAML or JSON.

    Raises:
        PolicyError: It is no such file, has no case, or a case that expects nothing.
    """
    document = parse_source(data, source)
    problems = problems_of(document.tree, PolicyCases)
    if problems:
        raise refusal(source, KIND, document.problems(problems))
    read = CasesFile(document=document, content=msgspec.convert(document.tree, ready(PolicyCases)))
    problems = [*_repeated_names(read.content.cases), *_empty_expectations(read.content.cases)]
    if problems:
        raise read.refused(problems)
    return read


def unknown_rules(case: PolicyCase, path: str, policy: Policy) -> list[str]:
    """Rules that a case expects something of and the policy does not have.

    Args:
        case: The case.
        path: Where it stands, such as ``$.cases[0]``.
        policy: What it is judged by.

    Returns:
        One line a problem, ``$.path: what; advice``.
    """
    known = [RULE_ID, *(rule.id for rule in policy.rules)]
    return [
        f"{path}.expect.rules.{name}: the policy has no rule of this id{nearest(name, known)}"
        for name in case.expect.rules
        if name not in known
    ]


def _repeated_names(cases: Sequence[PolicyCase]) -> list[str]:
    seen: dict[str, int] = {}
    problems = []
    for place, case in enumerate(cases):
        key = visible(case.name)
        if not key:
            problems.append(f"$.cases[{place}].name: has no visible sign")
        elif key in seen:
            problems.append(f"$.cases[{place}].name: the case {seen[key] + 1} has this name, too")
        seen.setdefault(key, place)
    return problems


def _empty_expectations(cases: Sequence[PolicyCase]) -> list[str]:
    problems = []
    for place, case in enumerate(cases):
        expect, path = case.expect, f"$.cases[{place}].expect"
        if expect.decision is None and expect.without_waivers is None and not expect.rules:
            problems.append(f"{path}: expects nothing; give decision, without_waivers or rules")
        problems += [
            f"{path}.rules.{name}: expects nothing; give state or effect"
            for name, each in expect.rules.items()
            if each == RuleExpectation()
        ]
    return problems
