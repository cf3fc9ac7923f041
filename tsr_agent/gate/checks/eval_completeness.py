"""The check ``eval_completeness``: how much of the latest eval iteration was really scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.judgement import Judgement, not_evaluated, state_of
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import at_least_share, sentence
from tsr_agent.gate.wording import counted, exact, figure, plain, whole
from tsr_agent.models.base import Record
from tsr_agent.models.decision import EvidenceRef

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts
    from tsr_agent.models.evals import EvalIterationSummary, MetricValue

METRIC = "completeness"
"""The metric that says it: the share of the samples that were run and scored without an error."""


class EvalCompletenessRequire(Record, frozen=True, kw_only=True):
    """How much is asked for."""

    directions: ClassVar[Directions] = {"at_least": Stricter.HIGHER}

    at_least: Annotated[
        float, Meta(gt=0, le=1, description="Smallest share of the samples that must be scored.")
    ] = 1.0


class EvalCompletenessRule(Rule, frozen=True, kw_only=True):
    """A rule on the share of the samples that were scored."""

    check: Annotated[Literal["eval_completeness"], Meta(description="Which check the rule makes.")]
    require: Annotated[EvalCompletenessRequire, Meta(description="What must hold.")] = (
        EvalCompletenessRequire()
    )

    def judge(self, facts: Facts) -> Judgement:
        """Judges the lower of what the latest iteration states and what its listed cases show.

        An accuracy over the samples that did not break says nothing of those that did. An iteration
        that neither states its completeness nor lists cases is not evaluated.
        """
        evidence = facts.evidence
        bound = self.require.at_least
        expected = f"completeness ≥ {exact(bound)}"
        latest = evidence.latest_iteration()
        if latest is None:
            return not_evaluated(expected, "No eval iteration is documented")
        shares = [each for each in (_stated(latest), _listed(latest)) if each is not None]
        if not shares:
            return not_evaluated(
                expected, f"{_named(latest)} does not say how many of its samples were scored"
            )
        share, n, fault = min(shares, key=lambda each: each[0])
        samples = f" of {counted(n, 'sample')}" if n is not None else ""
        actual = figure(share, [bound])
        verb = "is at least" if share >= bound else "is below"
        return Judgement(
            state=state_of(share >= bound),
            expected=expected,
            actual=fault or actual,
            n=n,
            message=f"{_named(latest)}: "
            + (fault or f"completeness {actual}{samples} {verb} {exact(bound)}"),
            evidence=(EvidenceRef(iteration=latest.iteration, metric=METRIC),),
        )

    def asks(self) -> str:
        """What the rule asks for."""
        place = " of the latest eval iteration"
        share = at_least_share(self.require.at_least, f"sample{place}", f"samples{place}")
        return sentence([f"{share} must be scored"])


def _stated(latest: EvalIterationSummary) -> tuple[float, int | None, str] | None:
    """Share, number of samples and what is wrong with them, as the iteration states it."""
    if METRIC not in latest.metrics:
        return None
    found = latest.metric(METRIC)
    if found is None:
        return -1.0, None, "completeness is not a finite number"
    fault = _fault(found)
    return (-1.0 if fault else found.value), found.n, fault


def _fault(found: MetricValue) -> str:
    if found.n == 0:
        return "no sample was scored"
    if not 0 <= found.value <= 1:
        return f"completeness {figure(found.value, [0.0, 1.0])} is outside the scale 0 to 1"
    is_share = found.minimum in (None, 0) and found.maximum in (None, 1) and found.unit in ("", "share")
    if not is_share or found.lower_is_better:
        return "completeness is stated on another scale than 0 to 1"
    return ""


def _listed(latest: EvalIterationSummary) -> tuple[float, int | None, str] | None:
    """The same as its listed cases show: one that broke, or has neither result nor score, was not scored."""
    if not latest.cases:
        return None
    scored = sum(1 for each in latest.cases if each.passed is not None or (each.scores and not each.error))
    return scored / len(latest.cases), len(latest.cases), ""


def _named(iteration: EvalIterationSummary) -> str:
    return f"Iteration {whole(iteration.iteration)} ({plain(iteration.version_name, 60)})"
