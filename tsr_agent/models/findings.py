"""Findings of static analysis (SARIF 2.1) as a part of a report."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta

from tsr_agent.models.base import Count, LongText, Record, ShortText


class FindingLevel(Enum):
    """SARIF's levels."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NONE = "none"


class Finding(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One result of a scan."""

    rule_id: ShortText
    level: FindingLevel
    message: LongText = ""
    file: LongText = ""
    line: Annotated[int, Meta(ge=1)] | None = None


class StaticAnalysis(Record, frozen=True, kw_only=True):
    """One run of one scanner. A scan that did not succeed or looked at nothing is ``not run``."""

    path: LongText
    tool: ShortText
    executed: bool
    findings: tuple[Finding, ...] = ()
    suppressed: Count = 0
    left_out: Count = 0
    """Findings beyond the bound of their file. None of them is of a worse level than any that is held."""
    reason: LongText = ""
    """Why it counts as not run."""
