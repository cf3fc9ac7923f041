from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.answered_releases import DECIDED_AT, PENDING, REPORT_ID, Release, document, waiting
from tests.factories.reports import NOON
from tests.factories.servers import bearer, in_process
from tests.libraries import DIALECTS
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.approval import ApprovalTerms, ApproverRole, DistinctFrom
from tsr_agent.models.decision import GoNoGoDecision, PolicyReference

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.factories.servers import InProcess
    from tests.libraries import Databases

BOTH = (DistinctFrom.TRIGGERED_BY, DistinctFrom.AUTHOR)
OTHER_POLICY = PolicyReference(name="ai-release", version="2", digest="cd" * 32)


@pytest.fixture(params=DIALECTS)
def server(databases: Databases, request: pytest.FixtureRequest) -> Iterator[InProcess]:
    """The application over each database."""
    with databases.library(request.param) as library, in_process(library) as running:
        yield running


@pytest.fixture
def release(server: InProcess) -> Release:
    return Release.on_record(server)


def refused(answer: httpx.Response, status: int, *words: str) -> None:
    """A problem of this status whose detail says why; nothing was recorded."""
    problem = answer.json()
    assert answer.status_code == problem["status"] == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    for word in words:
        assert word in problem["detail"], problem


def test_an_approval_is_the_servers_word_of_who_and_when(release: Release) -> None:
    asked = release.request(note="looked at all of it")
    answer = release.say("approve", "Ana", **asked)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["id"], said["decision"]) == (REPORT_ID, "go")
    assert said["approval"] == {
        "schema_version": 1,
        "id": asked["id"],
        "report_id": REPORT_ID,
        "report_digest": codec.digest(release.document),
        "policy_digest": release.decision.policy.digest,
        "basis_digest": asked["basis_digest"],
        "environment": release.decision.environment,
        "action": "approve",
        "revokes": None,
        "approved_by": "Ana",
        "role": "release_manager",
        "note": "looked at all of it",
        "approved_at": NOON.isoformat().replace("+00:00", "Z"),
    }
    assert (said["standing"]["state"], said["standing"]["approved_by"]) == ("approved", ["Ana"])
    assert release.history()["items"] == [said["approval"]]


def test_an_id_is_made_where_none_is_given(release: Release) -> None:
    assert len(release.say("approve", "Ana", id=None).json()["approval"]["id"]) == 36


