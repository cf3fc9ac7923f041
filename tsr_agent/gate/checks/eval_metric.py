"""The check ``eval_metric``: one metric of the latest eval iteration against a bound."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.checks.metric_strength import confidence_problem, in_per_cent, strength
from tsr_agent.gate.judgement import Judgement, not_evaluated, state_of
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import sentence, series
from tsr_agent.gate.wording import counted, exact, figure, plain, titled, visible, whole
from tsr_agent.models.base import Count, Record
from tsr_agent.models.decision import EvidenceRef, RuleScope
from tsr_agent.models.form_problems import meant_as_share
from tsr_agent.statistics.intervals import QUANTILES

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts
    from tsr_agent.models.evals import EvalIterationSummary, MetricValue

SHARE_METRICS = frozenset({"accuracy", "grounding_score"})
"""Metrics that are a share between 0 and 1 by their definition (SEED.md phase 7)."""

_HUNDRED_PER_CENT = 100
_PER_CENT = ("%", "\uff05", "\ufe6a", "percent", "pct", "\u2030", "permille", "permil")


class Scale(Record, frozen=True, kw_only=True):
    """Smallest and largest value that a metric can have."""

    minimum: Annotated[float, Meta(description="Smallest value that the metric can have.")]
    maximum: Annotated[float, Meta(description="Largest value that the metric can have.")]


class EvalMetricScope(Record, frozen=True, kw_only=True):
    """Which metric."""

    metric: Annotated[
        str,
        Meta(min_length=1, max_length=200, description="Name of a metric of the latest eval iteration."),
    ]
    scale: Annotated[
        Scale | None,
        Meta(
            description="Smallest and largest value. Left out, accuracy, grounding_score and every metric "
            "with a bound above 0 and up to 1 are shares from 0 to 1, and others have no limits."
        ),
    ] = None


class EvalMetricRequire(Record, frozen=True, kw_only=True):
    """The bound; which of the two keys is given says which direction is better."""

    directions: ClassVar[Directions] = {
        "at_least": Stricter.HIGHER,
        "at_most": Stricter.LOWER,
        "min_samples": Stricter.HIGHER,
        "confidence": Stricter.HIGHER,
    }

    at_least: Annotated[
        float | None, Meta(description="Smallest value that passes; a share is written as 0.85, not 85.")
    ] = None
    at_most: Annotated[float | None, Meta(description="Largest value that passes.")] = None
    min_samples: Annotated[Count | None, Meta(description="Fewest samples that the value must rest on.")] = (
        None
    )
    confidence: Annotated[
        Annotated[float, Meta(extra_json_schema={"enum": sorted(QUANTILES)})] | None,
        Meta(
            description="The bound must hold for the limit of the value's interval at this confidence, "
            "such as 0.95, and not for the value alone."
        ),
    ] = None


class EvalMetricRule(Rule, frozen=True, kw_only=True):
    """A rule on one eval metric."""

    check: Annotated[Literal["eval_metric"], Meta(description="Which check the rule makes.")]
    where: Annotated[EvalMetricScope, Meta(description="What is looked at.")]
    require: Annotated[EvalMetricRequire, Meta(description="What must hold.")]

    def judge(self, facts: Facts) -> Judgement:
        """Compares the value in the latest iteration; a missing metric is not evaluated."""
        evidence = facts.evidence
        latest, expected = evidence.latest_iteration(), self._expected()
        name = self.where.metric
        if latest is None:
            return not_evaluated(expected, f"{titled(name)} is missing: no eval iteration is documented")
        if name not in latest.metrics:
            return not_evaluated(expected, f"{titled(name)} is missing from {_named(latest)}")
        found = latest.metric(name)
        if found is None:
            return Judgement(
                state=state_of(False),
                expected=expected,
                actual="not a finite number",
                message=f"{titled(name)} is not a finite number",
                evidence=self._references(latest),
            )
        if found.n == 0:
            return not_evaluated(expected, f"{titled(name)} rests on 0 cases", "0 cases")
        return self._judgement(latest, found)

    def scope(self) -> RuleScope:
        """One metric of the latest iteration."""
        return RuleScope(metric=self.where.metric)

    def asks(self) -> str:
        """What the rule asks for."""
        require, scale = self.require, self.where.scale
        bounds = [f"at least {exact(require.at_least)}"] if require.at_least is not None else []
        bounds += [f"at most {exact(require.at_most)}"] if require.at_most is not None else []
        on_scale = f", on a scale from {_range(scale)}," if scale is not None else ""
        shown = f" with {in_per_cent(require.confidence)} confidence" if require.confidence else ""
        cases = f", on at least {counted(require.min_samples, 'case')}" if require.min_samples else ""
        subject = f"{titled(self.where.metric)} in the latest eval iteration{on_scale}"
        return sentence([f"{subject} must be {series(bounds or ['known'])}{shown}{cases}"])

    def gives_way(self, parent: Rule) -> list[tuple[str, str, str]]:
        """A bound on one side also says which direction is better, and any bound may imply the scale."""
        if not isinstance(parent, EvalMetricRule):
            return []
        was, now = parent._scale(), self._scale()
        found = []
        # A share has an interval without a standard error, so that even a new scale can make it easier.
        if now != was and (was is not None or parent.require.confidence is not None):
            limits = [_range(each) if each is not None else "without limits" for each in (was, now)]
            found.append(("where.scale", limits[0], limits[1]))
        if len(parent._bounds()) == 1 and len(self._bounds()) > 1:
            key = "at_most" if parent.require.at_most is None else "at_least"
            found.append((f"require.{key}", "no bound on this side", exact(getattr(self.require, key))))
        return found

    def impossible(self) -> list[tuple[str, str]]:
        """A bound that no value can meet or miss on the metric's scale is a slip of the pen."""
        require, scale = self.require, self._scale()
        bounds = {"at_least": require.at_least, "at_most": require.at_most}
        given = {key: bound for key, bound in bounds.items() if bound is not None}
        if not given:
            return [("require", "asks for nothing; give at_least or at_most")]
        found = [
            (f"require.{key}", "is not finite") for key, bound in given.items() if not math.isfinite(bound)
        ]
        if scale is not None and not (_finite(scale) and scale.minimum < scale.maximum):
            return [*found, ("where.scale", "minimum must be below maximum, and both finite")]
        found += [
            (
                f"require.{key}",
                f"{exact(bound)} is outside the scale {_range(scale)}{_as_share(bound, scale)}",
            )
            for key, bound in given.items()
            if scale is not None and not scale.minimum <= bound <= scale.maximum
        ]
        if scale is not None:
            found += _met_by_all(given, scale, is_implied=self.where.scale is None)
        found += self._never_shown(given)
        if len(given) == 2 and given["at_least"] > given["at_most"]:
            found.append(("require", "at_least is above at_most; no value can meet both"))
        return found

    def _never_shown(self, given: dict[str, float]) -> list[tuple[str, str]]:
        """A confidence that no table has, or that no number of cases could reach."""
        confidence, scale = self.require.confidence, self._scale()
        if confidence is None:
            return []
        if problem := confidence_problem(confidence):
            return [("require.confidence", problem)]
        ends = {} if scale is None else {"at_least": scale.maximum, "at_most": scale.minimum}
        return [
            (f"require.{key}", f"no number of cases can show {exact(bound)} at {in_per_cent(confidence)}")
            for key, bound in given.items()
            if bound == ends.get(key)
        ]

    def _scale(self) -> Scale | None:
        if self.where.scale is not None:
            return self.where.scale
        bounded_by_share = any(0 < bound <= 1 for bound in self._bounds())
        if self.where.metric in SHARE_METRICS or bounded_by_share:
            return Scale(minimum=0.0, maximum=1.0)
        return None

    def _judgement(self, latest: EvalIterationSummary, found: MetricValue) -> Judgement:
        require, scale = self.require, self._scale()
        value = figure(found.value, self._bounds())
        cases = f" on {counted(found.n, 'case')}" if found.n is not None else ""
        subject = f"{titled(self.where.metric)} {value}{cases}"
        weighed = strength(
            found,
            require.at_least,
            require.at_most,
            scale=(scale.minimum, scale.maximum) if scale is not None else None,
            confidence=require.confidence,
        )
        contradictions = self._contradictions(found)
        complaints = contradictions
        if self._is_on_scale(found):
            complaints = [*contradictions, *self._misses(found), *weighed.complaints(subject)]
            complaints += self._too_few(found)
        return Judgement(
            state=state_of(not complaints),
            expected=self._expected(),
            actual=value,
            n=found.n,
            interval=weighed.interval,
            confidence=weighed.shown_at,
            message="; ".join(complaints) or f"{subject} {self._met()}",
            remarks=() if contradictions else weighed.remarks(),
            evidence=self._references(latest),
        )

    def _is_on_scale(self, found: MetricValue) -> bool:
        scale = self._scale()
        return scale is None or scale.minimum <= found.value <= scale.maximum

    def _contradictions(self, found: MetricValue) -> list[str]:
        """Why the value can't be held against the rule at all."""
        scale, subject = self._scale(), titled(self.where.metric)
        if scale is not None and not self._is_on_scale(found):
            value = figure(found.value, [scale.minimum, scale.maximum])
            return [f"{subject} {value} is outside the scale {_range(scale)}"]
        own = _own_contradictions(subject, found, self.require)
        return own + (other_scale(subject, found, scale) if scale is not None else [])

    def _misses(self, found: MetricValue) -> list[str]:
        """The bounds that the value itself misses."""
        require, complaints = self.require, []
        subject = titled(self.where.metric)
        cases = f" on {counted(found.n, 'case')}" if found.n is not None else ""
        if require.at_least is not None and not found.value >= require.at_least:
            value = figure(found.value, [require.at_least])
            complaints.append(f"{subject} {value}{cases} is below {exact(require.at_least)}")
        if require.at_most is not None and not found.value <= require.at_most:
            value = figure(found.value, [require.at_most])
            complaints.append(f"{subject} {value}{cases} is above {exact(require.at_most)}")
        return complaints

    def _too_few(self, found: MetricValue) -> list[str]:
        least = self.require.min_samples
        if not least or (found.n is not None and found.n >= least):
            return []
        has = f"only {counted(found.n, 'case')}" if found.n is not None else "an unstated number of cases"
        return [f"{titled(self.where.metric)} rests on {has}; at least {whole(least)} are needed"]

    def _references(self, latest: EvalIterationSummary) -> tuple[EvidenceRef, ...]:
        return (EvidenceRef(iteration=latest.iteration, metric=plain(self.where.metric)),)

    def _met(self) -> str:
        low, high = self.require.at_least, self.require.at_most
        parts = [f"is at least {exact(low)}"] if low is not None else []
        parts += [f"is at most {exact(high)}"] if high is not None else []
        confidence = self.require.confidence
        shown = f", and so is its {in_per_cent(confidence)} interval" if confidence is not None else ""
        return " and ".join(parts) + shown

    def _bounds(self) -> list[float]:
        return [bound for bound in (self.require.at_least, self.require.at_most) if bound is not None]

    def _expected(self) -> str:
        require, name = self.require, plain(self.where.metric)
        parts = [f"{name} ≥ {exact(require.at_least)}"] if require.at_least is not None else []
        parts += [f"{name} ≤ {exact(require.at_most)}"] if require.at_most is not None else []
        parts += (
            [f"at {in_per_cent(require.confidence)} confidence"] if require.confidence is not None else []
        )
        parts += [f"n ≥ {whole(require.min_samples)}"] if require.min_samples else []
        return ", ".join(parts)


