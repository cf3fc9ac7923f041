"""Hostile files in a results directory, at the command line: one line each, sound ones kept, no GO."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

import pytest

from tests.factories.junit_files import suite
from tests.factories.repositories import repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

HOSTILE: dict[str, bytes] = {
    "bomb-unit.xml": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><testsuites>&b;</testsuites>',
    "external-unit.xml": b'<!DOCTYPE t SYSTEM "file:///etc/passwd"><testsuites/>',
    "attribute-unit.xml": b'<testsuite><testcase name="' + b"a" * 20_000_000 + b'"/></testsuite>',
    "deep-unit.xml": b"<testsuites>" + b"<a>" * 100_000,
    "utf7-unit.xml": b'<?xml version="1.0" encoding="utf-7"?><testsuites/>',
    "cut-unit.xml": b"<testsuites><testsuite><testcase name='a'/>",
    "coverage.xml": b'<!DOCTYPE c [<!ENTITY a "b">]><coverage line-rate="1"/>',
    "clover.xml": b'<!DOCTYPE c [<!ENTITY a "b">]><coverage generated="1"/>',
    "jacoco.xml": b'<!DOCTYPE c [<!ENTITY a "b">]><report name="//JACOCO//"/>',
    "deep/evals.json": b'{"iterations": ' + b"[" * 100_000,
    "twice/evals.json": b'{"iterations": [], "iterations": []}',
    "nan/evals.json": b'{"iterations": [{"metrics": {"a": NaN}}]}',
    "huge/evals.json": b'{"iterations": [{"metrics": {"a": 1e999}}]}',
    "half/evals.json": b'{"iterations": [{"version_name": "\\ud800"}]}',
    "wide/evals.json": '{"iterations": []}'.encode("utf-16"),
    "mark/evals.json": b'\xef\xbb\xbf{"iterations": []}',
    "nul/evals.json": b'{"iterations": []}\x00',
    "requirements.yaml": b"requirements: &a [*a]\n",
    "lcov.info": b"TN:\nSF:a\nDA:1," + b"9" * 4_000 + b"\nend_of_record\n",
    "scan.sarif": b'{"version": "2.1.0", "runs": [' + b"{" * 70,
}  # fmt: skip


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A checkout with results: one sound file and all the hostile ones."""
    repository(tmp_path)
    folder = tmp_path / "results"
    for name, content in HOSTILE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "unit.xml").write_text(suite("a", "b"))
    return folder


def test_each_hostile_file_is_one_line_and_the_sound_one_is_kept(agent: Agent, results: Path) -> None:
    done = agent("generate", "--results-dir", "results", "--json", cwd=results.parent)
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert answer["go_no_go_decision"] != "GO"
    by_status: dict[str, set[str]] = {}
    for each in answer["inputs"]:
        by_status.setdefault(each["status"], set()).add(each["path"])
    assert by_status == {"read": {"unit.xml"}, "unreadable": set(HOSTILE)}
    problems = answer["problems"]
    assert len(problems) == len(HOSTILE)
    assert all("\n" not in each and each.isprintable() and len(each) < 5_000 for each in problems)
    assert {each.partition(": ")[0] for each in problems} == set(HOSTILE)
    assert "root:" not in done.stdout
    report = json.loads((results.parent / "tsr.json").read_text())
    assert [each["total"] for each in report["test_results"]] == [2]


def test_a_person_reads_one_line_a_file(agent: Agent, results: Path) -> None:
    done = agent("generate", "--results-dir", "results", cwd=results.parent)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for name in HOSTILE:
        assert sum(f"{name}: " in line for line in (done.stdout + done.stderr).splitlines()) >= 1


def test_what_is_no_file_or_lies_outside_is_not_opened(
    agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path)
    results = tmp_path / "results"
    results.mkdir()
    (tmp_path / "outside.xml").write_text(suite("secret"))
    (results / "unit.xml").write_text(suite("a"))
    (results / "link-unit.xml").symlink_to("../outside.xml")
    (results / "device-unit.xml").symlink_to("/dev/zero")
    os.mkfifo(results / "pipe-unit.xml")
    os.link(results / "unit.xml", results / "again-unit.xml")
    monkeypatch.chdir(results)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket-unit.xml")
    done = agent("generate", "--results-dir", "results", "--json", cwd=tmp_path)
    statuses = {each["path"]: each["status"] for each in json.loads(done.stdout)["inputs"]}
    assert sorted(statuses.values()) == ["not_taken"] * 5 + ["read"]
    assert "secret" not in (tmp_path / "tsr.json").read_text()
    report = json.loads((tmp_path / "tsr.json").read_text())
    assert [each["total"] for each in report["test_results"]] == [1]


def test_names_that_could_deceive_are_shown_as_escapes(agent: Agent, tmp_path: Path) -> None:
    repository(tmp_path)
    results = tmp_path / "results"
    results.mkdir()
    for name in (b"a\x1b[31munit.xml", b"b\xffunit.xml", "c\u202eunit.xml".encode(), b"d\nunit.xml"):
        (results / os.fsdecode(name)).write_bytes(b"<")
    done = agent("generate", "--results-dir", "results", cwd=tmp_path)
    assert done.returncode == 2
    shown = done.stdout + done.stderr
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    assert all(f"{start}" in shown for start in ("a\\x1b[31m", "b\\udcff", "c\\u202e", "d\\n"))
    report = json.loads((tmp_path / "tsr.json").read_text())
    assert all(each["path"].isprintable() for each in report["inputs"])


def test_a_bound_that_was_passed_can_be_raised_in_the_configuration(agent: Agent, tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "unit.xml").write_text(suite("a", "b", "c"))
    (tmp_path / "aitr.toml").write_text("[limits]\ncases = 2\n")
    refused = agent("generate", "--json", cwd=tmp_path)
    assert refused.returncode == 2
    (problem,) = json.loads(refused.stdout)["problems"]
    assert "more than 2 test cases of one results file; raise cases under [limits] in aitr.toml" in problem
    (tmp_path / "aitr.toml").write_text("[limits]\ncases = 3\n")
    assert json.loads(agent("generate", "--json", cwd=tmp_path).stdout)["problems"] == []
