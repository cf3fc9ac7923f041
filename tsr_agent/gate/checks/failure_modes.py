"""The check ``failure_modes``: known ways of misbehaving that are not fixed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.checks.zero_failures import zero_failures
from tsr_agent.gate.judgement import MAX_EVIDENCE, Judgement, not_evaluated, state_of
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import at_most, sentence, series
from tsr_agent.gate.wording import counted, listed, plain, whole
from tsr_agent.models.base import Count, Record
from tsr_agent.models.decision import EvidenceRef, RuleScope
from tsr_agent.models.evals import ResolutionStatus, Severity

if TYPE_CHECKING:
    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.gate.facts import Facts
    from tsr_agent.models.evals import EvalIterationSummary, FailureMode

UNRESOLVED = (ResolutionStatus.OPEN, ResolutionStatus.WONT_FIX, ResolutionStatus.ACCEPTED_RISK)
"""Everything but fixed: that somebody accepts a risk is not in the report's power to say."""


_STATUS_WORDS = {
    ResolutionStatus.OPEN: "open",
    ResolutionStatus.WONT_FIX: "left unfixed on purpose",
    ResolutionStatus.ACCEPTED_RISK: "accepted as a risk",
    ResolutionStatus.FIXED: "fixed",
}


class FailureModesScope(Record, frozen=True, kw_only=True):
    """Which failure modes count."""

    severity: Annotated[
        tuple[Severity, ...], Meta(description="Severities that count; all of them if left out.")
    ] = tuple(Severity)
    status: Annotated[
        tuple[ResolutionStatus, ...],
        Meta(description="States that count: open, wont_fix and accepted_risk if left out."),
    ] = UNRESOLVED


class FailureModesRequire(Record, frozen=True, kw_only=True):
    """How many may be left."""

    directions: ClassVar[Directions] = {"max_count": Stricter.LOWER}

    max_count: Annotated[Count, Meta(description="Most failure modes that may be left.")] = 0


class FailureModesRule(Rule, frozen=True, kw_only=True):
    """A rule on the failure modes of all iterations, not of the latest alone."""

    check: Annotated[Literal["failure_modes"], Meta(description="Which check the rule makes.")]
    where: Annotated[FailureModesScope, Meta(description="What is looked at.")] = FailureModesScope()
    require: Annotated[FailureModesRequire, Meta(description="What must hold.")] = FailureModesRequire()

    def judge(self, facts: Facts) -> Judgement:
        """Counts distinct ids that have a severity and a status in scope, in whichever iteration.

        An id that one iteration lists several times counts as often.
        """
        evidence = facts.evidence
        most = self.require.max_count
        what = _in_words(self.where)
        expected = f"{'no' if most == 0 else f'at most {whole(most)}'} {what} failure mode"
        if not evidence.eval_iterations:
            return not_evaluated(expected, "Failure modes are unknown: no eval iteration is documented")
        found: dict[str, int] = {}
        times: Counter[str] = Counter()
        for iteration in evidence.eval_iterations:
            listed_here = [mode.id for mode in iteration.failure_modes if self._counts(mode)]
            found |= {name: max(iteration.iteration, found.get(name, 0)) for name in listed_here}
            # Two of one id in one iteration are two: else one id could stand for any number of them.
            times |= Counter(listed_here)
        names = sorted(times.elements())
        iterations = counted(len({each.iteration for each in evidence.eval_iterations}), "iteration")
        message = f"{counted(len(names), f'{what} failure mode')} in {iterations}"
        if names:
            message += f": {listed(names)}"
        return Judgement(
            state=state_of(len(names) <= most),
            expected=expected,
            actual=whole(len(names)),
            n=sum(len(each.failure_modes) for each in evidence.eval_iterations),
            message=message,
            remarks=() if names else self._remarks(evidence),
            evidence=tuple(
                EvidenceRef(failure_mode=plain(name), iteration=found[name])
                for name in sorted(found)[:MAX_EVIDENCE]
            ),
        )

    def _counts(self, mode: FailureMode) -> bool:
        return mode.severity in self.where.severity and mode.resolution_status in self.where.status

    def _remarks(self, evidence: Evidence) -> tuple[str, ...]:
        """What it does not show that none was found; fixed ones alone are no failures to look for."""
        latest = evidence.latest_iteration()
        if latest is None or ResolutionStatus.OPEN not in self.where.status:
            return ()
        n = _cases(latest)
        if n == 0:
            return ("In how many cases none was found is not stated",)
        cases = f"{counted(n, 'case')} of the latest iteration"
        return (zero_failures(f"No {_in_words(self.where)} failure mode in the {cases}", "rate", n),)

    def scope(self) -> RuleScope:
        """Failure modes of some severities in some states."""
        return RuleScope(
            severities=tuple(each.value for each in self.where.severity),
            statuses=tuple(each.value for each in self.where.status),
        )

    def asks(self) -> str:
        """What the rule asks for."""
        severities = set(self.where.severity)
        named = [each.value for each in Severity if each in severities]
        kind = "" if severities == set(Severity) or not named else f"{series(named, 'or')} "
        modes = at_most(self.require.max_count, f"{kind}failure mode")
        statuses = [words for each, words in _STATUS_WORDS.items() if each in self.where.status]
        if len(statuses) in (0, len(_STATUS_WORDS)):
            statuses = ["on record"]
        return sentence([f"{modes} may be {series(statuses, 'or')}"], ["all eval iterations count"])

    def impossible(self) -> list[tuple[str, str]]:
        """An empty list would match nothing and always pass."""
        lists = (("where.severity", self.where.severity), ("where.status", self.where.status))
        return [(path, "is empty; it would match nothing") for path, values in lists if not values]


def _cases(latest: EvalIterationSummary) -> int:
    """How many cases an iteration looked at: the largest number behind a metric, else those it lists."""
    stated = (latest.metric(name) for name in latest.metrics)
    return max((each.n or 0 for each in stated if each is not None), default=0) or len(latest.cases)


def _in_words(scope: FailureModesScope) -> str:
    severities = [] if set(scope.severity) == set(Severity) else [each.value for each in scope.severity]
    if set(scope.status) == set(UNRESOLVED):
        statuses = ["unresolved"]
    else:
        statuses = [each.value.replace("_", " ") for each in scope.status]
    return " ".join(filter(None, ("/".join(statuses), "/".join(severities))))
