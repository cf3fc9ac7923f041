"""What each place that shows a report says of it, read from the place itself and put under common names.

``Said`` has the words as a person reads them, by the part of the report, what they are about, and their name.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

from tsr_agent.cli.decision_text import decision_lines
from tsr_agent.cli.report_text import report_lines
from tsr_agent.export.progress import Unwatched
from tsr_agent.export.record import write_json
from tsr_agent.export.spreadsheet import restored
from tsr_agent.export.tables import write_figures, write_tables
from tsr_agent.models.results import TestType
from tsr_agent.sections.tests import type_name
from tsr_agent.sections.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo
    from pathlib import Path

    from aitr_desktop.item_models.cells import Node, Table
    from aitr_desktop.item_models.report_detail import ReportDetail
    from tsr_agent.export.subject import Subject

_JUDGED = re.compile(r"    expected (.*) · actual (.*?)(?: · n (\S+))?(?: · (?:\S+ % )?interval .*)?")
Said = dict[tuple[str, str, str], str]
WIDE = 4_000
"""Columns of a terminal in which no line is broken."""
COUNTS = ("Total", "Passed", "Failed", "Errors", "Skipped", "Flaky")
_FIGURES = {"pass_rate": "Pass rate", "duration": "Time"} | {each.lower(): each for each in COUNTS}
_KINDS = {each.value: type_name(each) for each in TestType}


def window_says(detail: ReportDetail) -> Said:
    """The item models of the window."""
    said: Said = {
        ("head", "", "verdict"): str(detail.head.verdict),
        ("head", "", "sentence"): detail.head.sentence,
    }
    tables = {(block.key, name): table for block in detail.blocks for name, table in block.tables}
    summaries = {block.key: block.summary for block in detail.blocks}
    said["requirements", "", "summary"] = summaries["requirements"]
    said["failure_modes", "", "summary"] = summaries["failure_modes"]
    for row in _cells(tables.get(("tests", "Test results"))):
        values = dict(zip(("Pass rate", *COUNTS, "Time"), row[2:], strict=True))
        said |= {("tests", row[0], name): value for name, value in values.items()}
    evals = tables.get(("evals", "Eval iterations"))
    titles = [each.title for each in evals.columns[3:]] if evals is not None else []
    for row in _cells(evals):
        values = zip(titles, row[3:], strict=True)
        said |= {("evals", _number(row[0]), name): value for name, value in values}
    for row in _cells(tables.get(("failure_modes", "Failure modes"))):
        said |= _mode(row[1].partition("  ")[0], row[0], row[2])
    for row in _cells(tables.get(("requirements", "Requirements and their tests"))):
        said["requirements", row[1], "state"] = row[0]
    for row in _cells(tables.get(("compliance", "Rules"))):
        said |= _rule(row[1], row[0].partition(" · ")[0], *row[2:])
    for row in _cells(tables.get(("compliance", "Checklist"))):
        said |= _item(row[1], row[0], row[2], row[3])
    for node, row in _rows(tables.get(("approvals", "Approval history"))):
        name = node.anchor.value if node.anchor is not None else ""
        said |= _approval(name, *row[:4], row[4].partition(" ")[0])
    return said


def _number(label: str) -> str:
    """``V3`` of an iteration's label, which may carry it in its own name."""
    found = re.match(r"[Vv]([0-9,]+)", label)
    return f"V{found[1]}" if found else label


def _rows(table: Table | None) -> Iterator[tuple[Node, list[str]]]:
    for node in _flat(table.nodes) if table is not None else ():
        if not node.spans:
            yield node, [cell.text for cell in node.cells]


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    """The rows of a table, out of the groups that many of them stand in."""
    for node in nodes:
        yield node
        if node.spans and node.make is not None:
            yield from node.below()


def _cells(table: Table | None) -> Iterator[list[str]]:
    return (row for _, row in _rows(table))


def _mode(name: str, status: str, severity: str) -> Said:
    return {("failure_modes", name, "status"): status, ("failure_modes", name, "severity"): severity}


def counted_modes(said: Said) -> dict[str, int]:
    """How many failure modes of each severity a surface lists."""
    severities = [
        value for (part, _, name), value in said.items() if (part, name) == ("failure_modes", "severity")
    ]
    return {each: severities.count(each) for each in ("critical", "major", "minor")}


