from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, iteration, manifest, report, results
from tsr_agent.errors import DocumentError, InputError, IntegrityError, StoreError
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.report import OverallStatus
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.store import tables
from tsr_agent.store.database import open_database
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.rows import DecisionSource

if TYPE_CHECKING:
    from tsr_agent.store.engine import Library

RECEIVED = NOON + timedelta(hours=1)
GO, NO_GO, PENDING = GoNoGoDecision.GO, GoNoGoDecision.NO_GO, GoNoGoDecision.PENDING_REVIEW


def rows_in(library: Library) -> dict[str, int]:
    with library.read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
            if table.name != "change_counter"
        }


def test_the_document_comes_back_byte_for_byte(repository: ReportRepository) -> None:
    # White space that no encoder of ours would write: nobody may re-serialise the record.
    document = codec.encode(report()).replace(b'{"schema_version":1,', b'{ "schema_version" : 1 ,\n')
    added = repository.add(document, None, received_at=RECEIVED)
    assert repository.document(added.report_id) == document
    assert added.digest == codec.digest(document)


def test_a_report_is_listed_with_what_was_decided_and_not_with_its_claim(
    repository: ReportRepository,
) -> None:
    document = codec.encode(report(go_no_go_decision=GO, triggered_by="ci"))
    decided = decision_about(document, decision=NO_GO, reason="1 blocking issue", blocking_issues=("x",))
    added = repository.add(document, decided, received_at=RECEIVED)
    row = repository.row(added.report_id)
    assert row is not None
    assert (row.decision, row.claimed_decision, row.reason) == (NO_GO, GO, "1 blocking issue")
    assert (row.created_at, row.received_at) == (NOON, RECEIVED)
    assert (row.overall_status, row.environment, row.branch) == (OverallStatus.PASSED, "staging", "main")
    assert (row.policy_name, row.policy_version) == ("ai-release", "1")
    assert row.decision_source is DecisionSource.LOCAL
    assert repository.decision(added.report_id) == decided


def test_without_a_decision_a_report_that_claims_go_is_pending(repository: ReportRepository) -> None:
    added = repository.add(codec.encode(report(go_no_go_decision=GO)), None, received_at=RECEIVED)
    row = repository.row(added.report_id)
    assert row is not None
    assert (row.decision, row.decision_without_waivers, row.claimed_decision) == (PENDING, PENDING, GO)
    assert row.decision_source is DecisionSource.NONE
    assert repository.decision(added.report_id) is None


def test_cases_are_never_rows_and_summaries_are(library: Library, repository: ReportRepository) -> None:
    unit = results(TestType.UNIT, *[CaseStatus.PASSED] * 40, CaseStatus.ERROR, CaseStatus.SKIPPED)
    repository.add(codec.encode(report(test_results=(unit,))), None, received_at=RECEIVED)
    assert rows_in(library)["tsr_test_results"] == 1
    with library.read() as connection:
        row = connection.execute(select(tables.test_results)).one()
    assert (row.total, row.passed, row.errors, row.skipped) == (42, 40, 1, 1)
    assert [each["id"] for each in row.failure_details] == ["suite::unit_40"]


def test_the_same_bytes_again_change_nothing(library: Library, repository: ReportRepository) -> None:
    document = codec.encode(report())
    decided = decision_about(document)
    first = repository.add(document, decided, received_at=RECEIVED)
    before = rows_in(library)
    later = RECEIVED + timedelta(days=1)
    only_later = decision_about(document, evaluated_at=later)
    another = decision_about(document, decision=NO_GO, reason="another policy")
    assert (first.report_is_new, first.decision_is_new) == (True, True)
    for again in (
        repository.add(document, only_later, received_at=later),
        repository.add(document, only_later, supersede=True, received_at=later),
        repository.add(document, another, received_at=later),
        repository.add(document, None, received_at=later),
    ):
        assert (again.report_is_new, again.decision_is_new) == (False, False)
    assert rows_in(library) == before
    assert repository.decision(first.report_id) == decided


def test_a_report_without_a_decision_takes_the_first_that_comes(repository: ReportRepository) -> None:
    document = codec.encode(report())
    repository.add(document, None, received_at=RECEIVED)
    decided = decision_about(document)
    added = repository.add(document, decided, received_at=RECEIVED)
    assert (added.report_is_new, added.decision_is_new) == (False, True)
    assert repository.decision(added.report_id) == decided


def test_a_superseding_verdict_is_appended_and_listed(library: Library, repository: ReportRepository) -> None:
    document = codec.encode(report())
    first = decision_about(document)
    worse = decision_about(document, decision=NO_GO, reason="accuracy 0.81 is below 0.85")
    for each in (first, worse, first):
        added = repository.add(document, each, supersede=True, received_at=RECEIVED)
    assert not added.decision_is_new, "an old decision that comes again must not displace a newer one"
    assert repository.decision(added.report_id) == worse
    row = repository.row(added.report_id)
    assert row is not None
    assert row.decision is NO_GO
    assert rows_in(library)["decisions"] == 2


def test_the_same_id_with_other_bytes_is_refused_and_the_first_stays(repository: ReportRepository) -> None:
    first = codec.encode(report())
    repository.add(first, None, received_at=RECEIVED)
    with pytest.raises(IntegrityError) as caught:
        repository.add(codec.encode(report(triggered_by="someone")), None, received_at=RECEIVED)
    assert codec.digest(first) in "\n".join(caught.value.details)
    assert repository.document(report().id) == first


