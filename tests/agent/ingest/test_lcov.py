from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.coverage_json import CoverageJsonReader
from tsr_agent.ingest.lcov import LcovReader
from tsr_agent.ingest.limits import Limits
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts

if TYPE_CHECKING:
    from pathlib import Path


def record(*rows: str, source: str = "a.py") -> str:
    return "\n".join((f"SF:{source}", *rows, "end_of_record", ""))


def coverage_of(document: str | bytes) -> CodeCoverage:
    (only,) = read(LcovReader(), document).code_coverage
    return only


def refusal(document: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(LcovReader(), document, "lcov.info")
    return caught.value.message


def test_istanbul(data_dir: Path) -> None:
    document = (data_dir / "istanbul" / "lcov.info").read_bytes()
    summary = json.loads((data_dir / "istanbul" / "coverage-summary.json").read_text())["total"]
    parts = read(LcovReader(), document)
    (found,) = parts.code_coverage
    assert found.line == CoverageCounts(covered=summary["lines"]["covered"], total=summary["lines"]["total"])
    assert found.branch == CoverageCounts(
        covered=summary["branches"]["covered"], total=summary["branches"]["total"]
    )
    assert found.files[0].path == "src/score.js"
    assert found.files[0].missing_lines == (10,)
    assert parts.remarks == ()
    assert takes(LcovReader(), document, "any.txt") is not None


@pytest.mark.samples
def test_coverage_py_says_the_same_as_in_json(samples_dir: Path) -> None:
    folder = samples_dir / "pytest-real"
    parts = read(LcovReader(), (folder / "attrs.lcov").read_bytes())
    (found,) = parts.code_coverage
    (plain,) = read(CoverageJsonReader(), (folder / "attrs.coverage.json").read_bytes()).code_coverage
    assert (found.line, found.branch) == (plain.line, plain.branch)
    assert found.line == CoverageCounts(covered=1823, total=1831)
    assert parts.remarks == ()


def test_a_run_that_measured_nothing_is_unreadable(data_dir: Path) -> None:
    document = (data_dir / "vitest" / "coverage" / "lcov.info").read_bytes()
    assert takes(LcovReader(), document, "coverage/lcov.info") is not None
    assert "nothing was measured" in refusal(document)


def test_a_branch_that_was_never_reached_is_not_taken() -> None:
    found = coverage_of(record("DA:1,0", "BRDA:1,0,0,-", "BRDA:1,0,1,2", "BRDA:1,e0,1,0"))
    assert found.branch == CoverageCounts(covered=1, total=3)


def test_branches_named_in_words_are_told_apart() -> None:
    found = coverage_of(record("DA:1,1", "BRDA:1,0,jump to line 2, or 3,1", "BRDA:1,0,jump to line 4,0"))
    assert found.branch == CoverageCounts(covered=1, total=2)


@pytest.mark.parametrize(
    ("totals", "rows", "holds"),
    [
        (("LF:10", "LH:10"), ("DA:1,0",), CoverageCounts(covered=0, total=1)),
        (("LF:10", "LH:1"), ("DA:1,1",), CoverageCounts(covered=1, total=10)),
    ],
)
def test_contradictory_totals_never_help(
    totals: tuple[str, ...], rows: tuple[str, ...], holds: CoverageCounts
) -> None:
    parts = read(LcovReader(), record(*rows, *totals))
    assert parts.code_coverage[0].line == holds
    assert "the lower rate counts" in parts.remarks[0]


def test_contradictory_totals_of_branches_never_help() -> None:
    parts = read(LcovReader(), record("DA:1,1", "BRDA:1,0,0,0", "BRF:4", "BRH:4"))
    assert parts.code_coverage[0].branch == CoverageCounts(covered=0, total=1)
    assert "1 source files are not what their branches" in parts.remarks[0]


def test_totals_alone_count_and_are_remarked() -> None:
    # llvm-cov export -summary-only writes no lines.
    parts = read(LcovReader(), record("LF:10", "LH:9"))
    assert parts.code_coverage[0].line == CoverageCounts(covered=9, total=10)
    assert "0 of 0 counted" in parts.remarks[0]


def test_records_of_several_tests_are_one_file() -> None:
    parts = read(LcovReader(), record("DA:1,0", "DA:2,1", "LF:2", "LH:1") + record("DA:1,4", "LF:1", "LH:1"))
    (file,) = parts.code_coverage[0].files
    assert file.line == CoverageCounts(covered=2, total=2)
    assert parts.remarks == ()


def test_other_records_comments_and_checksums_are_passed_over() -> None:
    found = coverage_of(
        "\ufeff# made by hand\nTN:\r\n" + record("VER:1", "FN:1,f", "FNDA:1,f", "DA:1,2,abc=")
    )
    assert found.line == CoverageCounts(covered=1, total=1)
    assert found.branch is None


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("", "nothing was measured"),
        ("TN:\n", "nothing was measured"),
        (record(), "nothing was measured"),
        ("DA:1,1\n", "line 1: it stands in no record"),
        ("LF:1\n", "line 1: it stands in no record"),
        ("end_of_record\n", "line 1: it stands in no record"),
        ("SF:a\nDA:1,1\n", "line 2: cut off"),
        ("SF:a\nSF:b\n", "line 2: a source file begins before"),
        (record("DA:1"), "line 2: DA is '1', not like '12,3'"),
        (record("DA:1,-1"), "DA's count is '-1', not a count"),
        (record("DA:x,1"), "DA's line is 'x'"),
        (record("DA:1,99999999999999999999"), "not a count"),
        (record("DA:1,1.5"), "not a count"),
        (record("BRDA:1,0"), "BRDA is '1,0', not like"),
        (record("BRDA:1,0,0,x"), "BRDA's count is 'x'"),
        (record("DA:1,1", "LF:1", "LH:2"), "LH 2 of LF 1"),
        (record("LF:9999999999"), "LF is '9999999999', not a count"),
        (record("LF:many"), "LF is 'many', not a count"),
        (record("something else"), "line 2: 'something else' is no line of an lcov tracefile"),
        ("SF:" + "x" * 70_000, "more than 65,536 bytes of one line of an lcov file"),
        ("SF:a\n".encode("utf-16"), "is no line of an lcov tracefile"),
    ],
)
def test_refuses_in_words_with_the_line(document: str | bytes, named: str) -> None:
    assert named in refusal(document)


