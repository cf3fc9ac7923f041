"""Lines as they are copied: what the file has, as text, with the end of each line as one sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from aitr_desktop.code.line_selection import LineSelection
    from aitr_desktop.code.text_lines import TextLines

MAX_COPIED = 10 * 1024 * 1024
"""Bytes that are copied at once: beyond, clipboards and what is pasted into stop answering."""


@dataclass(frozen=True, slots=True)
class CopiedLines:
    """Text of lines."""

    text: str
    r"""Whole lines, each with ``\n`` at its end where the file has an end there."""
    count: int
    """Lines."""
    is_exact: bool
    """Whether all of it is UTF-8; else U+FFFD stands in place of what is not."""


def copied_lines(lines: TextLines, selection: LineSelection) -> CopiedLines:
    """The text of selected lines, nothing cut and nothing written out.

    Raises:
        InputError: It is more than is copied at once, or the file has no lines.
    """
    if not lines.count:
        raise InputError("The file is empty: there is nothing to copy.")
    bound = selection.within(lines.count)
    start, end = lines.span(bound.first, bound.last)
    if end - start > MAX_COPIED:
        raise InputError(
            f"{bound.size:,} lines of {(end - start) / 1024**2:,.0f} MB were not copied: "
            f"at most {MAX_COPIED // 1024**2} MB go into the clipboard.",
            next_step="Select fewer lines.",
        )
    raw = lines.content[start:end]
    try:
        text, is_exact = raw.decode("utf-8"), True
    except UnicodeDecodeError:
        text, is_exact = raw.decode("utf-8", "replace"), False
    return CopiedLines(text.replace("\r\n", "\n"), bound.size, is_exact)
