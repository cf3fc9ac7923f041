"""A server that comes back out of a backup, and a library that had followed it further than that."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.factories.proxies import free_port
from tests.factories.reports import report
from tests.factories.servers import RunningServer, bearer, running_server
from tests.libraries import *  # noqa: F403  (its fixtures)
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.store.database import open_database
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Agent
    from tests.libraries import Databases


class Place:
    """One address, at which servers over one database after the other answer, and who follows it."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        self._agent = agent
        self._folder = folder
        self._port = free_port()
        self.viewer = ""
        self._uploader = ""

    @contextmanager
    def serving(self, database: str) -> Iterator[RunningServer]:
        with running_server(database, self._folder, port=self._port) as server:
            self.viewer = self.viewer or server.token(Role.AUDITOR)
            self._uploader = self._uploader or server.token(Role.AGENT)
            yield server
            assert server.stop() == 0

    def upload(self, server: RunningServer, name: str) -> None:
        headers = bearer(self._uploader) | {"Content-Type": "application/json"}
        document = codec.encode(report(id=name))
        answer = requests.post(f"{server.url}/api/tsr", data=document, headers=headers, timeout=60)
        assert answer.status_code == 201, answer.text

    def sync(self, server: RunningServer, *options: str) -> subprocess.CompletedProcess[str]:
        return self._agent(
            "sync", "--library", "mine.db", "--json", *options, AITR_SERVER=server.url, AITR_TOKEN=self.viewer
        )

    def db(self, *arguments: str, database: str) -> None:
        done = self._agent("db", *arguments, AITR_DATABASE=database)
        assert done.returncode == 0, done.stderr

    def synchronised(self) -> list[str]:
        with open_database(str(self._folder / "mine.db"), read_only=True) as library:
            return sorted(row.id for row in ReportRepository(library).page().rows)


@pytest.fixture
def place(agent: Agent, tmp_path: Path) -> Place:
    """The address, and a folder with the library."""
    return Place(agent, tmp_path)


def follow(place: Place, first: str) -> None:
    """A report, a backup, and two more that the library gets and the backup has not."""
    with place.serving(first) as server:
        place.upload(server, "kept")
        place.db("backup", "--output", "b.db", database=first)
        for name in ("lost-1", "lost-2"):
            place.upload(server, name)
        done = place.sync(server)
        assert done.returncode == 0, done.stderr
    assert place.synchronised() == ["kept", "lost-1", "lost-2"]


def told(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_a_history_that_lost_its_end_is_noticed_even_once_it_is_as_long_again(
    place: Place, databases: Databases, dialect: str
) -> None:
    first, second = databases.new(dialect), databases.new(dialect)
    follow(place, first)
    place.db("restore", "b.db", database=second)
    with place.serving(second) as server:
        # The numbers of what was lost are given out again: by them alone nobody could tell.
        for name in ("new-1", "new-2", "new-3"):
            place.upload(server, name)
        refused = place.sync(server)
        assert refused.returncode == 5
        assert "history is not the one" in refused.stderr
        assert place.synchronised() == ["kept", "lost-1", "lost-2"]
        accepted = place.sync(server, "--accept-new-history")
        assert accepted.returncode == 0, accepted.stderr
        assert told(accepted)["only_here_count"] > 0
        assert place.sync(server).returncode == 0
    assert place.synchronised() == ["kept", "lost-1", "lost-2", "new-1", "new-2", "new-3"]
    for address in (first, second):
        databases.drop(address)


def test_a_server_that_moved_goes_on_where_it_was(place: Place, databases: Databases, dialect: str) -> None:
    """From each database to the other, stopped before the backup was made."""
    first = databases.new(dialect)
    second = databases.new("postgresql" if dialect == "sqlite" else "sqlite")
    follow(place, first)
    place.db("backup", "--output", "whole.db", database=first)
    place.db("restore", "whole.db", "--same-history", database=second)
    with place.serving(second) as server:
        place.upload(server, "new")
        done = place.sync(server)
        assert done.returncode == 0, done.stderr
        assert told(done)["reports"] == 1
    assert place.synchronised() == ["kept", "lost-1", "lost-2", "new"]
    for address in (first, second):
        databases.drop(address)
