from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.decisions import decision_about
from tests.factories.histories import (
    LATER,
    decide_again,
    documents,
    filed_counts,
    say,
    standings,
    upload,
)
from tests.factories.recorded_approvals import waiting
from tests.factories.remotes import LibraryRemote
from tests.factories.reports import report
from tests.factories.servers import HandClock
from tsr_agent.errors import IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind, PolicySubmission
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.database import open_database
from tsr_agent.store.following import SourceRepository
from tsr_agent.store.integrity import check
from tsr_agent.store.policies import PolicyRepository
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.rows import DecisionSource
from tsr_agent.sync.pull import Terms
from tsr_agent.sync.results import Phase, Progress
from tsr_agent.sync.synchronise import synchronise

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.store.engine import Library
    from tsr_agent.sync.results import SyncResult

URL = "https://aitr.example.org"


def pulled(library: Library, remote: Any, **terms: Any) -> SyncResult:
    clock = HandClock(LATER + timedelta(hours=1))
    return synchronise(library, URL, lambda: remote, Terms(clock=clock, **terms))


def pull(library: Library, remote: Any, **terms: Any) -> SyncResult:
    result = pulled(library, remote, **terms)
    if result.ended_by is not None:
        raise result.ended_by
    return result


def equal(library: Library, server: Library) -> None:
    assert documents(library) == documents(server)
    assert standings(library) == standings(server)
    assert check(library).damages == ()


def test_everything_of_a_server_comes_here_byte_for_byte_with_what_people_said(
    library: Library, server: Library
) -> None:
    upload(server, "r-1")
    upload(server, "r-2", waits=True)
    decide_again(server, "r-2", reason="Another reason")
    say(server, "r-2", ApprovalAction.APPROVE)
    result = pull(library, LibraryRemote(server))
    equal(library, server)
    assert (result.reports, result.decisions, result.approvals) == (2, 3, 1)
    assert (result.cursor, result.head, result.complete) == (6, 6, True)
    row = ReportRepository(library).row("r-2")
    assert row is not None
    assert standings(library)["r-2"] == ("pending_review", "go", "approved", "Rita")


def test_a_server_on_either_database_is_followed_alike(library: Library, database: str) -> None:
    with open_database(database) as server:
        upload(server, "r-1", waits=True)
        upload(server, "r-2")
        say(server, "r-1", ApprovalAction.APPROVE)
        say(server, "r-2", ApprovalAction.REJECT)
        PolicyRepository(server).add("team", PolicySubmission(document="x"), submitted_by="Tea", at=LATER)
        assert pull(library, LibraryRemote(server)).complete
        equal(library, server)


def test_a_second_time_asks_one_question_and_changes_nothing(library: Library, server: Library) -> None:
    upload(server, "r-1")
    pull(library, LibraryRemote(server))
    before = filed_counts(library)
    remote = LibraryRemote(server)
    result = pull(library, remote)
    assert (len(remote.asked), result.reports, result.bytes) == (1, 0, 0)
    assert filed_counts(library) == before


def test_what_is_new_since_is_all_that_is_fetched(library: Library, server: Library) -> None:
    upload(server, "r-1")
    pull(library, LibraryRemote(server))
    upload(server, "r-2")
    remote = LibraryRemote(server)
    result = pull(library, remote)
    assert remote.asked == ["changes 1", "documents 2"]
    assert (result.reports, result.decisions) == (1, 1)
    equal(library, server)


def test_a_server_s_decision_takes_the_place_of_our_own(library: Library, server: Library) -> None:
    document = upload(server, "r-1", waits=True)
    ReportRepository(library).add(document, decision_about(document), received_at=LATER)
    pull(library, LibraryRemote(server))
    decision = ReportRepository(library).decision("r-1")
    assert decision is not None
    assert decision.decision is GoNoGoDecision.PENDING_REVIEW
    assert standings(library) == standings(server)
    assert check(library).sound


