"""CSV of a report: its tables, or a line for each figure and finding, for programs and spreadsheets."""

from __future__ import annotations

import hashlib
import io
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tsr_agent.export.spreadsheet import guarded
from tsr_agent.export.whole_file import CONTENTS
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo
    from pathlib import Path
    from typing import BinaryIO

    from tsr_agent.export.progress import Watch
    from tsr_agent.export.subject import Subject
    from tsr_agent.sections.document.tables import Column, Document, Row, Table

    Value = str | int | float | None

FIGURES = "figures.csv"
_UNSAFE = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]{1,12})?")
FIGURE_COLUMNS = ("report", "section", "about", "name", "shown", "value", "unit", "n")
_MARK = b"\xef\xbb\xbf"


class CsvLines:
    """Writes lines of CSV as RFC 4180 has them: texts in quotes, numbers bare, lines ended by CR LF.

    Args:
        stream: A text stream that changes no line ends.
    """

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream

    def write(self, values: Sequence[Value]) -> None:
        """Writes a line; no text in it can be run as a formula."""
        self._stream.write(",".join(map(_field, values)) + "\r\n")


def _field(value: Value) -> str:
    if isinstance(value, str):
        # What was already made visible stays as it is; nothing else may come this far.
        return '"' + guarded(visible(value)).replace('"', '""') + '"'
    return "" if value is None else repr(value)


@contextmanager
def csv_lines(stream: BinaryIO, *, marked: bool) -> Iterator[CsvLines]:
    """CSV in UTF-8 into a stream, which stays open.

    Args:
        stream: Where it goes.
        marked: Whether a byte order mark comes first. Without it Excel takes the file for the encoding of the
            machine and shows other letters than are there.
    """
    if marked:
        stream.write(_MARK)
    wrapped = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=False)
    try:
        yield CsvLines(wrapped)
        wrapped.flush()
    finally:
        wrapped.detach()


def write_figures(
    subject: Subject, stream: BinaryIO, watch: Watch, zone: tzinfo | None = None, *, marked: bool = True
) -> None:
    """Writes one line for each figure and finding of a report; the same report gives the same bytes.

    Args:
        subject: What to write.
        stream: Where it goes.
        watch: Is told how many lines are written, and says when to end.
        zone: Whose local time times are written in; None for this machine's.
        marked: As for ``csv_lines``.

    Raises:
        CancelledError: Nobody wants it any more.
    """
    from tsr_agent.export.figures import figures

    report_id = subject.filed.report.id
    with csv_lines(stream, marked=marked) as lines:
        lines.write(FIGURE_COLUMNS)
        for number, each in enumerate(figures(subject, zone), 1):
            lines.write(
                (report_id, each.section, each.about, each.name, each.shown, each.value, each.unit, each.n)
            )
            watch.report(number, 0, "lines")


def write_tables(
    subject: Subject, folder: Path, watch: Watch, zone: tzinfo | None = None, *, all_tests: bool = False
) -> None:
    """Writes a CSV file for each table of a report, one with the figures, and a list of them.

    Args:
        subject: What to write.
        folder: Empty.
        watch: Is told how many rows are written, and says when to end.
        zone: Whose local time times are written in; None for this machine's.
        all_tests: Also every test.

    Raises:
        CancelledError: Nobody wants it any more.
    """
    from tsr_agent.sections.document.report import report_document

    document = report_document(subject.filed, zone, appendix=all_tests)
    listed: list[tuple[Value, ...]] = []
    done, total = 0, document.size
    for (section, table), name in zip(document.tables(), _names(document), strict=True):
        with _file(folder / name) as stream, csv_lines(stream, marked=True) as lines:
            lines.write((*(_title(each) for each in table.columns), "Notes"))
            for row in table.rows():
                lines.write(_line(table, row))
                done += 1
                watch.report(done, total, "rows")
        listed.append((name, section.title, table.caption, table.size, table.remark))
    with _file(folder / FIGURES) as stream:
        write_figures(subject, stream, _Quiet(watch, done, total), zone)
    listed.append((FIGURES, "", "Every figure by itself, with the number behind it", None, ""))
    with _file(folder / CONTENTS) as stream, csv_lines(stream, marked=True) as lines:
        lines.write(("file", "section", "table", "rows", "remark", "sha256", "report", "report_sha256"))
        for each in listed:
            digest = _digest(folder / str(each[0]))
            lines.write((*each, digest, subject.filed.report.id, subject.filed.digest))


def _names(document: Document) -> Iterator[str]:
    """A file's name for each table, made of its lasting names; no two alike where case does not count."""
    taken = {FIGURES, CONTENTS}
    for section, table in document.tables():
        of_section = _UNSAFE.sub("-", section.key.lower()).strip("-")
        words = _UNSAFE.sub(" ", table.key.lower()).split()
        rest = [each for each in words if each not in of_section.split("-")]
        plain, number = "-".join((of_section, *rest)), 2
        name = f"{plain}.csv"
        while name in taken:
            name, number = f"{plain}-{number}.csv", number + 1
        taken.add(name)
        yield name


def _title(column: Column) -> str:
    return column.title or "Name"


def _line(table: Table, row: Row) -> tuple[Value, ...]:
    """The row as it is shown: digests in full, numbers as numbers, what stands below it in one field."""
    cells = zip(table.columns, row.cells, strict=True)
    shown = (_number(cell.text) if column.is_number else cell.whole or cell.text for column, cell in cells)
    return (*shown, "\n".join(note.text for note in row.notes))


def _number(shown: str) -> Value:
    """A number as ``wording`` writes it, without its separators; whatever else is shown as it is."""
    if not _NUMBER.fullmatch(shown):
        return shown
    plain = shown.replace(",", "")
    return float(plain) if "." in plain else int(plain)


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    with path.open("xb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _Quiet:
    """Keeps what a part says of itself from whoever watches the whole, but for the wish to end."""

    def __init__(self, watch: Watch, done: int, total: int) -> None:
        self._watch, self._done, self._total = watch, done, total

    def report(self, done: int, total: int, unit: str = "") -> None:
        """Says again how far the whole is."""
        self._watch.report(self._done, self._total, "rows")
