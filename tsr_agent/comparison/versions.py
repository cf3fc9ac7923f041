"""What two reports are about and how they came to be: commits, environment, CI run, policy, inputs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tsr_agent.models.base import LongText, Record, ShortText
from tsr_agent.models.manifest import VersionManifest
from tsr_agent.models.report import InputFile, InputStatus
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import RunnerRun

_OF_THE_BUILD = ("system", "event", "tag")
"""What of a CI run is news; its number and address always differ."""


class FieldChange(Record, frozen=True, kw_only=True):
    """One field of the header, as text."""

    field: ShortText
    """As in the report, such as ``versions.codebase_sha``."""
    old: LongText | None
    """None where it is not known."""
    new: LongText | None


class RunChange(Record, frozen=True, kw_only=True):
    """How the test commands of one type ended, where that differs."""

    test_type: TestType
    old: tuple[int, ...]
    """Exit codes, sorted; empty where no command is on record."""
    new: tuple[int, ...]


class InputChange(Record, frozen=True, kw_only=True):
    """One file that became of another use. Other content alone is no news."""

    path: LongText
    old: InputFile | None
    new: InputFile | None


class InputChanges(Record, frozen=True, kw_only=True):
    """What became of the files that were handed in."""

    readers_gone: tuple[ShortText, ...] = ()
    """Readers that took a file of the old report and none of the new one."""
    readers_new: tuple[ShortText, ...] = ()
    unused: tuple[InputChange, ...] = ()
    """Files of the new report that can't be used, are stale or that no reader knows, and that were not so."""
    usable: tuple[InputChange, ...] = ()
    """Files that were unreadable, stale or not taken, and now are read."""
    gone: tuple[LongText, ...] = ()
    """Paths that were read and are not there. A tool may give its file another name each time."""
    new: tuple[LongText, ...] = ()
    """Paths that are read and were not there."""


def field_changes(old: TestSummaryReport, new: TestSummaryReport) -> tuple[FieldChange, ...]:
    """Every field of manifest, environment, CI run and own claim that differs, in reading order."""
    before, after = fields_of(old), fields_of(new)
    return tuple(
        FieldChange(field=name, old=before[name], new=after[name])
        for name in before
        if before[name] != after[name]
    )


def run_changes(old: Iterable[RunnerRun], new: Iterable[RunnerRun]) -> tuple[RunChange, ...]:
    """Test types whose commands ended otherwise."""
    before, after = _exit_codes(old), _exit_codes(new)
    return tuple(
        RunChange(test_type=each, old=before.get(each, ()), new=after.get(each, ()))
        for each in TestType
        if before.get(each, ()) != after.get(each, ())
    )


def input_changes(old: Iterable[InputFile], new: Iterable[InputFile]) -> InputChanges:
    """Readers that got nothing, and files that are of another use than they were."""
    before, after = _worst(old), _worst(new)
    readers_old, readers_new = _readers(before), _readers(after)
    return InputChanges(
        readers_gone=tuple(sorted(readers_old - readers_new)),
        readers_new=tuple(sorted(readers_new - readers_old)),
        unused=tuple(
            InputChange(path=path, old=before.get(path), new=each)
            for path, each in sorted(after.items())
            if each.status is not InputStatus.READ and _status(before.get(path)) is not each.status
        ),
        usable=tuple(
            InputChange(path=path, old=before[path], new=each)
            for path, each in sorted(after.items())
            if each.status is InputStatus.READ and _status(before.get(path)) not in (InputStatus.READ, None)
        ),
        gone=tuple(path for path, each in sorted(before.items()) if _was_read(each) and path not in after),
        new=tuple(path for path, each in sorted(after.items()) if _was_read(each) and path not in before),
    )


def fields_of(report: TestSummaryReport) -> dict[str, str | None]:
    """Every field of manifest, environment, CI run and own claim as text, in reading order."""
    found = {"environment": _text(report.environment), "triggered_by": _text(report.triggered_by)}
    for name in VersionManifest.__struct_fields__:
        found[f"versions.{name}"] = _text(getattr(report.versions, name))
    for name in _OF_THE_BUILD:
        found[f"build.{name}"] = _text(getattr(report.build, name, None))
    found["manual_approval_required"] = _text(report.manual_approval_required)
    found["policy"] = _text(report.policy and f"{report.policy.name} {report.policy.version}")
    found["policy.digest"] = _text(report.policy and report.policy.digest)
    found["baseline"] = _text(report.baseline and report.baseline.report_id)
    waivers = sorted({each.waiver for each in report.rule_results if each.waiver})
    found["waivers"] = _text(", ".join(waivers))
    return found


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None or value == "" else str(value)


def _exit_codes(runs: Iterable[RunnerRun]) -> dict[TestType, tuple[int, ...]]:
    found: dict[TestType, list[int]] = {}
    for each in runs:
        found.setdefault(each.test_type, []).append(each.exit_code)
    return {test_type: tuple(sorted(codes)) for test_type, codes in found.items()}


def _worst(inputs: Iterable[InputFile]) -> dict[str, InputFile]:
    """By path; of files that share one, one that can't be used."""
    found: dict[str, InputFile] = {}
    for each in inputs:
        known = found.get(each.path)
        if known is None or _use(each) < _use(known):
            found[each.path] = each
    return found


def _use(file: InputFile) -> tuple[int, str]:
    order = (InputStatus.UNREADABLE, InputStatus.STALE, InputStatus.NOT_TAKEN, InputStatus.READ)
    return order.index(file.status), file.reader


def _readers(inputs: dict[str, InputFile]) -> set[str]:
    used = Counter(each.reader for each in inputs.values() if _was_read(each))
    return set(used) - {""}


def _was_read(file: InputFile) -> bool:
    return file.status is InputStatus.READ


def _status(file: InputFile | None) -> InputStatus | None:
    return file.status if file is not None else None
