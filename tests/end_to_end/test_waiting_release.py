"""CI hands a release in, it waits for a person, a release manager approves, and the waiting gate goes green.

Everything is a process of its own, as in a company: the server, the CI job's commands with a token of
the CI's, the tech lead's request and the release manager's commands with theirs.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.factories.reports import report, results
from tests.factories.servers import RunningServer, bearer, running_server
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = """\
version: 1
name: support-bot
revision: "7"
extends: builtin:ai-release
approvals:
  production: {count: 1, roles: [release_manager], reason: every release to production is signed off}
"""


UNIT_FAILED = (results(TestType.UNIT, CaseStatus.PASSED, CaseStatus.FAILED), *report().test_results[1:])


class Office:
    """Whoever works with one server, each with a token of their own."""

    def __init__(self, server: RunningServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self._tokens = {
            role: server.token(role)
            for role in (Role.AGENT, Role.TECH_LEAD, Role.RELEASE_MANAGER, Role.VIEWER)
        }

    def token(self, role: Role) -> str:
        return self._tokens[role]

    def start(self, role: Role, *arguments: str) -> subprocess.Popen[str]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("AITR_")}
        environ |= {
            "AITR_SERVER": self.server.url,
            "AITR_TOKEN": self._tokens[role],
            "AITR_OUTBOX": str(self.folder / f"outbox-{role.value}"),
            "PYTHONWARNINGS": "error",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tsr_agent", *arguments],
            cwd=self.folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, role: Role, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command."""
        process = self.start(role, *arguments)
        said, complained = process.communicate(timeout=120)
        return process.returncode, said, complained

    def submit(self, policy: str) -> Any:
        answer = requests.put(
            f"{self.server.url}/api/policies/support-bot",
            json={"document": policy, "note": "Production is signed off from now on."},
            headers=bearer(self._tokens[Role.TECH_LEAD]),
            timeout=30,
        )
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[Office]:
    with running_server(database, tmp_path) as server:
        yield Office(server, tmp_path)


def written(folder: Path, **changed: Any) -> Path:
    made = report(**{"environment": "production", "triggered_by": "Dana Developer", **changed})
    path = folder / f"{made.id}.json"
    path.write_bytes(codec.encode(made))
    return path


def test_the_waiting_gate_goes_green_when_the_release_manager_approves(
    office: Office, tmp_path: Path
) -> None:
    office.submit(POLICY)
    path = written(tmp_path, id="release-7")
    code, said, _ = office.run(Role.AGENT, "upload", str(path))
    assert code == 0
    assert "PENDING REVIEW" in said
    assert office.run(Role.AGENT, "gate", "release-7")[0] == 3

    waiting = office.start(Role.AGENT, "gate", str(path), "--server", office.server.url, "--wait", "5m")
    assert waiting.stderr is not None
    assert "PENDING" in waiting.stderr.readline().upper() or waiting.poll() is None
    code, said, complained = office.run(
        Role.RELEASE_MANAGER, "approve", "release-7", "--yes", "--note", "Checked the evals myself."
    )
    assert code == 0, complained
    said, _ = waiting.communicate(timeout=120)
    assert waiting.returncode == 0
    assert "GO" in said
    assert "Release Manager" in said

    code, said, _ = office.run(Role.VIEWER, "approvals", "release-7", "--json")
    history = json.loads(said)
    assert (code, history["decision"], len(history["items"])) == (0, "go", 1)
    assert history["items"][0]["note"] == "Checked the evals myself."
    # The same answer is about this commit and this environment, and no other.
    commit = report().versions.codebase_sha
    assert office.run(Role.AGENT, "gate", "release-7", "--commit", commit)[0] == 0
    assert office.run(Role.AGENT, "gate", "release-7", "--commit", "f" * 40)[0] not in (0, 1, 3)
    assert office.run(Role.AGENT, "gate", "release-7", "--environment", "staging")[0] not in (0, 1, 3)


def test_a_rejection_ends_the_wait_red(office: Office, tmp_path: Path) -> None:
    office.submit(POLICY)
    path = written(tmp_path, id="release-8")
    assert office.run(Role.AGENT, "upload", str(path))[0] == 0
    waiting = office.start(Role.AGENT, "gate", "release-8", "--wait", "5m")
    assert (
        office.run(Role.RELEASE_MANAGER, "reject", "release-8", "--yes", "--note", "Not this week.")[0] == 0
    )
    waiting.communicate(timeout=120)
    assert waiting.returncode == 1


def test_nobody_gets_a_no_go_or_their_own_release_through(office: Office, tmp_path: Path) -> None:
    office.submit(POLICY)
    blocked = written(tmp_path, id="blocked", test_results=UNIT_FAILED)
    own = written(tmp_path, id="own", triggered_by="Release Manager")
    for path in (blocked, own):
        assert office.run(Role.AGENT, "upload", str(path))[0] == 0
    for report_id, gate in (("blocked", 1), ("own", 3)):
        code, _, complained = office.run(Role.RELEASE_MANAGER, "approve", report_id, "--yes")
        assert code == 2, complained
        assert office.run(Role.AGENT, "gate", report_id)[0] == gate
    # A CI job's token approves nothing, whatever it sends.
    assert office.run(Role.AGENT, "approve", "own", "--yes")[0] == 2


def test_the_wait_outlasts_a_server_that_dies_and_comes_back(database: str, tmp_path: Path) -> None:
    with running_server(database, tmp_path) as first:
        office = Office(first, tmp_path)
        office.submit(POLICY)
        path = written(tmp_path, id="release-9")
        assert office.run(Role.AGENT, "upload", str(path))[0] == 0
        waiting = office.start(Role.AGENT, "gate", "release-9", "--wait", "5m")
        first.stop(signal.SIGKILL)
    port = int(first.url.rpartition(":")[2])
    with running_server(database, tmp_path, port=port):
        assert office.run(Role.RELEASE_MANAGER, "approve", "release-9", "--yes")[0] == 0
        waiting.communicate(timeout=120)
        assert waiting.returncode == 0
