"""Malformed, hostile and huge files: one clear line, bounded time and memory, never a green report."""

from __future__ import annotations

import io
import time
import tracemalloc
from pathlib import PurePath

import pytest

from tsr_agent.errors import InputError
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.ingest.limits import MEBIBYTE, Limits
from tsr_agent.ingest.reader import HEAD_BYTES, Parts
from tsr_agent.models.results import CaseStatus

PASSING = b'<testcase classname="a.B" name="c" time="0.1"/>'


def read(document: bytes, limits: Limits | None = None) -> Parts:
    return JUnitReader(limits).read(io.BytesIO(document), "unit.xml")


def suite(inner: bytes, attributes: bytes = b'name="s"') -> bytes:
    return b"<testsuites><testsuite " + attributes + b">" + inner + b"</testsuite></testsuites>"


def refusal(document: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read(document, limits)
    assert caught.value.message.startswith("unit.xml: line ")
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE testsuites [<!ENTITY a "b">]><testsuites><testsuite name="&a;"/></testsuites>',
        b'<!DOCTYPE testsuites SYSTEM "file:///etc/passwd"><testsuites/>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://example.org/p"> %p;]><testsuites/>',
        b"<!DOCTYPE testsuites><testsuites/>",
    ],
)
def test_a_doctype_is_refused_before_any_entity_is_seen(document: bytes) -> None:
    assert "DOCTYPE" in refusal(document)


def test_a_billion_laughs_costs_nothing() -> None:
    bomb = b'<!DOCTYPE l [<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 10)
    )
    assert "DOCTYPE" in refusal(bomb + b"]><testsuites>&a9;</testsuites>")


def test_an_undefined_entity_is_an_error_and_no_empty_text() -> None:
    assert "undefined entity" in refusal(suite(b'<testcase name="a"><failure>&x;</failure></testcase>'))


@pytest.mark.parametrize(
    "token",
    [
        b'<testcase name="' + b"a" * (20 * MEBIBYTE) + b'"/>',
        b"<!--" + b"a" * (20 * MEBIBYTE) + b"-->",
        b"<?a " + b"a" * (20 * MEBIBYTE) + b"?>",
        b"<" + b"a" * (20 * MEBIBYTE) + b"/>",
    ],
    ids=["attribute", "comment", "instruction", "name"],
)
def test_a_token_of_20_megabytes_fails_fast_in_little_memory(token: bytes) -> None:
    document = suite(token)
    tracemalloc.start()
    started = time.process_time()
    try:
        assert "more than 1,048,576 bytes of one tag or comment" in refusal(document)
        spent, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert spent < 1
    assert peak < 16 * MEBIBYTE


def test_a_text_of_20_megabytes_is_kept_cut() -> None:
    text = b"first" + b"x" * (20 * MEBIBYTE) + b"last"
    document = suite(b'<testcase name="a"><failure message="m">' + text + b"</failure></testcase>")
    tracemalloc.start()
    try:
        (case,) = read(document).cases
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert case.status is CaseStatus.FAILED
    assert len(case.details) <= 65_536
    assert case.details.startswith("first")
    assert case.details.endswith("last")
    left_out = int(case.details.partition("[… ")[2].partition(" ")[0].replace(",", ""))
    mark = f"\n[… {left_out:,} characters left out …]\n"
    assert left_out + len(case.details) - len(mark) == len(text)
    assert peak < 16 * MEBIBYTE


def test_much_output_of_a_failing_case_is_cut_and_of_a_passing_one_dropped() -> None:
    output = b"<system-out>" + b"y\n" * (2 * MEBIBYTE) + b"</system-out>"
    failing = b'<testcase name="a">' + output + b'<failure message="m"/></testcase>'
    parts = read(suite(failing + b'<testcase name="b">' + output + b"</testcase>"))
    assert [len(case.output) > 60_000 for case in parts.cases] == [True, False]
    assert parts.cases[1].output == ""
    kept = parts.cases[0].output
    left_out = int(kept.partition("[… ")[2].partition(" ")[0].replace(",", ""))
    assert left_out + len(kept) - len(f"\n[… {left_out:,} characters left out …]\n") == 4 * MEBIBYTE - 1


