"""``tsr-agent policy lint``: what is wrong, where, and what the exit code says of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

GOOD = """\
version: 1
name: bot
rules:
  - id: unit-tests
    check: tests
    where: {type: unit}
    require: {failed: 0}
    fix: Run pytest tests/unit.
"""
WAIVER = """\
  - id: {id}
    rule: unit-tests
    scope: {{branch: main}}
    reason: The parser leaves the tree.
    ticket: BOT-71
    owner: ana
    approved_by: {approved_by}
    expires: {expires}
"""


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def waivers(*expires: str, approved_by: str = "ben") -> str:
    entries = (
        WAIVER.format(id=f"W-{place}", expires=each, approved_by=approved_by)
        for place, each in enumerate(expires)
    )
    return "version: 1\nwaivers:\n" + "".join(entries)


def test_a_sound_policy(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(GOOD)
    done = agent("policy", "lint", "p.yaml", "--strict")
    assert (done.returncode, done.stdout) == (0, "p.yaml: no errors, no warnings\n\n")


def test_an_error_is_underlined(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(GOOD.replace("unit}", "units}").replace("    fix:", "    fxi:"))
    done = agent("policy", "lint", "p.yaml")
    assert done.returncode == 2
    assert (
        done.stdout
        == """\
p.yaml:6:13: error: rules[0].where.type: 'units' is not one of unit, integration, e2e, acceptance, evals, \
security, performance; did you mean 'unit'?
    where: {type: units}
            ^^^^^^^^^^^
p.yaml:8:5: error: rules[0].fxi: unknown key; did you mean 'fix'?
    fxi: Run pytest tests/unit.
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
p.yaml: 2 errors

"""
    )


def test_a_warning_is_only_one_unless_asked(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(GOOD.replace("    fix: Run pytest tests/unit.\n", ""))
    done = agent("policy", "lint", "p.yaml")
    assert done.returncode == 0
    assert (
        done.stdout
        == """\
p.yaml:4:5: warning: rules[0]: the rule blocks and does not say what to do when it fails; add fix [no-fix]
    - id: unit-tests
      ^^^^^^^^^^^^^^
p.yaml: 1 warning

