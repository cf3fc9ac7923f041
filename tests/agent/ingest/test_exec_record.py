"""The exec record: what a runner's end looked like, read strictly."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.errors import InputError
from tsr_agent.ingest.exec_record import ExecRecord, ExecRecordReader
from tsr_agent.models import codec
from tsr_agent.models.results import RunnerRun, TestType

RUN = RunnerRun(
    test_type=TestType.UNIT,
    exit_code=124,
    command=("pytest", "-q"),
    started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    finished_at=datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
    duration_ms=1_000,
    note="ended after its time limit",
)
DOCUMENT: dict[str, Any] = json.loads(codec.encode(ExecRecord.from_run(RUN)))


def read(document: bytes) -> tuple[RunnerRun, ...]:
    return ExecRecordReader().read(io.BytesIO(document), "unit.exec.json").runs


def changed(**changes: object) -> bytes:
    return json.dumps(DOCUMENT | changes).encode()


def test_what_is_written_is_read_back() -> None:
    document = codec.encode(ExecRecord.from_run(RUN))
    assert read(document) == (RUN,)
    assert document.startswith(b'{"schema_version":1,"kind":"aitr-exec","test_type":"unit","exit_code":124')


@pytest.mark.parametrize("code", [0, 1, -9, 255, 0xC0000005])
def test_every_exit_code_survives(code: int) -> None:
    assert read(changed(exit_code=code))[0].exit_code == code


@pytest.mark.parametrize(
    "key", ["schema_version", "kind", "test_type", "exit_code", "started_at", "finished_at"]
)
def test_a_missing_key_is_refused(key: str) -> None:
    with pytest.raises(InputError, match=r"unit\.exec\.json"):
        read(json.dumps({name: value for name, value in DOCUMENT.items() if name != key}).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"exit_code": "0"},
        {"exit_code": None},
        {"exit_code": 0.5},
        {"exit_code": True},
        {"exit_code": 2**40},
        {"kind": "other"},
        {"schema_version": 2},
        {"schema_version": 0},
        {"test_type": "smoke"},
        {"started_at": "2026-01-02T03:04:05"},
        {"finished_at": "yesterday"},
        {"duration_ms": -1},
        {"command": "pytest"},
        {"exit_codes": 0},
        {"exit_code": 0, "finished_at": None},
    ],
)
def test_an_odd_record_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        read(changed(**changes))


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match="twice"):
        read(changed().replace(b'"exit_code": 124', b'"exit_code": 1, "exit_code": 0'))


def test_a_run_that_never_ended_is_kept_as_it_is() -> None:
    (run,) = read(changed(exit_code=125, finished_at=None, duration_ms=None))
    assert (run.exit_code, run.finished_at) == (125, None)


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"null", b"\xff", b"{}" * 2])
def test_a_damaged_record_is_refused(document: bytes) -> None:
    with pytest.raises(InputError):
        read(document)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    with pytest.raises(InputError):
        read(document)


@pytest.mark.parametrize(
    ("head", "name", "taken"),
    [
        (changed(), "anything.json", True),
        (b'{"kind": "aitr-exec", "exit_code"', "cut.json", False),
        (b"", "unit.exec.json", True),
        (b'{"kind": "other", "exit_code": 0}', "x.json", False),
        (b'{"nested": {"kind": "aitr-exec", "exit_code": 0}}', "x.json", False),
    ],
)
def test_recognition(head: bytes, name: str, taken: bool) -> None:
    assert (ExecRecordReader().recognise(head, PurePath(name)) is not None) is taken


def test_a_stated_run_has_no_record() -> None:
    with pytest.raises(ValueError, match="start"):
        ExecRecord.from_run(RunnerRun(test_type=TestType.UNIT, exit_code=0))