@pytest.mark.parametrize("tag", [b"testsuite", b"wrapper"])
def test_deep_nesting_is_refused(tag: bytes) -> None:
    document = b"<testsuites>" + (b"<" + tag + b">") * 100_000
    assert "more than 64 levels" in refusal(document)


def test_deep_nesting_in_a_case_is_refused() -> None:
    assert "more than 64 levels" in refusal(suite(b'<testcase name="a">' + b"<x>" * 100_000))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"   \n",
        b"not xml",
        b"<testsuites>",
        b"<testsuites><testsuite><testcase",
        b"<testsuites/><testsuites/>",
        b"<testsuites/>rest",
        b'<testsuites a="1" a="2"/>',
        b'<?xml version="1.0" encoding="shift_jis"?><testsuites/>',
        b'<?xml version="1.0" encoding="unicode_escape"?><testsuites/>',
        b'<?xml version="1.0" encoding="nonsense"?><testsuites/>',
        b'<testsuites name="\xff\xfe"/>',
        b"\xff\xfe<\0t\0",
        b"<html/>",
        PASSING,
    ],
)
def test_what_is_no_junit_xml_is_refused_with_its_position(document: bytes) -> None:
    assert refusal(document)


def test_a_file_that_was_cut_off_is_refused_whatever_was_in_it() -> None:
    whole = suite(PASSING * 100)
    for end in range(1, len(whole), 37):
        assert refusal(whole[:end])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_common_encodings_are_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><testsuite><testcase name="ü"/></testsuite>'
    document = text.encode(encoding)
    assert JUnitReader().recognise(document[:HEAD_BYTES], PurePath("x")) == "root element testsuite"
    assert [case.name for case in read(document).cases] == ["ü"]


@pytest.mark.parametrize(
    ("limits", "document", "reason"),
    [
        (Limits(file_bytes=100), suite(PASSING * 10), "more than 100 bytes of one file"),
        (Limits(cases=3), suite(PASSING * 4), "more than 3 test cases"),
        (
            Limits(cases=3),
            suite(b"<testcase name='a'><error/></testcase>" * 4),
            "more than 3 test cases",
        ),
        (Limits(kept_names=20), suite(PASSING * 4), "more than 20 characters"),
        (
            Limits(case_elements=5),
            suite(b'<testcase name="a">' + b"<x/>" * 6 + b"</testcase>"),
            "more than 5 elements",
        ),
    ],
)
def test_beyond_a_limit_a_file_is_refused(limits: Limits, document: bytes, reason: str) -> None:
    assert reason in refusal(document, limits)


def test_at_the_limit_a_file_is_read() -> None:
    assert len(read(suite(PASSING), Limits(cases=1)).cases) == 1


def test_too_much_text_shortens_the_texts_and_says_so() -> None:
    failing = b"".join(
        b'<testcase name="%d"><failure message="m">%s</failure></testcase>' % (number, b"t" * 5_000)
        for number in range(4)
    )
    parts = read(suite(failing), Limits(kept_text=11_000))
    assert [len(case.details) > 1_000 for case in parts.cases] == [True, True, False, False]
    assert all(case.status is CaseStatus.FAILED and case.message == "m" for case in parts.cases)
    assert any("2 test cases were shortened" in remark for remark in parts.remarks)


def test_too_much_text_in_one_case_is_cut() -> None:
    many = b"".join(b"<failure message='%d%s'>%s</failure>" % (n, b"m" * 500, b"t" * 500) for n in range(100))
    document = suite(b'<testcase name="a">' + many + b"</testcase>")
    (case,) = read(document, Limits(case_text=5_000)).cases
    assert case.status is CaseStatus.FAILED
    assert len(case.details) < 30_000
    assert len(case.message) < 30_000


