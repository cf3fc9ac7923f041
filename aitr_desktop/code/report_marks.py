"""What a report says of lines of code, found by file: built once a report, on the thread of whoever asks.

A report holds 100,000 cases and 200,000 uncovered lines. Each thing said is kept as a few references; words
are made for the file that is looked at and for no other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.code.commit_paths import NOTHING, is_absolute, parts_of
from aitr_desktop.code.failing_lines import MAX_TEXT, class_files, failing_lines
from aitr_desktop.code.line_marks import LineMark, MarkKind
from tsr_agent.models.findings import FindingLevel
from tsr_agent.models.manifest import tested_sha
from tsr_agent.models.results import CaseStatus
from tsr_agent.sections.inputs import finding_target
from tsr_agent.sections.places import first_line
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import counted, short_sha

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aitr_desktop.code.commit_paths import CommitPaths, Found
    from tsr_agent.models.findings import Finding, StaticAnalysis
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import TestCase, TestTypeResult

MOST_SAID = 500_000
"""Things said of lines that are kept; a report of the largest size has about as many."""
MOST_HOMELESS = 1_000
"""Written paths that no file fits and that are named."""
_KINDS = {
    CaseStatus.FAILED: MarkKind.FAILED_TEST,
    CaseStatus.ERROR: MarkKind.FAILED_TEST,
    CaseStatus.SKIPPED: MarkKind.SKIPPED_TEST,
}
_LEVELS = {
    FindingLevel.ERROR: MarkKind.FINDING_ERROR,
    FindingLevel.WARNING: MarkKind.FINDING_WARNING,
    FindingLevel.NOTE: MarkKind.FINDING_NOTE,
    FindingLevel.NONE: MarkKind.FINDING_NOTE,
}
_ORDER = {kind: place for place, kind in enumerate(MarkKind)}


class OfCase(NamedTuple):
    """A line of a test, or one that its failure names."""

    case: TestCase
    test_type: str
    is_named: bool
    """The line is not the test's own: its failure names it."""


class OfFinding(NamedTuple):
    """A line that a scanner found something in."""

    finding: Finding
    scan: StaticAnalysis


class OfCoverage(NamedTuple):
    """Lines that no test ran, by one file of a coverage tool."""

    path: str
    """Of that file."""
    file: str
    """The source as the tool calls it."""


