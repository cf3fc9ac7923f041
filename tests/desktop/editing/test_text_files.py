"""Files are read and saved whole, with what has to stay, and no work of anybody is lost."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.editing import text_files
from aitr_desktop.editing.text_files import (
    ChangedOnDiskError,
    LinkError,
    TextFile,
    digest_on_disk,
    read_text_file,
    save_text_file,
)
from tsr_agent.errors import InputError, StoreError

TEXT = "version: 1\nname: x\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "policy.yaml"
    made.write_bytes(TEXT.encode())
    return made


@pytest.mark.parametrize(
    ("data", "text", "line_end", "has_bom"),
    [
        (b"a\nb\n", "a\nb\n", "\n", False),
        (b"a\r\nb\r\n", "a\nb\n", "\r\n", False),
        (b"\xef\xbb\xbfa\r\n", "a\n", "\r\n", True),
        (b"a\r\nb\n", "a\r\nb\n", "\n", False),
        (b"a\rb", "a\rb", "\n", False),
        (b"", "", "\n", False),
        ("é\u202e\u00a0\u2028".encode(), "é\u202e\u00a0\u2028", "\n", False),
    ],
)
def test_what_is_saved_unchanged_is_the_same_to_the_byte(
    file: Path, data: bytes, text: str, line_end: str, has_bom: bool
) -> None:
    file.write_bytes(data)
    read = read_text_file(file)
    assert (read.text, read.line_end, read.has_bom) == (text, line_end, has_bom)
    save_text_file(read, read.text)
    assert file.read_bytes() == data


def test_the_mode_stays_and_no_other_file_is_left(file: Path) -> None:
    file.chmod(0o640)
    save_text_file(read_text_file(file), "other\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.read_text() == "other\n"
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_what_others_have_written_is_not_written_over(file: Path) -> None:
    read = read_text_file(file)
    file.write_text("theirs\n")
    with pytest.raises(ChangedOnDiskError) as error:
        save_text_file(read, "mine\n")
    assert not error.value.is_gone
    assert file.read_text() == "theirs\n"
    saved = save_text_file(read, "mine\n", replace=True)
    assert file.read_text() == "mine\n"
    assert saved.digest == digest_on_disk(file)


def test_a_file_that_is_gone_is_said_to_be(file: Path) -> None:
    read = read_text_file(file)
    file.unlink()
    with pytest.raises(ChangedOnDiskError) as error:
        save_text_file(read, "mine\n")
    assert error.value.is_gone
    assert not file.exists()


def test_a_new_file_takes_the_place_of_none(file: Path) -> None:
    with pytest.raises(ChangedOnDiskError):
        save_text_file(TextFile(path=file, text=""), "mine\n")
    assert file.read_text() == TEXT


def test_a_link_is_followed_only_where_somebody_says_so(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    read = read_text_file(link)
    assert read.link_to == file
    with pytest.raises(LinkError) as error:
        save_text_file(read, "mine\n")
    assert error.value.target == file
    assert file.read_text() == TEXT
    save_text_file(read, "mine\n", follow=True)
    assert link.is_symlink()
    assert file.read_text() == "mine\n"


def test_a_read_only_file_stays_as_it_is(file: Path) -> None:
    file.chmod(0o444)
    read = read_text_file(file)
    assert read.is_read_only
    with pytest.raises(StoreError, match="read-only"):
        save_text_file(read, "mine\n")
    assert file.read_text() == TEXT


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("where", ["write", "fsync", "replace"])
def test_a_disk_that_fails_loses_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch, number: int, where: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    read = read_text_file(file)
    if where == "write":
        real = os.fdopen

        def opened(handle: int, mode: str) -> Any:
            stream = real(handle, mode)
            if "w" in mode:
                stream.close()
                fail()
            return stream

        monkeypatch.setattr(text_files.os, "fdopen", opened)
    elif where == "fsync":
        monkeypatch.setattr(text_files.os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(StoreError) as error:
        save_text_file(read, "mine\n")
    monkeypatch.undo()
    assert error.value.kept == "the text in the editor, and the file as it was."
    assert error.value.next_step
    assert file.read_text() == TEXT
    assert [each.name for each in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a\n\xff\n", "is not UTF-8: line 2, byte 3"),
        ("a\n".encode("utf-16"), "looks like UTF-16"),
        (b"x" * (text_files.MAX_LINE + 1), "has a line of 10,001 characters"),
        (b"\n" * text_files.MAX_LINES, "has more than 50,000 lines"),
        (b"x\n" * (text_files.MAX_BYTES // 2) + b"y", "has more than 2,097,152 bytes"),
        ("a\n\U0010a001".encode(), "has the private character U+10A001 in line 2"),
    ],
)
def test_what_is_not_edited_is_said_in_words(file: Path, data: bytes, said: str) -> None:
    file.write_bytes(data)
    with pytest.raises(InputError, match=said.replace("+", r"\+")) as error:
        read_text_file(file)
    assert error.value.next_step


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "gone", Path("a\0b")):
        with pytest.raises(InputError):
            read_text_file(path)


def test_half_of_a_surrogate_pair_is_refused_with_its_line(file: Path) -> None:
    with pytest.raises(InputError, match="line 2 holds half of a surrogate pair"):
        save_text_file(read_text_file(file), "a\nb\ud800")
    assert file.read_text() == TEXT


@given(st.binary(max_size=200))
def test_whatever_is_read_is_saved_as_it_was(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        try:
            read = read_text_file(path)
        except InputError:
            return
        save_text_file(read, read.text)
        assert path.read_bytes() == data


@given(st.text(alphabet=st.sampled_from("ab\r\n\u00a0\u202e\u2028\ufeff"), max_size=30))
def test_line_ends_of_every_kind_come_back(text: str) -> None:
    test_whatever_is_read_is_saved_as_it_was.hypothesis.inner_test(text.encode())  # type: ignore[attr-defined]


_SAVING = """
import sys
from pathlib import Path
from aitr_desktop.editing.text_files import read_text_file, save_text_file
file = read_text_file(Path(sys.argv[1]))
print("begun", flush=True)
number = 0
while True:
    number += 1
    file = save_text_file(file, f"{number}\\n" * 20_000)
"""


def test_a_process_that_is_killed_while_it_saves_leaves_a_whole_file(file: Path) -> None:
    for wait in range(6):
        with subprocess.Popen([sys.executable, "-c", _SAVING, str(file)], stdout=subprocess.PIPE) as saving:
            assert saving.stdout is not None
            assert saving.stdout.readline() == b"begun\n"
            with contextlib.suppress(subprocess.TimeoutExpired):
                saving.wait(0.05 + wait * 0.023)
            saving.kill()
        lines = file.read_text().splitlines()
        assert len(lines) in (2, 20_000)
        assert len(lines) == 2 or len(set(lines)) == 1
