"""Requirements as CSV, with the columns of ``requirements.yaml``."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, BinaryIO, Protocol

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.requirements_table import FIELDS, RequirementTable, unknown_field
from tsr_agent.ingest.whole_file import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath


class _Rows(Protocol):
    """What ``csv.reader`` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


_BETWEEN_TESTS = re.compile(r"[;\n\r]+")


class RequirementsCsvReader:
    """Reads a table with the columns ``id``, ``text`` and ``tests``, in any order.

    Several tests in one cell are separated by semicolons or line ends; where a cell has neither, by
    blanks.
    """

    name = "requirements CSV"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes a table whose columns are ``id`` and ``tests``, and any CSV file named requirements."""
        if path.suffix.lower() != ".csv":
            return None
        first = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace")
        columns = {name.strip().strip('"').lower() for name in first.split(",")}
        if {"id", "tests"} <= columns <= set(FIELDS):
            return "CSV with the columns id and tests"
        return "named requirements" if path.stem.lower() == "requirements" else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads all requirements.

        Raises:
            InputError: Not UTF-8, not CSV, an unknown column, or a row that does not fit; with its line.
        """
        document = read_whole(stream, path, self._limits, "csv_bytes")
        try:
            text = document.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 at byte {error.start:,}.") from error
        if "\0" in text:
            raise InputError(f"{path}: holds a NUL character; it is not CSV.")
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        table = RequirementTable(path, self._limits)
        try:
            columns = _columns(next(rows, []), path)
            _read_rows(rows, columns, table, path)
        except csv.Error as error:
            raise InputError(f"{path}: line {rows.line_num}: not CSV: {error}.") from error
        remarks = () if table.entries else ("The file lists no requirements.",)
        return Parts(requirements=table.entries, remarks=remarks)


def _columns(header: list[str], path: str) -> list[str]:
    columns = [name.strip().lower() for name in header]
    for name in columns:
        if name not in FIELDS:
            raise InputError(
                f"{path}: line 1: {unknown_field(name).rstrip('.')}",
                next_step=f"The first line names the columns, separated by commas: {','.join(FIELDS)}",
            )
        if columns.count(name) > 1:
            raise InputError(f"{path}: line 1: the column {name!r} stands twice.")
    if "id" not in columns:
        raise InputError(f"{path}: line 1: there is no column 'id'.")
    return columns


def _read_rows(rows: _Rows, columns: list[str], table: RequirementTable, path: str) -> None:
    for row in rows:
        if not row or not any(cell.strip() for cell in row):
            continue
        place = f"line {rows.line_num}"
        if len(row) != len(columns):
            raise InputError(f"{path}: {place}: {len(row)} cells where the header has {len(columns)}.")
        cells = dict(zip(columns, row, strict=True))
        table.add(place, cells["id"], cells.get("text", ""), _tests(cells.get("tests", "")))


def _tests(cell: str) -> list[str]:
    return _BETWEEN_TESTS.split(cell) if _BETWEEN_TESTS.search(cell.strip()) else cell.split()
