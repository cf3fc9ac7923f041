"""Reading the documents that a command line names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport


def read_bytes(path: str, what: str) -> bytes:
    """All bytes of a regular file.

    Raises:
        InputError: There is none, it is no regular file, too large, or can't be read.
    """
    from tsr_agent.models.codec import MAX_DOCUMENT_BYTES

    # Not through pathlib: on Python 3.11 that alone is a tenth of what a gate takes to start.
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        raise InputError(f"{path}: not a file.", next_step=f"Name the {what} itself.")
    try:
        with open(path, "rb") as stream:  # noqa: PTH123
            document = stream.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{path}: can't be read: {(error.strerror or str(error)).lower()}.",
            next_step=f"Check the path of the {what}.",
        ) from error
    if len(document) > MAX_DOCUMENT_BYTES:
        raise InputError(f"{path}: larger than the {MAX_DOCUMENT_BYTES:,} bytes that a {what} may have.")
    return document


def read_report(path: str) -> tuple[TestSummaryReport, bytes]:
    """A report and the bytes it was read from.

    Raises:
        InputError: It can't be read or is no valid report.
    """
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport

    document = read_bytes(path, "report")
    return codec.decode(document, TestSummaryReport, source=path), document
