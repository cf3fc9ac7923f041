"""Synchronising over an open library, with a real ``tsr-agent serve`` on the other side."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.library import interruptible
from aitr_desktop.library.servers import Servers, TokenSource, address_of
from aitr_desktop.library.synchronising import outbox_state, send_again, sync_state, synchronise
from tests.desktop.fakes import MemoryTokens, Watching
from tests.desktop.serving import connection, desk, history
from tests.factories.histories import documents, upload
from tests.factories.raw_server import RawServer
from tests.factories.reports import report
from tests.factories.servers import running_server
from tsr_agent.client.entries import report_head
from tsr_agent.client.outbox import Outbox
from tsr_agent.client.pace import Pace
from tsr_agent.clock import SystemClock
from tsr_agent.errors import ServiceError, StoreError, UsageError
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.store.engine import open_library
from tsr_agent.store.integrity import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.factories.servers import RunningServer

CLOCK = SystemClock()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.db"
    open_library(path, create=True).close()
    return path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    history(tmp_path / "server.db", 40)
    with running_server(tmp_path / "server.db", tmp_path) as running:
        yield running


def same(mine: Path, server: RunningServer) -> bool:
    from pathlib import Path

    with open_library(mine) as here, open_library(Path(server.database)) as there:
        return check(here).sound and documents(here) == documents(there)


def test_it_asks_who_fetches_all_and_knows_how_things_stand(
    server: RunningServer, mine: Path, tmp_path: Path
) -> None:
    servers = desk(tmp_path)
    there = connection(servers, server.url, server.token(Role.VIEWER))
    who = servers.ask_who(there, lambda: False)
    assert (who.role, who.project, who.source) == ("viewer", None, TokenSource.TYPED)
    watching = Watching()
    outcome = synchronise(mine, servers, there, CLOCK, watching)
    assert (outcome.error, outcome.cancelled, outcome.result.reports) == (None, False, 40)
    assert watching.said[-1][:3] == (80, 80, "changes")
    assert same(mine, server)
    state = sync_state(mine, servers, there.address, CLOCK)
    assert state.synced_at is not None
    assert (state.cursor, state.contradictions, state.outbox.waiting) == (80, (), ())


def test_cancelled_in_the_middle_it_keeps_what_it_has_and_the_next_goes_on(
    server: RunningServer, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tsr_agent.sync.pull.MOST_BYTES_OF_A_BATCH", 20_000)
    servers = desk(tmp_path)
    there = connection(servers, server.url, server.token(Role.VIEWER))
    first = synchronise(mine, servers, there, CLOCK, Watching(steps=30))
    assert first.cancelled
    assert first.error is None
    assert 0 < first.result.reports < 40
    second = synchronise(mine, servers, there, CLOCK, Watching())
    assert first.result.reports + second.result.reports == 40
    assert same(mine, server)


def test_a_server_that_is_killed_in_the_middle_is_named_and_nothing_is_lost(
    tmp_path: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tsr_agent.sync.pull.MOST_BYTES_OF_A_BATCH", 20_000)
    database, servers = tmp_path / "server.db", desk(tmp_path)
    servers = Servers(MemoryTokens(), servers.environ, pace=Pace(tries=2, budget=2.0, base=0.01))
    history(database, 40)
    with running_server(database, tmp_path) as server:
        token = server.token(Role.VIEWER)
        there = connection(servers, server.url, token)

        class Killing(Watching):
            def report(self, done: int, total: int, unit: str = "", rate: str = "") -> None:
                super().report(done, total, unit, rate)
                if len(self.said) == 30:
                    server.stop(signal.SIGKILL)

        broken = synchronise(mine, servers, there, CLOCK, Killing())
    assert broken.error is not None
    assert "not reached" in broken.error.message
    assert "can be read without a network" in broken.error.kept
    assert broken.result.reports < 40
    with running_server(database, tmp_path) as server:
        again = connection(servers, server.url, token)
        # Another port is another address to the library, which holds what it has against it.
        assert synchronise(mine, servers, again, CLOCK, Watching()).error is None
        assert same(mine, server)


@pytest.mark.parametrize("silence", ["connects and says nothing", "trickles"])
def test_a_server_that_does_not_answer_is_left_at_once_when_cancelled(
    mine: Path, tmp_path: Path, silence: str
) -> None:
    release = threading.Event()

    def answer(sock: object, _asked: object) -> None:
        if silence == "trickles":
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{")  # type: ignore[attr-defined]
        release.wait(20)

    servers = desk(tmp_path)
    with RawServer(answer) as raw:
        there = connection(servers, raw.url, "x" * 40)

        class Leaving(Watching):
            @property
            def is_cancelled(self) -> bool:
                return time.monotonic() > end

        end = time.monotonic() + 0.5
        outcome = synchronise(mine, servers, there, CLOCK, Leaving())
        took = time.monotonic() - end
        release.set()
    assert outcome.cancelled
    assert took < 1.0
    for thread in threading.enumerate():
        if thread.name == "aitr-question":
            thread.join(20)


def test_what_waits_is_sent_first_and_what_is_refused_is_shown_with_its_reason(
    server: RunningServer, mine: Path, tmp_path: Path
) -> None:
    servers = desk(tmp_path)
    there = connection(servers, server.url, server.token(Role.AGENT))
    outbox = Outbox(tmp_path / "outbox", CLOCK)
    for name, environment in (("new-1", "staging"), ("r-0003", "production")):
        document = codec.encode(report(id=name, environment=environment))
        outbox.put(report_head(there.address.url, name, document, CLOCK.now()), document)
    before = outbox_state(servers, there.address, CLOCK)
    assert [each.what for each in before.waiting] == ["report new-1", "report r-0003"]
    assert all(each.tries == 0 for each in before.waiting)
    outcome = synchronise(mine, servers, there, CLOCK, Watching())
    assert (outcome.result.sent, len(outcome.result.refused)) == (1, 1)
    after = outbox_state(servers, there.address, CLOCK)
    assert after.waiting == ()
    (refused,) = after.refused
    assert (refused.what, refused.status) == ("report r-0003", 409)
    assert refused.reason
    assert refused.refused_at is not None
    send_again(servers, refused.name, CLOCK)
    again = outbox_state(servers, there.address, CLOCK)
    assert ([each.what for each in again.waiting], again.refused) == (["report r-0003"], ())
    with pytest.raises(StoreError):
        send_again(servers, "../../etc/passwd", CLOCK)


def test_a_contradiction_is_shown_from_both_sides_and_overwrites_nothing(
    server: RunningServer, mine: Path, tmp_path: Path
) -> None:
    with open_library(mine) as library:
        own = upload(library, "r-0001", environment="production", waits=True)
    servers = desk(tmp_path)
    there = connection(servers, server.url, server.token(Role.VIEWER))
    assert synchronise(mine, servers, there, CLOCK, Watching()).result.conflicts
    (found,) = sync_state(mine, servers, there.address, CLOCK).contradictions
    assert (found.kind, found.id, found.trouble) == ("report", "r-0001", "")
    assert found.here.digest == codec.digest(own)
    assert found.there.digest != found.here.digest
    assert found.here.verdict is not found.there.verdict
    environment = next(each for each in found.differences if each.where == "environment")
    assert (environment.here, environment.there) == ("production", report().environment)
    with open_library(mine) as library:
        from tsr_agent.store.repository import ReportRepository

        assert ReportRepository(library).document("r-0001") == own


def test_a_history_that_was_replaced_is_refused_until_a_person_accepts_it(tmp_path: Path, mine: Path) -> None:
    servers = desk(tmp_path)
    port = 0
    for number, (reports, accept) in enumerate([(5, False), (6, False), (6, True)]):
        database = tmp_path / f"server-{min(number, 1)}.db"
        if not database.exists():
            history(database, reports)
        with running_server(database, tmp_path, port=port) as server:
            port = int(server.url.rpartition(":")[2])
            there = connection(servers, server.url, server.token(Role.VIEWER))
            outcome = synchronise(mine, servers, there, CLOCK, Watching(), accept_new_history=accept)
        assert outcome.other_history is (number == 1)
        assert (outcome.error is None) is (number != 1)


def test_tokens_come_from_what_was_typed_the_environment_and_the_keyring_in_that_order(
    tmp_path: Path,
) -> None:
    address = address_of("https://aitr.example.com")
    tokens = MemoryTokens({address.url: "k" * 20})
    servers = Servers(tokens, {"AITR_TOKEN": "e" * 20})
    assert servers.connection(address).source is TokenSource.ENVIRONMENT
    assert servers.keep(address, "t" * 20, in_keyring=False) == ""
    assert servers.connection(address).source is TokenSource.TYPED
    servers.forget(address, in_keyring=False)
    assert Servers(tokens, {}).connection(address).source is TokenSource.KEYRING
    servers.forget(address, in_keyring=True)
    assert tokens.kept == {}
    with pytest.raises(UsageError, match="no token"):
        Servers(tokens, {}).connection(address)


def test_a_keyring_that_fails_leaves_the_token_for_this_session_and_says_so() -> None:
    address = address_of("https://aitr.example.com")
    tokens = MemoryTokens(fails=StoreError("The keyring could not be written (KeyringLocked)."))
    servers = Servers(tokens, {})
    trouble = servers.keep(address, "t" * 20, in_keyring=True)
    assert "KeyringLocked" in trouble
    assert "until aitr is closed" in trouble
    assert servers.connection(address).source is TokenSource.TYPED


def test_nothing_that_is_shown_or_raised_has_the_token(server: RunningServer, tmp_path: Path) -> None:
    secret = "Xq7" * 12
    servers = desk(tmp_path)
    there = connection(servers, server.url, secret)
    assert secret not in repr(there)
    with pytest.raises(ServiceError) as refused:
        servers.ask_who(there, lambda: False)
    said = "\n".join(refused.value.diagnostics())
    assert "does not take this token" in said
    assert "create" in said
    assert secret not in said
    assert secret not in repr(refused.value.__cause__)


def test_a_question_that_nobody_waits_for_ends_without_being_asked_again() -> None:
    waiting = interruptible._Waiting(lambda: True)
    began = time.monotonic()
    with pytest.raises(interruptible.InterruptedQuestionError):
        waiting.sleep(30)
    assert time.monotonic() - began < 1
    assert os.environ.get("AITR_TOKEN") is None


@pytest.mark.parametrize("named", ["https://one.example.org", "no address"])
def test_a_token_of_the_environment_goes_to_no_other_server_than_the_one_named_beside_it(named: str) -> None:
    servers = Servers(MemoryTokens(), {"AITR_TOKEN": "e" * 20, "AITR_SERVER": named})
    with pytest.raises(UsageError):
        servers.connection(address_of("https://other.example.org"))
