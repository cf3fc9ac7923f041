"""Whether a report may be released: only what was decided, by the policy in force, for what is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.factories.reports import CODE_SHA, NOON, manifest, report, results
from tests.factories.servers import in_process
from tests.factories.tampering import drop_guards
from tests.factories.uploads import Site
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.api import GoNoGo
from tsr_agent.models.manifest import BuildContext, PullRequest
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.store.database import open_database
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from tests.factories.servers import InProcess

ID = report().id
MERGE = "d" * 40


@pytest.fixture
def site(server_on_each: InProcess) -> Site:
    return Site(server_on_each)


def test_the_answer_says_what_it_rests_on(site: Site) -> None:
    site.upload()
    site.server.clock.forward(timedelta(minutes=3))
    answer = msgspec.json.decode(site.get(f"tsr/{ID}/go-no-go").content, type=GoNoGo)
    assert (answer.decision.value, answer.decided.value, answer.policy_in_force) == ("go", "go", True)
    assert answer.report_digest == codec.digest(codec.encode(report()))
    assert (answer.environment, answer.codebase_sha) == ("staging", CODE_SHA)
    assert answer.tested_sha == answer.codebase_sha
    assert (answer.evaluated_at, answer.answered_at) == (NOON, NOON + timedelta(minutes=3))
    site.server.clock.forward(timedelta(minutes=1))
    later = msgspec.json.decode(site.get(f"tsr/{ID}/go-no-go").content, type=GoNoGo)
    assert later == msgspec.structs.replace(answer, answered_at=NOON + timedelta(minutes=4))


@pytest.mark.parametrize("environment", ["staging", "Staging", "STAGING "])
def test_the_environment_is_held_against_the_decisions(site: Site, environment: str) -> None:
    site.upload()
    assert site.answer(query=f"?environment={environment}&commit={CODE_SHA}")["decision"] == "go"


def test_another_environment_or_commit_is_no_decision(site: Site) -> None:
    site.upload()
    for query in ("?environment=production", f"?commit={'a' * 40}", f"?commit={MERGE}&environment=staging"):
        answer = site.get(f"tsr/{ID}/go-no-go{query}")
        assert answer.status_code == 409
        assert "decision" not in answer.json()


@pytest.mark.parametrize(
    ("versions", "build", "commit", "status"),
    [
        ({"dirty": True}, None, CODE_SHA, 409),
        ({"dirty": None}, None, CODE_SHA, 409),
        ({"checked_out_sha": MERGE}, None, CODE_SHA, 409),
        ({"checked_out_sha": MERGE}, None, MERGE, 409),
        ({"checked_out_sha": MERGE}, "merge", MERGE, 200),
        ({"checked_out_sha": MERGE}, "merge", CODE_SHA, 409),
    ],
)
def test_the_commit_is_the_one_whose_files_were_tested(
    site: Site, versions: dict[str, Any], build: str | None, commit: str, status: int
) -> None:
    context = None
    if build is not None:
        context = BuildContext(system="CI", merge_sha=MERGE, pull_request=PullRequest(head_sha=CODE_SHA))
    site.upload(codec.encode(report(versions=manifest(**versions), build=context)))
    answer = site.get(f"tsr/{ID}/go-no-go?commit={commit}")
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    "query",
    [
        "?commit=",
        "?commit=abc",
        f"?commit={'A' * 40}",
        f"?commit={'a' * 40}%0A",
        "?environment=",
        "?environment=%20",
        "?enviroment=production",
        f"?commit={CODE_SHA}&commit={CODE_SHA}",
        "?environment=null&x=1",
        f"?environment={'e' * 51}",
    ],
)
def test_a_question_that_is_not_understood_is_not_answered(site: Site, query: str) -> None:
    site.upload()
    answer = site.get(f"tsr/{ID}/go-no-go{query}")
    assert answer.status_code == 422, answer.text
    assert "decision" not in answer.json()


def test_null_is_a_name_and_not_nothing(site: Site) -> None:
    site.upload()
    assert site.get(f"tsr/{ID}/go-no-go?environment=null").status_code == 409


def test_a_decision_by_a_policy_that_was_replaced_waits(site: Site) -> None:
    site.upload()
    site.answer()
    site.put_policy(repositories=["https://git.example/other"])
    assert site.answer()["decision"] == "go"
    site.put_policy(name="ours", repositories=["git@FORGE.example:acme/support-bot.git"])
    answer = site.answer()
    assert (answer["decision"], answer["decided"], answer["policy_in_force"]) == (
        "pending_review",
        "go",
        False,
    )
    assert "no longer in force" in answer["reason"]
    assert site.get(f"tsr/{ID}").json()["go_no_go_decision"] == "pending_review"


def test_what_was_blocked_stays_blocked_until_it_is_decided_again(site: Site) -> None:
    """Whoever lets pending releases pass must not get a NO-GO through by replacing the policy."""
    unit = results(TestType.UNIT, CaseStatus.PASSED, CaseStatus.FAILED)
    site.upload(codec.encode(report(test_results=(unit, *report().test_results[1:]))))
    assert site.answer()["decision"] == "no_go"
    site.put_policy()
    answer = site.answer()
    assert (answer["decision"], answer["policy_in_force"]) == ("no_go", False)
    assert "no longer in force" in answer["reason"]


def test_what_was_rejected_stays_rejected_under_another_policy(site: Site) -> None:
    site.upload()
    answer = site.answer()
    said = {"report_digest": answer["report_digest"], "basis_digest": answer["basis_digest"]}
    headers = site.headers(Role.RELEASE_MANAGER)
    assert site.server.client.post(f"/api/tsr/{ID}/reject", json=said, headers=headers).status_code == 201
    assert site.answer()["decision"] == "no_go"
    site.put_policy()
    assert site.answer()["decision"] == "no_go"
    site.decide_again()
    assert site.answer()["decision"] == "no_go"


def test_there_is_no_answer_without_a_decision(site: Site) -> None:
    ReportRepository(site.server.library).add(codec.encode(report()), None, received_at=NOON)
    assert site.get(f"tsr/{ID}/go-no-go").status_code == 409
    assert site.get(f"tsr/{ID}").json()["go_no_go_decision"] == "pending_review"
    assert site.decide_again().json()["decision"] == "go"
    assert site.answer()["decision"] == "go"


def test_reports_of_other_projects_are_not_there(site: Site) -> None:
    site.upload()
    other = "https://git.example/other"
    for path in ("", "/document", "/go-no-go", "/approvals"):
        hidden = site.get(f"tsr/{ID}{path}", project=other)
        unknown = site.get(f"tsr/nobody{path}", project=other)
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json() | {"instance": ""} == unknown.json() | {"instance": ""}
        assert site.get(f"tsr/{ID}{path}", project="git@forge.example:Acme/support-bot").status_code == 200
    assert (
        site.server.client.post(
            f"/api/tsr/{ID}/decisions", headers=site.headers(Role.AGENT, other)
        ).status_code
        == 404
    )


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE test_summary_reports SET go_no_go_decision = 'go'",
        "UPDATE test_summary_reports SET standing = 'go', approval_state = 'approved'",
        "UPDATE test_summary_reports SET digest = '" + "0" * 64 + "'",
        "UPDATE test_summary_reports SET codebase_sha = '" + "0" * 40 + "'",
        "UPDATE decisions SET digest = '" + "0" * 64 + "'",
        "UPDATE decisions SET body = {zero}",
        "DELETE FROM decisions",
        "UPDATE report_documents SET body = {zero}",
    ],
)
def test_an_altered_record_is_never_a_decision(database: str, damage: str) -> None:
    with open_database(database) as library:
        with in_process(library) as running:
            Site(running).upload(codec.encode(report(test_results=())))
            assert Site(running).answer()["decision"] != "go"
        with library.write() as connection:
            drop_guards(connection, "decisions", "report_documents")
            zero = r"'\x00'" if library.dialect == "postgresql" else "x'00'"
            connection.exec_driver_sql(damage.format(zero=zero))
        with in_process(library, faults_allowed=True) as running:
            answer = Site(running).get(f"tsr/{ID}/go-no-go")
            assert answer.status_code == 503, answer.text
            assert answer.json()["type"] == "urn:aitr:problem:record-altered"
            assert Site(running).get(f"tsr/{ID}").status_code == 503
