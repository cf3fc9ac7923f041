from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest import refinements
from tsr_agent.ingest.refinements import Refinements
from tsr_agent.ingest.verification import verify
from tsr_agent.models.requirements import RequirementEntry, VerificationStatus
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    import pytest

ENTRIES = tuple(RequirementEntry(id=name) for name in "ABCD")


def naming(requirement: str, status: CaseStatus = CaseStatus.PASSED) -> TestCase:
    return TestCase(id=f"t-{requirement}", name="t", status=status, requirement_ids=(requirement,))


def state(links: list[tuple[str, str]], *cases: TestCase) -> dict[str, str]:
    judged = verify(ENTRIES, cases, links=links)
    return {each.requirement_id: each.verification_status.value for each in judged.coverage}


def test_tests_count_for_what_is_refined_over_any_number_of_levels() -> None:
    links = [("B", "A"), ("C", "B")]
    found = state(links, naming("C"))
    assert found == {"A": "verified", "B": "verified", "C": "verified", "D": "not_run"}
    assert state(links, naming("A"), naming("C", CaseStatus.FAILED))["A"] == "failed"


def test_each_of_what_refines_it_must_have_run() -> None:
    links = [("B", "A"), ("C", "A")]
    assert state(links, naming("B"))["A"] == "not_run"
    assert state(links, naming("B"), naming("C", CaseStatus.SKIPPED))["A"] == "not_run"
    assert state(links, naming("A"))["A"] == "not_run"
    assert state(links, naming("B"), naming("C"))["A"] == "verified"


def test_circles_end() -> None:
    links = [("B", "A"), ("A", "B"), ("A", "A")]
    assert {each.id for each in Refinements(ENTRIES, links).of("A").entries} == {"B"}
    assert state(links, naming("A"), naming("B"))["A"] == "verified"


def test_links_of_unknown_ids_are_passed_over() -> None:
    assert state([("X", "A"), ("B", "Y")], naming("A"), naming("B"))["A"] == "verified"


def test_what_is_beyond_the_bound_is_not_verified_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refinements, "MAX_STEPS", 1)
    links = [("B", "A"), ("C", "A")]
    judged = verify(ENTRIES, [naming("A"), naming("B"), naming("C")], links=links)
    assert judged.coverage[0].verification_status is VerificationStatus.NOT_RUN
    assert judged.coverage[0].missing_tests == (
        "further requirements that refine it (not followed; there are too many links)",
    )


names = st.sampled_from("ABCD")


@given(
    st.lists(st.tuples(names, names), max_size=8),
    st.tuples(names, names),
    st.lists(st.builds(naming, names, st.sampled_from(CaseStatus)), max_size=5),
)
def test_a_further_link_never_verifies_a_requirement_that_failed(
    links: list[tuple[str, str]], further: tuple[str, str], cases: list[TestCase]
) -> None:
    before, after = state(links, *cases), state([*links, further], *cases)
    for name, was in before.items():
        assert (was, after[name]) != ("failed", "verified")
