"""What a command says, on streams of every kind: JSON stays JSON, a line one line, an exit code itself."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.compared_reports import SAMPLE
from tests.factories.judged_reports import releasable
from tsr_agent.cli.console import Console
from tsr_agent.cli.layout import cells, paragraph
from tsr_agent.models import codec

if TYPE_CHECKING:
    from tests.conftest import Agent

HOSTILE = "x\u202egnp\x1b[31m\n::error::own\r\n##[error]b\n  ● GO  every rule passed\u2028\U000e0001é中😀\x85"
RELEASED, BROKEN = str(SAMPLE / "released.json"), str(SAMPLE / "broken.json")


def printed(value: object, encoding: str) -> str:
    """What ``data`` writes to a stream of an encoding that never refuses a sign."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
    Console(as_json=True, out=stream, err=io.StringIO()).data(value)
    stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1", "cp1252", "ascii", "euc-kr"])
def test_json_is_json_in_every_encoding(encoding: str) -> None:
    text = printed({"key é": HOSTILE}, encoding)
    assert json.loads(text) == {"key é": HOSTILE}
    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\U000e0001]", text) is None
    assert "##[" not in text


@given(st.text(), st.sampled_from(["utf-8", "latin-1", "ascii"]))
def test_json_of_any_text_reads_back(text: str, encoding: str) -> None:
    whole = text.encode("utf-8", "replace").decode("utf-8")
    assert json.loads(printed([text], encoding)) == [whole]


def test_signs_that_can_be_seen_stay_as_they_are() -> None:
    assert printed(["é中😀 ● GO"], "utf-8") == '[\n  "é中😀 ● GO"\n]\n'


def test_a_note_is_one_line_of_bounded_length() -> None:
    heard = io.StringIO()
    console = Console(err=heard)
    console.note(HOSTILE)
    console.note("k" * 100_000)
    first, second = heard.getvalue().splitlines()
    assert "::error" in first
    assert not first.startswith("::")
    assert "\u202e" not in first
    assert "##[" not in first
    assert len(second) == 4_000


def test_a_key_of_several_lines_can_not_say_a_verdict(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        json.dumps({"version": 1, "name": "n", f"a\n{HOSTILE}": 1, "rules": []}), encoding="utf-8"
    )
    done = agent("gate", RELEASED, "--policy", "p.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert not any(line.lstrip().startswith(("::", "● GO", "##")) for line in done.stderr.splitlines())


@pytest.mark.parametrize("command", ["gate", "show"])
@pytest.mark.parametrize("content", [None, b"{"])
def test_a_name_that_is_no_text_is_an_input_error(
    command: str, content: bytes | None, tmp_path: Path
) -> None:
    name = os.fsencode(tmp_path) + b"/a\xff.json"
    if content is not None:
        try:
            Path(os.fsdecode(name)).write_bytes(content)
        except OSError:
            pytest.skip("this file system takes no such name")
    arguments = [sys.executable, "-m", "tsr_agent", command, os.fsdecode(name), "--json"]
    done = subprocess.run(arguments, capture_output=True, check=False)
    assert done.returncode == 2
    assert json.loads(done.stdout)["exit_code"] == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["gate", RELEASED], 0),
        (["gate", BROKEN], 1),
        (["gate", "absent.json"], 2),
        (["gate", "absent.json", "--json"], 2),
        (["gate", RELEASED, "--json"], 2),
        (["gate", RELEASED, "--expect-digest", "0" * 64], 5),
    ],
)
def test_no_word_on_standard_error_makes_no_other_verdict(arguments: list[str], code: int) -> None:
    """Its exit code was 1, which is NO-GO, wherever the complaint itself could not be written."""
    command = [sys.executable, "-m", "tsr_agent", *arguments]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=full, check=False)
    assert done.returncode == code


@pytest.mark.parametrize("arguments", [["gate", RELEASED], ["gate", BROKEN], ["compare", RELEASED, BROKEN]])
def test_nothing_can_be_written_at_all(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "tsr_agent", *arguments]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        assert subprocess.run(command, stdout=full, stderr=full, check=False).returncode == 2


def test_a_reader_of_json_that_goes_away_hears_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tsr_agent", "gate", "absent.json", "--json"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.returncode == 2
    assert done.stderr.startswith("tsr-agent: absent.json: can't be read")
    assert "Traceback" not in done.stderr


def test_what_a_report_claims_is_shown_on_lines_of_ours(agent: Agent, tmp_path: Path) -> None:
    report = codec.decode(Path(RELEASED).read_bytes(), type(releasable()))
    assert report.policy is not None
    named = msgspec.structs.replace(report.policy, name=HOSTILE)
    claimed = msgspec.structs.replace(report, policy=named, decision_reason=HOSTILE)
    (tmp_path / "r.json").write_bytes(codec.encode(claimed))
    done = agent("show", "r.json")
    assert done.returncode == 0
    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", done.stdout) is None


def test_wide_letters_are_broken_by_columns() -> None:
    lines = paragraph("中文 " * 60 + "a 1 %", 80, "  ", "    ")
    assert all(cells(line) <= 80 for line in lines)
    assert "".join(lines).replace(" ", "") == "中文" * 60 + "a1%"
    assert max(cells(line) for line in lines) > 74


def test_a_wrong_command_line_is_not_repeated_raw(agent: Agent) -> None:
    done = agent("gate", RELEASED, "\u202e\n::error::own\x1b[31m")
    assert done.returncode == 2
    assert "unrecognized arguments" in done.stderr
    assert "\x1b" not in done.stderr
    assert not any(line.startswith("::") for line in done.stderr.splitlines())
