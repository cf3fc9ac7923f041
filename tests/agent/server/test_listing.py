"""Lists over the API: narrowed as asked, walked by cursor, and no wider than the token."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.factories.reports import NOON, manifest, report
from tests.factories.servers import in_process
from tests.factories.uploads import Site
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.api import ReportPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.servers import InProcess
    from tests.libraries import Databases

OURS = "https://forge.example/acme/support-bot"
THEIRS = "git@forge.example:acme/other.git"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Six reports that no test changes."""
    with databases.library(request.param) as library, in_process(library) as server:
        yield filled(Site(server))


def filled(site: Site) -> Site:
    """Six reports of two repositories, two of them no go."""
    site.server.clock.forward(timedelta(hours=1))
    for number in range(6):
        made = report(
            id=f"r-{number}",
            created_at=NOON + timedelta(minutes=number // 2),
            environment=("staging", "production")[number % 2],
            versions=manifest(
                codebase_repo=(OURS, THEIRS)[number % 3 == 0], codebase_branch=f"b{number % 2}"
            ),
            **({"test_results": ()} if number in (1, 2) else {}),
        )
        assert site.upload(codec.encode(made)).status_code == 201
    return site


def ids(site: Site, query: str = "", **asked: Any) -> list[str]:
    answer = site.get(f"tsr/query{query}", **asked)
    assert answer.status_code == 200, answer.text
    return [each.id for each in msgspec.json.decode(answer.content, type=ReportPage).items]


def test_reports_are_listed_the_newest_first(site: Site) -> None:
    assert ids(site) == ["r-5", "r-4", "r-3", "r-2", "r-1", "r-0"]
    first = site.get("tsr/query?limit=1").json()["items"][0]
    assert (first["go_no_go_decision"], first["decided"], first["approval_state"]) == (
        "go",
        "go",
        "not_needed",
    )
    assert first["claimed_decision"] == "pending_review"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?environment=staging", ["r-4", "r-2", "r-0"]),
        ("?decision=no_go", ["r-2", "r-1"]),
        ("?decision=pending_review", []),
        ("?branch=b1&environment=production", ["r-5", "r-3", "r-1"]),
        ("?repository=https://forge.example/acme/other", ["r-3", "r-0"]),
        ("?repository=forge.example/ACME/support-bot.git", ["r-5", "r-4", "r-2", "r-1"]),
        ("?repository=https://forge.example/acme/none", []),
        ("?sha=3FA9", ["r-5", "r-4", "r-3", "r-2", "r-1", "r-0"]),
        ("?sha=3fa8", []),
        ("?created_from=2026-03-04T12:02:00Z", ["r-5", "r-4"]),
        ("?created_from=2026-03-04T13:01:00%2B01:00&created_to=2026-03-04T12:02:00Z", ["r-3", "r-2"]),
        ("?text=r-3", ["r-3"]),
        ("?text=%25", []),
    ],
)
def test_lists_are_narrowed(site: Site, query: str, found: list[str]) -> None:
    assert ids(site, query) == found


