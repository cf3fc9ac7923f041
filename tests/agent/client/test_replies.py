"""Every reply that a server, or whatever stands in its place, can give to ``gate ID``: only a GO passes."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.factories.raw_server import JSON, RawServer, answer, reset
from tests.factories.server_answers import (
    COMMIT,
    DIGEST,
    OTHER_COMMIT,
    REPORT_ID,
    approved,
    go,
    no_go,
    pending,
    problem,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from tests.factories.commands_in_process import Ran, VirtualWaiting
    from tests.factories.raw_server import Asked

    Play = Callable[[socket.socket, Asked], None]

PROBLEM = "application/problem+json"
ASKED = ("--commit", COMMIT, "--environment", "production")


class Reply(NamedTuple):
    """One reply and what the command has to make of it."""

    name: str
    code: int
    reply: bytes | Play
    options: tuple[str, ...] = ASKED


def ok(document: object, *more: str, kind: str | None = JSON) -> bytes:
    return answer(200, json.dumps(document).encode(), kind, *more)


def text(body: str | bytes) -> bytes:
    return answer(200, body.encode() if isinstance(body, str) else body)


def refusal(status: int, name: str) -> bytes:
    return answer(status, json.dumps(problem(status, name)).encode(), PROBLEM)


def broken_off(sent: bytes) -> Play:
    def play(connection: socket.socket, _asked: Asked) -> None:
        connection.sendall(sent)
        reset(connection)

    return play


def trickling(sent: bytes) -> Play:
    def play(connection: socket.socket, _asked: Asked) -> None:
        for each in sent * 100:
            connection.sendall(bytes([each]))
            time.sleep(0.01)

    return play


def silent(connection: socket.socket, _asked: Asked) -> None:
    connection.recv(1)


GO = json.dumps(go())
AGED = go(evaluated_at="2026-11-21T11:59:59Z")

REPLIES = [
    Reply("go", 0, ok(go())),
    Reply("go with a charset", 0, ok(go(), kind="application/json; charset=utf-8")),
    Reply("go after an approval", 0, ok(approved())),
    Reply("go young enough", 0, ok(go()), (*ASKED, "--max-age", "1h")),
    Reply("go of these bytes", 0, ok(go()), (*ASKED, "--expect-digest", DIGEST)),
    Reply("go packed", 0, answer(200, gzip.compress(GO.encode()), JSON, "Content-Encoding: gzip")),
    Reply("no-go", 1, ok(no_go())),
    Reply("rejected", 1, ok(no_go(decided="pending_review", approval__state="rejected"))),
    Reply("pending", 3, ok(pending())),
    Reply("pending allowed", 0, ok(pending()), (*ASKED, "--allow-pending")),
    Reply("pending by an old policy", 3, ok(pending(policy_in_force=False, decided="go"))),
    Reply("no-go by an old policy", 1, ok(pending(policy_in_force=False, decided="no_go"))),
    Reply(
        "no-go by an old policy, pending allowed",
        1,
        ok(pending(policy_in_force=False, decided="no_go")),
        (*ASKED, "--allow-pending"),
    ),
    # The seed's gate passed on these.
    Reply("404", 4, refusal(404, "unknown")),
    Reply("404 with the body of a go", 4, answer(404, GO.encode())),
    Reply("null decision", 4, ok(go(decision=None))),
    Reply("no decision", 4, ok({key: value for key, value in go().items() if key != "decision"})),
    Reply("pending_review", 3, ok(pending())),
    Reply("NO_GO in capitals", 4, ok(no_go(decision="NO_GO"))),
    Reply("GO in capitals", 4, ok(go(decision="GO"))),
    Reply("go with a space", 4, ok(go(decision="go "))),
    Reply("empty body", 4, text("")),
    # About something else.
    Reply("another commit", 5, ok(go(codebase_sha=OTHER_COMMIT, tested_sha=OTHER_COMMIT))),
    Reply("this commit, but not what was tested", 5, ok(go(tested_sha=OTHER_COMMIT))),
    Reply("what was tested is not known", 5, ok(go(tested_sha=None))),
    Reply("the merge of another commit", 0, ok(go(codebase_sha=OTHER_COMMIT))),
    Reply("another environment", 5, ok(go(environment="test"))),
    Reply("another id", 5, ok(go(report_id="TSR-2"))),
    Reply("other bytes", 5, ok(go(report_digest="0" * 64)), (*ASKED, "--expect-digest", DIGEST)),
    Reply("409 for the commit", 5, refusal(409, "conflict")),
    # Too old, or at an impossible time.
    Reply("too old", 5, ok(AGED), (*ASKED, "--max-age", "24h")),
    Reply("a second too old", 5, ok(go()), (*ASKED, "--max-age", "3599s")),
    Reply("as old as may be", 0, ok(AGED), (*ASKED, "--max-age", "86401s")),
    Reply("decided after it was answered", 5, ok(go(evaluated_at="2026-11-22T12:01:01Z"))),
    Reply("workers' clocks apart", 0, ok(go(evaluated_at="2026-11-22T12:00:59Z"))),
    Reply("a time without its zone", 4, ok(go(evaluated_at="2026-11-22T11:00:00"))),
    Reply("a year that there is not", 4, ok(go(evaluated_at="0000-11-22T11:00:00Z"))),
    # Contradictions.
    Reply("go, decided no-go", 5, ok(go(decided="no_go"))),
    Reply("go, decided pending, nobody asked", 5, ok(go(decided="pending_review"))),
    Reply("go by an old policy", 5, ok(go(policy_in_force=False))),
    Reply("go, approval pending", 5, ok(go(approval__state="pending"))),
    Reply("go, rejected", 5, ok(approved(approval__state="rejected"))),
    Reply("go, not approvable", 5, ok(go(approval__state="not_approvable"))),
    Reply("go with blocking issues", 5, ok(go(blocking_issues=["2 tests failed"]))),
    Reply("go with people missing", 5, ok(approved(approval__missing=1))),
    Reply("go approved by one of two", 5, ok(approved(approval__approved_by=["ann"]))),
    Reply("go approved by one twice", 5, ok(approved(approval__approved_by=["ann", "ann"]))),
    Reply("go approved by nobody", 5, ok(approved(approval__needed=0, approval__approved_by=[]))),
    Reply("go and somebody rejected", 5, ok(approved(approval__rejected_by=["cid"]))),
    Reply("go, approval needed and none", 5, ok(go(manual_approval_required=True))),
    Reply("go, nobody needed but one", 5, ok(go(approval__needed=1))),
    Reply("pending, rejected", 5, ok(pending(approval__state="rejected"))),
    Reply("more missing than needed", 5, ok(pending(approval__missing=3))),
    # Not the form.
    Reply("another key", 4, ok(go(verdict="go"))),
    Reply("a key twice", 4, text(GO.replace('"decision": "go"', '"decision": "no_go", "decision": "go"'))),
    Reply("NaN", 4, text(GO.replace('"needed": 0', '"needed": NaN'))),
    Reply("a number out of range", 4, text(GO.replace('"needed": 0', '"needed": 1e999'))),
    Reply("minus one", 4, ok(go(approval__missing=-1))),
    Reply("an array", 4, ok([go()])),
    Reply("a string", 4, ok("go")),
    Reply("null", 4, ok(None)),
    Reply("two documents", 4, text(GO + GO)),
    Reply("a comment", 4, text(f"{GO} // go")),
    Reply("cut", 4, text(GO[:-1])),
    Reply("cut in its length", 4, answer(200, GO.encode()[:-9], length=len(GO))),
    Reply("a BOM", 4, text(b"\xef\xbb\xbf" + GO.encode())),
    Reply("UTF-16", 4, text(GO.encode("utf-16"))),
    Reply("Latin-1", 4, text(json.dumps(go(reason="ü"), ensure_ascii=False).encode("latin-1"))),
    Reply("deep", 4, text("[" * 100_000)),
    Reply("huge", 4, text(b" " * (16 * 1024 * 1024 + 1))),
    # Not ours.
    Reply("HTML", 4, answer(200, b"<html>go</html>", "text/html")),
    Reply("HTML that calls itself JSON", 4, text("<html>go</html>")),
    Reply("text", 4, ok(go(), kind="text/plain")),
    Reply("no type", 4, ok(go(), kind=None)),
    Reply("204", 4, answer(204, b"", None)),
    Reply("201 with a go", 4, answer(201, GO.encode())),
    Reply("206 with a go", 4, answer(206, GO.encode())),
    Reply("301 to a go", 4, answer(301, GO.encode(), JSON, "Location: https://elsewhere.example/go")),
    Reply("302 to a go", 4, answer(302, GO.encode(), JSON, "Location: /go")),
    Reply("307 to nowhere", 4, answer(307, GO.encode(), JSON)),
    Reply("gzip that is none", 4, ok(go(), "Content-Encoding: gzip")),
    Reply("an unknown packing", 4, ok(go(), "Content-Encoding: br")),
    Reply(
        "a bomb", 4, answer(200, gzip.compress(b" " * 200_000_000), JSON, "Content-Encoding: gzip")
    ),
    # Refusals and faults.
    Reply("401", 4, refusal(401, "unauthorized")),
    Reply("403", 4, refusal(403, "forbidden")),
    Reply("403 with a go", 4, answer(403, GO.encode())),
    *(Reply(f"{status} with a go", 4, answer(status, GO.encode())) for status in (500, 502, 503, 504, 429)),
    Reply("501", 4, answer(501, GO.encode())),
    Reply("503 and a long wait", 4, answer(503, b"", None, "Retry-After: 3600")),
    Reply("a status that is none", 4, b"HTTP/1.1 2OO OK\r\n\r\n" + GO.encode()),
    Reply("no HTTP", 4, b"go\n"),
    Reply("HTTP 0.9", 4, GO.encode()),
    Reply("100 for ever", 4, b"HTTP/1.1 100 Continue\r\n\r\n" * 200),
    Reply("a header without an end", 4, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000),
    # The connection.
    Reply("nothing at all", 4, b""),
    Reply("reset at once", 4, broken_off(b"")),
    Reply("reset in the status", 4, broken_off(b"HTTP/1.1 20")),
    Reply("reset in the headers", 4, broken_off(b"HTTP/1.1 200 OK\r\nContent-Le")),
    Reply("reset in the body", 4, broken_off(ok(go())[:-20])),
    Reply("silence", 4, silent),
    Reply("slow headers", 4, trickling(b"HTTP/1.1 200 OK\r\nX: y")),
    Reply("slow body", 4, trickling(ok(go()))),
]  # fmt: skip


@pytest.mark.parametrize("each", REPLIES, ids=lambda each: each.name)
def test_only_a_go_passes(each: Reply, command: Callable[..., Ran], waiting: VirtualWaiting) -> None:
    def play(connection: socket.socket, asked: Asked) -> None:
        if callable(each.reply):
            each.reply(connection, asked)
        else:
            connection.sendall(each.reply)

    with RawServer(play) as server:
        ran = command("gate", REPORT_ID, "--server", server.url, *each.options)
    assert ran.code == each.code, ran
    assert ("● GO" in ran.out) is (each.code == 0 and each.name != "pending allowed")
    assert sum(waiting.slept) <= 60.0
    assert 1 <= len(server.asked) <= 5
    assert all(line == line.rstrip() and len(line) <= 80 for line in ran.out.splitlines())


def test_there_are_enough_replies_and_most_of_them_must_not_pass() -> None:
    assert len({each.name for each in REPLIES}) == len(REPLIES) > 90
    assert sum(each.code != 0 for each in REPLIES) > 80


def test_a_server_that_is_not_there(command: Callable[..., Ran], waiting: VirtualWaiting) -> None:
    with RawServer(silent) as server:
        url = server.url
    assert command("gate", REPORT_ID, "--server", url).code == 4
    assert len(waiting.slept) == 4


@pytest.mark.usefixtures("waiting")
def test_tls_with_somebody_who_does_not_speak_it(command: Callable[..., Ran]) -> None:
    with RawServer(lambda connection, _asked: connection.sendall(ok(go()))) as server:
        ran = command("gate", REPORT_ID, "--server", server.url.replace("http:", "https:"))
    assert ran.code == 4
    assert "TLS" in ran.err


@pytest.mark.parametrize(
    ("server", "code"), [("", 2), ("  ", 2), ("http://10.1.2.3", 2), ("https://u:p@h", 2), (None, 2)]
)
def test_no_server_is_no_go(
    server: str | None, code: int, command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    if server is not None:
        monkeypatch.setenv("AITR_SERVER", server)
    assert command("gate", REPORT_ID).code == code


@pytest.mark.parametrize(
    ("name", "value"), [("AITR_TOKEN", ""), ("AITR_TOKEN", "two words"), ("AITR_TOKEN", None)]
)
def test_no_token_is_no_go(
    name: str, value: str | None, command: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)
    if value is not None:
        monkeypatch.setenv(name, value)
    assert command("gate", REPORT_ID, "--server", "http://127.0.0.1:9").code == 2


def test_an_interruption_while_waiting_is_no_go(command: Callable[..., Ran], waiting: VirtualWaiting) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    waiting.on_sleep = interrupt
    with RawServer(lambda connection, _asked: connection.sendall(ok(pending()))) as server:
        assert command("gate", REPORT_ID, "--server", server.url, "--wait", "1h").code == 130


@pytest.mark.usefixtures("waiting")
def test_a_file_is_asked_about_by_its_id_and_its_bytes(command: Callable[..., Ran], here: Path) -> None:
    from tests.factories.reports import report
    from tsr_agent.models import codec

    document = codec.encode(report())
    (here / "tsr.json").write_bytes(document)
    found: dict[str, Any] = {"report_id": report().id, "report_digest": codec.digest(document)}
    for wrong, code in ({}, 0), ({"report_digest": DIGEST}, 5), ({"report_id": "TSR-x"}, 5):
        said = ok(go(**{**found, **wrong}))
        with RawServer(lambda connection, _asked, said=said: connection.sendall(said)) as server:
            assert command("gate", "tsr.json", "--server", server.url).code == code
