"""``approve``, ``reject``, ``revoke`` and ``approvals`` against a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import requests

from tests.factories.judged_reports import releasable
from tests.factories.servers import RunningServer, bearer, running_server
from tsr_agent.cli.approving import look
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.api import ServerApi
from tsr_agent.client.credentials import token_from
from tsr_agent.client.transport import Transport
from tsr_agent.errors import IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.access import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Agent
    from tsr_agent.models.api import GoNoGo

ID = "tsr-1"
HOSTILE = "tsr-2"
SLY = "nightly \u202e<b>\x1b[31m"


@dataclass
class Site:
    """A server with reports that wait, and the commands of people who answer."""

    server: RunningServer
    agent: Agent
    people: dict[str, str]
    documents: dict[str, bytes]

    def run(self, *arguments: str, who: str = "Ana") -> subprocess.CompletedProcess[str]:
        """A command of a person."""
        return self.agent(*arguments, AITR_SERVER=self.server.url, AITR_TOKEN=self.people[who])

    @property
    def first(self) -> str:
        """Id of the report that a nightly build made."""
        return next(iter(self.documents))

    def history(self, report_id: str) -> Any:
        """What ``approvals`` says, as data."""
        done = self.run("approvals", report_id, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def waits(report_id: str, **changed: Any) -> bytes:
    return codec.encode(releasable(id=report_id, manual_approval_required=True, **changed))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder / "aitr.db", folder) as running:
        yield running


@pytest.fixture(scope="module")
def people(server: RunningServer) -> dict[str, str]:
    """Tokens by name."""
    manager = Role.RELEASE_MANAGER
    roles = {"Ana": manager, "Ben": manager, "nightly": manager, "Tom": Role.TECH_LEAD, "Olga": Role.VIEWER}
    return {who: server.token(role, "--subject", who) for who, role in roles.items()}


@pytest.fixture(scope="module")
def job(server: RunningServer) -> dict[str, str]:
    """The token of a CI job."""
    return bearer(server.token(Role.AGENT)) | {"Content-Type": "application/json"}


@pytest.fixture
def site(
    server: RunningServer,
    people: dict[str, str],
    job: dict[str, str],
    agent: Agent,
    request: pytest.FixtureRequest,
) -> Site:
    """Two reports of the test's own, whose ids end in its name."""
    own = re.sub(r"\W+", "-", request.node.name)[:60].strip("-")
    documents = {
        f"{ID}-{own}": waits(f"{ID}-{own}", triggered_by="nightly"),
        f"{HOSTILE}-{own}": waits(f"{HOSTILE}-{own}", triggered_by=SLY),
    }
    for document in documents.values():
        answer = requests.post(f"{server.url}/api/tsr", data=document, headers=job, timeout=30)
        assert answer.status_code == 201, answer.text
    return Site(server, agent, people, documents)


def test_what_is_approved_is_shown_first_and_recorded_with_its_note(site: Site) -> None:
    done = site.run("approve", site.first, "--yes", "--note", "looked at all of it")
    assert (done.returncode, done.stderr) == (0, "")
    digest = codec.digest(site.documents[site.first])
    for fact in (
        site.first, digest, "started by nightly", "a" * 40, "staging", "ai-release 1", "PENDING REVIEW",
        "1 approval of 1 missing", "Ana (release manager)", "The report asks for a manual approval",
    ):  # fmt: skip
        assert fact in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80 + len(site.first)
    (said,) = site.history(site.first)["items"]
    assert (said["approved_by"], said["note"], said["report_digest"]) == (
        "Ana",
        "looked at all of it",
        digest,
    )
    assert f"tsr-agent revoke {site.first} {said['id']}" in done.stdout


def test_the_story_of_a_release_reads_in_a_terminal(site: Site) -> None:
    assert site.run("approve", site.first, "--yes").returncode == 0
    assert site.run("reject", site.first, "--yes", "--note", "not yet", who="Ben").returncode == 0
    disagreeing = site.run("approvals", site.first, who="Olga")
    assert disagreeing.returncode == 0
    assert disagreeing.stdout.startswith("▲ PENDING REVIEW  People disagree: approved by Ana and rejected by")
    rejection = site.history(site.first)["items"][1]["id"]
    back = site.run("revoke", site.first, rejection, "--yes", who="Ben")
    assert back.returncode == 0
    assert "● GO  Approved by Ana." in back.stdout
    told = site.run("approvals", site.first).stdout
    assert re.findall(r"  (\w+) \(release manager\) (\w+)", told) == [
        ("Ana", "approved"),
        ("Ben", "rejected"),
        ("Ben", "withdrew"),
    ]
    assert re.search(r"does not count +it was withdrawn", told)
    assert re.search(r"note +not yet", told)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("nightly", "nightly triggered the run: somebody else has to approve"),
        ("Tom", "role 'tech_lead' can't approve"),
        ("Olga", "role of this token does not allow"),
    ],
)
def test_what_the_server_refuses_is_said_with_its_reason(site: Site, who: str, words: str) -> None:
    done = site.run("approve", site.first, "--yes", who=who)
    assert done.returncode == 2
    assert words in done.stderr
    assert site.history(site.first)["items"] == []


