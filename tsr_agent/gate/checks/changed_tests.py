"""The check ``test_changes``: what became of the tests since the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.comparison.tests import TestChange, changes, fails
from tsr_agent.gate.checks.tests import counts_as_passed
from tsr_agent.gate.judgement import MAX_EVIDENCE, Judgement, not_evaluated, state_of
from tsr_agent.gate.policies.policy import AttemptsCount
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import at_most, sentence, series
from tsr_agent.gate.wording import counted, listed, untrusted_id, whole
from tsr_agent.models.base import Count, Record
from tsr_agent.models.decision import EvidenceRef, RuleScope
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tsr_agent.comparison.tests import TestChanges
    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.gate.facts import Facts
    from tsr_agent.models.results import TestTypeResult


class TestChangesScope(Record, frozen=True, kw_only=True):
    """Which tests."""

    __test__ = False

    type: Annotated[
        TestType | tuple[TestType, ...] | None,
        Meta(description="Which tests, by one type or several; all types of both reports if left out."),
    ] = None


class TestChangesRequire(Record, frozen=True, kw_only=True):
    """What may have become of them. A key that is left out asks for nothing."""

    __test__ = False
    directions: ClassVar[Directions] = {
        "max_newly_failing": Stricter.LOWER,
        "max_newly_skipped": Stricter.LOWER,
        "max_vanished": Stricter.LOWER,
        "max_newly_flaky": Stricter.LOWER,
        "attempts": Stricter.FIRST,
    }

    max_newly_failing: Annotated[
        Count | None,
        Meta(description="Most tests that may fail now and did not in the baseline, new ones included."),
    ] = None
    max_newly_skipped: Annotated[
        Count | None,
        Meta(
            description="Most tests that may be skipped, or expected to fail, now and were not in the "
            "baseline."
        ),
    ] = None
    max_vanished: Annotated[
        Count | None, Meta(description="Most tests of the baseline that may be gone.")
    ] = None
    max_newly_flaky: Annotated[
        Count | None,
        Meta(description="Most tests that may pass only after a failure now and did not in the baseline."),
    ] = None
    attempts: Annotated[
        AttemptsCount | None,
        Meta(
            description="What a test that passed only after a failure counts as; the policy's own "
            "flaky.attempts if left out."
        ),
    ] = None


class TestChangesRule(Rule, frozen=True, kw_only=True):
    """A rule on the tests of some types, held against the baseline's."""

    __test__ = False

    check: Annotated[Literal["test_changes"], Meta(description="Which check the rule makes.")]
    where: Annotated[TestChangesScope, Meta(description="What is looked at.")] = TestChangesScope()
    require: Annotated[TestChangesRequire, Meta(description="What must hold.")]

    def judge(self, facts: Facts) -> Judgement:
        """Compares test by test; a failure counts even where another type can't be compared."""
        expected = self._expected()
        if facts.baseline is None:
            return not_evaluated(expected, facts.no_baseline)
        old, new = self._in_scope(facts.baseline), self._in_scope(facts.evidence)
        found = changes(old, new)
        demands = tuple(self._demands(found))
        broken = [each for each in demands if len(each.tests) > each.most]
        gaps = list(self._gaps(old, new))
        if gaps and not broken:
            return not_evaluated(expected, "; ".join(gaps), _actual(demands))
        kinds = self._kinds()
        words = _words(kinds)
        compared = sum(each.total for each in new)
        return Judgement(
            state=state_of(not broken),
            expected=expected,
            actual=_actual(demands),
            n=compared,
            message="; ".join([*(each.complaint(words) for each in broken), *gaps])
            or f"{_actual(demands)} of {counted(compared, *words)}",
            remarks=_remarks(found, demands),
            evidence=_references([test for each in (broken or demands) for test in each.tests]),
            lacks_evidence=bool(gaps),
            failing_tests=_ids(broken) if broken and not gaps else None,
        )

    def asks(self) -> str:
        """What the rule asks for."""
        singular, plural = _words(self._kinds())
        demands = [
            f"{at_most(most, singular, plural)} may {kind.asked}"
            for kind, most in self._bounds()
            if most is not None
        ]
        demands[1:] = [f"{each[:1].lower()}{each[1:]}" for each in demands[1:]]
        milder = _COUNTS_AS.get(self.require.attempts or AttemptsCount.WORST)
        counts = [f"one that passes only after a failure counts as {milder}"] if milder else []
        kinds = list(dict.fromkeys(self._kinds() or ()))
        if len(kinds) > 1:
            names = series([_TYPE_WORDS.get(kind, kind.value) for kind in kinds])
            counts.append(f"only {names} tests are looked at")
        return sentence(demands or [f"{plural} must be reported"], counts)

    def compares(self) -> bool:
        """It always looks at a baseline."""
        return True

    def scope(self) -> RuleScope:
        """The tests of the types that the rule names."""
        return RuleScope(test_types=tuple(each.value for each in self._kinds() or ()), compares=True)

    def gives_way(self, parent: Rule) -> list[tuple[str, str, str]]:
        """A treatment of flaky cases that is left out is the strictest, so any other one asks for less."""
        if not isinstance(parent, TestChangesRule):
            return []
        was, now = (each.require.attempts or AttemptsCount.WORST for each in (parent, self))
        milder = list(AttemptsCount).index(now) > list(AttemptsCount).index(was)
        return [("require.attempts", was.value, now.value)] if milder else []

    def quarantined_types(self) -> tuple[TestType, ...]:
        """The types that the rule is about."""
        kinds = self._kinds()
        return tuple(TestType) if kinds is None else kinds

    def impossible(self) -> list[tuple[str, str]]:
        """A rule that asks nothing, or looks nowhere, is a mistake."""
        found = []
        if all(most is None for _, most in self._bounds()):
            keys = series([f"max_{each.key}" for each in _KINDS], "or")
            found.append(("require", f"asks for nothing; give {keys}"))
        if self.where.type == ():
            found.append(("where.type", "is empty; leave it out for all types"))
        return found

    def _kinds(self) -> tuple[TestType, ...] | None:
        """The types that the rule names; None where it means all."""
        return (self.where.type,) if isinstance(self.where.type, TestType) else self.where.type

    def _in_scope(self, evidence: Evidence) -> tuple[TestTypeResult, ...]:
        kinds = self._kinds()
        return tuple(each for each in evidence.test_results if kinds is None or each.test_type in kinds)

    def _bounds(self) -> Iterator[tuple[_Kind, int | None]]:
        require = self.require
        bounds = (
            require.max_newly_failing,
            require.max_newly_skipped,
            require.max_vanished,
            require.max_newly_flaky,
        )
        return zip(_KINDS, bounds, strict=True)

    def _demands(self, found: TestChanges) -> Iterator[_Demand]:
        tests = _by_kind(found, self.require.attempts or AttemptsCount.WORST)
        for kind, most in self._bounds():
            if most is not None:
                yield _Demand(kind=kind, most=most, tests=tests[kind.key])

    def _gaps(self, old: Sequence[TestTypeResult], new: Sequence[TestTypeResult]) -> Iterator[str]:
        """Why some of the tests can't be compared, or would pass because nothing ran."""
        kinds = self._kinds()
        if kinds is None and not any(each.total for each in old):
            yield "The baseline has no tests"
            return
        for kind in TestType if kinds is None else sorted(set(kinds), key=lambda each: each.value):
            before = [each for each in old if each.test_type is kind]
            after = [each for each in new if each.test_type is kind]
            name = _TYPE_WORDS.get(kind, kind.value)
            if not any(each.total for each in before) and kinds is not None:
                yield f"The baseline has no {name} tests"
            elif not after and before:
                yield f"No {name} tests were reported"
            elif any(map(_is_unlisted, before)):
                yield f"The baseline does not list its {name} tests one by one"
            elif any(map(_is_unlisted, after)):
                yield f"The report does not list its {name} tests one by one"
            elif after and self._asks_of_outcomes() and not any(map(_decisive, after)):
                yield f"No {name} test ran to a verdict"

    def _asks_of_outcomes(self) -> bool:
        return self.require.max_newly_failing is not None or self.require.max_newly_flaky is not None

    def _expected(self) -> str:
        parts = [f"{_bound(most)} {kind.words}" for kind, most in self._bounds() if most is not None]
        return ", ".join(parts)


