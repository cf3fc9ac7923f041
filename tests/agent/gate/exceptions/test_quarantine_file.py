"""The quarantine file: found with the policy that names it, and read or refused."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.factories.judged_reports import NOW, judge, results, with_results
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.file import load_policy
from tsr_agent.gate.schemas import quarantine_schema
from tsr_agent.gate.source.tree import parse_source
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from pathlib import Path

GO = GoNoGoDecision.GO
ONE_FAILED = with_results(results(TestType.SECURITY, CaseStatus.PASSED, CaseStatus.FAILED))


def entry(**fields: Any) -> dict[str, Any]:
    return {
        "test": "security-1",
        "reason": "times out when the pool is busy",
        "ticket": "BOT-9",
        "owner": "ana",
        "expires": (NOW + timedelta(days=30)).date().isoformat(),
    } | fields


def write(folder: Path, quarantine: str | None, named: str = "quarantine.yaml") -> Path:
    (folder / "policy.yaml").write_text(
        "version: 1\nname: q\nflaky:\n"
        f"  quarantine_file: {json.dumps(named)}\n"
        "rules:\n  - {id: t, check: tests, where: {type: security}, require: {failed: 0}}\n"
    )
    if quarantine is not None:
        (folder / "quarantine.yaml").write_text(quarantine)
    return folder / "policy.yaml"


def test_it_is_read_with_the_policy_that_names_it(tmp_path: Path) -> None:
    lines = "\n".join(f"    {key}: {json.dumps(value)}" for key, value in entry().items())
    loaded = load_policy(write(tmp_path, f"version: 1\ntests:\n  -\n{lines}\n"))
    decision = judge(ONE_FAILED, loaded)
    digest = hashlib.sha256((tmp_path / "quarantine.yaml").read_bytes()).hexdigest()
    assert (decision.decision, decision.quarantine_digest) == (GO, digest)


def test_it_is_found_from_the_policy_s_own_folder(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "quarantine.yaml").write_text("version: 1\ntests: []\n")
    path = write(tmp_path / "policies", None, "../quarantine.yaml")
    assert load_policy(path).quarantine is not None


@pytest.mark.parametrize(
    ("text", "named", "what"),
    [
        (None, "quarantine.yaml", "can't be read: No such file or directory"),
        ("]", "quarantine.yaml", "not YAML"),
        ("", "quarantine.yaml", "the file is empty"),
        ("version: 2\ntests: []", "quarantine.yaml", "not a valid quarantine file"),
        ("version: 1\nwaivers: []", "quarantine.yaml", "not a valid quarantine file"),
        ("version: 1\ntests: {}", "quarantine.yaml", "not a valid quarantine file"),
        ("version: 1", "/etc/hostname", "'/etc/hostname' is not a path relative to the policy's folder"),
        ("version: 1", ".", "can't be read: it is no file"),
        ("version: 1", "n" * 300, "can't be read: file name too long"),
        ("version: 1", "a\0b", "is not a path relative to the policy's folder"),
    ],
)
def test_a_file_that_is_missing_or_broken_refuses_the_policy(
    tmp_path: Path, text: str | None, named: str, what: str
) -> None:
    path = write(tmp_path, text, named)
    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    message = refused.value.message
    assert message.startswith(f"{path}:4:3: flaky.quarantine_file: ")
    assert what in message
    assert "quarantine" in refused.value.next_step


def test_schema() -> None:
    validator = jsonschema.Draft202012Validator(quarantine_schema())
    assert validator.is_valid({"version": 1, "tests": [entry(), entry(type="unit")]})
    assert not validator.is_valid({"version": 1, "tests": [entry(owner=None)]})


def test_the_example_in_the_reference_fits_the_schema(project_dir: Path) -> None:
    text = (project_dir / "docs" / "waivers.md").read_text("utf-8").split("## Quarantine")[1]
    tree = parse_source(text.split("```yaml\n")[1].split("```")[0].encode(), "docs/waivers.md").tree
    jsonschema.Draft202012Validator(quarantine_schema()).validate(tree)
    assert tree["tests"][0]["test"]
