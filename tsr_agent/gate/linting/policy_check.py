"""Everything that is wrong with the text of a policy, for an editor that asks as one types.

Reading a policy ends in a policy or an error. Here both are problems with places: what would refuse the
file as errors, what an experienced person would ask about as warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.errors import PolicyError
from tsr_agent.gate.linting.lints import LintedPolicy, lints
from tsr_agent.gate.policies.file import policy_of
from tsr_agent.gate.source.problem import (
    FILE_START,
    FaultyFileError,
    PolicyProblem,
    ProblemSeverity,
    problem_at,
)
from tsr_agent.gate.source.tree import parse_source

if TYPE_CHECKING:
    from datetime import date

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.policies.sources import Parents
    from tsr_agent.gate.source.tree import SourceTree


def check_policy(
    text: str | bytes,
    source: str = "policy",
    *,
    parents: Parents | None = None,
    today: date | None = None,
) -> tuple[PolicyProblem, ...]:
    """Errors and warnings of a policy, in the order of the text.

    Args:
        text: YAML or JSON, whole or half-written.
        source: What to call it in messages.
        parents: Finds the policies that it extends; None: the built-in ones alone.
        today: The day (UTC) that its dates are held against; without one they are not looked at.

    Returns:
        Errors where the policy would be refused, and then nothing else; warnings where it would be read.
        Never raises, whatever the text.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        document = parse_source(data, source)
        policy = policy_of(document, data, parents)
    except PolicyError as error:
        return problems_of_error(error, source)
    return _warnings(policy, document, today)


def problems_of_error(error: PolicyError, source: str) -> tuple[PolicyProblem, ...]:
    """What an error says is wrong, with its places as far as they are known."""
    if isinstance(error, FaultyFileError):
        return error.problems
    return (problem_at(FILE_START, source, error.message.removesuffix(".")),)


def _warnings(policy: Policy, document: SourceTree, today: date | None) -> tuple[PolicyProblem, ...]:
    if document.tree.get("version") != 1:
        # Version 0 has no keys by which its author could answer.
        return ()
    found = lints(LintedPolicy(policy=policy, tree=document.tree, today=today))
    placed = document.placed([f"{lint.path}: {lint.said}" for lint in found])
    warnings = [
        msgspec.structs.replace(each, severity=ProblemSeverity.WARNING, id=lint.id)
        for lint, each in zip(found, placed, strict=True)
    ]
    return tuple(sorted(warnings, key=lambda each: (each.line, each.column, each.id)))
