"""Cases that one results file lists more than once: attempts of one test, or different tests of one name."""

from __future__ import annotations

from array import array
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.ingest.attempts import merge_attempts
from tsr_agent.ingest.bounded_text import cut_name
from tsr_agent.ingest.case_block import BlockWriter
from tsr_agent.ingest.case_table import CaseTable
from tsr_agent.ingest.junit_case import UNNAMED, text_length
from tsr_agent.models.results import CaseStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tsr_agent.ingest.case_block import CaseBlock, Place, PlainCases
    from tsr_agent.models.results import TestCase

_QUALIFIERS = ("file", "suite", "host", "classname")
_BLOCK = 8_192
"""Cases of one block, about."""
_LOOSE_BLOCKS = 16
"""So many are kept as they are; in a file that has more, the others are compressed."""
_TEXT_OF_BLOCK = 1_000_000
"""Characters of messages, details and output that may wait for a block to be full."""
_PART = 250_000
"""Ids that are looked at for repetitions at a time."""


class CaseLedger:
    """The cases of one file, packed as they come. Of their ids it holds hashes only.

    Equal ids have equal hashes. Where hashes are equal, the cases themselves are looked at, so that
    different ids of one hash are never taken for each other.
    """

    def __init__(self) -> None:
        self._blocks: list[CaseBlock] = []
        self._writer = BlockWriter()
        self._text = 0
        self._hashes = array("q")
        """By position in the file, the hash of the case's id."""
        self._changed: dict[int, TestCase | None] = {}
        self._further: list[TestCase] = []
        self._given: set[str] = set()
        """Ids that were made up to tell tests apart."""
        self._numbers: dict[str, int] = {}
        """By id without a number, the last number that was tried behind it."""

    @property
    def listed(self) -> int:
        """Cases as the file lists them, before any is merged."""
        return len(self._hashes)

    def add(self, case: TestCase) -> None:
        """Takes the next case of the file."""
        self._hashes.append(hash(case.id))
        self._writer.add(case)
        self._text += text_length(case)
        self._close_full_block()

    def add_plain(self, plain: PlainCases, place: Place, others: Sequence[tuple[int, TestCase]] = ()) -> None:
        """Takes the next cases of the file, of which most passed and said nothing.

        Args:
            plain: Those cases.
            place: Where all of them stand.
            others: The others, each with the number of plain ones before it.
        """
        both = zip(plain.classnames, plain.names, strict=True)
        hashes = [hash(f"{classname}::{name}") for classname, name in both]
        for more, (index, case) in enumerate(others):
            hashes.insert(index + more, hash(case.id))
            self._text += text_length(case)
        self._hashes.fromlist(hashes)
        self._writer.add_plain(plain, place, others)
        self._close_full_block()

    def _close_full_block(self) -> None:
        if self._writer.size >= _BLOCK or self._text >= _TEXT_OF_BLOCK:
            self._close_block()

    def _close_block(self) -> None:
        if self._writer.size:
            self._blocks.append(self._writer.close(compress=len(self._blocks) >= _LOOSE_BLOCKS))
            self._writer = BlockWriter()
            self._text = 0

    def change(self, positions: Iterable[int], change: Callable[[TestCase], TestCase]) -> None:
        """Puts other cases into some positions of the file, before repetitions are looked for."""
        self._changed.update((position, change(case)) for position, case in self._at(sorted(positions)))

    def tests(self, *, by_pytest: bool, one_record_a_test: bool = False) -> CaseTable:
        """One case a test: repeated records of one test are merged, tests of one name get distinct ids.

        Args:
            by_pytest: The file is pytest's, which lists a rerun without an outcome and a broken
                tear-down as a record of its own.
            one_record_a_test: The file is of a tool that never lists a test twice.
        """
        for positions, records in self._repeated():
            groups = _by_identity(records)
            if one_record_a_test:
                groups = [part for group in groups for part in _as_single_tests(group)]
            merged = [merge_attempts(group, by_pytest=by_pytest) for group in groups]
            self._replace(positions, self._made_distinct(merged))
        return self._table()

    def findings(self) -> CaseTable:
        """One case a record: a scanner repeats a rule's name for each place where it found something."""
        for positions, records in self._repeated():
            qualified = self._qualified(records, lambda case: f":{case.line}" if case.line else "")
            self._replace(positions, qualified)
        return self._table()

    def _table(self) -> CaseTable:
        self._close_block()
        return CaseTable(self._blocks, self._changed, tuple(self._further))

    def _replace(self, positions: list[int], cases: Sequence[TestCase]) -> None:
        self._changed.update(dict.fromkeys(positions, None))
        self._changed[positions[0]] = cases[0]
        self._further += cases[1:]

    @property
    def listed_again(self) -> int:
        """About how many cases share their id with another."""
        return len(self._met_again)

    @cached_property
    def _met_again(self) -> list[int]:
        """Positions of ids that may be listed more than once; asked for when all cases are there."""
        twice = _values_met_twice(self._hashes)
        return [position for position, each in enumerate(self._hashes) if each in twice] if twice else []

    def _repeated(self) -> list[tuple[list[int], list[TestCase]]]:
        """Positions and cases of each id that is listed more than once, by when it comes again."""
        positions = self._met_again
        found: dict[str, tuple[list[int], list[TestCase]]] = {}
        for position, case in self._at(positions):
            places, records = found.setdefault(case.id, ([], []))
            places.append(position)
            records.append(case)
        return sorted((each for each in found.values() if len(each[0]) > 1), key=lambda each: each[0][1])

    def _at(self, positions: Sequence[int]) -> Iterator[tuple[int, TestCase]]:
        """The cases at rising positions; only the blocks that hold one are unpacked."""
        self._close_block()
        wanted = iter(positions)
        position = next(wanted, None)
        start = 0
        for block in self._blocks:
            end = start + block.size
            if position is not None and position < end:
                cases = block.cases()
                while position is not None and position < end:
                    yield position, self._changed.get(position) or cases[position - start]
                    position = next(wanted, None)
            start = end

    def _made_distinct(self, cases: list[TestCase]) -> list[TestCase]:
        if len(cases) == 1:
            return cases
        differing = [each for each in _QUALIFIERS if len({getattr(case, each) for case in cases}) > 1]
        # The first that tells all of them apart; otherwise all that differ.
        enough = next(
            (each for each in differing if len({getattr(case, each) for case in cases}) == len(cases)), None
        )
        names = [enough] if enough else differing
        if not names:
            return self._qualified(cases, lambda _case: "")
        return self._qualified(cases, lambda case: f" [{', '.join(getattr(case, each) for each in names)}]")

    def _qualified(self, cases: list[TestCase], suffix: Callable[[TestCase], str]) -> list[TestCase]:
        return [msgspec.structs.replace(case, id=self._free(case.id, suffix(case))) for case in cases]

    @cached_property
    def _taken(self) -> set[int]:
        return set(self._hashes)

    def _free(self, case_id: str, suffix: str) -> str:
        """An id that no other case of the file has."""
        base = f"{case_id}{suffix}"
        number = self._numbers.get(base, 1)
        wanted = cut_name(base if suffix else f"{base} #1") if number == 1 else ""
        while not wanted or hash(wanted) in self._taken or wanted in self._given:
            number += 1
            wanted = cut_name(f"{base} #{number}")
        self._numbers[base] = number
        self._given.add(wanted)
        return wanted


