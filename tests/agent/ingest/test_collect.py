from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, BinaryIO

import pytest

from tests.factories.junit_files import suite
from tsr_agent.errors import InputError
from tsr_agent.ingest import registry
from tsr_agent.ingest.collect import Sources, collect
from tsr_agent.ingest.evals import EvalsReader
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.test_types import TestTypes, TypeRule
from tsr_agent.models.report import InputFile, InputStatus
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path, PurePath

    from tsr_agent.ingest.collected import Collected

EVALS = json.dumps(
    {
        "iterations": [
            {"iteration": 1, "version_name": "V1", "outcome": "passed", "metrics": {"accuracy": 0.9}}
        ]
    }
)
COVERAGE = json.dumps(
    {
        "meta": {},
        "files": {"a.py": {"summary": {"covered_lines": 1, "num_statements": 2}}},
        "totals": {"covered_lines": 1, "num_statements": 2},
    }
)


def files(folder: Path, contents: dict[str, str | bytes]) -> Path:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    folder.mkdir(exist_ok=True)
    return folder


def of(found: Collected, path: str) -> InputFile:
    (only,) = (each for each in found.inputs if each.path == path)
    return only


def test_everything_that_is_known_is_read_and_the_rest_is_listed(tmp_path: Path) -> None:
    results = files(
        tmp_path,
        {
            "unit.xml": suite("a", "b!"),
            "security/junit.xml": suite("s"),
            "deep/history.json": EVALS,
            "cov.json": COVERAGE,
            "reqs.yaml": "requirements:\n  - id: REQ-1\n",
            "log.txt": "hello",
            "pom.xml": "<project/>",
        },
    )
    found = collect(Sources(results_dir=results))
    assert {each.path: (each.status, each.reader) for each in found.inputs} == {
        "cov.json": (InputStatus.READ, "coverage.py JSON"),
        "deep/history.json": (InputStatus.READ, "evals.json"),
        "log.txt": (InputStatus.NOT_TAKEN, ""),
        "pom.xml": (InputStatus.NOT_TAKEN, ""),
        "reqs.yaml": (InputStatus.READ, "requirements YAML"),
        "security/junit.xml": (InputStatus.READ, "JUnit XML"),
        "unit.xml": (InputStatus.READ, "JUnit XML"),
    }
    assert [(each.test_type, each.total, each.failed) for each in found.test_results] == [
        (TestType.UNIT, 2, 1),
        (TestType.SECURITY, 1, 0),
    ]
    assert len(found.eval_iterations) == len(found.code_coverage) == len(found.requirements) == 1
    assert found.problems == ()
    for each in found.inputs:
        content = (results / each.path).read_bytes()
        assert (each.sha256, each.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert of(found, "unit.xml").test_type is TestType.UNIT
    assert any(line.startswith("unit.xml: read as JUnit XML, because") for line in found.explanations)


def test_an_empty_directory_gives_nothing(tmp_path: Path) -> None:
    found = collect(Sources(results_dir=tmp_path))
    assert (found.inputs, found.test_results, found.problems) == ((), (), ())


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="results directory"):
        collect(Sources(results_dir=tmp_path / "absent"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("unit.xml", ""),
        ("unit.xml", "\n"),
        ("unit.xml", "<?xml vers"),
        ("unit.xml", suite("a")[:-15]),
        ("unit.xml", "not xml at all"),
        ("unit.xml", '<!DOCTYPE a [<!ENTITY b "c">]><testsuites>&b;</testsuites>'),
        ("junit.xml", suite("a")),
        ("unit-and-security.xml", suite("a")),
        ("evals.json", ""),
        ("evals.json", "{}"),
        ("evals.json", EVALS.encode("utf-16")),
        ("evals.json", EVALS.replace("0.9", "NaN")),
        ("requirements.yaml", "requirements: [&a x, *a]"),
        ("requirements.csv", "id,test\n"),
        ("unit.exec.json", "{}"),
        ("coverage.xml", '<coverage line-rate="1"/>'),
        ("both.json", EVALS[:-1] + ', "meta": {}, "files": {}}'),
    ],
)
def test_one_bad_file_is_unreadable_in_one_line_and_the_others_are_read(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    results = files(tmp_path, {name: content, "performance.xml": suite("p")})
    found = collect(Sources(results_dir=results))
    bad = of(found, name)
    assert bad.status is InputStatus.UNREADABLE
    assert bad.reason
    assert "\n" not in bad.reason
    assert bad.sha256 is not None
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{name}: ")
    assert found.problems[0].count(name) == 1
    assert [each.test_type for each in found.test_results] == [TestType.PERFORMANCE]
    assert not (found.eval_iterations or found.requirements or found.runs or found.code_coverage)


def test_types_by_option_and_configuration(tmp_path: Path) -> None:
    results = files(tmp_path, {"a.xml": suite("a"), "unit.xml": suite("b")})
    types = TestTypes(
        options=(TypeRule(test_type=TestType.E2E, pattern="a.xml"),),
        configured=(TypeRule(test_type=TestType.ACCEPTANCE, pattern="*.xml"),),
    )
    found = collect(Sources(results_dir=results, types=types))
    assert [each.test_type for each in found.test_results] == [TestType.E2E, TestType.ACCEPTANCE]
    assert "e2e by --type a.xml" in of(found, "a.xml").reason


def test_named_files_are_read_once_and_must_be_there(tmp_path: Path) -> None:
    results = files(tmp_path / "results", {"evals.json": EVALS, "c.json": COVERAGE})
    outside = files(tmp_path / "elsewhere", {"evals.json": EVALS, "r.csv": "id,text\nREQ-1,x\n"})
    found = collect(
        Sources(
            results_dir=results,
            evals=(results / "evals.json", outside / "evals.json"),
            requirements=(outside / "r.csv",),
            coverage=(results / "c.json", results / "c.json"),
        )
    )
    assert len(found.eval_iterations) == 2
    assert len(found.code_coverage) == 1
    assert len(found.requirements) == 1
    assert found.problems == ()
    assert [each.path for each in found.inputs] == [
        "evals.json",
        str(outside / "evals.json"),
        "r.csv",
        "c.json",
    ]
    with pytest.raises(InputError, match=r"absent\.json"):
        collect(Sources(results_dir=results, evals=(tmp_path / "absent.json",)))


def test_a_named_file_of_another_format_is_unreadable(tmp_path: Path) -> None:
    results = files(tmp_path / "results", {})
    other = files(tmp_path / "elsewhere", {"x.txt": "hello"}) / "x.txt"
    for sources in (
        Sources(results_dir=results, evals=(other,)),
        Sources(results_dir=results, requirements=(other,)),
        Sources(results_dir=results, coverage=(other,)),
    ):
        assert len(collect(sources).problems) == 1


def test_a_named_file_deep_in_the_results_is_not_read_again(tmp_path: Path) -> None:
    results = files(tmp_path / "results", {"deep/evals.json": EVALS, "evals.json": EVALS})
    found = collect(Sources(results_dir=results, evals=(results / "deep" / "evals.json",)))
    assert len(found.eval_iterations) == 2
    assert [(each.path, each.status, each.reason) for each in found.inputs[1:]] == [
        ("deep/evals.json", InputStatus.NOT_TAKEN, "the same file as evals.json, which is read"),
        (f"{results}/evals.json", InputStatus.READ, "JSON with iterations at the top"),
    ]


def test_a_hard_link_is_not_counted_twice(tmp_path: Path) -> None:
    results = files(tmp_path, {"unit.xml": suite("a")})
    os.link(results / "unit.xml", results / "unit-again.xml")
    found = collect(Sources(results_dir=results))
    assert [each.total for each in found.test_results] == [1]


def test_requirements_of_two_files_may_not_share_an_id(tmp_path: Path) -> None:
    results = files(
        tmp_path,
        {"a.yaml": "requirements:\n  - id: R\n", "b.yaml": "requirements:\n  - id: R\n    tests: x\n"},
    )
    found = collect(Sources(results_dir=results))
    assert found.problems == ("b.yaml: the requirement 'R' stands in a.yaml already",)
    assert len(found.requirements) == 1


def test_files_beyond_a_limit_are_unreadable_if_they_matter(tmp_path: Path) -> None:
    results = files(tmp_path, {"unit.xml": suite("a"), "core.bin": b"\0" * 5_000, "e2e.xml": suite("a")})
    found = collect(Sources(results_dir=results, limits=Limits(file_bytes=1_000)))
    assert of(found, "core.bin").status is InputStatus.NOT_TAKEN
    found = collect(Sources(results_dir=results, limits=Limits(file_bytes=10)))
    assert of(found, "unit.xml").status is InputStatus.UNREADABLE
    assert found.test_results == ()
    size = (results / "e2e.xml").stat().st_size
    found = collect(Sources(results_dir=results, limits=Limits(total_bytes=size + 10, file_bytes=1_000)))
    assert [each.status for each in found.inputs if each.path.endswith(".xml")] == [
        InputStatus.READ,
        InputStatus.UNREADABLE,
    ]


def test_the_order_on_disk_does_not_matter(tmp_path: Path) -> None:
    contents: dict[str, str | bytes] = {
        "unit-1.xml": suite("x", "y"), "unit-2.xml": suite("x"), "evals.json": EVALS
    }  # fmt: skip
    one = collect(Sources(results_dir=files(tmp_path / "one", contents)))
    other = collect(Sources(results_dir=files(tmp_path / "two", dict(reversed(contents.items())))))
    assert one == other


def test_progress_names_each_file(tmp_path: Path) -> None:
    seen: list[str] = []
    collect(Sources(results_dir=files(tmp_path, {"b.txt": "", "a.txt": ""})), seen.append)
    assert seen == ["a.txt", "b.txt"]


class _Meddler(EvalsReader):
    """Changes the file while it is read, as a test process that still runs would."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def read(self, stream: BinaryIO, path: str) -> Parts:
        parts = super().read(stream, path)
        with self._path.open("a") as file:
            file.write(" ")
        return parts


def test_a_file_that_changes_while_it_is_read_gives_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = files(tmp_path, {"evals.json": EVALS})
    monkeypatch.setattr(registry, "result_readers", lambda _limits: (_Meddler(results / "evals.json"),))
    found = collect(Sources(results_dir=results))
    assert found.eval_iterations == ()
    assert found.problems == ("evals.json: the file changed while it was read",)


class _Poisoner:
    """Gives parts that no report can hold."""

    name = "poisoner"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        return "always"

    def read(self, stream: BinaryIO, path: str) -> Parts:
        return self._parts


def _poisons() -> Iterator[Parts]:
    from tsr_agent.models.evals import EvalIterationSummary, IterationOutcome
    from tsr_agent.models.requirements import RequirementEntry

    for value in (float("nan"), float("inf")):
        yield Parts(
            eval_iterations=(
                EvalIterationSummary(
                    iteration=1, version_name="V", outcome=IterationOutcome.PASSED, metrics={"a": value}
                ),
            )
        )
    yield Parts(requirements=(RequirementEntry(id="x" * 2_000),))
    yield Parts(requirements=(RequirementEntry(id="\ud800"),))


@pytest.mark.parametrize("parts", list(_poisons()))
def test_parts_that_no_report_can_hold_make_their_file_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: Parts
) -> None:
    results = files(tmp_path, {"x": "x"})
    monkeypatch.setattr(registry, "result_readers", lambda _limits: (_Poisoner(parts),))
    found = collect(Sources(results_dir=results))
    assert of(found, "x").status is InputStatus.UNREADABLE
    assert not (found.eval_iterations or found.requirements)


@pytest.mark.samples
def test_whatever_real_tools_wrote_gets_an_answer(samples_dir: Path) -> None:
    types = TestTypes(options=(TypeRule(test_type=TestType.UNIT, pattern="**"),), root=str(samples_dir))
    found = collect(Sources(results_dir=samples_dir, types=types))
    assert len(found.inputs) == sum(path.is_file() for path in samples_dir.rglob("*"))
    assert all(each.reason and each.sha256 for each in found.inputs)
    # vitest's coverage run measured no file; everything else that a reader takes can be read.
    taken = [each for each in found.inputs if each.reader and each.status is InputStatus.UNREADABLE]
    unplaced = [each for each in taken if each.reason.startswith("no iteration is known")]
    assert len([each for each in unplaced if each.path.startswith("inspect-ai/")]) == 10
    taken = [each for each in taken if each not in unplaced]
    assert [each.path for each in taken] == [
        "vitest/coverage/cobertura-coverage.xml",
        "vitest/coverage/lcov.info",
    ]
    known = ("said to hold tests", "no iteration is known", "vitest/coverage/")
    assert all(any(each in line for each in known) for line in found.problems)
    (unit,) = found.test_results
    assert unit.total == len({case.id for case in unit.test_cases}) > 10_000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("it.junit", b""),
        ("it.junit", b"<!DOCTYPE testsuites [<!ENTITY a 'b'>]><testsuites/>"),
        ("it.junit", "<testsuites/>".encode("utf-32")),
        ("it.junit", b"\n<?xml version='1.0'?><testsuites/>"),
        ("it.junit", b"<!--" + b" " * 70_000 + b"--><testsuites/>"),
        ("it.junit", b"\0" * 1_000),
        ("scans/it.txt", b"502"),
    ],
)
@pytest.mark.parametrize("by_option", [True, False])
def test_a_file_that_a_rule_says_holds_tests_is_never_overlooked(
    tmp_path: Path, name: str, content: bytes, by_option: bool
) -> None:
    rules = (TypeRule(test_type=TestType.INTEGRATION, pattern=name),)
    types = TestTypes(options=rules) if by_option else TestTypes(configured=rules)
    found = collect(Sources(results_dir=files(tmp_path, {name: content}), types=types))
    assert of(found, name).status is InputStatus.UNREADABLE
    assert "narrow the pattern" in found.problems[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("integration.xml", "<html>502 Bad Gateway</html>"),
        ("security-nunit.xml", '<test-run result="Failed" failed="3"/>'),
        ("unit/results.XML", "<test-run/>"),
        ("coverage.json", '{"meta":{"version"'),
        ("coverage.xml", "<html/>"),
        ("requirements.yaml", ""),
        ("requirements.yml", "\0"),
        ("requirements.csv", "ID;text"),
    ],
)
def test_a_file_whose_name_says_what_it_holds_is_never_overlooked(
    tmp_path: Path, name: str, content: str
) -> None:
    found = collect(Sources(results_dir=files(tmp_path, {name: content})))
    assert of(found, name).status is InputStatus.UNREADABLE
    assert found.problems


def test_other_files_beside_the_results_are_left_out(tmp_path: Path) -> None:
    others = {"unit/pytest.log": "x", "unit/report.html": "<html/>", "pom.xml": "<project/>"}
    found = collect(Sources(results_dir=files(tmp_path, dict(others))))
    assert {each.status for each in found.inputs} == {InputStatus.NOT_TAKEN}


def test_content_counts_more_than_a_name(tmp_path: Path) -> None:
    found = collect(Sources(results_dir=files(tmp_path, {"unit/coverage.xml": suite("a")})))
    assert of(found, "unit/coverage.xml").status is InputStatus.READ


def test_findings_and_further_coverage_formats_are_taken_by_content(tmp_path: Path, data_dir: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    for source, name in (("ruff/click.sarif", "a.json"), ("pip-audit/vulnerable.json", "b.json")):
        (results / name).write_bytes((data_dir / source).read_bytes())
    (results / "c.txt").write_text("TN:\nSF:a.py\nDA:1,1\nDA:2,0\nend_of_record\n")
    found = collect(Sources(results_dir=results))
    assert {each.path: each.reader for each in found.inputs} == {
        "a.json": "SARIF",
        "b.json": "pip-audit JSON",
        "c.txt": "lcov",
    }
    assert {each.tool: each.executed for each in found.static_analysis} == {"ruff": True, "pip-audit": False}
    assert [each.line.rate for each in found.code_coverage if each.line] == [0.5]
