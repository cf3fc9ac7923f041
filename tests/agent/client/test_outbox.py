"""The outbox: what was put in comes out as it was, or is known to be damaged, whoever is killed when."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.reports import report
from tsr_agent.client import entries
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.entries import EntryHead, approval_head, report_head
from tsr_agent.client.outbox import Outbox, default_folder
from tsr_agent.errors import DocumentError, StoreError
from tsr_agent.models import codec
from tsr_agent.models.api import ApprovalRequest, Problem
from tsr_agent.models.approval import ApprovalAction

if TYPE_CHECKING:
    from pathlib import Path

HERE = ServerAddress.parse("https://aitr.example.com")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REFUSED = Problem(type="urn:aitr:problem:conflict", title="Conflict", status=409, detail="Other bytes")


class SteppingClock:
    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def outbox(tmp_path: Path, clock: SteppingClock) -> Outbox:
    return Outbox(tmp_path / "state" / "outbox", clock)


def document(number: int = 1) -> bytes:
    return codec.encode(report(id=f"TSR-{number}"))


def head(number: int = 1, clock: SteppingClock | None = None, server: ServerAddress = HERE) -> EntryHead:
    now = clock.now() if clock is not None else NOON
    return report_head(server.url, f"TSR-{number}", document(number), now)


def test_what_is_put_in_comes_out_as_it_was_and_in_order(outbox: Outbox, clock: SteppingClock) -> None:
    put = [outbox.put(head(number, clock), document(number)) for number in (3, 1, 2)]
    found = outbox.look(HERE)
    assert (list(found.entries), found.aside, found.elsewhere) == (put, (), {})
    assert [outbox.document(each) for each in found.entries] == [document(3), document(1), document(2)]


def test_only_the_account_can_read_it(outbox: Outbox) -> None:
    entry = outbox.put(head(), document())
    assert stat.S_IMODE(outbox.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((outbox.folder / entry.name).stat().st_mode) == 0o600


def test_an_outbox_in_a_checkout_is_no_change_of_the_code(tmp_path: Path, clock: SteppingClock) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    Outbox(tmp_path / ".aitr" / "outbox", clock).put(head(), document())
    said = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, check=True)
    assert said.stdout == b""


def test_putting_in_twice_keeps_one_and_other_servers_apart(outbox: Outbox, clock: SteppingClock) -> None:
    one = outbox.put(head(1, clock), document())
    assert outbox.put(head(1, clock), document()) == one
    there = ServerAddress.parse("https://other.example")
    assert outbox.put(head(1, clock, there), document()) != one
    assert outbox.look(HERE).entries == (one,)
    assert outbox.look(HERE).elsewhere == {there.url: 1}


def test_a_damaged_entry_is_no_reason_to_leave_the_document_out(outbox: Outbox, clock: SteppingClock) -> None:
    first = outbox.put(head(1, clock), document())
    path = outbox.folder / first.name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    second = outbox.put(head(1, clock), document())
    assert second.name != first.name
    assert outbox.document(second) == document()


def test_what_could_not_be_sent_is_not_taken(outbox: Outbox) -> None:
    bad = report_head(HERE.url, "not an id", document(), NOON)
    for each, text in ((bad, document()), (head(2), document(1)), (head(), b"{}"), (head(), b"\xff")):
        with pytest.raises(DocumentError):
            outbox.put(each, text)
    assert outbox.look(HERE).entries == ()


def test_a_file_that_was_cut_at_any_byte_is_set_aside_and_holds_nothing_up(
    tmp_path: Path, clock: SteppingClock
) -> None:
    whole = Outbox(tmp_path / "whole", clock)
    entry = whole.put(head(), document())
    content = (whole.folder / entry.name).read_bytes()
    box = Outbox(tmp_path / "box", clock)
    other = box.put(head(2, clock), document(2))
    for size in range(len(content)):
        (box.folder / entry.name).write_bytes(content[:size])
        found = box.look(HERE)
        if entry in found.entries:  # its first line is whole
            with pytest.raises(DocumentError):
                box.document(entry)
        else:
            assert found.aside
        assert box.look(HERE).entries == (other,)
    assert len(list((box.folder / "aside").iterdir())) == len(content)


@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    name, line = entries.written(head())
    content = bytearray(line + document())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DocumentError):
        entries.read(name, bytes(content))


HOSTILE = {
    "garbage": b"\x00\xff" * 100,
    "empty": b"",
    "no document": b'{"format":1}\n',
    "deep": b"[" * 100_000 + b"\n",
    "one line without an end": b'{"format":1,"server":"' + b"x" * 1_000_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("named_rightly", [False, True])
def test_a_hostile_file_is_set_aside_and_reported(
    content: bytes, named_rightly: bool, outbox: Outbox, clock: SteppingClock
) -> None:
    mine = outbox.put(head(1, clock), document())
    first_line = content.partition(b"\n")[0] + b"\n"
    digest = codec.digest(first_line) if named_rightly else "0" * 64
    (outbox.folder / f"20261122T120000.000000Z-{digest}.entry").write_bytes(content)
    found = outbox.look(HERE)
    assert found.entries == (mine,)
    assert len(found.aside) == 1
    assert [each.read_bytes() for each in (outbox.folder / "aside").iterdir()] == [content]


def test_what_is_no_file_is_neither_opened_nor_followed(outbox: Outbox, tmp_path: Path) -> None:
    mine = outbox.put(head(), document())
    stamp = "20261122T120000.000000Z"
    secret = tmp_path / "secret"
    secret.write_text("not ours")
    (outbox.folder / f"{stamp}-{'1' * 64}.entry").symlink_to(secret)
    os.mkfifo(outbox.folder / f"{stamp}-{'2' * 64}.entry")
    (outbox.folder / f"{stamp}-{'3' * 64}.entry").mkdir()
    (outbox.folder / "notes.txt").write_text("of nobody's concern")
    found = outbox.look(HERE)
    assert found.entries == (mine,)
    assert len(found.aside) == 3
    assert secret.read_text() == "not ours"
    assert (outbox.folder / "notes.txt").exists()


def test_a_sound_file_that_contradicts_itself_is_never_sent(outbox: Outbox) -> None:
    request = ApprovalRequest(report_digest="d" * 64, basis_digest="e" * 64, id="approval-1")
    of_report = report_head(HERE.url, "TSR-1", codec.encode(request), NOON)
    of_approval = approval_head(HERE.url, "TSR-1", ApprovalAction.APPROVE, document(), NOON)
    outbox.put(head(), document())
    for each, text in ((of_report, codec.encode(request)), (of_approval, document())):
        name, line = entries.written(each)
        (outbox.folder / name).write_bytes(line + text)
        (entry,) = (found for found in outbox.look(HERE).entries if found.name == name)
        with pytest.raises(DocumentError):
            outbox.check(entry, text)
        assert not (outbox.folder / name).exists()


def test_a_refused_entry_lies_beside_its_reason(outbox: Outbox) -> None:
    entry = outbox.put(head(), document())
    outbox.failed(entry, "503")
    assert outbox.tries(entry).count == 1
    path = outbox.refused(entry, REFUSED)
    assert outbox.look(HERE).entries == ()
    assert path.read_bytes().endswith(document())
    assert json.loads((path.parent / f"{path.name}.reason").read_text())["problem"]["detail"] == "Other bytes"
    assert sorted(each.name for each in outbox.folder.iterdir()) == [".gitignore", "refused"]


def test_a_forgotten_half_of_a_file_is_removed_and_a_fresh_one_is_not(outbox: Outbox) -> None:
    outbox.put(head(), document())
    old, new = outbox.folder / ".new-1-a", outbox.folder / ".new-1-b"
    for path, age in ((old, 3_700), (new, 60)):
        path.write_bytes(b"{")
        os.utime(path, (NOON.timestamp() - age,) * 2)
    outbox.look(HERE)
    assert (old.exists(), new.exists()) == (False, True)


def test_two_processes_do_not_send_at_once(outbox: Outbox, clock: SteppingClock) -> None:
    outbox.put(head(), document())
    with outbox.lock() as first, Outbox(outbox.folder, clock).lock() as second:
        assert (first, second) == (True, False)
    with outbox.lock() as again:
        assert again


def test_a_full_disk_or_a_missing_place_is_said(tmp_path: Path, clock: SteppingClock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="can't be written"):
        Outbox(tmp_path / "file" / "outbox", clock).put(head(), document())
    with pytest.raises(StoreError, match="no place"):
        default_folder({})
    assert str(default_folder({"HOME": "/h"})) == "/h/.local/state/aitr/outbox"
    assert str(default_folder({"HOME": "/h", "XDG_STATE_HOME": "/s"})) == "/s/aitr/outbox"
    assert str(default_folder({"HOME": "/h", "XDG_STATE_HOME": "relative"})) == "/h/.local/state/aitr/outbox"


PUTTING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tests.factories.reports import report
from tsr_agent.client.entries import report_head
from tsr_agent.client.outbox import Outbox
from tsr_agent.clock import SystemClock
from tsr_agent.models import codec
box = Outbox(Path(sys.argv[1]), SystemClock())
print("ready", flush=True)
number = 0
while True:
    number += 1
    document = codec.encode(report(id=f"TSR-{number}", decision_reason="x" * 50_000))
    box.put(report_head("https://aitr.example.com", f"TSR-{number}", document, SystemClock().now()), document)
    print(number, flush=True)
"""


