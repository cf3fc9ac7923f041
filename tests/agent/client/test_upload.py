"""``upload`` and ``run`` with a server: what is on the server, what waits, and what each says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.raw_server import RawServer, answer
from tests.factories.reports import report
from tests.factories.server_answers import go, no_go, pending, problem
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.outbox import Outbox
from tsr_agent.clock import SystemClock
from tsr_agent.models import codec

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.factories.commands_in_process import Ran, VirtualWaiting
    from tests.factories.raw_server import Asked

DOCUMENT = codec.encode(report())
PROBLEM = "application/problem+json"


def received(document: bytes, verdict: str = "go", **changes: Any) -> bytes:
    found = json.loads(document)
    answered = {
        "id": found["id"],
        "go_no_go_decision": verdict,
        "digest": codec.digest(document),
        "decision_digest": "e" * 64,
        "reason": "All 12 rules passed",
        "claimed_decision": "go",
        "claim_differs": verdict != "go",
        "received_at": "2026-11-22T12:00:00Z",
    }
    return answer(201, json.dumps({**answered, **changes}).encode())


def taking(
    verdict: str = "go", said: Callable[..., dict[str, Any]] = go, **changes: Any
) -> Callable[..., None]:
    """A server that takes every report, and answers for the last one."""
    last: dict[str, str] = {}

    def play(connection: socket.socket, asked: Asked) -> None:
        if asked.method == "POST":
            last["report_id"] = json.loads(asked.document)["id"]
            last["report_digest"] = codec.digest(asked.document)
            assert asked.headers["idempotency-key"] == last["report_digest"]
            connection.sendall(received(asked.document, verdict))
        else:
            connection.sendall(answer(200, json.dumps(said(**{**last, **changes})).encode()))

    return play


def refusing(status: int) -> Callable[..., None]:
    body = json.dumps(problem(status, detail="Not this one")).encode()
    return lambda connection, _asked: connection.sendall(answer(status, body, PROBLEM))


@pytest.fixture
def outbox(here: Path, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    monkeypatch.setenv("AITR_OUTBOX", str(here / "outbox"))
    (here / "tsr.json").write_bytes(DOCUMENT)
    return Outbox(here / "outbox", SystemClock())


def waits(outbox: Outbox, server: RawServer) -> list[str]:
    return [each.head.report_id for each in outbox.look(ServerAddress.parse(server.url)).entries]


@pytest.mark.usefixtures("waiting")
def test_what_the_server_made_of_it_is_said(command: Callable[..., Ran], outbox: Outbox) -> None:
    with RawServer(taking("no_go")) as server:
        ran = command("upload", "tsr.json", "--server", server.url)
        as_json = command("upload", "tsr.json", "--server", server.url, "--json")
        assert [each.document for each in server.asked] == [DOCUMENT, DOCUMENT]
        assert waits(outbox, server) == []
    assert ran.code == 0
    assert "■ NO-GO" in ran.out
    assert "The report says GO of itself" in ran.out
    assert json.loads(as_json.out)["claim_differs"] is True
    assert all(len(line) <= 80 for line in ran.out.splitlines())


@pytest.mark.usefixtures("waiting")
def test_a_large_report_is_packed_and_comes_out_the_same(command: Callable[..., Ran], outbox: Outbox) -> None:
    document = codec.encode(report(decision_reason="long " * 13_000, triggered_by="x" * 100))
    Path("tsr.json").write_bytes(document)
    with RawServer(taking()) as server:
        assert command("upload", "tsr.json", "--server", server.url).code == 0
        (asked,) = server.asked
        assert waits(outbox, server) == []
    assert asked.document == document
    assert len(asked.body) < len(document) / 10


@pytest.mark.parametrize(
    ("status", "code", "place"),
    [
        (400, 2, "refused"),
        (401, 4, "outbox"),
        (403, 4, "outbox"),
        (404, 4, "outbox"),
        (409, 5, "refused"),
        (413, 2, "refused"),
        (422, 2, "refused"),
        (503, 4, "outbox"),
    ],
)
@pytest.mark.usefixtures("waiting")
def test_a_refusal_has_its_exit_code_and_the_report_its_place(
    status: int, code: int, place: str, command: Callable[..., Ran], outbox: Outbox
) -> None:
    with RawServer(refusing(status)) as server:
        ran = command("upload", "tsr.json", "--server", server.url)
        drained = command("upload", "--drain", "--server", server.url)
        assert waits(outbox, server) == ([report().id] if place == "outbox" else [])
    assert ran.code == code
    assert "Kept:" in ran.err
    assert status == 503 or "Not this one" in ran.err
    refused = list((outbox.folder / "refused").glob("*.entry"))
    assert [each.read_bytes().endswith(DOCUMENT) for each in refused] == [True] * (place == "refused")
    assert drained.code == (4 if place == "outbox" else 0)


@pytest.mark.usefixtures("waiting")
def test_one_that_is_refused_holds_nothing_up(command: Callable[..., Ran], outbox: Outbox) -> None:
    def play(connection: socket.socket, asked: Asked) -> None:
        if json.loads(asked.document)["id"] == "TSR-2":
            refusing(409)(connection, asked)
        else:
            taking()(connection, asked)

    with RawServer(refusing(503)) as away:
        port = away.port
        for number in (1, 2, 3):
            Path("tsr.json").write_bytes(codec.encode(report(id=f"TSR-{number}")))
            assert command("upload", "tsr.json", "--server", away.url).code == 4
        assert waits(outbox, away) == ["TSR-1", "TSR-2", "TSR-3"]
    with RawServer(play, port=port) as server:
        ran = command("upload", "--drain", "--server", server.url, "--json")
        assert waits(outbox, server) == []
    assert ran.code == 5
    said = json.loads(ran.out)
    assert [each["id"] for each in said["sent"]] == ["TSR-1", "TSR-3"]
    assert [each["report_id"] for each in said["refused"]] == ["TSR-2"]
    assert Path(said["refused"][0]["path"]).exists()


@pytest.mark.usefixtures("waiting")
def test_any_command_that_talks_to_the_server_sends_what_waits_first(
    command: Callable[..., Ran], outbox: Outbox
) -> None:
    with RawServer(refusing(503)) as away:
        port = away.port
        assert command("upload", "tsr.json", "--server", away.url).code == 4
    with RawServer(taking(), port=port) as server:
        ran = command("gate", report().id, "--server", server.url)
        assert [each.method for each in server.asked] == ["POST", "GET"]
        assert waits(outbox, server) == []
    assert ran.code == 0
    assert "is on the server" in ran.err


@pytest.mark.usefixtures("waiting")
def test_what_waits_goes_to_no_other_server(command: Callable[..., Ran], outbox: Outbox) -> None:
    with RawServer(refusing(503)) as away:
        assert command("upload", "tsr.json", "--server", away.url).code == 4
    with RawServer(taking()) as other:
        ran = command("upload", "--drain", "--server", other.url)
        assert other.asked == []
        assert outbox.look(ServerAddress.parse(other.url)).elsewhere == {away.url: 1}
    assert ran.code == 0
    assert "for another server" in ran.out


@pytest.mark.usefixtures("waiting")
def test_an_answer_about_other_bytes_is_no_receipt(command: Callable[..., Ran], outbox: Outbox) -> None:
    for changes in ({"digest": "0" * 64}, {"id": "TSR-of-somebody-else"}):
        reply = received(DOCUMENT, **changes)
        with RawServer(lambda connection, _asked, reply=reply: connection.sendall(reply)) as server:
            assert command("upload", "tsr.json", "--server", server.url).code == 5
            assert waits(outbox, server) == [report().id]


@pytest.mark.usefixtures("waiting", "outbox")
def test_what_is_no_report_is_not_sent(command: Callable[..., Ran]) -> None:
    with RawServer(taking()) as server:
        for content in (b"", b"{}", DOCUMENT[:-9], DOCUMENT.replace(b'"staging"', b'"x","environment":"y"')):
            Path("tsr.json").write_bytes(content)
            assert command("upload", "tsr.json", "--server", server.url).code == 2
        assert command("upload", "--server", server.url).code == 2
        assert command("upload", "tsr.json", "--drain", "--server", server.url).code == 2
        assert server.asked == []


def test_an_interruption_keeps_the_report(
    command: Callable[..., Ran], waiting: VirtualWaiting, outbox: Outbox
) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    waiting.on_sleep = interrupt
    with RawServer(refusing(503)) as server:
        assert command("upload", "tsr.json", "--server", server.url).code == 130
        assert waits(outbox, server) == [report().id]


RESULTS = '<testsuite name="unit"><testcase classname="a" name="b"/></testsuite>'


def run(command: Callable[..., Ran], *options: str) -> Ran:
    """A run whose report is NO-GO here, because nearly everything is missing."""
    Path("results").mkdir(exist_ok=True)
    Path("results/unit.xml").write_text(RESULTS)
    shas = ("--codebase-sha", "a" * 40, "--testbase-sha", "b" * 40, "--prompts-sha", "c" * 40)
    return command("run", *shas, "--codebase-repo", "https://forge.example/acme/bot", *options)


LENIENT = """
version: 1
name: lenient
rules:
  - {id: unit, check: tests, where: {type: unit}, require: {failed: 0}}
