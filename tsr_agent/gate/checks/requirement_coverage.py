"""The check ``requirement_coverage``: the share of requirements that tests bear out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.judgement import MAX_EVIDENCE, Judgement, not_evaluated, state_of
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import at_least_share, sentence
from tsr_agent.gate.wording import counted, exact, figure, listed, plain, whole
from tsr_agent.models.base import Count, Record, Share
from tsr_agent.models.decision import EvidenceRef

if TYPE_CHECKING:
    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.gate.facts import Facts


class RequirementCoverageRequire(Record, frozen=True, kw_only=True):
    """What is asked of the requirements."""

    directions: ClassVar[Directions] = {"verified": Stricter.HIGHER, "max_unknown_ids": Stricter.LOWER}

    verified: Annotated[
        Share | None,
        Meta(description="Smallest share that must be verified by tests that ran and passed at once."),
    ] = None
    max_unknown_ids: Annotated[
        Count | None,
        Meta(description="Most requirement ids that tests name and no requirements file has."),
    ] = None


class RequirementCoverageRule(Rule, frozen=True, kw_only=True):
    """A rule on requirements."""

    check: Annotated[Literal["requirement_coverage"], Meta(description="Which check the rule makes.")]
    require: Annotated[RequirementCoverageRequire, Meta(description="What must hold.")]

    def judge(self, facts: Facts) -> Judgement:
        """Counts a requirement as verified only if the cases of the report bear it out."""
        evidence = facts.evidence
        requirements, expected = evidence.requirement_coverage, self._expected()
        if not requirements:
            return not_evaluated(expected, "No requirements were reported")
        unverified = evidence.unverified
        total, bound = len(requirements), self.require.verified
        share = (total - len(unverified)) / total
        text = figure(share, [bound] if bound is not None else [])
        complaints = []
        if bound is not None and share < bound:
            complaints.append(
                f"Verified share {text} of {counted(total, 'requirement')} is below {exact(bound)}; "
                f"not verified: {listed(unverified)}"
            )
        complaints += self._unknown(evidence)
        return Judgement(
            state=state_of(not complaints),
            expected=expected,
            actual=text,
            n=total,
            message="; ".join(complaints)
            or f"{whole(total - len(unverified))} of {counted(total, 'requirement')} verified",
            evidence=tuple(EvidenceRef(requirement_id=plain(name)) for name in unverified[:MAX_EVIDENCE]),
        )

    def asks(self) -> str:
        """What the rule asks for."""
        demands = []
        if self.require.verified is not None:
            share = at_least_share(self.require.verified, "requirement", "requirements")
            demands.append(f"{share} must be verified by tests that ran and passed at once")
        most = self.require.max_unknown_ids
        if most is not None:
            ids = "no requirement id" if most == 0 else f"at most {counted(most, 'requirement id')}"
            demands.append(f"tests may name {ids} that no requirements file has")
        return sentence(demands or ["requirements must be reported"])

    def impossible(self) -> list[tuple[str, str]]:
        """A rule must ask for something."""
        if self.require.verified is None and self.require.max_unknown_ids is None:
            return [("require", "asks for nothing; give verified or max_unknown_ids")]
        if self.require.verified is not None and self.require.verified <= 0:
            return [("require.verified", "0 asks for nothing")]
        return []

    def _unknown(self, evidence: Evidence) -> list[str]:
        names = sorted({each.requirement_id for each in evidence.unknown_requirements})
        most = self.require.max_unknown_ids
        if most is None or len(names) <= most:
            return []
        return [f"Tests name {counted(len(names), 'unknown requirement')}: {listed(names)}"]

    def _expected(self) -> str:
        parts = []
        if self.require.verified is not None:
            parts.append(f"verified share ≥ {exact(self.require.verified)}")
        if self.require.max_unknown_ids is not None:
            parts.append(f"unknown ids ≤ {whole(self.require.max_unknown_ids)}")
        return ", ".join(parts)
