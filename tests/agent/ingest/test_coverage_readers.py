from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.cobertura import CoberturaReader
from tsr_agent.ingest.coverage_json import CoverageJsonReader
from tsr_agent.ingest.coverage_tally import settle
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.reader import Reader


def cobertura(lines: str, header: str = 'line-rate="1"') -> str:
    return (
        f'<coverage {header}><packages><package><classes><class filename="a.py"><methods/>'
        f"<lines>{lines}</lines></class></classes></package></packages></coverage>"
    )


def coverage_of(document: str | bytes) -> CodeCoverage:
    (only,) = read(CoberturaReader(), document).code_coverage
    return only


def refusal(document: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(CoberturaReader(), document, "coverage.xml")
    return caught.value.message


def json_refusal(document: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(CoverageJsonReader(), document, "coverage.json")
    return caught.value.message


def test_istanbul(data_dir: Path) -> None:
    path = data_dir / "istanbul" / "cobertura-coverage.xml"
    parts = read(CoberturaReader(), path.read_bytes())
    summary = json.loads((path.parent / "coverage-summary.json").read_text())["total"]
    (found,) = parts.code_coverage
    assert found.line == CoverageCounts(covered=summary["lines"]["covered"], total=summary["lines"]["total"])
    assert found.branch == CoverageCounts(
        covered=summary["branches"]["covered"], total=summary["branches"]["total"]
    )
    assert parts.remarks == ()


@pytest.mark.samples
def test_coverage_py_says_the_same_in_both_its_formats(samples_dir: Path) -> None:
    folder = samples_dir / "pytest-real"
    (xml,) = read(CoberturaReader(), (folder / "attrs.coverage.xml").read_bytes()).code_coverage
    (plain,) = read(CoverageJsonReader(), (folder / "attrs.coverage.json").read_bytes()).code_coverage
    assert xml.tool == plain.tool == "coverage.py"
    assert xml.line == plain.line == CoverageCounts(covered=1823, total=1831)
    assert xml.branch == plain.branch == CoverageCounts(covered=687, total=692)
    assert [each.missing_lines for each in xml.files] == [each.missing_lines for each in plain.files]


def test_a_run_that_measured_nothing_is_unreadable(data_dir: Path) -> None:
    document = (data_dir / "vitest" / "coverage" / "cobertura-coverage.xml").read_bytes()
    assert "nothing was measured" in refusal(document)


def test_clover_is_another_format(data_dir: Path) -> None:
    clover = (data_dir / "istanbul" / "clover.xml").read_bytes()
    assert takes(CoberturaReader(), clover, "clover.xml") is None


def test_lines_of_methods_are_not_counted_again(data_dir: Path) -> None:
    document = (data_dir / "cobertura" / "gcovr-like.xml").read_bytes()
    parts = read(CoberturaReader(), document)
    (found,) = parts.code_coverage
    assert (found.line, found.branch) == (
        CoverageCounts(covered=3, total=4),
        CoverageCounts(covered=1, total=2),
    )
    assert found.files[0].missing_lines == (5,)
    assert parts.remarks == ()
    assert takes(CoberturaReader(), document, "x.xml") is not None


def test_gcovr_says_what_its_console_said(data_dir: Path) -> None:
    parts = read(CoberturaReader(), (data_dir / "gcovr" / "cobertura.xml").read_bytes())
    (found,) = parts.code_coverage
    assert found.tool == "gcovr"
    assert found.line == CoverageCounts(covered=5, total=7), "lines: 71.4% (5 out of 7)"
    assert found.branch == CoverageCounts(covered=4, total=6), "branches: 66.7% (4 out of 6)"
    assert {each.path: each.missing_lines for each in found.files} == {"calc.c": (7, 8), "main.c": ()}
    assert parts.remarks == ()


def test_totals_that_the_lines_do_not_bear_out_are_remarked_and_do_not_count() -> None:
    document = cobertura('<line number="1" hits="0"/>', 'lines-valid="10" lines-covered="10"')
    parts = read(CoberturaReader(), document)
    assert parts.code_coverage[0].line == CoverageCounts(covered=0, total=1)
    assert parts.remarks == ("The totals say 10 of 10 lines, the elements 0 of 1; the elements count.",)


def test_a_line_named_twice_counts_once() -> None:
    found = coverage_of(cobertura('<line number="1" hits="0"/><line number="1" hits="3"/>'))
    assert found.line == CoverageCounts(covered=1, total=1)
    assert found.branch is None


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (cobertura('<line number="1" hits="-1"/>'), "line 1, column"),
        (cobertura('<line number="1"/>'), "hits is ''"),
        (cobertura('<line number="x" hits="1"/>'), "number is 'x'"),
        (cobertura('<line number="1" hits="١"/>'), "hits is"),
        (cobertura('<line number="1" hits="99999999999999999999"/>'), "not a count"),
        (
            cobertura('<line number="1" hits="1" branch="true" condition-coverage="50%"/>'),
            "condition-coverage",
        ),
        (
            cobertura('<line number="1" hits="1" branch="true" condition-coverage="200% (2/1)"/>'),
            "condition-coverage",
        ),
        (cobertura("", 'lines-valid="-1" lines-covered="0"'), "lines-valid is '-1', not a count"),
        (cobertura(""), "nothing was measured"),
        ("<testsuite/>", "root element is 'testsuite'"),
        ("", "not well-formed"),
        (cobertura('<line number="1" hits="1"/>')[:-20], "not well-formed"),
        ('<!DOCTYPE coverage [<!ENTITY a "b">]><coverage/>', "DOCTYPE with declarations"),
        ("<!DOCTYPE coverage [<!ELEMENT coverage ANY>]><coverage/>", "DOCTYPE with declarations"),
        ("<coverage>" + "<a>" * 100, "more than 64 levels of elements"),
        (f'<coverage x="{"y" * 70_000}"/>', "more than 65,536 characters of one attribute"),
        (b'<?xml version="1.0" encoding="nonsense"?><coverage/>', "unknown encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><coverage/>', "coverage.xml: "),
        (b"<coverage>\xff</coverage>", "not well-formed"),
    ],
)
def test_refuses_in_words_with_line_and_column(document: str | bytes, named: str) -> None:
    assert named in refusal(document)


def test_a_billion_laughs_is_refused_at_its_first_declaration() -> None:
    entities = '<!ENTITY a "lol">' + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(10))
    document = f"<!DOCTYPE coverage [{entities}]><coverage>&a9;</coverage>"
    assert "not allowed" in refusal(document)
    assert takes(CoberturaReader(), document, "c.xml") is None


