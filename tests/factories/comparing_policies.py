"""Policies with a rule that looks at a baseline and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tsr_agent.gate.baseline import BaselineSelection
from tsr_agent.gate.judgement import Judgement
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.rule import Rule
from tsr_agent.models.decision import RuleState

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts
    from tsr_agent.gate.policies.policy import Policy


class NotFewerTests(Rule, frozen=True, kw_only=True):
    """Fails where the baseline has more test cases."""

    def judge(self, facts: Facts) -> Judgement:
        """Counts both."""
        if facts.baseline is None:
            return Judgement(
                state=RuleState.NOT_EVALUATED, expected="", actual="no data", message=facts.no_baseline
            )
        before, now = (
            sum(each.total for each in evidence.test_results) for evidence in (facts.baseline, facts.evidence)
        )
        state = RuleState.FAIL if now < before else RuleState.PASS
        return Judgement(
            state=state, expected=f"at least {before}", actual=str(now), message=f"{now} of {before} tests"
        )

    def compares(self) -> bool:
        """It does."""
        return True


def comparing(**selection: Any) -> Policy:
    """The built-in policy and one rule that compares."""
    policy = ai_release()
    rule = NotFewerTests(id="not-fewer", check="not_fewer")
    return replace(policy, rules=(*policy.rules, rule), baseline=BaselineSelection(**selection))
