from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.requirements_csv import RequirementsCsvReader
from tsr_agent.ingest.requirements_yaml import RequirementsYamlReader
from tsr_agent.models.requirements import RequirementEntry

if TYPE_CHECKING:
    from tsr_agent.ingest.reader import Reader

YAML = """\
# what the bot must do
schema_version: 1
requirements:
  - id: REQ-1
    text: Answers from the help pages
    tests:
      - tests/unit/test_answers.py::test_grounded
      - "tests/evals/*"
  - id: 1.10
    text: no
  - {id: REQ-3, tests: test_single}
"""


def yaml_refusal(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(RequirementsYamlReader(), text, "requirements.yaml")
    return "\n".join(caught.value.diagnostics())


def csv_refusal(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(RequirementsCsvReader(), text, "requirements.csv")
    return "\n".join(caught.value.diagnostics())


def test_yaml_takes_every_value_as_the_text_that_stands_there() -> None:
    assert read(RequirementsYamlReader(), YAML).requirements == (
        RequirementEntry(
            id="REQ-1",
            text="Answers from the help pages",
            tests=("tests/unit/test_answers.py::test_grounded", "tests/evals/*"),
        ),
        RequirementEntry(id="1.10", text="no"),
        RequirementEntry(id="REQ-3", tests=("test_single",)),
    )


@pytest.mark.parametrize("rulers", [1, 2_000])
def test_a_comment_ruler_below_the_key_is_passed_over_at_once(rulers: int) -> None:
    ruler = f"  # {'#' * 70}\n" * rulers
    assert takes(RequirementsYamlReader(), f"requirements:\n{ruler}  python: 3\n", "rtd.yml") is None
    assert takes(RequirementsYamlReader(), f"requirements:\n{ruler}  - id: A\n", "rtd.yml") is not None


def test_yaml_without_requirements_is_read_and_remarked() -> None:
    for text in ("requirements: []", "requirements:\n", "requirements: ~"):
        parts = read(RequirementsYamlReader(), text)
        assert parts.requirements == ()
        assert parts.remarks == ("The file lists no requirements.",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("requirements:\n  - id: A\n  - id: A\n", "line 3, column 5: the requirement 'A' stands here again"),
        ("requirements:\n  - id: A\n    id: B\n", "line 3, column 5: the key 'id' stands twice"),
        (
            "requirements:\n  - id: A\n    test: x\n",
            "line 3, column 5: unknown field 'test'; did you mean 'tests'?",
        ),
        ("requirements:\n  - text: A\n", "line 2, column 5: a requirement has no id"),
        ("requirements:\n  - id:\n", "a requirement has no id"),
        ("requirements:\n  - A\n", "line 2, column 5: expected a mapping"),
        ("requirements: {}\n", "line 1, column 15: 'requirements' is not a list"),
        ("requirements:\n  - id: [A]\n", "line 2, column 9: expected a text"),
        ("requirement: []\n", "unknown key 'requirement'"),
        ("schema_version: 2\nrequirements: []\n", "schema_version is not 1"),
        ("schema_version: 1\n", "no list 'requirements'"),
        ("- id: A\n", "expected a mapping"),
        ("a: &x 1\nrequirements: []\n", "line 1, column 4: anchors and aliases are not allowed"),
        ("requirements: *x\n", "anchors and aliases are not allowed"),
        ("requirements: []\n---\nrequirements: []\n", "line 2"),
        ("requirements: [\n", "not YAML at line 2"),
        ("requirements:\n\t- id: A\n", "line 2"),
        ("requirements: " + "[" * 3_000, "line 1, column 22: more than 8 levels"),
        ('requirements:\n  - id: "\\U7fffffff"\n', "not YAML"),
        ("", "empty"),
        ("# only a comment\n", "no YAML document"),
        (b"\xff\xfe\x00", "not YAML"),
        (b"requirements: \x00", "not YAML"),
        ("requirements: [" + "a," * 250_000 + "]", f"more than {Limits.yaml_values:,} mappings"),
        ("a" * (Limits.yaml_bytes + 1), f"more than {Limits.yaml_bytes:,} bytes of one YAML file"),
    ],
)
def test_yaml_refuses_in_words_with_line_and_column(text: str | bytes, named: str) -> None:
    assert named in yaml_refusal(text)


def test_yaml_refuses_a_billion_laughs_before_it_grows() -> None:
    levels = "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 40))
    assert "anchors and aliases" in yaml_refusal("l0: &l0 [lol]\n" + levels)


def test_csv_reads_columns_in_any_order_with_mark_and_quotes() -> None:
    text = (
        '\ufefftests,id,text\r\n"a;b c",REQ-1,"Answers, from pages"\r\nx y,REQ-2,\r\n"p\nq",REQ-3,t\r\n,,\r\n'
    )
    assert read(RequirementsCsvReader(), text).requirements == (
        RequirementEntry(id="REQ-1", text="Answers, from pages", tests=("a", "b c")),
        RequirementEntry(id="REQ-2", tests=("x", "y")),
        RequirementEntry(id="REQ-3", text="t", tests=("p", "q")),
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("id,text,test\n", "unknown field 'test'; did you mean 'tests'?"),
        ("id;text;tests\nA;b;c\n", "separated by commas"),
        ("text,tests\na,b\n", "no column 'id'"),
        ("id,id\n", "stands twice"),
        ("id,text\nA,b,c\n", "line 2: 3 cells where the header has 2"),
        ("id,text\nA\n", "line 2: 1 cells where the header has 2"),
        ("id,text\nA,b\nA,c\n", "line 3: the requirement 'A' stands here again; first at line 2"),
        ("id,text\n,b\n", "line 2: a requirement has no id"),
        ('id,text\n"A,b\n', "not CSV"),
        ("id\nA\0\n", "NUL"),
        ("id\nA".encode("utf-16"), "not UTF-8"),
        ("", "empty"),
        ("id,text\nA," + "x" * 140_000 + "\n", "not CSV"),
    ],
)
def test_csv_refuses_in_words_with_its_line(text: str | bytes, named: str) -> None:
    assert named in csv_refusal(text)


