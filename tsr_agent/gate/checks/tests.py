"""The check ``tests``: the cases of one test type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from tsr_agent.gate.checks.zero_failures import zero_failures
from tsr_agent.gate.judgement import MAX_EVIDENCE, Judgement, not_evaluated, state_of
from tsr_agent.gate.policies.policy import AttemptsCount
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import at_most, per_cent, sentence
from tsr_agent.gate.verification import NOT_PASSED
from tsr_agent.gate.wording import counted, exact, figure, untrusted_id, whole
from tsr_agent.models.base import Count, Record, Share
from tsr_agent.models.decision import EvidenceRef, RuleScope
from tsr_agent.models.results import CaseStatus, TestCase, TestType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.gate.facts import Facts
    from tsr_agent.models.results import TestTypeResult


_KIND_WORDS = {TestType.E2E: "end-to-end", TestType.EVALS: "eval"}


_MILDER = {
    AttemptsCount.MAJORITY: "passed if most of its attempts passed",
    AttemptsCount.LAST: "passed",
}
"""What a flaky case counts as, but for the strictest treatment."""


class TestsScope(Record, frozen=True, kw_only=True):
    """Which tests."""

    __test__ = False

    type: Annotated[TestType, Meta(description="Which tests, by their type.")]


class TestsRequire(Record, frozen=True, kw_only=True):
    """What is asked of them. A key that is left out asks for nothing, but see ``failed`` and ``errors``."""

    __test__ = False
    directions: ClassVar[Directions] = {
        "failed": Stricter.LOWER,
        "errors": Stricter.LOWER,
        "max_failure_rate": Stricter.LOWER,
        "min_executed": Stricter.HIGHER,
        "max_skipped_ratio": Stricter.LOWER,
        "attempts": Stricter.FIRST,
        "max_flaky": Stricter.LOWER,
    }

    failed: Annotated[
        Count | None,
        Meta(
            description="Most cases that may fail, be flaky or pass unexpectedly. Given alone, it allows "
            "no errors."
        ),
    ] = None
    errors: Annotated[
        Count | None,
        Meta(
            description="Most cases that may break outside their assertions. Given alone, it allows no "
            "failures."
        ),
    ] = None
    max_failure_rate: Annotated[
        Share | None,
        Meta(description="Largest share of the executed cases that may not pass, whatever the reason."),
    ] = None
    min_executed: Annotated[Count, Meta(description="Fewest cases that must run to an outcome.")] = 1
    max_skipped_ratio: Annotated[
        Share | None, Meta(description="Largest share of all cases that may be skipped.")
    ] = None
    attempts: Annotated[
        AttemptsCount | None,
        Meta(
            description="What a case counts as that passed only after a failure. worst: not passed. "
            "majority: passed if most of its attempts passed. last: passed. Left out, the policy's "
            "flaky.attempts."
        ),
    ] = None
    max_flaky: Annotated[
        Count | None,
        Meta(description="Most cases that may pass only after a failure, whatever they count as."),
    ] = None


class TestsRule(Rule, frozen=True, kw_only=True):
    """A rule on the tests of one type."""

    __test__ = False

    check: Annotated[Literal["tests"], Meta(description="Which check the rule makes.")]
    where: Annotated[TestsScope, Meta(description="What is looked at.")]
    require: Annotated[TestsRequire, Meta(description="What must hold.")]

    def judge(self, facts: Facts) -> Judgement:
        """Counts what did not pass; a type that is absent or ran nothing decisive is not evaluated."""
        evidence = facts.evidence
        results = evidence.results_of(self.where.type)
        kind, expected = _kind(self.where.type), _expected(self.require)
        if not results:
            return not_evaluated(expected, f"No {kind} tests were reported")
        tally = _Tally.of(results, self.require)
        if tally.decisive == 0:
            return not_evaluated(expected, _nothing_ran(kind, tally), f"0 of {whole(tally.total)} executed")
        complaints = _complaints(kind, tally, self.require)
        not_passed = _not_passed(evidence, results, tally, self.require)
        return Judgement(
            state=state_of(not complaints),
            expected=expected,
            actual=_actual(tally),
            n=tally.executed,
            message="; ".join(complaints) or f"{_passed(kind, tally)}",
            remarks=_remarks(self.where.type, tally),
            evidence=_references(self.where.type, not_passed),
            failing_tests=_nameable(tally, not_passed, self.require) if complaints else None,
        )

    def scope(self) -> RuleScope:
        """The tests of one type."""
        return RuleScope(test_types=(self.where.type.value,))

    def asks(self) -> str:
        """What the rule asks for."""
        kind, require = _kind(self.where.type), self.require
        demands = _outcome_clauses(f"{kind} test", require)
        least = require.min_executed
        conditions = [f"at least {whole(least) if demands else counted(least, f'{kind} test')} must run"]
        if require.max_skipped_ratio is not None:
            conditions.append(f"at most {per_cent(require.max_skipped_ratio)} may be skipped")
        if require.max_flaky is not None:
            most = f"at most {whole(require.max_flaky)}" if require.max_flaky else "none"
            conditions.append(f"{most} may pass only after a failure")
        if require.attempts in _MILDER:
            conditions.append(f"one that passes only after a failure counts as {_MILDER[require.attempts]}")
        return sentence(demands, conditions)

    def gives_way(self, parent: Rule) -> list[tuple[str, str, str]]:
        """What is left out here and yet asks for something: 0 of the other kind, the strictest treatment."""
        if not isinstance(parent, TestsRule):
            return []
        found = []
        was, now = _attempts(parent.require), _attempts(self.require)
        if list(AttemptsCount).index(now) > list(AttemptsCount).index(was):
            found.append(("require.attempts", was.value, now.value))
        if not _counts_matter(parent.require):
            return found
        counts = (
            ("require.failed", parent.require.failed or 0, self.require.failed or 0),
            ("require.errors", parent.require.errors or 0, self.require.errors or 0),
        )
        return found + [(key, whole(was), whole(now)) for key, was, now in counts if now > was]

    def quarantined_types(self) -> tuple[TestType, ...]:
        """The type that the rule is about."""
        return (self.where.type,)

    def impossible(self) -> list[tuple[str, str]]:
        """A rule that asks nothing of the outcomes, or accepts that nothing runs, is a mistake."""
        require, found = self.require, []
        if require.failed is None and require.errors is None and require.max_failure_rate is None:
            found.append(("require", "asks for nothing; give failed, errors or max_failure_rate"))
        if require.min_executed == 0:
            found.append(("require.min_executed", "0 would let a run of no tests pass; at least 1"))
        if require.max_failure_rate is not None and require.max_failure_rate >= 1:
            found.append(("require.max_failure_rate", "1 would let a run pass in which every test failed"))
        return found


def counting(rule: Rule, attempts: AttemptsCount) -> Rule:
    """The rule with the policy's treatment of flaky cases, where its check has one and it names none."""
    require = getattr(rule, "require", None)
    if not isinstance(require, msgspec.Struct) or getattr(require, "attempts", attempts) is not None:
        return rule
    return msgspec.structs.replace(rule, require=msgspec.structs.replace(require, attempts=attempts))


