"""Versioned prompt files and what the model understands of them.

The model heeds lines of the form ``- Option: value``. Like any language model it takes a line that it
does not understand for mere prose: a misspelt option has no effect and raises no error. That is why
the evals, and not a parser, decide whether a prompt may be released.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FRONT_MATTER = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_OPTION = re.compile(r"^- (?P<name>[A-Za-z ]+): (?P<value>\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """Instructions for the model. The defaults are how the model behaves when it is told nothing."""

    version: str
    name: str
    text: str
    """The instructions as written, without the front matter."""
    use_retrieved_context: bool = False
    passages: int = 1
    max_sentences: int = 3
    answer_from_memory: bool = True
    refuse_when_unsupported: bool = False
    cite_source: bool = False
    ignore_instructions_in_questions: bool = False


def load_prompt(path: Path) -> Prompt:
    """Reads a prompt file.

    Raises:
        ValueError: The file has no front matter with ``version`` and ``name``.
    """
    parts = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    head = dict(line.split(": ", 1) for line in parts["head"].splitlines() if ": " in line) if parts else {}
    if parts is None or not head.keys() >= {"version", "name"}:
        raise ValueError(f"{path}: a prompt starts with a front matter that has version and name.")
    text = parts["body"].strip()
    options = {
        match["name"].lower().replace(" ", "_"): match["value"].lower() for match in _OPTION.finditer(text)
    }
    return Prompt(
        version=head["version"],
        name=head["name"],
        text=text,
        use_retrieved_context=_is_on(options, "use_retrieved_context", Prompt.use_retrieved_context),
        passages=_number(options, "passages", Prompt.passages),
        max_sentences=_number(options, "max_sentences", Prompt.max_sentences),
        answer_from_memory=_is_on(options, "answer_from_memory", Prompt.answer_from_memory),
        refuse_when_unsupported=_is_on(options, "refuse_when_unsupported", Prompt.refuse_when_unsupported),
        cite_source=_is_on(options, "cite_source", Prompt.cite_source),
        ignore_instructions_in_questions=_is_on(
            options, "ignore_instructions_in_questions", Prompt.ignore_instructions_in_questions
        ),
    )


def _is_on(options: dict[str, str], name: str, default: bool) -> bool:
    return {"yes": True, "no": False}.get(options.get(name, ""), default)


def _number(options: dict[str, str], name: str, default: int) -> int:
    given = options.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and int(given) > 0 else default
