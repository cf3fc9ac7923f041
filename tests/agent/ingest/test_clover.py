from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.clover import CloverReader
from tsr_agent.ingest.cobertura import CoberturaReader
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts

if TYPE_CHECKING:
    from pathlib import Path

# As OpenClover writes it: a condition has no count of its own, its two counts are times.
TIMES = '<line num="1" type="stmt" count="9"/><line num="1" type="cond" truecount="7" falsecount="2"/>'


def clover(lines: str, metrics: str = "") -> str:
    return (
        f'<coverage generated="1" clover="4.5.2"><project timestamp="1">{metrics}'
        f'<package name="p"><file name="A.java" path="/src/A.java">{lines}</file></package>'
        "</project></coverage>"
    )


def metrics(statements: str, conditionals: str = "0 0") -> str:
    (covered, total), (ran, branches) = statements.split(), conditionals.split()
    return (
        f'<metrics statements="{total}" coveredstatements="{covered}" '
        f'conditionals="{branches}" coveredconditionals="{ran}"/>'
    )


def coverage_of(document: str | bytes) -> CodeCoverage:
    (only,) = read(CloverReader(), document).code_coverage
    return only


def refusal(document: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(CloverReader(), document, "clover.xml")
    return caught.value.message


def test_istanbul(data_dir: Path) -> None:
    document = (data_dir / "istanbul" / "clover.xml").read_bytes()
    summary = json.loads((data_dir / "istanbul" / "coverage-summary.json").read_text())["total"]
    parts = read(CloverReader(), document)
    (found,) = parts.code_coverage
    assert found.line == CoverageCounts(covered=summary["lines"]["covered"], total=summary["lines"]["total"])
    assert found.branch == CoverageCounts(
        covered=summary["branches"]["covered"], total=summary["branches"]["total"]
    )
    assert found.files[0].missing_lines == (10,)
    assert found.files[0].branch == found.branch
    assert parts.remarks == ()
    assert takes(CloverReader(), document, "any.xml") is not None
    assert takes(CoberturaReader(), document, "any.xml") is None
    assert takes(CloverReader(), "", "clover.xml") == "named clover.xml"
    assert takes(CloverReader(), "", "any.xml") is None


def test_phpunit_counts_statements_and_not_the_lines_of_methods() -> None:
    document = (
        '<coverage generated="1"><project timestamp="1"><file name="/src/A.php"><class name="A"/>'
        '<line num="1" type="method" name="a" count="0"/><line num="2" type="stmt" count="1"/>'
        '<metrics statements="1" coveredstatements="1"/></file>' + metrics("1 1") + "</project></coverage>"
    )
    parts = read(CloverReader(), document)
    assert parts.code_coverage[0].line == CoverageCounts(covered=1, total=1)
    assert parts.code_coverage[0].files[0].path == "/src/A.php"
    assert parts.code_coverage[0].branch is None
    assert parts.remarks == ()


def test_the_totals_say_whether_two_counts_are_branches_or_times() -> None:
    parts = read(CloverReader(), clover(TIMES, metrics("1 1", "2 2")))
    assert parts.code_coverage[0].branch == CoverageCounts(covered=2, total=2)
    parts = read(CloverReader(), clover(TIMES, metrics("1 1", "7 9")))
    assert parts.code_coverage[0].branch == CoverageCounts(covered=7, total=9)
    assert parts.remarks == ()


def test_without_totals_the_lower_reading_counts() -> None:
    assert coverage_of(clover(TIMES)).branch == CoverageCounts(covered=7, total=9)


def test_a_condition_without_a_count_ran_where_it_was_true_or_false() -> None:
    document = clover('<line num="1" type="cond" truecount="0" falsecount="0"/>')
    assert coverage_of(document).line == CoverageCounts(covered=0, total=1)


@pytest.mark.parametrize(
    ("totals", "hits", "holds"),
    [
        ("10 10", 0, CoverageCounts(covered=0, total=1)),
        ("1 10", 1, CoverageCounts(covered=1, total=10)),
    ],
)
def test_contradictory_totals_never_help(totals: str, hits: int, holds: CoverageCounts) -> None:
    parts = read(CloverReader(), clover(f'<line num="1" type="stmt" count="{hits}"/>', metrics(totals)))
    assert parts.code_coverage[0].line == holds
    assert parts.remarks[0].endswith(("the elements count.", "the totals count."))


def test_totals_alone_are_not_borne_out() -> None:
    assert "nothing was measured" in refusal(clover("", metrics("9 10")))


def test_code_of_the_tests_themselves_is_left_out() -> None:
    document = clover('<line num="1" type="stmt" count="1"/>').replace(
        "</project>",
        '</project><testproject><file name="T"><line num="1" type="stmt" count="0"/></file></testproject>',
    )
    assert coverage_of(document).line == CoverageCounts(covered=1, total=1)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (clover('<line num="1" type="stmt"/>'), "count is '', not a count"),
        (clover('<line num="x" type="stmt" count="1"/>'), "num is 'x'"),
        (clover('<line num="1" type="cond" truecount="1"/>'), "count is ''"),
        (clover('<line num="1" type="cond" truecount="-1" falsecount="1"/>'), "truecount is '-1'"),
        (clover("", metrics("3 2")), "coveredstatements 3 of statements 2"),
        (clover(""), "nothing was measured"),
        (clover("")[:-5], "not well-formed"),
        ("<report/>", "the root element is 'report', not 'coverage'"),
        ("", "not well-formed"),
        ('<!DOCTYPE coverage [<!ENTITY a "b">]><coverage/>', "DOCTYPE with declarations"),
        ("<coverage>" + "<a>" * 100, "more than 64 levels of elements"),
        (f'<coverage x="{"y" * 70_000}"/>', "more than 65,536 characters of one attribute"),
        (b'<?xml version="1.0" encoding="nonsense"?><coverage/>', "unknown encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><coverage/>', "clover.xml: "),
    ],
)
def test_refuses_in_words_with_line_and_column(document: str | bytes, named: str) -> None:
    assert named in refusal(document)


@pytest.mark.parametrize("count", [2**53, 10**6 + 1])
def test_huge_counts_stay_numbers_that_a_report_holds(count: int) -> None:
    found = coverage_of(clover(f'<line num="1" type="cond" truecount="{count}" falsecount="{count}"/>' * 9))
    assert found.branch is not None
    assert found.branch.total <= 2**53


tags = [
    '<coverage generated="1">',
    "<project>",
    '<file name="a">',
    '<line num="1" type="stmt" count="1"/>',
    '<line num="1" type="cond" truecount="1" falsecount="0"/>',
    '<metrics statements="1" coveredstatements="1"/>',
    "</file>",
    "</project>",
    "</coverage>",
    "&amp;",
]
like_clover = st.lists(st.sampled_from(tags)).map(lambda parts: "".join(parts).encode())
inside = st.lists(st.sampled_from(tags[3:6])).map(lambda parts: clover("".join(parts)).encode())


@given(st.binary(max_size=300) | like_clover | inside)
def test_any_bytes_are_read_or_refused_in_words(document: bytes) -> None:
    takes(CloverReader(), document, "x.xml")
    try:
        read(CloverReader(), document)
    except InputError as error:
        assert error.message
