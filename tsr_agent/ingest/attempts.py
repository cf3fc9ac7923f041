"""Several records of one test become one case with its attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.ingest.bounded_text import cut_middle
from tsr_agent.ingest.junit_case import worst
from tsr_agent.models.results import Attempt, CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Sequence

UNSTATED_RERUN = (
    "The results file lists a later run of this test; pytest only repeats a test that did not pass."
)
_TEARDOWN = "failed on teardown with"
_BAD = frozenset({CaseStatus.FAILED, CaseStatus.ERROR})


def merge_attempts(records: Sequence[TestCase], *, by_pytest: bool = False) -> TestCase:
    """One case of all records of one test.

    It is flaky when the last record passed and an earlier one failed or broke. Otherwise the worst
    outcome wins. No message is lost: each stands in its attempt.

    Args:
        records: At least one, in the file's order.
        by_pytest: Apply what is known of pytest's files.
    """
    if by_pytest:
        records = _name_unstated_reruns(_join_teardowns(records))
    if len(records) == 1:
        return records[0]
    attempts = tuple(attempt for each in records for attempt in each.attempts or (_as_attempt(each),))
    last = records[-1]
    late_pass = last.status is CaseStatus.PASSED and any(each.status in _BAD for each in attempts)
    status = CaseStatus.PASSED if late_pass else worst(each.status for each in records)
    telling = last if late_pass else next(each for each in reversed(records) if each.status is status)
    return msgspec.structs.replace(
        last,
        status=status,
        flaky=status is CaseStatus.PASSED and (late_pass or any(each.flaky for each in records)),
        message=telling.message,
        details=telling.details,
        output=telling.output,
        line=next((each.line for each in reversed(records) if each.line), None),
        attempts=attempts,
        requirement_ids=tuple(dict.fromkeys(name for each in records for name in each.requirement_ids)),
        tags=tuple(dict.fromkeys(name for each in records for name in each.tags)),
    )


def _as_attempt(case: TestCase) -> Attempt:
    return Attempt(
        status=case.status, duration_ms=case.duration_ms, message=case.message, details=case.details
    )


def _join_teardowns(records: Sequence[TestCase]) -> list[TestCase]:
    """Puts a tear-down that broke to the run it belongs to: that run is one attempt, not two."""
    joined: list[TestCase] = []
    for record in records:
        if joined and record.status is CaseStatus.ERROR and record.message.startswith(_TEARDOWN):
            joined[-1] = _with_teardown(joined[-1], record)
        else:
            joined.append(record)
    return joined


def _with_teardown(run: TestCase, teardown: TestCase) -> TestCase:
    durations = [each.duration_ms for each in (run, teardown) if each.duration_ms is not None]
    return msgspec.structs.replace(
        teardown,
        duration_ms=sum(durations) if durations else None,
        message=cut_middle("\n\n".join(each.message for each in (teardown, run) if each.message)),
        details=cut_middle("\n\n".join(each.details for each in (teardown, run) if each.details)),
        output=cut_middle("\n\n".join(each.output for each in (run, teardown) if each.output)),
        requirement_ids=tuple(dict.fromkeys((*run.requirement_ids, *teardown.requirement_ids))),
        tags=tuple(dict.fromkeys((*run.tags, *teardown.tags))),
    )


def _name_unstated_reruns(records: list[TestCase]) -> list[TestCase]:
    """An earlier run that bears no outcome was a failure: pytest-rerunfailures leaves it out."""
    return [
        msgspec.structs.replace(each, status=CaseStatus.FAILED, message=UNSTATED_RERUN)
        if each.status is CaseStatus.PASSED and not each.attempts
        else each
        for each in records[:-1]
    ] + records[-1:]