def test_a_decision_that_says_the_same_at_another_moment_is_filed_all_the_same(
    library: Library, server: Library
) -> None:
    document = upload(server, "r-1")
    own = decision_about(document, evaluated_at=LATER)
    ReportRepository(library).add(document, own, received_at=LATER)
    pull(library, LibraryRemote(server))
    assert set(documents(server)) <= set(documents(library))
    assert filed_counts(library) == (1, 2, 0)


def test_the_bytes_are_the_server_s_own_however_they_are_written(library: Library, server: Library) -> None:
    # A server of another build may write the fields of a document in another way.
    document = b" " + codec.encode(report(id="r-1"))
    ReportRepository(server).add(document, decision_about(document), received_at=LATER)
    pull(library, LibraryRemote(server))
    assert ReportRepository(library).document("r-1") == document


def test_policies_come_with_their_names_and_numbers(library: Library, server: Library) -> None:
    policies = PolicyRepository(server)
    for note in ("one", "two", "two"):
        policies.add("team", PolicySubmission(document="x", note=note), submitted_by="Tea", at=LATER)
    pull(library, LibraryRemote(server))
    assert PolicyRepository(library).versions("team") == policies.versions("team")
    assert set(documents(library)) == set(documents(server))


def conflict_scene(library: Library, server: Library) -> bytes:
    mine = upload(library, "r-1")
    upload(server, "r-1", waits=True, triggered_by="somebody else")
    say(server, "r-1", ApprovalAction.REJECT)
    upload(server, "r-2")
    return mine


def test_other_bytes_under_the_same_id_are_kept_on_both_sides_and_the_rest_goes_on(
    library: Library, server: Library
) -> None:
    mine = conflict_scene(library, server)
    result = pull(library, LibraryRemote(server))
    assert not result.complete
    (found,) = result.conflicts
    assert (found.kind, found.id, found.others) == (ChangeKind.REPORT, "r-1", 2)
    assert found.digest_here == codec.digest(mine)
    assert found.digest_there == codec.digest(ReportRepository(server).document("r-1"))
    assert (found.verdict_here, found.verdict_there) == (GoNoGoDecision.GO, GoNoGoDecision.NO_GO)
    # Nothing here is decided by what the server says of other bytes.
    assert ReportRepository(library).document("r-1") == mine
    assert standings(library)["r-1"][1] == "go"
    assert standings(library)["r-2"] == standings(server)["r-2"]
    assert (result.reports, result.cursor) == (1, 5)
    assert check(library).sound


def test_a_conflict_is_shown_at_each_synchronisation_until_it_is_resolved(
    library: Library, server: Library
) -> None:
    conflict_scene(library, server)
    first = pull(library, LibraryRemote(server)).conflicts
    decide_again(server, "r-1", reason="Again")
    (found,) = pull(library, LibraryRemote(server)).conflicts
    assert (found.id, found.others) == (first[0].id, 3)
    with library.write() as connection:
        connection.exec_driver_sql("DELETE FROM test_summary_reports WHERE id = 'r-1'")
    result = pull(library, LibraryRemote(server))
    assert (result.conflicts, result.reports, result.decisions, result.approvals) == ((), 1, 2, 1)
    assert SourceRepository(library).held(URL) == ()
    assert documents(library) == documents(server)
    assert standings(library) == standings(server)


def test_an_approval_under_an_id_that_is_taken_is_held(library: Library, server: Library) -> None:
    document = upload(server, "r-1", waits=True)
    ReportRepository(library).add(document, waiting(document), received_at=LATER)
    say(library, "r-1", ApprovalAction.REJECT, id="the-same-id")
    say(server, "r-1", ApprovalAction.APPROVE, id="the-same-id")
    (found,) = pull(library, LibraryRemote(server)).conflicts
    assert (found.kind, found.id, found.report_id) == (ChangeKind.APPROVAL, "the-same-id", "r-1")
    assert found.digest_here != found.digest_there
    assert standings(library)["r-1"][1] == "no_go"


