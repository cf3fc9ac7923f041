"""The record: whoever has the documents takes the same decision, byte for byte, anywhere and at any time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from tests.factories.recorded_decision import decision_document
from tsr_agent.errors import DocumentError
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision, ExceptionStanding, RuleScope, RuleState

if TYPE_CHECKING:
    from pathlib import Path

ELSEWHERE = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"},
    {"PYTHONHASHSEED": "4294967295", "TZ": "America/St_Johns", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "random", "TZ": "Asia/Kathmandu", "PYTHONOPTIMIZE": "1", "LANGUAGE": "ar"},
)


@pytest.fixture
def documents(data_dir: Path) -> Path:
    return data_dir / "decision"


def taken(documents: Path, project_dir: Path, cwd: Path, *, seed: int, **environ: str) -> bytes:
    """The decision as a new process takes it."""
    inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "tests.factories.recorded_decision", str(documents), str(seed)],
        cwd=cwd,
        env=inherited | {"PYTHONPATH": str(project_dir)} | environ,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_the_record_taken_again_is_the_same(documents: Path) -> None:
    """Where a change of the record is meant, its bytes are written again; tests/data/README.md says how."""
    recorded = (documents / "decision.json").read_bytes()
    again = decision_document(documents)
    assert json.loads(again) == json.loads(recorded)
    assert again == recorded


def test_every_machine_takes_the_same_decision(documents: Path, project_dir: Path, tmp_path: Path) -> None:
    recorded = (documents / "decision.json").read_bytes()
    folders = (tmp_path, project_dir, documents, tmp_path)
    for seed, (environ, folder) in enumerate(zip(ELSEWHERE, folders, strict=True)):
        assert taken(documents, project_dir, folder, seed=seed, **environ) == recorded


def test_the_recorded_decision_has_something_of_everything(documents: Path) -> None:
    """Else the bytes would say nothing about it."""
    decision = codec.decode((documents / "decision.json").read_bytes(), Decision)
    assert {each.state for each in decision.rules} == set(RuleState)
    assert {each.standing for each in decision.waivers} == set(ExceptionStanding)
    assert {each.standing for each in decision.quarantine} == set(ExceptionStanding)
    assert any(each.waiver and each.quarantined for each in decision.rules)
    assert any(each.quarantined and not each.waiver for each in decision.rules)
    assert any(each.interval is not None for each in decision.rules)
    assert any(each.remarks for each in decision.rules)
    assert decision.baseline is not None
    assert decision.approval is not None
    assert decision.decision is not decision.decision_without_waivers


def test_a_decision_from_before_scopes_were_recorded_is_read_as_it_was_written(documents: Path) -> None:
    written = (documents / "decision-without-scopes.json").read_bytes()
    decision = codec.decode(written, Decision)
    assert {each.scope for each in decision.rules} == {UNSET}
    assert codec.encode(decision) == written
    again = codec.decode((documents / "decision.json").read_bytes(), Decision)
    bare = tuple(replace(each, scope=UNSET) for each in again.rules)
    assert replace(again, rules=bare) == decision


def test_rules_record_what_they_look_at(documents: Path) -> None:
    decision = codec.decode((documents / "decision.json").read_bytes(), Decision)
    scopes = {each.id: each.scope for each in decision.rules}
    assert scopes["unit"] == RuleScope(test_types=("unit",))
    assert scopes["accuracy-not-worse"] == RuleScope(metric="accuracy", compares=True)
    assert UNSET not in scopes.values()


def test_a_scope_that_is_none_is_refused(documents: Path) -> None:
    tree = json.loads((documents / "decision.json").read_bytes())
    tree["rules"][0]["scope"] = {"severity": "critical"}
    with pytest.raises(DocumentError, match="not a valid Decision") as refused:
        codec.decode(json.dumps(tree).encode(), Decision)
    assert refused.value.details[0].startswith("$.rules[0].scope.severity: unknown key")
