"""Waiting for people: ever less often, through restarts, and never longer than asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.factories.raw_server import JSON, RawServer, answer
from tests.factories.server_answers import REPORT_ID, approved, go, no_go, pending, problem
from tsr_agent.client.patience import LONGEST_PAUSE

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.factories.commands_in_process import Ran, VirtualWaiting
    from tests.factories.raw_server import Asked


def said(document: object) -> bytes:
    return answer(200, json.dumps(document).encode())


AWAY = answer(503, b"", None)
REFUSED = answer(401, json.dumps(problem(401, "unauthorized")).encode(), "application/problem+json")


def gate(command: Callable[..., Ran], replies: list[bytes], *options: str) -> Ran:
    left = list(replies)

    def play(connection: socket.socket, _asked: Asked) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    with RawServer(play) as server:
        return command("gate", REPORT_ID, "--server", server.url, *options)


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ([said(pending()), said(approved())], 0),
        ([said(pending()), said(pending()), said(no_go())], 1),
        ([said(pending())] * 3 + [AWAY] * 12 + [said(approved())], 0),
        ([said(pending()), REFUSED, said(approved())], 4),
        ([said(pending()), said(go(decided="no_go")), said(approved())], 5),
        ([said(pending()), answer(200, b"<html>", "text/html"), said(approved())], 4),
        ([said(pending()), answer(200, b"{}", JSON), said(approved())], 4),
    ],
)
@pytest.mark.usefixtures("waiting")
def test_the_first_answer_that_says_something_counts(
    replies: list[bytes], code: int, command: Callable[..., Ran]
) -> None:
    assert gate(command, replies, "--wait", "30m").code == code


@pytest.mark.parametrize(
    ("reply", "options", "code"),
    [(said(pending()), (), 3), (said(pending()), ("--allow-pending",), 0), (AWAY, (), 4)],
)
def test_the_wait_ends_in_time(
    reply: bytes, options: tuple[str, ...], code: int, command: Callable[..., Ran], waiting: VirtualWaiting
) -> None:
    ran = gate(command, [reply], "--wait", "30m", *options)
    assert ran.code == code
    assert 1_790 <= sum(waiting.slept) <= 1_860
    assert max(waiting.slept) <= LONGEST_PAUSE


def test_who_is_missing_is_said_once(command: Callable[..., Ran], waiting: VirtualWaiting) -> None:
    ran = gate(command, [said(pending())] * 9 + [said(approved())], "--wait", "30m")
    assert ran.err.count("1 approval of 2 missing") == 1
    assert len(waiting.slept) == 9


def test_a_server_that_says_when_to_return_is_obeyed(
    command: Callable[..., Ran], waiting: VirtualWaiting
) -> None:
    later = answer(503, b"", None, "Retry-After: 300")
    assert gate(command, [later, said(go())], "--wait", "30m").code == 0
    assert waiting.slept == [300.0]


@pytest.mark.usefixtures("waiting")
def test_a_length_of_time_has_a_unit(command: Callable[..., Ran]) -> None:
    for wrong in ("30", "m", "-5m", "1w", "", "5 m", "²m", "1e3s", "99999999s"):
        assert command("gate", REPORT_ID, "--server", "http://127.0.0.1:9", "--wait", wrong).code == 2
