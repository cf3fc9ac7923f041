"""The checks ``eval_iterations`` and ``latest_iteration``: is the eval history there, and how did it end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.judgement import Judgement, not_evaluated, state_of
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import sentence
from tsr_agent.gate.wording import MAX_COUNT, counted, plain, whole
from tsr_agent.models.base import Record
from tsr_agent.models.decision import EvidenceRef
from tsr_agent.models.evals import IterationOutcome

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts


class EvalIterationsRequire(Record, frozen=True, kw_only=True):
    """How much history is asked for."""

    directions: ClassVar[Directions] = {"min_documented": Stricter.HIGHER}

    min_documented: Annotated[
        int,
        Meta(ge=1, le=MAX_COUNT, description="Fewest iterations that have a name and at least one metric."),
    ] = 1


class EvalIterationsRule(Rule, frozen=True, kw_only=True):
    """A rule on the number of documented eval iterations."""

    check: Annotated[Literal["eval_iterations"], Meta(description="Which check the rule makes.")]
    require: Annotated[EvalIterationsRequire, Meta(description="What must hold.")] = EvalIterationsRequire()

    def judge(self, facts: Facts) -> Judgement:
        """Counts distinct iteration numbers; an entry without name or metrics documents nothing."""
        evidence = facts.evidence
        least = self.require.min_documented
        expected = f"at least {counted(least, 'iteration')} documented"
        if not evidence.eval_iterations:
            return not_evaluated(expected, "No eval iteration is documented")
        numbers = {
            each.iteration for each in evidence.eval_iterations if each.version_name.strip() and each.metrics
        }
        count = len(numbers)
        verb = "is" if count == 1 else "are"
        message = f"{counted(count, 'eval iteration')} {verb} documented"
        return Judgement(
            state=state_of(count >= least),
            expected=expected,
            actual=whole(count),
            n=count,
            message=message if count >= least else f"Only {message}; at least {whole(least)} must be",
        )

    def asks(self) -> str:
        """What the rule asks for."""
        least = counted(self.require.min_documented, "eval iteration")
        return sentence([f"at least {least} must be documented, with a name and at least one metric"])


class LatestIterationRequire(Record, frozen=True, kw_only=True):
    """How it must have ended."""

    directions: ClassVar[Directions] = {"outcome": Stricter.UNCHANGED}

    outcome: Annotated[
        IterationOutcome,
        Meta(description="How the iteration with the highest number must have ended."),
    ] = IterationOutcome.PASSED


class LatestIterationRule(Rule, frozen=True, kw_only=True):
    """A rule on the outcome of the eval iteration with the highest number."""

    check: Annotated[Literal["latest_iteration"], Meta(description="Which check the rule makes.")]
    require: Annotated[LatestIterationRequire, Meta(description="What must hold.")] = LatestIterationRequire()

    def judge(self, facts: Facts) -> Judgement:
        """Judges by number, wherever the iteration is listed; of equal numbers the worst outcome counts."""
        evidence, wanted = facts.evidence, self.require.outcome
        expected = f"latest eval iteration {wanted.value}"
        latest = evidence.latest_iteration()
        if latest is None:
            return not_evaluated(expected, "No eval iteration is documented")
        outcomes = {
            each.outcome for each in evidence.eval_iterations if each.iteration == latest.iteration
        } - {wanted}
        outcome = min(outcomes, key=lambda each: each.value) if outcomes else wanted
        named = f"eval iteration {whole(latest.iteration)} ({plain(latest.version_name, 60)})"
        return Judgement(
            state=state_of(outcome is wanted),
            expected=expected,
            actual=outcome.value,
            message=f"The latest, {named}, is marked {outcome.value}",
            evidence=(EvidenceRef(iteration=latest.iteration),),
        )

    def asks(self) -> str:
        """What the rule asks for."""
        return sentence([f"the latest eval iteration must be marked {self.require.outcome.value}"])
