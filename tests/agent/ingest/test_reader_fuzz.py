"""Damaged and twisted files: a reader gives parts that a report can hold, or says why not, and nothing else.

Each reader is tried with mutations of genuine files and of its corpus under ``tests/data/corpus``: bytes
flipped, pieces cut out, doubled and exchanged between files, numbers and texts replaced.
"""

from __future__ import annotations

import io
import json
import os
import re
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tsr_agent.errors import InputError, TsrError
from tsr_agent.ingest.reader import HEAD_BYTES, Parts
from tsr_agent.ingest.registry import result_readers
from tsr_agent.ingest.report_room import ROOM, ReportRoom
from tsr_agent.models.limits import Limits
from tsr_agent.models.requirements import RequirementEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePath
    from typing import BinaryIO

    from tsr_agent.ingest.reader import Reader

DATA = Path(__file__).resolve().parents[2] / "data"
CORPUS = DATA / "corpus"
LARGEST_SEED = 12_000
EXAMPLES = 1_000 if os.environ.get("CI") else 60

READERS = {each.name: each for each in result_readers(Limits())}
TOKEN = re.compile(rb"-?\d+(?:\.\d+)?|\"[^\"\n]{0,80}\"|[A-Za-z_]{2,40}")
VALUES = (
    b"-1",
    b"0",
    b"1e999",
    b"NaN",
    b"1e-400",
    b"9" * 30,
    b"9007199254740993",
    b"18446744073709551616",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b'"\\ud800"',
    b'"\\u0000"',
    b"&#0;",
    b"&x;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x00",
    b"\xed\xa0\x80",
    "\u202e".encode(),
    b"\r\n",
    b"2026-02-30T25:61:61Z",
)
OPERATIONS = ("flip", "cut", "double", "swap", "splice", "truncate", "value", "repeat")
steps = st.lists(st.tuples(st.sampled_from(OPERATIONS), *[st.integers(0, 2**16)] * 3), min_size=1, max_size=6)


def folder_of(reader: Reader) -> Path:
    """Where the corpus of a reader lies."""
    return CORPUS / re.sub(r"[^a-z0-9]+", "-", reader.name.lower()).strip("-")


@cache
def corpus_of(name: str) -> tuple[Path, ...]:
    return tuple(sorted(folder_of(READERS[name]).glob("*")))


@cache
def seeds_of(name: str) -> tuple[tuple[str, bytes], ...]:
    """Small files that the reader takes, and its corpus."""
    found = [(path.name, path.read_bytes()) for path in corpus_of(name)]
    for path in sorted(DATA.rglob("*")):
        if not path.is_file() or path.stat().st_size > LARGEST_SEED or CORPUS in path.parents:
            continue
        document = path.read_bytes()
        if READERS[name].recognise(document[:HEAD_BYTES], PurePosixPath(path.name)):
            found.append((path.name, document))
    return tuple(found)


def mutated(document: bytes, other: bytes, changes: list[tuple[str, int, int, int]]) -> bytes:
    """The document with each change made to it, in turn."""
    for kind, one, two, three in changes:
        length = len(document)
        start = one * length >> 16
        end = min(length, start + 1 + (two % 200 if kind != "splice" else two * length >> 16))
        piece = document[start:end]
        if kind == "flip":
            document = document[:start] + bytes([three & 255]) + document[start + 1 :]
        elif kind == "cut":
            document = document[:start] + document[end:]
        elif kind == "double":
            document = document[:end] + piece + document[end:]
        elif kind == "repeat":
            document = document[:end] + piece * (three % 30) + document[end:]
        elif kind == "truncate":
            document = document[: max(start, 1)]
        elif kind == "splice":
            place = three * len(other) >> 16
            document = document[:start] + other[place : place + 300] + document[end:]
        else:
            document = _with_token(document, start, three, exchange=kind == "swap")
    return document


def _with_token(document: bytes, start: int, number: int, *, exchange: bool) -> bytes:
    """The document with a number, text or word replaced: by another of its own, or by an odd value."""
    found = TOKEN.search(document, start)
    if found is None:
        return document
    value = VALUES[number % len(VALUES)]
    if exchange:
        others = TOKEN.findall(document)
        value = others[number % len(others)]
    return document[: found.start()] + value + document[found.end() :]


