"""Several servers on one database behind a proxy: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.factories import proxies
from tests.factories.reports import report
from tests.factories.servers import RunningServer, bearer, running_server
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.api import ChangeKind
from tsr_agent.store.database import open_database
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.factories.proxies import Front

CLIENTS = 32
EACH = 25
TWICE = 200
"""How many of the uploads are of a document that somebody else uploads, too."""
KILL_AFTER = 300
"""Uploads that were acknowledged when a server is killed."""
TRIES = 30

PROXIES = [
    "round-robin",
    pytest.param("nginx", marks=pytest.mark.skipif(proxies.NGINX is None, reason="nginx is not installed")),
]


@pytest.fixture
def front(request: pytest.FixtureRequest, project_dir: Path, tmp_path: Path) -> Callable[[list[str]], Front]:
    """Puts a proxy in front of servers until the test ends."""
    stack = ExitStack()
    request.addfinalizer(stack.close)

    def put(servers: list[str]) -> Front:
        if request.param == "nginx":
            shipped = (project_dir / "packaging" / "server" / "nginx.conf").read_text()
            return stack.enter_context(proxies.nginx(servers, tmp_path, shipped))
        return stack.enter_context(proxies.round_robin(servers, tmp_path))

    return put


@pytest.fixture
def pair(postgres_address: str, tmp_path: Path) -> Iterator[tuple[RunningServer, RunningServer]]:
    """Two servers on one PostgreSQL, as a proxy has them behind it."""
    with (
        running_server(postgres_address, tmp_path, "--behind-proxy") as one,
        running_server(postgres_address, tmp_path, "--behind-proxy") as other,
    ):
        yield one, other


class Load:
    """Uploads of many clients at once, some of them of the same documents.

    Args:
        front: Where they go.
        token: Of an agent.
    """

    def __init__(self, front: Front, token: str) -> None:
        self._front = front
        self._token = token
        self._lock = threading.Lock()
        self.acknowledged = 0
        self.new = 0
        self.reached = threading.Event()
        """Set once ``KILL_AFTER`` uploads were acknowledged."""
        chance = random.Random(20_261_123)
        self.documents = [codec.encode(report(id=f"r-{n:04d}")) for n in range(CLIENTS * EACH - TWICE)]
        self._uploads = self.documents + chance.choices(self.documents, k=TWICE)
        chance.shuffle(self._uploads)

    def run(self) -> None:
        """Uploads everything; an upload that got no answer is sent again, as the client does."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(self._client, range(CLIENTS)))

    def _client(self, number: int) -> None:
        for document in self._uploads[number * EACH : (number + 1) * EACH]:
            self._acknowledge(self._upload(document), document)

    def _upload(self, document: bytes) -> requests.Response:
        said: list[str] = []
        for _ in range(TRIES):
            try:
                answer = requests.post(
                    f"{self._front.url}/api/tsr",
                    data=document,
                    headers=bearer(self._token) | {"Content-Type": "application/json"},
                    verify=self._front.certificate or True,
                    timeout=60,
                )
            except requests.RequestException as error:
                said.append(str(error))
                continue
            if answer.status_code not in (502, 503, 504):
                return answer
            said.append(f"{answer.status_code} {answer.text}")
        raise AssertionError(f"no server took it: {said[-1]}")

    def _acknowledge(self, answer: requests.Response, document: bytes) -> None:
        assert answer.status_code in (200, 201), answer.text
        assert answer.json()["digest"] == codec.digest(document)
        with self._lock:
            self.acknowledged += 1
            self.new += answer.status_code == 201
            if self.acknowledged >= KILL_AFTER:
                self.reached.set()


def assert_everything_is_there_once(database: str, load: Load) -> None:
    """Each document has one row, the feed has no gap, and the whole library is sound."""
    with open_database(database) as library:
        assert ReportRepository(library).count() == len(load.documents)
        feed, since, found = ChangeFeed(library), 0, []
        while (page := feed.page(since, limit=500)).items:
            found += page.items
            since = page.next
        assert [each.seq for each in found] == list(range(1, 2 * len(load.documents) + 1))
        digests = [each.digest for each in found if each.kind is ChangeKind.REPORT]
        assert sorted(digests) == sorted(codec.digest(each) for each in load.documents)
        result = check(library)
        assert result.sound, result.damages[:5]


