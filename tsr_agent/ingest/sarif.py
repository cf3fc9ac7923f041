"""SARIF 2.1, as ruff, Bandit, Semgrep, CodeQL, ESLint and others write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import clean, cut_middle, cut_name
from tsr_agent.ingest.findings_bound import bound_remark, worst
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import json_tree, read_whole
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis

if TYPE_CHECKING:
    from pathlib import PurePath

    from tsr_agent.ingest.sarif_model import Invocation, Log, Result, Run
    from tsr_agent.ingest.sarif_rules import RunRules

SUFFIX = ".sarif"
_BOM = b"\xef\xbb\xbf"
_MARKS = (b'"driver"', b'"ruleId"', b"sarif")
_MAX_REASON = 1_000
_MAX_LINE = 2**53


class SarifReader:
    """Reads each run's results with their level, suppressed ones counted apart."""

    name = "SARIF"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON with ``runs`` at the top that names SARIF, a tool's driver or a result's rule.

        Takes any ``*.sarif`` too, so that a damaged one is unreadable and not overlooked.
        """
        if "runs" in top_level_keys(head):
            marks = [mark for mark in _MARKS if mark in head]
            if marks:
                return f"JSON with runs at the top and {marks[0].decode()}"
        return f"named *{SUFFIX}" if path.suffix.lower() == SUFFIX else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads all runs.

        Raises:
            InputError: Not strict JSON, another version, no tool, or a value that SARIF does not have.
        """
        document = read_whole(stream, path, self._limits, "json_bytes").removeprefix(_BOM)
        log = _log(json_tree(document, path, self._limits), path)
        if not log.runs:
            raise InputError(f"{path}: it holds no run: nothing was scanned.")
        if len(log.runs) > self._limits.sarif_runs:
            raise beyond(self._limits, "sarif_runs", path)
        scans = [_Scan(run) for run in log.runs]
        graded = [
            (level, (place, number))
            for place, scan in enumerate(scans)
            for number, level in enumerate(scan.levels)
        ]
        order = {number: each for number, (_, each) in enumerate(graded)}
        for number in worst(((level, number) for number, (level, _) in enumerate(graded)), self._limits):
            place, which = order[number]
            scans[place].keep(which)
        return Parts(
            static_analysis=tuple(scan.analysis(path) for scan in scans),
            remarks=(*bound_remark(len(graded), self._limits), *_remarks(scans)),
        )


class _Scan:
    """One run: which of its results are findings."""

    def __init__(self, run: Run) -> None:
        from tsr_agent.ingest.sarif_model import BaselineState
        from tsr_agent.ingest.sarif_rules import RunRules

        self._run = run
        self._rules: RunRules = RunRules(run)
        present = [each for each in run.results or () if each.baseline_state is not BaselineState.ABSENT]
        self._results = [each for each in present if not _is_suppressed(each)]
        self._kept: list[Finding] = []
        self.gone = len(run.results or ()) - len(present)
        self.suppressed = len(present) - len(self._results)
        self.silent = any(each.execution_successful is None for each in run.invocations)
        self.levels = [self._rules.level(each) for each in self._results]

    @property
    def tool(self) -> str:
        """The tool's name."""
        return cut_name(clean(self._run.tool.driver.name.strip()), 1_000)

    def keep(self, number: int) -> None:
        """Makes a finding of a result."""
        result = self._results[number]
        self._kept.append(
            Finding(
                rule_id=self._rules.rule_id(result),
                level=self.levels[number],
                message=self._rules.message(result),
                file=self._rules.file(result),
                line=_line(result),
            )
        )

    def analysis(self, path: str) -> StaticAnalysis:
        """The run as a part of the report."""
        reason = _why_not_run(self._run)
        return StaticAnalysis(
            path=path,
            tool=self.tool,
            executed=not reason,
            findings=tuple(self._kept),
            suppressed=self.suppressed,
            left_out=len(self.levels) - len(self._kept),
            reason=clean(cut_middle(reason, _MAX_REASON)),
        )


def _log(tree: Any, path: str) -> Log:
    from tsr_agent.ingest.sarif_model import Log

    version = tree.get("version") if isinstance(tree, dict) else None
    if not isinstance(version, str) or not version.startswith("2.1."):
        raise InputError(f"{path}: not SARIF 2.1: its version is {str(version)[:40]!r}.")
    try:
        log = msgspec.convert(tree, Log)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: not SARIF 2.1: {clean(str(error))[:500]}.") from error
    if any(not run.tool.driver.name.strip() for run in log.runs):
        raise InputError(f"{path}: not SARIF 2.1: a run does not name its tool.")
    return log


def _is_suppressed(result: Result) -> bool:
    """It has suppressions, and none of them was rejected or waits for its review."""
    from tsr_agent.ingest.sarif_model import SuppressionStatus

    requests = result.suppressions or ()
    return bool(requests) and all(each.status is SuppressionStatus.ACCEPTED for each in requests)


def _line(result: Result) -> int | None:
    places = (each.physical_location for each in result.locations)
    region = next((each.region for each in places if each), None)
    line = region.start_line if region else None
    return line if line is not None and 1 <= line <= _MAX_LINE else None


def _why_not_run(run: Run) -> str:
    """Why the run counts as not run; empty where it ran."""
    for invocation in run.invocations:
        if invocation.execution_successful is False:
            return f"The tool says that it did not succeed{_own_words(invocation)}."
    if run.results is None:
        if "results" in run.external_property_file_references:
            return "The results are in another file, which is not read."
        return "The run has no list of results: the tool did not scan."
    return ""


def _own_words(invocation: Invocation) -> str:
    notifications = (
        *invocation.tool_configuration_notifications,
        *invocation.tool_execution_notifications,
    )
    said = [
        each.message.text for each in notifications if each.level is FindingLevel.ERROR and each.message.text
    ]
    words = (
        invocation.exit_code_description
        or invocation.process_start_failure_message
        or (said[0] if said else None)
        or invocation.exit_signal_name
        or (f"exit code {str(invocation.exit_code)[:20]}" if invocation.exit_code is not None else None)
    )
    return f": {words.strip().rstrip('.')}" if words else ""


def _remarks(scans: list[_Scan]) -> tuple[str, ...]:
    gone = sum(each.gone for each in scans)
    silent = [each.tool for each in scans if each.silent]
    remarks = []
    if gone:
        remarks.append(f"{gone:,} results of an earlier run that this one did not find are left out.")
    if silent:
        remarks.append(f"An invocation of {silent[0][:200]} does not say whether it succeeded.")
    return tuple(remarks)