def try_it(reader: Reader, name: str, document: bytes) -> None:
    """Recognises and reads; whatever comes must fit into a report."""
    reader.recognise(document[:HEAD_BYTES], PurePosixPath(name))
    try:
        parts = reader.read(io.BytesIO(document), name)
    except TsrError as error:
        assert error.message
        assert "\n" not in error.message
        return
    # A file that no report can hold would be refused here, too; but the reader is to say why.
    ReportRoom(ROOM).taken(parts, name)


def fuzz(reader: Reader, seeds: tuple[tuple[str, bytes], ...], chosen: settings | None = None) -> None:
    """Tries a reader with mutations of these files."""

    # The first defect is enough to say what is wrong; several at once would come as a group.
    @settings(
        chosen, max_examples=EXAMPLES if chosen is None else chosen.max_examples, report_multiple_bugs=False
    )
    @given(st.integers(0, len(seeds) - 1), st.integers(0, len(seeds) - 1), steps)
    def mutations(first: int, second: int, changes: list[tuple[str, int, int, int]]) -> None:
        path, document = seeds[first]
        try_it(reader, path, mutated(document, seeds[second][1], changes))

    mutations()


@pytest.mark.parametrize("name", READERS)
def test_every_file_of_the_corpus_is_read_or_refused(name: str) -> None:
    assert corpus_of(name), f"{folder_of(READERS[name])} has no file"
    for path in corpus_of(name):
        try_it(READERS[name], path.name, path.read_bytes())


@pytest.mark.parametrize("name", READERS)
def test_the_corpus_has_a_file_that_is_read(name: str) -> None:
    """Otherwise the mutations would only ever try one refusal."""
    sound = [each for each in corpus_of(name) if each.stem.startswith("sound")]
    assert sound
    for path in sound:
        READERS[name].read(io.BytesIO(path.read_bytes()), path.name)


@pytest.mark.parametrize("name", READERS)
def test_only_refusals_come_out_of_damaged_files(name: str) -> None:
    fuzz(READERS[name], seeds_of(name))


class Planted:
    """A reader with a defect that only some damaged files show."""

    name = "planted"

    def __init__(self, read: Callable[[bytes], Parts], recognised: Callable[[bytes], str] = repr) -> None:
        self._read = read
        self._recognised = recognised

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        return self._recognised(head)

    def read(self, stream: BinaryIO, path: str) -> Parts:
        return self._read(stream.read())


def needs_a_key(document: bytes) -> Parts:
    try:
        tree = json.loads(document)
    except ValueError as error:
        raise InputError("planted: not JSON") from error
    if not isinstance(tree, dict):
        raise InputError("planted: no object")
    return Parts(remarks=(str(tree["key"]),))


def keeps_what_it_finds(document: bytes) -> Parts:
    return Parts(requirements=(RequirementEntry(id=document.decode("utf-8", "surrogateescape")),))


def says_it_in_lines(document: bytes) -> Parts:
    if len(document) != len(SOUND):
        raise InputError("planted:\nin lines")
    return Parts()


def is_read(document: bytes) -> Parts:
    return Parts()


SOUND = b'{"key": 1, "other": "text"}'


@pytest.mark.parametrize(
    ("reader", "caught"),
    [
        (Planted(needs_a_key), KeyError),
        (Planted(keeps_what_it_finds), InputError),
        (Planted(says_it_in_lines), AssertionError),
        (Planted(is_read, lambda head: head.decode("utf-8")), UnicodeDecodeError),
    ],
)
def test_a_planted_defect_is_found(reader: Reader, caught: type[Exception]) -> None:
    try_it(reader, "sound.json", SOUND)
    with pytest.raises(caught):
        # The same examples each time: this is about the harness, not about luck.
        fuzz(reader, (("sound.json", SOUND),), settings(max_examples=2_000, derandomize=True, database=None))


def test_a_reader_without_a_defect_is_left_alone() -> None:
    fuzz(Planted(is_read), (("sound.json", SOUND),))
