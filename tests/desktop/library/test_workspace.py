from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.library.importing import read_document
from aitr_desktop.library.listing import Query
from aitr_desktop.library.paging import ReportPages
from aitr_desktop.library.report_lists import report_filter
from aitr_desktop.library.workspace import (
    StoreWorkspace,
    default_library,
    open_workspace,
)
from tests.agent.cli.test_gate import good
from tests.desktop.fakes import import_one
from tests.factories import shown_reports as reports
from tests.factories.decisions import decision_about
from tests.factories.recorded_approvals import LATER, approval_about, approval_of, waiting
from tests.factories.reports import NOON, report
from tsr_agent.errors import InputError, IntegrityError, StoreError
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.api import PolicySubmission
from tsr_agent.models.approval import ApprovalTerms
from tsr_agent.models.decision import GoNoGoDecision, PolicyReference
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.sections.wording import verdict
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.engine import open_library
from tsr_agent.store.policies import PolicyRepository
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.desktop.fakes import StillClock

FIRST = ReportPages(50).step_to(0)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[StoreWorkspace]:
    opened = open_workspace(tmp_path / "new" / "library.db", create=True)
    yield opened
    opened.close()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a report to a file and gives its path."""

    def write(**changes: object) -> Path:
        report = reports.report(**changes)
        path = tmp_path / f"{report.id}.json"
        path.write_bytes(codec.encode(report))
        return path

    return write


def test_an_imported_report_is_judged_listed_and_read_back(
    workspace: StoreWorkspace, written: Callable[..., Path], clock: StillClock
) -> None:
    path = written(go_no_go_decision=GoNoGoDecision.GO)
    done = import_one(workspace, path, clock.now())
    assert done.is_new
    # The report claims GO; an open critical failure mode says otherwise.
    assert done.verdict.word == "NO-GO"
    assert done.claimed is not None
    assert done.claimed.word == "GO"
    (line,) = workspace.page(Query(), FIRST, clock.now())
    assert (line.id, line.verdict.word, line.release) == ("TSR-2026-11-20-3fa9c1e", "NO-GO", "3fa9c1e")
    opened = workspace.load(line.id)
    assert opened.digest == codec.digest(path.read_bytes())
    assert opened.decision is not None
    assert opened.decision.report_digest == opened.digest


def test_the_same_file_twice_is_one_report(
    workspace: StoreWorkspace, written: Callable[..., Path], clock: StillClock
) -> None:
    path = written()
    import_one(workspace, path, clock.now())
    assert not import_one(workspace, path, clock.now()).is_new
    assert workspace.count(Query()) == 1


def test_another_document_of_the_same_id_is_refused(
    workspace: StoreWorkspace, written: Callable[..., Path], clock: StillClock
) -> None:
    import_one(workspace, written(), clock.now())
    with pytest.raises(IntegrityError):
        import_one(workspace, written(environment="production"), clock.now())


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"id": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_report_is_refused_and_nothing_is_filed(
    workspace: StoreWorkspace, tmp_path: Path, clock: StillClock, content: bytes
) -> None:
    path = tmp_path / "tsr.json"
    path.write_bytes(content)
    with pytest.raises(InputError):
        import_one(workspace, path, clock.now())
    assert workspace.count(Query()) == 0


def test_a_folder_or_a_missing_file_is_no_document(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.json"):
        with pytest.raises(InputError):
            read_document(path)


def test_filters_reach_the_store(
    workspace: StoreWorkspace, written: Callable[..., Path], clock: StillClock
) -> None:
    for place, branch in enumerate(("main", "release/2.1")):
        made = clock.now() - timedelta(days=10 * place)
        import_one(
            workspace,
            written(id=f"TSR-{place}", created_at=made, versions=reports.manifest(codebase_branch=branch)),
            clock.now(),
        )
    today = clock.now().date()
    for query, found in (
        (Query(branch="main"), 1),
        (Query(environment="nowhere"), 0),
        (Query(decision=GoNoGoDecision.NO_GO), 2),
        (Query(decision=GoNoGoDecision.GO), 0),
        (Query(text="release/"), 1),
        (Query(text="3FA9C1E"), 2),
        (Query(since=today - timedelta(days=3)), 1),
        (Query(until=today - timedelta(days=3)), 1),
    ):
        assert workspace.count(query) == found, query
        assert len(workspace.page(query, FIRST, clock.now())) == found, query
    assert workspace.choices().branches == ("main", "release/2.1")


def test_an_approved_release_is_listed_as_go_with_what_the_policy_said(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    document = codec.encode(reports.report())
    moment = reports.report().created_at + timedelta(hours=1)
    waits = decision_about(
        document,
        decision=GoNoGoDecision.PENDING_REVIEW,
        reason="1 review",
        manual_approval_required=True,
        approval=ApprovalTerms(distinct_from=()),
        evaluated_at=moment,
    )
    with open_library(path, create=True) as library:
        ReportRepository(library).add(document, waits, received_at=moment)
        ApprovalRepository(library).file(
            waits.report_id, lambda found: approval_of(found, approved_at=moment), received_at=moment
        )
    opened = open_workspace(path)
    try:
        (line,) = opened.page(Query(decision=GoNoGoDecision.GO), FIRST, moment)
        assert opened.count(Query(decision=GoNoGoDecision.PENDING_REVIEW)) == 0
    finally:
        opened.close()
    assert line.verdict.word == "GO"
    assert line.reason == "Approved; the policy says PENDING REVIEW: 1 review"


def test_the_last_page_comes_in_list_order(
    workspace: StoreWorkspace, written: Callable[..., Path], clock: StillClock
) -> None:
    for place in range(5):
        import_one(
            workspace,
            written(id=f"TSR-{place}", created_at=clock.now() - timedelta(hours=place)),
            clock.now(),
        )
    last = replace(FIRST, limit=2, reverse=True)
    assert [line.id for line in workspace.page(Query(), last, clock.now())] == ["TSR-3", "TSR-4"]


def test_a_file_that_is_no_library_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    foreign = tmp_path / "notes.db"
    foreign.write_bytes(b"SQLite format 3\x00" + b"x" * 200)
    with pytest.raises(StoreError):
        open_workspace(foreign, create=True)
    assert foreign.read_bytes() == b"SQLite format 3\x00" + b"x" * 200


def test_a_missing_library_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_workspace(tmp_path / "missing.db")
    assert not (tmp_path / "missing.db").exists()


def test_days_become_moments() -> None:
    made = report_filter(Query(since=date(2026, 11, 1), until=date(2026, 11, 2)))
    assert made.created_from is not None
    assert made.created_to is not None
    assert made.created_to - made.created_from == timedelta(days=2)


def test_the_default_library_is_in_the_persons_own_folder() -> None:
    assert default_library().name == "library.db"
    assert default_library().is_absolute()


@pytest.mark.parametrize("claimed", [GoNoGoDecision.NO_GO, GoNoGoDecision.PENDING_REVIEW])
def test_a_milder_policy_than_its_own_gives_no_report_a_go(
    workspace: StoreWorkspace, tmp_path: Path, clock: StillClock, claimed: GoNoGoDecision
) -> None:
    sound = codec.decode(good(), TestSummaryReport)
    own = PolicyReference(name="strict", version="1", digest="f" * 64)
    for number, (policy, claim, word) in enumerate(
        (
            (own, claimed, "NOT JUDGED"),
            (own, GoNoGoDecision.GO, "GO"),
            (ai_release().reference, claimed, "GO"),
            (None, claimed, "GO"),
        )
    ):
        report = msgspec.structs.replace(sound, id=f"r{number}", policy=policy, go_no_go_decision=claim)
        path = tmp_path / f"{number}.json"
        path.write_bytes(codec.encode(report))
        done = import_one(workspace, path, clock.now())
        assert (done.is_new, done.verdict.word) == (True, word)
        if word == "NOT JUDGED":
            assert done.claimed is not None
            assert workspace.load(report.id).decision is None
            assert workspace.count(Query(decision=GoNoGoDecision.GO)) == 0


def test_an_approved_release_reads_go_in_the_list_and_in_its_detail(tmp_path: Path) -> None:
    """Whoever opens a report must not find another verdict than the list had."""
    document = codec.encode(report(manual_approval_required=True))
    with open_library(tmp_path / "library.db", create=True) as library:
        decision = waiting(document)
        ReportRepository(library).add(document, decision, received_at=NOON)
        ApprovalRepository(library).take(codec.encode(approval_about(decision)), received_at=LATER)
    workspace = open_workspace(tmp_path / "library.db")
    opened = workspace.load(report().id)
    listed = workspace.page(Query(), FIRST, LATER)[0]
    head = report_detail(opened).head
    workspace.close()
    assert head.verdict == listed.verdict == verdict(GoNoGoDecision.GO)
    assert head.sentence.startswith("Approved by ana; the policy says PENDING REVIEW: ")


def test_a_report_is_opened_with_everything_that_people_said(tmp_path: Path) -> None:
    document = codec.encode(report(manual_approval_required=True))
    with open_library(tmp_path / "library.db", create=True) as library:
        decision = waiting(document)
        ReportRepository(library).add(document, decision, received_at=NOON)
        for by in ("ana", "ben"):
            ApprovalRepository(library).take(codec.encode(approval_about(decision, by)), received_at=LATER)
    workspace = open_workspace(tmp_path / "library.db")
    opened = workspace.load(report().id)
    workspace.close()
    assert [each.approved_by for each in opened.approvals] == ["ana", "ben"]
    assert opened.decision_digest == codec.digest(codec.encode(decision))
    history = dict(next(block for block in report_detail(opened).blocks if block.key == "approvals").tables)
    assert [node.cells[1].text for node in history["Approval history"].nodes] == ["ana", "ben"]


HOUSE = """version: 1
name: house
revision: {name}
rules:
- id: unit-tests
  check: tests
  where: {{type: unit}}
  require: {{failed: 0, min_executed: 1}}
  severity: block