"""
    )
    assert agent("policy", "lint", "p.yaml", "--strict").returncode == 2


def test_what_a_program_reads(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(GOOD.replace("version: 1", "version: 7"))
    done = agent("policy", "lint", "p.yaml", "--json")
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert (answer["valid"], answer["files"]) == (False, [{"file": "p.yaml", "kind": "policy"}])
    (problem,) = answer["problems"]
    assert (problem["severity"], problem["line"], problem["column"], problem["path"]) == (
        "error",
        1,
        1,
        "$.version",
    )


def test_what_the_project_names(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    (tmp_path / "aitr.toml").write_text('[files]\npolicy = "gate/p.yaml"\nwaivers = "gate/w.yaml"\n')
    (tmp_path / "gate" / "p.yaml").write_text(GOOD + "flaky: {quarantine_file: q.yaml}\n")
    (tmp_path / "gate" / "q.yaml").write_text("version: 1\ntests:\n  - test: a\n")
    (tmp_path / "gate" / "w.yaml").write_text(waivers(day(-1), day(3), day(30), day(91)))
    done = agent("policy", "lint", "--json")
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert [each["kind"] for each in answer["files"]] == ["policy", "quarantine", "waivers"]
    in_waivers = [each for each in answer["problems"] if each["source"].endswith("w.yaml")]
    assert [(each["severity"], each["id"], each["path"]) for each in in_waivers] == [
        ("warning", "expired", "$.waivers[0].expires"),
        ("warning", "expires-soon", "$.waivers[1].expires"),
        ("error", "", "$.waivers[3].expires"),
    ]
    in_quarantine = [each["path"] for each in answer["problems"] if each["source"].endswith("q.yaml")]
    assert sorted(in_quarantine) == [f"$.tests[0].{key}" for key in ("expires", "owner", "reason", "ticket")]


def test_a_project_without_a_policy(agent: Agent) -> None:
    done = agent("policy", "lint")
    assert done.returncode == 0
    assert done.stdout == "aitr.toml names no policy; the built-in ai-release decides. Nothing to check.\n"


def test_a_quarantine_that_is_not_there(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "aitr.toml").write_text('[files]\npolicy = "p.yaml"\n')
    (tmp_path / "p.yaml").write_text(GOOD + "flaky: {quarantine_file: q.yaml}\n")
    done = agent("policy", "lint")
    assert done.returncode == 2
    assert "p.yaml:9:9: error: flaky.quarantine_file:" in done.stdout


def test_what_is_found_stands_in_the_order_of_the_file(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("flaky: {quarantine_file: q.yaml}\n" + GOOD.replace("    fix", "    #"))
    places = [line.split(": ")[0] for line in agent("policy", "lint", "p.yaml").stdout.splitlines()]
    assert [each for each in places if each.startswith("p.yaml:")] == ["p.yaml:1:9", "p.yaml:5:5"]


def test_waivers_are_held_against_the_policy_beside_them(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(waivers(day(30)))
    (tmp_path / "p.yaml").write_text(GOOD.replace("id: unit-tests", "id: unit"))
    (tmp_path / "other.yaml").write_text(GOOD)
    said = "w.yaml:4:5: warning: waivers[0].rule: the policy 'bot' has no rule 'unit-tests'"
    assert said in agent("policy", "lint", "w.yaml", "p.yaml").stdout
    for files in (["w.yaml"], ["w.yaml", "other.yaml"], ["w.yaml", "p.yaml", "other.yaml"]):
        assert "unknown-rule" not in agent("policy", "lint", *files).stdout


def test_a_policy_that_extends_a_file(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "org.yaml").write_text(GOOD)
    (tmp_path / "p.yaml").write_text("version: 1\nname: team\nextends: org.yaml\n")
    assert agent("policy", "lint", "p.yaml").returncode == 0
    (tmp_path / "org.yaml").write_text(GOOD.replace("severity", "severty") + "    severty: warn\n")
    done = agent("policy", "lint", "p.yaml")
    assert done.returncode == 2
    assert "org.yaml:9:5: error: rules[0].severty: unknown key; did you mean 'severity'?" in done.stdout
    assert "p.yaml:3:1: error: extends: 'org.yaml' is not valid, as said above" in done.stdout


def test_an_exception_that_excuses_nothing_is_an_error(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(waivers(day(30), approved_by="Ana"))
    done = agent("policy", "lint", "w.yaml")
    assert done.returncode == 2
    assert "w.yaml:3:5: error: waivers[0]: its owner approved it; somebody else has to" in done.stdout


@pytest.mark.parametrize("text", ["", "\x00", "a: [", "waivers: 1", "tests: {}", "- 1", "{", "\ufeff"])
def test_nonsense_is_an_error_with_a_place(agent: Agent, tmp_path: Path, text: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    done = agent("policy", "lint", "p.yaml")
    assert done.returncode == 2
    assert done.stdout.startswith("p.yaml:1:")
    assert "Traceback" not in done.stderr


def test_hostile_text_is_written_out(agent: Agent, tmp_path: Path) -> None:
    wide = "x" * 400
    (tmp_path / "p.json").write_text(f'{{"{wide}": 1, "::set-output name=a::\u202e##[x]": 2, "version": 1}}')
    done = agent("policy", "lint", "p.json")
    assert done.returncode == 2
    assert "\u202e" not in done.stdout
    assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())
    quoted = [line for line in done.stdout.splitlines() if line.startswith("    ")]
    # A sign is put between the colons of what a CI system would take for a command.
    assert max(map(len, quoted)) <= 81


def test_a_file_that_is_not_there(agent: Agent, tmp_path: Path) -> None:
    for name in ("absent.yaml", str(tmp_path)):
        done = agent("policy", "lint", name)
        assert (done.returncode, done.stderr) == (2, "")
        assert done.stdout.startswith(f"{name}:1:1: error: ")


def test_a_file_that_is_not_there_does_not_hide_the_others(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("version: 1\nnam: n\n")
    done = agent("policy", "lint", "absent.yaml", "p.yaml", "--json")
    assert done.returncode == 2
    problems = json.loads(done.stdout)["problems"]
    assert problems[0]["source"] == "absent.yaml"
    assert problems[0]["message"] == "can't be read: No such file or directory"
    assert {each["source"] for each in problems} == {"absent.yaml", "p.yaml"}
