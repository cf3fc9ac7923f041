"""What became of the evidence as lines to draw: each kind of change under its own title."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.comparison.failure_modes import FailureModeNews
from tsr_agent.comparison.requirements import RequirementNews
from tsr_agent.models.report import InputStatus
from tsr_agent.models.results import TestType
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import (
    NO_DATA,
    case_status,
    count,
    counted,
    duration,
    figure,
    share,
    short_sha,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tsr_agent.comparison.coverage import CoverageChange
    from tsr_agent.comparison.evals import IterationBrief, IterationChanges, MetricChange, SampleChanges
    from tsr_agent.comparison.failure_modes import FailureModeChange
    from tsr_agent.comparison.findings import FindingChange
    from tsr_agent.comparison.report import EvidenceChanges
    from tsr_agent.comparison.requirements import RequirementChange
    from tsr_agent.comparison.rules import Cause
    from tsr_agent.comparison.tests import TestChange, UnlistedTests
    from tsr_agent.comparison.versions import FieldChange, InputChange, RunChange
    from tsr_agent.models.evals import FailureMode, MetricValue

WORSE = Mark("✕", "worse", Tone.NO_GO)
DOUBTFUL = Mark("▲", "to look at", Tone.PENDING)
BETTER = Mark("✓", "better", Tone.GO)
OTHER = Mark("–", "changed", Tone.MUTED)

_TEST_TITLES = {
    "newly_failing": (
        WORSE,
        "does not pass now and did not fail before",
        "do not pass now and did not fail before",
    ),
    "vanished": (WORSE, "is gone", "are gone"),
    "newly_skipped": (DOUBTFUL, "is skipped now and ran before", "are skipped now and ran before"),
    "newly_xfailed": (DOUBTFUL, "is expected to fail now", "are expected to fail now"),
    "newly_flaky": (DOUBTFUL, "passes only after a failure now", "pass only after a failure now"),
    "fixed": (BETTER, "passes now and failed before", "pass now and failed before"),
    "newly_passing": (BETTER, "passes at once now", "pass at once now"),
    "new": (OTHER, "is new", "are new"),
    "slower": (OTHER, "takes at least twice as long", "take at least twice as long"),
}
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


class ChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One change in a line, with what explains it below."""

    mark: Mark
    text: str
    details: tuple[str, ...] = ()


class ChangeGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of one kind."""

    mark: Mark
    title: str
    """How many of what, in a few words."""
    rows: tuple[ChangeRow, ...] = ()
    more: int = 0
    """Changes beyond those that have a row."""


def group(
    mark: Mark, title: str, rows: Iterable[ChangeRow], total: int, few: int | None
) -> tuple[ChangeGroup, ...]:
    """One group with as many rows as are wanted; none where nothing changed."""
    if not total:
        return ()
    shown = tuple(islice(rows, few))
    return (ChangeGroup(mark=mark, title=title, rows=shown, more=total - len(shown)),)


def test_group(
    name: str, found: Iterable[TestChange], total: int, few: int | None, test_type: TestType | None = None
) -> tuple[ChangeGroup, ...]:
    """The tests of one list of ``TestChanges``.

    Args:
        name: Of the list, such as ``newly_failing``.
        found: Its changes, or some of them; no more are looked at than have a row.
        total: How many there are.
        few: Rows at most; None for all.
        test_type: The one type that they are of, to be named in the title; None names it in each row.
    """
    mark, one, many = _TEST_TITLES[name]
    kind = f"{type_name(test_type)} test" if test_type is not None else "test"
    title = f"{counted(total, kind)} {one if total == 1 else many}"
    rows = (_test_row(name, mark, each, names_type=test_type is None) for each in found)
    return group(mark, title, rows, total, few)


def type_name(test_type: TestType) -> str:
    """A test type in running text."""
    if test_type is TestType.E2E:
        return "end-to-end"
    return "eval" if test_type is TestType.EVALS else str(test_type.value)


def _test_row(name: str, mark: Mark, change: TestChange, *, names_type: bool) -> ChangeRow:
    kind = f" ({type_name(change.test_type)})" if names_type else ""
    details = []
    if name == "slower" and change.old is not None and change.new is not None:
        details.append(f"{duration(change.old.duration_ms)} → {duration(change.new.duration_ms)}")
    elif name in ("vanished", "new"):
        case = change.old or change.new
        when = "last outcome" if name == "vanished" else "outcome"
        details += [f"{when}: {case_status(case.status, flaky=case.flaky).word}"] if case is not None else []
    elif change.new is not None:
        place = change.new.file + (f":{change.new.line}" if change.new.line else "")
        first = next(iter(change.new.message.strip().splitlines()), "")
        told = "  ".join(each for each in (one_line(place, 200), one_line(first, 300)) if each)
        details += [told] if told else []
        details += _was(change, usual="failed" if name == "fixed" else "passed")
    return ChangeRow(mark=mark, text=one_line(change.id, 400) + kind, details=tuple(details))


def _was(change: TestChange, usual: str) -> list[str]:
    """How the case ended before, where that is not what the title says anyway."""
    if change.old is None:
        return ["the test is new"]
    word = case_status(change.old.status, flaky=change.old.flaky).word
    return [] if word == usual else [f"was {word}"]


def unlisted_rows(found: Sequence[UnlistedTests]) -> Iterator[ChangeRow]:
    """Types of which cases are counted and not listed."""
    for each in found:
        text = (
            f"{type_name(each.test_type)}: {count(each.old)} cases of A and {count(each.new)} of B are "
            "counted and not listed; what became of them is not known"
        )
        yield ChangeRow(mark=DOUBTFUL, text=text)


def metric_row(change: MetricChange) -> ChangeRow:
    """A metric then and now, how sure the difference is, and what became of the samples."""
    worse = change.is_worse
    mark = OTHER if worse is None else WORSE if worse else BETTER
    label = one_line(change.metric, 200) if "/" in change.metric else one_line(words(change.metric), 60)
    details = [_difference(change)] if change.difference is not None else []
    details += [_samples(change.samples)] if change.samples is not None else []
    return ChangeRow(mark=mark, text=f"{label}: {_values(change.old, change.new)}", details=tuple(details))


def _values(old: MetricValue | None, new: MetricValue | None) -> str:
    """Both values, with unit and number of samples once where they are the same."""
    values = [NO_DATA if each is None else figure(each.value) for each in (old, new)]
    units = [one_line(each.unit, 20) if each is not None else "" for each in (old, new)]
    samples = [count(each.n) if each is not None and each.n is not None else "" for each in (old, new)]
    if old is not None and new is not None and units[0] != units[1]:
        values = [f"{value} {unit}".rstrip() for value, unit in zip(values, units, strict=True)]
        units = [""]
    unit = next(filter(None, units), "")
    said = f"{values[0]} → {values[1]}" + (f" {unit}" if unit else "")
    if not any(samples):
        return said
    if samples[0] == samples[1]:
        return f"{said} (n {samples[0]})"
    return f"{said} (n {samples[0] or NO_DATA} → {samples[1] or NO_DATA})"


def _difference(change: MetricChange) -> str:
    difference = change.difference or 0.0
    if difference == 0:
        return "the same value on another number of samples"
    said = f"{figure(abs(difference))} {'higher' if difference > 0 else 'lower'}"
    if change.interval is None:
        return said
    low, high = change.interval
    said += f"; at 95 % the difference is between {_signed(low)} and {_signed(high)}"
    return said + (", so it may be chance" if low <= 0 <= high else "")


def _signed(number: float) -> str:
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{abs(number):.3f}"


def _samples(found: SampleChanges) -> str:
    said = f"of {counted(found.compared, 'sample')} that both have, {count(found.worse)} got worse"
    said += f" and {count(found.better)} better"
    named = ", ".join(one_line(each, 60) for each in found.first_worse[:5])
    more = f" and {found.worse - 5:,} more" if found.worse > 5 else ""
    return f"{said}: {named}{more}" if named else said


def failure_mode_row(change: FailureModeChange) -> ChangeRow:
    """A failure mode and what became of it."""
    mode = change.new or change.old
    name = f" {one_line(mode.name, 200)}" if mode is not None and mode.name else ""
    news = {
        FailureModeNews.NEW: "is new",
        FailureModeNews.REOPENED: "is open again",
        FailureModeNews.GONE: "is no longer listed",
        FailureModeNews.CHANGED: "changed",
        FailureModeNews.FIXED: "is fixed",
    }[change.news]
    mark = _failure_mode_mark(change)
    was, now = _standing(change.old), _standing(change.new)
    told = f"{was} → {now}" if was and now else now or f"was {was}"
    return ChangeRow(mark=mark, text=f"{one_line(change.id)} {news}:{name or ' (no name)'} ({told})")


def _failure_mode_mark(change: FailureModeChange) -> Mark:
    if change.news is FailureModeNews.FIXED:
        return BETTER
    if change.news is FailureModeNews.NEW and change.new is not None:
        return OTHER if change.new.resolution_status.value == "fixed" else WORSE
    return WORSE if change.news is FailureModeNews.REOPENED else DOUBTFUL


def _standing(mode: FailureMode | None) -> str:
    if mode is None:
        return ""
    return f"{mode.severity.value}, {mode.resolution_status.value.replace('_', ' ')}"


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
    return ChangeRow(mark=mark, text=f"{one_line(change.id)} {news}{text}", details=tuple(details))


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
        mark=mark, text=f"{text} ({' → '.join(units)})" if units and (same_look or not change.file) else text
    )


def finding_row(change: FindingChange, mark: Mark) -> ChangeRow:
    """A finding, with its place."""
    finding = change.finding
    place = one_line(finding.file, 200) + (f":{finding.line}" if finding.line and finding.file else "")
    times = f" ({change.count:,} times)" if change.count > 1 else ""
    text = f"{one_line(change.tool, 60)} {finding.level.value}: {one_line(finding.rule_id, 200)}{times}"
    told = "  ".join(each for each in (place, one_line(finding.message, 300)) if each)
    return ChangeRow(mark=mark, text=text, details=(told,) if told else ())


def run_row(change: RunChange) -> ChangeRow:
    """How the commands of a test type ended then and now."""
    name = type_name(change.test_type)
    was = ", ".join(map(str, change.old)) or "none on record"
    now = ", ".join(map(str, change.new)) or "none on record"
    mark = OTHER if not any(change.new) and change.new else DOUBTFUL
    return ChangeRow(mark=mark, text=f"Exit code of the {name} tests: {was} → {now}")


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
    return ChangeRow(
        mark=mark, text=f"{one_line(change.path, 300)} {said}", details=(reason,) if reason else ()
    )


def iteration_rows(changed: IterationChanges) -> list[ChangeRow]:
    """What became of the eval history."""
    rows = []
    if changed.old != changed.new:
        text = f"Latest iteration: {_iteration(changed.old)} → {_iteration(changed.new)}"
        mark = DOUBTFUL if changed.new is None or changed.new.outcome.value == "failed" else OTHER
        rows.append(ChangeRow(mark=mark, text=text, details=_other_data(changed.old, changed.new)))
    for numbers, said in (
        (changed.vanished, "of A that B no longer has"),
        (changed.told_otherwise, "that B tells otherwise: name, outcome or data set"),
    ):
        if numbers:
            named = ", ".join(f"{each:,}" for each in numbers[:10]) + (" …" if len(numbers) > 10 else "")
            rows.append(ChangeRow(mark=DOUBTFUL, text=f"Iterations {said}: {named}"))
    return rows


def _iteration(brief: IterationBrief | None) -> str:
    if brief is None:
        return "none"
    return f"{brief.iteration:,} {one_line(brief.version_name, 60)} ({brief.outcome.value})"


def _other_data(old: IterationBrief | None, new: IterationBrief | None) -> tuple[str, ...]:
    if old is None or new is None or old.dataset == new.dataset:
        return ()
    names = [
        "no data set named"
        if each.dataset is None
        else one_line(each.dataset.name, 100)
        + (f" {short_sha(each.dataset.digest)}" if each.dataset.digest else "")
        for each in (old, new)
    ]
    return (f"measured on other data: {names[0]} → {names[1]}",)


def field_row(change: FieldChange) -> ChangeRow:
    """A field of the header then and now."""
    label = _FIELDS.get(change.field) or one_line(words(change.field.rpartition(".")[2]), 60)
    old, new = (_field_value(change.field, each) for each in (change.old, change.new))
    return ChangeRow(mark=OTHER, text=f"{label}: {old} → {new}")


def _field_value(field: str, value: str | None) -> str:
    if value is None:
        return NO_DATA
    is_long = field.endswith(("_sha", "digest"))
    return short_sha(value) if is_long else one_line(value, 200)


def behind(cause: Cause, changes: EvidenceChanges, few: int | None) -> tuple[ChangeGroup, ...]:
    """What a cause of a rule's change points to."""
    area, _, name = cause.where.partition(".")
    if area == "tests" and name != "unlisted":
        found = (each for each in getattr(changes.tests, name) if each.test_type is cause.test_type)
        return test_group(name, found, cause.count, few, cause.test_type)
    rows = list(islice(_rows(cause, changes), few))
    return (ChangeGroup(mark=OTHER, title="", rows=tuple(rows), more=max(0, cause.count - len(rows))),)


