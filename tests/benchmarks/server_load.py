"""A load generator of our own: connections kept alive, one request after the other, each one timed.

Run as a process, so that the server under test has its interpreter to itself:
``python -m tests.benchmarks.server_load PLAN.json`` prints the outcome as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACEHOLDER = "id-of-the-template-0000000000000"
"""What stands in path and body for the id of each request; every id has its length."""
TIMEOUT = 60.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked, and how hard."""

    port: int
    method: str
    path: str
    headers: dict[str, str]
    ids: list[str]
    """One request an id, shared out over the connections."""
    connections: int
    body: str = ""
    """File with the template of the body; empty for none."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came back."""

    seconds: float
    latencies: list[float] = field(repr=False)
    """Seconds, one a request."""
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds that this share of the requests stayed below."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def apply_load(plan: Plan, folder: Path) -> Outcome:
    """Carries a plan out in a process of its own."""
    written = folder / "plan.json"
    written.write_text(json.dumps(asdict(plan)))
    run = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.server_load", str(written)],
        capture_output=True,
        text=True,
        check=True,
    )
    return Outcome(**json.loads(run.stdout))


async def _carry_out(plan: Plan) -> Outcome:
    body = Path(plan.body).read_bytes() if plan.body else b""
    shares = [plan.ids[place :: plan.connections] for place in range(plan.connections)]
    begun = perf_counter()
    parts = await asyncio.gather(*(_one_connection(plan, body, share) for share in shares))
    seconds = perf_counter() - begun
    statuses: dict[str, int] = {}
    for _, status in (each for part in parts for each in part):
        statuses[status] = statuses.get(status, 0) + 1
    return Outcome(
        seconds=seconds, latencies=[latency for part in parts for latency, _ in part], statuses=statuses
    )


async def _one_connection(plan: Plan, body: bytes, ids: Sequence[str]) -> list[tuple[float, str]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
    done = []
    try:
        for each in ids:
            request = _request(plan, body, each)
            begun = perf_counter()
            writer.write(request)
            status = await asyncio.wait_for(_status(reader), TIMEOUT)
            done.append((perf_counter() - begun, status))
    finally:
        writer.close()
    return done


def _request(plan: Plan, body: bytes, report_id: str) -> bytes:
    document = body.replace(PLACEHOLDER.encode(), report_id.encode())
    headers = {"Host": f"127.0.0.1:{plan.port}", "Content-Length": str(len(document)), **plan.headers}
    head = f"{plan.method} {plan.path.replace(PLACEHOLDER, report_id)} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode() + b"\r\n" + document


async def _status(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if length:
        await reader.readexactly(length)
    return head.split(b" ", 2)[1].decode()


if __name__ == "__main__":
    chosen = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    print(json.dumps(asdict(asyncio.run(_carry_out(chosen)))))
