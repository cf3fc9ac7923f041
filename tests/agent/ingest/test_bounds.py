"""Each bound that refuses: a file at it is read, one beyond it is refused with the bound's name."""

from __future__ import annotations

import io
import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from tsr_agent.errors import InputError
from tsr_agent.ingest.registry import result_readers
from tsr_agent.models.limits import Limits

if TYPE_CHECKING:
    from tsr_agent.ingest.reader import Parts

ELSEWHERE = {
    "file_bytes": "test_collect.py, and below for JUnit",
    "total_bytes": "test_collect.py",
    "files": "test_results_dir.py",
    "depth": "test_results_dir.py",
    "event_bytes": "test_ci_event.py",
    "eval_cases": "tests of the readers of eval tools",
    "zip_bytes": "test_inspect_hostile.py",
    "zip_members": "test_inspect_hostile.py",
    "zip_ratio": "test_inspect_hostile.py",
}


def junit(inner: str) -> str:
    return f"<testsuites><testsuite>{inner}</testsuite></testsuites>"


COUNTED = '<testsuite errors="1"/>'


def saying(status: str) -> str:
    return f'<testcase name="a" status="{status}"/>'


def failed(results: int) -> str:
    return f'<testcase name="a">{"<failure/>" * results}</testcase>'


def printed(value: str) -> str:
    return f'<testcase name="a"><system-out>[[PROPERTY|requirement={value}]]</system-out></testcase>'


def named(*requirements: str) -> str:
    properties = "".join(f'<property name="requirement" value="{each}"/>' for each in requirements)
    return f'<testcase name="{requirements[0]}"><properties>{properties}</properties></testcase>'


def cobertura(lines: int, inner: str = "") -> str:
    counted = "".join(f'<line number="{n}" hits="1"/>' for n in range(1, lines + 1))
    return (
        '<coverage line-rate="1"><packages><package><classes><class filename="a"><lines>'
        f"{counted}{inner}</lines></class></classes></package></packages></coverage>"
    )


def exec_record(note: str) -> str:
    times = '"started_at":"2026-01-01T00:00:00Z","finished_at":null'
    return (
        f'{{"schema_version":1,"kind":"aitr-exec","test_type":"unit","exit_code":1,{times},"note":"{note}"}}'
    )


def lcov(*rows: str) -> str:
    return "\n".join(("SF:a", *rows, "end_of_record", ""))


def needs(links: int) -> str:
    found: dict[str, Any] = {f"R{n}": {"type": "req"} for n in range(links)}
    found["T"] = {"type": "test", "links": list(found)}
    return json.dumps({"current_version": "1", "versions": {"1": {"needs": found}}})


def sarif(runs: int) -> str:
    run = {"tool": {"driver": {"name": "t"}}, "results": []}
    return json.dumps({"version": "2.1.0", "runs": [run] * runs})


def audited(depth: int) -> str:
    deep: Any = 1
    for _ in range(depth - 1):
        deep = [deep]
    return json.dumps({"dependencies": [], "x": deep})


def yaml(*tests: str) -> str:
    return f"requirements:\n  - {{id: R, tests: [{', '.join(tests)}]}}\n"


