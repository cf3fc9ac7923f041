"""GitHub Actions: annotations on the log, a step summary, and outputs for later steps."""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING

from tsr_agent.cli.ci_answer import is_plain
from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.cli.ci_answer import Answer
    from tsr_agent.cli.ci_findings import Finding
    from tsr_agent.cli.ci_shown import Shown
    from tsr_agent.cli.console import Console

SUMMARY_LIMIT = 1024 * 1024
"""Bytes of a step's whole summary; a larger one is dropped as a whole."""
SUMMARY_BYTES = 512 * 1024
"""What we take of it at most, so that commands that follow in the step find room."""
_MARGIN = 16 * 1024


class GitHub:
    """The outputs of a step.

    Args:
        environ: Names the files that the runner reads when the step has ended.
        console: Where annotations go: standard output, or standard error beside ``--json``. The runner
            reads both.
    """

    def __init__(self, environ: Mapping[str, str], console: Console) -> None:
        self._summary_file = environ.get("GITHUB_STEP_SUMMARY", "")
        self._output_file = environ.get("GITHUB_OUTPUT", "")
        self._workspace = environ.get("GITHUB_WORKSPACE", "")
        self._console = console

    def show(self, shown: Shown) -> None:
        """Annotates, and adds to the step summary what has room in it."""
        self._console.commands(annotation(each) for each in shown.findings(self._workspace))
        if not self._summary_file:
            return
        room = SUMMARY_LIMIT - _MARGIN - _size_of(self._summary_file)
        text = shown.page(min(SUMMARY_BYTES, room))
        if text:
            _append(self._summary_file, "\n" + text)
        else:
            self._console.note("tsr-agent: the step summary is nearly full; nothing was added to it.")

    def answer(self, answer: Answer) -> None:
        """Adds the outputs; the runner takes the last value of a name."""
        if self._output_file:
            _append(self._output_file, "".join(output(name, value) for name, value in answer.values()))


def annotation(finding: Finding) -> str:
    """A finding as a command to the runner, on one line."""
    properties = {"file": finding.file, "line": str(finding.line or ""), "title": finding.title}
    written = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items() if value)
    return f"::{finding.level.value} {written}::{escape_data(finding.message)}"


def escape_data(text: str) -> str:
    """A text as the message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """A text as the value of a command's property."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def output(name: str, value: str) -> str:
    """One output for the runner's file.

    A value that is not plain stands between lines with a delimiter that nobody can have foreseen, so
    that no value can end itself and begin another output.
    """
    if not value or is_plain(value):
        return f"{name}={value}\n"
    delimiter = f"tsr_{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _size_of(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116  (as in cli.documents)
    except OSError:
        return 0


def _append(path: str, text: str) -> None:
    """Adds text to a file of the runner in one write.

    Raises:
        InputError: It is no file, or can't be written.
    """
    try:
        # Without waiting: a pipe that nobody reads would hold the pipeline.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(path, flags, 0o666)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError(f"{path}: not a file.")
            data = text.encode("utf-8", "backslashreplace")
            if os.write(descriptor, data) != len(data):
                raise InputError(f"{path}: can't be written: the disk is full.")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror or error}.") from error