def test_a_page_of_large_documents_is_filed_in_several_transactions(
    library: Library, server: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tsr_agent.sync.pull.MOST_BYTES_OF_A_BATCH", 3_000)
    for number in range(8):
        upload(server, f"r-{number}")
    seen: list[int] = []
    remote = LibraryRemote(server)
    honest = SourceRepository.remember

    def remember(self: SourceRepository, url: str, state: Any) -> None:
        seen.append(state.cursor)
        honest(self, url, state)

    monkeypatch.setattr(SourceRepository, "remember", remember)
    pull(library, remote)
    assert len(seen) > 4
    assert seen == sorted(set(seen))
    equal(library, server)


def test_progress_only_grows_and_ends_at_its_total(library: Library, server: Library) -> None:
    for number in range(5):
        upload(server, f"r-{number}")
    told: list[Progress] = []
    result = pull(library, LibraryRemote(server), progress=told.append)
    assert {each.phase for each in told} == {Phase.PULL}
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert (told[-1].done, told[-1].total, told[-1].bytes) == (10, 10, result.bytes)


@pytest.mark.parametrize("after", range(0, 11, 2))
def test_cancelled_between_two_documents_it_keeps_what_it_has_and_goes_on_there(
    library: Library, server: Library, after: int
) -> None:
    for number in range(5):
        upload(server, f"r-{number}")
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    result = pulled(library, LibraryRemote(server), cancelled=cancelled)
    assert result.cancelled
    assert check(library).sound
    remote = LibraryRemote(server)
    again = pull(library, remote)
    assert result.reports + again.reports == 5
    assert result.decisions + again.decisions == 5
    equal(library, server)


def test_two_servers_are_followed_side_by_side(
    library: Library, server: Library, new_library: Callable[[str], Library]
) -> None:
    other = new_library("other")
    upload(server, "r-1")
    upload(other, "r-2")
    clock = HandClock(LATER)
    for url, remote in ((URL, LibraryRemote(server)), ("https://other.example", LibraryRemote(other))):
        assert synchronise(library, url, lambda remote=remote: remote, Terms(clock=clock)).complete  # type: ignore[misc]
    assert set(standings(library)) == {"r-1", "r-2"}
    followed = SourceRepository(library).followed("https://other.example")
    assert followed is not None
    assert (followed.epoch, followed.synced_at.tzinfo) == ("epoch-of-other", UTC)


def test_a_token_of_one_project_sees_its_own_and_the_gaps_are_no_fault(
    library: Library, server: Library
) -> None:
    from tests.factories.reports import manifest

    ours, theirs = "https://git.example.org/ours", "https://git.example.org/theirs"
    for number, address in enumerate((ours, theirs, ours, theirs)):
        upload(server, f"r-{number}", versions=manifest(codebase_repo=address))
    result = pull(library, LibraryRemote(server, project=ours))
    assert set(standings(library)) == {"r-0", "r-2"}
    assert (result.cursor, result.head) == (8, 8)
    upload(server, "r-4", versions=manifest(codebase_repo=ours))
    assert pull(library, LibraryRemote(server, project=ours)).reports == 1
    # Another token, which sees all: what the first one could not see comes too.
    assert pull(library, LibraryRemote(server)).reports == 2
    equal(library, server)


def test_an_altered_library_is_not_built_upon(library: Library, server: Library) -> None:
    upload(server, "r-1", waits=True)
    pull(library, LibraryRemote(server))
    with library.write() as connection:
        connection.exec_driver_sql("UPDATE test_summary_reports SET standing = 'go'")
    say(server, "r-1", ApprovalAction.REJECT)
    with pytest.raises(IntegrityError, match="altered"):
        pull(library, LibraryRemote(server))


def test_decisions_of_a_server_are_marked_as_such(library: Library, server: Library) -> None:
    upload(server, "r-1")
    pull(library, LibraryRemote(server))
    row = ReportRepository(library).row("r-1")
    assert row is not None
    assert row.decision_source is DecisionSource.SERVER