@pytest.mark.parametrize(
    "character", [b"\x00", b"\x08", b"\x1b", b"\x1f", b"&#27;", b"&#x1b;", b"&#0;", b"&#xD800;"]
)
def test_a_forbidden_character_is_shown_and_the_file_read(character: bytes) -> None:
    parts = read(suite(b'<testcase name="a' + character + b'b"><failure>x</failure></testcase>'))
    assert [(case.name, case.status) for case in parts.cases] == [("a\ufffdb", CaseStatus.FAILED)]
    assert any(remark.startswith("Repaired") for remark in parts.remarks)


def test_a_forbidden_character_where_two_chunks_meet_is_mended() -> None:
    for shift in range(8):
        filling = b"x" * (MEBIBYTE - len(b"<testsuites><!---->") - shift)
        head = b"<testsuites><!--" + filling[: MEBIBYTE // 2] + b"--><!--"
        padding = b"y" * (MEBIBYTE - len(head) - len(b'--><testcase name="') - shift)
        document = head + padding + b'--><testcase name="&#27;"/></testsuites>'
        assert [case.name for case in read(document).cases] == ["\ufffd"]


def test_other_faults_are_not_mended() -> None:
    assert "not well-formed" in refusal(suite(b'<testcase name="\x1b"/>') + b"<")
    assert "not well-formed" in refusal("<testsuite name='\x1b'/>".encode("utf-16"))


def test_terminal_and_deletion_characters_never_reach_a_name() -> None:
    (case,) = read(
        suite(b'<testcase classname="\x7f" name="a\xc2\x9b2J"><failure message="\x7f"/></testcase>')
    ).cases
    assert (case.classname, case.name, case.message) == ("\ufffd", "a\ufffd2J", "\ufffd")


@pytest.mark.parametrize(
    "inner",
    [
        b"<failure message='m'/>",
        b"<error/>",
        b"<wrapper><testcase name='a'><failure/></testcase></wrapper>",
        b"<testcase name='a'><wrapper><failure/></wrapper></testcase>",
        b"<testcase name='a'><system-out><error/></system-out></testcase>",
        b"<testcase name='a'><testcase name='b'><failure/></testcase></testcase>",
        b"<testcase name='a'><testsuite><testcase name='b'><error/></testcase></testsuite></testcase>",
        b"<testcase name='a'><rerunFailure/></testcase>",
        b"<properties><failure/></properties>",
        b"<system-out><error/></system-out>",
    ],
)
def test_a_failure_in_an_odd_place_is_never_lost(inner: bytes) -> None:
    statuses = {case.status for case in read(suite(inner)).cases}
    assert statuses & {CaseStatus.FAILED, CaseStatus.ERROR}


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        (b'status="run"', CaseStatus.PASSED),
        (b'status="run" result="completed"', CaseStatus.PASSED),
        (b'status="passed"', CaseStatus.PASSED),
        (b'status=""', CaseStatus.PASSED),
        (b'status="notrun" result="suppressed"', CaseStatus.SKIPPED),
        (b'status="run" result="skipped"', CaseStatus.SKIPPED),
        (b'status="disabled"', CaseStatus.SKIPPED),
        (b'status="untested"', CaseStatus.SKIPPED),
        (b'status="failed"', CaseStatus.FAILED),
        (b'status="Failed"', CaseStatus.FAILED),
        (b'result="interrupted"', CaseStatus.ERROR),
        (b'status="exploded"', CaseStatus.ERROR),
    ],
)
def test_a_childless_case_with_a_status_is_no_pass_unless_it_says_so(
    attributes: bytes, status: CaseStatus
) -> None:
    (case,) = read(suite(b'<testcase name="a" ' + attributes + b"/>")).cases
    assert case.status is status
    assert bool(case.message) is (status is not CaseStatus.PASSED)


def test_a_status_does_not_soften_a_result() -> None:
    (case,) = read(suite(b'<testcase name="a" status="passed"><failure message="m"/></testcase>')).cases
    assert case.status is CaseStatus.FAILED