_COUNTS_AS = {
    AttemptsCount.MAJORITY: "passed if most of its attempts passed",
    AttemptsCount.LAST: "passed",
}
_TYPE_WORDS = {TestType.E2E: "end-to-end", TestType.EVALS: "eval"}


class _Kind(Record, frozen=True, kw_only=True):
    """One way in which a test can have got worse."""

    key: str
    words: str
    """As in ``2 newly failing``."""
    asked: str
    """As in ``No test may …``."""
    one: str
    """As in ``1 test …``."""
    many: str


_KINDS = (
    _Kind(
        key="newly_failing",
        words="newly failing",
        asked="fail that did not fail in the baseline",
        one="fails now and did not in the baseline",
        many="fail now and did not in the baseline",
    ),
    _Kind(
        key="newly_skipped",
        words="newly skipped",
        asked="be skipped, or expected to fail, that ran in the baseline",
        one="ran in the baseline and is now skipped or expected to fail",
        many="ran in the baseline and are now skipped or expected to fail",
    ),
    _Kind(
        key="vanished",
        words="vanished",
        asked="be gone that the baseline has",
        one="of the baseline is gone",
        many="of the baseline are gone",
    ),
    _Kind(
        key="newly_flaky",
        words="newly flaky",
        asked="pass only after a failure that did not do so in the baseline",
        one="passes only after a failure and did not do so in the baseline",
        many="pass only after a failure and did not do so in the baseline",
    ),
)


