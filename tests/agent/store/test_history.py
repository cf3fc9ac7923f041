"""The baseline that the library gives: the newest that was released, as it stood at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from tests.factories.comparing_policies import comparing
from tests.factories.filed_reports import put_approval
from tests.factories.judged_reports import releasable
from tests.factories.library_rows import header_row, put_rows
from tests.factories.reports import NOON, iteration, manifest
from tests.factories.tampering import drop_guard
from tsr_agent.errors import IntegrityError
from tsr_agent.gate.approvals import basis_digest
from tsr_agent.gate.baseline import SameAs
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms
from tsr_agent.models.decision import BaselineSelect, GoNoGoDecision, RuleState
from tsr_agent.models.manifest import BuildContext, PullRequest
from tsr_agent.store import history
from tsr_agent.store.database import open_database
from tsr_agent.store.engine import open_library
from tsr_agent.store.filing import file_report
from tsr_agent.store.history import MAX_ROWS, Place, baseline_for, earlier_statement
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import approvals, metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from tsr_agent.gate.baseline import Baseline
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library

DAY = timedelta(days=1)
NOW = NOON + 100 * DAY


def made(name: str, day: int = 0, *, go: bool = True, **changed: Any) -> TestSummaryReport:
    """A report of a day, which the built-in policy releases or not."""
    changed.setdefault("versions", manifest())
    if not go:
        changed["eval_iterations"] = (iteration(1, metrics={"accuracy": 0.1, "grounding_score": 0.95}),)
    return releasable(id=name, created_at=NOON + day * DAY, **changed)


def file(repository: ReportRepository, report: TestSummaryReport, moment: datetime | None = None) -> None:
    """Filed at the moment it was made, unless another is given."""
    file_report(repository, codec.encode(report), ai_release(), None, None, moment or report.created_at)


def found(
    library: Library,
    judged: TestSummaryReport,
    moment: datetime = NOW,
    released_by: Collection[str] | None = None,
    **selection: Any,
) -> Baseline | None:
    policy = comparing(**selection)
    return baseline_for(library, policy, Place.of(judged), moment, released_by=released_by)


def found_id(library: Library, judged: TestSummaryReport, moment: datetime = NOW, **selection: Any) -> str:
    baseline = found(library, judged, moment, **selection)
    return "" if baseline is None else baseline.report.id


@pytest.fixture
def filled(repository: ReportRepository) -> Library:
    """Released on days 1 and 2, refused on day 3, and the judged one, released, on day 5."""
    for report in (made("one", 1), made("two", 2), made("three", 3, go=False), made("judged", 5)):
        file(repository, report)
    return repository.library


JUDGED = made("judged", 5)


def test_the_newest_that_was_released_is_the_baseline(filled: Library) -> None:
    baseline = found(filled, JUDGED)
    assert baseline is not None
    assert (baseline.report, baseline.select) == (made("two", 2), BaselineSelect.LAST_APPROVED)
    assert baseline.digest == codec.digest(codec.encode(made("two", 2)))


def test_the_previous_one_may_be_refused(filled: Library) -> None:
    baseline = found(filled, JUDGED, select=BaselineSelect.PREVIOUS)
    assert baseline is not None
    assert (baseline.report.id, baseline.select) == ("three", BaselineSelect.PREVIOUS)


def test_one_that_is_handed_in_is_not_looked_for(filled: Library) -> None:
    assert found(filled, JUDGED, select=BaselineSelect.GIVEN) is None


def test_a_policy_that_compares_nothing_gets_none(filled: Library) -> None:
    assert baseline_for(filled, ai_release(), Place.of(JUDGED), NOW) is None


def test_only_what_was_made_before_counts(filled: Library) -> None:
    assert found_id(filled, made("two", 2)) == "one"
    assert found_id(filled, made("one", 1)) == ""
    assert found_id(filled, made("other", 2)) == "one"  # of equal times the lesser id comes before
    assert found_id(filled, made("zwei", 2)) == "two"
    assert found_id(filled, made("old", -40_000)) == ""


def test_what_was_decided_later_does_not_count(repository: ReportRepository) -> None:
    file(repository, made("one", 1))
    file(repository, made("late", 2), NOON + 9 * DAY)
    assert found_id(repository.library, JUDGED, NOON + 9 * DAY) == "late"
    assert found_id(repository.library, JUDGED, NOON + 9 * DAY - timedelta(microseconds=1)) == "one"


def test_a_decision_that_was_superseded_counts_as_long_as_it_stood(repository: ReportRepository) -> None:
    report = made("one", 1)
    document = codec.encode(report)
    file(repository, report)
    refused = evaluate(
        report,
        replace(ai_release(), digest="e" * 64),
        None,
        None,
        NOON + 4 * DAY,
        report_digest=codec.digest(document),
    )
    refused = replace(refused, decision=GoNoGoDecision.NO_GO)
    repository.add(document, refused, supersede=True, received_at=NOON + 4 * DAY)
    assert found_id(repository.library, JUDGED, NOON + 3 * DAY) == "one"
    assert found_id(repository.library, JUDGED, NOON + 4 * DAY) == ""


def test_a_report_without_a_decision_was_not_released(repository: ReportRepository) -> None:
    claims = made("one", 1, go_no_go_decision=GoNoGoDecision.GO)
    repository.add(codec.encode(claims), None, received_at=NOON)
    assert found_id(repository.library, JUDGED) == ""
    assert found_id(repository.library, JUDGED, select=BaselineSelect.PREVIOUS) == "one"


OTHERS: list[tuple[dict[str, Any], SameAs]] = [
    ({"environment": "production"}, SameAs.ENVIRONMENT),
    ({"versions": manifest(codebase_branch="other")}, SameAs.BRANCH),
    ({"versions": manifest(codebase_repo="https://forge.example/acme/other")}, SameAs.REPOSITORY),
]


@pytest.mark.parametrize(("changed", "key"), OTHERS, ids=lambda value: str(value)[:30])
def test_what_has_to_be_the_same_is(
    repository: ReportRepository, changed: dict[str, Any], key: SameAs
) -> None:
    file(repository, made("one", 1))
    file(repository, made("elsewhere", 2, **changed))
    assert found_id(repository.library, JUDGED) == "one"
    others = tuple(each for each in SameAs if each is not key)
    assert found_id(repository.library, JUDGED, same=others) == "elsewhere"


def test_environments_are_compared_as_the_policy_does(repository: ReportRepository) -> None:
    file(repository, made("one", 1, environment="STAGING\u200b "))
    assert found_id(repository.library, JUDGED) == "one"


def test_another_branch_can_be_asked_for(repository: ReportRepository) -> None:
    file(repository, made("on-main", 1))
    feature = made("judged", 5, versions=manifest(codebase_branch="feature"))
    assert found_id(repository.library, feature) == ""
    assert found_id(repository.library, feature, branch="main") == "on-main"
    assert found_id(repository.library, feature, branch="main", same=()) == "on-main"


@pytest.mark.parametrize("from_fork", [True, None])
def test_a_fork_that_calls_its_branch_main_is_no_baseline(
    repository: ReportRepository, from_fork: bool | None
) -> None:
    request = PullRequest(number="7", from_fork=from_fork)
    forked = made("fork", 3, build=BuildContext(system="github", pull_request=request))
    file(repository, made("one", 1))
    file(repository, forked)
    assert found_id(repository.library, JUDGED) == "one"
    assert found_id(repository.library, JUDGED, same=(SameAs.REPOSITORY,)) == "fork"


@pytest.mark.parametrize("select", [BaselineSelect.LAST_APPROVED, BaselineSelect.PREVIOUS])
@pytest.mark.parametrize("table", ["report_documents", "decisions"])
def test_a_damaged_baseline_is_an_error_and_never_the_next_one(
    filled: Library, select: BaselineSelect, table: str
) -> None:
    name = "two" if select is BaselineSelect.LAST_APPROVED else "three"
    with filled.write() as connection:
        drop_guard(connection, table, "update")
        damaged = metadata.tables[table]
        connection.execute(update(damaged).where(damaged.c.report_id == name).values(body=bytes(700)))
    if select is BaselineSelect.PREVIOUS and table == "decisions":
        assert found_id(filled, JUDGED, select=select) == "three"  # what was decided does not matter
        return
    with pytest.raises(IntegrityError, match=rf"report {name}.*altered or damaged"):
        found(filled, JUDGED, select=select)


def test_a_verdict_that_was_written_over_is_an_error(filled: Library) -> None:
    with filled.write() as connection:
        drop_guard(connection, "decisions", "update")
        connection.exec_driver_sql("UPDATE decisions SET decision = 'go' WHERE report_id = 'three'")
    with pytest.raises(IntegrityError, match="Report three was altered"):
        found(filled, JUDGED)


def test_a_document_that_is_gone_is_an_error(filled: Library) -> None:
    with filled.write() as connection:
        drop_guard(connection, "report_documents", "delete")
        connection.exec_driver_sql("DELETE FROM report_documents WHERE report_id = 'two'")
    with pytest.raises(IntegrityError, match=r"report two, was altered.*document is missing"):
        found(filled, JUDGED)


def test_a_library_that_is_only_read_gives_it_too(filled: Library, database: str) -> None:
    filled.close()
    with open_database(database, read_only=True) as library:
        assert found_id(library, JUDGED) == "two"


def test_a_file_that_is_only_read_stays_as_it_is(sqlite_library: Library) -> None:
    for report in (made("one", 1), made("two", 2)):
        file(ReportRepository(sqlite_library), report)
    sqlite_library.close()
    before = sqlite_library.path.read_bytes()
    with open_library(sqlite_library.path, read_only=True) as library:
        assert found_id(library, JUDGED) == "two"
    assert sqlite_library.path.read_bytes() == before


def test_filing_compares_with_what_is_on_record(repository: ReportRepository) -> None:
    policy = comparing()
    first, second = made("one", 1), made("two", 2, test_results=made("x").test_results[:2])
    filed = file_report(repository, codec.encode(first), policy, None, None, NOON + DAY)
    assert filed.decision.baseline is None
    assert "--library" in filed.decision.no_baseline
    assert filed.decision.rules[-1].state is RuleState.NOT_EVALUATED
    assert filed.decision.decision is not GoNoGoDecision.GO
    file(repository, made("base", 1))
    filed = file_report(repository, codec.encode(second), policy, None, None, NOON + 2 * DAY)
    assert filed.decision.baseline is not None
    assert filed.decision.baseline.report_id == "base"
    assert filed.decision.no_baseline == ""
    assert filed.decision.rules[-1].state is RuleState.FAIL


# ---------------------------------------------------------------------------------------------
# Releases that people approve.


def pending(library: Library, name: str, day: int) -> Decision:
    """Filed on its day by a policy that asks for one approval."""
    policy = replace(ai_release(), approvals={"staging": ApprovalTerms()})
    report = made(name, day, triggered_by="cy")
    filed = file_report(
        ReportRepository(library), codec.encode(report), policy, None, None, report.created_at
    )
    assert filed.decision.decision is GoNoGoDecision.PENDING_REVIEW
    return filed.decision


def say(library: Library, decision: Decision, day: float, by: str = "ben", **changed: Any) -> Approval:
    """A person's word on a decision, some days after noon of the first day."""
    assert decision.report_digest is not None
    values: dict[str, Any] = {
        "schema_version": 1,
        "id": f"{by}-{day}",
        "report_id": decision.report_id,
        "report_digest": decision.report_digest,
        "policy_digest": decision.policy.digest,
        "basis_digest": basis_digest(decision),
        "environment": decision.environment,
        "action": ApprovalAction.APPROVE,
        "approved_by": by,
        "role": "release_manager",
        "approved_at": NOON + day * DAY,
    }
    approval = Approval(**(values | changed))
    put_approval(library, approval)
    return approval


