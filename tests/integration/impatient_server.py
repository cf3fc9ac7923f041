"""A server in a process of its own that waits for nobody: for ``test_connections.py``."""

from __future__ import annotations

import sys
from pathlib import Path

from tsr_agent.clock import SystemClock
from tsr_agent.server.request_log import RequestLog
from tsr_agent.server.serving import serve
from tsr_agent.server.settings import ServerSettings
from tsr_agent.store.engine import open_library

IMPATIENT = ServerSettings(
    port=0,
    header_seconds=0.5,
    chunk_seconds=0.5,
    body_seconds=1.0,
    answer_seconds=0.5,
    connections_at_once=5,
)

if __name__ == "__main__":
    with open_library(Path(sys.argv[1])) as library:
        serve(
            IMPATIENT,
            library,
            SystemClock(),
            log=RequestLog(),
            listening=lambda address: print(address, flush=True),
        )
