"""``tsr-agent exec``: runs a test command and keeps its exit code as evidence.

A run that was killed at its time limit can leave a complete, all-green results file; only the exit
code tells. The record is therefore written twice: before the command starts, saying that it has not
finished, and after it ended. Whatever kills both of us in between, the record left behind is red.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.errors import UsageError
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from types import FrameType

    from tsr_agent.cli.console import Console
    from tsr_agent.clock import Clock

NOT_FINISHED = 125
TIMED_OUT = 124
NOT_FOUND = 127
NOT_EXECUTABLE = 126


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.usage = "tsr-agent exec --type TYPE [options] -- COMMAND [ARGUMENT...]"
    parser.add_argument("--type", required=True, choices=[each.value for each in TestType], dest="test_type")
    parser.add_argument(
        "--results-dir", metavar="DIR", help="where the record goes (default: as in aitr.toml, or results)"
    )
    parser.add_argument(
        "--name", default="", metavar="NAME", help="keeps several runs of one type apart, such as a shard"
    )
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="end the command after this time; exit code 124"
    )
    parser.add_argument("argv", nargs=argparse.REMAINDER, metavar="COMMAND", help="what to run")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Runs the command and passes its exit code on."""
    from tsr_agent.clock import SystemClock

    argv = arguments.argv[1:] if arguments.argv[:1] == ["--"] else arguments.argv
    if not argv:
        raise UsageError(
            "There is no command to run.",
            next_step="Put it behind two hyphens: tsr-agent exec --type unit -- pytest",
        )
    record = _Record(_record_path(arguments, argv), TestType(arguments.test_type), argv, SystemClock())
    record.write_unfinished()
    exit_code, note = _run_to_the_end(argv, arguments.timeout)
    record.write_finished(exit_code, note)
    if note:
        console.note(f"tsr-agent: {note}")
    if console.as_json:
        console.data({"record": str(record.path), "exit_code": exit_code, "test_type": arguments.test_type})
    # A shell reports a signal as 128 plus its number; do the same.
    return exit_code if exit_code >= 0 else 128 - exit_code


def _record_path(arguments: argparse.Namespace, argv: list[str]) -> Path:
    """Where the record goes: one of its own for each command of a type, replaced only by the same command.

    Two steps that test the same type must not hide each other's exit codes.
    """
    name = arguments.name
    if name and not all(letter.isalnum() or letter in "-_." for letter in name):
        raise UsageError(f"--name {name!r}: letters, digits, hyphens, dots and underscores only.")
    folder = Path(arguments.results_dir or _configured_results_dir())
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: can't be made: {error.strerror}.") from error
    usual = folder / f"{arguments.test_type}{'-' if name else ''}{name}.exec.json"
    if not os.path.lexists(usual) or _is_record_of(usual, argv):
        return usual
    mark = hashlib.sha256("\0".join(argv).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return usual.with_name(usual.name.removesuffix(".exec.json") + f"-{mark}.exec.json")


def _is_record_of(path: Path, argv: list[str]) -> bool:
    from tsr_agent.cli.documents import read_bytes
    from tsr_agent.errors import InputError
    from tsr_agent.ingest.exec_record import ExecRecord, redact_command
    from tsr_agent.models import codec

    try:
        record = codec.decode(read_bytes(str(path), "record"), ExecRecord)
    except InputError:
        return False
    return record.command == redact_command(argv)


def _configured_results_dir() -> Path:
    from tsr_agent.config import load_config

    return Path(load_config().results_dir)


class _Record:
    """The record of one run on disk."""

    def __init__(self, path: Path, test_type: TestType, argv: list[str], clock: Clock) -> None:
        self.path = path
        self._test_type = test_type
        self._argv = argv
        self._clock = clock
        self._started = clock.now()

    def write_unfinished(self) -> None:
        """What stays on disk if neither the command nor we live to the end."""
        self._write(NOT_FINISHED, None, "The run had not finished when this was written.")

    def write_finished(self, exit_code: int, note: str) -> None:
        """Replaces the unfinished record."""
        self._write(exit_code, self._clock.now(), note)

    def _write(self, exit_code: int, finished: datetime | None, note: str) -> None:
        from tsr_agent.generate import write_document
        from tsr_agent.ingest.exec_record import ExecRecord, redact_command
        from tsr_agent.models import codec

        taken = None if finished is None else max(0, round((finished - self._started).total_seconds() * 1000))
        write_document(
            self.path,
            codec.encode(
                ExecRecord(
                    test_type=self._test_type,
                    exit_code=exit_code,
                    command=redact_command(self._argv),
                    started_at=self._started,
                    finished_at=finished,
                    duration_ms=taken,
                    note=note,
                )
            ),
        )


def _run_to_the_end(argv: list[str], timeout: float | None) -> tuple[int, str]:
    """Exit code of the command and a note where it did not end by itself."""
    # With a time limit the command gets a group of its own, so that what it started ends with it.
    own_group = timeout is not None and os.name == "posix"
    try:
        child = subprocess.Popen(argv, start_new_session=own_group)  # noqa: S603  (running it is the purpose)
    except FileNotFoundError:
        return NOT_FOUND, f"{argv[0]}: command not found"
    except (OSError, ValueError) as error:
        return NOT_EXECUTABLE, f"{argv[0]}: can't be run: {error}"
    with child, _forwarded_signals(child, own_group=own_group):
        try:
            return child.wait(timeout), ""
        except subprocess.TimeoutExpired:
            _end(child, own_group=own_group)
            return TIMED_OUT, f"ended after its time limit of {timeout:g} s"


def _end(child: subprocess.Popen[bytes], *, own_group: bool) -> None:
    """Asks the command to end, and ends it when it does not within ten seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        _send(child, number, own_group=own_group)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            continue
        return


def _send(child: subprocess.Popen[bytes], number: int, *, own_group: bool) -> None:
    try:
        if own_group:
            os.killpg(child.pid, number)
        else:
            child.send_signal(number)
    except ProcessLookupError:
        pass


@contextmanager
def _forwarded_signals(child: subprocess.Popen[bytes], *, own_group: bool) -> Iterator[None]:
    """Signals meant to end us go to the command instead, so that its end is still recorded.

    A terminal sends its interrupt to the command as well, unless the command has a group of its own.
    """

    def forward(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT or own_group:
            _send(child, number, own_group=own_group)

    before = {each: signal.signal(each, forward) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
