"""Whatever comes in: parts that a report can hold, or an InputError; and counts that add up."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import junitparser
import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.errors import InputError
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.models.results import CaseStatus, HeaderDifference, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.ingest.reader import Parts

DATA = Path(__file__).resolve().parents[2] / "data"
GENUINE = sorted(
    path
    for path in DATA.rglob("*.xml")
    if b"<testsuite" in path.read_bytes()[:2_000] and path.stat().st_size < 8_000
)


def assert_read_or_refused(document: bytes) -> Parts | None:
    try:
        parts = JUnitReader().read(io.BytesIO(document), "x.xml")
    except InputError as error:
        assert error.message.startswith("x.xml: ")
        return None
    hold_to_the_model(parts)
    return parts


def hold_to_the_model(parts: Parts) -> None:
    """Everything can be written into a report and read back as it was, and the totals add up."""
    encoded = msgspec.json.encode(tuple(parts.cases))
    assert msgspec.json.decode(encoded, type=tuple[TestCase, ...]) == parts.cases
    differences = msgspec.json.encode(parts.header_differences)
    assert msgspec.json.decode(differences, type=tuple[HeaderDifference, ...]) == parts.header_differences
    assert len({case.id for case in parts.cases}) == len(parts.cases)
    result = TestTypeResult.from_cases(TestType.UNIT, parts.cases)
    parts_of_total = (
        result.passed,
        result.failed,
        result.errors,
        result.skipped,
        result.xfailed,
        result.xpassed,
    )
    assert result.total == sum(parts_of_total) == len(parts.cases)
    for case in parts.cases:
        if case.flaky:
            assert case.status is CaseStatus.PASSED
            assert any(each.status in (CaseStatus.FAILED, CaseStatus.ERROR) for each in case.attempts[:-1])
        assert len(case.attempts) != 1


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    assert_read_or_refused(document)


SCRAPS = [
    b"<testsuites>",
    b"</testsuites>",
    b"<testsuite name='s' tests='2' failures='-1' errors='x'>",
    b"</testsuite>",
    b"<testcase name='a' classname='b' time='0,1'>",
    b"<testcase name='a' status='notrun' line='0'/>",
    b"</testcase>",
    b"<failure message='m' type='t'>",
    b"</failure>",
    b"<error/>",
    b"<skipped type='pytest.xfail'/>",
    b"<flakyFailure><stackTrace>s</stackTrace></flakyFailure>",
    b"<rerunError time='nan'/>",
    b"<system-out>",
    b"</system-out>",
    b"<properties><property name='requirement' value='R-1, R-2'/></properties>",
    b"text",
    b"\x1b",
    b"&#0;",
    b"\xed\xa0\x80",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"\xff\xfe",
]


@given(st.lists(st.sampled_from(SCRAPS), max_size=25))
def test_scraps_of_junit_are_read_or_refused(scraps: list[bytes]) -> None:
    assert_read_or_refused(b"".join(scraps))


@given(st.lists(st.sampled_from(SCRAPS[4:17]), max_size=25))
def test_scraps_inside_a_suite_never_hide_a_failure(scraps: list[bytes]) -> None:
    document = b"<testsuite>" + b"".join(scraps) + b"</testsuite>"
    parts = assert_read_or_refused(document)
    if parts is not None and (b"<failure" in document or b"<error/>" in document):
        assert any(case.status in (CaseStatus.FAILED, CaseStatus.ERROR) or case.flaky for case in parts.cases)


@given(
    st.sampled_from(GENUINE),
    st.lists(
        st.tuples(st.integers(0, 8_000), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=4
    ),
)
def test_mutated_genuine_files_are_read_or_refused(path: Path, edits: list[tuple[int, int, bytes]]) -> None:
    document = path.read_bytes()
    for place, length, scrap in edits:
        start = place % (len(document) + 1)
        document = document[:start] + scrap + document[start + length :]
    assert_read_or_refused(document)


@given(st.sampled_from(GENUINE), st.integers(1, 7_000))
def test_a_cut_off_genuine_file_is_refused(path: Path, missing: int) -> None:
    document = path.read_bytes().rstrip()
    assert assert_read_or_refused(document[: max(0, len(document) - missing)]) is None


NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=4)
KINDS = st.sampled_from(["passed", "failure", "error", "skipped"])


@given(st.lists(st.tuples(NAMES, NAMES, KINDS), max_size=20))
def test_results_are_those_of_junitparser_itself(cases: list[tuple[str, str, str]]) -> None:
    """junitparser's own full parse is the peer; names differ so that nothing is merged."""
    inner = "".join(
        f"<testcase classname={quoteattr(classname)} name={quoteattr(f'{name}{number}')}>"
        + ("" if kind == "passed" else f"<{kind} message='m'/>")
        + "</testcase>"
        for number, (classname, name, kind) in enumerate(cases)
    )
    document = f"<testsuite>{inner}</testsuite>".encode()
    parts = assert_read_or_refused(document)
    assert parts is not None
    (suite,) = junitparser.JUnitXml.fromstring(document)
    peers = {
        (case.classname, case.name): (
            CaseStatus.ERROR
            if case.is_error
            else CaseStatus.FAILED
            if case.is_failure
            else CaseStatus.SKIPPED
            if case.is_skipped
            else CaseStatus.PASSED
        )
        for case in suite
    }
    assert {(case.classname, case.name): case.status for case in parts.cases} == peers


@given(st.lists(st.tuples(st.sampled_from("abc"), KINDS), max_size=12))
def test_a_repeated_test_is_never_better_than_its_last_run_or_worse_than_its_worst(
    runs: list[tuple[str, str]],
) -> None:
    inner = "".join(
        f"<testcase name='{name}'>" + ("" if kind == "passed" else f"<{kind}/>") + "</testcase>"
        for name, kind in runs
    )
    parts = assert_read_or_refused(f"<testsuite>{inner}</testsuite>".encode())
    assert parts is not None
    for case in parts.cases:
        kinds = [kind for name, kind in runs if name == case.name]
        broken = "failure" in kinds or "error" in kinds
        assert (case.status in (CaseStatus.FAILED, CaseStatus.ERROR)) is (broken and kinds[-1] != "passed")
        assert case.flaky is (broken and kinds[-1] == "passed")
        assert len(case.attempts) == (len(kinds) if len(kinds) > 1 else 0)
