"""What the cases behind a metric can show: its interval, held against the rule's bounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tsr_agent.gate.wording import counted, exact, figure, whole
from tsr_agent.models.base import Record
from tsr_agent.statistics.intervals import MOST_CASES, QUANTILES, Z_95, cases_to_show, wilson_interval

if TYPE_CHECKING:
    from tsr_agent.models.evals import MetricValue

SHOWN_AT = 0.95
"""Confidence of the interval that is shown where the rule asks for none."""


_ROUNDING = 1.001
"""Tools round what they write; a standard error that is larger by less says nothing."""


_SLOP = 1e-6
"""What a division may lose; 100 cases are not 99."""


class Strength(Record, frozen=True, kw_only=True):
    """A metric's interval against the bounds of a rule."""

    value: float
    n: int | None
    at_least: float | None
    at_most: float | None
    confidence: float | None
    """What the rule asks for; None where the value alone decides."""
    is_share: bool
    interval: tuple[float, float] | None
    """At the rule's confidence, else at ``SHOWN_AT``; None where nothing is known to make one of."""
    unknown: str = ""
    """Why there is no interval."""
    effective: int = 0
    """As how many independent cases a share's cases count."""

    @property
    def shown_at(self) -> float | None:
        """Confidence of the interval; None without one."""
        if self.interval is None:
            return None
        return self.confidence if self.confidence is not None else SHOWN_AT

    def complaints(self, subject: str) -> list[str]:
        """Bounds that the value meets and its interval does not; none where no confidence is asked for.

        Args:
            subject: The metric and its value, as the start of a sentence.
        """
        if self.confidence is None:
            return []
        met = [each for each in self._sides() if each.is_met]
        if self.interval is None:
            return [
                f"{subject} {side.verb} {exact(side.bound)}, but that can't be shown at "
                f"{in_per_cent(self.confidence)}: {self.unknown}"
                for side in met
            ]
        return [
            f"{subject} {side.verb} {exact(side.bound)}, but its {in_per_cent(self.confidence)} interval "
            f"reaches {side.towards} to {figure(side.limit, [side.bound])}"
            for side in met
            if side.is_open
        ]

    def remarks(self) -> tuple[str, ...]:
        """Where the noise is wider than the margin, and how many more cases would settle it; shares only."""
        if not self.is_share or self.interval is None or self.n is None:
            return ()
        found = []
        if self.effective < self.n:
            cases = counted(self.effective, "independent case")
            found.append(f"Its standard error is that of about {cases}, and its interval goes by these")
        for side in self._sides():
            if not side.is_open:
                continue
            if not side.is_met or self.confidence is None:
                found.append(self._inside_the_noise(side))
            found.append(self._settled(side, self.n))
        return tuple(found)

    def _sides(self) -> list[_Side]:
        sides = []
        low, high = self.interval if self.interval is not None else (math.nan, math.nan)
        if self.at_least is not None:
            sides.append(_Side(value=self.value, bound=self.at_least, low=low, high=high, lower=True))
        if self.at_most is not None:
            sides.append(_Side(value=self.value, bound=self.at_most, low=low, high=high, lower=False))
        return sides

    def _inside_the_noise(self, side: _Side) -> str:
        ends = f"{figure(side.low, [side.bound])} to {figure(side.high, [side.bound])}"
        beyond = "below" if side.below else "above"
        return (
            f"The margin is inside the noise: the {in_per_cent(self.shown_at or SHOWN_AT)} interval {ends} "
            f"reaches {beyond} {exact(side.bound)}"
        )

    def _settled(self, side: _Side, n: int) -> str:
        """How many more cases at the observed share would show that the bound is met."""
        wanted = f"at {'least' if side.lower else 'most'} {exact(side.bound)}"
        if not side.is_met or self.value == side.bound:
            return f"At this share no number of cases would show that it is {wanted}"
        z = QUANTILES.get(self.shown_at or SHOWN_AT, Z_95)
        enough = cases_to_show(self.value, side.bound, lower=side.lower, z=z)
        if enough is None:
            return f"Even {whole(MOST_CASES)} cases like these would not settle it"
        more = -(-enough * n // self.effective) - n
        return f"About {counted(max(1, more), 'more case')} like these would settle it"


class _Side(Record, frozen=True, kw_only=True):
    """One bound and what stands against it."""

    value: float
    bound: float
    low: float
    high: float
    lower: bool
    """The bound is one from below: ``at_least``."""

    @property
    def is_met(self) -> bool:
        """By the value."""
        return self.value >= self.bound if self.lower else self.value <= self.bound

    @property
    def below(self) -> bool:
        """Whether the interval would cross the bound downwards: from a value on its upper side."""
        return self.is_met == self.lower

    @property
    def is_open(self) -> bool:
        """Whether the interval reaches across the bound, to the side where the value is not."""
        return not self.low >= self.bound if self.below else not self.high <= self.bound

    @property
    def limit(self) -> float:
        """The end of the interval that has to clear the bound."""
        return self.low if self.lower else self.high

    @property
    def verb(self) -> str:
        """Of a value that meets the bound."""
        return "is at least" if self.lower else "is at most"

    @property
    def towards(self) -> str:
        """Where the end of the interval lies that has to clear the bound."""
        return "down" if self.lower else "up"


def strength(
    found: MetricValue,
    at_least: float | None,
    at_most: float | None,
    *,
    scale: tuple[float, float] | None,
    confidence: float | None,
) -> Strength:
    """Weighs a finite value on its scale.

    Args:
        found: The metric.
        at_least: The rule's bound from below.
        at_most: The rule's bound from above.
        scale: Smallest and largest value; a metric on the scale 0 to 1 is a share.
        confidence: One of ``QUANTILES``, or None where the value alone decides.
    """
    is_share = scale == (0.0, 1.0) and 0 <= found.value <= 1
    interval, unknown = _interval(found, scale, confidence, is_share=is_share)
    return Strength(
        value=found.value,
        n=found.n,
        at_least=at_least,
        at_most=at_most,
        confidence=confidence,
        is_share=is_share and bool(found.n),
        interval=interval,
        unknown=unknown,
        effective=effective_cases(found.value, found.n, found.standard_error) if is_share and found.n else 0,
    )


def effective_cases(share: float, n: int, standard_error: float | None) -> int:
    """As how many independent cases the cases of a share count.

    Fewer than there are where the tool states a larger standard error than they would have: cases that
    hang together, such as several questions on one text, show less.

    Args:
        share: Observed share, 0 to 1.
        n: Number of cases, at least 1.
        standard_error: As the tool states it; None where it does not.
    """
    if standard_error is None or n == 1:
        return n
    variance, spread = standard_error * standard_error, share * (1 - share)
    if variance <= spread / (n - 1) * _ROUNDING:
        return n
    return max(1, int(spread / variance + _SLOP)) if variance < math.inf else 1


def _interval(
    found: MetricValue, scale: tuple[float, float] | None, confidence: float | None, *, is_share: bool
) -> tuple[tuple[float, float] | None, str]:
    """The interval, or None and why there is none."""
    z = QUANTILES.get(SHOWN_AT if confidence is None else confidence)
    lowest, highest = scale if scale is not None else (-math.inf, math.inf)
    if z is None or not lowest <= found.value <= highest:
        return None, "there is no interval at that confidence" if z is None else "it is off its scale"
    if is_share and found.n:
        return wilson_interval(
            found.value, effective_cases(found.value, found.n, found.standard_error), z
        ), ""
    error = found.standard_error
    if confidence is None or error is None:
        needed = "the number of cases is unstated" if is_share else "no standard error is stated"
        return None, needed
    if not 0 < error < math.inf:
        # Tools write 0 for a single case, and for any number of cases that all came out the same.
        return None, f"a standard error of {figure(error)} says nothing about the noise"
    low, high = max(lowest, found.value - z * error), min(highest, found.value + z * error)
    if not (math.isfinite(low) and math.isfinite(high)):
        return None, "its standard error is out of range"
    return (low, high), ""


def in_per_cent(confidence: float) -> str:
    """A confidence of the table as people say it: ``95 %``, ``97.5 %``."""
    return f"{confidence * 100:.10g} %"


def confidence_problem(confidence: float) -> str:
    """What is wrong with a confidence, and what it may have been meant to be; empty for one of the table."""
    if confidence in QUANTILES:
        return ""
    known = ", ".join(exact(each) for each in QUANTILES)
    meant = confidence / 100 if 1 < confidence <= 100 else confidence
    near = min(QUANTILES, key=lambda each: abs(each - meant))
    hint = f"; did you mean {exact(near)}?" if abs(near - meant) < 0.05 else ""
    return f"{exact(confidence)} is none of {known}{hint}"
