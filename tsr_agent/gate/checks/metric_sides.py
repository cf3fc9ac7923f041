"""One metric in two reports: whether its values can be compared, and which change is one for the worse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tsr_agent.gate.checks.eval_metric import SHARE_METRICS, Scale, other_scale
from tsr_agent.gate.wording import figure, plain, titled, visible, whole
from tsr_agent.models.base import Record
from tsr_agent.models.decision import RuleState
from tsr_agent.models.evals import EvalIterationSummary, MetricValue

if TYPE_CHECKING:
    from tsr_agent.gate.evidence import Evidence

_SHARE = Scale(minimum=0.0, maximum=1.0)


class Finding(Record, frozen=True, kw_only=True):
    """What one requirement came to, in a clause that begins with a capital."""

    state: RuleState
    words: str


class Measured(Record, frozen=True, kw_only=True):
    """A metric of a report's latest iteration."""

    iteration: EvalIterationSummary
    value: MetricValue


class Sides(Record, frozen=True, kw_only=True):
    """A metric of two reports, whose values mean the same."""

    name: str
    old: Measured
    new: Measured
    lower_is_better: bool
    scale: Scale | None

    @property
    def worsening(self) -> float:
        """How much worse the new value is, as a reader of both figures would say; negative if better.

        The difference of the shortest decimals that read back as the values: 0.9 to 0.87 is 0.03.
        """
        from fractions import Fraction

        old, new = (Fraction(repr(each.value.value)) for each in (self.old, self.new))
        difference = new - old if self.lower_is_better else old - new
        try:
            return float(difference)
        except OverflowError:
            return math.inf if difference > 0 else -math.inf

    @property
    def is_share(self) -> bool:
        """Whether it is a share from 0 to 1."""
        return self.scale == _SHARE


def scale_of(name: str, given: Scale | None) -> Scale | None:
    """The scale that a rule has for a metric before any report says anything."""
    return given or (_SHARE if name in SHARE_METRICS else None)


def measured(evidence: Evidence, name: str) -> Measured | str:
    """The metric in the latest iteration, or why it is not there, as a sentence without its full stop."""
    latest, subject = evidence.latest_iteration(), titled(name)
    if latest is None:
        return f"{subject} is missing: no eval iteration is documented"
    named = f"iteration {whole(latest.iteration)} ({plain(latest.version_name, 60)})"
    if name not in latest.metrics:
        return f"{subject} is missing from {named}"
    found = latest.metric(name)
    if found is None:
        return f"{subject} of {named} is not a finite number"
    return Measured(iteration=latest, value=found) if found.n != 0 else f"{subject} rests on 0 cases"


def sides_of(
    name: str, old: Measured, new: Measured, lower: bool | None, given: Scale | None
) -> Sides | Finding:
    """Puts both values side by side.

    Args:
        name: The metric's.
        old: Of the baseline.
        new: Of the judged report.
        lower: Whether lower is better, where the rule says so.
        given: The scale that the rule gives.

    Returns:
        Both, or why nothing can be said: a new value that contradicts itself or the rule fails, as it
        does where it is held against a bound; what the baseline lacks is not evaluated.
    """
    subject, scale = titled(name), scale_of(name, given)
    if lower is None and name in SHARE_METRICS:
        lower = False
    if fault := _fault(subject, new.value, scale, lower):
        return Finding(state=RuleState.FAIL, words=fault)
    if fault := _fault(subject, old.value, scale, lower):
        return _unknown(f"In the baseline, {fault[:1].lower()}{fault[1:]}")
    if _own_scale(old.value) != _own_scale(new.value):
        return _unknown(f"{subject} states another scale or unit than in the baseline")
    if lower is None:
        lower = new.value.lower_is_better
        if lower is None or old.value.lower_is_better is not lower:
            both = f"{subject} does not say alike in both reports whether higher or lower is better"
            return _unknown(f"{both}; the policy can say it in where.better")
    return Sides(name=name, old=old, new=new, lower_is_better=lower, scale=scale or _stated(new.value))


def _unknown(words: str) -> Finding:
    return Finding(state=RuleState.NOT_EVALUATED, words=words)


def _fault(subject: str, found: MetricValue, scale: Scale | None, lower: bool | None) -> str:
    """What the value denies that it says itself, or that the rule says."""
    own = found.minimum, found.maximum
    for least, most, whose in ((*own, " that it states itself"), (*_limits(scale), "")):
        if (least is not None and not found.value >= least) or (most is not None and not found.value <= most):
            limits = [each for each in (least, most) if each is not None]
            return f"{subject} {figure(found.value, limits)} is outside the scale{whose or _range(scale)}"
    if scale is not None and (other := other_scale(subject, found, scale)):
        return other[0]
    if lower is not None and found.lower_is_better not in (None, lower):
        better = "lower" if found.lower_is_better else "higher"
        return f"{subject} says that {better} is better, and the rule says the opposite"
    return ""


def _limits(scale: Scale | None) -> tuple[float | None, float | None]:
    return (scale.minimum, scale.maximum) if scale is not None else (None, None)


def _range(scale: Scale | None) -> str:
    return f" {figure(scale.minimum)} to {figure(scale.maximum)}" if scale is not None else ""


def _own_scale(found: MetricValue) -> tuple[float | None, float | None, str]:
    return found.minimum, found.maximum, visible(found.unit).casefold()


def _stated(found: MetricValue) -> Scale | None:
    if found.minimum is None or found.maximum is None:
        return None
    return Scale(minimum=found.minimum, maximum=found.maximum)