def test_a_release_under_a_policy_that_does_not_count_is_no_baseline(library: Library) -> None:
    mild = replace(ai_release(), digest="e" * 64)
    counts = frozenset({ai_release().digest})
    repository = ReportRepository(library)
    for name, day, policy in (("strict", 1, ai_release()), ("mild", 2, mild)):
        filed = made(name, day)
        file_report(repository, codec.encode(filed), policy, None, None, filed.created_at)
    assert found_id(library, JUDGED) == "mild"
    assert found_id(library, JUDGED, released_by=counts) == "strict"
    assert found_id(library, JUDGED, released_by=()) == ""
    assert found_id(library, JUDGED, released_by=counts, select=BaselineSelect.PREVIOUS) == "mild"


def test_one_that_waits_for_approval_was_not_released(library: Library) -> None:
    pending(library, "one", 1)
    assert found_id(library, JUDGED) == ""
    assert found_id(library, JUDGED, select=BaselineSelect.PREVIOUS) == "one"


def test_one_that_was_approved_was_from_then_on(library: Library) -> None:
    say(library, pending(library, "one", 1), 2)
    assert found_id(library, JUDGED) == "one"
    assert found_id(library, JUDGED, NOON + 2 * DAY) == "one"
    assert found_id(library, JUDGED, NOON + 2 * DAY - timedelta(microseconds=1)) == ""


