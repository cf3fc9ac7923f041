from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.reports import NOON, iteration, report
from tsr_agent.errors import DocumentError, IntegrityError, StoreError
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.evals import MetricValue
from tsr_agent.store.filing import file_report
from tsr_agent.store.integrity import check

if TYPE_CHECKING:
    from tsr_agent.store.engine import Library
    from tsr_agent.store.filing import Filed
    from tsr_agent.store.repository import ReportRepository

GO, NO_GO = GoNoGoDecision.GO, GoNoGoDecision.NO_GO


def filed(repository: ReportRepository, **changed: Any) -> Filed:
    return file_report(repository, codec.encode(report(**changed)), ai_release(), None, None, NOON)


def inaccurate() -> dict[str, Any]:
    return {"eval_iterations": (iteration(metrics={"accuracy": MetricValue(value=0.5, n=250)}),)}


def test_a_good_report_is_filed_with_our_go(repository: ReportRepository) -> None:
    done = filed(repository, go_no_go_decision=GO)
    assert done.decision.decision is GO, done.decision.blocking_issues + done.decision.review_issues
    assert not done.claim_differs
    assert repository.decision(done.report.id) == done.decision
    assert check(repository.library).sound


def test_a_false_claim_is_kept_and_has_no_effect(repository: ReportRepository) -> None:
    done = filed(repository, go_no_go_decision=GO, **inaccurate())
    assert (done.claimed, done.decision.decision, done.claim_differs) == (GO, NO_GO, True)
    row = repository.row(done.report.id)
    assert row is not None
    assert (row.decision, row.claimed_decision) == (NO_GO, GO)
    assert check(repository.library).sound


@pytest.mark.parametrize(
    "nothing",
    [{"test_results": ()}, {"eval_iterations": ()}, {"test_results": (), "eval_iterations": ()}],
)
def test_missing_evidence_is_never_filed_as_go(repository: ReportRepository, nothing: dict[str, Any]) -> None:
    done = filed(repository, go_no_go_decision=GO, **nothing)
    assert done.decision.decision is not GO
    row = repository.row(done.report.id)
    assert row is not None
    assert row.decision is not GO


def test_filing_again_under_a_laxer_policy_does_not_turn_the_verdict(repository: ReportRepository) -> None:
    import msgspec

    document = codec.encode(report(**inaccurate()))
    first = file_report(repository, document, ai_release(), None, None, NOON)
    lax = msgspec.structs.replace(ai_release(), rules=())
    again = file_report(repository, document, lax, None, None, NOON + timedelta(days=1))
    assert first.decision.decision is NO_GO
    assert again.retaken.decision is not NO_GO
    assert (again.decision, again.record_differs, again.added.report_is_new) == (first.decision, True, False)
    row = repository.row(again.report.id)
    assert row is not None
    assert row.decision is NO_GO


def test_the_same_id_with_other_bytes_is_refused(repository: ReportRepository) -> None:
    filed(repository, **inaccurate())
    with pytest.raises(IntegrityError):
        filed(repository)
    row = repository.row(report().id)
    assert row is not None
    assert row.decision is NO_GO


def test_what_is_not_a_report_is_not_filed(repository: ReportRepository) -> None:
    with pytest.raises(DocumentError):
        file_report(repository, b'{"go_no_go_decision": "go"}', ai_release(), None, None, NOON)
    assert repository.count() == 0


def test_when_the_decision_can_not_be_written_neither_is_the_report(
    library: Library, repository: ReportRepository
) -> None:
    with library.write() as connection:
        connection.exec_driver_sql("DROP TABLE decisions")
    with pytest.raises(StoreError):
        filed(repository)
    assert repository.count() == 0
