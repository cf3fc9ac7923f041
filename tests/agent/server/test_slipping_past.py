"""Ways to a GO that nobody gave: rows that were removed, addresses spelt otherwise, releases of elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, select, update

from tests.factories.judged_reports import releasable
from tests.factories.reports import NOON, manifest, report
from tests.factories.servers import in_process
from tests.factories.tampering import drop_guards
from tests.factories.uploads import Site
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.store.database import open_database
from tsr_agent.store.filing import file_report
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import approvals, decisions, reports

if TYPE_CHECKING:
    from tests.factories.servers import InProcess
    from tsr_agent.store.engine import Library

ID = report().id
OURS = "https://forge.example/acme/support-bot"
COMPARING = """\
version: 1
name: comparing
on_missing: fail
baseline: {}
rules:
  - {id: not-fewer, check: test_changes, require: {max_vanished: 0}}
"""


@pytest.fixture
def site(server_on_each: InProcess) -> Site:
    return Site(server_on_each)


def rejected(site: Site) -> None:
    answer = site.answer()
    said = {"report_digest": answer["report_digest"], "basis_digest": answer["basis_digest"]}
    headers = site.headers(Role.RELEASE_MANAGER)
    assert site.server.client.post(f"/api/tsr/{ID}/reject", json=said, headers=headers).status_code == 201


def row_of(library: Library) -> dict[str, Any]:
    with library.read() as connection:
        return dict(connection.execute(select(reports).where(reports.c.id == ID)).one()._mapping)


@pytest.mark.parametrize("table", [approvals, decisions], ids=str)
def test_a_no_go_is_not_removed_with_the_row_that_says_so(database: str, table: Any) -> None:
    with open_database(database) as library:
        with in_process(library) as running:
            site = Site(running)
            site.upload()
            assert site.answer()["decision"] == "go"
            as_it_was = row_of(library)
            if table is approvals:
                rejected(site)
            else:
                site.put_policy(COMPARING)
                site.decide_again()
            assert site.answer()["decision"] == "no_go"
        with library.write() as connection:
            drop_guards(connection, table.name)
            newest = select(table.c.id).order_by(table.c.id.desc()).limit(1).scalar_subquery()
            connection.execute(delete(table).where(table.c.id == newest))
            connection.execute(update(reports).where(reports.c.id == ID).values(as_it_was))
        with in_process(library, faults_allowed=True) as running:
            answer = Site(running).get(f"tsr/{ID}/go-no-go")
            assert answer.status_code == 503, answer.text
            assert answer.json()["type"] == "urn:aitr:problem:record-altered"


def test_a_row_that_is_removed_from_under_a_server_ends_its_answers(database: str) -> None:
    with open_database(database) as library, in_process(library, faults_allowed=True) as running:
        site = Site(running)
        site.upload()
        as_it_was = row_of(library)
        rejected(site)
        assert site.answer()["decision"] == "no_go"
        with library.write() as connection:
            drop_guards(connection, "approvals")
            connection.execute(delete(approvals))
            connection.execute(update(reports).where(reports.c.id == ID).values(as_it_was))
        assert site.get(f"tsr/{ID}/go-no-go").status_code == 503


@pytest.mark.parametrize(
    "spelt", ["gi：t@forge.example:acme/support-bot", "／git@forge.example:Acme/support-bot.git"]
)
def test_whoever_may_speak_for_a_repository_is_judged_by_its_policy(site: Site, spelt: str) -> None:
    site.put_policy(repositories=[OURS])
    sent = codec.encode(report(versions=manifest(codebase_repo=spelt)))
    answer = site.upload(sent, project=OURS)
    assert answer.status_code == 201, answer.text
    assert answer.json()["go_no_go_decision"] == "pending_review"
    assert site.answer()["policy"]["name"] == "strict"


@pytest.mark.parametrize(
    "spelt", ["https://[::1]@acm]/app", "https://[::x@]/acme/app", "[", "https://[", "//["]
)
def test_an_address_that_is_none_is_judged_all_the_same(site: Site, spelt: str) -> None:
    site.put_policy(repositories=[OURS])
    sent = codec.encode(report(versions=manifest(codebase_repo=spelt)))
    assert site.upload(sent).status_code == 201
    assert site.answer()["codebase_repo"] == spelt
    assert site.upload(sent, project=OURS).status_code in {403, 404}


@pytest.mark.parametrize(("digest", "verdict"), [(ai_release().digest, "go"), ("e" * 64, "no_go")])
def test_what_another_policy_released_elsewhere_is_nothing_to_compare_with(
    site: Site, digest: str, verdict: str
) -> None:
    policy, moment = replace(ai_release(), digest=digest), NOON - timedelta(hours=1)
    before = codec.encode(releasable(id="before", created_at=moment))
    file_report(ReportRepository(site.server.library), before, policy, None, None, moment)
    site.put_policy(COMPARING, name="comparing")
    assert site.upload(codec.encode(releasable(id="judged", created_at=NOON))).status_code == 201
    answer = site.answer("judged")
    assert answer["decision"] == verdict, answer


DEMANDING = """\
version: 1
name: demanding
rules:
  - {id: accurate, check: eval_metric, where: {metric: accuracy}, require: {at_least: 0.9999}}
"""
WAIVERS = """\
version: 1
waivers:
  - {id: W-1, rule: accurate, scope: {branch: main}, reason: known, ticket: T-1, owner: ana,
     approved_by: ben, expires: "2026-03-05"}
"""


def test_an_exception_that_ended_keeps_no_go_away_no_longer(site: Site) -> None:
    sent = codec.encode(releasable(id="excused", created_at=NOON))
    assert site.put_policy(DEMANDING, waivers=WAIVERS).status_code == 201
    site.upload(sent)
    assert site.answer("excused")["decision"] == "go"
    site.server.clock.forward(timedelta(hours=35))
    assert site.answer("excused")["decision"] == "go", "the last day is not over"
    assert site.decide_again("excused").status_code == 200
    site.server.clock.forward(timedelta(hours=1))
    answer = site.answer("excused")
    assert (answer["decision"], answer["decided"], answer["policy_in_force"]) == (
        "pending_review",
        "go",
        False,
    )
    assert site.get("tsr/excused").json()["go_no_go_decision"] == "pending_review"
    assert site.upload(sent).json()["go_no_go_decision"] == "no_go"
    assert site.decide_again("excused").status_code == 200
    assert site.answer("excused")["decision"] == "no_go"


@pytest.mark.parametrize("name", ["latest", "query"])
def test_no_report_is_called_what_asks_for_something_else(site: Site, name: str) -> None:
    answer = site.upload(codec.encode(report(id=name)))
    assert answer.status_code == 422
    assert site.get(f"tsr/{name}/go-no-go").status_code == 404
