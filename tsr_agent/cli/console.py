"""Where a command's words go: people read text, programs read JSON, neither sees the other's."""

from __future__ import annotations

import os
import re
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.errors import TsrError

WIDTH = 80
"""Columns that a CI log is read at."""
_MOST_SIGNS = 4_000
"""Of a line beside the result; a name in it may have any length."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BRACKET_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")


class Console:
    """Standard output and error of one command.

    Args:
        as_json: The result goes to standard output as one JSON document and all text to standard error.
        out: Standard output.
        err: Standard error.
    """

    def __init__(
        self, *, as_json: bool = False, out: IO[str] | None = None, err: IO[str] | None = None
    ) -> None:
        self.as_json = as_json
        self._out = out if out is not None else sys.stdout
        self._err = err if err is not None else sys.stderr

    @property
    def interactive(self) -> bool:
        """A person watches standard error, so that progress is worth drawing."""
        return self._err.isatty()

    @property
    def width(self) -> int:
        """Columns to write in: the terminal's between 80 and 120, or 80 where there is none."""
        if not self._out.isatty():
            return WIDTH
        import shutil

        return max(WIDTH, min(shutil.get_terminal_size((WIDTH, 24)).columns, 120))

    def text(self, lines: Iterable[str]) -> None:
        """Lines for people; to standard error when standard output carries JSON."""
        stream = self._err if self.as_json else self._out
        for line in lines:
            stream.write(harmless(line) + "\n")

    def commands(self, lines: Iterable[str]) -> None:
        """Commands of ours to a CI system, whose texts are escaped for it; to where ``text`` writes."""
        stream = self._err if self.as_json else self._out
        for line in lines:
            stream.write(line + "\n")

    def flush(self) -> None:
        """What was written so far is with whoever reads it.

        Raises:
            OSError: It is not: the disk is full or nobody reads.
        """
        self._out.flush()
        self._err.flush()

    def note(self, line: str) -> None:
        """One line beside the result, always to standard error."""
        from tsr_agent.sections.plain_text import CUT, LINE_END, visible

        shown = visible(line if len(line) <= _MOST_SIGNS else line[: _MOST_SIGNS - 1] + CUT)
        # A key or a file's name that goes on in a second line could say there what it likes.
        self._err.write(harmless(shown.replace("\n", f" {LINE_END} ")) + "\n")

    def prompt(self, question: str) -> None:
        """A question to whoever sits there, on standard error, whose answer is typed behind it."""
        self._err.write(question)
        self._err.flush()

    def data(self, value: object) -> None:
        """The result as indented JSON on standard output.

        A sign that can't be seen, or that the stream has no code for, is written as its escape: it is the
        same JSON, and neither turns a line of a log around nor becomes an escape that JSON does not have.
        """
        import msgspec

        written = msgspec.json.format(_encoded(value), indent=2).decode("utf-8")
        # The number sign written as an escape is the same JSON, and no command to Azure.
        written = _BRACKET_COMMAND.sub(r"#\\u0023", written)
        if not written.isascii():
            written = self._to_escape().sub(_escape, written)
        self._out.write(written + "\n")

    def _to_escape(self) -> re.Pattern[str]:
        """What of a JSON text has to be escaped on this stream."""
        import codecs

        from tsr_agent.sections.plain_text import HIDDEN

        # A stream that has every sign of Unicode says so by its name.
        encoding = codecs.lookup(getattr(self._out, "encoding", None) or "utf-8").name
        return HIDDEN if encoding.startswith("utf") else _NOT_ASCII

    def error(self, error: TsrError) -> None:
        """What went wrong, for people always and for programs when they asked for JSON."""
        headline, *rest = error.diagnostics()
        for line in (f"tsr-agent: {headline}", *rest):
            self.note(line)
        if self.as_json:
            self.data(
                {
                    "error": error.message,
                    "details": error.details,
                    "kept": error.kept,
                    "next_step": error.next_step,
                    "exit_code": int(error.exit_code),
                }
            )


def _encoded(value: object) -> bytes:
    """JSON in UTF-8; half a sign, which stands for a byte in the name of a file, becomes a question mark."""
    import msgspec

    try:
        return msgspec.json.encode(value, order="deterministic")
    except UnicodeEncodeError:
        import json

        tree = msgspec.to_builtins(value, order="deterministic")
        return json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace")


def _escape(found: re.Match[str]) -> str:
    """A sign as JSON escapes it, in two halves where it takes two."""
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


def harmless(line: str) -> str:
    """The line with nothing in it that a CI system takes for a command of ours.

    GitHub reads commands from lines that begin with two colons, Azure and TeamCity from ``##``, a word
    and a bracket; what a test printed must not be able to set a variable or to mask a log.
    """
    # A text of several lines is as many lines to whoever reads the log, whatever ends them.
    pieces = line.splitlines(keepends=True) if "::" in line else [line]
    lines = (each.replace("::", ": :", 1) if each.lstrip().startswith("::") else each for each in pieces)
    return _BRACKET_COMMAND.sub("# #", "".join(lines))


def make_streams_lenient() -> None:
    """A terminal that can't show a sign gets an escape instead of a crash in the middle of a verdict."""
    if sys.stdout is None or sys.stderr is None:
        # Started with a closed stream: the exit code is the whole answer then.
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  (as long as the process)
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def give_up_output(stream: IO[str]) -> None:
    """Sends the rest of a stream nowhere, or the interpreter fails on it once more when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
