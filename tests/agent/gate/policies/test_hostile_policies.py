"""Attacks on policies: a locked rule that a team would loosen, and files that are something else."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.judged_reports import case, judge, passing, releasable, rule, with_results
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.file import load_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect
from tsr_agent.models.results import Attempt, CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from pathlib import Path

PENDING, NO_GO = GoNoGoDecision.PENDING_REVIEW, GoNoGoDecision.NO_GO
FAILED, PASSED = CaseStatus.FAILED, CaseStatus.PASSED
UNIT = {"id": "unit", "check": "tests", "where": {"type": "unit"}, "require": {"failed": 0}}
E2E = UNIT | {"id": "e2e", "where": {"type": "e2e"}}


def written(folder: Path, name: str, tree: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


LOCKED = {"version": 1, "name": "org", "rules": [UNIT | {"locked": True}, E2E | {"severity": "warn"}]}


@pytest.mark.parametrize(
    "change",
    [
        {"environments": {"prod": {"require": {"attempts": "last"}}}},
        {"environments": {"prod": {"on_missing": {"ignore": "because"}}}},
        {"environments": {"prod": {"severity": "info"}}},
        {"environments": {"prod": {"require": {"failed": 1}}}},
        {"environments": {"prod": {"require": {"errors": 1}}}},
        {"require": {"attempts": "majority"}},
        {"require": {"max_failure_rate": 0.5, "failed": None}},
        {"effective_on": "2026-11-23"},
        {"on_missing": {"ignore": "because"}},
        {"locked": False},
        {"where": {"type": "performance"}},
        {"check": "clean_tree"},
    ],
)
def test_a_locked_rule_loosened(tmp_path: Path, change: dict[str, Any]) -> None:
    written(tmp_path, "org.json", LOCKED)
    child = {"version": 1, "name": "team", "extends": "org.json", "rules": [{"id": "unit", **change}]}
    with pytest.raises(PolicyError):
        load_policy(written(tmp_path, "team.json", child))


@pytest.mark.parametrize(
    "keys",
    [
        {"on_missing": {"ignore": "because"}},
        {"flaky": {"attempts": "last"}},
        {"on_missing": {"ignore": "because"}, "flaky": {"attempts": "last"}},
    ],
)
def test_what_a_team_says_for_all_rules_reaches_no_locked_one(tmp_path: Path, keys: dict[str, Any]) -> None:
    written(tmp_path, "org.json", LOCKED)
    child = {"version": 1, "name": "team", "extends": "org.json", **keys}
    asked = load_policy(written(tmp_path, "team.json", child))
    late = case("unit-0", flaky=True, attempts=(Attempt(status=FAILED), Attempt(status=PASSED)))
    flaky = replace(with_results(TestTypeResult.from_cases(TestType.UNIT, [late])), requirement_coverage=())
    none = replace(
        releasable(), test_results=(passing(TestType.SECURITY, 1),), requirement_coverage=(), runs=()
    )
    assert judge(flaky, asked).decision is NO_GO
    assert judge(none, asked).decision is PENDING
    assert rule(judge(none, asked), "unit").effect is RuleEffect.NEEDS_REVIEW


def test_the_digest_of_a_parent_is_of_what_was_read(tmp_path: Path) -> None:
    path = written(tmp_path, "org.json", LOCKED)
    asked = load_policy(written(tmp_path, "team.json", {"version": 1, "name": "team", "extends": "org.json"}))
    before = path.read_bytes()
    path.write_text("{}", encoding="utf-8")
    assert [each.digest for each in asked.parents] == [codec.digest(before)]


def test_parents_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to("loop.json")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "huge.json").write_bytes(b" " * (512 * 1024 + 1))
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "self.json").symlink_to("team.json")
    for name in ("loop.json", "pipe.json", "folder.json", "huge.json", "zero.json", "self.json", "gone.json"):
        child = {"version": 1, "name": "team", "extends": name, "rules": [UNIT]}
        with pytest.raises(PolicyError):
            load_policy(written(tmp_path, "team.json", child))


def test_a_policy_that_is_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """Nobody writes into it: whoever opened it would wait for ever."""
    os.mkfifo(tmp_path / "policy.yaml")
    with pytest.raises(PolicyError, match="not a file"):
        load_policy(tmp_path / "policy.yaml")


@pytest.mark.parametrize("name", ["team.json", "pipe", "folder", "zero"])
def test_a_quarantine_that_is_something_else(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "zero").symlink_to("/dev/zero")
    tree = {"version": 1, "name": "team", "flaky": {"quarantine_file": name}, "rules": [UNIT]}
    with pytest.raises(PolicyError):
        load_policy(written(tmp_path, "team.json", tree))