def _outcome_clauses(tests: str, require: TestsRequire) -> list[str]:
    """What is asked of the outcomes; ``tests`` names one test, such as ``unit test``."""
    clauses = []
    if _counts_matter(require):
        failed, errors = require.failed or 0, require.errors or 0
        if failed == errors == 0:
            clauses.append(f"Every {tests} must pass")
        else:
            clauses.append(f"{at_most(failed, tests)} may fail")
            broken = f"at most {whole(errors)}" if errors else "none"
            clauses.append(f"{broken} may end in an error")
    if require.max_failure_rate is not None:
        share = per_cent(require.max_failure_rate)
        whom = "those that run" if clauses else f"the {tests}s that run"
        clauses.append(f"at most {share} of {whom} may fail or end in an error")
    return clauses


def _kind(test_type: TestType) -> str:
    """The type as it stands before the word test."""
    return _KIND_WORDS[test_type] if test_type in _KIND_WORDS else str(test_type.value)


class _Tally(Record, frozen=True, kw_only=True):
    """Counts of one type, summed in case a report lists it twice."""

    total: int
    passed: int
    failed: int
    errors: int
    skipped: int
    xfailed: int
    xpassed: int
    flaky: int
    """All that passed only after a failure."""
    unforgiven: int = 0
    """Those of them that count as not passed."""

    @classmethod
    def of(cls, results: Sequence[TestTypeResult], require: TestsRequire) -> _Tally:
        names = [name for name in cls.__struct_fields__ if name != "unforgiven"]
        counts = {name: sum(getattr(each, name) for each in results) for name in names}
        # A case that is not listed can't be forgiven: nothing tells what its attempts were.
        unforgiven = sum(max(0, each.flaky - _forgiven(each, _attempts(require))) for each in results)
        return cls(**counts, unforgiven=unforgiven)

    @property
    def executed(self) -> int:
        # Not total - skipped: a total that contradicts its parts must not add executed cases.
        return self.passed + self.failed + self.errors + self.xfailed + self.xpassed

    @property
    def decisive(self) -> int:
        """Cases that could have told a fault: a failure that was expected can't."""
        return self.executed - self.xfailed

    @property
    def not_passed(self) -> int:
        return self.failed + self.errors + self.unforgiven + self.xpassed