def test_csv_with_a_header_alone_is_read_and_remarked() -> None:
    assert read(RequirementsCsvReader(), "id,tests\n").remarks == ("The file lists no requirements.",)


@pytest.mark.parametrize(
    ("reader", "text", "path", "taken"),
    [
        (RequirementsYamlReader(), YAML, "any.yaml", True),
        (RequirementsYamlReader(), "requirements: # all\n\n  # first\n- id: A", "any.yml", True),
        (RequirementsYamlReader(), "requirements:\n  build:\n    - python\n", "meta.yaml", False),
        (RequirementsYamlReader(), "", "Requirements.yaml", True),
        (RequirementsYamlReader(), YAML, "requirements.txt", False),
        (RequirementsCsvReader(), "id,tests\n", "any.csv", True),
        (RequirementsCsvReader(), '\ufeff"tests","text","id"\r\n', "any.csv", True),
        (RequirementsCsvReader(), "id,text\n1,hello\n", "dataset.csv", False),
        (RequirementsCsvReader(), "id,text\n", "requirements.csv", True),
        (RequirementsCsvReader(), "id,tests\n", "notes.txt", False),
    ],
)
def test_recognises_content_and_its_own_name(reader: Reader, text: str, path: str, taken: bool) -> None:
    assert (takes(reader, text, path) is not None) is taken


any_bytes = st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
like_yaml = st.lists(
    st.sampled_from(
        ["requirements:", "- ", "id: ", "A", "\n", "  ", "[", "]", "{", "}", "&a ", "*a", "!!x ", '"', "\t"]
    )
).map(lambda parts: "".join(parts).encode())


@given(any_bytes | like_yaml)
def test_any_bytes_as_yaml_are_read_or_refused_in_words(document: bytes) -> None:
    try:
        read(RequirementsYamlReader(), document)
    except InputError as error:
        assert error.message


@given(any_bytes | any_bytes.map(lambda tail: b"id,text,tests\n" + tail))
def test_any_bytes_as_csv_are_read_or_refused_in_words(document: bytes) -> None:
    try:
        read(RequirementsCsvReader(), document)
    except InputError as error:
        assert error.message
