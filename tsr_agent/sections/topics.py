"""A whole comparison topic by topic: everything that changed, each kind in its place, for a screen or a page.

A terminal tells what is behind which rule; these tables are for looking things up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.comparison.rules import BAD_LISTS, GOOD_LISTS
from tsr_agent.sections.changed_tests import all_tests, unlisted_rows
from tsr_agent.sections.changes import (
    BETTER,
    DOUBTFUL,
    OTHER,
    WORSE,
    ChangeGroup,
    ChangeRow,
    Rows,
    together,
)
from tsr_agent.sections.eval_changes import failure_mode_row, iteration_rows, metric_row
from tsr_agent.sections.evidence_changes import (
    coverage_row,
    field_row,
    finding_row,
    input_row,
    requirement_row,
    run_row,
    scan_rows,
)
from tsr_agent.sections.judging_changes import approval_groups, exception_groups, policy_groups
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted, short_sha

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import tzinfo

    from tsr_agent.comparison.report import Comparison, EvidenceChanges
    from tsr_agent.sections.marks import Mark


TITLES = {
    "tests": "Tests",
    "metrics": "Metrics",
    "failure_modes": "Failure modes",
    "requirements": "Requirements",
    "coverage": "Code coverage",
    "findings": "Findings",
    "policy": "Policy",
    "exceptions": "Waivers and quarantine",
    "manifest": "Manifest and inputs",
    "approvals": "Approvals",
}
"""By key, in the order in which the topics stand."""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a comparison."""

    key: str
    """Lasting name."""
    title: str
    summary: str
    """How much changed, in a few words; empty where nothing did."""
    groups: tuple[ChangeGroup, ...]
    """The heaviest first. A group without a title is the whole topic."""
    nothing: str = ""
    """What is said where nothing of it changed."""


def topics(found: Comparison, zone: tzinfo | None = None) -> tuple[Topic, ...]:
    """Every topic but the rules, whether anything of it changed or not.

    Lines of what there may be very many of are made when somebody looks at them.

    Args:
        found: The comparison.
        zone: Where the viewer is; None for the zone of this machine.
    """
    changes, same = found.changes, found.changes.unchanged
    tests = [each for name in (*BAD_LISTS, *GOOD_LISTS, "slower") for each in _tests(changes, name)]
    policy = f"The same policy: {_policy(found)}."
    return (
        _topic("tests", tests, _alike(changes.tests.unchanged, "test")),
        _topic("metrics", _metrics(changes), _alike(same.metrics, "metric")),
        _topic(
            "failure_modes",
            _list(changes.failure_modes, failure_mode_row),
            _alike(same.failure_modes, "failure mode"),
        ),
        _topic(
            "requirements",
            _list(changes.requirements, requirement_row),
            _alike(same.requirements, "requirement"),
        ),
        _topic("coverage", _coverage(changes), _alike(same.source_files, "source file")),
        _topic("findings", _findings(changes), _alike(same.findings, "finding")),
        _topic("policy", policy_groups(found), policy),
        _topic(
            "exceptions",
            exception_groups(found),
            _alike(found.exceptions.unchanged, "exception"),
        ),
        _topic("manifest", _manifest(changes), "The same in both."),
        _topic(
            "approvals",
            approval_groups(found, zone, all_of_them=True),
            "What people said was not looked at for this comparison.",
        ),
    )


def _alike(number: int, noun: str) -> str:
    return f"The same in both: {counted(number, noun)}." if number else "Neither report has any."


def _policy(found: Comparison) -> str:
    policy = found.new.policy
    return f"{one_line(f'{policy.name} {policy.version}', 200)} ({short_sha(policy.digest)})"


def _topic(key: str, groups: Iterable[ChangeGroup], nothing: str) -> Topic:
    found, title = tuple(groups), TITLES[key]
    told = [each.title or f"{len(each.rows):,} changed" for each in found if each.title != title]
    return Topic(
        key=key, title=title, summary=" · ".join(told), groups=found, nothing="" if found else nothing
    )


def _tests(changes: EvidenceChanges, name: str) -> tuple[ChangeGroup, ...]:
    found = all_tests(name, getattr(changes.tests, name))
    if name != BAD_LISTS[-1]:
        return found
    unlisted = tuple(unlisted_rows(changes.tests.unlisted))
    return (*found, *_group(DOUBTFUL, "Tests that are not listed", unlisted))


def _group(mark: Mark | None, title: str, rows: Sequence[ChangeRow]) -> tuple[ChangeGroup, ...]:
    return (ChangeGroup(mark=mark or together(rows), title=title, rows=rows),) if rows else ()


def _list(items: Sequence[Any], make: Callable[[Any], ChangeRow]) -> tuple[ChangeGroup, ...]:
    return _group(None, "", Rows(items, make))


def _metrics(changes: EvidenceChanges) -> tuple[ChangeGroup, ...]:
    ordered = sorted(
        changes.metrics, key=lambda each: (each.is_worse is not True, each.is_worse is not None, each.metric)
    )
    history = tuple(iteration_rows(changes.iterations))
    return (*_group(None, "", Rows(ordered, metric_row)), *_group(None, "Eval history", history))


def _coverage(changes: EvidenceChanges) -> tuple[ChangeGroup, ...]:
    files = changes.coverage.files
    title = f"Code coverage of {counted(len(files), 'source file')}"
    return (
        *_list(changes.coverage.measures, coverage_row),
        *_group(None, title, Rows(files, coverage_row)),
    )


def _findings(changes: EvidenceChanges) -> tuple[ChangeGroup, ...]:
    found = changes.findings
    gone = counted(len(found.gone), "finding") + " gone"
    return (
        *_group(WORSE, "Scans that no longer ran", tuple(scan_rows(found.no_longer_ran))),
        *_group(
            WORSE,
            counted(len(found.new), "new finding"),
            Rows(found.new, lambda each: finding_row(each, WORSE)),
        ),
        *_group(BETTER, gone, Rows(found.gone, lambda each: finding_row(each, BETTER))),
        *_names(OTHER, "Scans that did not run before", found.newly_ran),
    )


def _manifest(changes: EvidenceChanges) -> tuple[ChangeGroup, ...]:
    inputs = changes.inputs
    return (
        *_list(changes.fields, field_row),
        *_group(DOUBTFUL, "Test commands", Rows(changes.runs, run_row)),
        *_names(DOUBTFUL, "Nothing was read any more by", inputs.readers_gone),
        *_group(WORSE, "Files that can't be used", Rows(inputs.unused, input_row)),
        *_names(DOUBTFUL, "Files that are no longer there", inputs.gone),
        *_group(BETTER, "Files that are read again", Rows(inputs.usable, input_row)),
        *_names(OTHER, "Read for the first time by", inputs.readers_new),
        *_names(OTHER, "Files that were not there", inputs.new),
    )


def _names(mark: Mark, title: str, names: Sequence[str]) -> tuple[ChangeGroup, ...]:
    return _group(mark, title, Rows(names, lambda each: ChangeRow(mark=OTHER, text=one_line(each, 300))))
