"""The worker over a real database; mostly with a poster that answers as it is told."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.recorded_approvals import waiting
from tests.factories.reports import NOON, report
from tests.factories.servers import HandClock
from tests.factories.webhook_receivers import Receiver, receiver, status, webhook
from tsr_agent.errors import StoreError
from tsr_agent.models import codec
from tsr_agent.server.notifying import Notifier
from tsr_agent.server.webhooks.posting import Answer, HttpPoster
from tsr_agent.server.webhooks.worker import Pace, Worker
from tsr_agent.store.deliveries import DeliveryRepository
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tsr_agent.server.webhooks.targets import Address, Webhook
    from tsr_agent.store.engine import Library

GOOD = Answer(delivered=True, again=False, what="HTTP 200")
AWAY = Answer(delivered=False, again=True, what="HTTP 503")
REFUSED = Answer(delivered=False, again=False, what="HTTP 404")


class Most:
    """Waits as long as may be."""

    def uniform(self, a: float, b: float) -> float:
        return b


@dataclass
class Told:
    """A poster that goes nowhere."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    posted: list[tuple[str, str]] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)

    def post(self, address: Address, body: bytes, *, now: datetime) -> Answer:
        self.posted.append((address.host, json.loads(body)["text"]))
        self.times.append(now)
        answers = self.answers.get(address.host, [])
        return answers.pop(0) if answers else GOOD


def note(library: Library, count: int = 1, *webhooks: Webhook) -> None:
    repository = ReportRepository(library, tell=Notifier(webhooks or (webhook(),)))
    for number in range(count):
        document = codec.encode(report(id=f"r-{number}"))
        repository.add(document, waiting(document), received_at=NOON)


@dataclass
class Office:
    """A worker with everything that it works with."""

    library: Library
    poster: Told = field(default_factory=Told)
    clock: HandClock = field(default_factory=HandClock)
    webhooks: tuple[Webhook, ...] = (webhook(),)

    @property
    def worker(self) -> Worker:
        deliveries = DeliveryRepository(self.library)
        return Worker(self.webhooks, deliveries, self.poster, clock=self.clock, chance=Most())

    def rows(self) -> list[tuple[Any, ...]]:
        with self.library.read() as connection:
            statement = "SELECT target, outcome, attempts, last_error FROM webhook_deliveries ORDER BY id"
            return [tuple(each) for each in connection.exec_driver_sql(statement)]


def work_off(worker: Worker) -> int:
    """All that is due."""
    done = 0
    while worker.deliver_one():
        done += 1
    return done


@pytest.fixture
def office(library: Library) -> Office:
    return Office(library)


def test_what_waits_is_told_once(office: Office) -> None:
    note(office.library, 3)
    assert work_off(office.worker) == 3
    assert [each[1] for each in office.rows()] == ["delivered"] * 3
    assert work_off(office.worker) == 0
    assert [text.splitlines()[0] for _, text in office.poster.posted] == [
        "aitr: A release waits for approval"
    ] * 3


def test_a_target_that_is_away_is_tried_eight_times_at_growing_distances(office: Office) -> None:
    note(office.library)
    office.poster.answers["chat"] = [AWAY] * 20
    worker = office.worker
    for _ in range(24 * 60 * 6):
        worker.deliver_one()
        office.clock.forward(timedelta(seconds=10))
    waits = [
        round((later - sooner).total_seconds())
        for sooner, later in zip(office.poster.times, office.poster.times[1:], strict=False)
    ]
    assert len(office.poster.times) == 8
    assert waits == [10, 30, 130, 630, 3130, 7200, 7200]
    assert office.rows() == [("chat", "gave_up", 8, "HTTP 503")]