def _own_contradictions(subject: str, found: MetricValue, require: EvalMetricRequire) -> list[str]:
    """What the metric says of itself and the value or the rule denies."""
    contradictions = []
    below = found.minimum is not None and not found.value >= found.minimum
    above = found.maximum is not None and not found.value <= found.maximum
    if below or above:
        contradictions.append(f"{subject} {figure(found.value)} is outside the scale that it states itself")
    wrong = require.at_most if found.lower_is_better is False else require.at_least
    only_one = (require.at_least is None) != (require.at_most is None)
    if found.lower_is_better is not None and only_one and wrong is not None:
        better = "lower" if found.lower_is_better else "higher"
        contradictions.append(f"{subject} says that {better} is better, and the rule bounds the other side")
    return contradictions


def other_scale(subject: str, found: MetricValue, scale: Scale) -> list[str]:
    """A value on another scale than the rule's can stand within it and mean something else: 0.9 of 100."""
    complaints = []
    if found.minimum not in (None, scale.minimum) or found.maximum not in (None, scale.maximum):
        lowest = figure(found.minimum) if found.minimum is not None else "unstated"
        highest = figure(found.maximum) if found.maximum is not None else "unstated"
        complaints.append(
            f"{subject} states the scale {lowest} to {highest}; the rule's scale is {_range(scale)}"
        )
    unit = visible(found.unit)
    folded = unit.casefold().replace(" ", "")
    if scale.maximum != _HUNDRED_PER_CENT and any(name in folded for name in _PER_CENT):
        complaints.append(f"{subject} is in {plain(unit, 80)}; the rule's scale is {_range(scale)}")
    return complaints


def _met_by_all(given: dict[str, float], scale: Scale, *, is_implied: bool) -> list[tuple[str, str]]:
    """Bounds at that end of the scale where every value meets them."""
    ends = {"at_least": scale.minimum, "at_most": scale.maximum}
    hint = "; give where.scale if the metric has another" if is_implied else ""
    return [
        (f"require.{key}", f"{exact(bound)} is met by every value on the scale {_range(scale)}{hint}")
        for key, bound in given.items()
        if bound == ends[key]
    ]


def _named(iteration: EvalIterationSummary) -> str:
    return f"iteration {whole(iteration.iteration)} ({plain(iteration.version_name, 60)})"


def _as_share(bound: float, scale: Scale) -> str:
    return meant_as_share(bound) if (scale.minimum, scale.maximum) == (0.0, 1.0) else ""


def _range(scale: Scale) -> str:
    return f"{exact(scale.minimum)} to {exact(scale.maximum)}"


def _finite(scale: Scale) -> bool:
    return math.isfinite(scale.minimum) and math.isfinite(scale.maximum)
