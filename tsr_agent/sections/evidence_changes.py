"""Requirements, coverage, findings, inputs and the header of two reports as lines to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.comparison.requirements import RequirementNews
from tsr_agent.models.report import InputStatus
from tsr_agent.sections.changed_tests import type_name
from tsr_agent.sections.changes import (
    BETTER,
    DOUBTFUL,
    OTHER,
    SAME,
    WORSE,
    ChangeRow,
    SideCell,
)
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, count, share, short_sha, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tsr_agent.comparison.coverage import CoverageChange
    from tsr_agent.comparison.findings import FindingChange
    from tsr_agent.comparison.requirements import RequirementChange
    from tsr_agent.comparison.versions import FieldChange, InputChange, RunChange
    from tsr_agent.models.coverage import CoverageCounts, CoverageMeasure
    from tsr_agent.models.findings import Finding
    from tsr_agent.models.report import InputFile
    from tsr_agent.models.requirements import RequirementCoverage, VerificationStatus
    from tsr_agent.sections.marks import Mark

_FIELDS = {
    "environment": "Environment",
    "triggered_by": "Triggered by",
    "versions.codebase_sha": "Code",
    "versions.codebase_branch": "Branch",
    "versions.codebase_repo": "Repository",
    "versions.testbase_sha": "Tests",
    "versions.prompts_sha": "Prompts",
    "versions.prompts_version": "Prompt version",
    "versions.checked_out_sha": "Checked out",
    "versions.dirty": "Uncommitted changes",
    "versions.dirty_digest": "Digest of the uncommitted changes",
    "versions.shallow": "Shallow clone",
    "build.system": "Built by",
    "build.event": "Event",
    "build.tag": "Tag",
    "manual_approval_required": "Report asks for a person's approval",
    "policy": "Policy when it was made",
    "policy.digest": "Policy file when it was made",
    "baseline": "Baseline when it was made",
    "waivers": "Waivers when it was made",
}
_OVERVIEW = Target(Kind.SECTION, "overview")
_VERSIONS = Target(Kind.SECTION, "versions")


def requirement_row(change: RequirementChange) -> ChangeRow:
    """A requirement, what became of it, and which tests did that."""
    mark, news = {
        RequirementNews.NO_LONGER_VERIFIED: (WORSE, "is no longer verified"),
        RequirementNews.GONE: (DOUBTFUL, "is no longer listed"),
        RequirementNews.NEW_AND_NOT_VERIFIED: (WORSE, "is new and not verified"),
        RequirementNews.CHANGED: (OTHER, "is still not verified"),
        RequirementNews.NEW_AND_VERIFIED: (OTHER, "is new and verified"),
        RequirementNews.NEWLY_VERIFIED: (BETTER, "is verified now"),
    }[change.news]
    text = f": {one_line(change.text, 200)}" if change.text else ""
    details = []
    if change.broken_by:
        more = change.broken_count - len(change.broken_by)
        details += [f"{WORSE.sign} {one_line(each, 300)}" for each in change.broken_by]
        details += [f"and {more:,} more tests"] if more else []
    if change.missing_tests:
        named = ", ".join(one_line(each, 200) for each in change.missing_tests)
        details.append(f"names what is no test of B: {named}")
    return ChangeRow(
        mark=mark,
        text=f"{one_line(change.id)} {news}{text}",
        details=tuple(details),
        name=f"{one_line(change.id)}{text}",
        old=requirement_cell(change.id, change.old),
        new=requirement_cell(change.id, change.new),
        note=news,
        below=tuple(details),
    )


def requirement_cell(name: str, status: VerificationStatus | None) -> SideCell:
    """Whether a requirement is verified."""
    if status is None:
        return SideCell(text="not listed")
    return SideCell(text=status.value.replace("_", " "), target=Target(Kind.REQUIREMENT, name))


def coverage_row(change: CoverageChange) -> ChangeRow:
    """A measure, or a source file, then and now."""
    name = change.measure.value.capitalize() + " coverage"
    subject = f"{one_line(change.file, 300)}, {name.lower()}" if change.file else name
    old = NO_DATA if change.old is None else share(change.old.rate)
    new = NO_DATA if change.new is None else share(change.new.rate)
    difference = change.difference
    if difference is None:
        mark = WORSE if change.new is None and not change.file else OTHER
    else:
        mark = WORSE if difference < 0 else BETTER
    units = [f"{count(each.covered)} of {count(each.total)}" for each in (change.old, change.new) if each]
    same_look = old == new
    text = f"{subject}: {old} → {new}"
    return ChangeRow(
        mark=mark,
        text=f"{text} ({' → '.join(units)})" if units and (same_look or not change.file) else text,
        name=subject,
        old=coverage_cell(change.old),
        new=coverage_cell(change.new),
        note="" if difference is None else f"{'+' if difference > 0 else '−'}{share(abs(difference))}",
    )


def coverage_cell(counts: CoverageCounts | None) -> SideCell:
    """The covered share with its counts."""
    if counts is None:
        return SideCell(text=NO_DATA)
    said = f"{share(counts.rate)} ({count(counts.covered)} of {count(counts.total)})"
    return SideCell(text=said, target=_OVERVIEW)


def finding_row(change: FindingChange, mark: Mark) -> ChangeRow:
    """A finding, with its place."""
    finding = change.finding
    place = one_line(finding.file, 200) + (f":{finding.line}" if finding.line and finding.file else "")
    times = f" ({change.count:,} times)" if change.count > 1 else ""
    text = f"{one_line(change.tool, 60)} {finding.level.value}: {one_line(finding.rule_id, 200)}{times}"
    told = "  ".join(each for each in (place, one_line(finding.message, 300)) if each)
    here, there = SideCell(text=place or "found", target=_line(finding)), SideCell(text="not found")
    is_new = mark is WORSE
    return ChangeRow(
        mark=mark,
        text=text,
        details=(told,) if told else (),
        name=text,
        old=there if is_new else here,
        new=here if is_new else there,
        note="is new" if is_new else "is gone",
        below=(one_line(finding.message, 300),) if finding.message.strip() else (),
    )


def _line(finding: Finding) -> Target:
    """Where a finding is in the code; without a file, where the scans are."""
    if not finding.file:
        return _OVERVIEW
    return Target(Kind.LINE, f"{finding.file}:{finding.line}" if finding.line else finding.file)


def same_finding(change: FindingChange) -> ChangeRow:
    """A finding that both reports have."""
    row = finding_row(change, SAME)
    here = SideCell(text="found", target=_line(change.finding))
    return msgspec.structs.replace(row, old=here, new=row.old, note="")


def same_requirement(requirement: RequirementCoverage) -> ChangeRow:
    """A requirement whose verification is the same."""
    text = f": {one_line(requirement.requirement_text, 200)}" if requirement.requirement_text else ""
    name = f"{one_line(requirement.requirement_id)}{text}"
    cell = requirement_cell(requirement.requirement_id, requirement.verification_status)
    return ChangeRow(mark=SAME, text=f"{name} ({cell.text})", name=name, old=cell, new=cell)


def same_coverage(measure: CoverageMeasure, file: str, counts: CoverageCounts) -> ChangeRow:
    """A measure, of the whole or of one source file, whose covered share is the same."""
    name = measure.value.capitalize() + " coverage"
    subject = f"{one_line(file, 300)}, {name.lower()}" if file else name
    share_cell = SideCell(text=share(counts.rate), target=_OVERVIEW)
    return ChangeRow(
        mark=SAME, text=f"{subject}: {share_cell.text}", name=subject, old=share_cell, new=share_cell
    )


def run_row(change: RunChange) -> ChangeRow:
    """How the commands of a test type ended then and now."""
    name = type_name(change.test_type)
    was = ", ".join(map(str, change.old)) or "none on record"
    now = ", ".join(map(str, change.new)) or "none on record"
    mark = OTHER if not any(change.new) and change.new else DOUBTFUL
    target = Target(Kind.SECTION, "tests")
    return ChangeRow(
        mark=mark,
        text=f"Exit code of the {name} tests: {was} → {now}",
        name=f"Exit code of the {name} tests",
        old=SideCell(text=was, target=target),
        new=SideCell(text=now, target=target),
    )


def input_row(change: InputChange) -> ChangeRow:
    """A file that is of another use than it was."""
    file = change.new or change.old
    status = file.status if file is not None else InputStatus.NOT_TAKEN
    said = {
        InputStatus.READ: "is read now",
        InputStatus.NOT_TAKEN: "is taken by no reader",
        InputStatus.UNREADABLE: "can't be read",
        InputStatus.STALE: "is older than its test run",
    }[status]
    mark = {InputStatus.READ: BETTER, InputStatus.NOT_TAKEN: DOUBTFUL}.get(status, WORSE)
    reason = one_line(file.reason, 300) if file is not None and file.reason else ""
    name = one_line(change.path, 300)
    return ChangeRow(
        mark=mark,
        text=f"{name} {said}",
        details=(reason,) if reason else (),
        name=name,
        old=_input_cell(change.old),
        new=_input_cell(change.new),
        note=said,
        below=(reason,) if reason else (),
    )


def _input_cell(file: InputFile | None) -> SideCell:
    if file is None:
        return SideCell(text="not handed in")
    return SideCell(text=file.status.value.replace("_", " "), target=Target(Kind.INPUT, file.path))


def field_row(change: FieldChange) -> ChangeRow:
    """A field of the header then and now."""
    label = _FIELDS.get(change.field) or one_line(words(change.field.rpartition(".")[2]), 60)
    old, new = (_field_value(change.field, each) for each in (change.old, change.new))
    return ChangeRow(
        mark=OTHER,
        text=f"{label}: {old} → {new}",
        name=label,
        old=SideCell(text=old, target=_VERSIONS),
        new=SideCell(text=new, target=_VERSIONS),
    )


def same_field(field: str, value: str | None) -> ChangeRow:
    """A field of the header that is as it was."""
    label = _FIELDS.get(field) or one_line(words(field.rpartition(".")[2]), 60)
    said = SideCell(text=_field_value(field, value), target=_VERSIONS)
    return ChangeRow(mark=SAME, text=f"{label}: {said.text}", name=label, old=said, new=said)


def _field_value(field: str, value: str | None) -> str:
    if value is None:
        return NO_DATA
    is_long = field.endswith(("_sha", "digest"))
    return short_sha(value) if is_long else one_line(value, 200)


def scan_rows(tools: Sequence[str]) -> Iterator[ChangeRow]:
    """Scanners that no longer ran."""
    for each in tools:
        name = one_line(each, 200)
        yield ChangeRow(
            mark=WORSE,
            text=f"{name} no longer ran",
            name=name,
            old=SideCell(text="ran", target=_OVERVIEW),
            new=SideCell(text="did not run", target=_OVERVIEW),
            note="no longer ran",
        )
