"""Uploads: judged by the server, filed once, and nothing that a report says of itself believed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.factories.reports import NOON, manifest, report, results
from tests.factories.uploads import Site
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.api import Received
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.store.approvals import ApprovalRepository

if TYPE_CHECKING:
    from tests.factories.servers import InProcess

ID = report().id
BROKEN = report(test_results=(results(TestType.UNIT, CaseStatus.PASSED, CaseStatus.FAILED),))


@pytest.fixture
def site(server_on_each: InProcess) -> Site:
    return Site(server_on_each)


def test_a_report_is_judged_and_filed(site: Site) -> None:
    document = codec.encode(report())
    answer = site.upload(document)
    assert answer.status_code == 201, answer.text
    received = msgspec.json.decode(answer.content, type=Received)
    assert (received.go_no_go_decision, received.digest) == (GoNoGoDecision.GO, codec.digest(document))
    assert received.received_at == NOON
    assert answer.headers["location"] == f"/api/tsr/{ID}"
    assert answer.headers["etag"] == f'"{received.digest}"'
    known = ApprovalRepository(site.server.library).on_record(ID)
    assert known is not None
    assert known.decision_digest == received.decision_digest
    kinds = [each["kind"] for each in site.get("changes", Role.VIEWER).json()["items"]]
    assert kinds == ["report", "decision"]


def test_the_same_bytes_again_change_nothing(site: Site) -> None:
    first = site.upload()
    site.server.clock.forward(timedelta(hours=1))
    again = site.upload()
    assert (again.status_code, again.json()) == (200, first.json())
    assert site.get("changes", Role.VIEWER).json()["head"] == 2


def test_other_bytes_under_the_same_id_are_refused_naming_both(site: Site) -> None:
    site.upload()
    other = codec.encode(report(triggered_by="somebody else"))
    answer = site.upload(other)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "urn:aitr:problem:conflict"
    assert problem["errors"] == [
        f"on record: SHA-256 {codec.digest(codec.encode(report()))}",
        f"sent: SHA-256 {codec.digest(other)}",
    ]
    hidden = site.upload(
        codec.encode(report(versions=manifest(codebase_repo="https://git.example/other"))),
        project="https://git.example/other",
    )
    assert hidden.status_code == 409
    assert not any("on record" in each for each in hidden.json()["errors"])


def test_a_claim_is_kept_and_never_believed(site: Site) -> None:
    lying = msgspec.structs.replace(
        BROKEN,
        go_no_go_decision=GoNoGoDecision.GO,
        decision_reason="all is well",
        approved_by="Ana",
        approved_at=NOON,
        evaluated_at=NOON,
    )
    answer = site.upload(codec.encode(lying))
    received = answer.json()
    assert (received["go_no_go_decision"], received["claimed_decision"]) == ("no_go", "go")
    assert received["claim_differs"] is True
    assert answer.headers["aitr-claim-differs"] == "go"
    assert (
        "aitr_claims_differing_total 1"
        in site.server.client.get("/metrics", headers=site.headers(Role.VIEWER)).text
    )
    shown = site.get(f"tsr/{ID}").json()
    assert (shown["go_no_go_decision"], shown["approved_by"], shown["approved_at"]) == ("no_go", None, None)
    assert shown["decision_reason"] != "all is well"
    assert site.answer()["approval"]["approved_by"] == []
    assert site.get(f"tsr/{ID}/document").content == codec.encode(lying)


def test_an_honest_claim_is_not_told_as_different(site: Site) -> None:
    honest = msgspec.structs.replace(report(), go_no_go_decision=GoNoGoDecision.GO)
    answer = site.upload(codec.encode(honest))
    assert answer.json()["claim_differs"] is False
    assert "aitr-claim-differs" not in answer.headers


@pytest.mark.parametrize(("ahead", "status"), [(300, 201), (301, 422), (86_400 * 300, 422)])
def test_a_report_from_the_future_is_refused(site: Site, ahead: int, status: int) -> None:
    answer = site.upload(codec.encode(report(created_at=NOON + timedelta(seconds=ahead))))
    assert answer.status_code == status
    if status == 422:
        assert "$.created_at" in answer.json()["errors"][0]


def test_bytes_that_were_altered_on_the_way_are_refused(site: Site) -> None:
    document = codec.encode(report())
    announced = codec.digest(document)
    altered = site.upload(document.replace(b'"ci"', b'"CI"'), **{"Idempotency-Key": announced})
    assert altered.status_code == 422
    assert "Idempotency-Key" in altered.json()["errors"][0]
    assert site.upload(document, **{"Idempotency-Key": announced}).status_code == 201


def test_a_token_of_a_project_uploads_only_its_own_reports(site: Site) -> None:
    repo = report().versions.codebase_repo
    assert site.upload(project="https://forge.example/acme/other").status_code == 403
    assert site.get(f"tsr/{ID}", Role.VIEWER).status_code == 404
    assert site.upload(project=f"{repo}.git").status_code == 201


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"NaN",
        b'{"schema_version": 1e999}',
        b"[" * 100_000,
        codec.encode(report()).replace(b'"id"', b'"id": "x", "id"', 1),
        codec.encode(report()).replace(b'"ci"', b'"\\ud800"'),
        codec.encode(report()).replace(b'"ci"', b'"\xff"'),
        codec.encode(report(created_at=NOON.replace(year=1969))),
        codec.encode(report()) + b"{}",
    ],
)
def test_what_is_no_report_is_refused_with_the_reason(site: Site, document: bytes) -> None:
    answer = site.upload(document)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "urn:aitr:problem:invalid-document"
    assert site.get("changes", Role.VIEWER).json()["head"] == 0


def test_the_same_bytes_are_decided_again_once_another_policy_is_in_force(site: Site) -> None:
    site.upload()
    assert site.put_policy().status_code == 201
    assert site.answer()["decision"] == "pending_review"
    assert site.answer()["policy_in_force"] is False
    site.server.clock.forward(timedelta(minutes=1))
    again = site.upload()
    assert (again.status_code, again.json()["go_no_go_decision"]) == (200, "pending_review")
    assert again.json()["received_at"] == "2026-03-04T12:00:00Z"
    answer = site.answer()
    assert (answer["policy_in_force"], answer["policy"]["name"]) == (True, "strict")
    assert answer["manual_approval_required"] is True
    kinds = [each["kind"] for each in site.get("changes", Role.VIEWER).json()["items"]]
    assert kinds == ["report", "decision", "policy", "decision"]


def test_deciding_again_does_so_where_the_policy_changed_and_else_nothing(site: Site) -> None:
    site.upload()
    assert site.decide_again().status_code == 200
    site.put_policy()
    first = site.decide_again(role=Role.RELEASE_MANAGER)
    assert (first.status_code, first.json()["policy"]["name"]) == (201, "strict")
    assert site.decide_again().status_code == 200
    assert site.decide_again("nobody").status_code == 404
    assert site.decide_again(role=Role.VIEWER).status_code == 403


@pytest.mark.parametrize("same", [True, False])
def test_of_thirty_two_uploads_at_once_nothing_is_lost_or_doubled(site: Site, same: bool) -> None:
    documents = [codec.encode(report(id=ID if same else f"r-{number}")) for number in range(32)]
    site.headers(Role.AGENT)
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(site.upload, documents))
    codes = sorted(each.status_code for each in answers)
    assert codes == ([200] * 31 + [201] if same else [201] * 32)
    assert len({each.json()["decision_digest"] for each in answers}) == (1 if same else 32)
    changes = site.get("changes?limit=200", Role.VIEWER).json()
    assert [each["seq"] for each in changes["items"]] == list(range(1, (2 if same else 64) + 1))


def test_of_many_at_once_with_one_id_the_first_stays(site: Site) -> None:
    documents = [codec.encode(report(triggered_by=f"job {number}")) for number in range(16)]
    site.headers(Role.AGENT)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(site.upload, documents))
    codes = sorted(each.status_code for each in answers)
    assert codes == [201] + [409] * 15
    (winner,) = [each.json()["digest"] for each in answers if each.status_code == 201]
    assert codec.digest(site.get(f"tsr/{ID}/document").content) == winner
