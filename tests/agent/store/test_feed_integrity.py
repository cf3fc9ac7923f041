from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.agent.store.test_integrity import tamper
from tests.factories.recorded_approvals import LATER, approval_of, waiting
from tests.factories.reports import NOON, report
from tsr_agent.errors import IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.api import PolicySubmission
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.engine import open_library
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.integrity import check
from tsr_agent.store.policies import PolicyRepository
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def served_path(library_path: Path) -> Path:
    """A library of an approved report, one that waits, and a policy of two versions; six and two changes."""
    with open_library(library_path) as library:
        repository, approvals = ReportRepository(library), ApprovalRepository(library)
        for number in (1, 2):
            document = codec.encode(report(id=f"r-{number}"))
            decision = waiting(document, manual_approval_required=True)
            repository.add(document, decision, received_at=NOON)
        for by in ("ana", "ben"):
            approvals.file("r-1", lambda found, by=by: approval_of(found, by), received_at=LATER)
        for text in ("name: one", "name: two"):
            submission = PolicySubmission(document=text)
            PolicyRepository(library).add("strict", submission, submitted_by="ana", at=LATER)
    return library_path


def test_a_library_with_all_kinds_of_documents_is_sound(served_path: Path) -> None:
    with open_library(served_path, read_only=True) as library:
        assert check(library).damages == ()
        assert ChangeFeed(library).page(0, limit=1).head == 8


CHANGE = "kind, report_id, codebase_repo, digest, size, received_at"
HEADER = "UPDATE test_summary_reports SET"
ALTERED = {
    "the standing": (f"{HEADER} standing = 'go' WHERE id = 'r-2'", "standing"),
    "the state": (
        "UPDATE test_summary_reports SET approval_state='pending' WHERE id='r-1'",
        "approval_state",
    ),
    "who approved": (f"{HEADER} approved_by = 'eve' WHERE id = 'r-1'", "approved_by"),
    "when": (f"{HEADER} approved_at = approved_at + 1 WHERE id = 'r-1'", "approved_at"),
    "an approval": ("UPDATE approvals SET body = x'00' WHERE approved_by = 'ana'", "of the length"),
    "who says so": ("UPDATE approvals SET approved_by = 'eve' WHERE approved_by = 'ana'", "its row says"),
    "what was done": ("UPDATE approvals SET action = 'reject' WHERE approved_by = 'ana'", "its row says"),
    "an id": ("UPDATE approvals SET approval_id = 'x' WHERE approved_by = 'ana'", "another one's"),
    "a removed approval": ("DELETE FROM approvals WHERE approved_by = 'ana'", "no such bytes"),
    "no approvals": ("DELETE FROM approvals", "the column standing"),
    "an approval moved": (
        "UPDATE approvals SET report_id = 'r-2' WHERE approved_by = 'ana'",
        "another one's",
    ),
    "a missing change": ("DELETE FROM changes WHERE seq = 2", "missing from 2 on"),
    "a missing beginning": ("DELETE FROM changes WHERE seq = 1", "missing from 1 on"),
    "a missing end": ("DELETE FROM changes WHERE seq = 8", "counted up to 8 and reaches to 7"),
    "no feed at all": ("DELETE FROM changes", "counted up to 8 and reaches to 0"),
    "a change that is moved": ("UPDATE changes SET seq = 80 WHERE seq = 2", "reaches to 80"),
    "a digest": ("UPDATE changes SET digest = 'a' || substr(digest, 2) WHERE seq IN (1, 2)", "no change"),
    "a size": ("UPDATE changes SET size = size + 1 WHERE seq = 1", "no such bytes"),
    "a kind": ("UPDATE changes SET kind = 'decision' WHERE seq = 1", "no change in the feed"),
    "a repository": ("UPDATE changes SET codebase_repo = 'x' WHERE seq = 1", "another repository"),
    "another's change": ("UPDATE changes SET report_id = 'r-2' WHERE seq = 1", "no such bytes"),
    "nobody's change": ("UPDATE changes SET report_id = NULL WHERE seq = 1", "names no report"),
    "a change twice": (
        f"INSERT INTO changes SELECT 9, {CHANGE} FROM changes WHERE seq = 1",
        "counted up to 8",
    ),
    "the counter": ("UPDATE change_counter SET last = 7", "counted up to 7"),
    "no counter": ("DELETE FROM change_counter", "counter of the change feed is missing"),
    "no name": ("UPDATE change_counter SET epoch = ''", "name of its history"),
    "a policy": ("UPDATE policies SET body = x'00' WHERE number = 1", "of the length"),
    "a policy's digest": ("UPDATE policies SET digest = 'x' || substr(digest, 2)", "not those of its digest"),
    "a policy's number": ("UPDATE policies SET number = 3 WHERE number = 2", "without a gap"),
    "a removed policy": ("DELETE FROM policies WHERE number = 2", "no such bytes"),
    "a policy's moment": ("UPDATE policies SET submitted_at = 'x'", "can't be read"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_is_named(served_path: Path, what: str) -> None:
    statement, said = ALTERED[what]
    tamper(served_path, statement)
    with open_library(served_path, read_only=True) as library:
        damages = check(library).damages
    assert any(said in each.what for each in damages), damages


@pytest.mark.parametrize("what", ["the standing", "the state", "an id", "an approval", "no approvals"])
def test_an_altered_standing_is_never_answered(served_path: Path, what: str) -> None:
    tamper(served_path, ALTERED[what][0])
    with open_library(served_path) as library, pytest.raises(IntegrityError):
        approvals = ApprovalRepository(library)
        for report_id in ("r-1", "r-2"):
            approvals.on_record(report_id)


def test_an_altered_document_of_the_feed_is_never_given_out(served_path: Path) -> None:
    with open_library(served_path) as library:
        digests = [each.digest for each in ChangeFeed(library).page(0, limit=10).items]
    for table in ("report_documents", "decisions", "approvals", "policies"):
        tamper(served_path, f"UPDATE {table} SET body = x'00'")
    with open_library(served_path) as library:
        for digest in digests:
            with pytest.raises(IntegrityError, match=digest):
                ChangeFeed(library).document(digest)
    tamper(served_path, "DELETE FROM report_documents", "DELETE FROM policies")
    with open_library(served_path) as library:
        for place in (0, -1):
            with pytest.raises(IntegrityError, match="missing"):
                ChangeFeed(library).document(digests[place])
