"""An agent that is ended while it hands a report in, at every stage: it is on record once in the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.factories.raw_server import RawServer
from tests.factories.reports import report
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.outbox import Outbox
from tsr_agent.clock import SystemClock
from tsr_agent.models import codec

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from tests.factories.raw_server import Asked
    from tests.factories.upstream import Upstream

STAGES = ("asked", "committed", "answering", "answered")


class Ending:
    """Ends an agent at a stage of its first request; all others are answered as they should be.

    Args:
        upstream: The application.
        stage: When.
        how: The signal.
    """

    def __init__(self, upstream: Upstream, stage: str, how: signal.Signals) -> None:
        self._upstream, self._stage, self._how = upstream, stage, how
        self._process: subprocess.Popen[str] | None = None
        self._started = threading.Event()

    def upload(self, folder: Path, url: str, environ: dict[str, str]) -> int:
        """The exit code of an agent that is ended while it uploads."""
        with subprocess.Popen(
            [sys.executable, "-m", "tsr_agent", "upload", "tsr.json", "--server", url],
            cwd=folder,
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as self._process:
            self._started.set()
            return self._process.wait(60)

    def play(self, connection: socket.socket, asked: Asked) -> None:
        """One request."""
        if self._stage == "asked":
            return self._end()
        reply = self._upstream.forward(asked)
        if self._stage == "committed":
            return self._end()
        connection.sendall(reply[: len(reply) // 2 if self._stage == "answering" else None])
        return self._end()

    def _end(self) -> None:
        assert self._started.wait(60)
        assert self._process is not None
        self._process.send_signal(self._how)
        # The connection is held until nobody is at its other end: closing it is another fault.
        self._process.wait(60)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
@pytest.mark.parametrize("stage", STAGES)
def test_an_agent_that_is_ended_loses_nothing(
    stage: str, how: signal.Signals, upstream: Upstream, tmp_path: Path
) -> None:
    one = report(id=f"TSR-{stage}-{how.name}")
    document = codec.encode(one)
    (tmp_path / "tsr.json").write_bytes(document)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AITR_")}
    environ |= {"AITR_TOKEN": upstream.token, "AITR_OUTBOX": str(tmp_path / "outbox")}
    ending = Ending(upstream, stage, how)
    with RawServer(ending.play) as server:
        code = ending.upload(tmp_path, server.url, environ)
    outbox = Outbox(tmp_path / "outbox", SystemClock())
    left = outbox.look(ServerAddress.parse(server.url))
    assert left.aside == ()
    # Whoever had the whole answer may have been through before the signal came.
    is_through = stage == "answered" and not left.entries
    assert is_through or code != 0
    assert is_through or [outbox.document(each) for each in left.entries] == [document]
    with RawServer(lambda connection, asked: connection.sendall(upstream.forward(asked)), port=server.port):
        drained = subprocess.run(
            [sys.executable, "-m", "tsr_agent", "upload", "--drain", "--server", server.url],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert drained.returncode == 0, drained.stderr
    assert upstream.rows(one.id) == [document]
    assert outbox.look(ServerAddress.parse(server.url)).entries == ()
