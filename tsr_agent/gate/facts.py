"""What a check may look at: the judged report, the report it is compared with, and the moment."""

from __future__ import annotations

from datetime import datetime

from tsr_agent.gate.evidence import Evidence
from tsr_agent.models.base import Record


class Facts(Record, frozen=True, kw_only=True):
    """Everything that a rule is judged on. Both pieces of evidence hold only what fits its model."""

    evidence: Evidence
    """Of the report that is judged."""
    moment: datetime
    """The moment of the decision, in UTC."""
    baseline: Evidence | None = None
    """Of the report to compare with; None where there is none that the policy accepts."""
    no_baseline: str = "There is no baseline to compare with"
    """Why there is none, in a sentence without its full stop."""
