"""Whether the cases behind a metric show that it got worse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tsr_agent.comparison.evals import ACCURACY, CasePairs, pairs
from tsr_agent.gate.checks.metric_sides import Finding, Sides
from tsr_agent.gate.sentences import per_cent
from tsr_agent.gate.wording import counted, figure, plain, titled, whole
from tsr_agent.models.base import Record
from tsr_agent.models.decision import RuleState
from tsr_agent.statistics.intervals import QUANTILES
from tsr_agent.statistics.paired import (
    PairTally,
    fewest_pairs,
    independent_interval,
    p_value,
    paired_interval,
    shows_worsening,
)

if TYPE_CHECKING:
    from tsr_agent.gate.checks.metric_sides import Measured
    from tsr_agent.models.evals import EvalIterationSummary

PAIRED_SHARE = (4, 5)
"""So many of the cases of each side must be in pairs: 80 %."""
FEWEST_SAMPLES = 50
"""Of each side, where no cases are paired. With fewer, the interval of two shares raises false alarms more
often than its confidence says: up to 6.6 % at 0.95 with 10 samples against 200."""
_NAMED = 5
"""Cases that a remark names; the others are counted."""


class ChangeTest(Record, frozen=True, kw_only=True):
    """What the cases say of a change, at one confidence."""

    sides: Sides
    confidence: float
    found: CasePairs
    tally: PairTally | None
    """None where the cases can't be paired."""
    why_not: str
    """Why not, as a clause; empty where they can."""
    of_other_data: bool
    """Nothing that the judged report left out keeps the cases from being paired."""
    interval: tuple[float, float] | None
    """Of new minus old, for shares."""
    lost: int = 0
    """Cases of the baseline that could have got worse and have no value any more."""

    def finding(self, *, auto: bool) -> Finding:
        """Whether the metric is shown to be worse.

        Args:
            auto: Where there are no cases to pair, both values and their samples are held against each
                other, as if measured on different cases.
        """
        if self.tally is not None:
            return self._paired(self.tally)
        if auto and self.of_other_data:
            return self._independent()
        return self._unknown(self.why_not)

    def _unknown(self, why: str) -> Finding:
        words = f"Whether {plain(self.sides.name)} got worse can't be told from the cases: {why}"
        return Finding(state=RuleState.NOT_EVALUATED, words=words)

    def _paired(self, tally: PairTally) -> Finding:
        least = fewest_pairs(self.confidence)
        if tally.pairs < least:
            few = counted(tally.pairs, "pair of cases", "pairs of cases")
            return self._unknown(f"{few} could show nothing at {per_cent(self.confidence)}; {least} could")
        if shows_worsening(tally, self.confidence):
            return Finding(
                state=RuleState.FAIL,
                words=f"{titled(self.sides.name)} is worse on the same cases at {per_cent(self.confidence)} "
                f"confidence: {self.counts()}",
            )
        if self.lost and shows_worsening(replace(tally, worse=tally.worse + self.lost), self.confidence):
            lost = counted(self.lost, "case")
            have = "has" if self.lost == 1 else "have"
            return self._unknown(f"{lost} of the baseline {have} no value any more, enough to hide it")
        return Finding(state=RuleState.PASS, words=f"Not shown to be worse: {self.counts()}")

    def counts(self) -> str:
        """``8 worse, 5 better of 74 pairs; p = 0.581``."""
        tally = self.tally
        if tally is None:
            return ""
        cases = counted(tally.pairs, "pair")
        said = f"{whole(tally.worse)} worse, {whole(tally.better)} better of {cases}"
        return f"{said}; {_p(tally, self.confidence)}"

    def _independent(self) -> Finding:
        interval, old, new = self.interval, self.sides.old.value, self.sides.new.value
        if interval is None or old.n is None or new.n is None:
            return self._unknown(
                f"{self.why_not}, and the number of samples is not known for a share on both sides"
            )
        if min(old.n, new.n) < FEWEST_SAMPLES:
            few = f"{whole(old.n)} and {counted(new.n, 'sample')} are too few to compare"
            return self._unknown(f"{self.why_not}, and {few}; {FEWEST_SAMPLES} on each side are needed")
        worst = 1.0 if self.sides.lower_is_better else 0.0
        at_worst = independent_interval(old.value, old.n, worst, new.n, QUANTILES[self.confidence])
        if not self._beyond_zero(at_worst):
            at = per_cent(self.confidence)
            return self._unknown(f"no value on {counted(new.n, 'sample')} could be shown to be worse at {at}")
        low, high = (figure(each, [0.0]) for each in interval)
        change = f"the {per_cent(self.confidence)} interval of the change is {low} to {high}"
        if self._beyond_zero(interval):
            words = f"{titled(self.sides.name)} is worse: {change}"
            return Finding(state=RuleState.FAIL, words=words)
        return Finding(state=RuleState.PASS, words=f"Not shown to be worse: {change}")

    def _beyond_zero(self, interval: tuple[float, float]) -> bool:
        return interval[0] > 0 if self.sides.lower_is_better else interval[1] < 0

    def remarks(self) -> tuple[str, ...]:
        """A drop inside the noise, the cases that got worse, other data, and cases that were left out."""
        return tuple(filter(None, (self._noise(), self._worse(), self._other_data(), self._left_out())))

    def _noise(self) -> str:
        tally, drop = self.tally, self.sides.worsening
        if tally is None or drop <= 0 or shows_worsening(tally, self.confidence):
            return ""
        what = "rise" if self.sides.lower_is_better else "drop"
        said = f"{whole(tally.worse)} worse, {whole(tally.better)} better; {_p(tally, self.confidence)}"
        return f"The {what} of {figure(drop)} on {counted(tally.pairs, 'pair')} is inside the noise ({said})"

    def _worse(self) -> str:
        """Which cases to look at, where they show that the metric got worse."""
        if self.tally is None or not shows_worsening(self.tally, self.confidence):
            return ""
        lower = self.sides.lower_is_better
        names = [
            each.id for each in self.found.pairs if (each.new > each.old if lower else each.new < each.old)
        ]
        named = ", ".join(plain(name, 60) for name in names[:_NAMED])
        more = f" and {whole(len(names) - _NAMED)} more" if len(names) > _NAMED else ""
        return f"Worse than in the baseline: {named}{more}"

    def _other_data(self) -> str:
        old, new = (each.iteration.dataset for each in (self.sides.old, self.sides.new))
        if old is None or new is None or None in (old.digest, new.digest) or old.digest == new.digest:
            return ""
        digests = f"{str(new.digest)[:12]}, not {str(old.digest)[:12]}"
        return f"The data set is another one than in the baseline ({digests})"

    def _left_out(self) -> str:
        named = (
            (self.found.duplicates, "with an id that stands more than once"),
            (self.found.without_result, "without a result"),
            (self.found.only_old, "only in the baseline"),
            (self.found.only_new, "only in the latest iteration"),
        )
        said = ", ".join(f"{whole(number)} {words}" for number, words in named if number)
        return f"Cases left out of the pairs: {said}" if said else ""


