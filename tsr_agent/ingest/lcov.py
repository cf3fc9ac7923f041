"""lcov tracefiles, as geninfo, coverage.py, istanbul, vitest, llvm-cov and others write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.ingest.coverage_tally import OF_A_FILE, sum_counts
from tsr_agent.ingest.coverage_totals import lower_rate
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.ingest.reader import Parts
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts, FileCoverage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePath

FILE_NAME = "lcov.info"
_BOM = b"\xef\xbb\xbf"
_KEY = re.compile(rb"[A-Z]{2,10}\Z")
_SOURCE = re.compile(rb"^SF:", re.MULTILINE)
_MAX_NUMBER = 2**53
_MAX_TOTAL = 1_000_000_000
"""Of one record, so that the sum of all stays a number that a report holds."""
_TOTALS = (b"LF", b"LH", b"BRF", b"BRH")
_FIRST = (b"TN:", b"SF:", b"#")


@dataclass
class _Record:
    """What stands between ``SF:`` and ``end_of_record``."""

    source: str
    lines: dict[int, bool] = field(default_factory=dict)
    branches: dict[tuple[int, bytes], bool] = field(default_factory=dict)
    totals: dict[bytes, int] = field(default_factory=dict)


@dataclass
class _Source:
    """One source file: all its records together."""

    lines: dict[int, bool] = field(default_factory=dict)
    branches: dict[int, tuple[int, int]] = field(default_factory=dict)
    unborne: dict[str, list[CoverageCounts]] = field(default_factory=lambda: {"lines": [], "branches": []})
    """By measure, totals that the elements of their record do not bear out."""

    def add(self, record: _Record) -> None:
        """Adds one record; what ran for one test counts, branches by the best record of each line."""
        for number, hit in record.lines.items():
            self.lines[number] = self.lines.get(number, False) or hit
        branches: dict[int, tuple[int, int]] = {}
        for (number, _), taken in record.branches.items():
            covered, total = branches.get(number, (0, 0))
            branches[number] = (covered + taken, total + 1)
        for number, (covered, total) in branches.items():
            earlier = self.branches.get(number, (0, 0))
            self.branches[number] = (max(earlier[0], covered), max(earlier[1], total))

    def counts(self, measure: str) -> CoverageCounts:
        """What the elements add up to."""
        if measure == "lines":
            return CoverageCounts(covered=sum(self.lines.values()), total=len(self.lines))
        return CoverageCounts(
            covered=sum(covered for covered, _ in self.branches.values()),
            total=sum(total for _, total in self.branches.values()),
        )

    def coverage(self, path: str) -> FileCoverage:
        """The file with the lower rate of its elements and of totals that contradict them."""
        return FileCoverage(
            path=path,
            line=lower_rate((self.counts("lines"), *self.unborne["lines"])),
            branch=lower_rate((self.counts("branches"), *self.unborne["branches"])),
            missing_lines=tuple(sorted(number for number, hit in self.lines.items() if not hit)),
        )


class LcovReader:
    """Reads line and branch counts of each record, and holds its totals against them."""

    name = "lcov"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes text that begins with a test name or a source file.

        Takes any ``lcov.info`` and ``*.lcov`` too, so that a damaged one is unreadable and not overlooked.
        """
        text = head.removeprefix(_BOM).lstrip()
        if text.startswith(_FIRST) and _SOURCE.search(text):
            return "begins with lcov's TN or SF"
        own_name = path.name.lower() == FILE_NAME or path.suffix.lower() == ".lcov"
        return f"named {path.name[-80:]!r}" if own_name else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the file line by line.

        Raises:
            InputError: A line that is none of lcov's, a number that is none, more covered than there is,
                cut off within a record, or neither lines nor branches in it.
        """
        parse = _Parse(path, self._limits)
        parse.run(stream)
        return parse.parts()


class _Parse:
    """One pass over one file."""

    def __init__(self, path: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._number = 0
        self._size = 0
        self._open: _Record | None = None
        self._sources: dict[str, _Source] = {}
        self._takes: dict[bytes, Callable[[_Record, bytes], None]] = {
            b"DA": self._line,
            b"BRDA": self._branch,
        }

    def run(self, stream: BinaryIO) -> None:
        """Reads the whole stream."""
        longest, most = self._limits.lcov_line_bytes, self._limits.lcov_rows
        while row := stream.readline(longest + 1):
            self._number += 1
            if self._number > most:
                raise self._beyond("lcov_rows")
            if len(row) > longest:
                raise self._beyond("lcov_line_bytes")
            if row[:3] != b"DA:" or not self._plain_line(row):
                self._row((row.removeprefix(_BOM) if self._number == 1 else row).strip())
        if self._open is not None:
            raise self._fault("cut off: the last record has no end_of_record")

    def _plain_line(self, row: bytes) -> bool:
        """Takes a line such as ``DA:12,3``, as most are; False for one that needs a closer look."""
        number, _, hits = row[3:].rstrip().partition(b",")
        record = self._open
        if record is None or not (number.isdigit() and hits.isdigit()) or len(row) > 24:
            return False
        line = int(number)
        lines = record.lines
        if line not in lines:
            self._grow(1)
            lines[line] = hits.strip(b"0") != b""
        elif not lines[line]:
            lines[line] = hits.strip(b"0") != b""
        return True

    def parts(self) -> Parts:
        """What the file said."""
        files = tuple(self._sources[path].coverage(path) for path in sorted(self._sources))
        line, branch = sum_counts(each.line for each in files), sum_counts(each.branch for each in files)
        if not line.total and not branch.total:
            raise InputError(f"{self._path}: it counts neither lines nor branches: nothing was measured.")
        coverage = CodeCoverage(
            path=self._path,
            tool="lcov",
            line=line if line.total else None,
            branch=branch if branch.total else None,
            files=files,
        )
        remarks = (self._remark(measure) for measure in ("lines", "branches"))
        return Parts(code_coverage=(coverage,), remarks=tuple(each for each in remarks if each))

    def _remark(self, measure: str) -> str | None:
        found = [
            (path, self._sources[path].unborne[measure][0])
            for path in sorted(self._sources)
            if self._sources[path].unborne[measure]
        ]
        if not found:
            return None
        path, totals = found[0]
        counted = self._sources[path].counts(measure)
        return (
            f"The totals of {len(found):,} source files are not what their {measure} add up to, first "
            f"{path[:200]}: {totals.covered:,} of {totals.total:,} in the totals, {counted.covered:,} of "
            f"{counted.total:,} counted; the lower rate counts, or the only one there is."
        )

    def _row(self, row: bytes) -> None:
        if not row or row.startswith(b"#"):
            return
        if row == b"end_of_record":
            self._close(self._record())
            return
        key, colon, value = row.partition(b":")
        if not colon or not _KEY.match(key):
            raise self._fault(f"{_shown(row)} is no line of an lcov tracefile")
        if key == b"SF":
            self._begin(value)
        elif key in self._takes:
            self._takes[key](self._record(), value)
        elif key in _TOTALS:
            self._record().totals[key] = self._count(value, key.decode(), _MAX_TOTAL)

    def _begin(self, value: bytes) -> None:
        if self._open is not None:
            raise self._fault("a source file begins before the record of the one before it ends")
        self._grow(OF_A_FILE)
        self._open = _Record(cut_name(clean(value.decode("utf-8", "backslashreplace")), 4_096))

    def _record(self) -> _Record:
        if self._open is None:
            raise self._fault("it stands in no record; SF comes first")
        return self._open

    def _line(self, record: _Record, value: bytes) -> None:
        number, comma, rest = value.partition(b",")
        if not comma:
            raise self._fault(f"DA is {_shown(value)}, not like '12,3'")
        line, hits = self._count(number, "DA's line"), self._count(rest.partition(b",")[0], "DA's count")
        self._grow(line not in record.lines)
        record.lines[line] = record.lines.get(line, False) or hits > 0

    def _branch(self, record: _Record, value: bytes) -> None:
        # coverage.py names branches in words, so only the first and the last part are lcov's numbers.
        number, _, rest = value.partition(b",")
        identity, comma, taken = rest.rpartition(b",")
        if not comma:
            raise self._fault(f"BRDA is {_shown(value)}, not like '12,0,1,3'")
        ran = taken != b"-" and self._count(taken, "BRDA's count") > 0
        key = (self._count(number, "BRDA's line"), identity)
        self._grow(key not in record.branches)
        record.branches[key] = record.branches.get(key, False) or ran

    def _grow(self, by: int) -> None:
        self._size += by
        if self._size > self._limits.coverage_lines:
            raise self._beyond("coverage_lines")

    def _close(self, record: _Record) -> None:
        self._open = None
        own = _Source()
        own.add(record)
        source = self._sources.setdefault(record.source, _Source())
        source.add(record)
        for measure, found, hit in (("lines", b"LF", b"LH"), ("branches", b"BRF", b"BRH")):
            if found not in record.totals or hit not in record.totals:
                continue
            totals = CoverageCounts(covered=record.totals[hit], total=record.totals[found])
            if totals.covered > totals.total:
                raise self._fault(f"{hit.decode()} {totals.covered:,} of {found.decode()} {totals.total:,}")
            if totals != own.counts(measure):
                source.unborne[measure].append(totals)

    def _count(self, written: bytes, what: str, most: int = _MAX_NUMBER) -> int:
        digits = written.strip()
        if not digits.isdigit() or len(digits) > 16 or int(digits) > most:
            raise self._fault(f"{what} is {_shown(written)}, not a count")
        return int(digits)

    def _beyond(self, limit: str) -> InputError:
        return beyond(self._limits, limit, self._path, f"line {self._number:,}")

    def _fault(self, what: str) -> InputError:
        return InputError(f"{self._path}: line {self._number:,}: {what}.")


def _shown(written: bytes) -> str:
    return repr(written[:60].decode("utf-8", "replace"))
