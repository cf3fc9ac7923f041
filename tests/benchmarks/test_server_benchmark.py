"""Requests a second and p99 of the server, beside a bare ASGI handler with the same SQL and beside FastAPI.

Run with ``pytest tests/benchmarks/test_server_benchmark.py -m benchmark -s``. Server, database and load
generator share the machine, so that only the ratios within one run say something. The time of the
server's own process a request is printed beside the rate: it is what is left when a rate only says how
fast the load generator or the disk is.

Aims: go-no-go at least 30 % of the bare rate and twice FastAPI's; upload of a small report at least 90 %
of the bare rate; p99 at most five times p50 with 16 writers on SQLite.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.recorded_sql import Recording, recorded
from tests.benchmarks.server_load import PLACEHOLDER, Outcome, Plan, apply_load
from tests.factories.reports import cases, report
from tests.factories.servers import HandClock, bearer, in_process, new_token, running_server
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.store.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.libraries import Databases

pytestmark = pytest.mark.benchmark

ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Load:
    """One kind of request."""

    name: str
    method: str
    path: str
    cases: int
    """Test cases of the report."""
    requests: int
    connections: int = 16


GO_NO_GO = Load(
    name="go-no-go",
    method="GET",
    path=f"/api/tsr/{PLACEHOLDER}/go-no-go",
    cases=60,
    requests=3_000,
)
SMALL = Load(name="upload of 20 kB", method="POST", path="/api/tsr", cases=150, requests=480)
LARGE = Load(
    name="upload of 10,000 cases", method="POST", path="/api/tsr", cases=10_000, requests=24, connections=4
)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server under load."""

    port: int
    pid: int
    token: str
    path: str = ""
    """Where it is asked instead of where the real server is."""


def document(load: Load) -> bytes:
    """The report of a load, with the placeholder for its id."""
    unit = TestTypeResult.from_cases(
        TestType.UNIT, cases(*[CaseStatus.PASSED] * load.cases, prefix="answers_from_the_help_pages")
    )
    return codec.encode(report(id=PLACEHOLDER, test_results=(unit, *report().test_results[1:])))