def _rows(cause: Cause, changes: EvidenceChanges) -> Iterable[ChangeRow]:
    names = set(cause.names)
    drawers: dict[str, Callable[[], Iterable[ChangeRow]]] = {
        "tests.unlisted": lambda: unlisted_rows(changes.tests.unlisted),
        "metrics": lambda: (metric_row(each) for each in changes.metrics if each.metric in names),
        "iterations": lambda: iteration_rows(changes.iterations),
        "failure_modes": lambda: (
            failure_mode_row(each) for each in changes.failure_modes if each.id in names
        ),
        "requirements": lambda: map(requirement_row, changes.requirements),
        "coverage.measures": lambda: (
            coverage_row(each) for each in changes.coverage.measures if each.measure.value in names
        ),
        "findings.new": lambda: (
            finding_row(each, WORSE) for each in changes.findings.new if each.tool in names
        ),
        "findings.gone": lambda: (
            finding_row(each, BETTER) for each in changes.findings.gone if each.tool in names
        ),
        "findings.no_longer_ran": lambda: scan_rows(
            [each for each in changes.findings.no_longer_ran if each in names]
        ),
        "runs": lambda: map(run_row, changes.runs),
        "inputs.unused": lambda: map(input_row, changes.inputs.unused),
        "fields": lambda: (field_row(each) for each in changes.fields if each.field in names),
    }
    return drawers[cause.where]()


def scan_rows(tools: Sequence[str]) -> Iterator[ChangeRow]:
    """Scanners that no longer ran."""
    for each in tools:
        yield ChangeRow(mark=WORSE, text=f"{one_line(each, 200)} no longer ran")
