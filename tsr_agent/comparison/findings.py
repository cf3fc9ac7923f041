"""Findings of static analysis in two reports: which are new, which are gone, which scanner no longer ran."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tsr_agent.models.base import Count, Record, ShortText
from tsr_agent.models.findings import Finding, FindingLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.findings import StaticAnalysis

_LEVELS = {level.value: place for place, level in enumerate(FindingLevel)}
_Key = tuple[str, str, str, str, str]


class FindingChange(Record, frozen=True, kw_only=True):
    """Findings that are alike but for their lines."""

    tool: ShortText
    finding: Finding
    """One of them."""
    count: Count
    """How many more, or fewer, of them there are."""


class FindingChanges(Record, frozen=True, kw_only=True):
    """What became of the findings; the worst level first."""

    new: tuple[FindingChange, ...] = ()
    gone: tuple[FindingChange, ...] = ()
    """Of a tool that no longer ran they are gone, too, and nobody knows whether they are mended."""
    no_longer_ran: tuple[ShortText, ...] = ()
    """Tools of which every scan ran, and now none or not every one does."""
    newly_ran: tuple[ShortText, ...] = ()


def finding_changes(old: Iterable[StaticAnalysis], new: Iterable[StaticAnalysis]) -> FindingChanges:
    """Findings that only one report has, known by tool, rule, level, file and message: lines move."""
    before, after = tuple(old), tuple(new)
    counts_old, one_old = _counted(before)
    counts_new, one_new = _counted(after)
    ran_before, ran_after = _ran(before), _ran(after)
    return FindingChanges(
        new=_changes(counts_new - counts_old, one_new),
        gone=_changes(counts_old - counts_new, one_old),
        no_longer_ran=tuple(sorted(ran_before - ran_after)),
        newly_ran=tuple(sorted(ran_after - ran_before)),
    )


def same_findings(old: Iterable[StaticAnalysis], new: Iterable[StaticAnalysis]) -> list[FindingChange]:
    """Findings that both reports have, each once with their number."""
    counts_old, _ = _counted(old)
    counts_new, one_new = _counted(new)
    return list(_changes(counts_old & counts_new, one_new))


def _counted(scans: Iterable[StaticAnalysis]) -> tuple[Counter[_Key], dict[_Key, Finding]]:
    counts: Counter[_Key] = Counter()
    one: dict[_Key, Finding] = {}
    for scan in scans:
        for each in scan.findings:
            key = (scan.tool, each.level.value, each.rule_id, each.file, each.message)
            counts[key] += 1
            known = one.get(key)
            if known is None or (each.line or 0) < (known.line or 0):
                one[key] = each
    return counts, one


def _changes(counts: Counter[_Key], one: dict[_Key, Finding]) -> tuple[FindingChange, ...]:
    ordered = sorted(counts, key=lambda key: (_LEVELS[key[1]], key))
    return tuple(FindingChange(tool=key[0], finding=one[key], count=counts[key]) for key in ordered)


def _ran(scans: Iterable[StaticAnalysis]) -> set[str]:
    """Tools all of whose scans ran."""
    kept = tuple(scans)
    return {each.tool for each in kept} - {each.tool for each in kept if not each.executed}
