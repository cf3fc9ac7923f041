from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.decisions import decision_about
from tests.factories.recorded_approvals import LATER, approval_of, waiting
from tests.factories.reports import NOON, report
from tsr_agent.errors import InputError
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.deliveries import Delivery, DeliveryRepository, Happening, Notice, Patience
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.store.engine import Library

DOCUMENT = codec.encode(report())
MINUTE = timedelta(minutes=1)
PATIENCE = Patience(attempts=3, since=NOON - timedelta(days=1))


def tell(happening: Happening) -> Sequence[Notice]:
    """Two targets hear of everything."""
    event = "said" if happening.approval else "decided"
    return [Notice(target=each, event=event, body=f'"{happening.cause}"') for each in ("chat", "mail")]


def claim(
    deliveries: DeliveryRepository, now: datetime = NOON, *targets: str, patience: Patience = PATIENCE
) -> Delivery | None:
    return deliveries.claim(targets or ("chat",), now=now, until=now + 2 * MINUTE, patience=patience)


def rows(library: Library) -> list[Any]:
    with library.read() as connection:
        statement = "SELECT target, event, outcome, attempts, last_error FROM webhook_deliveries ORDER BY id"
        return [tuple(each) for each in connection.exec_driver_sql(statement)]


@pytest.fixture
def deliveries(library: Library) -> DeliveryRepository:
    """Of a library with one decision, of which two targets are to be told."""
    ReportRepository(library, tell=tell).add(DOCUMENT, waiting(DOCUMENT), received_at=NOON)
    return DeliveryRepository(library)


def test_a_decision_and_what_is_to_be_told_of_it_are_filed_together(
    library: Library, deliveries: DeliveryRepository
) -> None:
    waits = ("waiting", 0, None)
    assert rows(library) == [("chat", "decided", *waits), ("mail", "decided", *waits)]
    assert (deliveries.backlog().waiting, deliveries.backlog().gave_up) == (2, 0)


def test_the_same_document_again_tells_nobody_again(library: Library, deliveries: DeliveryRepository) -> None:
    repository = ReportRepository(library, tell=tell)
    repository.add(DOCUMENT, waiting(DOCUMENT), received_at=NOON)
    assert len(rows(library)) == 2
    other = replace(decision_about(DOCUMENT), decision=GoNoGoDecision.NO_GO)
    repository.add(DOCUMENT, other, supersede=True, received_at=NOON)
    assert len(rows(library)) == 4


def test_an_approval_and_what_is_to_be_told_of_it_are_filed_together(
    library: Library, deliveries: DeliveryRepository
) -> None:
    approvals = ApprovalRepository(library, tell=tell)
    for _ in range(2):
        approvals.file(report().id, approval_of, received_at=LATER)
    assert [each[1] for each in rows(library)] == ["decided", "decided", "said", "said"]


def test_the_same_target_is_told_once_of_one_cause(library: Library) -> None:
    twice = ReportRepository(library, tell=lambda happening: [*tell(happening), *tell(happening)])
    twice.add(DOCUMENT, waiting(DOCUMENT), received_at=NOON)
    assert [each[0] for each in rows(library)] == ["chat", "mail"]


def test_whoever_fails_to_tell_files_nothing(library: Library) -> None:
    def fail(_: Happening) -> Sequence[Notice]:
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        ReportRepository(library, tell=fail).add(DOCUMENT, waiting(DOCUMENT), received_at=NOON)
    assert ReportRepository(library).count() == 0
    assert rows(library) == []


def test_one_delivery_is_claimed_by_one_worker_until_its_claim_ends(deliveries: DeliveryRepository) -> None:
    first = claim(deliveries)
    assert first is not None
    assert (first.target, first.attempts, first.report_id) == ("chat", 1, report().id)
    assert claim(deliveries) is None
    other = claim(deliveries, NOON, "chat", "mail")
    assert other is not None
    assert other.target == "mail"
    assert claim(deliveries, NOON + MINUTE, "chat", "mail") is None
    again = claim(deliveries, NOON + 2 * MINUTE)
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)
    # Whoever lost the claim changes nothing any more, but what arrived has arrived.
    assert not deliveries.postpone(first, due_at=NOON + 9 * MINUTE, error="late")
    assert not deliveries.give_up(first, now=NOON, error="late")
    deliveries.delivered(first, now=NOON + 3 * MINUTE)
    assert claim(deliveries, NOON + 10 * MINUTE) is None
    assert not deliveries.postpone(again, due_at=NOON, error="it arrived all the same")


def test_a_failed_try_waits_until_it_is_due(library: Library, deliveries: DeliveryRepository) -> None:
    first = claim(deliveries)
    assert first is not None
    assert deliveries.postpone(first, due_at=NOON + 5 * MINUTE, error="HTTP 500" + "x" * 1_000)
    assert claim(deliveries, NOON + 4 * MINUTE) is None
    again = claim(deliveries, NOON + 5 * MINUTE)
    assert again is not None
    assert deliveries.give_up(again, now=NOON + 5 * MINUTE, error="HTTP 404")
    assert rows(library)[0] == ("chat", "decided", "gave_up", 2, "HTTP 404")
    assert (deliveries.backlog().waiting, deliveries.backlog().gave_up) == (1, 1)


def test_what_kills_its_workers_is_given_up_after_so_many_tries(
    library: Library, deliveries: DeliveryRepository
) -> None:
    moment = NOON
    for _ in range(3):
        assert claim(deliveries, moment) is not None
        moment += 2 * MINUTE
    assert claim(deliveries, moment) is None
    assert rows(library)[0] == ("chat", "decided", "gave_up", 3, "never answered")


def test_what_nobody_wants_to_hear_any_more_is_given_up_whoever_it_was_for(
    library: Library, deliveries: DeliveryRepository
) -> None:
    late = NOON + timedelta(days=2)
    patience = Patience(attempts=3, since=late - timedelta(days=1))
    assert claim(deliveries, late, "elsewhere", patience=patience) is None
    assert [each[2] for each in rows(library)] == ["gave_up", "gave_up"]


def test_nobody_to_tell_claims_nothing(deliveries: DeliveryRepository) -> None:
    assert deliveries.claim((), now=NOON, until=NOON, patience=PATIENCE) is None


def test_many_workers_never_claim_the_same_one(library: Library) -> None:
    repository = ReportRepository(library, tell=tell)
    for number in range(20):
        document = codec.encode(report(id=f"r-{number}"))
        repository.add(document, waiting(document), received_at=NOON)
    deliveries = DeliveryRepository(library)

    def work(_: int) -> list[int]:
        claimed = []
        while (found := claim(deliveries, NOON, "chat", "mail")) is not None:
            claimed.append(found.id)
        return claimed

    with ThreadPoolExecutor(4) as pool:
        claimed = [each for found in pool.map(work, range(4)) for each in found]
    assert len(claimed) == len(set(claimed)) == 40
