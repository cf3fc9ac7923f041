"""What is said about a text is what the readers that take the file say, with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitr_desktop.editing.checking import MOST_FINDINGS, Checked, FileKind, Weight, check_text
from tsr_agent.gate.linting.policy_check import check_policy
from tsr_agent.gate.policies.builtin import ai_release, ai_release_bytes

TODAY = date(2026, 11, 23)
RULE = "version: 1\nname: x\nrules:\n  - id: a\n"
GATE = Path("resources/examples/support-bot/gate")


def check(text: str, name: str = "") -> Checked:
    return check_text(text, None, TODAY, named=Path(name) if name else None)


def test_a_sound_policy_has_no_errors_and_is_read() -> None:
    found = check(ai_release_bytes().decode())
    assert found.kind is FileKind.POLICY
    assert found.errors == 0
    assert found.policy == ai_release()


def test_findings_are_those_of_policy_lint_with_their_places() -> None:
    text = f"{RULE}    check: eval_metric\n    where: {{metric: m}}\n    require: {{at_lest: 1}}\n"
    found = check(text)
    said = check_policy(text, "policy", today=TODAY)
    assert [(each.line, each.column, each.end_column) for each in found.findings] == [
        (each.line, each.column, each.end_column) for each in said
    ]
    assert "did you mean 'at_least'?" in found.findings[0].message
    assert found.findings[0].about == "rules[0].require.at_lest"
    assert found.policy is None


def test_warnings_refuse_nothing() -> None:
    text = f"{RULE}    check: tests\n    where: {{type: unit}}\n    require: {{failed: 0}}\n"
    found = check(text)
    assert {each.weight for each in found.findings} == {Weight.WARNING}
    assert found.policy is not None


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("version: 1\nwaivers: []\n", "", FileKind.WAIVERS),
        ("version: 1\ntests: []\n", "", FileKind.QUARANTINE),
        ("version: 1\ncases: []\n", "", FileKind.CASES),
        ("requirements:\n  - id: R\n", "", FileKind.REQUIREMENTS),
        ("id,text,tests\nR,x,y\n", "needs.csv", FileKind.REQUIREMENTS),
        ("", "requirements.yaml", FileKind.REQUIREMENTS),
        ("version: 1\n", "", FileKind.POLICY),
        ("", "", FileKind.POLICY),
    ],
)
def test_what_a_text_is_meant_to_be(text: str, name: str, kind: FileKind) -> None:
    assert check(text, name).kind is kind


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("requirements:\n  - id: a\n    txt: x\n", 3, 5, "did you mean 'text'?"),
        ("requirements:\n  - id: a\n  - id: a\n", 3, 5, "stands here again"),
        ("requirements: {\n", 2, 1, "not YAML"),
        ("requirements: x\n", 1, 15, "is not a list"),
    ],
)
def test_requirements_are_read_as_generate_reads_them(text: str, line: int, column: int, said: str) -> None:
    (found,) = check(text, "requirements.yaml").findings
    assert (found.line, found.column) == (line, column)
    assert said in found.message
    assert found.weight is Weight.ERROR


def test_files_beside_the_policy_are_found_and_their_faults_said(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    text = "version: 1\nname: x\nextends: base.yaml\n"
    assert "can't be read" in check_text(text, path, TODAY).findings[0].message
    (tmp_path / "base.yaml").write_bytes(ai_release_bytes())
    assert check_text(text, path, TODAY).policy is not None
    (tmp_path / "base.yaml").write_text("version: 1\nnam: x\n")
    assert check_text(text, path, TODAY).errors


def test_hidden_characters_are_noted() -> None:
    found = check("# a\u202e\n" + ai_release_bytes().decode()).findings
    assert [(each.weight, each.line, each.column) for each in found if "nobody sees" in each.message] == [
        (Weight.NOTE, 1, 4)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [" + "*a," * 1000 + "]",
        "a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nrules: [*c,*c]",
        "[" * 100_000,
        "{a: " * 5_000,
        "- " * 20_000,
        "a: " + "x" * 400_000,
        "requirements:\n" + "  - id: R\n" * 20_000,
        "!!python/object/apply:os.system ['true']",
        "\0",
        "\ud800",
        '{"a": NaN}',
        'a: "\\ud800"',
        "%YAML 9.9\n---\n",
        "? [complex]\n: x",
    ],
)
def test_hostile_texts_are_refused_in_bounded_work(text: str) -> None:
    found = check(text)
    assert found.errors
    assert len(found.findings) <= MOST_FINDINGS
    assert found.policy is None


LINES = "version: 1\n name: x\n rules:\n   - id: a\n     check: tests\n"
LINES += " requirements:\n waivers:\n tests:\n cases:\n"
SIGNS = ["{", "}", "[", "&a", "*a", "- ", ": ", "\n", "\t", "'", '"', "|", "\u202e", "\ud800", "é", "%"]
PIECES = st.sampled_from([*(line[1:] for line in (" " + LINES).splitlines(keepends=True)), *SIGNS])
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=20).map("".join))


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(["", "requirements.yaml", "needs.csv", "policy.json", "needs.json"]))
def test_no_text_makes_it_fail_and_places_are_in_the_text(text: str, name: str) -> None:
    found = check(text, name)
    assert (found.policy is None) or not found.errors
    for each in found.findings:
        assert each.line >= 1
        assert each.column >= 1
        assert each.end_column >= each.column


def test_the_example_is_sound() -> None:
    path = GATE / "policy.yaml"
    found = check_text(path.read_text(), path, TODAY)
    assert found.errors == 0
    assert found.policy is not None
