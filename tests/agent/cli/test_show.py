"""``tsr-agent show`` prints the checklist in the screen's words, judged as ``gate`` would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.checked_reports import complete
from tests.factories.judged_reports import results, with_results
from tsr_agent.models import codec
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

HOUSE = """version: 1
id: house
title: House rules
edition: "2026"
checked: 2026-11-22
source: our handbook
note: Verify against the handbook.
controls:
  - {id: H-1, title: Tests before release, asks: Tests that passed., evidence: [unit-tests]}
"""


@pytest.fixture
def tsr(tmp_path: Path) -> Path:
    path = tmp_path / "tsr.json"
    path.write_bytes(codec.encode(complete()))
    return path


def shown(agent: Agent, *options: str) -> str:
    done = agent("show", "tsr.json", *options)
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


def data(agent: Agent, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(agent("show", "tsr.json", "--json", *options).stdout)["compliance"]
    return found


def test_what_holds_is_counted_and_the_controls_are_summed_up(agent: Agent, tsr: Path) -> None:
    said = shown(agent)
    assert "Compliance ✓ COMPLIANT · 11 compliant Judged by ai-release 1 for staging" in said
    assert "✓ 11 COMPLIANT (--all lists them)" in said
    assert "EU AI Act: 5 of 13 controls have evidence in this report" in said
    assert "compliant with" not in said.lower()


def test_what_does_not_hold_is_listed_with_why_and_its_rule(agent: Agent, tsr: Path) -> None:
    tsr.write_bytes(codec.encode(with_results(results(TestType.UNIT, CaseStatus.FAILED))))
    said = shown(agent)
    assert "✕ NON-COMPLIANT · All unit tests pass 1 of 1 unit test did not pass (1 failed); none may." in said
    assert "rule unit-tests" in said


def test_all_lists_every_item_with_its_controls_and_where_they_are_from(agent: Agent, tsr: Path) -> None:
    said = shown(agent, "--all")
    assert "asked: accuracy ≥ 0.85; found: 0.9 on 250 cases" in said
    assert "Evidence for Art. 9(6) (EU AI Act)." in said
    assert "○ NO EVIDENCE · Art. 73 Reporting of serious incidents" in said
    assert "Verify against the official text" in said


def test_json_has_the_same_words_and_numbers(agent: Agent, tsr: Path) -> None:
    found = data(agent)
    assert (found["standing"], found["summary"]) == ("compliant", "11 compliant")
    assert found["frameworks"][0]["summary"] in shown(agent)
    assert found["items"][0]["evidence"] == [
        {"kind": "rule", "id": "unit-tests"}, {"kind": "test type", "id": "unit"},
    ]  # fmt: skip
    act = found["frameworks"][0]["controls"]
    assert [each["items"] for each in act if each["id"] == "Art. 14"] == [["approvals"]]


def test_a_policy_that_is_only_named_here_is_not_known_to_be_in_force(agent: Agent, tsr: Path) -> None:
    assert data(agent, "--policy", "builtin:ai-release")["standing"] == "not_determined"
    assert "can't be told here" in shown(agent, "--policy", "builtin:ai-release")


def test_a_report_is_shown_where_the_projects_policy_cannot_be_read(
    agent: Agent, tsr: Path, tmp_path: Path
) -> None:
    (tmp_path / "aitr.toml").write_text('[files]\npolicy = "gone.yaml"\n')
    said = shown(agent)
    assert "Compliance ○ NOT DETERMINED · 8 not determined" in said
    assert "gone.yaml" in said
    assert agent("show", "tsr.json", "--policy", "gone.yaml").returncode == 2


def test_an_own_catalogue_stands_beside_the_shipped_ones(agent: Agent, tsr: Path, tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE)
    assert "House rules: 1 of 1 control has evidence in this report" in shown(
        agent, "--controls", "house.yaml"
    )
    (tmp_path / "act.yaml").write_text(HOUSE.replace("id: house", "id: eu-ai-act"))
    assert data(agent, "--controls", "act.yaml")["frameworks"][0]["title"] == "House rules"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("controls: [", "house.yaml:1"),
        (HOUSE.replace("title: House rules", "titel: House rules"), "house.yaml:3:1: titel: unknown key"),
        (HOUSE.replace("[unit-tests]", "[vibes]"), "house.yaml:9"),
    ],
)
def test_a_catalogue_that_is_none_is_refused_with_file_place_and_reason(
    agent: Agent, tsr: Path, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "house.yaml").write_text(text)
    done = agent("show", "tsr.json", "--controls", "house.yaml")
    assert done.returncode == 2
    assert said in done.stderr


def test_a_catalogue_that_is_not_there_or_given_twice_is_refused(
    agent: Agent, tsr: Path, tmp_path: Path
) -> None:
    assert agent("show", "tsr.json", "--controls", "gone.yaml").returncode == 2
    (tmp_path / "house.yaml").write_text(HOUSE)
    done = agent("show", "tsr.json", "--controls", "house.yaml", "--controls", "house.yaml")
    assert done.returncode == 2
    assert "Two catalogues of controls have the id house" in done.stderr