def test_an_external_dtd_is_not_fetched(tmp_path: Path) -> None:
    fifo = tmp_path / "would-block.dtd"
    document = f'<!DOCTYPE coverage SYSTEM "file://{fifo}">' + cobertura('<line number="1" hits="1"/>')
    assert coverage_of(document).line == CoverageCounts(covered=1, total=1)


def test_other_encodings_are_read() -> None:
    document = '<?xml version="1.0" encoding="utf-16"?>' + cobertura('<line number="1" hits="1"/>')
    assert coverage_of(document.encode("utf-16")).line is not None
    assert takes(CoberturaReader(), document.encode("utf-16"), "c.xml") is not None


def test_memory_stays_far_below_the_size_of_the_file() -> None:
    lines = '<line number="7" hits="1" branch="false"/>' * 250_000
    document = cobertura(lines).encode()
    tracemalloc.start()
    coverage_of(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The bytes themselves stand in the test's BytesIO; a chunk and a few objects are ours.
    assert peak < len(document) / 2


def report(**changed: Any) -> dict[str, Any]:
    summary = {"covered_lines": 3, "num_statements": 4, "covered_branches": 1, "num_branches": 2}
    return {
        "meta": {"version": "7.17.3"},
        "files": {"a.py": {"summary": summary, "missing_lines": [9]}},
        "totals": summary,
    } | changed


def test_json_keeps_line_and_branch_apart() -> None:
    parts = read(CoverageJsonReader(), json.dumps(report()))
    (found,) = parts.code_coverage
    assert found.line == CoverageCounts(covered=3, total=4)
    assert found.branch == CoverageCounts(covered=1, total=2)
    assert found.files[0].missing_lines == (9,)
    assert parts.remarks == ()


def test_json_without_branches_has_none() -> None:
    summary = {"covered_lines": 3, "num_statements": 4}
    document = json.dumps(report(files={"a.py": {"summary": summary}}, totals=summary))
    assert read(CoverageJsonReader(), document).code_coverage[0].branch is None


def test_json_totals_that_the_files_do_not_bear_out_do_not_count() -> None:
    parts = read(
        CoverageJsonReader(), json.dumps(report(totals={"covered_lines": 100, "num_statements": 100}))
    )
    assert parts.code_coverage[0].line == CoverageCounts(covered=3, total=4)
    assert parts.remarks == ("The totals say 100 of 100 lines, the elements 3 of 4; the elements count.",)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (report(totals={}), "$.totals"),
        (report(totals={"covered_lines": "3", "num_statements": 4}), "$.totals.covered_lines"),
        (report(totals={"covered_lines": 5, "num_statements": 4}), "5 covered of 4"),
        (report(totals={"covered_lines": -1, "num_statements": 4}), "$.totals.covered_lines"),
        (report(files={}), "nothing was measured"),
        ({"meta": {}, "files": {}}, "totals"),
        ([], "not a coverage.py report"),
    ],
)
def test_json_refuses_in_words(document: Any, named: str) -> None:
    assert named in json_refusal(json.dumps(document))


