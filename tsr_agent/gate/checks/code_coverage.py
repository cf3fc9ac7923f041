"""The check ``code_coverage``: covered share of lines or branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.judgement import Judgement, not_evaluated, state_of
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import at_least_share, per_cent, sentence
from tsr_agent.gate.wording import counted, exact, figure, untrusted_id
from tsr_agent.models.base import Record, Share
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts, CoverageMeasure
from tsr_agent.models.decision import EvidenceRef, RuleScope

if TYPE_CHECKING:
    from fractions import Fraction

    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.gate.facts import Facts


class CodeCoverageScope(Record, frozen=True, kw_only=True):
    """Which figure; line and branch coverage are never mixed."""

    measure: Annotated[CoverageMeasure, Meta(description="line or branch; they are never mixed.")] = (
        CoverageMeasure.LINE
    )


class CodeCoverageRequire(Record, frozen=True, kw_only=True):
    """What is asked of it."""

    directions: ClassVar[Directions] = {"at_least": Stricter.HIGHER, "max_drop": Stricter.LOWER}

    at_least: Annotated[
        Share | None,
        Meta(description="Smallest share covered, such as 0.8; each coverage file must reach it."),
    ] = None
    max_drop: Annotated[
        Share | None,
        Meta(description="Largest drop below the baseline's figure, such as 0.01 for one line in a hundred."),
    ] = None


class CodeCoverageRule(Rule, frozen=True, kw_only=True):
    """A rule on code coverage."""

    check: Annotated[Literal["code_coverage"], Meta(description="Which check the rule makes.")]
    where: Annotated[CodeCoverageScope, Meta(description="What is looked at.")] = CodeCoverageScope()
    require: Annotated[CodeCoverageRequire, Meta(description="What must hold.")]

    def judge(self, facts: Facts) -> Judgement:
        """Judges the lowest of the coverage files that have the measure: each has to reach the bound."""
        measure, expected = self.where.measure, self._expected()
        lowest = _lowest(facts.evidence, measure)
        if lowest is None:
            return not_evaluated(expected, f"No {measure.value} coverage was reported")
        before = None if self.require.max_drop is None else self._before(facts)
        complaints = self._complaints(lowest, before)
        unknown = before if isinstance(before, str) else ""
        text = figure(lowest.rate, self._bounds(before))
        units = counted(
            lowest.total, measure.value, "lines" if measure is CoverageMeasure.LINE else "branches"
        )
        subject = f"{measure.value.capitalize()} coverage {text} of {units}"
        if unknown and not complaints:
            return not_evaluated(expected, unknown, text)
        return Judgement(
            state=state_of(not complaints),
            expected=expected,
            actual=text,
            n=lowest.total,
            lacks_evidence=bool(unknown),
            message="; ".join(
                [f"{subject} {' and '.join(complaints or self._met(before))}", *filter(None, [unknown])]
            ),
            evidence=(EvidenceRef(path=untrusted_id(lowest.path)),),
        )

    def compares(self) -> bool:
        """Whether the rule asks for a largest drop."""
        return self.require.max_drop is not None

    def _before(self, facts: Facts) -> _Lowest | str:
        """The baseline's figure, or why there is none, as a sentence without its full stop."""
        if facts.baseline is None:
            return facts.no_baseline
        measure = self.where.measure
        lowest = _lowest(facts.baseline, measure)
        return lowest if lowest is not None else f"The baseline has no {measure.value} coverage"

    def _complaints(self, now: _Lowest, before: _Lowest | str | None) -> list[str]:
        bound, most = self.require.at_least, self.require.max_drop
        found = [f"is below {exact(bound)}"] if bound is not None and now.rate < bound else []
        if most is not None and isinstance(before, _Lowest) and _is_above(_drop(before, now), most):
            allowed = f"at most {exact(most)} is" if most else "no drop is"
            drop, was = figure(float(_drop(before, now)), [most]), figure(before.rate, [now.rate])
            found.append(f"is {drop} below the baseline's {was}; {allowed} allowed")
        return found

    def _met(self, before: _Lowest | str | None) -> list[str]:
        bound, most = self.require.at_least, self.require.max_drop
        met = [f"is at least {exact(bound)}"] if bound is not None else []
        if most is not None and isinstance(before, _Lowest):
            within = f", within {exact(most)}" if most else ""
            met.append(f"was {figure(before.rate)} in the baseline{within}")
        return met

    def _bounds(self, before: _Lowest | str | None) -> list[float]:
        bounds = [self.require.at_least] if self.require.at_least is not None else []
        return bounds + ([before.rate] if isinstance(before, _Lowest) else [])

    def _expected(self) -> str:
        bound, most, measure = self.require.at_least, self.require.max_drop, self.where.measure.value
        parts = [f"{measure} coverage ≥ {exact(bound)}"] if bound is not None else []
        parts += (
            [f"{measure} coverage at most {exact(most)} below the baseline's"] if most is not None else []
        )
        return ", ".join(parts)

    def scope(self) -> RuleScope:
        """One measure."""
        return RuleScope(measure=self.where.measure.value, compares=self.compares())

    def asks(self) -> str:
        """What the rule asks for."""
        bound, most = self.require.at_least, self.require.max_drop
        is_line = self.where.measure is CoverageMeasure.LINE
        demands = []
        if bound is not None or most is None:
            share = at_least_share(bound or 0.0, *(("line", "lines") if is_line else ("branch", "branches")))
            demands.append(f"{share} must be covered by tests, in each coverage file")
        if most is not None:
            points = (
                f"more than {per_cent(most)} of all {'lines' if is_line else 'branches'}"
                if most
                else "anything"
            )
            demands.append(
                f"{self.where.measure.value} coverage must not have lost {points} since the baseline"
            )
        return sentence(demands)

    def impossible(self) -> list[tuple[str, str]]:
        """A rule must ask for something."""
        bound, most = self.require.at_least, self.require.max_drop
        if bound is None and most is None:
            return [("require", "asks for nothing; give at_least or max_drop")]
        found = [("require.at_least", "0 asks for nothing")] if bound == 0 else []
        if most is not None and most >= 1:
            found.append(("require.max_drop", "1 would let all of it be lost"))
        return found


class _Lowest(Record, frozen=True, kw_only=True):
    """The coverage file with the lowest figure of a measure."""

    rate: float
    path: str
    covered: int
    total: int


def _lowest(evidence: Evidence, measure: CoverageMeasure) -> _Lowest | None:
    rates = [
        (rate, each.path, counts.covered, counts.total)
        for each in evidence.code_coverage
        if (counts := _counts(each, measure)) is not None and (rate := counts.rate) is not None
    ]
    if not rates:
        return None
    rate, path, covered, total = min(rates)
    return _Lowest(rate=rate, path=path, covered=covered, total=total)


def _drop(before: _Lowest, now: _Lowest) -> Fraction:
    """How much lower the covered share is; exact, so that 0.9 to 0.87 is a drop of 0.03 and no hair more."""
    from fractions import Fraction

    return Fraction(before.covered, before.total) - Fraction(now.covered, now.total)


def _is_above(drop: Fraction, most: float) -> bool:
    from fractions import Fraction

    return drop > Fraction(repr(most))


def _counts(coverage: CodeCoverage, measure: CoverageMeasure) -> CoverageCounts | None:
    return coverage.line if measure is CoverageMeasure.LINE else coverage.branch