def _values_met_twice(hashes: array[int]) -> set[int]:
    """Values that stand more than once in an array; a set of all of them would cost eight times as much."""
    parts = [array("q") for _ in range(len(hashes) // _PART + 1)]
    if len(parts) == 1:
        parts = [hashes]
    else:
        adders = [part.append for part in parts]
        for each in hashes:
            adders[each % len(adders)](each)
    twice: set[int] = set()
    for values in parts:
        if len(set(values)) < len(values):
            met: set[int] = set()
            twice.update(each for each in values if each in met or met.add(each))  # type: ignore[func-returns-value]
    return twice


def _by_identity(cases: list[TestCase]) -> list[list[TestCase]]:
    groups: dict[tuple[str, ...], list[TestCase]] = {}
    for case in cases:
        # What has no name can't be known again: each record is a test.
        number = str(len(groups)) if case.name == UNNAMED else ""
        key = (case.file, case.suite, case.host, case.classname, case.name, number)
        groups.setdefault(key, []).append(case)
    return list(groups.values())


def _as_single_tests(group: list[TestCase]) -> list[list[TestCase]]:
    """Each record for itself, but for those of a file that broke: jest-junit has several of one."""
    return [group] if any(case.status is CaseStatus.ERROR for case in group) else [[case] for case in group]
