"""What can be written at a place, in texts as they are while somebody writes them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitr_desktop.editing.checking import FileKind
from aitr_desktop.editing.completion import Offers, complete
from aitr_desktop.editing.places import place_of

RULE = "version: 1\nname: x\nrules:\n  - id: a\n"


def at(text: str, kind: FileKind = FileKind.POLICY, **known: tuple[str, ...]) -> Offers:
    """What is offered at the bar."""
    offset = text.index("¦")
    return complete(text.replace("¦", ""), offset, kind, known)


def texts(text: str, kind: FileKind = FileKind.POLICY, **known: tuple[str, ...]) -> list[str]:
    return [each.text for each in at(text, kind, **known).offers]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("¦", ["version", "name", "rules"]),
        ("version: 1\n¦", ["name", "rules"]),
        ("version: 1\nname: x\nrules:\n  - ¦", ["check", "id", "severity"]),
        ("version: 1\nname: x\nrules:\n- ¦", ["check", "id", "severity"]),
        (f"{RULE}    ¦", ["check", "severity"]),
        (f"{RULE}    check: ¦", ["tests", "eval_metric", "calendar"]),
        (f"{RULE}    check: eval_metric\n    require: {{¦", ["at_least", "at_most", "min_samples"]),
        (f"{RULE}    check: eval_metric\n    require:\n      ¦", ["at_least", "min_samples"]),
        (f"{RULE}    require:\n      ¦\n    check: eval_metric\n", ["at_least"]),
        (f"{RULE}    check: tests\n    where: {{type: ¦}}", ["unit", "e2e", "security"]),
        (f"{RULE}    check: tests\n    severity: w¦", ["warn"]),
        (f"{RULE}    check: tests\n    environments:\n      staging:\n        ¦", ["require", "severity"]),
        ("version: 1\nextends: ¦", ["builtin:ai-release"]),
        ("version: 1\non_missing: ¦", ["fail", "review"]),
        ('{"version": 1, "¦', ["name", "rules"]),
        ('{"rules": [{"check": "te¦', ["tests", "test_changes"]),
        ("blocking_conditions:\n  - type: ¦", ["eval_metric_below", "test_failure_rate"]),
    ],
)
def test_a_policy_is_completed_where_the_cursor_is(text: str, offered: list[str]) -> None:
    found = texts(text)
    assert [each for each in offered if each not in found] == []


def test_the_form_of_a_rule_is_that_of_its_check() -> None:
    found = texts(f"{RULE}    check: tests\n    require:\n      ¦")
    assert "failed" in found
    assert "at_least" not in found


def test_what_is_there_already_is_not_offered() -> None:
    assert "id" not in texts(f"{RULE}    ¦")
    assert "severity" not in texts(f"{RULE}    ¦\n    severity: warn\n")
    assert "severity" in texts(f"{RULE}    ¦\n  - id: b\n    severity: warn\n")


def test_what_has_to_be_there_comes_first_and_says_so() -> None:
    first = at("¦").offers[:3]
    assert {each.text for each in first} == {"version", "name", "rules"}
    assert all(each.is_required and each.description.startswith("Has to be there.") for each in first)


def test_descriptions_are_those_of_the_schema() -> None:
    (locked,) = (each for each in at(f"{RULE}    check: tests\n    lock¦").offers if each.text == "locked")
    assert "never looser" in locked.description
    assert "Left out: false." in locked.description


def test_json_is_written_as_json() -> None:
    offers = {each.text: each.insert for each in at('{"¦').offers}
    assert offers["name"] == '"name": '
    assert at('{"¦').begun == '"'


@pytest.mark.parametrize(
    ("kind", "text", "offered"),
    [
        (FileKind.WAIVERS, "version: 1\nwaivers:\n  - ¦", "expires"),
        (FileKind.QUARANTINE, "version: 1\ntests:\n  - ¦", "owner"),
        (FileKind.CASES, "version: 1\ncases:\n  - name: x\n    expect: {¦", "decision"),
        (FileKind.REQUIREMENTS, "requirements:\n  - id: R\n    ¦", "text"),
    ],
)
def test_the_other_files_are_completed_too(kind: FileKind, text: str, offered: str) -> None:
    assert offered in texts(text, kind)


def test_names_of_the_report_on_screen_are_offered() -> None:
    assert texts(f"{RULE}    check: eval_metric\n    where: {{metric: ¦", metric=("accuracy",)) == [
        "accuracy"
    ]
    assert texts("version: 1\nwaivers:\n  - rule: ¦", FileKind.WAIVERS, rule=("unit-tests",)) == [
        "unit-tests"
    ]


@pytest.mark.parametrize(
    "text", ["# comm¦", "a: 1 # re¦", "description: |\n  some te¦", "description: |\n  ¦"]
)
def test_nothing_is_offered_in_comments_and_texts(text: str) -> None:
    assert at(text) == Offers()


def test_what_is_written_whole_is_not_offered_again() -> None:
    assert texts(f"{RULE}    check: tests¦") == []


LINES = [
    "version: 1\n",
    "rules:\n",
    "  - id: a\n",
    "    check: tests\n",
    "    where: {",
    "extends",
    '"rules"',
]
SIGNS = [
    "}",
    "[",
    "]",
    ",",
    "-",
    "  ",
    "\n",
    ": ",
    "'",
    '"',
    "#",
    "|",
    "&a",
    "é",
    "\U0001f600",
    "{",
    "\t",
    "*",
]
PIECES = st.sampled_from([*LINES, *SIGNS])


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=25).map("".join), st.integers(0, 200), st.sampled_from(FileKind))
def test_no_text_makes_it_fail(text: str, offset: int, kind: FileKind) -> None:
    offset = min(offset, len(text))
    found = complete(text, offset, kind)
    assert text[:offset].endswith(found.begun)
    assert len({each.text for each in found.offers}) == len(found.offers)


@given(st.text(max_size=80), st.integers(0, 80))
def test_any_place_of_any_text_is_one_or_none(text: str, offset: int) -> None:
    found = place_of(text, min(offset, len(text)))
    if found is not None:
        assert text[: min(offset, len(text))].endswith(found.prefix)
