"""Problems of a file as text: where, what, and the line itself with the place underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import cells, cut
from tsr_agent.gate.source.lines import lines_of
from tsr_agent.gate.source.problem import ProblemSeverity
from tsr_agent.sections.plain_text import CUT, one_line, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.gate.source.problem import PolicyProblem

MOST_PROBLEMS = 200
"""Problems of one file that are printed; the others are counted."""
_INDENT = "    "
_BEFORE = 30
"""Signs of a long line that are shown before the place."""


def problem_lines(problems: Sequence[PolicyProblem], name_of_text: str, text: str, width: int) -> list[str]:
    """Each problem with its line of the text.

    Args:
        problems: Of one file and of those that it names.
        name_of_text: What the problems call that file.
        text: Its text.
        width: Columns to write in.
    """
    source = lines_of(text)
    shown: list[str] = []
    for each in problems[:MOST_PROBLEMS]:
        name = each.path.removeprefix("$").removeprefix(".")
        known_as = f" [{each.id}]" if each.id else ""
        where = f"{one_line(each.source)}:{each.line}:{each.column}"
        said = f"{each.severity.value}: {one_line(name) + ': ' if name else ''}{one_line(each.sentence)}"
        # The place stays on one line with what follows it, so that editors find it in a log.
        shown += [f"{where}: {said}{known_as}"]
        # What an extended policy is at fault for stands in another text.
        if each.source == name_of_text:
            shown += _underlined(each, source[each.line - 1], width)
    if len(problems) > MOST_PROBLEMS:
        shown.append(f"and {len(problems) - MOST_PROBLEMS:,} more")
    return shown


def _underlined(problem: PolicyProblem, line: str, width: int) -> list[str]:
    if not line.strip():
        return []
    room = width - len(_INDENT)
    start = problem.column - 1
    end = min(max(start + 1, problem.end_column - 1), start + room)
    indentation = min(len(line) - len(line.lstrip()), start)
    first = indentation if len(line) <= room else max(indentation, start - _BEFORE)
    before = (CUT if first > indentation else "") + _flat(line[first:start])
    here = _flat(line[start:end])
    carets = "^" * max(1, min(cells(here), room - cells(before)))
    shown = cut(before + here + _flat(line[end : end + room]), room)
    return [f"{_INDENT}{shown}".rstrip(), f"{_INDENT}{' ' * cells(before)}{carets}"]


def _flat(text: str) -> str:
    return visible(text).replace("\t", " ")


def summary_line(source: str, problems: Sequence[PolicyProblem]) -> str:
    """``p.yaml: 2 errors, 1 warning``, or that there is none."""
    errors = sum(each.severity is ProblemSeverity.ERROR for each in problems)
    counts = [
        f"{number:,} {word}{'' if number == 1 else 's'}"
        for number, word in ((errors, "error"), (len(problems) - errors, "warning"))
        if number
    ]
    return f"{one_line(source)}: {', '.join(counts) or 'no errors, no warnings'}"