# The bound, what it is set to, the reader, a file at the bound and one beyond it.
CASES: list[tuple[str, int, str, str, str]] = [
    ("xml_depth", 4, "JUnit XML", junit("<a><b/></a>"), junit("<a><b><c/></b></a>")),
    ("cases", 2, "JUnit XML", junit('<testcase name="a"/>' * 2), junit('<testcase name="a"/>' * 3)),
    ("repeated_cases", 2, "JUnit XML", junit('<testcase name="a"/>' * 2), junit('<testcase name="a"/>' * 3)),
    ("header_only_cases", 1, "JUnit XML", junit(COUNTED * 2), junit('<testsuite errors="2"/>')),
    ("junit_elements", 10, "JUnit XML", junit("<a/>" * 2), junit("<a/>" * 3)),
    ("junit_elements", 16, "JUnit XML", junit(COUNTED + "<a/>"), junit(COUNTED + "<a/>" * 2)),
    ("junit_elements", 13, "JUnit XML", junit(failed(1) + "<a/>"), junit(failed(1) + "<a/>" * 2)),
    ("junit_elements", 16, "JUnit XML", junit(failed(2)), junit(failed(2) + "<a/>")),
    ("junit_elements", 12, "JUnit XML", junit(saying("notrun")), junit(saying("notrun") * 2)),
    ("junit_elements", 8, "JUnit XML", junit(saying("run") * 9), junit(saying("off"))),
    ("junit_elements", 15, "JUnit XML", junit(named("A")), junit(named("A", "B"))),
    ("junit_elements", 14, "JUnit XML", junit(printed("R")), junit(printed("R") * 2)),
    ("case_elements", 2, "JUnit XML", junit('<testcase name="a"><x/><x/></testcase>'),
     junit('<testcase name="a"><x/><x/><x/></testcase>')),
    ("case_requirements", 2, "JUnit XML", junit(named("A", "B")), junit(named("A", "B", "C"))),
    ("file_requirements", 2, "JUnit XML", junit(named("A") + named("B")),
     junit(named("A", "B") + named("C"))),
    ("kept_names", 8, "JUnit XML", junit('<testcase name="12345678"/>'),
     junit('<testcase name="123456789"/>')),
    ("kept_names", 8, "JUnit XML", junit('<testcase name="üü"/>'), junit('<testcase name="üüü"/>')),
    ("file_bytes", 60, "JUnit XML", junit(" " * 12), junit(" " * 13)),
    ("xml_attribute", 5, "Cobertura XML", cobertura(1, '<a x="12345"/>'), cobertura(1, '<a x="123456"/>')),
    ("coverage_elements", 8, "Cobertura XML", cobertura(2), cobertura(2, "<a/>")),
    ("coverage_lines", 6, "Cobertura XML", cobertura(2), cobertura(3)),
    ("coverage_lines", 6, "lcov", lcov("DA:1,1", "DA:2,1"), lcov("DA:1,1", "DA:2,1", "BRDA:1,0,0,1")),
    ("lcov_rows", 3, "lcov", lcov("DA:1,1"), lcov("DA:1,1", "DA:1,1")),
    ("lcov_line_bytes", 14, "lcov", lcov("DA:1,1", "#234567890123"), lcov("DA:1,1", "#2345678901234")),
    ("exec_record_bytes", len(exec_record("ab")), "exec record", exec_record("ab"), exec_record("abc")),
    ("json_bytes", len(audited(3)), "pip-audit JSON", audited(3), audited(4)),
    ("json_depth", 4, "pip-audit JSON", audited(4), audited(5)),
    ("json_values", 3, "pip-audit JSON", '{"dependencies": [], "x": 1}', '{"dependencies": [], "x": [1]}'),
    ("sarif_runs", 2, "SARIF", sarif(2), sarif(3)),
    ("need_links", 2, "sphinx-needs JSON", needs(2), needs(3)),
    ("requirements", 1, "requirements CSV", "id\nA\n", "id\nA\nB\n"),
    ("requirement_names", 2, "requirements CSV", "id,tests\nA,x;y\n", "id,tests\nA,x;y\nB,z\n"),
    ("csv_bytes", 5, "requirements CSV", "id\nAB", "id\nABC"),
    ("yaml_bytes", len(yaml("a")), "requirements YAML", yaml("a"), yaml("ab")),
    ("yaml_depth", 5, "requirements YAML", yaml("a"), yaml("[a]")),
    ("yaml_values", 9, "requirements YAML", yaml("a"), yaml("a", "b")),
]  # fmt: skip


def read(name: str, document: str, limits: Limits) -> Parts:
    (reader,) = (each for each in result_readers(limits) if each.name == name)
    return reader.read(io.BytesIO(document.encode()), "the-file")


@pytest.mark.parametrize(("bound", "most", "reader", "at_it", "beyond_it"), CASES)
def test_at_a_bound_a_file_is_read_and_beyond_it_refused(
    bound: str, most: int, reader: str, at_it: str, beyond_it: str
) -> None:
    limits = replace(Limits(), **{bound: most})
    read(reader, at_it, limits)
    with pytest.raises(InputError) as caught:
        read(reader, beyond_it, limits)
    assert caught.value.message.startswith("the-file: ")
    assert (
        f"more than {most:,} {Limits.describe()[bound]}; raise {bound} under [limits]" in caught.value.message
    )
    assert "\n" not in caught.value.message


def test_a_tag_beyond_its_bound_is_refused_in_coverage_too() -> None:
    limits = Limits(xml_token_bytes=2**20, xml_attribute=2**30)
    with pytest.raises(InputError, match="raise xml_token_bytes under"):
        read("Cobertura XML", cobertura(1, f'<a x="{"y" * 2**22}"/>'), limits)


def test_every_bound_that_refuses_is_tried() -> None:
    tried = {each[0] for each in CASES} | ELSEWHERE.keys() | {"xml_token_bytes"}
    assert tried == Limits.refusing()


def test_every_bound_can_be_raised() -> None:
    assert all(getattr(Limits(), each.name) < Limits.most()[each.name] for each in fields(Limits))


def test_a_file_that_is_mended_counts_for_both_passes() -> None:
    document = junit('<testcase name="a"/>' * 2 + '<testcase name="\x1b"/>')
    assert len(read("JUnit XML", document, Limits(cases=6)).cases) == 2
    with pytest.raises(InputError, match="raise cases under"):
        read("JUnit XML", document, Limits(cases=4))


def test_findings_of_one_name_and_line_get_numbers_without_counting_from_the_start() -> None:
    same = '<testcase name="rule"><failure/></testcase>' * 3
    document = f'<testsuites name="ruff"><testsuite>{same}</testsuite></testsuites>'
    assert [case.id for case in read("JUnit XML", document, Limits()).cases] == [
        "rule #1",
        "rule #2",
        "rule #3",
    ]