def test_the_same_request_again_is_answered_and_records_nothing(release: Release) -> None:
    asked = release.request()
    first = release.say("approve", "Ana", **asked)
    release.server.clock.forward(timedelta(minutes=5))
    # Also when what it was based on has changed meanwhile: it is on record.
    release.decide(replace(release.decision, policy=OTHER_POLICY, evaluated_at=NOON))
    again = release.say("approve", "Ana", **asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["approval"] == first.json()["approval"]
    assert len(release.history()["items"]) == 1


@pytest.mark.parametrize("changed", [{"note": "another"}, {"who": "Ben"}, {"verb": "reject"}])
def test_an_id_is_good_for_one_document(release: Release, changed: dict[str, str]) -> None:
    asked = release.request()
    release.say("approve", "Ana", **asked)
    values = {"verb": "approve", "who": "Ana"} | changed
    note = {"note": values["note"]} if "note" in values else {}
    refused(release.say(values["verb"], values["who"], **asked, **note), 409, asked["id"])


def test_an_id_of_another_reports_approval_is_taken(server: InProcess, release: Release) -> None:
    asked = release.request()
    release.say("approve", "Ana", **asked)
    other = Release.on_record(server, document(id="another-report"))
    taken = other.say("approve", "Ana", report_id="another-report", id=asked["id"])
    refused(taken, 409, asked["id"])


def test_what_was_not_seen_is_not_approved(release: Release) -> None:
    refused(release.say("approve", "Ana", report_digest="0" * 64), 412, "other bytes")
    seen = release.request()
    release.decide(replace(release.decision, policy=OTHER_POLICY, evaluated_at=NOON))
    for verb in ("approve", "reject"):
        refused(release.say(verb, "Ana", **seen), 412, "decided again")
    assert release.history()["items"] == []
    refused(release.say("approve", "Ana"), 412, "Another policy is in force")
    assert release.say("reject", "Ana").status_code == 201


def test_unknown_reports_and_those_of_other_projects_read_the_same(release: Release) -> None:
    refused(release.say("approve", "Ana", report_id="nobody"), 404)
    answers = []
    for project, report_id in (("https://git.example/other", REPORT_ID), (None, "nobody")):
        headers = bearer(release.server.token(Role.AGENT, project=project))
        answers.append(release.server.client.get(f"/api/tsr/{report_id}/approvals", headers=headers))
        refused(answers[-1], 404)
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


def test_a_no_go_is_approved_by_nobody(server: InProcess) -> None:
    terms = ApprovalTerms(count=1)
    release = Release.on_record(server, decision=GoNoGoDecision.NO_GO, approval=terms)
    refused(release.say("approve", "Ana"), 409, "NO-GO")
    # It is on record all the same that somebody does not want it, whatever is decided later.
    assert release.say("reject", "Ana").json()["decision"] == "no_go"


def test_a_release_that_waits_for_nobody_needs_no_approval(server: InProcess) -> None:
    release = Release.on_record(
        server, decision=GoNoGoDecision.GO, approval=None, manual_approval_required=False
    )
    refused(release.say("approve", "Ana"), 409, "Nobody has to approve")
    answer = release.say("reject", "Ana").json()
    assert (answer["decision"], answer["standing"]["state"]) == ("no_go", "rejected")


def test_the_policy_says_which_role_approves_and_both_reject(release: Release) -> None:
    refused(release.say("approve", "Tom", Role.TECH_LEAD), 403, "tech_lead")
    assert release.say("reject", "Tom", Role.TECH_LEAD).status_code == 201


def test_a_tech_lead_approves_where_the_policy_says_so(server: InProcess) -> None:
    release = Release.on_record(server, approval=ApprovalTerms(roles=(ApproverRole.TECH_LEAD,)))
    refused(release.say("approve", "Ana"), 403, "release_manager")
    assert release.say("approve", "Tom", Role.TECH_LEAD).json()["decision"] == "go"


@pytest.mark.parametrize("who", ["nightly", "NIGHTLY", "Nightly <nightly@example.org>", "@nightly"])
def test_whoever_started_the_run_does_not_approve_it(release: Release, who: str) -> None:
    refused(release.say("approve", who), 403, "triggered the run")
    assert release.history()["items"] == []


def test_whoever_wrote_the_commit_does_not_where_the_policy_says_so(server: InProcess) -> None:
    release = Release.on_record(server, approval=ApprovalTerms(distinct_from=BOTH))
    refused(release.say("approve", "eve@example.org"), 403, "wrote the commit")
    assert release.say("approve", "Ana").json()["decision"] == "go"


def test_nobody_approves_what_nobody_is_known_to_have_started(server: InProcess) -> None:
    release = Release.on_record(server, document(triggered_by="manual"))
    refused(release.say("approve", "Ana"), 409, "who triggered the run")


def test_one_person_counts_once_and_is_told_so(server: InProcess) -> None:
    release = Release.on_record(server, approval=ApprovalTerms(count=2))
    assert release.say("approve", "Ana").json()["standing"]["missing"] == 1
    refused(release.say("approve", "ANA"), 409, "same person has approved already")
    refused(release.say("approve", "Ana <ana@example.org>"), 409, "same person has approved already")
    second = release.say("approve", "Ben").json()
    assert (second["decision"], second["standing"]["approved_by"]) == ("go", ["Ana", "Ben"])


def test_approved_by_is_the_tokens_owner_or_left_out(release: Release) -> None:
    refused(release.say("approve", "Ana", approved_by="Ben"), 403, "somebody else")
    assert release.say("approve", "Ana", approved_by="Ana").status_code == 201


def test_people_who_disagree_leave_it_pending(release: Release) -> None:
    release.say("approve", "Ana")
    answer = release.say("reject", "Ben", note="not yet").json()
    assert (answer["decision"], answer["standing"]["state"]) == ("pending_review", "pending")
    assert "disagree" in answer["standing"]["reason"]
    refused(release.say("reject", "Ben"), 409, "rejected this release already")


def test_changing_ones_mind(release: Release) -> None:
    rejected = release.say("reject", "Ana").json()["approval"]["id"]
    refused(release.say("approve", "Ana"), 409, rejected)
    back = release.say("revoke", "Ana", revokes=rejected).json()
    assert (back["decision"], back["approval"]["revokes"]) == ("pending_review", rejected)
    refused(release.say("revoke", "Ana", revokes=rejected), 409, "withdrawn already")
    approved = release.say("approve", "Ana").json()["approval"]["id"]
    # Stopping is possible at once; what was said before still has to be withdrawn.
    assert release.say("reject", "Ana").json()["decision"] == "pending_review"
    gone = release.say("revoke", "Ana", revokes=approved).json()
    assert (gone["decision"], gone["standing"]["state"]) == ("no_go", "rejected")
    actions = [each["action"] for each in release.history()["items"]]
    assert actions == ["reject", "revoke", "approve", "reject", "revoke"]


def test_only_ones_own_word_is_withdrawn(release: Release) -> None:
    approved = release.say("approve", "Ana").json()["approval"]["id"]
    refused(release.say("revoke", "Ben", revokes=approved), 403, "Only whoever approved")
    refused(release.say("revoke", "Ana", revokes="nothing-here"), 404)
    assert release.history()["decision"] == "go"


def test_the_clock_of_another_worker_may_be_a_little_ahead(server: InProcess) -> None:
    release = Release.on_record(server, evaluated_at=NOON + timedelta(seconds=90))
    said = release.say("approve", "Ana").json()
    assert (said["decision"], said["approval"]["approved_at"]) == ("go", "2026-03-04T12:01:30Z")


def test_and_not_far_ahead(server: InProcess) -> None:
    release = Release.on_record(server, evaluated_at=NOON + timedelta(hours=1))
    refused(release.say("approve", "Ana"), 409, "given before the decision")


def test_an_approval_ends_with_what_it_was_based_on_and_the_history_says_so(release: Release) -> None:
    release.say("approve", "Ana")
    release.decide(replace(release.decision, policy=OTHER_POLICY, evaluated_at=NOON + timedelta(minutes=1)))
    history = release.history()
    assert (history["decision"], len(history["items"])) == ("pending_review", 1)
    (idle,) = history["uncounted"]
    assert idle["reason"] == "it was given under another policy"


def test_of_many_at_once_each_counts_once(server: InProcess) -> None:
    release = Release.on_record(server, approval=ApprovalTerms(count=4))
    people = ["Ana", "Ben", "Cleo", "Dan"]
    for who in people:
        release.headers(who)
    asked: list[tuple[str, dict[str, Any]]] = [(who, release.request()) for who in people for _ in range(3)]

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda each: release.say("approve", each[0], **each[1]), asked))
    statuses = sorted(each.status_code for each in answers)
    assert statuses == [201] * 4 + [409] * 8
    history = release.history()
    assert (history["decision"], sorted(history["standing"]["approved_by"])) == ("go", people)