def test_an_approval_that_was_withdrawn_released_until_then(library: Library) -> None:
    decision = pending(library, "one", 1)
    given = say(library, decision, 2)
    say(library, decision, 3, action=ApprovalAction.REVOKE, revokes=given.id)
    assert found_id(library, JUDGED, NOON + 2.5 * DAY) == "one"
    assert found_id(library, JUDGED) == ""


def test_an_approval_that_does_not_count_releases_nothing(library: Library) -> None:
    decision = pending(library, "one", 1)
    say(library, decision, 2, by="cy")  # who triggered it
    say(library, decision, 2, by="eve", role="developer")
    say(library, decision, 2, by="dan", policy_digest="f" * 64)
    with pytest.raises(IntegrityError, match="not about these bytes"):
        say(library, decision, 2, by="fay", report_digest="f" * 64)
    assert found_id(library, JUDGED) == ""


def test_a_go_that_people_rejected_is_no_baseline(repository: ReportRepository) -> None:
    library = repository.library
    file(repository, made("zero", 0))
    file(repository, made("one", 1))
    decision = repository.decision("one")
    assert decision is not None
    say(library, decision, 2, action=ApprovalAction.REJECT)
    assert found_id(library, JUDGED) == "zero"
    assert found_id(library, JUDGED, NOON + DAY) == "one"


