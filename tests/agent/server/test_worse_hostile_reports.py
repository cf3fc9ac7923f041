"""A report that the server says GO to, made worse in every place: what is no longer there never says GO."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.generated_reports import WORSENINGS, consistent_report, dice
from tests.factories.reports import report
from tests.factories.servers import in_process
from tests.factories.uploads import Site
from tsr_agent.models import codec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.generated_reports import Dice
    from tests.libraries import Databases
    from tsr_agent.models.report import TestSummaryReport

EVIDENCE = ("test_results", "eval_iterations", "requirement_coverage", "code_coverage")
DROPPED = object()
RANK = {"no_go": 0, "pending_review": 1, "go": 2}
ABSENT = {"dropped"}
"""The form has a default that says the same."""
TEXTS = {"dropped", "'x'", "''"}
NUMBERS = {"0", "-1", "1000000000", "half"}
MAY_STAY_GO = {
    # Names and places, which nothing is judged by.
    "code_coverage.*.path": TEXTS,
    "code_coverage.*.tool": TEXTS,
    "eval_iterations.*.iteration": NUMBERS,
    "eval_iterations.*.prompt_version": TEXTS,
    "eval_iterations.*.tool": TEXTS,
    "eval_iterations.*.version_name": TEXTS,
    "requirement_coverage.*.requirement_id": TEXTS,
    "requirement_coverage.*.requirement_text": TEXTS,
    "test_results.*.duration_ms": NUMBERS,
    "test_results.*.test_cases.*.classname": TEXTS,
    "test_results.*.test_cases.*.id": TEXTS,
    "test_results.*.test_cases.*.name": TEXTS,
    # Absent is what they said: none of it.
    "code_coverage.*.branch": ABSENT,
    "code_coverage.*.files": ABSENT,
    "eval_iterations.*.cases": ABSENT,
    "eval_iterations.*.dataset": ABSENT,
    "eval_iterations.*.failure_modes": ABSENT,
    "eval_iterations.*.fixes_applied": ABSENT,
    "requirement_coverage.*.missing_tests": ABSENT,
    "test_results.*.errors": ABSENT,
    "test_results.*.failure_details": ABSENT,
    "test_results.*.flaky": ABSENT,
    "test_results.*.header_differences": ABSENT,
    "test_results.*.xfailed": ABSENT,
    "test_results.*.xpassed": ABSENT,
    # Said twice is still said; the order of results says nothing.
    "code_coverage": {"twice"},
    "requirement_coverage.*.test_ids": {"twice"},
    "test_results": {"reversed"},
    # The built-in policy has no rule for this metric, nor for the size of the other one's sample.
    "eval_iterations.*.metrics.grounding_score": NUMBERS | ABSENT,
    "eval_iterations.*.metrics.grounding_score.n": NUMBERS | ABSENT | {"None"},
    "eval_iterations.*.metrics.grounding_score.value": NUMBERS,
    "eval_iterations.*.metrics.accuracy.n": ABSENT | {"1000000000", "None"},
    # Counts alone are evidence, where no requirement names a case.
    "test_results.*.test_cases": {"dropped", "[]", "reversed"},
    # Performance is judged where it was tested.
    "test_results.*": ABSENT,
}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def site(databases: Databases) -> Iterator[Site]:
    with databases.library("sqlite") as library, in_process(library) as server:
        yield Site(server)


def verdict(site: Site, document: bytes) -> str:
    """What the server says of a document: a report that it refuses is no GO, and there is none to ask for."""
    answer = site.upload(document)
    assert answer.status_code in (201, 422), answer.text
    if answer.status_code == 422:
        assert answer.headers["content-type"] == "application/problem+json"
        return "no_go"
    said: str = answer.json()["go_no_go_decision"]
    assert site.answer(answer.json()["id"])["decision"] == said
    return said


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value of a tree but the tree, with the way to it."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield (*path, key), value
        yield from places(value, (*path, key))


def changed(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The tree with another value at a place, or with none."""
    copied = dict(tree) if isinstance(tree, dict) else list(tree)
    if len(path) > 1:
        copied[path[0]] = changed(copied[path[0]], path[1:], value)
    elif value is DROPPED:
        del copied[path[0]]
    else:
        copied[path[0]] = value
    return copied


def others(value: Any) -> dict[str, Any]:
    """What is put in the place of a value: nothing, other values and other types."""
    found = {repr(each): each for each in (None, 0, -1, 10**9, "x", "", [], {}, True, False)}
    found["dropped"] = DROPPED
    number = isinstance(value, int | float) and not isinstance(value, bool)
    found["half"] = value / 2 if number else 0.5
    if isinstance(value, list):
        found |= {"twice": value + value, "reversed": value[::-1]}
    return {name: other for name, other in found.items() if json.dumps(value) != written(other)}


def written(value: Any) -> str:
    return "" if value is DROPPED else json.dumps(value)


def test_no_piece_of_evidence_can_be_taken_out_or_replaced(site: Site) -> None:
    tree = json.loads(codec.encode(report()))
    assert verdict(site, json.dumps(tree).encode()) == "go"
    stayed: dict[str, set[str]] = {}
    tried = 0
    for path, value in places({section: tree[section] for section in EVIDENCE}):
        for name, other in others(value).items():
            tried += 1
            mutated = changed(tree, path, other) | {"id": f"worse-{next(_numbers)}"}
            if verdict(site, json.dumps(mutated).encode()) == "go":
                stayed.setdefault(".".join("*" if isinstance(k, int) else k for k in path), set()).add(name)
    assert tried > 1_000
    assert {at: how for at, how in stayed.items() if how - MAY_STAY_GO.get(at, set())} == {}


@given(dice, st.integers(0, len(WORSENINGS) - 1))
@settings(max_examples=200)
def test_what_makes_a_report_worse_never_improves_the_server_s_verdict(
    site: Site, roll: Dice, which: int
) -> None:
    before = consistent_report(roll)
    after = WORSENINGS[which](before, roll)
    said = verdict(site, codec.encode(made_alone(before)))
    assert RANK[verdict(site, codec.encode(made_alone(after)))] <= RANK[said]


def made_alone(made: TestSummaryReport) -> TestSummaryReport:
    """The report of a repository of its own, so that no other is its baseline."""
    name = f"alone-{next(_numbers)}"
    address = f"https://git.example/{name}"
    return replace(made, id=name, versions=replace(made.versions, codebase_repo=address))
