"""Policies that came with their files: what they name is among these, or they are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.enclosed import EnclosedFiles
from tsr_agent.gate.policies.file import load_policy, parse_policy

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.gate.policies.policy import Policy

RULES = "rules: [{id: unit, check: tests, where: {type: unit}, require: {failed: 0}}]\n"
BASE = f"version: 1\nname: base\n{RULES}"
QUARANTINE = json.dumps(
    {
        "version": 1,
        "tests": [{"test": "t", "reason": "flaky", "ticket": "T-1", "owner": "ana", "expires": "2026-12-01"}],
    }
)


def parse(document: str, **files: str) -> Policy:
    """The policy with the JSON files beside it."""
    enclosed = EnclosedFiles({f"{name}.json": text.encode() for name, text in files.items()})
    return parse_policy(document.encode(), "policy", enclosed.parents, enclosed.quarantines)


def test_files_are_found_as_they_would_be_on_disk(tmp_path: Path) -> None:
    files = {
        "org/base.yaml": BASE + "flaky: {quarantine_file: q.json}\nextends: ../top.yaml\n",
        "org/q.json": QUARANTINE,
        "top.yaml": "version: 1\nname: top\nextends: builtin:ai-release\n",
    }
    document = "version: 1\nname: team\nextends: org/base.yaml\n"
    enclosed = EnclosedFiles({name: text.encode() for name, text in files.items()})
    found = parse_policy(document.encode(), "policy", enclosed.parents, enclosed.quarantines)
    (tmp_path / "org").mkdir()
    for name, text in (*files.items(), ("team.yaml", document)):
        (tmp_path / name).write_text(text)
    assert found == load_policy(tmp_path / "team.yaml")
    assert found.quarantine is not None
    assert [each.source for each in found.parents] == ["builtin:ai-release", "top.yaml", "org/base.yaml"]
    assert enclosed.unread == ()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("version: 1\nname: t\nextends: base.yaml\n", "'base.yaml' is not among the files"),
        ("version: 1\nname: t\nextends: /etc/hostname\n", "not a path relative to this file"),
        ("version: 1\nname: t\nextends: ../../../../etc/hostname\n", "is not among the files"),
        (BASE + "flaky: {quarantine_file: /etc/hostname}\n", "not a path relative to this file"),
        (BASE + "flaky: {quarantine_file: hostname}\n", "'hostname' is not among the files"),
    ],
)
def test_what_did_not_come_along_is_not_looked_for_on_disk(
    document: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("base.yaml", "hostname"):
        (tmp_path / name).write_text(BASE)
    with pytest.raises(PolicyError, match="policy:") as refused:
        parse(document)
    assert said in refused.value.message + "".join(refused.value.details)


def test_a_quarantine_that_is_none_refuses_the_policy_with_its_place() -> None:
    with pytest.raises(PolicyError) as refused:
        parse(BASE + "flaky: {quarantine_file: q.json}\n", q='{"version": 2}')
    assert "policy:4:9: flaky.quarantine_file: q.json" in refused.value.message


@pytest.mark.parametrize("names", [("a.yaml", "./a.yaml"), ("x/../a.yaml", "a.yaml")])
def test_two_files_of_one_path_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises(PolicyError, match="two files are called"):
        EnclosedFiles(dict.fromkeys(names, b""))


@pytest.mark.parametrize("name", ["/a.yaml", "~/a", "C:\\a", "a\\b", " ", "a\u200bb"])
def test_a_name_that_is_no_relative_path_is_refused(name: str) -> None:
    with pytest.raises(PolicyError):
        EnclosedFiles({name: b""})


def test_files_that_nothing_names_are_told() -> None:
    enclosed = EnclosedFiles({"unread.yaml": b"", "base.yaml": BASE.encode()})
    parse_policy(b"version: 1\nname: t\nextends: base.yaml\n", "policy", enclosed.parents)
    assert enclosed.unread == ("unread.yaml",)
