from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest.merge import FileCases, merge_cases
from tsr_agent.models.results import CaseStatus, TestCase, TestType


def case(identity: str, status: CaseStatus = CaseStatus.PASSED) -> TestCase:
    return TestCase(id=identity, name=identity, status=status)


def test_cases_of_two_files_with_one_id_are_two_tests() -> None:
    merged = merge_cases(
        {
            TestType.UNIT: [
                FileCases("a.xml", (case("x"), case("only"))),
                FileCases("b.xml", (case("x", CaseStatus.FAILED),)),
            ],
            TestType.E2E: [FileCases("e2e.xml", (case("x"),))],
        }
    )
    unit, e2e = merged.results
    assert [each.id for each in unit.test_cases] == ["x [a.xml]", "only", "x [b.xml]"]
    assert (unit.total, unit.passed, unit.failed) == (3, 2, 1)
    assert [each.id for each in e2e.test_cases] == ["x"]
    assert merged.original_ids == {"x [a.xml]": "x", "x [b.xml]": "x"}


def test_a_type_without_cases_is_kept_as_nothing_ran() -> None:
    (only,) = merge_cases({TestType.SECURITY: [FileCases("security.xml", ())]}).results
    assert (only.total, only.pass_rate) == (0, None)


ids = st.lists(st.sampled_from(["a", "a [1]", "a [1] (2)", "b"]), max_size=6)


@given(st.lists(ids, max_size=4))
def test_every_case_is_kept_and_no_id_stands_twice(files: list[list[str]]) -> None:
    given_files = [FileCases("1", tuple(case(each) for each in names)) for names in files]
    merged = merge_cases({TestType.UNIT: given_files})
    found = [each.id for result in merged.results for each in result.test_cases]
    assert len(found) == len(set(found)) == sum(len(names) for names in files)
    given_ids = [each for names in files for each in names]
    assert sorted(merged.original_ids.get(each, each) for each in found) == sorted(given_ids)


def test_durations_of_very_many_cases_stay_a_number_that_a_report_holds() -> None:
    one = TestCase(id="a", name="a", status=CaseStatus.PASSED, duration_ms=2.0**52)
    cases = tuple(msgspec.structs.replace(one, id=f"a{number}") for number in range(4))
    (result,) = merge_cases({TestType.UNIT: [FileCases("unit.xml", cases)]}).results
    assert result.duration_ms == 2**53