"""


@pytest.mark.parametrize(
    ("judged_by", "repositories", "in_force"),
    [
        ("first", (), False),
        ("second", (), True),
        # The newest that names no repository judges all of them, and not the built-in one.
        ("built in", (), False),
        ("stranger", (), None),
        ("second", ("https://git.example.org/elsewhere",), False),
        ("built in", ("https://git.example.org/elsewhere",), True),
    ],
)
def test_whether_the_policy_still_decides_is_told_as_far_as_the_library_knows(
    tmp_path: Path, judged_by: str, repositories: tuple[str, ...], in_force: bool | None
) -> None:
    texts = {name: HOUSE.format(name=name) for name in ("first", "second", "stranger")}
    digests = {name: codec.digest(text.encode()) for name, text in texts.items()}
    digests["built in"] = ai_release().digest
    document = codec.encode(report())
    policy = PolicyReference(name="house", version="1", digest=digests[judged_by])
    with open_library(tmp_path / "library.db", create=True) as library:
        for name in ("first", "second"):
            submission = PolicySubmission(document=texts[name], repositories=repositories)
            PolicyRepository(library).add("house", submission, submitted_by="ana", at=NOON)
        decision = decision_about(document, policy=policy)
        ReportRepository(library).add(document, decision, received_at=NOON)
    workspace = open_workspace(tmp_path / "library.db")
    opened = workspace.load(report().id)
    workspace.close()
    assert opened.policy_in_force is in_force
    assert bool(report_detail(opened).head.out_of_force) is (in_force is False)
