"""The decision as Markdown for the pages that CI systems show: the verdict first, the worst next, bounded.

Every text that a tool, a policy or a person wrote is written in entities, so that none of it is a
link, a picture, a mention, a cell border or markup to whoever renders the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tsr_agent.cli.ci_findings import repository_path, worst_cases
from tsr_agent.sections.exceptions import exceptions
from tsr_agent.sections.overview import overview
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.rules import rules
from tsr_agent.sections.wording import case_status, counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import TestCase, TestType
    from tsr_agent.sections.exceptions import ExceptionRow
    from tsr_agent.sections.rules import RuleRow

BEGINNING = "<!-- written by tsr-agent -->"
MOST_TESTS = 100
_CELL = 300
_REMARKS = 3
_REMARKED_PASSES = 10
_RESERVE = 400
"""Bytes that are kept for lines such as ``and 12 more``."""

# All ASCII punctuation that means something to Markdown, HTML or GitHub's own additions.
_MEANINGFUL = re.compile(r"[\\`*_{}\[\]<>#!|~@&$^:\"']|(?<=[Ww]{3})\.")
_NOTICED = re.compile(r"(&#(?:64|35);)")
_NO_WIDTH = "&#8203;"


def summary(report: TestSummaryReport, decision: Decision, budget: int) -> str:
    """The page.

    Args:
        report: What was judged.
        decision: What the policy made of it.
        budget: Most bytes that it may have.

    Returns:
        The page, or nothing where not even its head has room.
    """
    page = Page(budget)
    if not page.add([BEGINNING, *_head(report, decision)]):
        return ""
    judged = rules(decision)
    opened = [row for row in judged if row.is_open]
    _table(page, "Rules that did not pass", _RULE_COLUMNS, [_rule(row) for row in opened], len(opened))
    rest = [row for row in judged if not row.is_open]
    passed = sum(not row.is_ignored for row in rest)
    ignored = [code(row.id, 100) for row in rest if row.is_ignored]
    if passed:
        page.add(["", f"{counted(passed, 'rule')} passed."])
    noted_passes = [(row.id, remark) for row in rest for remark in row.remarks]
    for name, remark in noted_passes[:_REMARKED_PASSES]:
        page.add(["", f"Remark on {code(name, 100)}: {plain(remark)}"])
    if ignored:
        page.add(["", f"Nothing to judge: {', '.join(ignored[:20])}."])
    noted = [row for row in exceptions(decision) if not row.is_idle]
    _table(page, "Exceptions", _EXCEPTION_COLUMNS, [_exception(row) for row in noted], len(noted))
    looked_at = worst_cases(report, MOST_TESTS)
    tests = [_test(*each) for each in looked_at.cases]
    _table(page, "Tests to look at", _TEST_COLUMNS, tests, looked_at.total)
    return page.text()


def undecided() -> str:
    """The page that stands in the place of an earlier one while nothing is decided."""
    return f"{BEGINNING}\n## ○ NOT DECIDED\n\nThe command had not finished when this was written.\n"


_RULE_COLUMNS = ("", "Rule", "Effect", "Expected", "Actual", "n", "What happened")
_EXCEPTION_COLUMNS = ("", "Exception", "For", "Owner", "Until", "Why it excused nothing")
_TEST_COLUMNS = ("", "Type", "Test", "Place", "Message")


def _head(report: TestSummaryReport, decision: Decision) -> list[str]:
    head = overview(report, decision)
    versions = report.versions
    facts = [
        ("Environment", plain(head.environment)),
        ("Code", f"{code(versions.codebase_sha)} {plain(head.branch)}".rstrip()),
        *([("Checked out", code(versions.checked_out_sha))] if versions.checked_out_sha else []),
        ("Tests", code(versions.testbase_sha)),
        ("Prompts", f"{code(versions.prompts_sha)} {plain(versions.prompts_version or '')}".rstrip()),
        ("Policy", plain(head.policy)),
        *([("Baseline", plain(head.comparison, 600))] if head.comparison else []),
        *([("Approval", plain(head.approval))] if head.approval else []),
        ("Report", code(report.id)),
        ("SHA-256", code(decision.report_digest or "")),
    ]
    lines = [f"## {head.verdict}", "", f"Why: {plain(head.sentence, 1500)}"]
    if head.without_exceptions is not None:
        lines += ["", f"Without waivers and quarantine: {head.without_exceptions}."]
    if versions.dirty:
        lines += ["", "The working tree held changes that no commit has."]
    return [*lines, "", "| | |", "|---|---|", *(f"| {label} | {value} |" for label, value in facts)]


def _rule(row: RuleRow) -> list[str]:
    said = [plain(f"{row.message} ({row.note})" if row.note else row.message)]
    said += [plain(row.quarantined)] if row.quarantined else []
    said += [f"Remark: {plain(remark)}" for remark in row.remarks[:_REMARKS]]
    said += [f"Fix: {plain(row.fix)}"] if row.fix else []
    interval = f"<br>{plain(row.interval)}" if row.interval else ""
    return [
        str(row.state),
        code(row.id),
        row.effect_word,
        plain(row.expected, 120),
        plain(row.actual, 120) + interval,
        row.n,
        "<br>".join(said),
    ]


def _exception(row: ExceptionRow) -> list[str]:
    facts = (plain(each, 120) for each in (row.about, row.owner, row.until))
    return [str(row.mark), f"{row.kind} {code(row.id)}", *facts, plain(row.reason)]


def _test(test_type: TestType, case: TestCase) -> list[str]:
    file = repository_path(case.file, "") or one_line(case.file, 200)
    place = f"{file}:{case.line}" if file and case.line else file
    return [
        str(case_status(case.status, flaky=case.flaky)),
        test_type.value,
        code(case.id),
        code(place),
        code(case.message),
    ]


def _table(page: Page, title: str, columns: Iterable[str], rows: list[list[str]], total: int) -> None:
    """As many rows as have room, and how many there are besides."""
    if not rows:
        return
    header = f"| {' | '.join(columns)} |"
    if not page.add(["", f"### {title} ({total:,})", "", header, f"|{'---|' * (header.count('|') - 1)}"]):
        return
    written = 0
    for row in rows:
        if not page.add([f"| {' | '.join(row)} |"]):
            break
        written += 1
    if written < total:
        page.finish(["", f"and {total - written:,} more; the report has them all."])


class Page:
    """Lines within a number of bytes."""

    def __init__(self, budget: int) -> None:
        self._left = budget - _RESERVE
        self._lines: list[str] = []

    def add(self, lines: list[str]) -> bool:
        """Adds the lines if all of them have room."""
        size = sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)
        if size > self._left:
            return False
        self.finish(lines, size)
        return True

    def finish(self, lines: list[str], size: int = 0) -> None:
        """Adds the lines; the reserve is there for these."""
        self._left -= size
        self._lines += lines

    def text(self) -> str:
        """All of them."""
        return "\n".join(self._lines) + "\n"


def plain(text: str, limit: int = _CELL) -> str:
    """A text of somebody else's in running text, without markup, links and mentions."""
    # A space of no width behind @ and # keeps GitHub from making a mention or a reference of the rest.
    return _NOTICED.sub(rf"\1{_NO_WIDTH}", _entities(one_line(text, limit)))


def code(text: str, limit: int = _CELL) -> str:
    """A text of somebody else's in the monospaced font; empty where it is."""
    # GitHub leaves code alone but for mail addresses.
    written = _entities(one_line(text, limit)).replace("&#64;", f"&#64;{_NO_WIDTH}")
    return f"<code>{written}</code>" if written else ""


def _entities(text: str) -> str:
    return _MEANINGFUL.sub(lambda match: f"&#{ord(match[0])};", text)