class _Demand(Record, frozen=True, kw_only=True):
    """One bound and the tests that count towards it."""

    kind: _Kind
    most: int
    tests: tuple[TestChange, ...]

    def complaint(self, words: tuple[str, str]) -> str:
        """The sentence for more tests than may be."""
        number = len(self.tests)
        became = self.kind.one if number == 1 else self.kind.many
        allowed = "none may be" if self.most == 0 else f"at most {whole(self.most)} may be"
        names = listed([each.id for each in self.tests])
        return f"{counted(number, *words)} {became} ({names}); {allowed}"


def _by_kind(found: TestChanges, attempts: AttemptsCount) -> dict[str, tuple[TestChange, ...]]:
    """The tests of each kind. One that fails only at first counts as failing where the policy says so."""
    not_green = tuple(
        each
        for each in found.newly_flaky
        if each.new is not None
        and not (each.old is not None and fails(each.old))
        and not counts_as_passed(each.new, attempts)
    )
    # A test that is expected to fail can't tell a fault any more, just as one that is skipped.
    silenced = tuple(
        each
        for each in found.newly_xfailed
        if each.old is not None and each.old.status is not CaseStatus.SKIPPED
    )
    return {
        "newly_failing": found.newly_failing + not_green,
        "newly_skipped": found.newly_skipped + silenced,
        "vanished": found.vanished,
        "newly_flaky": found.newly_flaky,
    }


def _is_unlisted(result: TestTypeResult) -> bool:
    return result.total != len(result.test_cases)


def _decisive(result: TestTypeResult) -> bool:
    """Whether any case could have told a fault."""
    return any(each.status not in (CaseStatus.SKIPPED, CaseStatus.XFAILED) for each in result.test_cases)


def _words(kinds: tuple[TestType, ...] | None) -> tuple[str, str]:
    if kinds is None or len(set(kinds)) != 1:
        return "test", "tests"
    name = _TYPE_WORDS.get(kinds[0], kinds[0].value)
    return f"{name} test", f"{name} tests"


def _bound(most: int) -> str:
    return "no" if most == 0 else f"at most {whole(most)}"


def _actual(demands: Sequence[_Demand]) -> str:
    return ", ".join(f"{len(each.tests):,} {each.kind.words}" for each in demands)


def _remarks(found: TestChanges, demands: Sequence[_Demand]) -> tuple[str, ...]:
    """What else became of the tests, so that nothing that vanished goes unsaid."""
    asked = {each.kind.key for each in demands}
    tests = _by_kind(found, AttemptsCount.LAST)
    unasked = [
        f"{counted(len(tests[kind.key]), 'test')} {kind.one if len(tests[kind.key]) == 1 else kind.many}"
        for kind in _KINDS
        if kind.key not in asked and tests[kind.key]
    ]
    good = [
        f"{counted(len(each), 'test')} {'is' if len(each) == 1 else 'are'} {word}"
        for each, word in ((found.fixed, "mended"), (found.new, "new"))
        if each
    ]
    return tuple(f"{each}; no bound is set" for each in unasked) + tuple(good)


def _references(tests: Sequence[TestChange]) -> tuple[EvidenceRef, ...]:
    places = sorted({(each.test_type.value, each.id) for each in tests})[:MAX_EVIDENCE]
    return tuple(EvidenceRef(test_type=kind, test_id=untrusted_id(test_id)) for kind, test_id in places)


def _ids(broken: Sequence[_Demand]) -> tuple[str, ...]:
    return tuple(sorted({test.id for each in broken for test in each.tests}))