def _complaints(kind: str, tally: _Tally, require: TestsRequire) -> list[str]:
    found = []
    if _counts_matter(require) and _too_many(tally, require):
        bound = (require.failed or 0) + (require.errors or 0)
        allowed = "none may" if bound == 0 else f"at most {_expected_counts(require)} may"
        found.append(
            f"{whole(tally.not_passed)} of {counted(tally.executed, f'{kind} test')} did not pass "
            f"({_reasons(tally)}); {allowed}"
        )
    rate, most = tally.not_passed / tally.executed, require.max_failure_rate
    if most is not None and rate > most:
        found.append(
            f"Failure rate {figure(rate, [most])} of {counted(tally.executed, f'{kind} test')} "
            f"is above {exact(most)} ({_reasons(tally)})"
        )
    if tally.executed < require.min_executed:
        found.append(
            f"Only {counted(tally.executed, f'{kind} test')} ran; at least {whole(require.min_executed)} must"
        )
    skipped, most = tally.skipped / (tally.executed + tally.skipped), require.max_skipped_ratio
    if _too_flaky(tally, require):
        most_flaky = f"at most {whole(require.max_flaky or 0)} may" if require.max_flaky else "none may"
        found.append(
            f"{whole(tally.flaky)} of {counted(tally.executed, f'{kind} test')} passed only after a failure; "
            f"{most_flaky}"
        )
    if most is not None and skipped > most:
        found.append(
            f"Skipped share {figure(skipped, [most])} of "
            f"{counted(tally.executed + tally.skipped, f'{kind} test')} is above {exact(most)}"
        )
    return found


def _too_flaky(tally: _Tally, require: TestsRequire) -> bool:
    return require.max_flaky is not None and tally.flaky > require.max_flaky


def _counts_matter(require: TestsRequire) -> bool:
    return require.failed is not None or require.errors is not None


def _too_many(tally: _Tally, require: TestsRequire) -> bool:
    failed = tally.failed + tally.unforgiven + tally.xpassed
    return failed > (require.failed or 0) or tally.errors > (require.errors or 0)


def _reasons(tally: _Tally) -> str:
    named = (
        (tally.failed, "failed"),
        (tally.errors, "error" if tally.errors == 1 else "errors"),
        (tally.unforgiven, "flaky"),
        (tally.xpassed, "passed unexpectedly"),
    )
    return ", ".join(f"{whole(number)} {word}" for number, word in named if number)


def _passed(kind: str, tally: _Tally) -> str:
    ran = counted(tally.executed, f"{kind} test")
    skipped = f"; {whole(tally.skipped)} skipped" if tally.skipped else ""
    if tally.not_passed:
        return (
            f"{whole(tally.not_passed)} of {ran} did not pass ({_reasons(tally)}), within the bound{skipped}"
        )
    expected_failures = f" ({whole(tally.xfailed)} failed as expected)" if tally.xfailed else ""
    flaky = f", {whole(tally.flaky)} of them only after a failure" if tally.flaky else ""
    return f"{ran} ran, none failed{flaky}{expected_failures}{skipped}"


def _nothing_ran(kind: str, tally: _Tally) -> str:
    if tally.total == 0 and tally.skipped == 0 and tally.xfailed == 0:
        return f"No {kind} test ran: the suite is empty"
    expected = f", {whole(tally.xfailed)} failed as expected" if tally.xfailed else ""
    return f"No {kind} test ran to a verdict: {whole(tally.skipped)} skipped{expected}"