def _rule(name: str, state: str, expected: str, actual: str, n: str) -> Said:
    values = {"state": state, "expected": expected, "actual": actual, "n": n}
    return {("rules", name, each): value for each, value in values.items()}


def _item(title: str, standing: str, expected: str, found: str) -> Said:
    values = {"standing": standing, "expected": "" if expected == "no rule" else expected, "found": found}
    return {("checklist", title, each): value for each, value in values.items()}


def _approval(name: str, *said: str) -> Said:
    values = dict(zip(("action", "who", "role", "when", "counts"), said, strict=True))
    return {("approvals", name, each): value for each, value in values.items()}


def csv_says(subject: Subject, zone: tzinfo | None = None) -> Said:
    """The one file of figures, read as a program reads it."""
    stream = io.BytesIO()
    write_figures(subject, stream, Unwatched(), zone)
    rows = csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8-sig"), newline=""))
    return figures_say({name: restored(value) for name, value in row.items()} for row in rows)


def json_says(subject: Subject, zone: tzinfo | None = None) -> Said:
    """The figures of the JSON, with its verdict, rules and checklist in place of theirs."""
    stream = io.BytesIO()
    write_json(subject, stream, Unwatched(), zone)
    tree = json.loads(stream.getvalue())
    said = figures_say(tree["figures"])
    said["head", "", "verdict"] = tree["verdict"]["shown"]
    said["head", "", "sentence"] = tree["verdict"]["sentence"]
    for each in tree["rules"]:
        said |= _rule(each["id"], each["state"], each["expected"], each["actual"], each["n"])
    return said


def figures_say(rows: Iterable[dict[str, str]]) -> Said:
    """The lines of figures under the common names."""
    said: Said = {}
    for row in rows:
        section, about, name, shown = (row[each] for each in ("section", "about", "name", "shown"))
        if section == "tests" and name in _FIGURES:
            said["tests", _KINDS[about], _FIGURES[name]] = shown
        elif section == "evals":
            said["evals", about, words(name)] = shown
        elif section == "overview" and name in ("verdict", "sentence"):
            said["head", "", name] = shown
        elif section == "approvals" and name == "counts":
            said[section, about, name] = {"yes": "✓", "no": "–"}[shown]
        elif section in ("rules", "approvals", "failure_modes", "requirements"):
            said[section, about, name] = shown
        elif section == "compliance":
            said["checklist", about, name] = shown
    return said


def tables_say(subject: Subject, folder: Path, zone: tzinfo | None = None) -> Said:
    """The folder of tables, read as a spreadsheet reads it."""
    write_tables(subject, folder, Unwatched(), zone)
    said: Said = {}
    for row in _read(folder / "tests-types.csv"):
        said |= {("tests", row["Type"], name): row[name] for name in ("Pass rate", *COUNTS, "Time")}
    for row in _read(folder / "evals-iterations.csv"):
        names = set(row) - {"Iteration", "Outcome", "Prompts", "Notes"}
        said |= {("evals", _number(row["Iteration"]), name): row[name] for name in names}
    for row in _read(folder / "failure-modes.csv"):
        said |= _mode(row["Failure mode"].partition("  ")[0], row["Status"], row["Severity"])
    for row in _read(folder / "requirements.csv"):
        said["requirements", row["Id"], "state"] = row["State"]
    for row in _read(folder / "compliance-rules.csv"):
        state = row["State"].partition(" · ")[0]
        said |= _rule(row["Rule"], state, row["Expected"], row["Actual"], row["n"])
    for row in _read(folder / "compliance-checklist.csv"):
        said |= _item(row["Item"], row["Compliance"], row["The policy asks for"], row["The report has"])
    for row in _read(folder / "approvals.csv"):
        found = re.search(r"^For .* · (\S+) · ", row["Notes"], re.MULTILINE)
        counts = row["Counts"].partition(" ")[0]
        said |= _approval(
            found[1] if found else "", row["Said"], row["Who"], row["Role"], row["When"], counts
        )
    return said


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [{name: restored(value) for name, value in row.items()} for row in csv.DictReader(stream)]


