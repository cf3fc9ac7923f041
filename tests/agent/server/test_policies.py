"""Policies over the API: checked when they are submitted, versioned, and chosen by the repository."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.factories.reports import report
from tests.factories.uploads import JSON, STRICT, Site
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.api import PolicyList, PolicySubmission, PolicyVersion
from tsr_agent.server.policies_in_force import MAX_READ, PoliciesInForce
from tsr_agent.store.policies import PolicyRepository

if TYPE_CHECKING:
    from tests.factories.servers import InProcess
    from tsr_agent.store.engine import Library

OURS = "https://forge.example/acme/support-bot"
QUARANTINE = """\
version: 1
tests:
  - {test: t, reason: flaky, ticket: T-1, owner: ana, expires: "2026-04-01"}
"""
WAIVERS = """\
version: 1
waivers:
  - {id: W-1, rule: tests_unit, scope: {branch: main}, reason: known, ticket: T-1, owner: ana,
     approved_by: ben, expires: "2026-04-01"}
"""


@pytest.fixture
def site(server_on_each: InProcess) -> Site:
    return Site(server_on_each)


def test_a_policy_is_put_and_read(site: Site) -> None:
    answer = site.put_policy(note="from Monday on")
    assert answer.status_code == 201, answer.text
    version = msgspec.json.decode(answer.content, type=PolicyVersion)
    assert (version.name, version.number, version.submitted_by) == ("strict", 1, "Tech Lead")
    assert version.submission is not None
    assert version.submission.document == STRICT
    assert version.policy.digest == codec.digest(STRICT.encode())
    assert [each.source for each in version.policy.parents] == ["builtin:ai-release"]
    assert site.get("policies/strict").json() == answer.json()
    listed = msgspec.json.decode(site.get("policies").content, type=PolicyList)
    assert listed.items == (msgspec.structs.replace(version, submission=None),)
    assert site.get("changes", Role.VIEWER).json()["items"][0]["digest"] == version.digest


def test_versions_follow_one_another(site: Site) -> None:
    site.put_policy(expected_number=0)
    again = site.put_policy(expected_number=0)
    assert (again.status_code, again.json()["number"]) == (200, 1)
    second = site.put_policy(note="2", expected_number=1)
    assert (second.status_code, second.json()["number"]) == (201, 2)
    late = site.put_policy(note="3", expected_number=1)
    assert late.status_code == 409
    assert "version 2 is the newest" in late.json()["detail"]
    found = site.get("policies/strict/versions").json()["items"]
    assert [(each["number"], each["note"]) for each in found] == [(2, "2"), (1, "")]
    assert all(each["submission"] is None for each in found)


@pytest.mark.parametrize(
    "path", ["policies/none", "policies/none/versions", "policies/%00", "policies/a%2fb"]
)
def test_what_there_is_not_is_not_found(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


@pytest.mark.parametrize("name", ["-x", "a b", "ä", "x" * 201, "%00"])
def test_a_name_that_is_none_is_refused(site: Site, name: str) -> None:
    assert site.put_policy(name=name).status_code == 422


def test_only_a_tech_lead_puts_policies(site: Site) -> None:
    for role in Role:
        answer = site.server.client.put(
            "/api/policies/strict", json={"document": STRICT}, headers=site.headers(role) | JSON
        )
        assert answer.status_code == (201 if role is Role.TECH_LEAD else 403)


def test_every_problem_comes_back_with_its_place(site: Site) -> None:
    document = "version: 1\nname: strict\nextends: base.yaml\n"
    answer = site.put_policy(document)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        "policy:3:1: extends: 'base.yaml' is not among the files that came with it"
    ]
    wrong = site.put_policy(
        "version: 1\nname: x\nrulez: []\nrules: [{id: a, check: tests, severity: hard}]\n"
    )
    assert wrong.status_code == 422
    errors = wrong.json()["errors"]
    assert len(errors) > 1
    assert all(each.startswith("policy:") for each in errors)
    assert site.get("policies").json()["items"] == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"files": {"base.yaml": "version: 1\nname: b\nrulez: 1\n"}}, "base.yaml:3:1"),
        ({"files": {"base.yaml": STRICT, "more.yaml": ""}}, "'more.yaml' is named by no policy"),
        ({"files": {"/etc/passwd": ""}}, "not a path"),
        ({"files": {"base.yaml": STRICT}, "waivers": "version: 2\n"}, "waivers:1:1: version"),
        (
            {"files": {"base.yaml": STRICT}, "waivers": WAIVERS.replace("owner: ana,", "")},
            "waivers:3:5: waivers[0].owner",
        ),
        ({"files": {"base.yaml": STRICT}, "waivers": WAIVERS.replace("2026-04", "2027-04")}, "at most 90"),
        ({"files": {"base.yaml": STRICT}, "repositories": ["/"]}, "names no repository"),
        (
            {
                "files": {
                    "base.yaml": f"{STRICT}flaky: {{quarantine_file: q.yaml}}\n",
                    "q.yaml": "version: 1\n",
                }
            },
            "",
        ),
        (
            {
                "files": {
                    "base.yaml": f"{STRICT}flaky: {{quarantine_file: q.yaml}}\n",
                    "q.yaml": QUARANTINE.replace("owner: ana,", ""),
                }
            },
            "q.yaml:3:5: tests[0].owner",
        ),
    ],
)
def test_what_comes_along_is_checked_too(site: Site, fields: dict[str, object], said: str) -> None:
    answer = site.put_policy("version: 1\nname: team\nextends: base.yaml\n", **fields)
    if not said:
        assert answer.status_code == 201, answer.text
        return
    assert answer.status_code == 422, answer.text
    assert any(said in each for each in answer.json()["errors"]), answer.json()["errors"]


def test_a_policy_judges_the_repositories_that_it_names_however_they_are_spelt(site: Site) -> None:
    site.put_policy("version: 1\nname: everyone\nextends: builtin:ai-release\n", name="everyone")
    site.put_policy(repositories=["git@forge.example:Acme/Support-Bot.git"])
    site.upload()
    assert site.answer()["policy"]["name"] == "strict"
    other = report(id="other", versions=msgspec.structs.replace(report().versions, codebase_repo="x/y"))
    site.upload(codec.encode(other))
    assert site.answer("other")["policy"]["name"] == "everyone"


def test_two_policies_never_judge_one_repository(site: Site) -> None:
    site.put_policy(repositories=[OURS])
    answer = site.put_policy(name="other", repositories=["https://git.example/x", f"{OURS}.git/"])
    assert answer.status_code == 409
    assert "'strict' judges" in answer.json()["detail"]
    assert site.put_policy(repositories=[OURS], note="again").status_code == 201
    assert site.put_policy(repositories=["https://git.example/x"], note="moved").status_code == 201
    assert site.put_policy(name="other", repositories=[OURS]).status_code == 201


def test_of_policies_at_once_for_one_repository_one_stays(site: Site) -> None:
    site.headers(Role.TECH_LEAD)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: site.put_policy(name=f"p-{n}", repositories=[OURS]), range(8)))
    assert sorted(each.status_code for each in answers) == [201] + [409] * 7


def test_waivers_and_quarantine_judge_with_the_policy(site: Site) -> None:
    document = "version: 1\nname: team\nextends: builtin:ai-release\nflaky: {quarantine_file: q.yaml}\n"
    site.put_policy(document, files={"q.yaml": QUARANTINE}, waivers=WAIVERS)
    site.upload()
    decision = next(
        site.get(f"documents/{each['digest']}", Role.VIEWER).json()
        for each in site.get("changes", Role.VIEWER).json()["items"]
        if each["kind"] == "decision"
    )
    assert decision["waivers_digest"] == codec.digest(WAIVERS.encode())
    assert decision["quarantine_digest"] == codec.digest(QUARANTINE.encode())
    assert [each["id"] for each in decision["waivers"]] == ["W-1"]
    assert site.answer()["policy_in_force"] is True
    site.put_policy(document, name="strict", files={"q.yaml": QUARANTINE})
    assert site.answer()["policy_in_force"] is False


def test_another_process_puts_a_policy_in_force(library: Library, server: InProcess) -> None:
    in_force = PoliciesInForce(PolicyRepository(library))
    before = in_force.rulebook_for(OURS)
    assert before.policy.name == "ai-release"
    PolicyRepository(library).add(
        "x", PolicySubmission(document=STRICT), submitted_by="ana", at=server.clock.now()
    )
    assert in_force.rulebook_for(OURS).policy.name == "strict"
    assert in_force.rulebook_for(OURS) is in_force.rulebook_for("")


def test_only_so_many_policies_are_kept_read(library: Library, server: InProcess) -> None:
    policies = PolicyRepository(library)
    for number in range(MAX_READ + 5):
        submission = PolicySubmission(document=STRICT, repositories=(f"https://git.example/{number}",))
        moment = server.clock.now() + timedelta(seconds=number)
        policies.add(f"p-{number}", submission, submitted_by="ana", at=moment)
    in_force = PoliciesInForce(policies)
    for _ in range(2):
        for number in range(MAX_READ + 5):
            assert in_force.rulebook_for(f"https://git.example/{number}.git").policy.name == "strict"
    assert len(in_force._read) == MAX_READ