@pytest.mark.parametrize(
    "changed",
    [{"report_digest": "00" * 32}, {"report_digest": None}, {"report_id": "another"}],
)
def test_a_decision_about_other_bytes_is_refused_and_nothing_is_filed(
    library: Library, repository: ReportRepository, changed: dict[str, str | None]
) -> None:
    document = codec.encode(report())
    with pytest.raises(IntegrityError, match="not about these bytes"):
        repository.add(document, decision_about(document, **changed), received_at=RECEIVED)
    assert not any(rows_in(library).values())


@pytest.mark.parametrize(
    "changed",
    [
        {"created_at": datetime(1969, 12, 31, 23, 59, tzinfo=UTC)},
        {"created_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},
        {"created_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)},
        {"created_at": datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12)))},
        {"test_results": (results(TestType.UNIT, CaseStatus.PASSED), results(TestType.UNIT))},
        {"eval_iterations": (iteration(2**63),)},
        {"eval_iterations": (iteration(2**64 - 1),)},
    ],
)
def test_what_a_column_can_not_hold_is_refused_whole(
    library: Library, repository: ReportRepository, changed: dict[str, object]
) -> None:
    with pytest.raises(DocumentError):
        repository.add(codec.encode(report(**changed)), None, received_at=RECEIVED)
    assert not any(rows_in(library).values())


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b"not json", codec.encode(report())[:-40], b"\xff"])
def test_what_is_not_a_report_is_refused(
    library: Library, repository: ReportRepository, document: bytes
) -> None:
    with pytest.raises(DocumentError):
        repository.add(document, None, received_at=RECEIVED)
    assert not any(rows_in(library).values())


def test_hostile_text_is_kept_as_text(repository: ReportRepository) -> None:
    branch = "x'; DROP TABLE decisions; --\0<b>\u202e😀%_\\"
    document = codec.encode(report(versions=manifest(codebase_branch=branch), triggered_by="\0"))
    added = repository.add(document, None, received_at=RECEIVED)
    row = repository.row(added.report_id)
    assert row is not None
    assert row.branch == branch.replace("\0", "\ufffd")
    assert repository.document(added.report_id) == document
    assert repository.branches() == (row.branch,)


WIDE = "".join(chr(0x1F300 + 7 * place % 0x2FF) for place in range(1_000))
"""A thousand signs of four bytes each that no database can make shorter."""


@pytest.mark.parametrize("name", ["codebase_branch", "codebase_repo"])
def test_names_that_are_searched_by_fit_into_an_index_or_are_refused(
    repository: ReportRepository, name: str
) -> None:
    document = codec.encode(report(versions=manifest(**{name: WIDE[:600]})))
    repository.add(document, None, received_at=RECEIVED)
    assert repository.row(report().id) is not None
    longer = codec.encode(report(id="longer", versions=manifest(**{name: WIDE[:601]})))
    with pytest.raises(DocumentError, match=r"2,404 bytes; .* at most 2,400"):
        repository.add(longer, None, received_at=RECEIVED)
    assert repository.count() == 1


def test_other_names_are_kept_at_their_greatest_length(
    library: Library, repository: ReportRepository
) -> None:
    named = report(
        triggered_by=WIDE[:100],
        environment=WIDE[:50],
        versions=manifest(prompts_version=WIDE, codebase_branch=WIDE[:600], codebase_repo=WIDE[:600]),
        eval_iterations=(iteration(version_name=WIDE, prompt_version=WIDE),),
    )
    document = codec.encode(named)
    repository.add(document, decision_about(document, reason=WIDE * 60), received_at=RECEIVED)
    assert check(library).sound


def test_unknown_ids_are_the_asker_s_mistake(repository: ReportRepository) -> None:
    assert repository.row("nobody") is None
    for ask in (repository.document, repository.decision):
        with pytest.raises(InputError, match="nobody"):
            ask("nobody")
        with pytest.raises(InputError):
            ask("half a pair \ud800")


def test_a_time_without_its_offset_is_never_stored(library: Library, repository: ReportRepository) -> None:
    with pytest.raises((TypeError, ValueError)):
        repository.add(codec.encode(report()), None, received_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(StoreError), library.write() as connection:
        connection.execute(
            tables.reports.update().values(approved_at=datetime(2026, 1, 1))  # noqa: DTZ001
        )
    assert not any(rows_in(library).values())


def test_a_read_only_library_takes_nothing(database: str) -> None:
    with open_database(database, read_only=True) as closed, pytest.raises(StoreError, match="reading"):
        ReportRepository(closed).add(codec.encode(report()), None, received_at=RECEIVED)


@pytest.mark.parametrize("table", ["report_documents", "decisions"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET size = 0", "DELETE FROM {}"])
def test_documents_are_append_only(
    library: Library, repository: ReportRepository, table: str, statement: str
) -> None:
    document = codec.encode(report())
    repository.add(document, decision_about(document), received_at=RECEIVED)
    before = rows_in(library)
    with pytest.raises(StoreError) as caught, library.write() as connection:
        connection.execute(text(statement.format(table)))
    assert "append-only" in caught.value.details[0]
    assert rows_in(library) == before


def test_deleting_a_report_leaves_nothing_of_it(library: Library, repository: ReportRepository) -> None:
    document = codec.encode(report())
    repository.add(document, decision_about(document), received_at=RECEIVED)
    assert rows_in(library)["decisions"] == 1
    with library.write() as connection:
        connection.execute(tables.reports.delete())
    assert not any(rows_in(library).values())


def test_many_threads_may_use_one_repository(repository: ReportRepository) -> None:
    problems: list[Exception] = []

    def work(number: int) -> None:
        try:
            for each in range(5):
                document = codec.encode(report(id=f"r-{number}-{each}"))
                repository.add(document, decision_about(document), received_at=RECEIVED)
                assert repository.document(f"r-{number}-{each}") == document
                repository.page(limit=10)
        except (AssertionError, StoreError) as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert repository.count() == 40
