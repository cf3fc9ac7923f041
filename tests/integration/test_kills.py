"""Server and agent are killed, wherever they are, again and again: nothing is lost and nothing is halved.

Reports are handed in to a real server on each database. In each round the server and one of two agents
get a SIGKILL, each at a moment of its own. In the end every report is on record once, byte for byte, and
the library is sound.
"""

from __future__ import annotations

import random
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.factories.forking import Forge, Forked, forge
from tests.factories.reports import report
from tests.factories.servers import new_token
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.store.database import open_database
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 100
"""On each of the two databases."""
KILLED = -9
LONGEST = 0.2
"""Seconds before the first kill of a round, and again before the second: about what a hand-in takes, so that
kills hit every part of it."""


@dataclass
class Road:
    """One server that dies and comes back at its address, and agents that hand in to it."""

    forge: Forge
    database: str
    folder: Path
    port: int
    token: str

    def server(self) -> Forked:
        """A server, begun again."""
        arguments = ["serve", "--port", str(self.port)]
        started = self.forge.start(arguments, {"AITR_DATABASE": self.database}, self.folder / "server.log")
        self._reached()
        return started

    def agent(self, *arguments: str) -> Forked:
        """A command that talks to the server."""
        environ = {
            "AITR_SERVER": f"http://127.0.0.1:{self.port}",
            "AITR_TOKEN": self.token,
            "AITR_OUTBOX": str(self.folder / "outbox"),
        }
        return self.forge.start([*arguments], environ, self.folder / "agent.log")

    def _reached(self) -> None:
        """Waits until somebody listens; bounded."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
        raise AssertionError((self.folder / "server.log").read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def after(seconds: float) -> None:
    """Lets so much time pass that a kill comes at another place each time; nothing is waited for."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        nobody.listen()
        nobody.settimeout(seconds)
        try:
            nobody.accept()
        except TimeoutError:
            return


def test_a_hundred_kills_lose_nothing_and_halve_nothing(database: str, tmp_path: Path) -> None:
    chance = random.Random(20_261)
    documents: dict[str, bytes] = {}
    survivors: list[str] = []
    with open_database(database, create=True) as library:
        token = new_token(library, Role.AGENT, now=datetime.now(UTC))
    killed, reach = 0, LONGEST
    with forge() as forged:
        road = Road(forged, database, tmp_path, free_port(), token)
        server = road.server()
        while killed < KILLS:
            names = [f"killed-{len(documents) + place:03d}" for place in range(2)]
            for name in names:
                documents[name] = codec.encode(report(id=name))
                (tmp_path / f"{name}.json").write_bytes(documents[name])
            survivors.append(names[1])
            doomed, survivor = (road.agent("upload", str(tmp_path / f"{name}.json")) for name in names)
            for victim in chance.sample([doomed, server], 2):
                after(chance.uniform(0, reach))
                victim.kill()
            hit = doomed.wait() == KILLED
            killed += hit + (server.wait() == KILLED)
            # An agent that had ended before was quicker than was thought, as it is on a faster machine.
            reach = min(LONGEST, reach * 1.1) if hit else reach * 0.8
            server = road.server()
            survivor.wait()
        assert road.agent("upload", "--drain").wait() == 0, (tmp_path / "agent.log").read_text()[-2000:]
        assert_survivors_arrived(database, documents, survivors)
        # Whoever was killed before a report was on disk knows nothing of it: the job runs again.
        for report_id in documents:
            assert road.agent("upload", str(tmp_path / f"{report_id}.json")).wait() == 0
        server.kill()
        server.wait()
    assert_all_there_once(database, documents)


def assert_survivors_arrived(database: str, documents: dict[str, bytes], survivors: list[str]) -> None:
    """What arrived is whole; and whatever an agent had on disk when the server died has arrived."""
    with open_database(database) as library:
        repository = ReportRepository(library)
        there = [each for each in documents if repository.row(each) is not None]
        for report_id in there:
            assert repository.document(report_id) == documents[report_id]
    assert [each for each in survivors if each not in there] == []


def assert_all_there_once(database: str, documents: dict[str, bytes]) -> None:
    with open_database(database) as library:
        repository = ReportRepository(library)
        assert repository.count() == len(documents)
        for report_id, document in documents.items():
            assert repository.document(report_id) == document
        page = ChangeFeed(library).page(0, limit=1_000)
        assert [each.seq for each in page.items] == list(range(1, 2 * len(documents) + 1))
        assert len({each.digest for each in page.items}) == len(page.items)
        result = check(library)
        assert (result.sound, result.reports) == (True, len(documents)), result.damages
