from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from tests.factories.decisions import decision_about
from tests.factories.recorded_approvals import LATER, approval_of, waiting
from tests.factories.reports import NOON, manifest, report
from tsr_agent.errors import DocumentError, InputError, IntegrityError, TsrError
from tsr_agent.gate.approvals import ApprovalState
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.approvals import ApprovalRepository, IdTakenError
from tsr_agent.store.integrity import check
from tsr_agent.store.paging import ReportFilter
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from tsr_agent.models.approval import Approval
    from tsr_agent.store.engine import Library
    from tsr_agent.store.on_record import OnRecord
    from tsr_agent.store.repository import ReportRepository

GO, NO_GO, PENDING = GoNoGoDecision.GO, GoNoGoDecision.NO_GO, GoNoGoDecision.PENDING_REVIEW
DOCUMENT = codec.encode(
    report(triggered_by="nightly", versions=manifest(codebase_author="Eve <eve@example.org>"))
)
REPORT_ID = report().id
WAITS = waiting(DOCUMENT)


@pytest.fixture
def approvals(repository: ReportRepository) -> ApprovalRepository:
    """The approvals of a library with one report that waits."""
    repository.add(DOCUMENT, WAITS, received_at=NOON)
    return ApprovalRepository(repository.library)


def columns(library: Library) -> tuple[Any, ...]:
    with library.read() as connection:
        return tuple(
            connection.exec_driver_sql(
                "SELECT standing, approval_state, approved_by, approved_at FROM test_summary_reports"
            ).one()
        )


def test_what_is_on_record_before_anybody_said_something(approvals: ApprovalRepository) -> None:
    found = approvals.on_record(REPORT_ID)
    assert found is not None
    assert (found.report_digest, found.decision) == (codec.digest(DOCUMENT), WAITS)
    assert (found.author, found.triggered_by) == ("Eve <eve@example.org>", "nightly")
    assert (found.tested_sha, found.dirty) == (found.codebase_sha, False)
    assert found.standing is not None
    assert (found.approvals, found.standing.state, found.released) == ((), ApprovalState.PENDING, PENDING)
    assert approvals.on_record("nobody") is None


def test_what_was_tested_is_on_record(repository: ReportRepository) -> None:
    other = report(id="other", versions=manifest(checked_out_sha="a" * 40, dirty=None))
    repository.add(codec.encode(other), None, received_at=NOON)
    found = ApprovalRepository(repository.library).on_record("other")
    assert found is not None
    assert (found.tested_sha, found.dirty) == (None, None)


def test_an_approval_releases_and_is_on_record(library: Library, approvals: ApprovalRepository) -> None:
    filed = approvals.file(REPORT_ID, approval_of, received_at=LATER)
    assert (filed.is_new, filed.on_record_after.released) == (True, GO)
    assert approvals.on_record(REPORT_ID) == filed.on_record_after
    assert columns(library)[:3] == ("go", "approved", "ana")


def test_the_same_request_again_is_answered_and_not_filed(approvals: ApprovalRepository) -> None:
    first = approvals.file(REPORT_ID, approval_of, received_at=LATER)
    moment = LATER + timedelta(minutes=1)
    again = approvals.file(
        REPORT_ID, lambda found: approval_of(found, approved_at=moment), received_at=moment
    )
    assert (again.is_new, again.approval) == (False, first.approval)
    assert again.on_record_after == first.on_record_after
    with pytest.raises(IntegrityError, match="another approval"):
        approvals.file(REPORT_ID, lambda found: approval_of(found, note="other"), received_at=moment)


def test_a_refusal_of_the_maker_files_nothing(library: Library, approvals: ApprovalRepository) -> None:
    def refuse(_: OnRecord) -> Approval:
        raise InputError("no")

    before = columns(library)
    with pytest.raises(InputError, match="no"):
        approvals.file(REPORT_ID, refuse, received_at=LATER)
    assert columns(library) == before
    with pytest.raises(InputError, match="nobody"):
        approvals.file("nobody", approval_of, received_at=LATER)


def test_conflicting_words_leave_a_release_pending(approvals: ApprovalRepository) -> None:
    approvals.file(REPORT_ID, approval_of, received_at=LATER)
    reject = {"action": ApprovalAction.REJECT}
    filed = approvals.file(REPORT_ID, lambda found: approval_of(found, "ben", **reject), received_at=LATER)
    assert filed.on_record_after.released is PENDING


