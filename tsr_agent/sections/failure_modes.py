"""The registry of failure modes: one row a mode, with what every iteration says of it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.evals import ResolutionStatus, Severity
from tsr_agent.sections.evals import STATUS_WORDS, fix_text, mode_mark
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tsr_agent.models.evals import EvalIterationSummary, FailureMode
    from tsr_agent.models.report import TestSummaryReport

_ORDER = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)
_FIXED = ResolutionStatus.FIXED

Listing = tuple[int, "FailureMode"]
"""Number of an iteration and the mode as that one lists it."""


class RegistryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One failure mode over all iterations."""

    status: Mark
    """As the latest iteration that lists it says."""
    id: str
    name: str
    severity: str
    """The worst that any iteration names."""
    category: str
    history: str
    """``found V1, open V2, fixed V3``."""
    description: str
    fixes: tuple[str, ...]
    """What was changed about it, with the iteration that says so."""
    contradictions: tuple[str, ...]
    """What iterations say differently of it, a sentence each."""
    is_unresolved: bool
    """Any iteration lists it as other than fixed: that is how a rule over all iterations counts."""
    target: Target
    iterations: tuple[Target, ...]
    """Those that list it, oldest first."""


def failure_mode_registry(report: TestSummaryReport) -> tuple[RegistryRow, ...]:
    """All failure modes by id, unresolved and critical first."""
    ordered = sorted(report.eval_iterations, key=lambda each: each.iteration)
    listed: dict[str, list[Listing]] = {}
    fixes: dict[str, list[str]] = {}
    for iteration in ordered:
        for mode in iteration.failure_modes:
            listed.setdefault(mode.id, []).append((iteration.iteration, mode))
        for name, said in _fixes(iteration):
            fixes.setdefault(name, []).append(said)
    rows = [_row(listings, fixes.get(name, ())) for name, listings in listed.items()]
    severities = [each.value for each in _ORDER]
    return tuple(
        sorted(rows, key=lambda row: (row.status.tone is Tone.GO, severities.index(row.severity), row.id))
    )


def registry_summary(rows: Sequence[RegistryRow]) -> str:
    """``2 failure modes, 1 unresolved, 1 told differently``."""
    left, disputed = sum(row.is_unresolved for row in rows), sum(bool(row.contradictions) for row in rows)
    parts = [counted(len(rows), "failure mode")]
    parts += [f"{left:,} unresolved in some iteration"] if left else []
    parts += [f"{disputed:,} told differently by iterations"] if disputed else []
    return ", ".join(parts)


def _fixes(iteration: EvalIterationSummary) -> Iterable[tuple[str, str]]:
    for record in iteration.fixes_applied:
        name = record.get("failure_mode")
        if isinstance(name, str):
            yield name, f"V{iteration.iteration:,}: {fix_text(record)}"


def _row(listings: list[Listing], fixes: Sequence[str]) -> RegistryRow:
    modes = [mode for _, mode in listings]
    latest = modes[-1]
    worst = min((mode.severity for mode in modes), key=_ORDER.index)
    return RegistryRow(
        status=mode_mark(latest.resolution_status, worst),
        id=one_line(latest.id),
        name=one_line(latest.name),
        severity=worst.value,
        category=latest.category.value,
        history=_history(listings),
        description=visible(latest.description),
        fixes=tuple(fixes),
        contradictions=tuple(_contradictions(listings)),
        is_unresolved=any(mode.resolution_status is not _FIXED for mode in modes),
        target=Target(Kind.FAILURE_MODE, latest.id),
        iterations=tuple(dict.fromkeys(Target(Kind.ITERATION, str(number)) for number, _ in listings)),
    )


def _history(listings: list[Listing]) -> str:
    found = listings[0][1].discovered_in_iteration
    parts = [f"found V{found:,}"]
    for status, group in groupby(listings, key=lambda each: each[1].resolution_status):
        numbers = [number for number, _ in group]
        # That it is open where it was found goes without saying.
        if status is ResolutionStatus.OPEN and numbers == [found] and len(listings) > 1:
            continue
        first, last = numbers[0], numbers[-1]
        when = f"V{first:,}" if first == last else f"V{first:,} to V{last:,}"
        parts.append(f"{STATUS_WORDS[status]} {when}")
    return ", ".join(parts)


def _contradictions(listings: list[Listing]) -> Iterable[str]:
    yield from _two_in_one(listings)
    for label, read in (
        ("severity", lambda mode: mode.severity.value),
        ("category", lambda mode: mode.category.value),
        ("name", lambda mode: one_line(mode.name, 100)),
        ("discovery", lambda mode: f"V{mode.discovered_in_iteration:,}"),
    ):
        said: dict[str, int] = {}
        for number, mode in listings:
            said.setdefault(read(mode), number)
        if len(said) > 1:
            told = ", ".join(f"{value} in V{number:,}" for value, number in said.items())
            yield f"Its {label} is told differently: {told}."
    yield from _orders(listings)


def _two_in_one(listings: list[Listing]) -> Iterable[str]:
    for number, group in groupby(listings, key=lambda each: each[0]):
        modes = [mode for _, mode in group]
        if len(modes) > 1:
            states = ", ".join(dict.fromkeys(STATUS_WORDS[each.resolution_status] for each in modes))
            yield f"V{number:,} lists it {len(modes):,} times: {states}."


def _orders(listings: list[Listing]) -> Iterable[str]:
    """Listings that can't all be true in the order of their iterations."""
    fixed_in: int | None = None
    for number, mode in listings:
        if mode.discovered_in_iteration > number:
            yield f"V{number:,} lists it before V{mode.discovered_in_iteration:,}, where it was found."
        if mode.resolution_status is not _FIXED:
            if fixed_in is not None:
                state = STATUS_WORDS[mode.resolution_status]
                yield f"V{fixed_in:,} says it is fixed, and V{number:,} says {state}."
                fixed_in = None
            if mode.resolved_in_iteration is not None:
                yield f"V{number:,} says it is unresolved, and resolved in V{mode.resolved_in_iteration:,}."
            continue
        fixed_in = number
        resolved = mode.resolved_in_iteration
        if resolved is not None and resolved > number:
            yield f"V{number:,} says it was fixed in V{resolved:,}, which came later."
        still = [at for at, each in listings if each.resolution_status is not _FIXED]
        if resolved is not None and any(resolved <= at < number for at in still):
            yield f"V{number:,} says it was fixed in V{resolved:,}, and V{max(still):,} still lists it."
