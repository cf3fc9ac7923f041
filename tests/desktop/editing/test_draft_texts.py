"""Drafts of prompts: told from what gates read, and no more said about them than is true."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.editing.checking import Checked, FileKind, Weight, check_text
from aitr_desktop.editing.draft_texts import placeholders, size_of

TODAY = date(2026, 11, 23)
CHAT = '[\n  {"role": "system", "content": "Be brief."}\n]\n'


def check(text: str, name: str, had: tuple[str, ...] = ()) -> Checked:
    return check_text(text, None, TODAY, named=Path(name), placeholders=had)


@pytest.mark.parametrize(
    ("text", "name", "is_draft"),
    [
        ("Answer briefly.\n", "system.txt", True),
        ("# You are an assistant\nrules: none\n", "system.md", True),
        ("{{ question }}", "a.j2", True),
        ("---\nmodel: m\n---\n{{q}}", "a.prompt", True),
        ("messages:\n  - role: system\n", "chat.yaml", True),
        ("- role: system\n  content: x\n", "chat.yml", True),
        (CHAT, "chat.json", True),
        ('{"messages":[]}', "chat.json", True),
        ("template: x\n", "a.yaml", True),
        ("prompt: |\n  rules: be brief\n", "a.yaml", True),
        ("def ask(): ...\n", "bot.py", True),
        ("version: 1\nname: x\nrules: []\n", "policy.yaml", False),
        ("version: 1\nname: x\nprompt: y\nrules: []\n", "policy.yaml", False),
        ('{"version": 1, "rules": []}', "policy.json", False),
        ("", "policy.yaml", False),
        ("versi", "new.yaml", False),
        ("", "policy", False),
        ("version: 1\nwaivers: []\n", "w.yaml", False),
        ("id,text,tests\nR,x,y\n", "needs.csv", False),
    ],
)
def test_what_no_gate_reads_is_told_by_name_and_keys(text: str, name: str, is_draft: bool) -> None:
    assert (check(text, name).kind is FileKind.DRAFT) == is_draft


def test_a_draft_is_no_policy_and_has_a_size() -> None:
    found = check("Answer briefly.\nTwo lines", "system.txt")
    assert found.policy is None
    assert found.findings == ()
    assert found.size is not None
    assert (found.size.characters, found.size.words, found.size.lines) == (25, 4, 2)


@pytest.mark.parametrize(
    "text",
    [
        "{{ a }} {% if b %}x{% endif %} {# note #}",
        "{{ '}}' }} {{ \"{{\" }}",
        "{% raw %}{{ {% {% endraw %}{{ a }}",
        "{%- raw -%}{{{%- endraw -%}",
        "{# {{ #} {{ a }}",
        "} }} %} #} { a }",
        "{{ it's }}",
        "{{ a | default('x\\'}}') }}",
    ],
)
def test_a_template_that_closes_what_it_opens_has_no_findings(text: str) -> None:
    assert check(text, "a.j2").findings == ()


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("ok {{ a }}\n  {{ b }\n", 2, 3, "'{{' is not closed by '}}'"),
        ("{% if a }", 1, 1, "'{%' is not closed by '%}'"),
        ("x\n{# note", 2, 1, "'{#' is not closed by '#}'"),
        ("{% raw %}{{ a }}", 1, 1, "raw is not closed by endraw"),
    ],
)
def test_what_a_template_does_not_close_is_an_error_at_its_place(
    text: str, line: int, column: int, said: str
) -> None:
    (found,) = check(text, "a.jinja").findings
    assert (found.weight, found.line, found.column, found.message) == (Weight.ERROR, line, column, said)


def test_a_prompt_file_warns_of_braces_and_plain_text_says_nothing_of_them() -> None:
    (found,) = check("{{ a", "a.prompt").findings
    assert found.weight is Weight.WARNING
    assert check("{% if", "a.prompt").findings == ()
    for name in ("a.txt", "a.md", "bot.py"):
        assert check("{{ a {% {# {", name).findings == ()


@pytest.mark.parametrize(
    ("text", "name", "line", "said"),
    [
        ('{"messages": [}', "chat.json", 1, "not JSON: expecting value"),
        ('{"messages": [],\n', "chat.json", 2, "not JSON: "),
        ("messages:\n  - a\n b: c\n", "chat.yaml", 3, "not YAML: "),
        ("prompt: 'open\n", "chat.yaml", 2, "not YAML: "),
    ],
)
def test_data_that_nobody_can_read_is_an_error_at_its_place(
    text: str, name: str, line: int, said: str
) -> None:
    (found,) = check(text, name).findings
    assert (found.weight, found.line) == (Weight.ERROR, line)
    assert found.message.startswith(said)


def test_a_copy_that_lost_a_placeholder_says_which() -> None:
    had = placeholders("{{question}} for {name}, {{ user.name | upper }}; not {} nor {{}} nor {{{x}}} {a b}")
    assert had == ("question", "name", "user.name", "x")
    (found,) = check("{{ question }} and {name} {{x}}", "a.txt", had).findings
    assert found.weight is Weight.WARNING
    assert found.message == "the text of the commit has the placeholder user.name, and this has not"


def test_hidden_characters_are_noted_in_drafts_too() -> None:
    (found,) = check("Answer\U000e0041 briefly", "system.txt").findings
    assert (found.weight, found.line, found.column) == (Weight.NOTE, 1, 7)


HOSTILE = {
    "many quotes": "{{" + "'\\" * 200_000,
    "many opened": "{{" * 200_000,
    "many opened and closed": "{{ a }}" * 50_000,
    "braces": "{" * 400_000,
    "letters in a brace": "{" + "a" * 400_000,
    "deep JSON": '{"messages":' + "[" * 200_000,
    "deep YAML": "messages: " + "[" * 20_000,
    "aliases": "messages: &a [1]\nb: [" + "*a," * 5_000 + "]\n",
    "spaces": " " * 400_000,
    "a surrogate": "\ud800{{",
    "NUL": "messages: \0",
}


@pytest.mark.parametrize("name", ["a.j2", "a.json", "a.yaml", "a.txt", "a.prompt"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_take_bounded_time_and_never_raise(text: str, name: str) -> None:
    begun = time.process_time()
    check(text, name, ("a",))
    assert time.process_time() - begun < 5


@given(st.text(st.sampled_from("{}%#'\"\\ arwendo\n-"), max_size=60))
def test_any_template_is_checked(text: str) -> None:
    found = check(text, "a.j2").findings
    assert all(1 <= each.line <= text.count("\n") + 1 for each in found)


@given(st.text(max_size=100), st.sampled_from([".txt", ".md", ".json", ".yaml", ".j2", ".prompt", ""]))
def test_any_text_under_any_name_is_checked(text: str, suffix: str) -> None:
    assert check(text, f"a{suffix}").kind in FileKind
    assert size_of(text).lines <= text.count("\n") + 1
    assert PurePath(f"a{suffix}").name
