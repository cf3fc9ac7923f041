"""What a policy would have decided about every report on record, and which past decisions would flip."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tsr_agent.errors import DocumentError, IntegrityError
from tsr_agent.gate.baseline import JudgedReport
from tsr_agent.gate.evaluate import decide
from tsr_agent.gate.evidence import of_document
from tsr_agent.models.base import Record
from tsr_agent.models.decision import (
    Decision,
    GoNoGoDecision,
    PolicyReference,
    RuleEffect,
    RuleResult,
    RuleSeverity,
    RuleState,
)
from tsr_agent.store.history import Place, baseline_for
from tsr_agent.store.records import EVERYTHING, Recorded, Records, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.rule import Rule
    from tsr_agent.store.engine import Library
    from tsr_agent.store.records import Span

NEWEST = 20
"""Flips that are kept one by one, unless all are asked for."""
MAX_NAMED = 1_000
"""Reports that could not be judged and are kept by name; all of them are counted."""

MAX_REMEMBERED = 64
MAX_REMEMBERED_BYTES = 256 * 1024
"""Reports that are kept for the ones that are compared with them, and the largest that is."""

APPROVAL = "(approval)"
"""Stands for the approval that a release needs, where that decides. No rule can have this id."""
NOTHING_JUDGED = "(no rule was judged)"
"""Stands for the want of any rule that decides, where that decides."""

_RANK = (GoNoGoDecision.GO, GoNoGoDecision.PENDING_REVIEW, GoNoGoDecision.NO_GO)
_EFFECTS = {
    RuleSeverity.BLOCK: RuleEffect.BLOCKS,
    RuleSeverity.REVIEW: RuleEffect.NEEDS_REVIEW,
}


class Deciding(Record, frozen=True, kw_only=True):
    """One rule that makes a decision flip, in the words of the decision that is the stricter one."""

    id: str
    expected: str = ""
    actual: str = ""


class Flip(Record, frozen=True, kw_only=True):
    """One past decision that the policy would turn."""

    report_id: str
    created_at: datetime
    """When the report was made, in UTC."""
    environment: str
    branch: str
    was: GoNoGoDecision
    would_be: GoNoGoDecision
    rules: tuple[Deciding, ...]
    """For a stricter verdict the rules that ask for it, for a milder one those that were in its way."""


class Turn(Record, frozen=True, kw_only=True):
    """How many decisions flip in one way."""

    was: GoNoGoDecision
    would_be: GoNoGoDecision
    count: int


class RuleFlips(Record, frozen=True, kw_only=True):
    """What one rule does to past decisions."""

    id: str
    flips: int
    """That it decides, perhaps beside others."""
    alone: int
    """Of these, how many it decides by itself."""
    first: datetime
    last: datetime
    """When the first and the last of these reports were made, in UTC."""


class NotJudged(Record, frozen=True, kw_only=True):
    """A report that was left out."""

    report_id: str
    reason: str


class Backtest(Record, frozen=True, kw_only=True):
    """What came of judging the reports on record by a policy."""

    policy: PolicyReference
    waivers_digest: str | None
    """None where verdicts without waivers are compared."""
    as_dated: bool
    """False where every rule counts as in force, whatever its ``effective_on`` says."""
    reports: int
    """That were asked for."""
    judged: int
    first: datetime | None = None
    last: datetime | None = None
    """When the first and the last report that was judged were made, in UTC; None where none was judged."""
    flipped: int = 0
    turns: tuple[Turn, ...] = ()
    rules: tuple[RuleFlips, ...] = ()
    """Those that decide most first."""
    flips: tuple[Flip, ...] = ()
    """The newest first; not more than were asked for."""
    undecided: int = 0
    """Reports without a decision on record: there is nothing to compare with."""
    undecided_reports: tuple[str, ...] = ()
    """The first 1,000 of them."""
    damaged: int = 0
    """Reports that can't be shown to be what was filed, or whose baseline can't."""
    damaged_reports: tuple[NotJudged, ...] = ()
    """The first 1,000 of them."""
    complete: bool = True
    """False where it was stopped before the last report."""


@dataclass(frozen=True, kw_only=True)
class BacktestRequest:
    """What is judged by what.

    Attributes:
        policy: Takes the place of the policy of every decision on record.
        waivers: Compares verdicts with waivers, these in place of the ones on record; None compares the
            verdicts without any.
        span: Which reports.
        as_dated: Take each rule's ``effective_on`` as it is; else every rule counts as in force.
        flips: Most flips to keep one by one, the newest; None keeps all.
    """

    policy: Policy
    waivers: Waivers | None = None
    span: Span = EVERYTHING
    as_dated: bool = False
    flips: int | None = NEWEST


def backtest(
    library: Library,
    request: BacktestRequest,
    *,
    started: Callable[[int], object] = lambda _: None,
    done: Callable[[], object] = lambda: None,
    stop: Callable[[], bool] = lambda: False,
) -> Backtest:
    """Judges the reports on record again, each at the moment of its decision and with its baseline of then.

    The library is only read. No document is held longer than it is judged.

    Args:
        library: Open, perhaps for reading only.
        request: What is judged by what.
        started: Told how many reports there are.
        done: Called after each.
        stop: Asked before each; what was judged so far is the answer then.

    Raises:
        StoreError: The library can't be read.
    """
    records = Records(library, request.span)
    expected = len(records)
    started(expected)
    tally = _Tally(kept=deque(maxlen=request.flips))
    judge = _Judge(library, request)
    complete = True
    for recorded in records:
        if stop():
            complete = False
            break
        judge.look(recorded, tally)
        done()
    return tally.result(request, max(expected, tally.seen), complete=complete)


def in_force(policy: Policy) -> Policy:
    """The policy as if every rule's ``effective_on`` had come."""

    def undated(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(replace(rule, effective_on=None) for rule in rules)

    everywhere = {name: undated(rules) for name, rules in policy.environment_rules.items()}
    return replace(policy, rules=undated(policy.rules), environment_rules=everywhere)


class _Judge:
    """Holds one report after the other against the policy."""

    def __init__(self, library: Library, request: BacktestRequest) -> None:
        self._library = library
        self._policy = request.policy if request.as_dated else in_force(request.policy)
        self._waivers = request.waivers
        self._recent: OrderedDict[str, Recorded] = OrderedDict()

    def look(self, recorded: Recorded | Unreadable, tally: _Tally) -> None:
        """Judges a report and counts what came of it."""
        if isinstance(recorded, Unreadable):
            tally.add_damaged(recorded.report_id, recorded.reason)
            return
        old = recorded.decision
        if old is None:
            tally.add_undecided(recorded.report.id)
            return
        try:
            new = self._decide(recorded, old)
        except (IntegrityError, DocumentError) as error:
            tally.add_damaged(recorded.report.id, error.message)
            return
        tally.add(recorded, self._flip(recorded, old, new))
        self._remember(recorded)

    def _remember(self, recorded: Recorded) -> None:
        """Keeps the last few small reports: one of them is nearly always the next one's baseline."""
        if not self._policy.compares or recorded.size > MAX_REMEMBERED_BYTES:
            return
        self._recent[recorded.report.id] = recorded
        if len(self._recent) > MAX_REMEMBERED:
            self._recent.popitem(last=False)

    def _decide(self, recorded: Recorded, old: Decision) -> Decision:
        report, moment = recorded.report, old.evaluated_at.astimezone(UTC)
        judged = JudgedReport(
            evidence=of_document(report),
            environment=old.environment,
            created_at=report.created_at,
            digest=recorded.digest,
            moment=moment,
        )
        place = Place.of(report, old.environment)
        baseline = baseline_for(self._library, self._policy, place, moment, self._recent)
        return decide(judged, self._policy, self._waivers, baseline)

    def _flip(self, recorded: Recorded, old: Decision, new: Decision) -> Flip | None:
        waived = self._waivers is not None
        was = old.decision if waived else old.decision_without_waivers
        would_be = new.decision if waived else new.decision_without_waivers
        if was is would_be:
            return None
        stricter, verdict = (new, would_be) if _RANK.index(would_be) > _RANK.index(was) else (old, was)
        return Flip(
            report_id=recorded.report.id,
            created_at=recorded.report.created_at.astimezone(UTC),
            environment=old.environment,
            branch=recorded.report.versions.codebase_branch,
            was=was,
            would_be=would_be,
            rules=deciding_rules(stricter, verdict, waived=waived),
        )


def deciding_rules(decision: Decision, verdict: GoNoGoDecision, *, waived: bool) -> tuple[Deciding, ...]:
    """The rules that make a decision not milder than a verdict, which is its own with or without waivers."""
    wanted = RuleEffect.BLOCKS if verdict is GoNoGoDecision.NO_GO else RuleEffect.NEEDS_REVIEW
    found = [
        Deciding(id=each.id, expected=each.expected, actual=each.actual)
        for each in decision.rules
        if (each.effect if waived else _unwaived(each, decision)) is wanted
    ]
    if wanted is RuleEffect.NEEDS_REVIEW and decision.manual_approval_required:
        found.append(Deciding(id=APPROVAL))
    return tuple(found) or (Deciding(id=NOTHING_JUDGED),)


def _unwaived(result: RuleResult, decision: Decision) -> RuleEffect:
    """What a rule's result did to the verdict without waivers."""
    if result.state is not RuleState.WAIVED:
        return result.effect
    if result.effective_on is not None and decision.evaluated_at.date() < result.effective_on:
        return RuleEffect.WARNS
    return _EFFECTS.get(result.severity, RuleEffect.WARNS)


@dataclass
class _RuleCount:
    first: datetime
    last: datetime
    flips: int = 0
    alone: int = 0


@dataclass
class _Tally:
    """What was found so far."""

    kept: deque[Flip]
    judged: int = 0
    flipped: int = 0
    first: datetime | None = None
    last: datetime | None = None
    turns: Counter[tuple[GoNoGoDecision, GoNoGoDecision]] = field(default_factory=Counter)
    rules: dict[str, _RuleCount] = field(default_factory=dict)
    undecided: int = 0
    undecided_reports: list[str] = field(default_factory=list)
    damaged: int = 0
    damaged_reports: list[NotJudged] = field(default_factory=list)

    @property
    def seen(self) -> int:
        return self.judged + self.undecided + self.damaged

    def add_undecided(self, report_id: str) -> None:
        self.undecided += 1
        if len(self.undecided_reports) < MAX_NAMED:
            self.undecided_reports.append(report_id)

    def add_damaged(self, report_id: str, reason: str) -> None:
        self.damaged += 1
        if len(self.damaged_reports) < MAX_NAMED:
            self.damaged_reports.append(NotJudged(report_id=report_id, reason=reason))

    def add(self, recorded: Recorded, flip: Flip | None) -> None:
        made = recorded.report.created_at.astimezone(UTC)
        self.judged += 1
        self.first, self.last = self.first or made, made
        if flip is None:
            return
        self.flipped += 1
        self.turns[flip.was, flip.would_be] += 1
        self.kept.append(flip)
        for rule in flip.rules:
            count = self.rules.setdefault(rule.id, _RuleCount(made, made))
            count.last = made
            count.flips += 1
            count.alone += len(flip.rules) == 1

    def result(self, request: BacktestRequest, reports: int, *, complete: bool) -> Backtest:
        """What was found, in an order that depends on nothing but the library and the policy."""
        turns = sorted(self.turns.items(), key=lambda turn: tuple(map(_RANK.index, turn[0])))
        rules = sorted(self.rules.items(), key=lambda each: (-each[1].flips, each[0]))
        return Backtest(
            policy=request.policy.reference,
            waivers_digest=request.waivers.digest if request.waivers is not None else None,
            as_dated=request.as_dated,
            reports=reports,
            judged=self.judged,
            first=self.first,
            last=self.last,
            flipped=self.flipped,
            turns=tuple(Turn(was=was, would_be=would, count=count) for (was, would), count in turns),
            rules=tuple(
                RuleFlips(id=name, flips=each.flips, alone=each.alone, first=each.first, last=each.last)
                for name, each in rules
            ),
            flips=tuple(reversed(self.kept)),
            undecided=self.undecided,
            undecided_reports=tuple(self.undecided_reports),
            damaged=self.damaged,
            damaged_reports=tuple(self.damaged_reports),
            complete=complete,
        )