def test_an_approval_of_a_no_go_releases_nothing(repository: ReportRepository) -> None:
    file(repository, made("one", 1, go=False))
    decision = repository.decision("one")
    assert decision is not None
    say(repository.library, decision, 2)
    assert found_id(repository.library, JUDGED) == ""


def test_a_damaged_approval_is_an_error(library: Library) -> None:
    say(library, pending(library, "one", 1), 2)
    with library.write() as connection:
        drop_guard(connection, "approvals", "update")
        connection.execute(update(approvals).values(body=bytes(9)))
    with pytest.raises(IntegrityError, match="An approval of report one was altered"):
        found(library, JUDGED)


# ---------------------------------------------------------------------------------------------
# Bounds and query plans.


def test_the_walk_back_is_bounded(repository: ReportRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MAX_ROWS", 3)
    file(repository, made("released", 0))
    for day in range(1, 4):
        file(repository, made(f"refused-{day}", day, go=False))
    assert found_id(repository.library, JUDGED) == ""
    monkeypatch.setattr(history, "MAX_ROWS", 4)
    assert found_id(repository.library, JUDGED) == "released"


def test_so_are_the_documents_that_are_read(
    repository: ReportRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_DOCUMENTS", 2)
    build = BuildContext(system="github", pull_request=PullRequest(number="7"))
    file(repository, made("released", 0))
    file(repository, made("fork-1", 1, build=build))
    assert found_id(repository.library, JUDGED) == "released"
    file(repository, made("fork-2", 2, build=build))
    assert found_id(repository.library, JUDGED) == ""


def test_it_is_found_behind_many_pages(repository: ReportRepository) -> None:
    rows = [
        header_row(n, codebase_branch="main", created_at=NOON + DAY + n * timedelta(seconds=1))
        for n in range(1_200)
    ]
    put_rows(repository.library, rows)
    file(repository, made("released", 0))
    assert MAX_ROWS > 1_200
    assert found_id(repository.library, JUDGED) == "released"


@pytest.fixture(scope="module", params=["without statistics", "after ANALYZE"])
def large(
    empty_library: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Library]:
    path = tmp_path_factory.mktemp("plans") / "library.db"
    path.write_bytes(empty_library.read_bytes())
    with open_library(path) as library:
        put_rows(library, [header_row(number) for number in range(3_000)])
        if request.param == "after ANALYZE":
            with library.write() as connection:
                connection.exec_driver_sql("ANALYZE")
        yield library


@pytest.mark.parametrize("of_branch", [True, False])
def test_the_walk_starts_at_its_key_in_an_index_and_sorts_nothing(large: Library, of_branch: bool) -> None:
    statement = earlier_statement(of_branch=of_branch)
    given = {"moment": 1, "key_created_at": 1, "key_id": "x", "branch": "main", "limit": 10}
    with large.read() as connection:
        steps = [
            row[3]
            for row in connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement.sqlite.sql}", statement.sqlite.values(given)
            )
        ]
    index = "ix_reports_branch (codebase_branch=? AND " if of_branch else "ix_reports_created ("
    assert f"{index}(created_at,id)<(?,?))" in steps[0], steps
    assert not any("SCAN" in step for step in steps), steps
    assert not any("TEMP B-TREE FOR ORDER" in step for step in steps[:1]), steps
