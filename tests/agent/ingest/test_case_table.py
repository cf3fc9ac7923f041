"""Cases of a file, packed: what comes out is what went in, whatever its blocks and repetitions are."""

from __future__ import annotations

import io
from array import array
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest import case_ledger
from tsr_agent.ingest.case_block import UNKNOWN, BlockWriter, Place, PlainCases
from tsr_agent.ingest.case_ledger import CaseLedger
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.ingest.junit_skips import as_skipped
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE = Place("suite", "host", "a.py")


def failed(name: str) -> TestCase:
    return TestCase(id=f"c::{name}", name=name, classname="c", status=CaseStatus.FAILED, message="m")


def passed(name: str, classname: str = "c", duration_ms: float | None = 1.0) -> TestCase:
    return TestCase(
        id=f"{classname}::{name}",
        name=name,
        classname=classname,
        status=CaseStatus.PASSED,
        suite="suite",
        host="host",
        file="a.py",
        duration_ms=duration_ms,
    )


def plain(*names: str, classname: str = "c") -> PlainCases:
    characters = sum(map(len, names)) + (len(classname) + 2) * len(names)
    return PlainCases(names, [classname] * len(names), array("d", [1.0] * len(names)), characters)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_ledger, "_BLOCK", 3)
    monkeypatch.setattr(case_ledger, "_LOOSE_BLOCKS", 1)
    monkeypatch.setattr(case_ledger, "_PART", 4)


def ledger_of(cases: Sequence[TestCase]) -> CaseLedger:
    ledger = CaseLedger()
    for case in cases:
        ledger.add(case)
    return ledger


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=5)
DURATIONS = st.none() | st.floats(0, 1e9)


@given(st.lists(st.tuples(NAMES, NAMES, DURATIONS, st.booleans())), st.booleans())
def test_a_block_gives_back_what_went_in(
    cases: list[tuple[str, str, float | None, bool]], compress: bool
) -> None:
    expected, names, classnames, durations = [], [], [], array("d")
    others: list[tuple[int, TestCase]] = []
    for name, classname, duration, is_plain in cases:
        if is_plain:
            expected.append(passed(name, classname, duration))
            names.append(name)
            classnames.append(classname)
            durations.append(UNKNOWN if duration is None else duration)
        else:
            expected.append(failed(name))
            others.append((len(names), expected[-1]))
    writer = BlockWriter()
    writer.add(failed("first"))
    writer.add_plain(PlainCases(names, classnames, durations, characters=0), PLACE, others)
    writer.add_plain(plain("last"), Place("other", "", ""), [])
    block = writer.close(compress=compress)
    *cases_again, last = block.cases()
    assert cases_again == [failed("first"), *expected]
    assert (last.name, last.suite, last.file) == ("last", "other", "")
    assert block.size == len(expected) + 2


@pytest.mark.usefixtures("small_blocks")
def test_repeated_records_are_found_across_blocks() -> None:
    ledger = ledger_of([passed(f"t{number}") for number in range(10)])
    ledger.add_plain(plain("t0", "new", "t7"), PLACE, [(1, failed("t3"))])
    table = ledger.tests(by_pytest=False)
    assert ledger.listed == 14
    assert [case.name for case in table] == [*(f"t{number}" for number in range(10)), "new", "t3"]
    by_id = {case.id: case for case in table}
    assert len(by_id["c::t0"].attempts) == len(by_id["c::t7"].attempts) == 2
    assert by_id["c::t1"].attempts == ()


@pytest.mark.usefixtures("small_blocks")
def test_positions_hold_for_all_ways_of_reaching_a_case() -> None:
    table = ledger_of([passed("a"), passed("b"), passed("a"), passed("c"), passed("d")]).tests(
        by_pytest=False
    )
    cases = list(table)
    assert [case.name for case in cases] == ["a", "b", "c", "d"]
    assert len(table) == 4
    assert [table[index] for index in range(4)] == cases
    assert table[-1] == cases[-1]
    assert table[1:3] == tuple(cases[1:3])
    assert table == tuple(cases)
    assert table != tuple(cases[:3])
    assert table != (*cases[:3], passed("z"))
    for beyond in (4, -5):
        with pytest.raises(IndexError):
            table[beyond]


@pytest.mark.usefixtures("small_blocks")
def test_changed_cases_are_changed_before_repetitions_are_merged() -> None:
    ledger = ledger_of([passed("a"), passed("b"), passed("b"), passed("c")])
    ledger.change([3, 1], as_skipped)
    statuses = {case.name: case.status.value for case in ledger.tests(by_pytest=False)}
    assert statuses == {"a": "passed", "b": "skipped", "c": "skipped"}


def test_different_ids_of_one_hash_are_different_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_ledger, "hash", lambda _text: 7, raising=False)
    ledger = ledger_of([passed("a"), failed("b"), passed("a")])
    assert [(case.name, len(case.attempts)) for case in ledger.tests(by_pytest=False)] == [("a", 2), ("b", 0)]


def test_a_status_attribute_is_judged_without_what_the_next_case_holds() -> None:
    """Both stand in one batch; the second has a failure in it when the first is added."""
    document = (
        b'<testsuite tests="2" skipped="1" failures="1"><testcase name="a" classname="c" status="notrun"/>'
        b'<testcase name="b" classname="c"><failure>trace</failure></testcase></testsuite>'
    )
    parts = JUnitReader().read(io.BytesIO(document), "x.xml")
    assert [case.status.value for case in parts.cases] == ["skipped", "failed"]
    assert parts.header_differences == ()


def test_what_a_case_printed_is_kept_where_its_attribute_says_that_it_failed() -> None:
    document = (
        b'<testsuite><testcase name="a" status="failed"><system-out>why</system-out></testcase></testsuite>'
    )
    (case,) = JUnitReader().read(io.BytesIO(document), "x.xml").cases
    assert (case.status.value, case.output) == ("failed", "why")


def test_two_tests_of_one_id_are_not_said_to_be_merged() -> None:
    document = (
        b'<testsuite><testcase name="a::a" classname="b" file="q"/><testcase name="a" classname="b::a"/>'
        b"</testsuite>"
    )
    parts = JUnitReader().read(io.BytesIO(document), "x.xml")
    assert len(parts.cases) == len({case.id for case in parts.cases}) == 2
    assert not any("merged" in remark for remark in parts.remarks)


@pytest.mark.parametrize("order", [("classname", "name", "time"), ("name", "time", "classname")])
@pytest.mark.parametrize("odd", ["", " status='run'", " line='4' file='f.py'"])
def test_cases_alike_and_unlike_are_read_the_same(order: tuple[str, ...], odd: str) -> None:
    """One unusual case makes the whole batch be looked at case by case; nothing else may change."""
    values = {"classname": "c", "name": "n{}", "time": "0.5"}
    attributes = " ".join(f'{each}="{values[each]}"' for each in order)
    cases = "".join(f"<testcase {attributes.format(number)}/>" for number in range(3))
    document = f'<testsuite name="s">{cases}<testcase name="last" classname="c"{odd}/></testsuite>'
    *alike, last = JUnitReader().read(io.BytesIO(document.encode()), "x.xml").cases
    assert [(case.id, case.duration_ms, case.suite) for case in alike] == [
        (f"c::n{number}", 500.0, "s") for number in range(3)
    ]
    assert (last.id, last.status) == ("c::last", CaseStatus.PASSED)