def test_saying_it_twice_is_refused(site: Site) -> None:
    assert site.run("approve", site.first, "--yes").returncode == 0
    done = site.run("approve", site.first, "--yes")
    assert (done.returncode, len(site.history(site.first)["items"])) == (2, 1)
    assert "has approved already" in done.stderr


def test_without_a_terminal_nothing_is_done_unless_it_is_said(site: Site) -> None:
    for verb in ("approve", "reject"):
        done = site.run(verb, site.first)
        assert done.returncode == 2
        assert "no terminal" in done.stderr
    assert site.history(site.first)["items"] == []


def test_other_bytes_than_those_that_are_meant_are_not_approved(site: Site) -> None:
    done = site.run("approve", site.first, "--yes", "--digest", "0" * 64)
    assert done.returncode == 5
    assert site.history(site.first)["items"] == []
    digest = codec.digest(site.documents[site.first])
    assert site.run("approve", site.first, "--yes", "--digest", digest).returncode == 0


def test_a_server_that_says_something_else_than_the_report_is_not_believed(site: Site) -> None:
    address = ServerAddress.parse(site.server.url, "the server")
    token = token_from({"AITR_TOKEN": site.people["Ana"]})
    api = ServerApi(Transport(address, token))
    answer = api.go_no_go(site.first)

    class Lying:
        """The same server, which takes the release for one of another commit."""

        document, identity = api.document, api.identity

        def go_no_go(self, report_id: str, *, digest: str | None) -> GoNoGo:
            return msgspec.structs.replace(answer, codebase_sha="f" * 40)

    try:
        assert look(api, site.first, None).report.id == site.first
        with pytest.raises(IntegrityError, match="not what the report says"):
            look(Lying(), site.first, None)  # type: ignore[arg-type]
    finally:
        api.close()


def test_an_unknown_report_and_a_server_that_is_away(site: Site) -> None:
    for verb in ("approve", "approvals"):
        assert site.run(verb, "nobody", *(["--yes"] if verb == "approve" else [])).returncode == 2
    away = site.agent(
        "approvals", site.first, AITR_SERVER="http://127.0.0.1:9", AITR_TOKEN=site.people["Ana"]
    )
    assert away.returncode == 4
    assert site.agent("approvals", site.first, AITR_SERVER=site.server.url).returncode == 2
    unknown = site.run("revoke", site.first, "nothing-here", "--yes")
    assert (unknown.returncode, "Nothing of the id nothing-here" in unknown.stderr) == (2, True)


def test_hostile_text_of_a_report_is_shown_and_not_obeyed(site: Site) -> None:
    _, hostile = site.documents
    done = site.run("approve", hostile, "--yes", "--note", "fine")
    assert done.returncode == 0
    assert "⟨U+202E⟩<b>⟨U+001B⟩[31m" in done.stdout
    assert not {"\x1b", "\u202e"} & set(done.stdout)


def test_the_result_as_data(site: Site) -> None:
    done = site.run("approve", site.first, "--yes", "--json")
    answer = json.loads(done.stdout)
    assert (answer["decision"], answer["standing"]["state"]) == ("go", "approved")
    assert "To be approved" in done.stderr
    assert site.history(site.first)["items"] == [answer["approval"]]


def test_a_note_out_of_a_file(site: Site, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Two tests were skipped.\nBoth are known.\n", encoding="utf-8")
    assert site.run("approve", site.first, "--yes", "--note-file", "note.txt").returncode == 0
    assert site.history(site.first)["items"][0]["note"] == "Two tests were skipped.\nBoth are known."
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "long.txt").write_text("x" * 10_001)
    for wrong in ("empty.txt", "bytes.txt", "long.txt", "missing.txt"):
        assert site.run("reject", site.first, "--yes", "--note-file", wrong).returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("typed", "code"), [("yes", 0), ("y", 0), ("no", 2), ("", 2), ("yesterday", 2)])
def test_a_person_at_a_terminal_is_asked(site: Site, typed: str, code: int) -> None:
    said, status = at_a_terminal(site, typed, "approve", site.first)
    assert "Approve this release? [yes/no] " in said
    assert status == code
    assert len(site.history(site.first)["items"]) == (1 if code == 0 else 0)
    assert ("GO  Approved by Ana." in said) == (code == 0)


def at_a_terminal(site: Site, typed: str, *arguments: str) -> tuple[str, int]:
    """A command at a terminal of 80 columns: what stood there, and its exit code."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AITR_")}
    variables |= {"AITR_SERVER": site.server.url, "AITR_TOKEN": site.people["Ana"]}
    process = subprocess.Popen(
        [sys.executable, "-m", "tsr_agent", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=variables,
    )
    os.close(theirs)
    said = b""
    try:
        while chunk := _more(ours):
            said += chunk
            if said.endswith(b"[yes/no] "):
                os.write(ours, f"{typed}\n".encode())
    finally:
        os.close(ours)
        status = process.wait(60)
    return said.decode(), status


def _more(terminal: int) -> bytes:
    """What is written next; nothing once the other end is closed, which Linux says as an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
