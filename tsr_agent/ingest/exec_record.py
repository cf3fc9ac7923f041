"""The record that ``tsr-agent exec`` writes beside the results of the command it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from msgspec import Meta

from tsr_agent.errors import InputError
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.redaction import redact_command
from tsr_agent.ingest.whole_file import read_whole
from tsr_agent.models import codec
from tsr_agent.models.base import SCHEMA_VERSION, Count, LongText, Record, UtcTime
from tsr_agent.models.results import RunnerRun, TestType

if TYPE_CHECKING:
    from pathlib import PurePath
    from typing import BinaryIO

__all__ = ["KIND", "ExecRecord", "ExecRecordReader", "redact_command"]

KIND: Final = "aitr-exec"
_ALWAYS_WRITTEN = frozenset({"schema_version", "kind", "test_type", "exit_code", "started_at", "finished_at"})

ExitStatus = Annotated[int, Meta(ge=-(2**31), le=2**32 - 1)]
"""What an operating system can give: a negative signal number up to a Windows status of 32 bits."""


class ExecRecord(Record, frozen=True, kw_only=True):
    """One run of a test command, as it stands on disk."""

    schema_version: Annotated[int, Meta(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    kind: Literal["aitr-exec"] = "aitr-exec"
    test_type: TestType
    exit_code: ExitStatus
    command: tuple[LongText, ...] = ()
    """Arguments with secrets taken out."""
    started_at: UtcTime
    finished_at: UtcTime | None = None
    """None in the record that is written before the command starts."""
    duration_ms: Count | None = None
    note: LongText = ""

    @classmethod
    def from_run(cls, run: RunnerRun) -> ExecRecord:
        """The record of a run whose start is known.

        Raises:
            ValueError: The run has no start, so it was stated and not recorded.
        """
        if run.started_at is None:
            raise ValueError("a run without a start was not recorded by exec")
        return cls(
            test_type=run.test_type,
            exit_code=run.exit_code,
            command=run.command,
            started_at=run.started_at,
            finished_at=run.finished_at,
            duration_ms=run.duration_ms,
            note=run.note,
        )

    def to_run(self) -> RunnerRun:
        """The run as a part of a report."""
        return RunnerRun(
            test_type=self.test_type,
            exit_code=self.exit_code,
            command=self.command,
            started_at=self.started_at,
            finished_at=self.finished_at,
            duration_ms=self.duration_ms,
            note=self.note,
        )


class ExecRecordReader:
    """Reads what ``tsr-agent exec`` recorded."""

    name = "exec record"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes a JSON object with ``kind`` and ``exit_code``, or whatever bears the record's file name.

        The name counts as well, so that a damaged record is an error and never just an unknown file.
        """
        if {"kind", "exit_code"} <= top_level_keys(head) and KIND.encode() in head:
            return f"JSON object of kind {KIND}"
        return "file name of an exec record" if path.name.endswith(".exec.json") else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the whole record.

        Raises:
            InputError: Not strict JSON, a key missing or unknown, or a success without an end.
        """
        document = read_whole(stream, path, self._limits, "exec_record_bytes")
        record = codec.decode(document, ExecRecord, source=path)
        missing = sorted(_ALWAYS_WRITTEN - top_level_keys(document))
        if missing:
            raise InputError(f"{path}: not a complete exec record: {', '.join(missing)} missing.")
        if record.exit_code == 0 and record.finished_at is None:
            raise InputError(f"{path}: exit code 0 without a time at which the run ended.")
        return Parts(runs=(record.to_run(),))
