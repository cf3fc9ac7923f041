"""Rules drafted from the latest eval iteration: its metrics, how complete it is, how it ended."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tsr_agent.gate.checks.eval_completeness import METRIC as COMPLETENESS
from tsr_agent.gate.checks.eval_completeness import EvalCompletenessRequire, EvalCompletenessRule
from tsr_agent.gate.checks.eval_metric import SHARE_METRICS
from tsr_agent.gate.drafting.parts import (
    DraftedRule,
    LeftOut,
    Part,
    a_little_below,
    rounded_down,
    rounded_up,
    rule_id,
)
from tsr_agent.gate.facts import Facts
from tsr_agent.gate.wording import counted, figure, plain, visible, whole
from tsr_agent.models.base import Record
from tsr_agent.models.decision import RuleSeverity, RuleState
from tsr_agent.models.evals import IterationOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.models.evals import MetricValue

MAX_METRICS = 100
_MOST_SIGNS = 200
"""Of a metric's name in a policy."""
_COMPLETENESS = (1.0, 0.99, 0.95, 0.9, 0.8, 0.5)
_HUNDREDTH = 100
_WIDE = 1_000_000
_NO_UNITS = ("", "share", "ratio", "fraction")
_PER_CENT = ("%", "percent", "pct")
_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""For a check that looks at no moment."""


def draft_metrics(evidence: Evidence) -> Iterator[Part]:
    """A bound on each metric of the latest iteration whose better direction is known."""
    latest = evidence.latest_iteration()
    if latest is None:
        return
    names = sorted(latest.metrics.keys() - {COMPLETENESS})
    for name in names[:MAX_METRICS]:
        found = latest.metric(name)
        if found is not None:
            yield _metric(name, found)
    if len(names) > MAX_METRICS:
        rest = len(names) - MAX_METRICS
        yield LeftOut(what=f"{whole(rest)} further metrics", why=f"the first {MAX_METRICS} have rules")


class _Bound(Record, frozen=True, kw_only=True):
    """The key of a bound and its value."""

    key: str
    value: float


def _metric(name: str, found: MetricValue) -> Part:
    about = plain(name, 80)
    if not name.isprintable() or not name.strip() or len(name) > _MOST_SIGNS:
        return LeftOut(what="a metric", why="its name can't be written in a policy")
    if found.lower_is_better is None and name not in SHARE_METRICS:
        return LeftOut(what=about, why="it does not say whether lower or higher is better (lower_is_better)")
    bound = _bound(name, found)
    if isinstance(bound, str):
        return LeftOut(what=about, why=bound)
    where: dict[str, object] = {"metric": name}
    scale = _scale(name, found) or _scale_of_unit(found, bound.value)
    if scale is not None and scale != (0.0, 1.0):
        where["scale"] = {"minimum": scale[0], "maximum": scale[1]}
    require: dict[str, float] = {bound.key: bound.value}
    require |= {"min_samples": a_little_below(found.n)} if found.n else {}
    unit = f" {plain(visible(found.unit), 40)}" if found.unit else ""
    cases = f" on {counted(found.n, 'case')}" if found.n is not None else ""
    return DraftedRule(
        id=rule_id(name),
        check="eval_metric",
        about=about,
        where=where,
        require=require,
        severity=_severity(name, found),
        now=f"Now {figure(found.value, [bound.value])}{unit}{cases}.",
        fix="Look at the cases of the latest eval iteration that got worse.",
        comment="" if found.n else "The report does not say on how many cases; add min_samples once it does.",
    )


def _scale_of_unit(found: MetricValue, bound: float) -> tuple[float, float] | None:
    """A wide scale for what is measured in a unit: without it, a bound of up to 1 would mean a share."""
    if not _unit(found) or not 0 < bound <= 1:
        return None
    most = _HUNDREDTH if any(sign in _unit(found) for sign in _PER_CENT) else _WIDE
    low = found.minimum if found.minimum is not None else 0.0
    return float(low), float(found.maximum if found.maximum is not None else most)


def _unit(found: MetricValue) -> str:
    """The unit; empty for a mere number."""
    unit = visible(found.unit).casefold()
    return "" if unit in _NO_UNITS else unit


def _severity(name: str, found: MetricValue) -> RuleSeverity:
    """A share is a property of the system; a time or a length also one of where it was measured."""
    if _unit(found) and name not in SHARE_METRICS:
        return RuleSeverity.WARN
    return RuleSeverity.BLOCK if _scale(name, found) is not None else RuleSeverity.REVIEW


def _scale(name: str, found: MetricValue) -> tuple[float, float] | None:
    """The ends of the metric's scale; None where they are not both known."""
    if found.minimum is not None and found.maximum is not None:
        ends = (float(found.minimum), float(found.maximum))
        return ends if all(map(math.isfinite, ends)) and ends[0] < ends[1] else None
    return (0.0, 1.0) if name in SHARE_METRICS else None