"""


@pytest.mark.parametrize(
    ("said", "changes", "code"),
    [(go, {}, 0), (no_go, {}, 1), (pending, {}, 3), (go, {"report_digest": "0" * 64}, 5), (None, {}, 4)],
)
@pytest.mark.usefixtures("waiting")
def test_a_run_answers_with_the_worse_of_both_verdicts(
    said: Callable[..., dict[str, Any]] | None,
    changes: dict[str, Any],
    code: int,
    command: Callable[..., Ran],
    outbox: Outbox,
) -> None:
    for policy, here in (("lenient.yaml", 0), (None, 1)):
        Path("lenient.yaml").write_text(LENIENT)
        Path("tsr.json").unlink()
        options = ("--policy", policy) if policy else ()
        assert run(command, *options).code == here
        play = refusing(503) if said is None else taking("go", said, **changes)
        with RawServer(play) as server:
            ran = run(command, "--server", server.url, *options, "--dotenv", "tsr.env")
            assert (len(waits(outbox, server)) == 1) is (said is None)
        assert ran.code == (code if here == 0 or code == 5 else 1)
        told = dict(line.split("=", 1) for line in Path("tsr.env").read_text().splitlines())
        assert (told["TSR_DECISION"] == "go") is (ran.code == 0)
        assert (said is None) == ("outbox" in ran.err)


@pytest.mark.usefixtures("waiting", "outbox")
def test_a_run_without_a_server_sends_nothing(command: Callable[..., Ran]) -> None:
    with RawServer(taking()) as server:
        run(command)
        assert server.asked == []


def test_a_run_without_a_token_keeps_the_report(
    command: Callable[..., Ran], outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AITR_TOKEN")
    ran = run(command, "--server", "http://127.0.0.1:9")
    assert ran.code == 1
    assert "no token" in ran.err
    assert len(outbox.look(ServerAddress.parse("http://127.0.0.1:9")).entries) == 1


@pytest.mark.usefixtures("waiting", "outbox")
@pytest.mark.parametrize("variable", ["CI", "TF_BUILD", "JENKINS_URL"])
def test_in_a_pipeline_no_checkout_says_where_the_token_goes(
    command: Callable[..., Ran], here: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A pull request could write its author's server into aitr.toml, and be sent the token and believed."""
    for name in ("CI", "TF_BUILD", "JENKINS_URL", "BUILDKITE"):
        monkeypatch.delenv(name, raising=False)
    with RawServer(taking()) as server:
        (here / "aitr.toml").write_text(f'[server]\nurl = "{server.url}"\n')
        assert command("upload", "tsr.json").code == 0
        asked = len(server.asked)
        monkeypatch.setenv(variable, "true")
        for arguments in (
            ("upload", "tsr.json"),
            ("gate", report().id),
            ("gate", report().id, "--wait", "1h"),
        ):
            ran = command(*arguments)
            assert ran.code == 2
            assert "a pull request can change" in ran.err
        assert len(server.asked) == asked
        monkeypatch.setenv("AITR_SERVER", server.url)
        assert command("upload", "tsr.json").code == 0