@pytest.mark.parametrize("front", PROXIES, indirect=True)
def test_a_server_that_is_killed_under_load_loses_nothing(
    pair: tuple[RunningServer, RunningServer], front: Callable[[list[str]], Front]
) -> None:
    one, other = pair
    load = Load(front([one.url, other.url]), one.token(Role.AGENT))
    with ThreadPoolExecutor(1) as runner:
        running = runner.submit(load.run)
        # Set where the load ends early, too, so that its failure is what is told.
        running.add_done_callback(lambda _: load.reached.set())
        load.reached.wait(timeout=300)
        one.process.kill()
        running.result()
    assert load.acknowledged == CLIENTS * EACH
    # Both had their part: the killed one before, the other one all along.
    for server in pair:
        assert server.log().count('"POST"') > KILL_AFTER // 10
    # An upload whose acknowledgement was lost with the server is answered 200 when it comes again.
    assert len(load.documents) - load.new <= CLIENTS
    assert_everything_is_there_once(one.database, load)
    assert other.stop() == 0
    assert '"fault"' not in other.log()


def test_one_server_on_a_file_takes_the_same_load(tmp_path: Path) -> None:
    with running_server(tmp_path / "library.db", tmp_path) as server:
        load = Load(proxies.Front(server.url, None), server.token(Role.AGENT))
        load.run()
        assert (load.acknowledged, load.new) == (CLIENTS * EACH, len(load.documents))
        assert server.stop() == 0
        assert '"fault"' not in server.log()
    assert_everything_is_there_once(server.database, load)


def test_what_one_server_takes_in_the_other_knows_at_once(pair: tuple[RunningServer, RunningServer]) -> None:
    one, other = pair
    tokens = {
        role: one.token(role) for role in (Role.AGENT, Role.TECH_LEAD, Role.RELEASE_MANAGER, Role.ADMIN)
    }

    def ask(server: RunningServer, method: str, path: str, role: Role, body: Any = None) -> requests.Response:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = bearer(tokens[role]) | ({"Content-Type": "application/json"} if content else {})
        return requests.request(method, f"{server.url}{path}", data=content, headers=headers, timeout=60)

    policy = "version: 1\nname: p\nextends: builtin:ai-release\napprovals: {'*': {reason: somebody looks}}\n"
    put = ask(one, "PUT", "/api/policies/strict", Role.TECH_LEAD, {"document": policy})
    assert put.status_code in (200, 201), put.text
    document = codec.encode(report(triggered_by="nightly"))
    assert (
        ask(other, "POST", "/api/tsr", Role.AGENT, document).json()["go_no_go_decision"] == "pending_review"
    )
    road = f"/api/tsr/{report().id}"
    seen = ask(one, "GET", f"{road}/go-no-go", Role.RELEASE_MANAGER).json()
    assert seen["decision"] == "pending_review"
    said = {name: seen[name] for name in ("report_digest", "basis_digest")}
    approved = ask(one, "POST", f"{road}/approve", Role.RELEASE_MANAGER, said)
    assert approved.status_code == 201, approved.text
    for server in (other, one):
        assert ask(server, "GET", f"{road}/go-no-go", Role.AGENT).json()["decision"] == "go"
    # A token that is revoked at one is none at the other from the next request on.
    listed = ask(one, "GET", "/api/tokens", Role.ADMIN).json()
    (agent,) = [each["id"] for each in listed["items"] if each["role"] == "agent"]
    assert ask(one, "DELETE", f"/api/tokens/{agent}", Role.ADMIN).status_code in (200, 204)
    assert ask(other, "GET", f"{road}/go-no-go", Role.AGENT).status_code == 401
