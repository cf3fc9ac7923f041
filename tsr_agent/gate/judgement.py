"""What a check found, before severity, waivers and missing evidence are weighed."""

from __future__ import annotations

from tsr_agent.models.base import Record
from tsr_agent.models.decision import EvidenceRef, RuleState

NO_DATA = "no data"
MAX_EVIDENCE = 50
"""References kept with a rule's result; a report with more failures has them in its test results."""


class Judgement(Record, frozen=True, kw_only=True):
    """The outcome of one check: pass, fail or not evaluated."""

    state: RuleState
    expected: str
    actual: str
    message: str
    n: int | None = None
    interval: tuple[float, float] | None = None
    confidence: float | None = None
    """Confidence of the interval; None without one."""
    remarks: tuple[str, ...] = ()
    """What a reader should know beside the state; it changes nothing."""
    evidence: tuple[EvidenceRef, ...] = ()
    lacks_evidence: bool = False
    """It failed, and some of what it asks for could not be looked at."""
    failing_tests: tuple[str, ...] | None = None
    """Ids of all tests that alone make it fail; None where they can't be named one by one."""


def state_of(passed: bool) -> RuleState:
    """The state of a check that had its evidence."""
    return RuleState.PASS if passed else RuleState.FAIL


def not_evaluated(expected: str, message: str, actual: str = NO_DATA) -> Judgement:
    """A check that could not be made, because its evidence is missing."""
    return Judgement(state=RuleState.NOT_EVALUATED, expected=expected, actual=actual, message=message)