def _bound(name: str, found: MetricValue) -> _Bound | str:
    """The present value rounded in the mild direction, off both ends of the scale; or why there is none."""
    scale, value = _scale(name, found), float(found.value)
    low, high = scale if scale is not None else (found.minimum, found.maximum)
    if found.lower_is_better:
        bound, best, worst, key = rounded_up(value), low, high, "at_most"
    else:
        bound, best, worst, key = rounded_down(value), high, low, "at_least"
    at_best = best is not None and (bound <= best if found.lower_is_better else bound >= best)
    if scale is None and (at_best or bound == 0):
        return f"it is {figure(value)} now, and its scale is not stated; say how much would be bad"
    if scale is not None and at_best:
        step = (scale[1] - scale[0]) / _HUNDREDTH
        bound = rounded_up(scale[0] + step) if found.lower_is_better else rounded_down(scale[1] - step)
    if worst is not None and (bound >= worst if found.lower_is_better else bound <= worst):
        return f"it is {figure(value)} now, and no round bound lies between that and the bad end of its scale"
    return _Bound(key=key, value=bound)


def draft_iterations(evidence: Evidence) -> Iterator[Part]:
    """How many iterations are documented, how the latest ended, and how much of it was scored."""
    latest = evidence.latest_iteration()
    if latest is None:
        return
    documented = {
        each.iteration for each in evidence.eval_iterations if each.version_name.strip() and each.metrics
    }
    yield DraftedRule(
        id="iterations-documented",
        check="eval_iterations",
        about="documented iterations",
        require={"min_documented": len(documented)},
        now=f"Now {counted(len(documented), 'iteration')}.",
        fix="Document the eval iteration, with its name and metrics.",
    )
    yield DraftedRule(
        id="latest-iteration",
        check="latest_iteration",
        about="outcome of the latest iteration",
        require={"outcome": IterationOutcome.PASSED.value},
        now=f"Now marked {latest.outcome.value}.",
        fix="Mend what the latest eval iteration failed for.",
    )
    yield from _completeness(evidence)


def _completeness(evidence: Evidence) -> Iterator[Part]:
    """The strictest of some shares that the latest iteration reaches; nothing where it says none."""
    facts = Facts(evidence=evidence, moment=_ANY_MOMENT)
    for share in _COMPLETENESS:
        judgement = EvalCompletenessRule(
            id="completeness", check="eval_completeness", require=EvalCompletenessRequire(at_least=share)
        ).judge(facts)
        if judgement.state is RuleState.NOT_EVALUATED:
            return
        if judgement.state is RuleState.PASS:
            yield DraftedRule(
                id="eval-completeness",
                check="eval_completeness",
                about="scored share of the samples",
                require={"at_least": share},
                now=f"Now {judgement.actual}.",
                fix="Run the evals again so that every sample is scored.",
            )
            return
    yield LeftOut(what="scored share of the samples", why="less than half was scored")
