"""What is said about a text that no gate reads, such as a draft of a prompt: what is true of any reader.

Whether braces are placeholders only the application knows that fills them. So a pair that is not closed is
told where the file's name says which language it is, and for a copy of a file at a commit, a placeholder
that the copy has lost.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitr_desktop.editing.checking import Finding, Weight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath

TEMPLATES = frozenset((".jinja", ".jinja2", ".j2"))
"""Endings of files that are Jinja: what is not closed in them is refused by whoever reads them."""
HANDLEBARS = frozenset((".prompt", ".prompty", ".hbs", ".handlebars", ".mustache", ".liquid"))
"""Endings of files whose ``{{`` is nearly always that of a template."""
PLAIN = frozenset((".txt", ".text", ".md", ".markdown", ".tmpl", ".tpl"))
DATA = frozenset((".yaml", ".yml", ".json"))
MOST_PARSED = 512 * 1024
"""Characters of YAML that are checked: its reader takes a second for them."""
MOST_DEPTH = 64
MOST_EVENTS = 100_000
MOST_NAMES = 100
_OPENED = re.compile(r"\{\{|\{%-?\s*raw\s*-?%\}|\{%|\{#")
_CLOSED = {"{{": "}}", "{%": "%}", "{#": "#}"}
_END_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_TEXT = re.compile(r"\"[^\"\\]*(?:\\.[^\"\\]*)*+\"|'[^'\\]*(?:\\.[^'\\]*)*+'", re.DOTALL)
_PLACEHOLDER = re.compile(
    r"\{\{[-~]?\s*([A-Za-z_][\w.]{0,99})[^{}]{0,200}\}\}|(?<!\{)\{([A-Za-z_]\w{0,99})\}(?!\})"
)
_PROMPT_KEYS = "messages|prompts?|template|system(?:_prompt)?|user(?:_prompt)?|input_variables|role"
_GATE_KEYS = "rules|extends|waivers|cases|requirements|schema_version"


def _keys(names: str) -> re.Pattern[str]:
    """One of these keys among the first of YAML, or near the margin of JSON."""
    return re.compile(
        rf"^(?:(?:- )?(?:{names})[ \t]*:|[ \t]{{0,4}}[\[{{]{{0,2}}[ \t]{{0,4}}\"(?:{names})\"[ \t]*:)", re.M
    )


_PROMPT_KEY, _GATE_KEY = _keys(_PROMPT_KEYS), _keys(_GATE_KEYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSize:
    """How long a text is. Nobody can say how many tokens it is without the model's own reader."""

    characters: int
    words: int
    lines: int


def is_prompt(path: PurePath) -> bool:
    """Whether braces in a file are rather placeholders than a language's own, by its name."""
    return path.suffix.lower() in TEMPLATES | HANDLEBARS | PLAIN | DATA


def is_prose(path: PurePath) -> bool:
    """Whether a file is neither YAML, JSON nor CSV, by its name: no key writes what only those have."""
    return path.suffix.lower() not in DATA | {".csv", ""}


def is_draft(text: str, path: PurePath) -> bool:
    """Whether a text is one that no gate reads, by its name, and for YAML and JSON by its first keys."""
    if path.suffix.lower() in DATA:
        return bool(_PROMPT_KEY.search(text)) and not _GATE_KEY.search(text)
    return is_prose(path)


def size_of(text: str) -> TextSize:
    """How long a text is."""
    lines = text.count("\n") + (1 if text and not text.endswith("\n") else 0)
    return TextSize(characters=len(text), words=len(text.split()), lines=lines)


def placeholders(text: str) -> tuple[str, ...]:
    """Names that stand in ``{{ }}`` or ``{ }``, each once, in the order of the text; the first ones."""
    names = dict.fromkeys(found[1] or found[2] for found in _PLACEHOLDER.finditer(text))
    return tuple(names)[:MOST_NAMES]


def draft_findings(text: str, path: PurePath, had: tuple[str, ...] = ()) -> list[Finding]:
    """What is said about a text.

    Args:
        text: The text.
        path: What it is called.
        had: Placeholders of the text that it is a copy of.
    """
    suffix = path.suffix.lower()
    found: list[Finding] = []
    if suffix == ".json":
        found += _json(text)
    elif suffix in DATA:
        found += _yaml(text)
    if suffix in TEMPLATES | HANDLEBARS:
        found += _unclosed(text, suffix)
    has = set(placeholders(text)) if had else set()
    found += [
        _at(
            text, 0, 0, Weight.WARNING, f"the text of the commit has the placeholder {name}, and this has not"
        )
        for name in had
        if name not in has
    ]
    return found


def _unclosed(text: str, suffix: str) -> Iterator[Finding]:
    is_jinja = suffix in TEMPLATES
    place = 0
    while (opened := _OPENED.search(text, place)) is not None:
        sign = opened[0][:2]
        if not is_jinja and sign != "{{":
            place = opened.end()
            continue
        is_raw = sign == "{%" and opened[0] != "{%"
        end = _end_raw(text, opened.end()) if is_raw else _end(text, opened.end(), _CLOSED[sign])
        if end < 0:
            said = (
                f"{sign!r} is not closed by {_CLOSED[sign]!r}"
                if not is_raw
                else "raw is not closed by endraw"
            )
            weight = Weight.ERROR if is_jinja else Weight.WARNING
            yield _at(text, opened.start(), opened.end(), weight, said)
            return
        place = end


def _end_raw(text: str, start: int) -> int:
    found = _END_RAW.search(text, start)
    return found.end() if found else -1


def _end(text: str, start: int, closed: str) -> int:
    """The place behind what closes, outside of texts in quotes as templates have them; -1 for none."""
    if closed == "#}":
        found = text.find(closed, start)
        return found + 2 if found >= 0 else -1
    place, lone = start, set[str]()
    while place < len(text):
        if text.startswith(closed, place):
            return place + 2
        sign = text[place]
        quoted = _TEXT.match(text, place) if sign in "\"'" and sign not in lone else None
        if quoted is None and sign in "\"'":
            # Looked for once: many quotes without an end would each be looked for to the end of the text.
            lone.add(sign)
        place = quoted.end() if quoted else place + 1
    return -1


def _json(text: str) -> Iterator[Finding]:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        yield _at(
            text, error.pos, error.pos + 1, Weight.ERROR, f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        )
    except RecursionError:
        yield _at(text, 0, 0, Weight.WARNING, "nested too deep to be checked")


def _yaml(text: str) -> Iterator[Finding]:
    if len(text) > MOST_PARSED:
        yield _at(text, 0, 0, Weight.NOTE, "too long to be checked as YAML")
        return
    import yaml

    try:
        # Events alone: nothing is built, and so no alias multiplies.
        depth = 0
        for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH or count > MOST_EVENTS:
                yield _at(text, 0, 0, Weight.NOTE, "too much, or nested too deep, to be checked as YAML")
                return
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = mark.index if mark is not None else 0
        yield _at(text, place, place, Weight.ERROR, f"not YAML: {error.problem or error.context}")
    except (yaml.YAMLError, RecursionError) as error:
        yield _at(text, 0, 0, Weight.ERROR, f"not YAML: {str(error).splitlines()[0][:200]}")


def _at(text: str, start: int, end: int, weight: Weight, message: str) -> Finding:
    start = min(start, len(text))
    line, begin = text.count("\n", 0, start) + 1, text.rfind("\n", 0, start) + 1
    column = start - begin + 1
    return Finding(
        weight=weight, line=line, column=column, end_column=column + max(0, end - start), message=message
    )
