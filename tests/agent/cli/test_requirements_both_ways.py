"""Ids that do not meet are told in both directions, from whatever format the requirements come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.agent.cli.test_generate import COMMITS, read
from tests.agent.ingest.test_doorstop import item
from tsr_agent.models.requirements import CoverageStatus, VerificationStatus

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

UNIT = """\
<testsuite><testcase classname="tests.test_a" name="test_met"/>
<testcase classname="tests.test_a" name="test_stray">
<properties><property name="requirement" value="R-9"/><property name="tag" value="smoke"/></properties>
</testcase></testsuite>
"""
YAML = """\
requirements:
  - {id: R-3, text: met, tests: [tests/test_a.py::test_met]}
  - {id: R-2, text: gone, tests: [tests/test_a.py::test_gone]}
  - {id: R-1, text: bare}
"""
CSV = "id,text,tests\nR-3,met,tests/test_a.py::test_met\nR-2,gone,tests/test_a.py::test_gone\nR-1,bare,\n"
NEEDS = json.dumps(
    {
        "current_version": "1",
        "versions": {
            "1": {
                "needs": {
                    "R-3": {"id": "R-3", "type": "req", "title": "met"},
                    "R-2": {"id": "R-2", "type": "req", "title": "gone"},
                    "R-1": {"id": "R-1", "type": "req", "title": "bare"},
                    "T-1": {
                        "id": "T-1",
                        "type": "test",
                        "links": ["R-3"],
                        "case": "test_met",
                        "classname": "tests.test_a",
                    },
                    "T-2": {
                        "id": "T-2",
                        "type": "test",
                        "links": ["R-2"],
                        "case": "test_gone",
                        "classname": "tests.test_a",
                    },
                }
            }
        },
    }
)


def doorstop(text: str, keyword: str) -> str:
    reference = f"{{path: tests/test_a.py, type: file, keyword: {keyword}}}" if keyword else ""
    return item(text=text, references=f"[{reference}]")


FORMS: dict[str, dict[str, str]] = {
    "yaml": {"requirements.yaml": YAML},
    "csv": {"requirements.csv": CSV},
    "needs": {"needs.json": NEEDS},
    "doorstop export": {
        "export.csv": "uid,level,text,references,active,normative\n"
        'R-3,1,met,"type:file,path:tests/test_a.py,keyword:test_met",True,True\n'
        'R-2,1,gone,"type:file,path:tests/test_a.py,keyword:test_gone",True,True\nR-1,1,bare,,True,True\n'
    },
    "doorstop": {
        "reqs/.doorstop.yml": "settings:\n  digits: 1\n  prefix: R\n  sep: '-'\n",
        "reqs/R-1.yml": doorstop("bare", ""),
        "reqs/R-2.yml": doorstop("gone", "test_gone"),
        "reqs/R-3.yml": doorstop("met", "test_met"),
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_ids_that_do_not_meet_are_told_in_both_directions(agent: Agent, tmp_path: Path, form: str) -> None:
    for name, document in {"unit.xml": UNIT, **FORMS[form]}.items():
        path = tmp_path / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document)
    done = agent("generate", *COMMITS, "--explain")
    assert done.returncode == 0, done.stderr
    report = read(tmp_path)
    in_files_order = ["R-1", "R-2", "R-3"] if form == "doorstop" else ["R-3", "R-2", "R-1"]
    assert [each.requirement_id for each in report.requirement_coverage] == in_files_order
    found = {each.requirement_id: each for each in report.requirement_coverage}
    assert (found["R-3"].verification_status, found["R-3"].missing_tests) == (VerificationStatus.VERIFIED, ())
    assert (found["R-2"].coverage_status, len(found["R-2"].missing_tests)) == (CoverageStatus.UNCOVERED, 1)
    assert (found["R-1"].coverage_status, found["R-1"].missing_tests) == (CoverageStatus.UNCOVERED, ())
    (unknown,) = report.unknown_requirements
    assert (unknown.requirement_id, unknown.test_ids) == ("R-9", ("tests.test_a::test_stray",))

    explained = " ".join(done.stdout.split())
    assert "Requirement R-1: no test names it, and it names none." in explained
    assert "Requirement R-2: missing tests" in explained
    assert "Requirement R-9: in no requirements file, named by tests.test_a::test_stray." in explained
    shown = " ".join(agent("show", "tsr.json").stdout.split())
    assert "1 without any test, 1 with missing tests, 1 unknown id named by tests" in shown
    assert "R-1 bare (not run, 0 tests) no test names it, and it names none" in shown
    assert "R-2 gone (not run, 0 tests) missing: tests" in shown
    assert "R-9 in no requirements file, named by tests.test_a::test_stray" in shown


def test_very_many_are_told_in_a_few_lines(agent: Agent, tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    listed = "".join(f"  - {{id: R-{n:03}, tests: [gone-{n}]}}\n  - {{id: S-{n:03}}}\n" for n in range(100))
    (results / "requirements.yaml").write_text(f"requirements:\n{listed}")
    named = "".join(
        f'<testcase classname="c" name="t{n}"><properties><property name="requirement" value="U-{n:03}"/>'
        "</properties></testcase>"
        for n in range(100)
    )
    (results / "unit.xml").write_text(f"<testsuite>{named}</testsuite>")
    text = agent("generate", *COMMITS, "--explain").stdout
    assert (
        text.count("names none.") == text.count(": missing gone-") == text.count("in no requirements") == 20
    )
    for what in ("requirements without any test", "requirements with missing tests", "ids that no"):
        assert f"And 80 more {what}" in text
    shown = agent("show", "tsr.json").stdout
    assert shown.count("missing: gone-") + shown.count("names none") == 10
    assert "and 190 more (--all lists them)" in shown
    assert "and 90 more unknown (--all lists them)" in shown
    whole = agent("show", "tsr.json", "--all").stdout
    assert whole.count("missing: gone-") == whole.count("names none") == 100
    assert whole.count("in no requirements file") == 100