def terminal_says(subject: Subject) -> Said:
    """``tsr-agent show --all`` and ``tsr-agent gate --all``."""
    lines = report_lines(subject.filed.report, WIDE, show_all=True)
    parts = _parts(lines)
    said = _shown_tests(parts.get("Tests", [])) | _shown_evals(parts.get("Evals", []))
    modes = parts.get("Failure modes", [])
    for line in modes[1:]:
        status, severity, rest = line.strip().split(" · ", 2)
        said |= _mode(rest.partition(" ")[0], status, severity)
    said["failure_modes", "", "summary"] = modes[0].strip() if modes else ""
    asked = parts.get("Requirements", [])
    said["requirements", "", "summary"] = asked[0].strip() if asked[0].strip() != "No requirements." else ""
    for line in asked[1:]:
        if found := re.fullmatch(r"  (\S) (\S+)  .* \(([^()]*), [0-9,]+ tests?\)", line):
            said["requirements", found[2], "state"] = f"{found[1]} {found[3]}"
        elif found := re.fullmatch(r"  ▲ (\S+)  in no requirements file, .*", line):
            said["requirements", found[1], "state"] = "▲ unknown"
    if subject.filed.decision is not None:
        said |= _judged(
            decision_lines(subject.filed.report, subject.filed.decision, width=WIDE, show_all=True)
        )
    return said


def _parts(lines: Iterable[str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    title = ""
    for line in lines:
        if line and not line.startswith(" "):
            title = line
        elif line:
            parts.setdefault(title, []).append(line)
    return parts


def _table(lines: list[str]) -> Iterator[dict[str, str]]:
    """The rows of the table that a part begins with."""
    head = re.split(r" {2,}", lines[0].strip())
    for line in lines[1:]:
        cells = re.split(r" {2,}", line.strip())
        if len(cells[0]) != 1 or len(cells) < len(head):
            return
        # A release without a version of its prompts leaves that column empty.
        filled = head if len(cells) == len(head) + 1 else [each for each in head if each != "PROMPT"]
        yield dict(zip(filled, cells[1:], strict=True))


def _shown_tests(lines: list[str]) -> Said:
    titles = {"RATE": "Pass rate"} | {each.upper(): each for each in (*COUNTS, "Time")}
    rows = _table(lines) if lines and "TYPE" in lines[0] else ()
    return {("tests", row["TYPE"], name): row[title] for row in rows for title, name in titles.items()}


def _shown_evals(lines: list[str]) -> Said:
    rows = _table(lines) if lines and "ITERATION" in lines[0] else ()
    return {
        ("evals", _number(row["ITERATION"]), title.capitalize()): value
        for row in rows
        for title, value in row.items()
        if title not in ("ITERATION", "PROMPT")
    }


def _judged(lines: list[str]) -> Said:
    verdict, _, sentence = lines[0].partition("  ")
    said: Said = {("head", "", "policy says"): verdict, ("head", "", "policy's sentence"): sentence}
    state, name = "", ""
    for line in lines:
        if found := re.fullmatch(r"  ([✕○–✓▲]) (\S+)(?: +\S.*)?", line):
            state, name = found[1], found[2]
            said["rules", name, "sign"] = state
        elif found := _JUDGED.fullmatch(line):
            said["rules", name, "expected"], said["rules", name, "actual"] = found[1], found[2]
            said["rules", name, "n"] = found[3] or ""
    return said


def paper_says(window: Said) -> dict[tuple[str, str], str]:
    """The rows as a reader of the PDF finds them: figure beside figure, as they are drawn."""
    told = {("head", name): window["head", "", name] for name in ("verdict", "sentence")}
    of_types = ("Pass rate", "Total", "Passed", "Failed", "Errors", "Skipped", "Flaky", "Time")
    for part, about in dict.fromkeys(key[:2] for key in window):
        if part == "tests":
            told[part, about] = "".join(window[part, about, name] for name in of_types)
        elif part == "rules":
            told[part, about] = "".join(window[part, about, name] for name in ("expected", "actual", "n"))
        elif part == "checklist" and about:
            told[part, about] = (
                about + (window[part, about, "expected"] or "no rule") + window[part, about, "found"]
            )
        elif part == "failure_modes" and about:
            told[part, about] = window[part, about, "status"] + about
        elif part == "requirements" and about:
            told[part, about] = window[part, about, "state"] + about
        elif part == "approvals":
            told[part, about] = "".join(
                window[part, about, name] for name in ("action", "who", "role", "when")
            )
        elif part == "evals":
            values = {key[2]: value for key, value in window.items() if key[:2] == (part, about)}
            told[part, about] = "".join(values.values())
    return told
