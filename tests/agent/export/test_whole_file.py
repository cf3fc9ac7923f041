"""A file or folder has its name only once all of it is there, and nothing is written over unasked."""

from __future__ import annotations

import os
import resource
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tsr_agent.errors import StoreError, UsageError
from tsr_agent.export.whole_file import CONTENTS, whole_file, whole_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_it_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    with whole_file(target) as stream:
        stream.write(b"one")
        assert not target.exists()
        assert len(list(tmp_path.iterdir())) == 1
    assert target.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_ends_early_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "a.csv").write_bytes(b"before")
    with pytest.raises(error), whole_file(tmp_path / "a.csv", replace=True) as stream:
        stream.write(b"half")
        raise error
    assert (tmp_path / "a.csv").read_bytes() == b"before"
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"before")
    with pytest.raises(UsageError, match="not written over"), whole_file(target) as stream:
        stream.write(b"x")
    assert target.read_bytes() == b"before"
    with whole_file(target, replace=True) as stream:
        stream.write(b"after")
    assert target.read_bytes() == b"after"


def test_what_came_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    with pytest.raises(UsageError), whole_file(target) as stream:
        stream.write(b"ours")
        target.write_bytes(b"theirs")
    assert target.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_is_replaced_and_not_what_it_leads_to(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"kept")
    (tmp_path / "a.csv").symlink_to(precious)
    with whole_file(tmp_path / "a.csv", replace=True) as stream:
        stream.write(b"new")
    assert precious.read_bytes() == b"kept"
    assert not (tmp_path / "a.csv").is_symlink()


def test_a_folder_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(UsageError), whole_file(tmp_path / "a.csv", replace=True):
        pass


def test_a_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file or directory"), whole_file(tmp_path / "no" / "a.csv"):
        pass


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX")
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    with (
        full_disk(4_096),
        pytest.raises(StoreError, match="the disk is full") as caught,
        whole_file(target) as stream,
    ):
        for _ in range(100):
            stream.write(b"x" * 1_000)
    assert "half-written" in caught.value.kept
    assert list(tmp_path.iterdir()) == []


def listed(folder: Path, *names: str) -> None:
    lines = [f'"{each}"' for each in ("file", *names)]
    (folder / CONTENTS).write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    for each in names:
        (folder / each).write_text("x", encoding="utf-8")


def test_a_folder_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out") as folder:
        listed(folder, "a.csv")
        assert not (tmp_path / "out").exists()
    assert {each.name for each in (tmp_path / "out").iterdir()} == {CONTENTS, "a.csv"}
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_an_earlier_export_is_replaced_when_asked_and_a_folder_of_others_never(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_folder(out) as folder:
        listed(folder, "a.csv", "b.csv")
    with pytest.raises(UsageError, match="files in this folder") as caught, whole_folder(out):
        pass
    assert "--force" in caught.value.next_step
    with whole_folder(out, replace=True) as folder:
        listed(folder, "a.csv")
    assert {each.name for each in out.iterdir()} == {CONTENTS, "a.csv"}
    (out / "thesis.doc").write_text("years of work", encoding="utf-8")
    with pytest.raises(UsageError) as caught, whole_folder(out, replace=True):
        pass
    assert "--force" not in caught.value.next_step
    assert (out / "thesis.doc").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_is_left_early_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "out") as folder:
        listed(folder, "a.csv")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("replace", [False, True])
def test_what_came_into_a_folder_meanwhile_stays(tmp_path: Path, replace: bool) -> None:
    out = tmp_path / "out"
    out.mkdir()
    if replace:
        listed(out, "a.csv")
    with (
        pytest.raises(UsageError, match="files in this folder"),
        whole_folder(out, replace=replace) as folder,
    ):
        listed(folder, "a.csv")
        (out / "thesis.doc").write_text("years of work", encoding="utf-8")
    assert (out / "thesis.doc").read_text(encoding="utf-8") == "years of work"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", [".", "..", "in/.."])
def test_a_folder_without_a_name_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in" if name == "." else tmp_path)
    with pytest.raises(UsageError), whole_folder(Path(name)):
        pass


@pytest.mark.parametrize("name", ["n" * 251 + ".csv", "\U0001f600" * 62 + ".csv"], ids=["plain", "wide"])
def test_a_name_may_be_as_long_as_a_file_can_have(tmp_path: Path, name: str) -> None:
    with whole_file(tmp_path / name) as stream:
        stream.write(b"one")
    assert [each.name for each in tmp_path.iterdir()] == [name]