def _actual(tally: _Tally) -> str:
    reasons = _reasons(tally) or "0 failed"
    skipped = f", {whole(tally.skipped)} skipped" if tally.skipped else ""
    return f"{reasons} of {whole(tally.executed)} executed{skipped}"


def _remarks(kind: TestType, tally: _Tally) -> tuple[str, ...]:
    """What an eval suite without a failure does not show; other tests are no sample of anything."""
    failures = tally.not_passed + tally.flaky + tally.xfailed
    if kind is not TestType.EVALS or failures or not tally.passed:
        return ()
    return (
        zero_failures(f"No failure in {counted(tally.passed, 'eval test')}", "failure rate", tally.passed),
    )


def _expected_counts(require: TestsRequire) -> str:
    return f"{whole(require.failed or 0)} failed, {counted(require.errors or 0, 'error')}"


def _expected(require: TestsRequire) -> str:
    parts = [_expected_counts(require)] if _counts_matter(require) else []
    if require.max_failure_rate is not None:
        parts.append(f"failure rate ≤ {exact(require.max_failure_rate)}")
    parts.append(f"at least {whole(require.min_executed)} executed")
    if require.max_skipped_ratio is not None:
        parts.append(f"skipped share ≤ {exact(require.max_skipped_ratio)}")
    if require.max_flaky is not None:
        parts.append(f"at most {whole(require.max_flaky)} flaky")
    if require.attempts in _MILDER:
        which = "the last" if require.attempts is AttemptsCount.LAST else "most"
        parts.append(f"flaky ones by {which} of their attempts")
    return ", ".join(parts)


def _attempts(require: TestsRequire) -> AttemptsCount:
    """The treatment of flaky cases; a rule that was given none takes the strictest."""
    return require.attempts if require.attempts is not None else AttemptsCount.WORST


def _forgiven(result: TestTypeResult, attempts: AttemptsCount) -> int:
    """How many of the flaky cases count as passed."""
    if attempts is AttemptsCount.LAST:
        return result.flaky
    if attempts is AttemptsCount.WORST:
        return 0
    return sum(1 for case in result.test_cases if case.flaky and _mostly_passed(case))


def _mostly_passed(case: TestCase) -> bool:
    """Whether more of its attempts passed than did not; one that was skipped says neither."""
    ran = [each.status for each in case.attempts if each.status is not CaseStatus.SKIPPED]
    return ran.count(CaseStatus.PASSED) * 2 > len(ran)


def counts_as_passed(case: TestCase, attempts: AttemptsCount) -> bool:
    """Whether a case that passed only after a failure is taken for passed."""
    return attempts is AttemptsCount.LAST or (attempts is AttemptsCount.MAJORITY and _mostly_passed(case))


def _not_passed(
    evidence: Evidence, results: Sequence[TestTypeResult], tally: _Tally, require: TestsRequire
) -> list[TestCase]:
    """The cases that speak against the release, flaky ones included where there are too many of them."""
    attempts, too_flaky = _attempts(require), _too_flaky(tally, require)
    return [
        case
        for result in results
        for case in evidence.cases.doubtful(result)
        if case.status in NOT_PASSED or too_flaky or not counts_as_passed(case, attempts)
    ]


def _references(kind: TestType, not_passed: Sequence[TestCase]) -> tuple[EvidenceRef, ...]:
    ids = sorted(case.id for case in not_passed)[:MAX_EVIDENCE]
    return tuple(EvidenceRef(test_type=kind.value, test_id=untrusted_id(test_id)) for test_id in ids)


def _nameable(tally: _Tally, not_passed: Sequence[TestCase], require: TestsRequire) -> tuple[str, ...] | None:
    """The ids to blame, if every case that did not pass has one and nothing else is wrong."""
    too_few = tally.executed < require.min_executed
    most = require.max_skipped_ratio
    too_many_skipped = most is not None and tally.skipped / (tally.executed + tally.skipped) > most
    blamed = tally.not_passed + (tally.flaky - tally.unforgiven if _too_flaky(tally, require) else 0)
    if too_few or too_many_skipped or len(not_passed) != blamed:
        return None
    return tuple(sorted({case.id for case in not_passed}))
