"""Reading the documents that a command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.models.report import TestSummaryReport


def read_bytes(path: Path, what: str) -> bytes:
    """All bytes of a regular file.

    Raises:
        InputError: There is none, it is no regular file, too large, or can't be read.
    """
    from tsr_agent.models.codec import MAX_DOCUMENT_BYTES

    if path.exists() and not path.is_file():
        raise InputError(f"{path}: not a file.", next_step=f"Name the {what} itself.")
    try:
        with path.open("rb") as stream:
            document = stream.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{path}: can't be read: {(error.strerror or str(error)).lower()}.",
            next_step=f"Check the path of the {what}.",
        ) from error
    if len(document) > MAX_DOCUMENT_BYTES:
        raise InputError(f"{path}: larger than the {MAX_DOCUMENT_BYTES:,} bytes that a {what} may have.")
    return document


def read_report(path: Path) -> tuple[TestSummaryReport, bytes]:
    """A report and the bytes it was read from.

    Raises:
        InputError: It can't be read or is no valid report.
    """
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport

    document = read_bytes(path, "report")
    return codec.decode(document, TestSummaryReport, source=str(path)), document
