"""What a policy would have decided: which past decisions flip, and which rules decide that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import text, update

from tests.factories.comparing_policies import comparing
from tests.factories.generated_reports import WORSENINGS, Dice, consistent_report, dice
from tests.factories.judged_reports import iteration, passing, releasable
from tests.factories.reports import NOON, manifest
from tests.factories.tampering import drop_guard
from tsr_agent.backtest import (
    APPROVAL,
    NOTHING_JUDGED,
    Backtest,
    BacktestRequest,
    backtest,
    deciding_rules,
    in_force,
)
from tsr_agent.errors import TsrError
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.exceptions.waivers import parse_waivers
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalTerms
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.evals import MetricValue
from tsr_agent.models.results import TestType
from tsr_agent.store import records
from tsr_agent.store.engine import open_library
from tsr_agent.store.filing import file_report
from tsr_agent.store.history import Place, baseline_for
from tsr_agent.store.records import Recorded, Records, Span
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import metadata

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library

GO, NO_GO, PENDING = GoNoGoDecision.GO, GoNoGoDecision.NO_GO, GoNoGoDecision.PENDING_REVIEW
DAY = timedelta(days=1)


def accuracy(value: float) -> dict[str, Any]:
    metrics = {"accuracy": MetricValue(value=value, n=250), "grounding_score": MetricValue(value=0.95, n=250)}
    return {"eval_iterations": (iteration(1, metrics=metrics),)}


def made(name: str, day: int = 0, **changed: Any) -> TestSummaryReport:
    changed.setdefault("versions", manifest())
    return releasable(id=name, created_at=NOON + day * DAY, **changed)


def file(
    library: Library, report: TestSummaryReport, policy: Policy | None = None, waivers: Any = None
) -> None:
    file_report(
        ReportRepository(library),
        codec.encode(report),
        policy or ai_release(),
        waivers,
        None,
        report.created_at,
    )


def policy_of(*rules: str, **more: Any) -> Policy:
    lines = ["version: 1", "name: tried", *(f"{key}: {value}" for key, value in more.items()), "rules:"]
    return parse_policy("\n".join([*lines, *(f"  - {rule}" for rule in rules)]).encode(), "policy.yaml")


def accuracy_of(bound: float, more: str = "") -> str:
    return (
        "{id: accuracy, check: eval_metric, where: {metric: accuracy}, "
        f"require: {{at_least: {bound}}}{more}}}"
    )


UNIT = "{id: unit-tests, check: tests, where: {type: unit}, require: {failed: 0}}"


def tried(library: Library, policy: Policy, **options: Any) -> Backtest:
    return backtest(library, BacktestRequest(policy=policy, **options))


def test_an_empty_library_has_nothing_to_judge(library: Library) -> None:
    found = tried(library, ai_release())
    assert (found.reports, found.judged, found.flipped, found.first, found.complete) == (0, 0, 0, None, True)


def test_the_policy_of_the_time_turns_nothing(library: Library) -> None:
    for day, value in enumerate((0.9, 0.8, 0.95)):
        file(library, made(f"r{day}", day, **accuracy(value)))
    found = tried(library, ai_release())
    assert (found.judged, found.flipped, found.turns, found.rules, found.flips) == (3, 0, (), (), ())
    assert (found.first, found.last) == (NOON, NOON + 2 * DAY)


def test_a_stricter_bound_turns_what_lies_between(library: Library) -> None:
    for day, value in enumerate((0.9, 0.86, 0.8, 0.95, 0.87)):
        file(library, made(f"r{day}", day, **accuracy(value)), policy_of(accuracy_of(0.85)))
    found = tried(library, policy_of(accuracy_of(0.88)))
    assert [(each.report_id, each.was, each.would_be) for each in found.flips] == [
        ("r4", GO, NO_GO),
        ("r1", GO, NO_GO),
    ]
    assert [(turn.was, turn.would_be, turn.count) for turn in found.turns] == [(GO, NO_GO, 2)]
    (rule,) = found.rules
    assert (rule.id, rule.flips, rule.alone) == ("accuracy", 2, 2)
    assert (rule.first, rule.last) == (NOON + DAY, NOON + 4 * DAY)
    (deciding,) = found.flips[0].rules
    assert (deciding.id, deciding.actual) == ("accuracy", "0.87")
    assert "0.88" in deciding.expected
    assert (found.flips[0].environment, found.flips[0].branch) == ("staging", "main")


def test_a_milder_bound_names_the_rule_that_was_in_the_way(library: Library) -> None:
    file(library, made("r", **accuracy(0.8)), policy_of(accuracy_of(0.85)))
    (flip,) = tried(library, policy_of(accuracy_of(0.7))).flips
    assert (flip.was, flip.would_be) == (NO_GO, GO)
    assert [(each.id, each.actual) for each in flip.rules] == [("accuracy", "0.8")]
    assert "0.85" in flip.rules[0].expected


def test_two_rules_that_decide_together_decide_nothing_alone(library: Library) -> None:
    file(library, made("both", 0, **accuracy(0.8)), policy_of(UNIT))
    bad = passing(TestType.SECURITY, 1)
    file(
        library,
        made("one", 1, test_results=(bad,), requirement_coverage=(), **accuracy(0.9)),
        policy_of("{id: security, check: tests, where: {type: security}, require: {failed: 0}}"),
    )
    stricter = policy_of(
        accuracy_of(0.85),
        "{id: e2e, check: tests, where: {type: e2e}, require: {failed: 0}}",
        on_missing="fail",
    )
    found = tried(library, stricter)
    assert [(each.id, each.flips, each.alone) for each in found.rules] == [("e2e", 2, 1), ("accuracy", 1, 0)]


def test_every_rule_counts_as_in_force_unless_dates_are_asked_for(library: Library) -> None:
    file(library, made("r", **accuracy(0.8)), policy_of(UNIT))
    later = policy_of(UNIT, accuracy_of(0.85, ", effective_on: 2099-01-01"))
    assert tried(library, later).flipped == 1
    assert tried(library, later, as_dated=True).flipped == 0
    past = policy_of(UNIT, accuracy_of(0.85, f", effective_on: {NOON.date()}"))
    assert tried(library, past, as_dated=True).flipped == 1


def test_rules_of_an_environment_count_as_in_force_too() -> None:
    rule = accuracy_of(0.85, ", effective_on: 2099-01-01, environments: {staging: {severity: review}}")
    policy = in_force(policy_of(UNIT, rule))
    assert {each.effective_on for each in (*policy.rules, *policy.rules_for("staging"))} == {None}


WAIVER = """
version: 1
waivers:
  - {id: W-1, rule: accuracy, scope: {branch: main}, reason: known, ticket: T-1, owner: ana, approved_by: ben,
     expires: 2026-04-01}