@pytest.mark.parametrize(
    ("header", "errors"),
    [
        (b'failures="1"', 1),
        (b'failures="1" errors="2"', 3),
        (b'errors="many"', 1),
        (b'errors="1e9"', 1),
        (b'errors="-3"', 0),
        (b'errors="0"', 0),
        (b'errors=""', 0),
        (b'errors="1,000"', 1_000),
    ],
)
def test_failures_that_only_a_header_counts_become_errors(header: bytes, errors: int) -> None:
    parts = read(suite(PASSING, header))
    assert sum(case.status is CaseStatus.ERROR for case in parts.cases) == errors
    assert len({case.id for case in parts.cases}) == errors + 1


@pytest.mark.parametrize("counted", [b"1001", b"999999999999999"])
def test_more_of_them_than_can_be_made_cases_of_are_refused(counted: bytes) -> None:
    """Fewer cases than failures would make the share of failures smaller than it is."""
    assert "header_only_cases" in refusal(suite(PASSING, b'errors="' + counted + b'"'))


def test_a_negative_total_is_a_difference() -> None:
    (difference,) = read(suite(PASSING, b'name="s" failures="-1"')).header_differences
    assert (difference.counter, difference.header, difference.elements) == ("failures", -1, 0)


def test_an_unreadable_total_is_told() -> None:
    assert any("'lots'" in remark for remark in read(suite(PASSING, b'tests="lots"')).remarks)


def test_failures_written_as_errors_are_explained() -> None:
    parts = read(suite(b'<testcase name="a"><failure/></testcase>', b'failures="0" errors="1"'))
    assert [case.status for case in parts.cases] == [CaseStatus.FAILED]
    assert {each.counter for each in parts.header_differences} == {"failures", "errors"}


def test_a_difference_that_an_inner_suite_has_is_told_once() -> None:
    document = (
        b'<testsuites tests="3" failures="0"><testsuite name="a" tests="2" failures="0">'
        + PASSING
        + b'</testsuite><testsuite name="b" tests="1"><testcase name="x"/></testsuite></testsuites>'
    )
    (difference,) = read(document).header_differences
    assert (difference.counter, difference.header, difference.elements) == ("tests", 2, 1)


def test_a_header_only_error_is_made_once_for_nested_suites() -> None:
    document = b'<testsuites errors="1"><testsuite name="a" errors="1"></testsuite></testsuites>'
    assert len(read(document).cases) == 1


def test_many_wrong_headers_are_bounded() -> None:
    many = b"<testsuites>" + b'<testsuite tests="7"/>' * 1_000 + b"</testsuites>"
    parts = read(many)
    assert len(parts.header_differences) == 100
    assert any("900 more differences" in remark for remark in parts.remarks)


def test_long_names_stay_different() -> None:
    cases = b"".join(b'<testcase name="%s%d"/>' % (b"n" * 70_000, number) for number in range(2))
    found = read(suite(cases)).cases
    assert len({case.id for case in found}) == 2
    assert all(len(case.id) <= 65_536 and len(case.name) <= 65_536 for case in found)


@pytest.mark.parametrize(
    ("head", "taken"),
    [
        (b"<testsuite/>", True),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<testsuites name="x">', True),
        (b"<testsuitesx/>", False),
        (b"<coverage/>", False),
        (b'{"testsuites": 1}', False),
        (b"", False),
    ],
)
def test_recognition_is_by_content(head: bytes, taken: bool) -> None:
    assert (JUnitReader().recognise(head, PurePath("anything.txt")) is not None) is taken


def test_a_case_that_names_very_many_requirements_is_refused() -> None:
    ids = ",".join(f"R{number}" for number in range(1_001))
    document = (
        f'<testsuite><testcase name="a"><properties><property name="requirement" value="{ids}"/>'
        "</properties></testcase></testsuite>"
    )
    with pytest.raises(InputError, match="more than 1,000 requirements"):
        JUnitReader().read(io.BytesIO(document.encode()), "x.xml")
