"""Several who write the same thing at once: it ends as one, and each is told right."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, report
from tsr_agent.errors import IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.database import open_database
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import decisions, reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from tsr_agent.store.deliveries import Happening
    from tsr_agent.store.engine import Library
    from tsr_agent.store.repository import Added

WRITERS = 4


@pytest.fixture
def writers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WRITERS) as pool:
        yield pool


def count(library: Library, table: object) -> int:
    with library.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


@pytest.mark.parametrize("separately", [True, False])
def test_the_same_upload_at_once_is_filed_once(
    library: Library, database: str, writers: ThreadPoolExecutor, separately: bool
) -> None:
    """With one library for all writers, as threads of a server, and with one for each, as processes."""
    together = threading.Barrier(WRITERS)
    opened = [open_database(database) if separately else library for _ in range(WRITERS)]

    def upload(place: int) -> list[Added]:
        repository = ReportRepository(opened[place])
        done = []
        for number in range(10):
            document = codec.encode(report(id=f"r-{number}"))
            decided = decision_about(document, evaluated_at=NOON + timedelta(seconds=place))
            together.wait(30)
            done.append(repository.add(document, decided, received_at=NOON))
        return done

    done = list(writers.map(upload, range(WRITERS)))
    if separately:
        for each in opened:
            each.close()
    for number in range(10):
        assert sum(each[number].report_is_new for each in done) == 1
        assert sum(each[number].decision_is_new for each in done) == 1
    assert (count(library, reports), count(library, decisions)) == (10, 10)
    assert ChangeFeed(library).page(0, limit=100).head == 20
    assert check(library).sound


def test_of_two_documents_with_one_id_at_once_one_is_refused(
    library: Library, writers: ThreadPoolExecutor
) -> None:
    repository = ReportRepository(library)
    together = threading.Barrier(WRITERS)

    def upload(place: int) -> list[str]:
        filed = []
        for number in range(10):
            document = codec.encode(report(id=f"r-{number}", triggered_by=f"writer {place}"))
            together.wait(30)
            try:
                repository.add(document, decision_about(document), received_at=NOON)
            except IntegrityError:
                continue
            filed.append(f"r-{number}")
        return filed

    filed = [each for done in writers.map(upload, range(WRITERS)) for each in done]
    assert sorted(filed) == sorted(f"r-{number}" for number in range(10))
    assert check(library).sound


def test_decisions_that_supersede_at_once_leave_one_newest(
    library: Library, writers: ThreadPoolExecutor
) -> None:
    repository = ReportRepository(library)
    document = codec.encode(report())
    repository.add(document, decision_about(document), received_at=NOON)
    together = threading.Barrier(WRITERS)

    def decide(place: int) -> int:
        new = 0
        for number in range(10):
            verdict = (GoNoGoDecision.NO_GO, GoNoGoDecision.GO)[(place + number) % 2]
            decided = decision_about(document, decision=verdict, reason=f"policy {number}.{place % 2}")
            together.wait(30)
            new += repository.add(document, decided, supersede=True, received_at=NOON).decision_is_new
        return new

    assert sum(writers.map(decide, range(WRITERS))) == 20  # each two of the four say the very same
    assert count(library, decisions) == 21
    newest = repository.decision(report().id)
    row = repository.row(report().id)
    assert newest is not None
    assert row is not None
    assert row.decision is newest.decision
    assert check(library).sound


def is_waiting(library: Library) -> bool:
    """Whether somebody of this database waits for another's lock."""
    with library.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock'"
        )
        return bool(found.scalar_one())


def upload_beside(library: Library, pool: ThreadPoolExecutor, *, commits: bool) -> Future[Added]:
    """An upload that meets the same id in a transaction that has not ended, which then ends."""
    document = codec.encode(report())
    decided = decision_about(document)
    submitted: list[Future[Added]] = []

    def in_the_transaction(_: Happening) -> tuple[()]:
        beside = pool.submit(ReportRepository(library).add, document, decided, received_at=NOON)
        submitted.append(beside)
        while not is_waiting(library):
            assert not beside.done(), beside.result()
        if not commits:
            raise InterruptedError
        return ()

    first = ReportRepository(library, tell=in_the_transaction)
    if commits:
        assert first.add(document, decided, received_at=NOON).report_is_new
    else:
        with pytest.raises(InterruptedError):
            first.add(document, decided, received_at=NOON)
    return submitted[0]


@pytest.mark.parametrize("commits", [True, False])
def test_an_upload_waits_for_the_same_one_that_has_not_ended(
    postgres_library: Library, writers: ThreadPoolExecutor, commits: bool
) -> None:
    added = upload_beside(postgres_library, writers, commits=commits).result(timeout=30)
    assert (added.report_is_new, added.decision_is_new) == (not commits, not commits)
    assert count(postgres_library, reports) == 1
    assert check(postgres_library).sound
