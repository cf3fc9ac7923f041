"""Whatever is sent: an answer that says what it is, and GO only where the evidence is a GO."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.generated_reports import consistent_report, dice
from tests.factories.reports import NOON, report, results
from tests.factories.servers import in_process
from tests.factories.uploads import Site
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.report import OverallStatus, TestSummaryReport
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.generated_reports import Dice
    from tests.libraries import Databases

BROKEN = report(test_results=(results(TestType.UNIT, CaseStatus.FAILED, CaseStatus.PASSED),))
CLAIMS = {
    "go_no_go_decision": st.sampled_from([each.value for each in GoNoGoDecision]),
    "overall_status": st.sampled_from([each.value for each in OverallStatus]),
    "decision_reason": st.text(max_size=20),
    "blocking_issues": st.lists(st.text(max_size=9), max_size=3),
    "warnings": st.lists(st.text(max_size=9), max_size=3),
    "approved_by": st.text(max_size=9) | st.none(),
    "approved_at": st.sampled_from([None, "2026-03-04T11:00:00Z", "9999-12-31T23:59:59Z"]),
    "evaluated_at": st.sampled_from([None, "1970-01-01T00:00:00Z", "2026-03-04T12:00:00+14:00"]),
    "manual_approval_required": st.booleans(),
}
HOSTILE = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        2**53,
        2**53 + 1,
        2**63,
        10**400,
        1e308,
        -0.0,
        "",
        "\0",
        "go",
        "\u202e<img src=x onerror=alert(1)>",
        "'; DROP TABLE test_summary_reports; --",
        "../../etc/passwd",
        "x" * 70_000,
        [],
        {},
        [[[[[[]]]]]],
        {"__proto__": {"go_no_go_decision": "go"}},
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999-23:59",
        "2026-03-04T12:00:00",
    ]
)
_numbers = itertools.count()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A server that fails the module for any fault that nobody expected."""
    with databases.library(request.param) as library, in_process(library) as server:
        yield Site(server)


def tree_of(of: TestSummaryReport) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(codec.encode(of))
    return tree | {"id": f"hostile-{next(_numbers):08d}"}


def written(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=True).encode()


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a tree."""
    yield path
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


def changed(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The tree with another value at a place."""
    if not path:
        return value
    copied = dict(tree) if isinstance(tree, dict) else list(tree)
    copied[path[0]] = changed(copied[path[0]], path[1:], value)
    return copied


def check(site: Site, document: bytes) -> None:
    """The answer is a refusal, or the very verdict of the gate on what was sent."""
    answer = site.upload(document)
    assert answer.status_code in (200, 201, 409, 422), answer.text
    if answer.status_code in (409, 422):
        assert answer.headers["content-type"] == "application/problem+json"
        return
    received = answer.json()
    report = codec.decode(document, TestSummaryReport)
    judged = evaluate(report, ai_release(), None, None, NOON, report_digest=codec.digest(document))
    assert received["digest"] == codec.digest(document)
    assert received["go_no_go_decision"] == judged.decision.value
    for path in ("", "/document", "/go-no-go", "/approvals"):
        assert site.get(f"tsr/{report.id}{path}").status_code == 200
    assert site.answer(report.id)["decision"] == judged.decision.value


@given(st.fixed_dictionaries({}, optional=CLAIMS))
@settings(max_examples=40)
def test_no_claim_turns_a_no_go(site: Site, claims: dict[str, Any]) -> None:
    document = written(tree_of(BROKEN) | claims)
    answer = site.upload(document)
    if answer.status_code == 422:
        return
    assert answer.json()["go_no_go_decision"] == "no_go"
    assert site.answer(answer.json()["id"])["decision"] == "no_go"


@given(dice, st.data())
@settings(max_examples=60)
def test_a_report_with_a_hostile_value_anywhere(site: Site, roll: Dice, data: st.DataObject) -> None:
    tree = tree_of(consistent_report(roll))
    path = data.draw(st.sampled_from(list(places(tree))))
    check(site, written(changed(tree, path, data.draw(HOSTILE))))


@given(st.data())
@settings(max_examples=60)
def test_a_report_with_bytes_altered(site: Site, data: st.DataObject) -> None:
    document = bytearray(written(tree_of(report())))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(document) - 1))
        piece = data.draw(st.binary(max_size=3) | st.sampled_from([b'"', b"{", b"\\u0000", b"\xed\xa0\x80"]))
        document[at : at + data.draw(st.integers(0, 40))] = piece
    check(site, bytes(document))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["limit", "cursor", "sha", "environment", "decision", "created_from", "text", "since", "x"]
            )
            | st.text(max_size=5),
            st.text(max_size=12) | st.integers().map(str) | st.sampled_from(["null", "NaN", "%00", "go"]),
        ),
        max_size=3,
    )
)
@settings(max_examples=60)
def test_any_query_is_answered_or_refused(site: Site, query: list[tuple[str, str]]) -> None:
    for path, role in (("tsr/query", Role.AGENT), ("tsr/latest", Role.AGENT), ("changes", Role.VIEWER)):
        answer = site.server.client.get(
            f"/api/{path}", params=[(name, value) for name, value in query], headers=site.headers(role)
        )
        assert answer.status_code in (200, 404, 422), answer.text


@given(st.text(min_size=1, max_size=110))
@settings(max_examples=60)
def test_any_id_is_answered_or_not_there(site: Site, report_id: str) -> None:
    from urllib.parse import quote

    for path in (f"tsr/{quote(report_id, safe='')}", f"documents/{quote(report_id, safe='')}"):
        answer = site.get(path, Role.VIEWER)
        assert answer.status_code in (200, 400, 404, 405, 422), answer.text


@given(
    st.dictionaries(st.sampled_from(["document", "files", "waivers", "repositories", "note", "x"]), HOSTILE)
)
@settings(max_examples=40)
def test_any_policy_is_taken_or_refused(site: Site, fields: dict[str, Any]) -> None:
    answer = site.server.client.put(
        f"/api/policies/p-{next(_numbers)}",
        content=written(fields),
        headers=site.headers(Role.TECH_LEAD) | {"Content-Type": "application/json"},
    )
    assert answer.status_code in (409, 422), answer.text


def test_json_that_means_two_things_is_refused(site: Site) -> None:
    document = written(tree_of(BROKEN))
    twice = document.replace(b'"test_results":', b'"test_results": [], "test_results":', 1)
    assert site.upload(twice).status_code == 422
    assert msgspec.json.decode(document)["test_results"]
