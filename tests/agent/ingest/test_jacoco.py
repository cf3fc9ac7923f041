from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.jacoco import JacocoReader
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts

DOCTYPE = '<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">'
RAN = '<line nr="3" mi="0" ci="3" mb="0" cb="0"/>'
HALF = '<line nr="5" mi="2" ci="4" mb="1" cb="1"/>'
MISSED = '<line nr="9" mi="4" ci="0" mb="0" cb="0"/>'
COUNTERS = (
    '<counter type="INSTRUCTION" missed="6" covered="7"/><counter type="BRANCH" missed="1" covered="1"/>'
    '<counter type="LINE" missed="1" covered="2"/>'
)


def package(lines: str, name: str = "demo/rag") -> str:
    return (
        f'<package name="{name}"><class name="{name}/Answer" sourcefilename="Answer.java">'
        '<method name="ask" desc="()V" line="3"><counter type="LINE" missed="9" covered="0"/></method>'
        f'</class><sourcefile name="Answer.java">{lines}'
        '<counter type="LINE" missed="7" covered="7"/></sourcefile>'
        "</package>"
    )


def report(content: str, doctype: str = DOCTYPE) -> str:
    session = '<sessioninfo id="ci-1" start="1" dump="2"/>'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}{doctype}<report name="demo">{session}{content}</report>'


def coverage_of(document: str | bytes) -> CodeCoverage:
    (only,) = read(JacocoReader(), document).code_coverage
    return only


def refusal(document: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(JacocoReader(), document, "jacoco.xml")
    return caught.value.message


def test_lines_of_source_files_are_counted() -> None:
    parts = read(JacocoReader(), report(package(RAN + HALF + MISSED) + COUNTERS))
    (found,) = parts.code_coverage
    assert found.tool == "JaCoCo"
    assert found.line == CoverageCounts(covered=2, total=3)
    assert found.branch == CoverageCounts(covered=1, total=2)
    assert found.files[0].path == "demo/rag/Answer.java"
    assert found.files[0].missing_lines == (9,)
    assert parts.remarks == ()


def test_modules_with_the_same_package_stay_apart() -> None:
    groups = f'<group name="api">{package(RAN)}</group><group name="web">{package(MISSED)}</group>'
    found = coverage_of(report(f'<group name="all">{groups}</group>'))
    assert [each.path for each in found.files] == [
        "all/api/demo/rag/Answer.java",
        "all/web/demo/rag/Answer.java",
    ]
    assert found.line == CoverageCounts(covered=1, total=2)


def test_a_package_without_a_name_has_its_files_at_the_top() -> None:
    assert coverage_of(report(package(RAN, name=""))).files[0].path == "Answer.java"


def test_a_line_without_instructions_is_no_line() -> None:
    document = report(package(RAN + '<line nr="4" mi="0" ci="0" mb="0" cb="0"/>'))
    assert coverage_of(document).line == CoverageCounts(covered=1, total=1)


def test_contradictory_totals_never_help() -> None:
    high = report(package(MISSED) + '<counter type="LINE" missed="0" covered="9"/>')
    assert coverage_of(high).line == CoverageCounts(covered=0, total=1)
    low = read(JacocoReader(), report(package(RAN) + '<counter type="LINE" missed="9" covered="1"/>'))
    assert low.code_coverage[0].line == CoverageCounts(covered=1, total=10)
    assert low.remarks == ("The totals say 1 of 10 lines, the elements 1 of 1; the totals count.",)


def test_the_dtd_is_not_fetched() -> None:
    document = report(package(RAN), '<!DOCTYPE report SYSTEM "file:///dev/zero">')
    assert coverage_of(document).line == CoverageCounts(covered=1, total=1)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (report(package('<line nr="1" mi="0" ci="1" mb="0"/>')), "cb is '', not a count"),
        (report(package('<line nr="1" mi="0" ci="-1" mb="0" cb="0"/>')), "ci is '-1'"),
        (report(package('<line nr="1" mi="0" ci="1" mb="0" cb="9999999"/>')), "cb is '9999999'"),
        (report('<counter type="LINE" missed="x" covered="1"/>'), "missed is 'x'"),
        (report(""), "nothing was measured"),
        (report("")[:-3], "not well-formed"),
        ("<coverage/>", "the root element is 'coverage', not 'report'"),
        ('<!DOCTYPE report [<!ENTITY a "b">]><report/>', "DOCTYPE with declarations"),
        ("<report>" + "<group>" * 100, "more than 64 levels of elements"),
    ],
)
def test_refuses_in_words_with_line_and_column(document: str, named: str) -> None:
    assert named in refusal(document)


@pytest.mark.parametrize(
    ("document", "taken"),
    [
        (report(package(RAN)), True),
        (report(""), True),
        (f"<report>{package(RAN)}</report>", True),
        ("<report><item/></report>", False),
        ('<coverage sourcefilename="a"/>', False),
    ],
)
def test_is_recognised_by_content(document: str, taken: bool) -> None:
    assert (takes(JacocoReader(), document, "any.xml") is not None) is taken


def test_a_damaged_file_of_its_own_name_is_not_overlooked() -> None:
    assert takes(JacocoReader(), "<rep", "jacoco.xml") == "named jacoco.xml"


def test_memory_stays_far_below_the_size_of_the_file() -> None:
    document = report(package(RAN * 250_000)).encode()
    tracemalloc.start()
    coverage_of(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The bytes themselves stand in the test's BytesIO; a chunk and a few objects are ours.
    assert peak < len(document) / 2


tags = ["<report>", '<group name="g">', '<package name="p">', '<sourcefile name="s">', RAN, HALF, COUNTERS]
ends = ["</report>", "</group>", "</package>", "</sourcefile>", "<sourcefile/>"]
like_jacoco = st.lists(st.sampled_from(tags + ends)).map(lambda parts: "".join(parts).encode())
inside = st.lists(st.sampled_from([*tags[4:], "<package/>", "<sourcefile/>"])).map(
    lambda parts: report("".join(parts)).encode()
)


@given(st.binary(max_size=300) | like_jacoco | inside)
def test_any_bytes_are_read_or_refused_in_words(document: bytes) -> None:
    takes(JacocoReader(), document, "x.xml")
    try:
        read(JacocoReader(), document)
    except InputError as error:
        assert error.message
