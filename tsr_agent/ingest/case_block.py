"""Test cases packed: one that passed and said nothing costs its compressed name and a few bytes."""

from __future__ import annotations

import math
import zlib
from array import array
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAST = 1
"""Level of compression: names of tests differ little, so the fastest level takes most of them away."""
UNKNOWN = math.nan
"""The duration of a case that has none."""


class Place(NamedTuple):
    """What the cases of one suite share."""

    suite: str
    host: str
    file: str


class PlainCases(NamedTuple):
    """Cases of one suite that passed and said nothing, as columns of equal length.

    No name or class name is empty or holds a character that can't be shown.
    """

    names: Sequence[str]
    classnames: Sequence[str]
    durations: array[float]
    """In milliseconds, or ``UNKNOWN``."""
    characters: int
    """Those of all ids together."""

    def without_time(self) -> list[int]:
        """Indexes of the cases that took no time."""
        return [index for index, each in enumerate(self.durations) if not each > 0]


@dataclass(frozen=True, slots=True)
class CaseBlock:
    """Some thousand neighbouring cases of a file."""

    size: int
    _names: bytes
    """Names of the plain cases, each on a line."""
    _classnames: bytes
    """One line for each run of plain cases that share it."""
    _starts: array[int]
    """By run, the index of its first plain case."""
    _places: tuple[Place, ...]
    _place_of_run: array[int]
    _durations: array[float]
    _other_indexes: array[int]
    """Where in the block the cases stand that are kept whole."""
    _others: bytes
    """Those cases in MessagePack."""
    _compressed: bool
    """Names, class names and those cases are."""

    def cases(self) -> list[TestCase]:
        """The cases in the file's order, made anew with each call.

        Raises:
            msgspec.ValidationError: One is nothing that a report can hold.
        """
        cases = self._plain_cases()
        if self._other_indexes:
            others = msgspec.msgpack.decode(self._unpacked(self._others), type=list[TestCase])
            for index, case in zip(self._other_indexes, others, strict=True):
                cases.insert(index, case)
        return cases

    def _unpacked(self, packed: bytes) -> bytes:
        return zlib.decompress(packed) if self._compressed else packed

    def _plain_cases(self) -> list[TestCase]:
        if not self._starts:
            return []
        names = self._unpacked(self._names).decode().split("\n")
        classnames = self._unpacked(self._classnames).decode().split("\n")
        passed = CaseStatus.PASSED
        cases: list[TestCase] = []
        runs = zip(classnames, pairwise((*self._starts, len(names))), self._place_of_run, strict=True)
        for classname, (start, end), place in runs:
            suite, host, file = self._places[place]
            cases += [
                TestCase(
                    id=f"{classname}::{name}",
                    name=name,
                    status=passed,
                    classname=classname,
                    suite=suite,
                    host=host,
                    file=file,
                    duration_ms=None if duration != duration else duration,  # noqa: PLR0124 - NaN
                )
                for name, duration in zip(names[start:end], self._durations[start:end], strict=True)
            ]
        return cases


class BlockWriter:
    """Takes cases in the file's order until they are enough for a block."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._classnames: list[str] = []
        self._starts = array("I")
        self._places: dict[Place, int] = {}
        self._place_of_run = array("I")
        self._durations = array("d")
        self._other_indexes = array("I")
        self._others: list[TestCase] = []

    @property
    def size(self) -> int:
        """How many cases it holds."""
        return len(self._names) + len(self._others)

    def add(self, case: TestCase) -> None:
        """Takes a case to be kept whole."""
        self._other_indexes.append(self.size)
        self._others.append(case)

    def add_plain(self, plain: PlainCases, place: Place, others: Sequence[tuple[int, TestCase]]) -> None:
        """Takes cases of one suite.

        Args:
            plain: The plain ones.
            place: The suite.
            others: Cases to be kept whole, each with the number of plain ones before it.
        """
        self._other_indexes.extend(self.size + index + more for more, (index, _) in enumerate(others))
        self._others += [case for _, case in others]
        number = self._places.setdefault(place, len(self._places))
        start = len(self._names)
        for classname, run in groupby(plain.classnames):
            self._starts.append(start)
            self._classnames.append(classname)
            self._place_of_run.append(number)
            start += len(list(run))
        self._names += plain.names
        self._durations += plain.durations

    def close(self, *, compress: bool) -> CaseBlock:
        """The block.

        Args:
            compress: It is one of many: rather take a tenth of the memory than of the time.

        Raises:
            UnicodeEncodeError: A text holds a lone surrogate.
        """
        names = "\n".join(self._names).encode()
        classnames = "\n".join(self._classnames).encode()
        others = msgspec.msgpack.encode(self._others)
        if compress:
            names, classnames, others = (zlib.compress(each, _FAST) for each in (names, classnames, others))
        return CaseBlock(
            size=self.size,
            _names=names,
            _classnames=classnames,
            _starts=self._starts,
            _places=tuple(self._places),
            _place_of_run=self._place_of_run,
            _durations=self._durations,
            _other_indexes=self._other_indexes,
            _others=others,
            _compressed=compress,
        )
