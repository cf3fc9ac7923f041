from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aitr_desktop import app
from aitr_desktop.code.lexing import child as child_module
from aitr_desktop.code.lexing.child import Child, answer_all
from aitr_desktop.code.lexing.frames import (
    Frame,
    GarbageError,
    Kind,
    Pieces,
    pack_text,
    read_frame,
    write_frame,
)
from aitr_desktop.code.lexing.lexing import BUDGET_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

BOUNDED = """
import sys
from aitr_desktop.code.lexing.child import bound_resources
bound_resources(256 * 1024 * 1024)
try:
    bytearray(1024 * 1024 * 1024)
except MemoryError:
    print("no memory")
try:
    with open(sys.argv[1], "wb", buffering=0) as file:
        file.write(b"x")
except OSError:
    print("no file")
"""


def test_the_process_takes_no_more_memory_than_it_may_and_writes_nothing(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(tmp_path / "written")], capture_output=True, text=True, check=True
    )
    assert run.stdout.split("\n") == ["no memory", "no file", ""]
    assert (tmp_path / "written").read_bytes() == b""


def answers(*frames: Frame) -> list[Frame]:
    """What the process says to these frames."""
    asked, said = io.BytesIO(), io.BytesIO()
    for each in frames:
        write_frame(asked, each)
    answer_all(Child(), io.BytesIO(asked.getvalue()), said, BUDGET_SECONDS)
    said.seek(0)
    found = []
    while (frame := read_frame(said)) is not None:
        found.append(frame)
    return found


def test_each_frame_is_answered_and_a_lexer_that_fails_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Frame(Kind.PAGE, 7, pack_text("Python", 1, 1, "a = 1\nb = 'c'\nd\n"))
    unknown = Frame(Kind.PAGE, 8, pack_text("Klingon", 0, 1, "a\n"))
    warm, bad, again = answers(Frame(Kind.WARM, 0, b"Python"), unknown, page)
    assert warm == Frame(Kind.WARM, 0, b"")
    assert (bad.kind, bad.number) == (Kind.FAILED, 8)
    assert (again.kind, again.number, len(Pieces(again.payload))) == (Kind.PAGE, 7, 1)


def test_a_lexer_that_runs_out_of_memory_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(child_module, "load_lexer", load)
    with pytest.raises(GarbageError):
        answers(Frame(Kind.WARM, 0, b"Python"))


def test_what_is_no_frame_ends_the_process() -> None:
    with pytest.raises(GarbageError):
        answer_all(Child(), io.BytesIO(b"no frame at all, and long enough"), io.BytesIO(), 1.0)


def test_only_a_few_texts_are_lexed_in_slices_at_once() -> None:
    child = Child()
    text = pack_text("Python", 0, 1_000, "x = 1\n" * 1_000)
    for number in range(20):
        child.answer(Frame(Kind.BEGIN, number, text))
    assert Pieces(child.answer(Frame(Kind.GO_ON, 0, b""))).is_last
    assert len(Pieces(child.answer(Frame(Kind.GO_ON, 19, b"")))) > 0


def test_a_slice_is_short_and_the_slices_are_the_whole() -> None:
    child = Child()
    lines = 3_000
    found = Pieces(child.answer(Frame(Kind.BEGIN, 1, pack_text("Python", 0, lines, "x = 'a'\n" * lines))))
    pieces = found.lines()
    while not found.is_last:
        assert len(found) <= child_module.SLICE_LINES
        found = Pieces(child.answer(Frame(Kind.GO_ON, 1, b"")))
        pieces += found.lines()
    assert len(pieces) >= lines
    assert len(set(pieces[:lines])) == 1


def test_a_packed_application_serves_where_it_is_started_to(monkeypatch: pytest.MonkeyPatch) -> None:
    class Served(Exception):  # noqa: N818  (it is none)
        pass

    def serve() -> None:
        raise Served

    monkeypatch.setattr(child_module, "serve", serve)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "argv", ["aitr", child_module.FLAG, "2.0"])
    with pytest.raises(Served):
        app.main()