def test_a_refusal_is_final_and_logged_without_the_address(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    note(office.library)
    office.poster.answers["chat"] = [REFUSED]
    with caplog.at_level(logging.WARNING):
        assert work_off(office.worker) == 1
    assert office.rows() == [("chat", "gave_up", 1, "HTTP 404")]
    assert "chat" in caplog.text
    assert "s3cr3t" not in caplog.text
    assert DeliveryRepository(office.library).backlog().gave_up == 1


def test_a_target_may_ask_for_time(office: Office) -> None:
    note(office.library, 2)
    wait = Answer(delivered=False, again=True, what="HTTP 429", retry_after=timedelta(minutes=30))
    office.poster.answers["chat"] = [wait]
    worker = office.worker
    assert work_off(worker) == 1
    office.clock.forward(timedelta(minutes=29))
    assert work_off(worker) == 0
    office.clock.forward(timedelta(minutes=1))
    assert work_off(worker) == 2


def test_a_target_that_is_away_holds_nobody_up(library: Library) -> None:
    both = (webhook("chat"), webhook("mail"))
    office = Office(library, webhooks=both)
    note(library, 50, *both)
    office.poster.answers["chat"] = [AWAY] * 100
    worker = office.worker
    assert work_off(worker) == 51
    assert [host for host, _ in office.poster.posted].count("chat") == 1
    # When it is back it hears all of it.
    office.poster.answers.clear()
    office.clock.forward(timedelta(minutes=5))
    assert work_off(worker) == 50


def test_a_worker_that_dies_in_the_middle_leaves_it_to_the_next(office: Office) -> None:
    class KilledError(Exception):
        pass

    class Deadly(Told):
        def post(self, address: Address, body: bytes, *, now: datetime) -> Answer:
            raise KilledError

    note(office.library)
    living, office.poster = office.poster, Deadly()
    with pytest.raises(KilledError):
        office.worker.deliver_one()
    office.poster = living
    assert work_off(office.worker) == 0
    office.clock.forward(Pace().claim)
    assert work_off(office.worker) == 1
    assert office.rows() == [("chat", "delivered", 2, None)]


def test_the_thread_tells_and_stops(library: Library) -> None:
    with receiver() as there:
        target = webhook(port=there.port)
        note(library, 2, target)
        worker = Worker(
            (target,), DeliveryRepository(library), HttpPoster(), clock=HandClock(), chance=Most()
        )
        worker.start()
        assert there.came.acquire(timeout=20)
        assert there.came.acquire(timeout=20)
        assert worker.stop(timeout=20)
    assert [each.name for each in threading.enumerate() if each.name == "aitr-webhooks"] == []


def test_the_thread_outlives_a_database_that_is_away(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = threading.Semaphore(0)
    errors: list[Exception] = [StoreError("The database is away."), RuntimeError("nobody thought of this")]

    def fail(*_: Any, **__: Any) -> None:
        asked.release()
        if errors:
            raise errors.pop(0)

    monkeypatch.setattr(DeliveryRepository, "claim", fail)
    pace = Pace(poll=timedelta(milliseconds=1))
    worker = Worker(
        (webhook(),), DeliveryRepository(library), Told(), clock=HandClock(), chance=Most(), pace=pace
    )
    with caplog.at_level(logging.WARNING):
        worker.start()
        for _ in range(4):
            assert asked.acquire(timeout=20)
        assert worker.stop(timeout=20)
    assert "The database is away." in caplog.text
    assert "nobody thought of" in caplog.text


PROCESS = """
import random, sys
from datetime import timedelta
from tests.factories.webhook_receivers import webhook
from tsr_agent.clock import SystemClock
from tsr_agent.server.webhooks.posting import HttpPoster
from tsr_agent.server.webhooks.worker import Pace, Worker
from tsr_agent.store.deliveries import DeliveryRepository
from tsr_agent.store.database import open_database

where, port = sys.argv[1], int(sys.argv[2])
pace = Pace(
    too_old=timedelta(days=100_000), poll=timedelta(milliseconds=20),
    first_wait=timedelta(milliseconds=20), target_pause=timedelta(milliseconds=20), attempts=1_000,
)
with open_database(where) as library:
    worker = Worker((webhook(port=port),), DeliveryRepository(library), HttpPoster(),
                    clock=SystemClock(), chance=random.Random(), pace=pace)
    worker.start()
    print("working", flush=True)
    sys.stdin.read()
    assert worker.stop(30)
"""


@pytest.fixture
def processes(project_dir: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts worker processes; they are gone when the test ends."""
    started: list[subprocess.Popen[str]] = []

    def start(database: str, there: Receiver) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, database, str(there.port)],
            cwd=project_dir,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(30)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def said_goodbye(process: subprocess.Popen[str]) -> int:
    assert process.stdin is not None
    process.stdin.close()
    return process.wait(30)


def test_two_processes_on_one_database_tell_each_message_once(
    database: str, library: Library, processes: Callable[..., subprocess.Popen[str]]
) -> None:
    with receiver() as there:
        there.answers = [status(500)] * 10
        note(library, 40, webhook(port=there.port))
        workers = [processes(database, there) for _ in range(2)]
        for _ in range(50):
            assert there.came.acquire(timeout=60)
        assert [said_goodbye(each) for each in workers] == [0, 0]
    heard = [each["text"] for each in there.bodies]
    assert len(heard) == 50
    # Ten were refused the first time round, and none of those that were taken came again.
    assert len(set(heard)) == 40
    assert {each[1] for each in Office(library).rows()} == {"delivered"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_process_loses_nothing(
    database: str, library: Library, processes: Callable[..., subprocess.Popen[str]]
) -> None:
    with receiver() as there:
        held = threading.Event()

        def hold(connection: Any) -> None:
            held.wait(30)

        there.answers = [hold]
        note(library, 5, webhook(port=there.port))
        first = processes(database, there)
        assert there.came.acquire(timeout=60)
        os.kill(first.pid, signal.SIGKILL)
        first.wait(30)
        held.set()
        # Its claim would end by itself in two minutes, which no test waits for.
        with library.write() as connection:
            connection.exec_driver_sql("UPDATE webhook_deliveries SET claimed_until = 0 WHERE attempts > 0")
        second = processes(database, there)
        for _ in range(5):
            assert there.came.acquire(timeout=60)
        assert said_goodbye(second) == 0
    assert len({each["text"] for each in there.bodies}) == 5
    assert {each[1] for each in Office(library).rows()} == {"delivered"}
