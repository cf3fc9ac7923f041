"""A difference in words, for screen readers and for what stands above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.code.differing import RowKind
from aitr_desktop.translation import translate
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from aitr_desktop.code.differing import Difference, Row

MAX_SPOKEN = 300
"""Characters of a line that are read out."""


def changed_lines(difference: Difference) -> tuple[int, int]:
    """Lines that are only in the new text, and those that are only in the old one."""
    return sum(each.new_count for each in difference.hunks), sum(each.old_count for each in difference.hunks)


def summary_words(difference: Difference) -> str:
    """How much is another."""
    if not difference.hunks:
        return translate("SideBySide", "No line differs.")
    added, removed = changed_lines(difference)
    count = len(difference.hunks)
    changes = (
        translate("SideBySide", "1 change")
        if count == 1
        else translate("SideBySide", "{count} changes").format(count=f"{count:,}")
    )
    return f"{changes} · +{added:,} –{removed:,}"


def row_words(difference: Difference, row: Row) -> str:
    """A row as it is read out."""
    old = one_line(difference.old.line(row.old).text, MAX_SPOKEN) if row.old else ""
    new = one_line(difference.new.line(row.new).text, MAX_SPOKEN) if row.new else ""
    if row.kind is RowKind.EQUAL:
        return translate("SideBySide", "line {number}: {text}").format(number=f"{row.new:,}", text=new)
    if row.kind is RowKind.ADDED:
        return translate("SideBySide", "added, line {number}: {text}").format(number=f"{row.new:,}", text=new)
    if row.kind is RowKind.REMOVED:
        return translate("SideBySide", "removed, line {number}: {text}").format(
            number=f"{row.old:,}", text=old
        )
    if row.unseen:
        return translate("SideBySide", "changed, line {number}: {text}. {unseen}").format(
            number=f"{row.new:,}", text=new, unseen=row.unseen
        )
    return translate("SideBySide", "changed, line {number}: {text}; before: {before}").format(
        number=f"{row.new:,}", text=new, before=old
    )


def fold_words(count: int) -> str:
    """What stands where rows are folded away."""
    if count == 1:
        return translate("SideBySide", "1 line that is the same")
    return translate("SideBySide", "{count} lines that are the same").format(count=f"{count:,}")
