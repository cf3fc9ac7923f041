"""The answer and the summary as files, for GitLab, Jenkins and whoever asks for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tsr_agent.cli.ci_answer import is_plain
from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.cli.ci_answer import Answer
    from tsr_agent.cli.ci_shown import Shown

SUMMARY_BYTES = 256 * 1024
_ANSWER_BEGINNING = b"TSR_EXIT_CODE="


def dotenv(answer: Answer) -> str:
    """The answer as a dotenv report that GitLab takes: seven short keys, far below 5 KB.

    GitLab refuses quotes, blank lines, comments and values over several lines, and fills in variables
    of its own after a dollar sign. A value with anything but plain letters in it is left out; the
    decision always is plain.
    """
    return "".join(
        f"TSR_{name.upper().removeprefix('TSR_')}={value}\n"
        for name, value in answer.values()
        if is_plain(value)
    )


class AnswerFiles:
    """Files beside the report.

    Args:
        answer_file: Gets the answer; None for none.
        summary_file: Gets the summary; None for none.
    """

    def __init__(self, answer_file: Path | None, summary_file: Path | None) -> None:
        self._answer_file = answer_file
        self._summary_file = summary_file

    def show(self, shown: Shown) -> None:
        """Writes the summary."""
        if self._summary_file is not None:
            write_summary(self._summary_file, shown.page(SUMMARY_BYTES))

    def answer(self, answer: Answer) -> None:
        """Replaces the answer; with it goes the summary of an earlier run, until there is a new one."""
        from tsr_agent.cli.ci_answer import NOT_DECIDED
        from tsr_agent.cli.ci_summary import BEGINNING, undecided

        if self._answer_file is not None:
            _replace(self._answer_file, dotenv(answer).encode("ascii"), _ANSWER_BEGINNING)
        if self._summary_file is not None and answer.decision == NOT_DECIDED and not answer.tsr_id:
            _replace(self._summary_file, undecided().encode(), BEGINNING.encode())


def write_summary(path: Path, text: str) -> None:
    """Writes a summary where there is none, or one of ours.

    Raises:
        InputError: Something else stands there, or it can't be written.
    """
    from tsr_agent.cli.ci_summary import BEGINNING

    _replace(path, text.encode(), BEGINNING.encode())


def _replace(path: Path, document: bytes, beginning: bytes) -> None:
    from tsr_agent.generate import write_document

    if os.path.lexists(path) and not _is_ours(path, beginning):
        raise InputError(f"{path}: something else stands there, which is not written over.")
    write_document(path, document)


def _is_ours(path: Path, beginning: bytes) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(beginning)) in (beginning, b"")
    except OSError:
        return False
