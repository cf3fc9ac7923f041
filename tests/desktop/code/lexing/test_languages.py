from __future__ import annotations

import pytest

from aitr_desktop.code.lexing.child import Child, load_lexer
from aitr_desktop.code.lexing.frames import Frame, Kind, Pieces, pack_text
from aitr_desktop.code.lexing.languages import LANGUAGES, Language, language_of
from aitr_desktop.code.styling import Piece, Style


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("src/agent.py", "Python"),
        ("SRC/AGENT.PY", "Python"),
        ("prompts/system.j2", "Jinja"),
        ("Dockerfile", "Dockerfile"),
        ("docker/Dockerfile.dev", "Dockerfile"),
        ("Makefile", "Makefile"),
        ("evals/run.ipynb", "JSON"),
        ("data/golden.jsonl", "JSON"),
        ("uv.lock", "TOML"),
        (".env.production", "Properties"),
        ("a.tar.gz", None),
        ("README", None),
        ("notes.txt", None),
        ("", None),
        ("py", None),
        ("a.py/", None),
    ],
)
def test_the_name_alone_chooses_the_lexer(path: str, name: str | None) -> None:
    found = language_of(path)
    assert (found.name if found else None) == name


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda each: each.name)
def test_every_lexer_of_the_list_is_there(language: Language) -> None:
    assert type(load_lexer(language)).__module__ == language.module


def page(language: str, text: str) -> list[tuple[Piece, ...]]:
    """The pieces of all lines of a text."""
    count = text.count("\n")
    return Pieces(Child().answer(Frame(Kind.PAGE, 1, pack_text(language, 0, count, text)))).lines()


def test_a_block_of_code_in_a_document_is_lexed_by_a_lexer_of_the_list_or_by_none() -> None:
    known = page("Markdown", "```python\nx = 1\n```\n")
    unknown = page("Markdown", "```adl\nx = 1\n```\n")
    assert Piece(4, 1, Style.NUMBER) in known[1]
    assert unknown[1] == (Piece(0, 5, Style.STRING),)


def test_keys_of_data_are_definitions_and_tags_of_markup_are_not() -> None:
    assert page("JSON", '{"a": 1}\n')[0][1] == Piece(1, 3, Style.DEFINITION)
    assert Piece(1, 1, Style.BUILTIN) in page("HTML", "<a>\n")[0]