"""


def test_verdicts_are_compared_with_waivers_or_without(library: Library) -> None:
    waivers = parse_waivers(WAIVER.encode(), "waivers.yaml")
    file(library, made("r", **accuracy(0.8)), policy_of(accuracy_of(0.85)), waivers)
    assert tried(library, policy_of(accuracy_of(0.85))).flipped == 0  # NO-GO without waivers, then and now
    assert tried(library, policy_of(accuracy_of(0.85)), waivers=waivers).flipped == 0  # GO with them
    none = parse_waivers(b"version: 1\nwaivers: []\n", "none.yaml")
    (flip,) = tried(library, policy_of(accuracy_of(0.85)), waivers=none).flips
    assert (flip.was, flip.would_be, [each.id for each in flip.rules]) == (GO, NO_GO, ["accuracy"])
    # Without waivers a milder policy turns it, and what was waived is what stood in the way.
    (flip,) = tried(library, policy_of(accuracy_of(0.7))).flips
    assert (flip.was, flip.would_be, [each.id for each in flip.rules]) == (NO_GO, GO, ["accuracy"])


def test_waivers_hold_as_of_the_moment_of_the_decision(library: Library) -> None:
    waivers = parse_waivers(WAIVER.encode(), "waivers.yaml")
    for day in (0, 40):  # the waiver ends in between
        file(library, made(f"r{day}", day, **accuracy(0.8)), policy_of(accuracy_of(0.85)))
    (flip,) = tried(library, policy_of(accuracy_of(0.85)), waivers=waivers).flips
    assert (flip.report_id, flip.was, flip.would_be) == ("r0", NO_GO, GO)


def test_an_approval_that_is_needed_is_named(library: Library) -> None:
    file(library, made("r"))
    asked = replace(ai_release(), approvals={"staging": ApprovalTerms(reason="people look")})
    (flip,) = tried(library, asked).flips
    assert (flip.was, flip.would_be, [each.id for each in flip.rules]) == (GO, PENDING, [APPROVAL])


def test_so_is_the_want_of_any_rule_that_was_judged(library: Library) -> None:
    file(library, made("r"))
    e2e = (
        "{id: e2e, check: tests, where: {type: e2e}, require: {failed: 0}, "
        "on_missing: {ignore: there are none}}"
    )
    (flip,) = tried(library, policy_of(e2e)).flips
    assert (flip.would_be, [each.id for each in flip.rules]) == (PENDING, [NOTHING_JUDGED])


def test_each_is_compared_with_its_own_baseline_of_then(library: Library) -> None:
    sizes = (3, 5, 4, 4, 6)
    for day, size in enumerate(sizes):
        results = (
            passing(TestType.UNIT, size),
            passing(TestType.SECURITY, 4),
            passing(TestType.PERFORMANCE, 3),
        )
        file(library, made(f"r{day}", day, test_results=results, requirement_coverage=()), policy_of(UNIT))
    comparing_only = comparing()
    comparing_only = replace(comparing_only, rules=comparing_only.rules[-1:])
    found = tried(library, comparing_only)
    # The first has none to compare with, which fails here; the third has fewer tests than the second.
    assert [(each.report_id, each.would_be) for each in found.flips] == [("r2", NO_GO), ("r0", NO_GO)]


def test_reports_without_a_decision_are_counted_and_named(library: Library) -> None:
    file(library, made("judged", 0))
    ReportRepository(library).add(codec.encode(made("bare", 1)), None, received_at=NOON)
    found = tried(library, ai_release())
    assert (found.reports, found.judged, found.undecided, found.undecided_reports) == (2, 1, 1, ("bare",))


def damage(connection: Connection, table: str) -> None:
    """Writes zeros over a document about the report r1."""
    drop_guard(connection, table, "update")
    connection.execute(update(metadata.tables[table]).values(body=bytes(9)).where(text("report_id = 'r1'")))


@pytest.mark.parametrize("table", ["report_documents", "decisions"])
def test_damaged_reports_are_counted_and_named_and_judge_nothing(library: Library, table: str) -> None:
    for day in range(3):
        file(library, made(f"r{day}", day, **accuracy(0.8)), policy_of(UNIT))
    with library.write() as connection:
        damage(connection, table)
    found = tried(library, ai_release())
    assert (found.reports, found.judged, found.damaged) == (3, 2, 1)
    assert [each.report_id for each in found.damaged_reports] == ["r1"]
    assert "altered or damaged" in found.damaged_reports[0].reason
    assert [each.report_id for each in found.flips] == ["r2", "r0"]


def test_a_verdict_of_the_list_that_was_written_over_is_damage(library: Library) -> None:
    file(library, made("r"))
    with library.write() as connection:
        connection.exec_driver_sql("UPDATE test_summary_reports SET go_no_go_decision = 'no_go'")
    found = tried(library, ai_release())
    assert (found.judged, found.damaged) == (0, 1)


def test_a_damaged_baseline_leaves_its_report_out(library: Library) -> None:
    for day in range(3):
        file(library, made(f"r{day}", day))
    with library.write() as connection:
        damage(connection, "report_documents")
    found = tried(library, comparing())
    assert [each.report_id for each in found.damaged_reports] == ["r1", "r2"]
    assert "report r1" in found.damaged_reports[1].reason


def test_it_is_read_only(sqlite_library: Library) -> None:
    file(sqlite_library, made("r"))
    sqlite_library.close()
    before = sqlite_library.path.read_bytes()
    with open_library(sqlite_library.path, read_only=True) as opened:
        assert tried(opened, comparing()).judged == 1
    assert sqlite_library.path.read_bytes() == before


def test_it_stops_when_asked_and_keeps_what_it_has(library: Library) -> None:
    for day in range(5):
        file(library, made(f"r{day}", day))
    asked, seen, expected = iter((False, False, True)), [], []
    found = backtest(
        library,
        BacktestRequest(policy=ai_release()),
        started=expected.append,
        done=lambda: seen.append(1),
        stop=lambda: next(asked),
    )
    assert (found.reports, found.judged, found.complete) == (5, 2, False)
    assert (expected, len(seen)) == ([5], 2)


SPANS: list[tuple[Span, list[int]]] = [
    (Span(), [0, 1, 2, 3, 4, 5]),
    (Span(last=2), [4, 5]),
    (Span(last=6), [0, 1, 2, 3, 4, 5]),
    (Span(last=9), [0, 1, 2, 3, 4, 5]),
    (Span(since=NOON + 3 * DAY), [3, 4, 5]),
    (Span(since=NOON + 3 * DAY + timedelta(microseconds=1)), [4, 5]),
    (Span(since=NOON + 3 * DAY, last=2), [4, 5]),
    (Span(since=NOON + 4 * DAY, last=3), [4, 5]),
    (Span(since=datetime(2099, 1, 1, tzinfo=UTC)), []),
    (Span(environment=" PRODUCTION\u200b"), [1, 3, 5]),
    (Span(environment="production", last=2), [3, 5]),
    (Span(environment="production", since=NOON + 2 * DAY), [3, 5]),
    (Span(environment="elsewhere"), []),
    (Span(environment="elsewhere", last=1), []),
]


@pytest.mark.parametrize("page", [1, 2, 6, 200])
def test_spans(library: Library, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    monkeypatch.setattr(records, "PAGE", page)
    for day in range(6):
        file(library, made(f"r{day}", day, environment=("staging", "Production")[day % 2]))
    for span, days in SPANS:
        walk = Records(library, span)
        found = [each.report.id for each in walk if isinstance(each, Recorded)]
        assert (found, len(walk)) == ([f"r{day}" for day in days], len(days)), span


def test_pages_are_cut_where_documents_are_large(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_PAGE_BYTES", 1)
    for day in range(4):
        file(library, made(f"r{day % 2}{day}", day // 2))  # also reports of one moment
    assert tried(library, ai_release()).judged == 4


def test_only_the_newest_flips_are_kept_unless_all_are_asked_for(library: Library) -> None:
    for day in range(25):
        file(library, made(f"r{day:02}", day, **accuracy(0.8)), policy_of(UNIT))
    found = tried(library, policy_of(accuracy_of(0.9)))
    assert (found.flipped, len(found.flips), found.flips[0].report_id, found.flips[-1].report_id) == (
        25,
        20,
        "r24",
        "r05",
    )
    assert len(tried(library, policy_of(accuracy_of(0.9)), flips=None).flips) == 25


def test_the_same_backtest_gives_the_same_bytes(library: Library) -> None:
    for day in range(6):
        file(library, made(f"r{day}", day, **accuracy(0.8 + day / 50)), policy_of(UNIT))
    one, other = (codec.encode(tried(library, ai_release())) for _ in range(2))
    assert one == other


def test_a_decision_that_rules_warned_of_is_not_theirs_without_waivers() -> None:
    rule = accuracy_of(0.85, ", effective_on: 2099-01-01")
    decision = evaluate(made("r", **accuracy(0.8)), policy_of(UNIT, rule), None, None, NOON)
    assert [each.id for each in deciding_rules(decision, NO_GO, waived=False)] == [NOTHING_JUDGED]
    assert decision.rules[-1].effective_on == date(2099, 1, 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)
@given(dice, st.lists(st.tuples(st.sampled_from(WORSENINGS), st.booleans()), min_size=1, max_size=6))
def test_each_is_judged_as_evaluate_would(empty_library: Path, roll: Dice, steps: list[Any]) -> None:
    """The quick way over the library against the gate's own, report by report."""
    path = empty_library.with_name("generated.db")
    path.write_bytes(empty_library.read_bytes())
    policy = comparing()
    with open_library(path) as library:
        repository, filed = ReportRepository(library), []
        for number, (worsen, bad) in enumerate(steps):
            report = consistent_report(roll)
            report = replace(
                worsen(report, roll) if bad else report,
                id=f"r{number}",
                created_at=NOON + number * DAY,
                versions=manifest(),
            )
            try:
                file_report(repository, codec.encode(report), ai_release(), None, None, report.created_at)
            except (TypeError, ValueError, TsrError):  # what no library holds is no past decision
                continue
            filed.append(report)
        found = backtest(library, BacktestRequest(policy=policy, flips=None))
        expected = {}
        for report in filed:
            was = repository.decision(report.id)
            assert was is not None
            baseline = baseline_for(library, policy, Place.of(report), was.evaluated_at)
            would = evaluate(report, policy, None, baseline, was.evaluated_at)
            if would.decision_without_waivers is not was.decision_without_waivers:
                expected[report.id] = would.decision_without_waivers
        assert {each.report_id: each.would_be for each in found.flips} == expected
        assert found.judged == len(filed)