@pytest.mark.parametrize("load", [GO_NO_GO, SMALL, LARGE], ids=lambda load: load.name)
def test_requests_a_second(load: Load, dialect: str, databases: Databases, tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(document(load))
    recording = taken_down(load, databases.new(dialect))
    outcomes: dict[str, list[tuple[Outcome, float]]] = {"bare": [], "aitr": [], "fastapi": []}
    with (
        bare(recording, databases.new(dialect), load, tmp_path) as limit,
        ours(databases.new(dialect), load, tmp_path) as server,
        peer(databases.new(dialect), load, tmp_path) as other,
    ):
        for number in range(ROUNDS):
            for name, running in (("bare", limit), ("aitr", server), ("fastapi", other)):
                outcomes[name].append(measured(load, running, f"{number:02d}", tmp_path))
    size = len(document(load))
    print(f"\n{load.name} ({size:,} bytes), {dialect}, {load.connections} connections:")
    for name, found in outcomes.items():
        rate, p50, p99, cpu = figures(found)
        ratio = rate / figures(outcomes["bare"])[0]
        print(
            f"  {name:8} {rate:8.0f}/s  {ratio:6.1%} of bare  p50 {p50:7.1f} ms  p99 {p99:7.1f} ms"
            f"  server CPU {cpu:6.2f} ms"
        )
    ours_rate, peer_rate = figures(outcomes["aitr"])[0], figures(outcomes["fastapi"])[0]
    print(f"  aitr is {ours_rate / peer_rate:.1f} × FastAPI")
    if load is GO_NO_GO:
        # A floor and no aim: slower than what most would write is a defect. An upload waits for the disk,
        # and the peer keeps fewer indexes, no history and no decision.
        assert ours_rate > peer_rate


def figures(found: list[tuple[Outcome, float]]) -> tuple[float, float, float, float]:
    """Rate, p50, p99 in ms and CPU in ms a request: medians over the rounds."""
    return (
        median(outcome.rate for outcome, _ in found),
        median(outcome.percentile(0.5) for outcome, _ in found),
        median(outcome.percentile(0.99) for outcome, _ in found),
        median(cpu for _, cpu in found),
    )


def measured(load: Load, running: Running, round_name: str, folder: Path) -> tuple[Outcome, float]:
    """One round of a load and the CPU milliseconds of the server's process for each request."""
    ids = [PLACEHOLDER] * load.requests
    if load.method == "POST":
        ids = [f"{round_name}-{number:06d}".ljust(len(PLACEHOLDER), "x") for number in range(load.requests)]
    headers = bearer(running.token) | ({"Content-Type": "application/json"} if load.method == "POST" else {})
    plan = Plan(
        port=running.port,
        method=load.method,
        path=running.path or load.path,
        headers=headers,
        ids=ids,
        connections=load.connections,
        body=str(folder / "body") if load.method == "POST" else "",
    )
    before = cpu_seconds(running.pid)
    outcome = apply_load(plan, folder)
    cpu = cpu_seconds(running.pid) - before
    assert set(outcome.statuses) <= {"200", "201"}, outcome.statuses
    return outcome, 1000 * cpu / load.requests


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def taken_down(load: Load, database: str) -> Recording:
    """What the real application sends to its database for one request of a load."""
    with open_database(database) as library, in_process(library, clock=HandClock()) as server:
        headers = bearer(server.token(Role.AGENT)) | {"Content-Type": "application/json"}
        made = document(load)
        if load.method == "GET":
            assert server.client.post("/api/tsr", content=made, headers=headers).status_code == 201
        # The first request fills caches of statements and policies.
        warm = made.replace(PLACEHOLDER.encode(), b"w" * len(PLACEHOLDER))
        server.client.post("/api/tsr", content=warm, headers=headers)
        server.client.get(f"/api/tsr/{'w' * len(PLACEHOLDER)}/go-no-go", headers=headers)
        with recorded() as recording:
            if load.method == "GET":
                answer = server.client.get(load.path, headers=headers)
            else:
                answer = server.client.post(load.path, content=made, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        recording.status, recording.answer = answer.status_code, answer.content
    return recording


def put_report(database: str, load: Load) -> str:
    """A token of a database, which then holds the report that a load asks for."""
    with open_database(database) as library:
        token = new_token(library, Role.AGENT, now=datetime.now(UTC))
        if load.method == "GET":
            with in_process(library, clock=HandClock()) as server:
                headers = bearer(server.token(Role.AGENT)) | {"Content-Type": "application/json"}
                made = server.client.post("/api/tsr", content=document(load), headers=headers)
                assert made.status_code == 201, made.text
    return token


@contextmanager
def bare(recording: Recording, database: str, load: Load, folder: Path) -> Iterator[Running]:
    token = put_report(database, load)
    (folder / "recording").write_bytes(pickle.dumps(recording))
    with process("bare_server", str(folder / "recording"), database) as running:
        yield Running(port=running[0], pid=running[1], token=token, path=f"/api/tsr/{PLACEHOLDER}")


@contextmanager
def ours(database: str, load: Load, folder: Path) -> Iterator[Running]:
    token = put_report(database, load)
    with running_server(database, folder) as server:
        yield Running(port=int(server.url.rpartition(":")[2]), pid=server.process.pid, token=token)


@contextmanager
def peer(database: str, load: Load, folder: Path) -> Iterator[Running]:
    address = database.replace("postgresql://", "postgresql+psycopg://")
    if not database.startswith("postgresql"):
        address = f"sqlite:///{folder / 'peer.db'}"
    token = "a-token-of-the-peer"
    digest = hashlib.sha256(token.encode()).hexdigest()
    with process("fastapi_server", address, digest) as (port, pid):
        if load.method == "GET":
            import requests

            requests.post(
                f"http://127.0.0.1:{port}/api/tsr",
                data=document(load),
                headers=bearer(token) | {"Content-Type": "application/json"},
                timeout=30,
            ).raise_for_status()
        yield Running(port=port, pid=pid, token=token)


@contextmanager
def process(module: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """A server of this folder as a process: its port and its id."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield int(running.stdout.readline()), running.pid
        finally:
            running.kill()
