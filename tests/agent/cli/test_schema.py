"""``tsr-agent schema`` prints schemas that hold what the project itself writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from tests.factories.reports import report
from tsr_agent.cli.schema import DOCUMENTS
from tsr_agent.gate.policies.builtin import ai_release_bytes
from tsr_agent.models import codec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent


def schema(agent: Agent, document: str) -> jsonschema.Draft202012Validator:
    done = agent("schema", document)
    assert done.returncode == 0
    tree = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(tree)
    return jsonschema.Draft202012Validator(tree)


def assert_fits(agent: Agent, document: str, tree: object) -> None:
    """Raises with the path to what does not fit."""
    schema(agent, document).validate(tree)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_is_a_schema_that_refuses_nonsense(agent: Agent, document: str) -> None:
    assert not schema(agent, document).is_valid({"nonsense": True})


@pytest.mark.parametrize(
    "document", ["policy", "waivers", "quarantine", "policy-cases", "evals", "requirements", "controls"]
)
def test_what_is_published_is_what_the_code_says(agent: Agent, project_dir: Path, document: str) -> None:
    """For editors of files that people write."""
    published = project_dir / "docs" / "schemas" / f"{document}.schema.json"
    written = published.read_text(encoding="utf-8") if published.exists() else ""
    assert agent("schema", document).stdout == written, (
        f"write it again: tsr-agent schema {document} > docs/schemas/{document}.schema.json"
    )


def test_a_report_fits(agent: Agent) -> None:
    assert_fits(agent, "report", json.loads(codec.encode(report())))


def test_a_decision_fits(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "tsr.json").write_bytes(codec.encode(report()))
    assert_fits(agent, "decision", json.loads(agent("gate", "tsr.json", "--json").stdout))


def test_the_policies_fit(agent: Agent, tmp_path: Path) -> None:
    agent("init")
    assert_fits(agent, "policy", json.loads(ai_release_bytes()))
    assert_fits(agent, "policy", yaml.safe_load((tmp_path / "aitr-policy.yaml").read_text(encoding="utf-8")))


def test_the_sample_fits(agent: Agent, project_dir: Path) -> None:
    sample = project_dir / "resources" / "examples" / "support-bot"
    requirements = yaml.safe_load((sample / "requirements.yaml").read_text(encoding="utf-8"))
    assert_fits(agent, "requirements", requirements)
