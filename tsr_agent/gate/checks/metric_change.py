"""The check ``metric_change``: one metric of the latest eval iteration against the baseline's."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.checks.eval_metric import Scale
from tsr_agent.gate.checks.metric_pairs import ChangeTest, change_test
from tsr_agent.gate.checks.metric_sides import Finding, Measured, Sides, measured, scale_of, sides_of
from tsr_agent.gate.judgement import Judgement, not_evaluated
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import per_cent, sentence
from tsr_agent.gate.wording import exact, figure, plain, titled
from tsr_agent.models.base import Record
from tsr_agent.models.decision import EvidenceRef, RuleScope, RuleState
from tsr_agent.models.form_problems import meant_as_share
from tsr_agent.statistics.intervals import QUANTILES

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts

_SHOWN_AT = 0.95
"""Confidence of the interval where the rule asks for none."""


class Better(Enum):
    """Which direction of a metric is better."""

    HIGHER = "higher"
    LOWER = "lower"


class HowTested(Enum):
    """What shows that a metric got worse."""

    PAIRED = "paired"
    """The cases that both iterations measured, one by one."""
    AUTO = "auto"
    """The same where there are such cases; else both values, as if measured on different cases."""


class MetricChangeScope(Record, frozen=True, kw_only=True):
    """Which metric, and how it is read."""

    metric: Annotated[
        str,
        Meta(min_length=1, max_length=200, description="Name of a metric of the latest eval iteration."),
    ]
    better: Annotated[
        Better | None,
        Meta(
            description="higher or lower. Left out, what the metric says itself on both sides; accuracy and "
            "grounding_score are better when higher."
        ),
    ] = None
    scale: Annotated[
        Scale | None,
        Meta(
            description="Smallest and largest value. Left out, accuracy and grounding_score are shares from "
            "0 to 1, and others have the limits that they state on both sides."
        ),
    ] = None


class MetricChangeRequire(Record, frozen=True, kw_only=True):
    """What is asked of the change; each of the two is judged on its own."""

    directions: ClassVar[Directions] = {
        "max_drop": Stricter.LOWER,
        # A lower confidence fails sooner, but it also asks for fewer pairs before anything is judged.
        "confidence": Stricter.UNCHANGED,
        "test": Stricter.UNCHANGED,
    }

    max_drop: Annotated[
        float | None,
        Meta(description="Largest change for the worse, in the metric's own unit: 0.02 is two points of 1."),
    ] = None
    confidence: Annotated[
        float | None,
        Meta(description="Fails where the cases show, at this confidence, that the metric got worse: 0.95."),
    ] = None
    test: Annotated[
        HowTested,
        Meta(
            description="paired (default): case by case, which needs results by case on the same data. auto: "
            "where there are none, both values with their number of samples."
        ),
    ] = HowTested.PAIRED


class MetricChangeRule(Rule, frozen=True, kw_only=True):
    """A rule on the change of one eval metric since the baseline."""

    check: Annotated[Literal["metric_change"], Meta(description="Which check the rule makes.")]
    where: Annotated[MetricChangeScope, Meta(description="What is looked at.")]
    require: Annotated[MetricChangeRequire, Meta(description="What must hold.")]

    def judge(self, facts: Facts) -> Judgement:
        """Compares the latest iterations of both; what one of them lacks is not evaluated."""
        expected, name = self._expected(), self.where.metric
        if facts.baseline is None:
            return not_evaluated(expected, facts.no_baseline)
        new, old = measured(facts.evidence, name), measured(facts.baseline, name)
        if isinstance(new, str):
            return not_evaluated(expected, new)
        if isinstance(old, str):
            return not_evaluated(
                expected, f"In the baseline, {old[:1].lower()}{old[1:]}", figure(new.value.value)
            )
        lower = None if self.where.better is None else self.where.better is Better.LOWER
        sides = sides_of(name, old, new, lower, self.where.scale)
        if isinstance(sides, Finding):
            return self._judgement(old, new, [sides], None)
        test = change_test(sides, self.require.confidence or _SHOWN_AT)
        findings = [self._drop(sides)] if self.require.max_drop is not None else []
        findings += [test.finding(auto=self._auto())] if self.require.confidence is not None else []
        return self._judgement(old, new, findings, test)

    def scope(self) -> RuleScope:
        """One metric of the latest iterations."""
        return RuleScope(metric=self.where.metric, compares=True)

    def asks(self) -> str:
        """What the rule asks for."""
        require, where = self.require, self.where
        scale = where.scale
        limits = f", from {exact(scale.minimum)} to {exact(scale.maximum)}," if scale is not None else ""
        subject = f"{titled(where.metric)} in the latest eval iteration{limits}"
        demands = []
        if require.max_drop is not None:
            most = f"by more than {exact(require.max_drop)}" if require.max_drop else "by anything"
            demands.append(f"{subject} must not be worse than in the baseline {most}")
        if require.confidence is not None:
            at = f"at {per_cent(require.confidence)} confidence"
            demands.append(
                f"the same cases must not show it to be worse {at}"
                if demands
                else f"{subject} must not be shown by the same cases to be worse than in the baseline, {at}"
            )
        return sentence(demands or [f"{subject} must be known"], self._readings())

    def _readings(self) -> list[str]:
        """How the value is read, where the rule says so."""
        better = [f"{self.where.better.value} is better"] if self.where.better is not None else []
        apart = "where no cases are the same, both values are held against each other"
        return better + ([apart] if self._auto() else [])

    def compares(self) -> bool:
        """It always looks at a baseline."""
        return True

    def impossible(self) -> list[tuple[str, str]]:
        """A bound that every change meets, and a confidence that no table has, are slips of the pen."""
        require, scale, found = self.require, self.where.scale, []
        if require.max_drop is None and require.confidence is None:
            found.append(("require", "asks for nothing; give max_drop or confidence"))
        if require.confidence is None and self._auto():
            found.append(("require.test", "says how confidence is judged; give confidence, too"))
        if require.confidence is not None and require.confidence not in QUANTILES:
            known = ", ".join(exact(each) for each in QUANTILES)
            hint = meant_as_share(require.confidence)
            found.append(("require.confidence", f"{exact(require.confidence)} is none of {known}{hint}"))
        if scale is not None and not (
            math.isfinite(scale.minimum) and math.isfinite(scale.maximum) and scale.minimum < scale.maximum
        ):
            found.append(("where.scale", "minimum must be below maximum, and both finite"))
        elif require.max_drop is not None:
            found += _impossible_drop(require.max_drop, scale_of(self.where.metric, scale))
        return found

    def _auto(self) -> bool:
        return self.require.test is HowTested.AUTO

    def _drop(self, sides: Sides) -> Finding:
        """The change of the value against the largest one for the worse."""
        most, drop = self.require.max_drop or 0.0, sides.worsening
        said = _change(sides, most)
        if drop > most:
            allowed = f"at most {exact(most)} is" if most else "no change for the worse is"
            return Finding(state=RuleState.FAIL, words=f"{said}; {allowed} allowed")
        return Finding(state=RuleState.PASS, words=f"{said}, within {exact(most)}" if drop > 0 else said)

    def _judgement(
        self, old: Measured, new: Measured, findings: list[Finding], test: ChangeTest | None
    ) -> Judgement:
        """The worst of the findings decides; a failure counts whatever else could not be evaluated."""
        states = [each.state for each in findings]
        worst = next(
            each for each in (RuleState.FAIL, RuleState.NOT_EVALUATED, RuleState.PASS) if each in states
        )
        told = [
            each.words for each in findings if worst is RuleState.PASS or each.state is not RuleState.PASS
        ]
        interval = test.interval if test is not None else None
        value, before = figure(new.value.value, [old.value.value]), figure(old.value.value, [new.value.value])
        return Judgement(
            state=worst,
            expected=self._expected(),
            actual=f"{value} after {before}{_signed(test)}",
            n=new.value.n,
            interval=interval,
            confidence=test.confidence if test is not None and interval is not None else None,
            message="; ".join(told),
            remarks=test.remarks() if test is not None else (),
            lacks_evidence=worst is RuleState.FAIL and RuleState.NOT_EVALUATED in states,
            evidence=(EvidenceRef(iteration=new.iteration.iteration, metric=plain(self.where.metric)),),
        )

    def _expected(self) -> str:
        require, name = self.require, plain(self.where.metric)
        parts = [f"{name} worse by at most {exact(require.max_drop)}"] if require.max_drop is not None else []
        if require.confidence is not None:
            how = "by pairs, else by both values" if self._auto() else "by pairs"
            parts.append(f"{name} not shown to be worse at {per_cent(require.confidence)} ({how})")
        return ", ".join(parts)


def _change(sides: Sides, bound: float) -> str:
    old, new, drop = sides.old.value.value, sides.new.value.value, sides.worsening
    subject = titled(sides.name)
    if new == old:
        return f"{subject} is {figure(new)} as before"
    verb = "rose" if new > old else "fell"
    return (
        f"{subject} {verb} by {figure(abs(drop), [bound])}, from {figure(old, [new])} to {figure(new, [old])}"
    )


def _signed(test: ChangeTest | None) -> str:
    """``, change -0.03``: beside it stands the interval, which is that of the change."""
    if test is None:
        return ""
    worsening = test.sides.worsening
    return f", change {figure(worsening if test.sides.lower_is_better else 0.0 - worsening)}"


def _impossible_drop(most: float, scale: Scale | None) -> list[tuple[str, str]]:
    if not math.isfinite(most):
        return [("require.max_drop", "is not finite")]
    if most < 0:
        return [("require.max_drop", f"{exact(most)} would ask for an improvement; 0 or more is meant")]
    if scale is not None and most >= scale.maximum - scale.minimum:
        limits = f"{exact(scale.minimum)} to {exact(scale.maximum)}"
        said = f"{exact(most)} is met by every change on the scale {limits}{meant_as_share(most)}"
        return [("require.max_drop", said)]
    return []