def change_test(sides: Sides, confidence: float) -> ChangeTest:
    """Pairs the cases of both sides where they can be, and weighs them."""
    old, new = sides.old.iteration, sides.new.iteration
    found = pairs(old, new, sides.name)
    why_not = found.why_none or _too_few(found, old, new) or _not_what_counts(sides)
    tally = None if why_not else _tally(found, lower_is_better=sides.lower_is_better)
    return ChangeTest(
        sides=sides,
        confidence=confidence,
        found=found,
        tally=tally,
        why_not=why_not,
        of_other_data=_of_other_data(old, new),
        interval=_interval(sides, found if tally is not None else None, confidence),
        lost=_lost(found, sides) if tally is not None else 0,
    )


def _of_other_data(old: EvalIterationSummary, new: EvalIterationSummary) -> bool:
    """Whether the baseline has nothing to pair with, or the judged report names other data.

    A report that drops the cases of the same data, or the digest, must not get the milder test for it.
    """
    if not old.cases or old.dataset is None or old.dataset.digest is None:
        return True
    return new.dataset is not None and new.dataset.digest not in (None, old.dataset.digest)


def _too_few(found: CasePairs, old: EvalIterationSummary, new: EvalIterationSummary) -> str:
    of = max(len(old.cases), len(new.cases))
    part, whole_ = PAIRED_SHARE
    if len(found.pairs) * whole_ >= of * part:
        return ""
    return f"only {whole(len(found.pairs))} of {counted(of, 'case')} can be paired, fewer than 80 %"


def _not_what_counts(sides: Sides) -> str:
    """Whether a case passed is its value of the metric only where the metric is the share that passed."""
    if sides.name != ACCURACY or _has_scores(sides):
        return ""
    if not all(_is_share_of_passes(each, sides) for each in (sides.old, sides.new)):
        return f"the share of cases that passed is not the {sides.name}"
    return ""


def _has_scores(sides: Sides) -> bool:
    both = (sides.old, sides.new)
    return any(sides.name in case.scores for each in both for case in each.iteration.cases)


def _is_share_of_passes(side: Measured, sides: Sides) -> bool:
    scale, value = sides.scale, side.value.value
    if scale is not None:
        value = (value - scale.minimum) / (scale.maximum - scale.minimum)
    return side.iteration.is_share_of_passes(value)


def _tally(found: CasePairs, *, lower_is_better: bool) -> PairTally:
    rose = sum(each.new > each.old for each in found.pairs)
    fell = sum(each.new < each.old for each in found.pairs)
    worse, better = (rose, fell) if lower_is_better else (fell, rose)
    return PairTally(worse=worse, better=better, same=len(found.pairs) - rose - fell)


def _lost(found: CasePairs, sides: Sides) -> int:
    """How many values are gone that were not the worst there can be."""
    worst = -math.inf
    if sides.scale is not None:
        worst = sides.scale.maximum if sides.lower_is_better else sides.scale.minimum
    if sides.name == ACCURACY and not _has_scores(sides):
        worst = 0.0
    return sum(each != worst for each in found.lost)


def _interval(sides: Sides, found: CasePairs | None, confidence: float) -> tuple[float, float] | None:
    """Of the change of a share: of pairs where the cases are ones and zeros, else of both values."""
    z, old, new = QUANTILES[confidence], sides.old.value, sides.new.value
    if not sides.is_share:
        return None
    if found is None:
        return independent_interval(old.value, old.n, new.value, new.n, z) if old.n and new.n else None
    kinds = [(each.old, each.new) for each in found.pairs]
    both, only_old, only_new, neither = (
        kinds.count(kind) for kind in ((1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0))
    )
    if not kinds or both + only_old + only_new + neither < len(kinds):
        return None
    return paired_interval(both, only_old, only_new, neither, z)


def _p(tally: PairTally, confidence: float) -> str:
    p, unlikely = p_value(tally), round(1 - confidence, 3)
    if p is None:
        sign = "≤" if shows_worsening(tally, confidence) else ">"
        return f"p {sign} {figure(unlikely)}"
    return "p < 0.0001" if p < 0.0001 else f"p = {figure(p, [unlikely])}"
