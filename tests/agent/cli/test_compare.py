"""``tsr-agent compare``: two files or two reports of a library, as text, Markdown and JSON."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import jsonschema
import msgspec
import pytest

from tests.factories.compared_reports import SAMPLE, sample
from tests.factories.comparing_policies import comparing as comparing_policy
from tests.factories.judged_reports import NOW, releasable
from tsr_agent.cli.layout import cells
from tsr_agent.cli.schema import schema_of
from tsr_agent.comparison.report import Comparison
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.side_by_side import without_baseline_rules
from tsr_agent.models import codec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

A, B = SAMPLE / "released.json", SAMPLE / "broken.json"

BASELINE_POLICY = """
version: 1
name: strict
rules:
  - {id: unit-tests, check: tests, where: {type: unit}, require: {failed: 0}}
"""


def test_it_says_why_the_verdict_changed_and_is_no_gate(agent: Agent) -> None:
    done = agent("compare", A, B)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("● GO → ■ NO-GO  4 rules block now, 2 rules warn now\n")
    assert "✕ accuracy blocks now" in done.stdout
    assert "because" not in done.stdout
    assert "\x1b" not in done.stdout
    assert [line for line in done.stdout.splitlines() if cells(line) > 80] == []


def test_json_is_the_comparison_and_fits_its_schema(agent: Agent) -> None:
    done = agent("compare", A, B, "--json")
    tree = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema_of("comparison")).validate(tree)
    found = codec.decode(done.stdout.encode(), Comparison)
    assert [each.id for each in found.rules][:2] == ["accuracy", "critical-failure-modes"]
    assert tree["rules"][0]["causes"] == [{"where": "metrics", "count": 1, "names": ["accuracy"]}]
    assert tree["old"]["decision"] == "go"
    assert tree["new"]["digest"] == codec.digest(B.read_bytes())


def test_markdown_is_for_a_merge_request(agent: Agent) -> None:
    assert agent("compare", A, B, "--markdown").stdout.startswith("## ● GO → ■ NO-GO\n")


def test_equal_documents_say_so(agent: Agent, tmp_path: Path) -> None:
    shutil.copy(A, tmp_path / "copy.json")
    done = agent("compare", A, "copy.json")
    assert done.returncode == 0
    assert "A and B are the same document: nothing changed" in done.stdout


def test_the_named_policy_judges_both(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(BASELINE_POLICY)
    done = agent("compare", A, B, "--policy", "policy.yaml")
    assert done.stdout.startswith("● GO → ● GO  the verdict is the same")
    assert "Both judged by strict 1" in done.stdout
    assert "When it was made, B was judged ■ NO-GO." in done.stdout
    assert "3 tests do not pass now and did not fail before" in done.stdout


def test_the_environment_is_that_of_the_option(agent: Agent) -> None:
    assert (
        "Both judged by ai-release 1, for production."
        in agent("compare", A, B, "--environment", "production").stdout
    )


def test_one_id_with_two_contents_is_5_and_still_compared(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "altered.json").write_bytes(
        A.read_bytes().replace(b'"triggered_by":"ci"', b'"triggered_by":"me"')
    )
    done = agent("compare", A, "altered.json")
    assert done.returncode == 5
    assert "Triggered by: ci → me" in done.stdout


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1,2", b'{"schema_version": 99}'])
def test_what_is_no_report_is_2_and_named(agent: Agent, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "bad.json").write_bytes(content)
    for arguments in ((A, "bad.json"), ("bad.json", A)):
        done = agent("compare", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "bad.json" in done.stderr


def test_a_faulty_policy_is_2(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("version: 1\nrulez: []\n")
    assert agent("compare", A, B, "--policy", "policy.yaml").returncode == 2


@pytest.fixture
def library(tmp_path: Path) -> Path:
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.filing import file_report
    from tsr_agent.store.repository import ReportRepository

    path = tmp_path / "library.db"
    with open_library(path, create=True) as opened:
        for name, decision_time in (("first", NOW), ("second", NOW + timedelta(hours=1))):
            document = codec.encode(releasable(id=name, triggered_by=name))
            file_report(ReportRepository(opened), document, ai_release(), None, None, decision_time)
    return path


def test_reports_of_a_library_are_named_by_their_ids(agent: Agent, library: Path) -> None:
    before = library.read_bytes()
    done = agent("compare", "first", "second", "--library", library)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Triggered by: first → second" in done.stdout
    assert library.read_bytes() == before


def test_an_id_that_the_library_does_not_have_is_2(agent: Agent, library: Path) -> None:
    done = agent("compare", "first", "third", "--library", library)
    assert done.returncode == 2
    assert "The library has no report 'third'." in done.stderr


def test_a_library_that_is_not_there_is_not_made(agent: Agent, tmp_path: Path) -> None:
    assert agent("compare", "a", "b", "--library", "absent.db").returncode == 2
    assert not (tmp_path / "absent.db").exists()


def test_a_document_that_was_altered_in_the_library_is_5(agent: Agent, library: Path) -> None:
    import sqlite3

    with sqlite3.connect(library) as connection:
        connection.execute("UPDATE test_summary_reports SET digest = ? WHERE id = 'second'", ("0" * 64,))
    connection.close()
    done = agent("compare", "first", "second", "--library", library)
    assert (done.returncode, done.stdout) == (5, "")


def test_rules_that_look_at_a_baseline_are_left_out_everywhere_and_named() -> None:
    *_, plain, comparing = comparing_policy().rules
    policy = msgspec.structs.replace(
        ai_release(), rules=(plain, comparing), environment_rules={"production": (comparing, plain)}
    )
    smaller, left_out = without_baseline_rules(policy)
    assert (smaller.rules, smaller.environment_rules) == ((plain,), {"production": (plain,)})
    assert left_out == ("not-fewer",)
    assert without_baseline_rules(ai_release()) == (ai_release(), ())


def test_as_decided_is_by_the_decisions_on_record_with_what_people_said(agent: Agent, tmp_path: Path) -> None:
    from tests.factories.recorded_approvals import LATER, approval_about
    from tsr_agent.models.approval import ApprovalAction
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.repository import ReportRepository

    released, broken = sample("released"), sample("broken")
    rejection = approval_about(released.decision, "ben", action=ApprovalAction.REJECT)
    with open_library(tmp_path / "library.db", create=True) as opened:
        for path, each in ((A, released), (B, broken)):
            ReportRepository(opened).add(path.read_bytes(), each.decision, received_at=NOW)
        ReportRepository(opened).add(codec.encode(releasable(id="fresh")), None, received_at=NOW)
        ApprovalRepository(opened).take(codec.encode(rejection), received_at=LATER)
    ids, options = (released.report.id, broken.report.id), ("--library", "library.db", "--as-decided")
    done = agent("compare", *ids, *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("■ NO-GO → ■ NO-GO  the verdict is the same, 4 rules block now")
    assert "ben: ✕ rejected · " in done.stdout
    tree = json.loads(agent("compare", *ids, *options, "--json").stdout)
    jsonschema.Draft202012Validator(schema_of("comparison")).validate(tree)
    assert tree["old"]["approvals"]["state"] == "rejected"
    fresh = agent("compare", "fresh", ids[0], *options)
    assert (fresh.returncode, fresh.stdout) == (2, "")
    assert "Nobody judged the report fresh" in fresh.stderr
    assert agent("compare", A, B, "--as-decided").returncode == 2
