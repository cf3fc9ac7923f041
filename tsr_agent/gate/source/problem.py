"""What is wrong with a policy, waiver or quarantine file, and exactly where."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.errors import PolicyError
from tsr_agent.models.base import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DETAILS = 20
"""Problems that an error lists; the others are counted."""


class ProblemSeverity(Enum):
    """What a problem does to the file."""

    ERROR = "error"
    """The file is refused."""
    WARNING = "warning"
    """The file is read; a person should look."""


class Span(NamedTuple):
    """A stretch of a text on one or more lines. Lines and columns count from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


FILE_START = Span(1, 1, 1, 1)


class PolicyProblem(Record, frozen=True, kw_only=True):
    """One thing that is wrong, with its place in the text. Lines and columns count from 1, in characters."""

    severity: ProblemSeverity = ProblemSeverity.ERROR
    id: str = ""
    """Which warning it is, such as ``no-fix``; empty for errors."""
    source: str
    """What the file is called in messages."""
    line: int
    column: int
    end_line: int
    end_column: int
    """The first column after it; the same as ``column`` where there is nothing to underline."""
    path: str = "$"
    """The key or entry that it is about, such as ``$.rules[2].require.at_least``."""
    message: str
    hint: str = ""
    """What to do about it, where that is known."""

    @property
    def sentence(self) -> str:
        """The message and what to do, in one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def located(self) -> str:
        """``file:line:column: path: what``."""
        name = self.path.removeprefix("$").removeprefix(".")
        return f"{self.source}:{self.line}:{self.column}: {name + ': ' if name else ''}{self.sentence}"


class FaultyFileError(PolicyError):
    """A file is refused; ``problems`` says for what.

    Args:
        message: The headline, which names the file.
        problems: At least one.
        next_step: What the person can do now.
        details: One line a problem, where the headline is not the only problem itself.
    """

    def __init__(
        self,
        message: str,
        problems: Sequence[PolicyProblem],
        *,
        next_step: str = "",
        details: Sequence[str] = (),
    ) -> None:
        super().__init__(message, next_step=next_step, details=details)
        self.problems = tuple(problems)


def problem_at(span: Span, source: str, what: str, *, path: str = "$") -> PolicyProblem:
    """A problem from a line of text, of which the part behind the last semicolon is advice."""
    message, _, hint = what.rpartition("; ")
    # A semicolon inside a quoted value does not begin any advice.
    if not message or hint.count("'") % 2:
        message, hint = what, ""
    line, column, end_line, end_column = span
    return PolicyProblem(
        source=source,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        path=path,
        message=message,
        hint=hint,
    )


def fault(span: Span | None, source: str, what: str) -> FaultyFileError:
    """What ends the reading of a file; without a place it is about the whole of it."""
    where = f"{source}:{span.line}:{span.column}" if span is not None else source
    return FaultyFileError(f"{where}: {what}.", [problem_at(span or FILE_START, source, what)])


def refusal(source: str, kind: str, problems: Sequence[PolicyProblem]) -> FaultyFileError:
    """The error that refuses a file for all its problems.

    Args:
        source: What the file is called.
        kind: What it should have been, such as ``policy``.
        problems: At least one.
    """
    details = [each.located() for each in problems[:MAX_DETAILS]]
    if len(problems) > MAX_DETAILS:
        details.append(f"and {len(problems) - MAX_DETAILS:,} more")
    count = f"{len(problems):,} problem{'' if len(problems) == 1 else 's'}"
    return FaultyFileError(
        f"{source}: not a valid {kind}, {count}.",
        problems,
        details=details,
        next_step=f"Mend the places above; 'tsr-agent schema {kind.split(maxsplit=1)[0]}' prints the schema.",
    )