def test_killed_at_any_moment_it_keeps_all_that_was_promised(tmp_path: Path, clock: SteppingClock) -> None:
    for round_number in range(10):
        folder = tmp_path / str(round_number)
        with subprocess.Popen(
            [sys.executable, "-c", PUTTING, folder], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(2 + round_number)]
            process.send_signal(signal.SIGKILL)
            said += process.stdout.readlines()
        promised = {f"TSR-{line.strip()}" for line in said[1:] if line.endswith("\n")}
        box = Outbox(folder, clock)
        found = box.look(HERE)
        assert found.aside == ()
        kept = {each.head.report_id for each in found.entries}
        assert promised <= kept
        assert len(kept) <= len(promised) + 1
        assert all(box.document(each) for each in found.entries)


def test_what_waits_or_was_refused_is_taken_back(outbox: Outbox, clock: SteppingClock) -> None:
    waits, refused = (outbox.put(head(number, clock), document(number)) for number in (1, 2))
    outbox.failed(waits, "not reached")
    outbox.refused(refused, REFUSED)
    assert outbox.refused_document(refused) == document(2)
    for each in (waits, refused):
        outbox.take_back(each.name)
        with pytest.raises(StoreError):
            outbox.take_back(each.name)
    assert (outbox.look(HERE).entries, outbox.refusals(HERE)) == ((), ())
    left = {path.name for path in outbox.folder.rglob("*") if path.is_file()}
    assert left <= {".gitignore", ".lock"}
    assert outbox.refused_document(refused) is None


def test_what_is_just_being_sent_is_not_taken_back(outbox: Outbox, clock: SteppingClock) -> None:
    entry = outbox.put(head(1, clock), document(1))
    other = Outbox(outbox.folder, clock)
    with outbox.lock() as is_ours:
        assert is_ours
        with pytest.raises(StoreError, match="just being sent"):
            other.take_back(entry.name)
    assert outbox.look(HERE).entries == (entry,)


@pytest.mark.parametrize("name", ["", "../x", "refused", ".lock", "x.entry", "a/b.entry"])
def test_nothing_but_an_entry_is_taken_back(outbox: Outbox, clock: SteppingClock, name: str) -> None:
    outbox.put(head(1, clock), document(1))
    with pytest.raises(StoreError):
        outbox.take_back(name)
    assert len(outbox.look(HERE).entries) == 1