def test_json_is_recognised_by_its_top() -> None:
    assert takes(CoverageJsonReader(), json.dumps(report())[:60], "any.json") is not None
    assert takes(CoverageJsonReader(), '{"meta": {"files": []}}', "any.json") is None


any_bytes = st.binary(max_size=300)
LINE = "<line number='1' hits='1'/>"
BRANCH = "<line number='1' hits='1' branch='true' condition-coverage='50% (1/2)'/>"
TAGS = ["<coverage>", "</coverage>", "<class filename='a'>", "<lines>", "</lines>"]
like_xml = st.lists(st.sampled_from([*TAGS, LINE, BRANCH, "<!--", "-->", "&amp;", "x"])).map(
    lambda parts: "".join(parts).encode()
)


@given(any_bytes | like_xml | any_bytes.map(lambda tail: b"<coverage>" + tail))
def test_any_bytes_as_cobertura_are_read_or_refused_in_words(document: bytes) -> None:
    takes(CoberturaReader(), document, "x.xml")
    try:
        read(CoberturaReader(), document)
    except InputError as error:
        assert error.message


@given(any_bytes | any_bytes.map(lambda tail: b'{"meta": {}, "files": ' + tail))
def test_any_bytes_as_coverage_json_are_read_or_refused_in_words(document: bytes) -> None:
    takes(CoverageJsonReader(), document, "x.json")
    try:
        read(CoverageJsonReader(), document)
    except InputError as error:
        assert error.message


def test_cobertura_in_a_namespace_is_the_same() -> None:
    plain = cobertura('<line number="1" hits="0"/><line number="2" hits="3"/>')
    prefixed = plain.replace("</", "</c:").replace("<c", "<c:c").replace("<p", "<c:p").replace("<l", "<c:l")
    prefixed = prefixed.replace("<m", "<c:m").replace("<c:coverage", '<c:coverage xmlns:c="urn:x"')
    assert takes(CoberturaReader(), prefixed, "c.xml") is not None
    assert coverage_of(prefixed).line == CoverageCounts(covered=1, total=2)


def test_totals_that_say_less_than_the_elements_count() -> None:
    line = '<line number="1" hits="1" branch="true" condition-coverage="100% (2/2)"/>'
    header = 'lines-valid="1000" lines-covered="100" branches-valid="10" branches-covered="1"'
    parts = read(CoberturaReader(), cobertura(line, header))
    assert parts.code_coverage[0].line == CoverageCounts(covered=100, total=1000)
    assert parts.code_coverage[0].branch == CoverageCounts(covered=1, total=10)
    assert parts.remarks[0] == "The totals say 100 of 1,000 lines, the elements 1 of 1; the totals count."


def test_totals_of_coverage_py_that_say_less_than_its_files_count() -> None:
    document = {
        "meta": {"version": "7"},
        "files": {"a.py": {"summary": {"covered_lines": 1, "num_statements": 1}, "missing_lines": []}},
        "totals": {"covered_lines": 10, "num_statements": 1000},
    }
    parts = read(CoverageJsonReader(), json.dumps(document))
    assert parts.code_coverage[0].line == CoverageCounts(covered=10, total=1000)
    assert parts.remarks == ("The totals say 10 of 1,000 lines, the elements 1 of 1; the totals count.",)


counts = st.builds(lambda a, b: CoverageCounts(covered=min(a, b), total=max(a, b)), *[st.integers(0, 9)] * 2)


@given(counts, counts)
def test_a_contradiction_never_helps(header: CoverageCounts, counted: CoverageCounts) -> None:
    kept, remark = settle("lines", header, counted)
    assert bool(remark) is (header != counted)
    assert (kept is None) is (counted.total == 0)
    if kept is not None:
        shares = [each.covered / each.total for each in (header, counted) if each.total]
        assert kept.covered / kept.total == min(shares)


@pytest.mark.parametrize(
    ("reader", "name", "cut"),
    [
        (CoverageJsonReader(), "coverage.json", '{"meta":{"version"'),
        (CoverageJsonReader(), "Coverage.json", ""),
        (CoberturaReader(), "coverage.xml", "<coverage"),
        (CoberturaReader(), "coverage.xml", "<html/>"),
    ],
)
def test_a_damaged_file_of_the_own_name_is_taken_and_refused(reader: Reader, name: str, cut: str) -> None:
    assert takes(reader, cut, name) == f"named {name.lower()}"
    with pytest.raises(InputError):
        read(reader, cut, name)