class Said(NamedTuple):
    """One thing said of lines of a file."""

    kind: MarkKind
    first: int
    """0 where the file is known and the line is not."""
    last: int
    source: OfCase | OfFinding | OfCoverage


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMarks:
    """What is known of one file."""

    path: str
    marks: tuple[LineMark, ...] = ()
    """By line, the heaviest first."""
    whole_file: tuple[LineMark, ...] = ()
    """Known of the file and of no line of it; their lines say nothing."""
    remarks: tuple[str, ...] = ()
    """What is to be known of these marks, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedFile:
    """How much is known of one file."""

    path: str
    """In the commit; as the tool wrote it where the commit has none that fits."""
    counts: tuple[tuple[MarkKind, int], ...]
    """How many of each kind, heaviest first."""
    is_found: bool = True
    """Whether it is a file of the commit."""
    why_not: str = ""
    """Why it is none: no file fits, or several do."""

    @property
    def total(self) -> int:
        """Marks of all kinds."""
        return sum(count for _, count in self.counts)


@dataclass(slots=True)
class _Homeless:
    """What is said of a path that no one file fits."""

    found: Found
    said: list[Said] = field(default_factory=list)


class ReportMarks:
    """What one report says of the files of a commit.

    Args:
        report: What was judged.
        paths: All files of the commit that was tested; None where nobody has them, and paths stay as the
            tools wrote them.
        note: What is to be known of those paths; empty where they are all.
    """

    def __init__(self, report: TestSummaryReport, paths: CommitPaths | None, *, note: str = "") -> None:
        self.report_id = report.id
        self.commit = report.versions.checked_out_sha or report.versions.codebase_sha
        """The commit whose lines these are."""
        self._paths = paths
        self._said: dict[str, list[Said]] = {}
        self._homeless: dict[str, _Homeless] = {}
        self._doubts: dict[str, dict[str, None]] = {}
        self._total = self._left_out = self._negative = 0
        self._text = MAX_TEXT
        self._add_cases(report.test_results)
        self._add_findings(report.static_analysis)
        self._add_coverage(report)
        self.remarks = tuple(filter(None, (note, *self._remarks(report))))

    def files(self) -> tuple[MarkedFile, ...]:
        """Every file of which anything is known: those with the heaviest marks first, then by path."""
        found = [MarkedFile(path=path, counts=_counts(said)) for path, said in self._said.items()]
        homeless = [
            MarkedFile(
                path=one_line(path), counts=_counts(each.said), is_found=False, why_not=_why_not(each.found)
            )
            for path, each in self._homeless.items()
        ]
        return (*sorted(found, key=_weight), *sorted(homeless, key=_weight))

    def count(self, path: str) -> int:
        """How much is known of a file, for the tree."""
        return len(self._said.get(path, ()))

    def counts(self) -> dict[str, int]:
        """The same of every file of which anything is known."""
        return {path: len(said) for path, said in self._said.items()}

    def of(self, path: str) -> FileMarks:
        """What is known of a file as it was at the commit that was tested."""
        said = sorted(self._said.get(path, ()), key=lambda each: (each.first, _ORDER[each.kind]))
        marks = [_mark(each) for each in said]
        return FileMarks(
            path=path,
            marks=tuple(mark for mark, each in zip(marks, said, strict=True) if each.first),
            whole_file=tuple(mark for mark, each in zip(marks, said, strict=True) if not each.first),
            remarks=(*self._doubts.get(path, ()), *self.remarks),
        )

    def elsewhere(self, path: str, sha: str) -> FileMarks:
        """What is to be said where another commit's file is looked at, or a file as it is now.

        Args:
            path: The file.
            sha: The commit that is looked at; empty for the working tree.
        """
        count = self.count(path)
        if not count:
            return FileMarks(path=path)
        shown = f"commit {short_sha(sha)}" if sha else "the file as it is now"
        remark = (
            f"The report has {counted(count, 'mark')} for this file at commit {short_sha(self.commit)}. This "
            f"is {shown}, where other lines may stand, so they are not shown."
        )
        return FileMarks(path=path, remarks=(remark,))

    def _add_cases(self, results: Iterable[TestTypeResult]) -> None:
        for result in results:
            kind = result.test_type.value
            for case in result.test_cases:
                mark = MarkKind.FLAKY_TEST if case.flaky else _KINDS.get(case.status)
                if mark is not None:
                    self._add_case(case, kind, mark)

    def _add_case(self, case: TestCase, test_type: str, mark: MarkKind) -> None:
        own = OfCase(case, test_type, is_named=False)
        file = self._file_of(case)
        line = case.line or 0
        lines: Sequence[tuple[str, int]] = ()
        if self._paths is not None and mark is not MarkKind.SKIPPED_TEST and self._text > 0:
            lines, used = failing_lines(case, self._paths)
            self._text -= used
        named = OfCase(case, test_type, is_named=True)
        self._doubt(case.file, file)
        is_in_file = False
        for path, number in lines:
            is_in_file = is_in_file or path == file.path
            if (path, number) != (file.path, line):
                self._add(path, Said(mark, number, number, named))
        if file.path and (line or not is_in_file):
            self._add(file.path, Said(mark, line, line, own))
        elif case.file and not file.path:
            self._add_homeless(case.file, file, Said(mark, line, line, own))

    def _file_of(self, case: TestCase) -> Found:
        if case.file or self._paths is None:
            return self._found(case.file)
        return next((each for each in map(self._paths.ending, class_files(case)) if each.path), NOTHING)

    def _add_findings(self, scans: Iterable[StaticAnalysis]) -> None:
        for scan in scans:
            for finding in scan.findings:
                if finding.file:
                    line = finding.line or 0
                    said = Said(_LEVELS[finding.level], line, line, OfFinding(finding, scan))
                    self._add_written(finding.file, said)

    def _add_coverage(self, report: TestSummaryReport) -> None:
        for coverage in report.code_coverage:
            for file in coverage.files:
                source = OfCoverage(coverage.path, file.path)
                for first, last in self._ranges(file.missing_lines):
                    self._add_written(file.path, Said(MarkKind.UNCOVERED, first, last, source))

    def _ranges(self, lines: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Lines that follow each other as one."""
        first = last = 0
        for line in sorted(set(lines)):
            if line < 1:
                self._negative += 1
            elif line == last + 1 and first:
                last = line
            else:
                if first:
                    yield first, last
                first = last = line
        if first:
            yield first, last

    def _found(self, written: str) -> Found:
        if self._paths is None:
            return NOTHING
        # A tail of one name says little where the rest was a machine's own folder.
        return self._paths.find(written, least=2 if is_absolute(written) else 1)

    def _add_written(self, written: str, said: Said) -> None:
        found = self._found(written)
        self._doubt(written, found)
        if found.path:
            self._add(found.path, said)
        else:
            self._add_homeless(written, found, said)

    def _add(self, path: str, said: Said) -> None:
        if self._has_room():
            self._said.setdefault(path, []).append(said)

    def _add_homeless(self, written: str, found: Found, said: Said) -> None:
        if self._paths is None and (names := "/".join(parts_of(written))):
            self._add(names, said)
            return
        if self._has_room() and (written in self._homeless or len(self._homeless) < MOST_HOMELESS):
            self._homeless.setdefault(written, _Homeless(found)).said.append(said)

    def _doubt(self, written: str, found: Found) -> None:
        """Remembers, for every file that may be meant, that another one may be, too."""
        if not (found.path and found.others):
            return
        shown = one_line(written, 200)
        others = ", ".join(one_line(each, 100) for each in found.others)
        here = f"The report says {shown}, with which other files end, too: {others}."
        self._doubts.setdefault(found.path, {})[here] = None
        for each in found.others:
            there = f"What the report says of {shown} is shown in {found.path}; it may mean this file."
            self._doubts.setdefault(each, {})[there] = None

    def _has_room(self) -> bool:
        self._total += 1
        self._left_out += self._total > MOST_SAID
        return self._total <= MOST_SAID

    def _remarks(self, report: TestSummaryReport) -> Iterator[str]:
        versions = report.versions
        if versions.dirty:
            yield (
                "The tests ran on changes that no commit has: what is marked may stand on other lines of the "
                "commit."
            )
        elif versions.dirty is None:
            yield "Nothing says whether the tests ran on this commit as it is: lines may be others."
        if tested_sha(versions, report.build) is None:
            yield (
                f"The tests ran at commit {short_sha(self.commit)}, and the report is about "
                f"{short_sha(versions.codebase_sha)}; nothing ties the one to the other."
            )
        if self._negative:
            yield f"{counted(self._negative, 'line')} below 1 in the coverage are left out."
        if self._left_out:
            yield f"{self._left_out:,} further marks are left out: there are more than {MOST_SAID:,}."
        if self._text <= 0:
            yield "There are more words of failures than are searched for lines; the first are."