def test_an_approval_that_races_a_new_decision_never_counts_for_it(server: InProcess) -> None:
    release = Release.on_record(server)
    release.headers("Ana")
    asked = release.request()
    other = replace(release.decision, policy=OTHER_POLICY, evaluated_at=NOON)
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(release.say, "approve", "Ana", **asked)
        pool.submit(release.decide, other).result()
    assert answer.result().status_code in {201, 412}
    assert release.history()["decision"] == "pending_review"


def test_a_decision_between_looking_and_filing_is_seen(
    server: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The narrowest gap: what the request was held against first is not what is on record at the end."""
    release = Release.on_record(server)
    release.headers("Ana")
    asked = release.request()
    from tsr_agent.store.approvals import ApprovalRepository

    file = ApprovalRepository.file

    def late(repository: ApprovalRepository, report_id: str, *given: Any, **named: Any) -> Any:
        release.decide(
            replace(
                release.decision, reason="the same basis", evaluated_at=DECIDED_AT + (NOON - DECIDED_AT) / 2
            )
        )
        return file(repository, report_id, *given, **named)

    monkeypatch.setattr(ApprovalRepository, "file", late)
    refused(release.say("approve", "Ana", **asked), 412, "at this very moment")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"report_digest": "x", "basis_digest": "0" * 64},
        {"report_digest": "0" * 64, "basis_digest": "0" * 64, "id": "short"},
        {"report_digest": "0" * 64, "basis_digest": "0" * 64, "approved_at": "2020-01-01T00:00:00Z"},
        {"report_digest": "0" * 64, "basis_digest": "0" * 64, "role": "release_manager"},
    ],
)
def test_a_body_of_another_form_is_refused(release: Release, body: dict[str, str]) -> None:
    answer = release.server.client.post(
        f"/api/tsr/{REPORT_ID}/approve", json=body, headers=release.headers("Ana")
    )
    refused(answer, 422)


def test_a_hostile_note_is_kept_as_it_is(release: Release) -> None:
    note = "<!channel> \u202e `x` \x1b[31m"
    release.say("approve", "Ana", note=note)
    assert release.history()["items"][0]["note"] == note


def test_a_report_without_a_decision_has_nothing_to_approve(server: InProcess) -> None:
    from tsr_agent.store.repository import ReportRepository

    of = document()
    release = Release(server, of, waiting(of))
    ReportRepository(server.library).add(of, None, received_at=DECIDED_AT)
    refused(release.say("approve", "Ana"), 409, "Nothing has been decided")
    assert release.history()["decision"] == PENDING.value