def test_a_document_from_elsewhere_is_taken_once(approvals: ApprovalRepository) -> None:
    found = approvals.on_record(REPORT_ID)
    assert found is not None
    document = codec.encode(approval_of(found))
    assert approvals.take(document, received_at=LATER)
    assert not approvals.take(document, received_at=LATER)
    with pytest.raises(IntegrityError, match="another approval"):
        approvals.take(codec.encode(approval_of(found, note="x")), received_at=LATER)
    with pytest.raises(InputError, match="no report"):
        approvals.take(codec.encode(replace(approval_of(found, "ben"), report_id="r")), received_at=LATER)
    with pytest.raises(IntegrityError, match="not about these bytes"):
        approvals.take(codec.encode(approval_of(found, "ben", report_digest="0" * 64)), received_at=LATER)


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=300)])
def test_what_is_yet_to_come_is_refused_until_it_has_come(
    library: Library, approvals: ApprovalRepository, ahead: timedelta
) -> None:
    found = approvals.on_record(REPORT_ID)
    assert found is not None
    document = codec.encode(approval_of(found, approved_at=LATER + ahead))
    with pytest.raises(DocumentError, match="yet to come"):
        approvals.take(document, received_at=LATER)
    with pytest.raises(DocumentError, match="yet to come"):
        approvals.file(
            REPORT_ID, lambda each: approval_of(each, approved_at=LATER + ahead), received_at=LATER
        )
    assert columns(library)[:2] == ("pending_review", "pending")
    assert approvals.take(document, received_at=LATER + ahead)


def test_one_id_for_two_reports_at_once_is_taken_once(
    library: Library, repository: ReportRepository, approvals: ApprovalRepository
) -> None:
    names = [f"r-{number}" for number in range(6)]
    for name in names:
        document = codec.encode(report(id=name))
        repository.add(document, waiting(document), received_at=NOON)
    taken: list[str] = []
    refused: list[IdTakenError] = []
    together = threading.Barrier(len(names))

    def say(name: str) -> None:
        together.wait()
        try:
            approvals.file(name, approval_of, received_at=LATER)
            taken.append(name)
        except IdTakenError as error:
            refused.append(error)

    threads = [threading.Thread(target=say, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(refused)) == (1, len(names) - 1)
    assert check(library).damages == ()
    assert [row.id for row in repository.page(ReportFilter(standing=GO)).rows] == taken


def test_people_at_once_are_all_on_record(library: Library, approvals: ApprovalRepository) -> None:
    people = [f"p{number}" for number in range(8)]
    problems: list[TsrError] = []
    together = threading.Barrier(len(people))

    def say(by: str) -> None:
        together.wait()
        try:
            reject = {"action": ApprovalAction.REJECT} if by == "p0" else {}
            approvals.file(REPORT_ID, lambda found: approval_of(found, by, **reject), received_at=LATER)
        except TsrError as error:
            problems.append(error)

    threads = [threading.Thread(target=say, args=(by,)) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    found = ApprovalRepository(library).on_record(REPORT_ID)
    assert found is not None
    assert sorted(each.approved_by for each in found.approvals) == people
    assert found.released is PENDING
    assert check(library).damages == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("go_no_go_decision", "go"),
        ("decision_digest", "0" * 64),
        ("standing", "go"),
        ("approval_state", "approved"),
        ("codebase_repo", "https://example.org/another"),
        ("codebase_sha", "0" * 40),
        ("digest", "0" * 64),
    ],
)
@pytest.mark.parametrize("asked_before", [False, True])
def test_a_column_that_was_altered_is_never_answered(
    library: Library, approvals: ApprovalRepository, column: str, value: str, asked_before: bool
) -> None:
    if asked_before:
        assert approvals.on_record(REPORT_ID) is not None
    with library.write() as connection:
        connection.execute(update(reports).values({column: value}))
    with pytest.raises(IntegrityError, match=REPORT_ID):
        approvals.on_record(REPORT_ID)
    with pytest.raises(IntegrityError, match=REPORT_ID):
        approvals.file(REPORT_ID, approval_of, received_at=LATER)


def test_what_was_remembered_gives_way_to_what_is_filed(
    library: Library, repository: ReportRepository, approvals: ApprovalRepository
) -> None:
    assert approvals.on_record(REPORT_ID) is approvals.on_record(REPORT_ID)
    elsewhere = ApprovalRepository(library)
    elsewhere.file(REPORT_ID, approval_of, received_at=LATER)
    found = approvals.on_record(REPORT_ID)
    assert found is not None
    assert found.released is GO
    worse = decision_about(DOCUMENT, decision=NO_GO, evaluated_at=LATER)
    repository.add(DOCUMENT, worse, supersede=True, received_at=LATER)
    found = approvals.on_record(REPORT_ID)
    assert found is not None
    assert (found.decision, found.released) == (worse, NO_GO)
