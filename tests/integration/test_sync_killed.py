"""Synchronisations that end at any moment and at any byte, and go on as if nothing had happened."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.factories.histories import LATER, documents, filed_counts, say, standings, upload
from tests.factories.raw_server import JSON, Asked, RawServer, answer
from tests.factories.remotes import LibraryRemote
from tests.factories.servers import HandClock
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.api import ServerApi
from tsr_agent.client.pace import Pace
from tsr_agent.client.transport import Transport
from tsr_agent.errors import ServiceError
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.document_batch import BATCH_TYPE, batch_of
from tsr_agent.store.engine import open_library
from tsr_agent.store.integrity import check
from tsr_agent.sync.pull import Terms
from tsr_agent.sync.synchronise import synchronise

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from tsr_agent.store.engine import Library
    from tsr_agent.sync.results import SyncResult

EVERY = int(os.environ.get("AITR_TEST_EVERY_BYTE") or 0)
"""Set to 1 to break the exchange off after each single byte, and not only after some."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_killed_at_any_moment_it_goes_on_without_loss_and_without_anything_twice(
    tmp_path: Path, project_dir: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.killed_sync", str(tmp_path), "60"],
        cwd=project_dir,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["outcomes"]) == 60
    for each in found["outcomes"]:
        assert (each["damages"], each["strange"], each["lost"]) == ([], 0, [])
    for each in found["finished"]:
        assert each == {
            "complete": True,
            "same_documents": True,
            "same_rows": True,
            "same_standings": True,
            "damages": [],
        }
    cursors = {each["cursor"] for each in found["outcomes"]}
    assert len(cursors) > 5, "hardly any kill fell between two transactions: nothing was tested"
    assert any(each["in_the_middle"] for each in found["outcomes"]), "no kill fell into a transaction"


@dataclass
class Cutting:
    """Answers from a library until so many bytes were sent in all, then breaks every connection off."""

    remote: LibraryRemote
    left: int
    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: socket.socket, asked: Asked) -> None:
        whole = self._answer(asked)
        with self.lock:
            piece = whole[: self.left]
            self.left -= len(piece)
            self.sent += len(piece)
        connection.sendall(piece)

    def _answer(self, asked: Asked) -> bytes:
        parts = urlsplit(asked.target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match parts.path.rsplit("/", 1)[-1]:
            case "changes":
                page = self.remote.changes(int(query["since"]), int(query["limit"]))
                return answer(200, codec.encode(page), JSON)
            case "documents":
                found = self.remote.documents(query["digests"].split(","))
                return answer(200, batch_of(found), BATCH_TYPE)
            case digest:
                return answer(200, self.remote.document(digest), JSON)


def exchanged(library: Library, url: str) -> SyncResult:
    def connect() -> ServerApi:
        return ServerApi(Transport(ServerAddress.parse(url), None, pace=Pace(tries=1)))

    return synchronise(
        library, "https://aitr.example.org", connect, Terms(clock=HandClock(LATER + timedelta(1)))
    )


def test_broken_off_after_any_byte_it_goes_on_and_has_everything(
    empty_library: Path, tmp_path: Path, sqlite_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = sqlite_library
    monkeypatch.setattr("tsr_agent.sync.pull.MOST_BYTES_OF_A_BATCH", 3_000)
    for number in range(2):
        upload(server, f"r-{number}", waits=True)
    say(server, "r-1", ApprovalAction.APPROVE)
    path = tmp_path / "mine.db"
    whole = Cutting(LibraryRemote(server), 2**40)
    shutil.copy(empty_library, path)
    with open_library(path) as library, RawServer(whole) as raw:
        assert exchanged(library, raw.url).complete
    reached = set()
    for count in range(0, whole.sent, EVERY or whole.sent // 60):
        shutil.copy(empty_library, path)
        with open_library(path) as library:
            with RawServer(Cutting(LibraryRemote(server), count)) as raw:
                broken = exchanged(library, raw.url)
            assert isinstance(broken.ended_by, ServiceError), count
            assert check(library).sound
            with RawServer(Cutting(LibraryRemote(server), 2**40)) as raw:
                again = exchanged(library, raw.url)
            assert again.complete, count
            assert broken.reports + again.reports == 2
            assert documents(library) == documents(server)
            assert standings(library) == standings(server)
            assert filed_counts(library) == (2, 2, 1)
        reached.add(broken.cursor)
    assert len(reached) > 2, "every break fell into the same place: nothing was tested"
