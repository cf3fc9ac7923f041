"""From what happens at a server to what a webhook hears."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from msgspec.structs import replace

from tests.factories.answered_releases import Release, document, waiting
from tests.factories.approval_documents import REJECT, WAITS, said, stands, withdrawn
from tests.factories.judged_reports import releasable
from tests.factories.reports import NOON
from tests.factories.servers import HandClock, bearer, in_process, running_server
from tests.factories.webhook_receivers import OK, Receiver, receiver, status
from tsr_agent.errors import UsageError
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.decision import GoNoGoDecision, PolicyReference
from tsr_agent.server.app import build_app
from tsr_agent.server.notifying import Notifier, event_of
from tsr_agent.server.settings import ServerSettings
from tsr_agent.server.webhooks.targets import Event, read_webhooks
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.servers import InProcess
    from tsr_agent.store.engine import Library

NO_GO = GoNoGoDecision.NO_GO
ALL = '["no_go", "pending_review", "approved", "rejected"]'


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as listening:
        yield listening


def settings(folder: Path, port: int, events: str = ALL, more: str = "") -> ServerSettings:
    path = folder / "webhooks.toml"
    path.write_text(
        f'private_hosts = ["127.0.0.1:{port}"]\n'
        f'[[webhook]]\nname = "releases"\nurl_env = "RELEASES_URL"\nevents = {events}\n{more}\n'
    )
    return ServerSettings(webhooks=str(path))


@pytest.fixture
def telling(
    library: Library, there: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InProcess]:
    """A server that tells one webhook of everything."""
    monkeypatch.setenv("RELEASES_URL", there.url)
    with in_process(library, settings=settings(tmp_path, there.port)) as server:
        yield server


def heard(there: Receiver) -> list[str]:
    """The next message that arrives, as lines."""
    assert there.came.acquire(timeout=30)
    lines: list[str] = there.bodies[-1]["text"].splitlines()
    return lines


def decide(server: InProcess, release: Release) -> None:
    """Files a decision as the server's own services do."""
    notifier = Notifier(read_webhooks(Path(server.app.state.settings.webhooks), os.environ))
    ReportRepository(server.library, tell=notifier).add(
        release.document, release.decision, supersede=True, received_at=NOON
    )


def test_what_is_decided_and_said_is_told_in_order(telling: InProcess, there: Receiver) -> None:
    of = document()
    release = Release(telling, of, waiting(of))
    decide(telling, release)
    assert heard(there)[:2] == ["aitr: A release waits for approval", "Release: PENDING REVIEW"]
    rejected = release.say("reject", "Ben", note="not yet <!here>").json()["approval"]["id"]
    lines = heard(there)
    assert lines[:2] == ["aitr: Rejected", "Release: NO-GO"]
    assert "Note: `not yet &lt;!here&gt;`" in lines
    release.say("revoke", "Ben", revokes=rejected)
    assert heard(there)[0] == "aitr: A release waits for approval"
    release.say("approve", "Ana")
    assert heard(there)[:2] == ["aitr: Approved", "Release: GO"]
    # A refusal is nothing that happened.
    assert release.say("approve", "nightly").status_code == 403
    release.decision = replace(
        release.decision, decision=NO_GO, policy=PolicyReference(name="p", version="2", digest="cd" * 32)
    )
    decide(telling, release)
    assert heard(there)[:2] == ["aitr: NO-GO", "Release: NO-GO"]
    assert len(there.bodies) == 5


def test_a_go_and_the_same_request_again_are_told_to_nobody(telling: InProcess, there: Receiver) -> None:
    of = document(id="go-at-once")
    go = Release(
        telling, of, waiting(of, decision=GoNoGoDecision.GO, manual_approval_required=False, approval=None)
    )
    decide(telling, go)
    release = Release.on_record(telling)
    asked = release.request()
    for _ in range(2):
        release.say("approve", "Ana", **asked)
    release.say("approve", "Ben")
    assert heard(there)[0] == heard(there)[0] == "aitr: Approved"
    assert len(there.bodies) == 2


def test_the_address_is_nowhere_but_on_the_way(telling: InProcess, there: Receiver) -> None:
    release = Release.on_record(telling)
    release.say("approve", "Ana")
    heard(there)
    assert "/services/T0/B0/secret" in there.heads[0]
    with telling.library.read() as connection:
        kept = str(list(connection.exec_driver_sql("SELECT * FROM webhook_deliveries")))
    assert "services" not in kept + telling.log.getvalue()
    assert telling.token(Role.VIEWER) not in there.heads[0]


def test_what_does_not_count_is_told_to_nobody() -> None:
    own = said("nightly build")
    assert event_of(WAITS, stands(own), own) is None
    assert event_of(WAITS, stands(said()), said()) is Event.APPROVED
    # Of a rejection that was taken back the release is what it was before.
    back = withdrawn(said("ana", REJECT))
    assert event_of(WAITS, stands(said("ana", REJECT), back), back) is Event.PENDING_REVIEW
    approved = stands(said("ben"), said("ana", REJECT), back)
    assert event_of(WAITS, approved, back) is Event.APPROVED


def test_metrics_say_what_waits_and_what_was_given_up(telling: InProcess, there: Receiver) -> None:
    there.answers = [status(404)]
    Release.on_record(telling).say("approve", "Ana")
    heard(there)
    headers = bearer(telling.token(Role.ADMIN))
    deadline = time.monotonic() + 30
    while "aitr_webhooks_given_up 1" not in (text := telling.client.get("/metrics", headers=headers).text):
        assert time.monotonic() < deadline, text
    assert "aitr_webhooks_waiting 0" in text


def test_a_server_with_a_wrong_webhooks_file_does_not_start(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="RELEASES_URL is empty"):
        build_app(settings(tmp_path, 1), library, HandClock())


def test_a_real_server_tells_of_an_upload_and_stops_in_good_order(there: Receiver, tmp_path: Path) -> None:
    named = settings(tmp_path, there.port).webhooks
    options = ("--webhooks", str(named))
    with running_server(tmp_path / "aitr.db", tmp_path, *options, RELEASES_URL=there.url) as server:
        held = threading.Event()
        # The first message is still being taken when the server is told to stop.
        there.answers = [lambda connection: held.wait(5) and connection.sendall(OK)]
        document = codec.encode(releasable(manual_approval_required=True))
        answer = requests.post(
            f"{server.url}/api/tsr",
            data=document,
            headers=bearer(server.token(Role.AGENT)) | {"Content-Type": "application/json"},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        assert heard(there)[:2] == ["aitr: A release waits for approval", "Release: PENDING REVIEW"]
        server.process.terminate()
        held.set()
        assert server.process.wait(30) == 0
        assert "services" not in server.log()
    with open_library(tmp_path / "aitr.db") as library, library.read() as connection:
        told = connection.exec_driver_sql("SELECT outcome, attempts FROM webhook_deliveries").all()
    assert [tuple(each) for each in told] == [("delivered", 1)]
