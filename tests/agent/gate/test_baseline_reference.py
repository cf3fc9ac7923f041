"""What a decision says of the report that it was compared with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

from tests.factories.judged_reports import NOW, releasable
from tsr_agent.gate.baseline import Baseline, BaselineSelection, JudgedReport, accepted
from tsr_agent.gate.evidence import admit
from tsr_agent.models.decision import BaselineSelect

JUDGED = JudgedReport(
    evidence=admit(releasable()), environment="staging", created_at=NOW, digest="a" * 64, moment=NOW
)


def baseline(created_at: Any) -> Baseline:
    report = msgspec.structs.replace(releasable(id="tsr-0"), created_at=created_at)
    return Baseline(report=report, digest="b" * 64, select=BaselineSelect.LAST_APPROVED)


def test_it_is_named_with_its_day_in_utc() -> None:
    made = datetime(2026, 11, 20, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    found = baseline(made)
    assert accepted(found, BaselineSelection(), JUDGED)[0] is not None
    assert (found.reference.report_id, found.reference.digest) == ("tsr-0", "b" * 64)
    assert found.reference.created_at == datetime(2026, 11, 19, 23, 0, tzinfo=UTC)


def test_a_day_before_the_first_one_is_no_baseline_and_no_crash() -> None:
    first = baseline(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))))
    assert accepted(first, BaselineSelection(), JUDGED) == (
        None,
        "The baseline tsr-0 can't be used: it is not known when it or the judged report was made",
    )