def test_pages_follow_one_another_and_nothing_in_between_disturbs_them(server_on_each: InProcess) -> None:
    site = filled(Site(server_on_each))
    seen, cursor = [], ""
    while True:
        page = site.get(f"tsr/query?limit=2{cursor}").json()
        seen += [each["id"] for each in page["items"]]
        site.upload(codec.encode(report(id=f"late-{len(seen)}", created_at=NOON + timedelta(minutes=30))))
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ["r-5", "r-4", "r-3", "r-2", "r-1", "r-0"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "AAAA",
        "%00",
        "a" * 301,
        base64.urlsafe_b64encode(b"1:r-1").decode() + "==",
        base64.urlsafe_b64encode(b"-1:r-1").decode().rstrip("="),
        base64.urlsafe_b64encode(b"999999999999999999:r-1").decode().rstrip("="),
        base64.urlsafe_b64encode(b"01:r-1").decode().rstrip("="),
        base64.urlsafe_b64encode(b"1:r-1\n").decode().rstrip("="),
        base64.urlsafe_b64encode(b"1:" + b"r" * 101).decode().rstrip("="),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(site: Site, cursor: str) -> None:
    assert site.get(f"tsr/query?cursor={cursor}").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=99999999999999999999",
        "limit=1.5",
        "limit=null",
        "decision=GO",
        "decision=null",
        "created_from=null",
        "created_from=2026-03-04",
        "created_from=2026-03-04T12:00:00",
        "created_from=9999999999",
        "sha=xyz",
        "sha=",
        "enviroment=staging",
        "environment=staging&environment=production",
        f"text={'x' * 201}",
        "since=1",
        "%00=1",
        "environment",
    ],
)
def test_a_question_that_is_not_understood_is_refused(site: Site, query: str) -> None:
    answer = site.get(f"tsr/query?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


def test_times_at_the_end_of_the_calendar_are_answered(site: Site) -> None:
    for moment in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59.999999-14:00", "1969-12-31T00:00:00Z"):
        for name in ("created_from", "created_to"):
            assert site.get(f"tsr/query?{name}={moment}").status_code in (200, 422)


def test_the_latest_is_the_newest_of_what_is_asked_for(site: Site) -> None:
    def latest(query: str = "", **asked: Any) -> str:
        return str(site.get(f"tsr/latest{query}", **asked).json()["id"])

    assert latest() == "r-5"
    assert latest("?environment=staging&branch=b0") == "r-4"
    assert latest(f"?repository={THEIRS}") == "r-3"
    assert latest(project=THEIRS) == "r-3"
    assert site.get("tsr/latest?environment=nowhere").status_code == 404
    assert site.get("tsr/latest?decision=go").status_code == 422
    assert site.get("tsr/latest", project="https://git.example/empty").status_code == 404


def test_a_token_of_a_project_lists_only_its_own_reports(site: Site) -> None:
    assert ids(site, project="https://forge.example/acme/other") == ["r-3", "r-0"]
    assert ids(site, f"?repository={THEIRS}", project=THEIRS) == ["r-3", "r-0"]
    assert ids(site, f"?repository={OURS}", project=THEIRS) == []
    assert ids(site, project="https://git.example/empty") == []


def test_what_a_token_lists_it_can_read(server_on_each: InProcess) -> None:
    site = Site(server_on_each)
    spelt = ("forge.example/acme/app", "https://forge.example/acme/%61pp", "git@Forge.example:acme/app.git")
    for number, address in enumerate(spelt):
        made = report(id=f"s-{number}", versions=manifest(codebase_repo=address))
        assert site.upload(codec.encode(made), project="https://forge.example/acme/app").status_code == 201
    listed = ids(site, project="https://forge.example/acme/app/")
    assert len(listed) == len(spelt)
    for report_id in listed:
        assert site.get(f"tsr/{report_id}", project=spelt[2]).status_code == 200


def test_a_document_is_sent_once(site: Site) -> None:
    first = site.get("tsr/r-1/document")
    tag = first.headers["etag"]
    assert codec.digest(first.content) == tag.strip('"')
    for sent in (tag, f'W/{tag}, "x"', "*"):
        again = site.get("tsr/r-1/document", **{"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert site.get("tsr/r-1/document", **{"If-None-Match": '"x"'}).status_code == 200


def test_the_feed_leads_to_every_document(site: Site) -> None:
    changes = site.get("changes?limit=5", Role.AUDITOR).json()
    assert [each["seq"] for each in changes["items"]] == [1, 2, 3, 4, 5]
    assert (changes["next"], changes["head"]) == (5, 12)
    rest = site.get(f"changes?since={changes['next']}", Role.AUDITOR).json()
    assert [each["seq"] for each in rest["items"]] == list(range(6, 13))
    for each in (*changes["items"], *rest["items"]):
        found = site.get(f"documents/{each['digest']}", Role.AUDITOR)
        assert codec.digest(found.content) == each["digest"]
        assert len(found.content) == each["size"]
    again = site.get(f"documents/{each['digest']}", Role.AUDITOR, **{"If-None-Match": found.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("changes?since=13", 422),
        ("changes?since=-1", 422),
        ("changes?since=9007199254740993", 422),
        ("changes?since=9223372036854775808", 422),
        ("changes?limit=201", 422),
        ("changes?sinse=1", 422),
        (f"documents/{'0' * 64}", 404),
        (f"documents/{'A' * 64}", 404),
        ("documents/..%2f..%2fetc%2fpasswd", 404),
        ("documents/%00", 404),
    ],
)
def test_a_place_that_the_feed_does_not_have_is_refused(site: Site, path: str, status: int) -> None:
    assert site.get(path, Role.AUDITOR).status_code == status
