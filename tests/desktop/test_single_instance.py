from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtNetwork import QLocalSocket

from aitr_desktop import single_instance
from aitr_desktop.single_instance import (
    CALLER_MS,
    MAX_BYTES,
    MAX_CALLERS,
    MAX_LENGTH,
    MAX_REQUESTS,
    VERSION,
    Instance,
    InstanceServer,
    checked_profile,
    decode_request,
    encode_request,
    runtime_folder,
)
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.errors import InputError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

FIRST = """
import sys
from pathlib import Path
from qtpy.QtCore import QCoreApplication, QTimer
from aitr_desktop.single_instance import Instance, InstanceServer
application = QCoreApplication(["first"])
instance = Instance(Path(sys.argv[1]))
assert instance.claim()
server = InstanceServer(instance.address)
server.listen()
server.asked.connect(lambda wanted, token: (print(*wanted, flush=True), application.exit(0)))
print("listening", flush=True)
application.exec()
server.close()
instance.release()
"""


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("run")
    made.chmod(0o700)
    return made


@pytest.fixture
def first(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A first instance in a process of its own, which listens and ends with the first request."""
    process = subprocess.Popen(
        [sys.executable, "-c", FIRST, str(folder)], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def server(folder: Path) -> Iterator[InstanceServer]:
    made = InstanceServer(Instance(folder).address)
    made.listen()
    yield made
    made.close()


@given(
    st.lists(st.text(min_size=1, max_size=60), max_size=8),
    st.from_regex(r"[A-Za-z0-9_.:/-]{0,20}", fullmatch=True),
)
def test_a_request_comes_over_as_it_was(wanted: list[str], token: str) -> None:
    assert decode_request(encode_request(wanted, token)) == (tuple(wanted), token)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: json.dumps(text).encode()))
def test_what_is_no_request_is_refused(line: bytes) -> None:
    with pytest.raises(InputError):
        decode_request(line)


@pytest.mark.parametrize(
    "said",
    [
        {"aitr": 1, "open": []},
        {"aitr": 1, "open": [], "token": "", "run": "x"},
        {"aitr": 2, "open": [], "token": ""},
        {"aitr": True, "open": [], "token": ""},
        {"aitr": "1", "open": [], "token": ""},
        {"aitr": 1, "open": "x", "token": ""},
        {"aitr": 1, "open": [1], "token": ""},
        {"aitr": 1, "open": [""], "token": ""},
        {"aitr": 1, "open": [], "token": "a b"},
        {"aitr": 1, "open": [], "token": 7},
        {"aitr": 1, "open": ["x"] * (MAX_REQUESTS + 1), "token": ""},
        {"aitr": 1, "open": ["x" * (MAX_LENGTH + 1)], "token": ""},
        [],
        None,
    ],
)
def test_a_request_of_another_form_is_refused(said: object) -> None:
    with pytest.raises(InputError):
        decode_request(json.dumps(said).encode())


@pytest.mark.parametrize(
    "line",
    [
        b'{"aitr": 1, "aitr": 1, "open": [], "token": ""}',
        b"[" * 60_000,
        b'{"aitr": 1}' + b" " * MAX_BYTES,
        b"\xff",
    ],
)
def test_a_line_that_is_no_strict_json_is_refused(line: bytes) -> None:
    with pytest.raises(InputError):
        decode_request(line)


def test_too_much_is_not_sent() -> None:
    for wanted in (["x"] * (MAX_REQUESTS + 1), ["x" * (MAX_LENGTH + 1)], ["ü" * 4_000] * 20):
        with pytest.raises(InputError):
            encode_request(wanted)


@pytest.mark.parametrize("name", ["", ".", "../x", "a/b", "-a", "a b", "ü", "x" * 33, "a\n"])
def test_a_profile_is_a_plain_name(name: str) -> None:
    with pytest.raises(InputError):
        checked_profile(name)


def test_profiles_do_not_meet(folder: Path) -> None:
    usual, other = Instance(folder), Instance(folder, checked_profile("second"))
    assert usual.claim()
    assert other.claim()
    assert usual.address != other.address
    usual.release()
    other.release()


def test_only_one_claims(folder: Path) -> None:
    one, other = Instance(folder), Instance(folder)
    assert one.claim()
    assert not other.claim()
    one.release()
    assert other.claim()
    other.release()


def test_a_second_start_hands_over_and_the_first_opens(folder: Path, first: subprocess.Popen[str]) -> None:
    second = Instance(folder)
    assert not second.claim()
    assert second.hand_over(["/data/audit.db", "aitr://report?id=TSR-7"]) == 2
    assert first.stdout is not None
    assert first.stdout.readline() == "/data/audit.db aitr://report?id=TSR-7\n"
    assert first.wait(20) == 0
    assert second.claim()
    second.release()


def test_a_killed_first_instance_blocks_nobody(folder: Path, first: subprocess.Popen[str]) -> None:
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert any(folder.glob("*.socket")), "the socket of a killed one stays behind"
    second = Instance(folder)
    assert second.claim()
    server = InstanceServer(second.address)
    server.listen()
    server.close()
    second.release()


def test_a_first_instance_killed_while_the_second_waits_gives_way(
    folder: Path, first: subprocess.Popen[str]
) -> None:
    first.send_signal(signal.SIGSTOP)
    second = Instance(folder)
    assert not second.claim()
    killer = threading.Timer(0.4, first.kill)
    killer.start()
    assert second.hand_over(["/data/audit.db"], patience_ms=20_000) is None
    killer.join()
    assert second.claim()
    second.release()


def test_a_lock_whose_number_belongs_to_another_process_now_is_cleared(folder: Path) -> None:
    """Containers give the numbers of their processes again at once, and every program of ours is Python."""
    held = Instance(folder)
    assert held.claim()
    written = (folder / "desktop.lock").read_bytes()
    held.release()
    # As a killed one leaves it, with the number of a process that lives: this one.
    (folder / "desktop.lock").write_bytes(written)
    next_one = Instance(folder)
    assert next_one.claim()
    next_one.release()


def test_a_hung_first_instance_is_named_and_what_to_do(folder: Path, first: subprocess.Popen[str]) -> None:
    first.send_signal(signal.SIGSTOP)
    second = Instance(folder)
    assert not second.claim()
    with pytest.raises(ServiceError, match=f"process {first.pid}.* does not answer") as said:
        second.hand_over(["/data/audit.db"], patience_ms=400)
    assert "--profile" in said.value.next_step
    assert not second.claim(), "a hung one keeps its place"
    first.send_signal(signal.SIGCONT)


def test_two_that_come_at_once_are_both_heard(folder: Path, server: InstanceServer, qtbot: QtBot) -> None:
    heard: list[str] = []
    server.asked.connect(lambda wanted, _: heard.extend(wanted))
    callers = [call(server, encode_request([name])) for name in ("/a.db", "/b.db")]
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert sorted(heard) == ["/a.db", "/b.db"]
    for caller in callers:
        caller.abort()


def call(server: InstanceServer, line: bytes) -> QLocalSocket:
    socket = QLocalSocket()
    socket.connectToServer(server.address)
    assert socket.waitForConnected(2_000)
    socket.write(line)
    socket.flush()
    return socket


@pytest.mark.parametrize(
    "line", [b"{}\n", b"\n", b"GET / HTTP/1.1\r\n", b"x" * (MAX_BYTES + 2), b"\x00" * 100 + b"\n"]
)
def test_a_stranger_is_refused_and_nothing_is_opened(
    server: InstanceServer, qtbot: QtBot, line: bytes
) -> None:
    with qtbot.assertNotEmitted(server.asked):
        caller = call(server, line)
        qtbot.waitUntil(caller.canReadLine)
        assert "refused" in json.loads(caller.readLine().data())
        qtbot.waitUntil(lambda: caller.state() == QLocalSocket.LocalSocketState.UnconnectedState)


def test_who_says_nothing_is_let_go(server: InstanceServer, qtbot: QtBot) -> None:
    silent = call(server, b'{"aitr": 1')
    qtbot.waitUntil(
        lambda: silent.state() == QLocalSocket.LocalSocketState.UnconnectedState, timeout=CALLER_MS + 3_000
    )


def test_many_callers_do_not_keep_the_next_one_out(server: InstanceServer, qtbot: QtBot) -> None:
    silent = [call(server, b"") for _ in range(MAX_CALLERS * 2)]
    qtbot.waitUntil(
        lambda: all(each.state() == QLocalSocket.LocalSocketState.UnconnectedState for each in silent),
        timeout=CALLER_MS + 3_000,
    )
    with qtbot.waitSignal(server.asked):
        call(server, encode_request(["/a.db"])).waitForBytesWritten(100)


def test_hostile_texts_are_handed_on_as_text(server: InstanceServer, qtbot: QtBot) -> None:
    wanted = [text for text in HOSTILE_TEXTS.values() if len(text) < MAX_LENGTH]
    with qtbot.waitSignal(server.asked) as heard:
        caller = call(server, encode_request(wanted))
    assert heard.args is not None
    # A lone surrogate is half a letter; Qt's strings keep it too.
    assert heard.args[0] == wanted
    caller.abort()


def test_an_answer_of_another_version_is_said(folder: Path) -> None:
    with pytest.raises(InputError, match=f"speaks version {VERSION}"):
        single_instance._taken(b'{"aitr": 2, "taken": 1}\n')
    with pytest.raises(InputError, match="did not take it: no room"):
        single_instance._taken(b'{"aitr": 1, "refused": "no room"}\n')


def test_the_folder_is_this_persons_alone(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    folder = runtime_folder({"XDG_RUNTIME_DIR": str(runtime)})
    assert folder.parent == runtime
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_others_can_enter_is_not_used(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "aitr").mkdir(mode=0o777)
    (runtime / "aitr").chmod(0o777)
    with pytest.raises(ServiceError, match="others can enter it"):
        runtime_folder({"XDG_RUNTIME_DIR": str(runtime)})


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    runtime, other = tmp_path / "runtime", tmp_path / "other"
    runtime.mkdir(mode=0o700)
    other.mkdir(mode=0o700)
    (runtime / "aitr").symlink_to(other)
    with pytest.raises(ServiceError):
        runtime_folder({"XDG_RUNTIME_DIR": str(runtime)})


@pytest.mark.parametrize("given", ["", "relative", "/nowhere/at/all"])
def test_without_a_runtime_folder_the_temporary_one_serves(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    folder = runtime_folder({"XDG_RUNTIME_DIR": given})
    assert folder == tmp_path / f"aitr-{os.getuid()}"


def test_the_socket_is_this_persons_alone(server: InstanceServer, folder: Path) -> None:
    (socket,) = folder.glob("*.socket")
    assert stat.S_IMODE(socket.stat().st_mode) & 0o077 == 0
