"""The check ``code_coverage``: covered share of lines or branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.judgement import Judgement, not_evaluated, state_of
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import at_least_share, sentence
from tsr_agent.gate.strictness import Directions, Stricter
from tsr_agent.gate.wording import counted, exact, figure, untrusted_id
from tsr_agent.models.base import Record, Share
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts, CoverageMeasure
from tsr_agent.models.decision import EvidenceRef

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts


class CodeCoverageScope(Record, frozen=True, kw_only=True):
    """Which figure; line and branch coverage are never mixed."""

    measure: Annotated[CoverageMeasure, Meta(description="line or branch; they are never mixed.")] = (
        CoverageMeasure.LINE
    )


class CodeCoverageRequire(Record, frozen=True, kw_only=True):
    """What is asked of it."""

    directions: ClassVar[Directions] = {"at_least": Stricter.HIGHER}

    at_least: Annotated[
        Share | None,
        Meta(description="Smallest share covered, such as 0.8; each coverage file must reach it."),
    ] = None


class CodeCoverageRule(Rule, frozen=True, kw_only=True):
    """A rule on code coverage."""

    check: Annotated[Literal["code_coverage"], Meta(description="Which check the rule makes.")]
    where: Annotated[CodeCoverageScope, Meta(description="What is looked at.")] = CodeCoverageScope()
    require: Annotated[CodeCoverageRequire, Meta(description="What must hold.")]

    def judge(self, facts: Facts) -> Judgement:
        """Judges the lowest of the coverage files that have the measure: each has to reach the bound."""
        evidence = facts.evidence
        measure, bound = self.where.measure, self.require.at_least or 0.0
        expected = f"{measure.value} coverage ≥ {exact(bound)}"
        rates = [
            (rate, each.path, counts.total)
            for each in evidence.code_coverage
            if (counts := _counts(each, measure)) is not None and (rate := counts.rate) is not None
        ]
        if not rates:
            return not_evaluated(expected, f"No {measure.value} coverage was reported")
        rate, path, total = min(rates)
        text = figure(rate, [bound])
        units = counted(total, measure.value, "lines" if measure is CoverageMeasure.LINE else "branches")
        verb = "is below" if rate < bound else "is at least"
        return Judgement(
            state=state_of(rate >= bound),
            expected=expected,
            actual=text,
            n=total,
            message=f"{measure.value.capitalize()} coverage {text} of {units} {verb} {exact(bound)}",
            evidence=(EvidenceRef(path=untrusted_id(path)),),
        )

    def asks(self) -> str:
        """What the rule asks for."""
        is_line = self.where.measure is CoverageMeasure.LINE
        units = ("line", "lines") if is_line else ("branch", "branches")
        share = at_least_share(self.require.at_least or 0.0, *units)
        return sentence([f"{share} must be covered by tests, in each coverage file"])

    def impossible(self) -> list[tuple[str, str]]:
        """A rule must ask for something."""
        if self.require.at_least is None:
            return [("require", "asks for nothing; give at_least")]
        return [] if self.require.at_least > 0 else [("require.at_least", "0 asks for nothing")]


def _counts(coverage: CodeCoverage, measure: CoverageMeasure) -> CoverageCounts | None:
    return coverage.line if measure is CoverageMeasure.LINE else coverage.branch
