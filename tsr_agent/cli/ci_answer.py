"""The answer that later steps of a pipeline read, the same few values in every CI system."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport

NOT_DECIDED = "not_decided"

# No blank, quote, dollar, backslash, bracket, semicolon or line end: nothing that a dotenv file, a
# shell, a properties file or a logging command could take for more than a value.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+@-]{0,399}\Z")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command decided about which report. Empty values are unknown."""

    exit_code: int = int(ExitCode.INPUT)
    tsr_id: str = ""
    digest: str = ""
    commit: str = ""
    environment: str = ""
    report: str = ""
    decision: str = NOT_DECIDED

    def values(self) -> tuple[tuple[str, str], ...]:
        """Names and values; ``decision`` last, so that one cut short by a full disk says nothing."""
        return (
            ("exit_code", str(self.exit_code)),
            ("tsr_id", self.tsr_id),
            ("digest", self.digest),
            ("commit", self.commit),
            ("environment", self.environment),
            ("report", self.report),
            ("decision", self.decision),
        )


def answer_of(report: TestSummaryReport, decision: Decision, path: str | Path, code: ExitCode) -> Answer:
    """The answer of a judged report. GO is said only together with exit code 0."""
    from tsr_agent.models.decision import GoNoGoDecision

    said = decision.decision.value
    if decision.decision is GoNoGoDecision.GO and code is not ExitCode.OK:
        said = NOT_DECIDED
    return Answer(
        exit_code=int(code),
        tsr_id=report.id,
        digest=decision.report_digest or "",
        commit=report.versions.codebase_sha,
        environment=decision.environment,
        report=str(path),
        decision=said,
    )


def is_plain(value: str) -> bool:
    """Whether a value can stand anywhere as it is, unquoted and unescaped."""
    return _PLAIN.match(value) is not None
