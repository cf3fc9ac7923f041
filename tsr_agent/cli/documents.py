"""Reading the documents that a command line names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.report import TestSummaryReport


_OUR_BEGINNING = b'{"schema_version":'
"""How every document of ours begins."""


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


def regular_file(path: str | Path, what: str) -> Path:
    """The path, once it is seen to be a file: opening a pipe would wait for ever.

    Raises:
        InputError: There is something else.
    """
    from pathlib import Path

    found = Path(path)
    if found.exists() and not found.is_file():
        raise InputError(f"{found}: not a file.", next_step=f"Name the {what} itself.")
    return found


def named_policy(named: str | Path) -> Policy:
    """The policy that a command line or a configuration names: a file, or ``builtin:NAME``.

    Raises:
        InputError: There is something else than a file.
        PolicyError: It is wrong.
    """
    from tsr_agent.gate.policies.builtin import built_in

    found = built_in(str(named))
    if found is not None:
        return found
    from tsr_agent.gate.policies.file import load_policy

    return load_policy(regular_file(named, "policy"))


def refuse_to_replace(path: Path) -> None:
    """Only a document of ours may be written over.

    Raises:
        UsageError: Something else stands there.
    """
    if not os.path.lexists(path):
        return
    ours = False
    if path.is_file() and not path.is_symlink():
        with path.open("rb") as file:
            ours = file.read(len(_OUR_BEGINNING)) in (_OUR_BEGINNING, b"")
    if not ours:
        raise UsageError(
            f"{path}: something else stands there, which is not written over.",
            kept="what stands there, unchanged; nothing was written.",
            next_step="Choose another --output, or remove it yourself.",
        )


def read_report(path: str) -> tuple[TestSummaryReport, bytes]:
    """A report and the bytes it was read from.

    Raises:
        InputError: It can't be read or is no valid report.
    """
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport

    document = read_bytes(path, "report")
    return codec.decode(document, TestSummaryReport, source=path), document
