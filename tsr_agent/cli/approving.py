"""What ``approve``, ``reject`` and ``revoke`` share: look at what is on record, show it, ask, hand it in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tsr_agent.cli.options import object_id, path, text
from tsr_agent.cli.server_options import add_server_options
from tsr_agent.errors import InputError, IntegrityError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tsr_agent.cli.console import Console
    from tsr_agent.client.api import ServerApi
    from tsr_agent.models.api import ApprovalAnswer, GoNoGo, Identity
    from tsr_agent.models.report import TestSummaryReport

_REFUSALS = {403, 404, 409, 412, 413, 422}
"""Statuses by which a server says why it does not take what somebody says."""
T = TypeVar("T")


def add_saying_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command by which a person says something about a release."""
    parser.add_argument("id", metavar="ID", type=text, help="id of the report")
    note = parser.add_mutually_exclusive_group()
    note.add_argument("--note", metavar="TEXT", type=text, help="why, for whoever reads the history")
    note.add_argument("--note-file", metavar="F", type=path, help="the same from a file")
    parser.add_argument(
        "--digest", metavar="SHA256", type=object_id, help="only these very bytes of the report"
    )
    parser.add_argument(
        "--yes", action="store_true", help="do not ask; without a terminal nothing is done otherwise"
    )
    add_server_options(parser, outbox=False)


@dataclass(frozen=True)
class Release:
    """A release as the server has it, held against the report's own bytes."""

    answer: GoNoGo
    report: TestSummaryReport
    me: Identity


def look(api: ServerApi, report_id: str, digest: str | None) -> Release:
    """What is on record about a release.

    The report itself is fetched and verified: who started it and which commit it is about are read from
    the bytes that are going to be approved, and not from what a server says of them.

    Raises:
        InputError: The server knows no such report.
        IntegrityError: It is not of these bytes, or the server says something else than they do.
        ServiceError: No usable answer.
    """
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport

    answer = refusals_said(lambda: api.go_no_go(report_id, digest=digest))
    document = refusals_said(lambda: api.document(answer.report_digest))
    report = codec.decode(document, TestSummaryReport, source="the report on the server")
    if (report.id, report.versions.codebase_sha) != (answer.report_id, answer.codebase_sha):
        raise IntegrityError(
            "What the server says of this release is not what the report says.",
            next_step="Approve nothing. Tell whoever runs the server.",
        )
    return Release(answer, report, api.identity())


def ask(console: Console, question: str, *, yes: bool) -> None:
    """Has a person confirm, where one is there.

    Raises:
        UsageError: There is none, or they did not.
    """
    if yes:
        return
    if not (sys.stdin is not None and sys.stdin.isatty() and console.interactive):
        raise UsageError(
            "Nobody is there to confirm it: this is no terminal.",
            kept="everything as it was; nothing was recorded.",
            next_step="Run it in a terminal, or give --yes if what is shown above was checked.",
        )
    console.prompt(f"{question} [yes/no] ")
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UsageError("Not confirmed.", kept="everything as it was; nothing was recorded.")


def note_of(arguments: argparse.Namespace) -> str:
    """The note that options give; empty without any.

    Raises:
        InputError: The file can't be read, is empty, or longer than a note may be.
    """
    if arguments.note_file is None:
        return _fitting(arguments.note or "", "--note")
    from tsr_agent.cli.documents import read_bytes

    try:
        note = read_bytes(str(arguments.note_file), "note").decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise InputError(f"{arguments.note_file}: is not UTF-8.") from error
    if not note:
        raise InputError(f"{arguments.note_file}: is empty.", next_step="Write the note, or leave it out.")
    return _fitting(note, str(arguments.note_file))


def _fitting(note: str, where: str) -> str:
    from tsr_agent.gate.saying import MAX_NOTE

    if len(note) > MAX_NOTE:
        raise InputError(f"{where}: longer than the {MAX_NOTE:,} characters that a note may have.")
    return note


def refusals_said(question: Callable[[], T]) -> T:
    """Puts a question to the server; its reasoned refusal is the answer to what was typed, not an outage.

    Raises:
        InputError: The server says why not: exit code 2.
        ServiceError: It was not reached, or its answer is of no use: exit code 4.
    """
    from tsr_agent.client.refusals import RefusedError

    try:
        return question()
    except RefusedError as error:
        if error.status not in _REFUSALS:
            raise
        raise InputError(
            error.problem.detail or error.message,
            kept="everything as it was; nothing was recorded.",
            next_step=error.next_step,
            details=error.details,
        ) from error


def said(console: Console, release: Release, answer: ApprovalAnswer) -> None:
    """Prints what was recorded and what it comes to."""
    from tsr_agent.cli.approval_text import recorded_lines

    if console.as_json:
        console.data(answer)
    console.text(recorded_lines(answer, release.answer.report_id, console.width))
