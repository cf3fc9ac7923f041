"""``tsr-agent sync`` against a real server, on both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.histories import documents, standings, upload
from tests.factories.reports import report, results
from tests.factories.servers import RunningServer, running_server
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.api import ServerApi
from tsr_agent.client.credentials import Token
from tsr_agent.client.entries import approval_head
from tsr_agent.client.outbox import Outbox
from tsr_agent.client.transport import Transport
from tsr_agent.clock import SystemClock
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.api import ApprovalRequest, PolicySubmission
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.store.database import open_database
from tsr_agent.store.engine import open_library
from tsr_agent.store.integrity import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Agent
    from tsr_agent.models.api import GoNoGo

STRICT = "version: 1\nname: strict\nextends: builtin:ai-release\napprovals: {'*': {reason: somebody looks}}\n"


@dataclass
class Site:
    """A server, a desk with a library beside it, and who works there."""

    server: RunningServer
    folder: Path
    agent: Agent
    agent_token: str
    manager_token: str

    @property
    def library(self) -> Path:
        return self.folder / "mine.db"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def variables(self) -> dict[str, str]:
        return {
            "AITR_TOKEN": self.manager_token,
            "AITR_SERVER": self.server.url,
            "AITR_OUTBOX": str(self.outbox),
        }

    def sync(self, *options: str, code: int = 0) -> Any:
        done = self.agent("sync", "--library", self.library, *options, "--json", **self.variables())
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def api(self, token: str) -> ServerApi:
        return ServerApi(Transport(ServerAddress.parse(self.server.url), Token(token)))

    def upload(self, *names: str) -> None:
        api = self.api(self.agent_token)
        for name in names:
            api.upload(codec.encode(report(id=name)))
        api.close()

    def answer(self, name: str) -> GoNoGo:
        api = self.api(self.agent_token)
        try:
            return api.go_no_go(name)
        finally:
            api.close()

    def say_offline(self, name: str, action: ApprovalAction, **changed: Any) -> None:
        """What the release manager says goes into the outbox, as without a network."""
        seen = self.answer(name)
        fields = {
            "report_digest": seen.report_digest,
            "basis_digest": seen.basis_digest,
            "id": f"said-{name}",
        }
        document = codec.encode(ApprovalRequest(**(fields | changed)))
        now = SystemClock().now()
        head = approval_head(self.server.url, name, action, document, now)
        Outbox(self.outbox, SystemClock()).put(head, document)

    def same(self) -> None:
        with open_database(self.server.database) as there, open_library(self.library) as here:
            assert documents(here) == documents(there)
            assert standings(here) == standings(there)
            assert check(here).damages == ()


@contextmanager
def site_over(database: str, folder: Path, agent: Agent) -> Iterator[Site]:
    with running_server(database, folder) as server:
        yield Site(server, folder, agent, server.token(Role.AGENT), server.token(Role.RELEASE_MANAGER))


@pytest.fixture
def site(tmp_path: Path, agent: Agent) -> Iterator[Site]:
    """A server on a file."""
    with site_over(str(tmp_path / "server.db"), tmp_path, agent) as made:
        yield made


@pytest.fixture
def either_site(database: str, tmp_path: Path, agent: Agent) -> Iterator[Site]:
    """A server on each database."""
    with site_over(database, tmp_path, agent) as made:
        yield made


def test_everything_of_a_real_server_comes_here_and_what_was_said_goes_there(either_site: Site) -> None:
    site = either_site
    lead = site.api(site.server.token(Role.TECH_LEAD))
    lead_policy(site, lead)
    lead.close()
    site.upload("r-1", "r-2", "r-3")
    first = site.sync()
    assert (first["reports"], first["decisions"], first["policies"]) == (3, 3, 1)
    assert first["complete"] is True
    assert site.answer("r-1").decision.value == "pending_review"
    site.say_offline("r-1", ApprovalAction.APPROVE)
    site.say_offline("r-2", ApprovalAction.APPROVE, basis_digest="ab" * 32)
    second = site.sync(code=2)
    # What was sent comes back with the same synchronisation.
    assert (second["sent"], second["approvals"], second["waiting"]) == (1, 1, 0)
    (refused,) = second["refused"]
    assert (refused["report_id"], refused["status"]) == ("r-2", 412)
    assert refused["reason"]
    assert site.answer("r-1").decision.value == "go"
    third = site.sync()
    assert (third["sent"], third["approvals"], third["bytes"]) == (0, 0, 0)
    site.same()


def lead_policy(site: Site, lead: ServerApi) -> None:
    import requests

    answered = requests.put(
        f"{site.server.url}/api/policies/strict",
        data=codec.encode(PolicySubmission(document=STRICT)),
        headers={
            "Authorization": f"Bearer {site.server.token(Role.TECH_LEAD)}",
            "Content-Type": "application/json",
        },
        timeout=30,
    )
    assert answered.status_code == 201, answered.text
    assert len(lead.policies().items) == 1


def test_text_for_people_says_what_came(site: Site) -> None:
    site.upload("r-1")
    done = site.agent("sync", "--library", site.library, **site.variables())
    assert done.returncode == 0, done.stderr
    assert "New    1 report, 1 decision" in done.stdout
    assert all(len(line) <= 80 or site.library.name in line for line in done.stdout.splitlines())


def test_a_server_that_is_away_leaves_everything_and_says_so(site: Site) -> None:
    site.upload("r-1")
    site.sync()
    site.say_offline("r-1", ApprovalAction.REJECT)
    site.server.stop(signal.SIGKILL)
    done = site.sync(code=4)
    assert (done["waiting"], done["cursor"], done["complete"]) == (1, 0, False)
    assert "was not reached" in done["ended_by"]["error"]


def test_a_contradiction_is_listed_side_by_side_and_is_no_success(site: Site) -> None:
    with open_library(site.library, create=True) as library:
        mine = upload(library, "r-1", triggered_by="somebody else")
    site.upload("r-1", "r-2")
    done = site.agent("sync", "--library", site.library, **site.variables())
    assert done.returncode == 5, done.stderr
    assert "report r-1" in done.stdout
    assert f"here   GO              {codec.digest(mine)}" in done.stdout
    assert f"there  GO              {site.answer('r-1').report_digest}" in done.stdout
    (found,) = site.sync(code=5)["conflicts"]
    assert (found["id"], found["digest_here"]) == ("r-1", codec.digest(mine))


def test_another_history_is_refused_until_it_is_accepted(site: Site, tmp_path: Path) -> None:
    site.upload("r-1")
    site.sync()
    site.server.stop()
    port = site.server.url.rpartition(":")[2]
    with running_server(tmp_path / "another.db", tmp_path, port=int(port)) as other:
        site.server, site.agent_token = other, other.token(Role.AGENT)
        site.manager_token = other.token(Role.RELEASE_MANAGER)
        site.upload("r-2")
        refused = site.sync(code=5)
        assert "not the one that this library has followed" in refused["ended_by"]["error"]
        assert refused["reports"] == 0
        accepted = site.sync("--accept-new-history")
        assert (accepted["reports"], accepted["complete"]) == (1, True)
        assert "report r-1" in accepted["only_here"]
        site.sync()


def test_a_role_that_may_not_follow_is_told_so(site: Site) -> None:
    site.manager_token = site.agent_token
    done = site.sync(code=4)
    assert "role" in done["ended_by"]["error"]


def test_killed_while_it_synchronises_with_a_real_server_it_goes_on(site: Site) -> None:
    api = site.api(site.agent_token)
    cases = (results(TestType.UNIT, *[CaseStatus.PASSED] * 60),)
    for number in range(40):
        api.upload(codec.encode(report(id=f"r-{number}", test_results=cases)))
    api.close()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AITR_")}
    command = [sys.executable, "-m", "tsr_agent", "sync", "--library", str(site.library)]
    for wait in (0.3, 0.5, 0.7, 0.9, 1.1):
        process = subprocess.Popen(
            command,
            env=inherited | site.variables(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=site.folder,
        )
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if site.library.exists():
            with open_library(site.library) as library:
                assert check(library).sound
    site.sync()
    site.same()


def test_no_library_is_a_usage_error(agent: Agent) -> None:
    done = agent("sync", "--server", "http://127.0.0.1:1", AITR_TOKEN="x")
    assert done.returncode == 2
    assert "No library" in done.stderr