def test_more_lines_than_are_held_are_refused() -> None:
    reader = LcovReader(Limits(coverage_lines=7))
    assert read(reader, record("DA:1,1", "DA:1,1", "DA:2,1", "BRDA:1,0,0,1")).code_coverage
    with pytest.raises(InputError, match="line 5: more than 7 lines and branches"):
        read(reader, record("DA:1,1", "DA:2,1", "DA:3,1", "DA:4,1"))


@pytest.mark.parametrize(
    ("head", "path", "taken"),
    [
        ("TN:\nSF:a\n", "x", True),
        ("SF:a\n", "x", True),
        ("TN:\n", "x.info", False),
        ("  \n", "lcov.info", True),
        ("", "a.lcov", True),
        ("", "a.info", False),
        ("SFX", "lcov.info", True),
    ],
)
def test_is_recognised_by_content(head: str, path: str, taken: bool) -> None:
    assert (takes(LcovReader(), head, path) is not None) is taken


rows = [
    "SF:a",
    "end_of_record",
    "DA:1,1",
    "DA:2,0,x",
    "BRDA:1,0,0,-",
    "BRDA:1,0,1,1",
    "LF:1",
    "LH:1",
    "BRF:9",
    "TN:",
]
like_lcov = st.lists(st.sampled_from(rows)).map(lambda found: "\n".join(found).encode())


@given(
    st.binary(max_size=300) | like_lcov | st.binary(max_size=200).map(lambda tail: b"SF:a\nDA:1,1\n" + tail)
)
def test_any_bytes_are_read_or_refused_in_words(document: bytes) -> None:
    takes(LcovReader(), document, "x.info")
    try:
        read(LcovReader(), document)
    except InputError as error:
        assert error.message