def _mark(said: Said) -> LineMark:
    first, last = max(1, said.first), max(1, said.last)
    words, target = _told(said)
    return LineMark(kind=said.kind, first=first, last=last, words=words, target=target)


def _told(said: Said) -> tuple[str, Target]:
    source = said.source
    if isinstance(source, OfCase):
        case = source.case
        message = first_line(case.message) or next(
            (first_line(each.message) for each in case.attempts if each.message.strip()), ""
        )
        name = one_line(case.id, 300)
        words = f"Named by the failure of {name}" if source.is_named else name
        target = Target(Kind.TEST, case.id, source.test_type)
        return f"{words}: {message}" if message else words, target
    if isinstance(source, OfFinding):
        message = first_line(source.finding.message)
        rule = one_line(source.finding.rule_id, 200)
        tool = one_line(source.scan.tool, 100)
        words = f"{rule} ({tool})" if tool else rule
        told = f"{words}: {message}" if message else words
        return told, finding_target(source.finding, source.scan.path)
    lines = (
        f"Lines {said.first:,}–{said.last:,} were" if said.last > said.first else f"Line {said.first:,} was"
    )
    return f"{lines} not run, says {one_line(source.path, 200)}", Target(
        Kind.COVERED_FILE, source.file, source.path
    )


def _counts(said: Iterable[Said]) -> tuple[tuple[MarkKind, int], ...]:
    counted_by: dict[MarkKind, int] = {}
    for each in said:
        counted_by[each.kind] = counted_by.get(each.kind, 0) + 1
    return tuple(sorted(counted_by.items(), key=lambda pair: _ORDER[pair[0]]))


def _weight(file: MarkedFile) -> tuple[int, str]:
    return _ORDER[file.counts[0][0]], file.path


def _why_not(found: Found) -> str:
    if found.others:
        named = ", ".join(one_line(each, 100) for each in found.others)
        return f"Several files of the commit end so: {named}."
    return "No file of the commit has this path."
