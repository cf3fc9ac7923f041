"""``tsr-agent export``: files of a report, what it says of them, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import jsonschema
import pytest
from pypdf import PdfReader

from tests.factories.compared_reports import SAMPLE
from tests.factories.histories import say, upload
from tests.factories.judged_reports import case
from tests.factories.printed_reports import page_texts
from tests.factories.shown_reports import report
from tsr_agent.cli.layout import cells
from tsr_agent.cli.schema import schema_of
from tsr_agent.controls.reading import FOLDER
from tsr_agent.export.record import ReportExport
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.results import TestType, TestTypeResult
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

BROKEN, RELEASED = SAMPLE / "broken.json", SAMPLE / "released.json"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """With one release that waited and was approved."""
    path = tmp_path / "library.db"
    with open_library(path, create=True) as opened:
        upload(opened, "r-1", waits=True)
        say(opened, "r-1", ApprovalAction.APPROVE, by="Rita")
    return path


def figures(text: str) -> dict[tuple[str, str, str], dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    return {(row["section"], row["about"], row["name"]): row for row in rows}


def test_a_report_of_a_library_is_exported_with_what_is_on_record(
    agent: Agent, library: Path, tmp_path: Path
) -> None:
    done = agent("export", "r-1", "--library", library, "--output", "r.csv", "--timezone", "UTC")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("r.csv: CSV, ")
    assert "● GO" in done.stdout
    assert [line for line in done.stdout.splitlines() if cells(line) > 80] == []
    found = figures((tmp_path / "r.csv").read_bytes().decode())
    assert found["overview", "", "verdict"]["shown"] == "● GO"
    assert found["overview", "", "basis"]["shown"].endswith("filed. Library: library.db.")
    assert found["approvals", "approve-r-1-Rita", "who"]["shown"] == "Rita"
    assert found["approvals", "approve-r-1-Rita", "counts"]["shown"] == "yes"


def test_a_catalogue_of_controls_that_is_none_is_told_and_not_left_out_unseen(
    agent: Agent, library: Path, tmp_path: Path
) -> None:
    (library.parent / FOLDER).mkdir()
    (library.parent / FOLDER / "house.json").write_text("{}")
    done = agent("export", "r-1", "--library", library, "--output", "r.pdf")
    assert (done.returncode, done.stderr) == (0, "")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "r.pdf").pages).split())
    assert "A catalogue of controls is not used." in text
    assert "house.json" in text


def test_the_file_is_for_a_spreadsheet_and_a_stream_for_a_program(agent: Agent, tmp_path: Path) -> None:
    assert agent("export", BROKEN, "--output", "b.csv").returncode == 0
    assert (tmp_path / "b.csv").read_bytes().startswith(b'\xef\xbb\xbf"report",')
    done = agent("export", BROKEN, "--output", "-", "--format", "csv")
    assert done.returncode == 0
    assert done.stdout.startswith('"report",')
    assert figures(done.stdout) == figures((tmp_path / "b.csv").read_bytes().decode())


def test_numbers_are_numbers_without_separators(agent: Agent) -> None:
    found = figures(agent("export", BROKEN, "--output", "-", "--format", "csv").stdout)
    assert found["tests", "unit", "pass_rate"]["value"] == "1.0"
    assert float(found["evals", "V4", "accuracy"]["value"]) == pytest.approx(22 / 74)
    assert found["evals", "V4", "accuracy"]["n"] == "74"


def test_of_a_file_no_decision_is_exported_unless_a_policy_is_named(agent: Agent, tmp_path: Path) -> None:
    assert agent("export", BROKEN, "--output", "as-it-is.json").returncode == 0
    plain = json.loads((tmp_path / "as-it-is.json").read_bytes())
    assert (plain["basis"], plain["verdict"]["shown"], plain["decision"]) == ("none", "○ NOT JUDGED", None)
    assert "claims of itself" in plain["basis_sentence"]
    done = agent("export", BROKEN, "--output", "judged.json", "--policy", "builtin:ai-release")
    assert "for this export" in " ".join(done.stdout.split())
    judged = json.loads((tmp_path / "judged.json").read_bytes())
    assert (judged["basis"], judged["verdict"]["shown"]) == ("for_this_export", "■ NO-GO")
    gate = json.loads(agent("gate", BROKEN, "--policy", "builtin:ai-release", "--json").stdout)
    assert judged["decision"]["rules"] == gate["rules"]


def test_json_fits_its_schema_and_holds_the_report_as_filed(
    agent: Agent, library: Path, tmp_path: Path
) -> None:
    agent("export", "r-1", "--library", library, "--output", "r.json")
    document = (tmp_path / "r.json").read_bytes()
    tree = json.loads(document)
    jsonschema.Draft202012Validator(schema_of("export")).validate(tree)
    found = codec.decode(document, ReportExport)
    assert found.digests.report == codec.digest(codec.encode(found.report))
    assert found.digests.decision == codec.digest(codec.encode(found.decision))
    assert found.digests.approvals == tuple(codec.digest(codec.encode(each)) for each in found.approvals)
    assert list(tree) == list(ReportExport.__struct_fields__)


def test_a_folder_gets_a_file_a_table_and_a_list_of_them(agent: Agent, tmp_path: Path) -> None:
    done = agent("export", BROKEN, "--output", "out/", "--all-tests", "--policy", "builtin:ai-release")
    assert (done.returncode, done.stderr) == (0, "")
    contents = (tmp_path / "out" / "contents.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(contents, newline="")))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {row["file"] for row in rows} | {"contents.csv"} == names
    assert {"figures.csv", "compliance-rules.csv", "tests-types.csv", "every-test-unit.csv"} <= names
    for row in rows:
        path = tmp_path / "out" / row["file"]
        assert row["sha256"] == codec.digest(path.read_bytes())
        if row["rows"]:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                assert len(list(csv.DictReader(stream))) == int(row["rows"])
    refused = agent("export", BROKEN, "--output", "out/")
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    assert agent("export", BROKEN, "--output", "out/", "--force").returncode == 0
    assert "every-test-unit.csv" not in {path.name for path in (tmp_path / "out").iterdir()}


def test_the_same_report_gives_the_same_bytes(agent: Agent, library: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "a.json"):
        other = name.replace("a", "b", 1)
        assert agent("export", "r-1", "--library", library, "--output", name).returncode == 0
        assert agent("export", "r-1", "--library", library, "--output", other).returncode == 0
        assert (tmp_path / name).read_bytes() == (tmp_path / other).read_bytes()


def test_nothing_is_written_over_unasked(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    done = agent("export", BROKEN, "--output", "mine.csv")
    assert done.returncode == 2
    assert "not written over" in done.stderr
    assert (tmp_path / "mine.csv").read_text("utf-8") == "mine"
    assert agent("export", BROKEN, "--output", "mine.csv", "--force").returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"mine.csv"}


@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX")
@pytest.mark.parametrize("output", ["b.pdf", "b.json", "b.csv", "out/"])
def test_a_full_disk_is_named_and_leaves_what_was_there(tmp_path: Path, output: str) -> None:
    (tmp_path / "keep.txt").write_text("kept", encoding="utf-8")
    # Bytecode that such a limit cuts off is taken for whole by every process after it.
    inner = f"ulimit -f 4; exec {sys.executable} -B -m tsr_agent export {BROKEN} --output {output}"
    done = subprocess.run(
        ["bash", "-c", inner], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert "can't be written: the disk is full." in done.stderr
    assert "half-written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]


@pytest.mark.skipif(os.name != "posix", reason="a shell closes it")
@pytest.mark.parametrize("wanted", ["csv", "json"])
def test_what_can_be_written_nowhere_is_no_success(tmp_path: Path, wanted: str) -> None:
    inner = f"exec {sys.executable} -m tsr_agent export {BROKEN} --output - --format {wanted} >&-"
    done = subprocess.run(
        ["bash", "-c", inner], cwd=tmp_path, stderr=subprocess.PIPE, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert "Standard output is closed" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="Ctrl+C is sent as POSIX does")
@pytest.mark.parametrize("output", ["big.pdf", "big/"])
def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path, output: str) -> None:
    cases = tuple(case(f"tests/test_{place // 40}.py::test_{place:06d}") for place in range(20_000))
    large = report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))
    (tmp_path / "tsr.json").write_bytes(codec.encode(large))
    command = [sys.executable, "-m", "tsr_agent", "export", "tsr.json", "--output", output, "--all-tests"]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE)
    while running.poll() is None and len(list(tmp_path.iterdir())) < 2:
        pass
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (130, b"tsr-agent: interrupted\n")
    assert [path.name for path in tmp_path.iterdir()] == ["tsr.json"]


@pytest.mark.parametrize("wanted", ["csv", "json"])
@pytest.mark.parametrize("table", ["report_documents", "decisions", "approvals"])
def test_what_was_altered_is_not_exported(
    agent: Agent, library: Path, tmp_path: Path, wanted: str, table: str
) -> None:
    with sqlite3.connect(library) as connection:
        name = f"{table}_no_update"
        ((guard,),) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
        connection.execute(f"DROP TRIGGER {name}")
        connection.execute(f"UPDATE {table} SET body = x'00'")
        connection.execute(guard)
    connection.close()
    done = agent("export", "r-1", "--library", library, "--output", f"r.{wanted}")
    assert done.returncode == 5
    assert "altered" in done.stderr
    assert not (tmp_path / f"r.{wanted}").exists()
    assert agent("export", "r-1", "--library", library, "--output", "-", "--format", wanted).stdout == ""


def test_a_pdf_is_a_pdf_with_what_changed_where_that_is_asked_for(agent: Agent, tmp_path: Path) -> None:
    judged = ("--policy", "builtin:ai-release", "--timezone", "UTC")
    done = agent("export", BROKEN, "--output", "b.pdf", *judged)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF-")
    done = agent(
        "export", BROKEN, "--output", "c.pdf", "--paper", "Letter", "--compare-with", RELEASED, *judged
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "c.pdf").stat().st_size > (tmp_path / "b.pdf").stat().st_size


def test_a_comparison_is_written_in_the_zone_that_was_asked_for(agent: Agent, tmp_path: Path) -> None:
    zone = ("--policy", "builtin:ai-release", "--timezone", "Asia/Tokyo", "--compare-with", RELEASED)
    done = agent("export", BROKEN, "--output", "c.pdf", *zone)
    assert (done.returncode, done.stderr) == (0, "")
    texts = [page.extract_text() for page in PdfReader(tmp_path / "c.pdf").pages]
    page = next(text for text in texts if "The two reports" in text)
    assert page.count(" JST") == 2


def test_where_no_decision_was_asked_for_none_is_shown_of_what_is_compared(
    agent: Agent, tmp_path: Path
) -> None:
    agent("export", RELEASED, "--output", "c.pdf", "--compare-with", BROKEN, "--timezone", "UTC")
    text = "".join(page_texts(PdfReader(tmp_path / "c.pdf")))
    pages = text.replace(" ", "").replace("\n", "")
    # That both would be judged so is said once, with the policy that would; as their verdict it is not shown.
    assert pages.count("NO-GOandB●GO.Bothjudgedbyai-release1") == pages.count("●GO") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("r-1", "--output", "a.csv"), "an id needs the library"),
        ((BROKEN, "--output", "a.txt"), "--format"),
        ((BROKEN, "--output", "-"), "--format"),
        ((BROKEN, "--output", "a.csv", "--paper", "A4"), "--paper"),
        ((BROKEN, "--output", "a.csv", "--compare-with", RELEASED), "--compare-with"),
        ((BROKEN, "--output", "a.json", "--all-tests"), "--all-tests"),
        ((BROKEN, "--output", "a.csv", "--all-tests"), "DIR/"),
        ((BROKEN, "--output", "out/", "--format", "json"), "folder"),
        ((BROKEN, "--output", "-", "--format", "pdf"), "standard output"),
        ((BROKEN, "--output", "-", "--format", "csv", "--json"), "--json"),
        ((BROKEN, "--output", "a.csv", "--waivers", "w.yaml"), "--policy"),
        ((BROKEN, "--output", "a.csv", "--timezone", "Mars/Olympus"), "Europe/Berlin"),
        (("none.json", "--output", "a.csv"), "no such file"),
        ((BROKEN, "--output", "no/where.csv"), "no such file or directory"),
    ],
)
def test_what_can_not_be_done_is_refused_in_words(
    agent: Agent, tmp_path: Path, arguments: tuple[object, ...], said: str
) -> None:
    done = agent("export", *map(str, arguments))
    assert done.returncode == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_library_keeps_its_own_decision(agent: Agent, library: Path) -> None:
    done = agent("export", "r-1", "--library", library, "--output", "a.csv", "--policy", "builtin:ai-release")
    assert done.returncode == 2
    assert "decision on record" in done.stderr


def test_nothing_on_standard_output_is_a_command_to_a_ci_system(agent: Agent, tmp_path: Path) -> None:
    hostile = "##vso[task.setvariable variable=x]y"
    document = BROKEN.read_bytes().replace(
        b'"codebase_branch":"main"', f'"codebase_branch":"{hostile}"'.encode()
    )
    (tmp_path / "hostile.json").write_bytes(document)
    for wanted in ("csv", "json"):
        done = agent("export", "hostile.json", "--output", "-", "--format", wanted)
        assert done.returncode == 0
        assert "##vso" not in done.stdout
        assert "vso[task" in done.stdout


def test_times_are_written_in_the_zone_that_is_named(agent: Agent) -> None:
    base = ("export", BROKEN, "--output", "-", "--format", "csv", "--timezone")
    one, other = (figures(agent(*base, zone).stdout) for zone in ("UTC", "Asia/Kathmandu"))
    assert one["overview", "", "created"]["shown"].endswith(" UTC")
    assert other["overview", "", "created"]["shown"].endswith(" +0545")


def test_programs_are_told_what_was_written(agent: Agent, tmp_path: Path) -> None:
    told = json.loads(agent("export", BROKEN, "--output", "b.json", "--json").stdout)
    assert told["sha256"] == codec.digest((tmp_path / "b.json").read_bytes())
    assert told["report_sha256"] == codec.digest(BROKEN.read_bytes())
    assert (told["format"], told["basis"]) == ("json", "none")
