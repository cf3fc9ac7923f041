from __future__ import annotations

import hashlib
import os
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.errors import InputError
from tsr_agent.ingest.hashed_stream import HashedStream
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.printable import printable
from tsr_agent.ingest.results_dir import LeftOut, OpenedFile, open_named, walk


def listing(directory: Path, limits: Limits | None = None) -> dict[str, str]:
    """Content of each file, or why it was left out."""
    found = {}
    for each in walk(directory, limits or Limits()):
        if isinstance(each, LeftOut):
            found[each.path] = ("broken: " if each.broken else "left out: ") + each.reason
        else:
            with os.fdopen(each.descriptor, "rb") as file:
                found[each.path] = file.read().decode()
    return found


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_files_come_in_a_fixed_order_with_folders_in_their_place(tmp_path: Path) -> None:
    for name in ("b.xml", "a/z.xml", "a/y/x.xml", "c.xml", ".hidden"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    found = listing(tmp_path)
    assert list(found) == [".hidden", "a/y/x.xml", "a/z.xml", "b.xml", "c.xml"]
    assert all(name == content for name, content in found.items())


def test_an_empty_directory_has_nothing(tmp_path: Path) -> None:
    assert listing(tmp_path) == {}


@pytest.mark.parametrize("what", ["absent", "a file"])
def test_a_results_directory_must_be_there(tmp_path: Path, what: str) -> None:
    place = tmp_path / "results"
    if what == "a file":
        place.write_text("x")
    with pytest.raises(InputError, match="results directory can't be opened"):
        listing(place)


def test_the_results_directory_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.xml").write_text("a")
    (tmp_path / "link").symlink_to("real")
    assert listing(tmp_path / "link") == {"a.xml": "a"}


def test_no_link_is_followed_wherever_it_leads(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "unit.xml").write_text("outside")
    results = tmp_path / "results"
    (results / "inner").mkdir(parents=True)
    (results / "inner" / "a.xml").write_text("inside")
    (results / "out.xml").symlink_to(tmp_path / "secret" / "unit.xml")
    (results / "outdir").symlink_to("../secret")
    (results / "in.xml").symlink_to("inner/a.xml")
    (results / "loop").symlink_to(".")
    (results / "gone.xml").symlink_to("nowhere")
    found = listing(results)
    assert found["inner/a.xml"] == "inside"
    assert {name for name, text in found.items() if text.startswith("left out: a link to")} == {
        "out.xml", "outdir", "in.xml", "loop", "gone.xml"
    }  # fmt: skip
    assert len(found) == 6


def test_pipes_sockets_and_devices_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "unit.xml")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.xml")
        found = listing(tmp_path)
    assert found == {
        "s.xml": "left out: a socket, not a regular file",
        "unit.xml": "left out: a named pipe, not a regular file",
    }


def test_names_that_could_deceive_are_written_as_escapes(tmp_path: Path) -> None:
    for name in (b"a\x1b[31m.xml", b"b\xff.xml", "c\u202egpj.xml".encode(), b"d\n.xml"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("x")
    found = listing(tmp_path)
    assert list(found) == ["a\\x1b[31m.xml", "b\\udcff.xml", "c\\u202egpj.xml", "d\\n.xml"]
    assert all(name.isprintable() and name.encode() for name in found)


@given(st.text(), st.text())
def test_printable_names_stay_different(one: str, other: str) -> None:
    assert printable(one).isprintable()
    assert (printable(one) == printable(other)) == (one == other)


def test_depth_and_number_of_files_are_bounded_and_said(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "deep.xml").write_text("x")
    assert listing(tmp_path, Limits(depth=2)) == {
        "a/b/c/": "broken: more than 2 levels of folders below the results directory; raise depth under "
        "[limits] in aitr.toml to read it; what is in it was not read"
    }
    for number in range(5):
        (tmp_path / f"{number}.xml").write_text("x")
    found = listing(tmp_path, Limits(files=3))
    assert list(found) == ["0.xml", "1.xml", "2.xml", "3.xml"]
    assert found["3.xml"].startswith("broken: more than 3 files")


def test_no_descriptor_outlives_a_walk_that_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.xml").write_text("x")
    before = open_descriptors()
    steps = walk(tmp_path, Limits())
    first = next(steps)
    assert isinstance(first, OpenedFile)
    os.close(first.descriptor)
    steps.close()  # type: ignore[attr-defined]  # walk is a generator
    assert open_descriptors() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_can_not_be_listed_is_broken(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    assert listing(tmp_path)["shut"].startswith("broken: can't be opened")


def test_a_named_file_may_be_a_link_but_must_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "evals.json").write_text("{}")
    (tmp_path / "link.json").symlink_to("evals.json")
    opened = open_named(tmp_path / "link.json")
    os.close(opened.descriptor)
    os.mkfifo(tmp_path / "pipe")
    for name in ("absent.json", "pipe", ".", "nul\0"):
        with pytest.raises(InputError):
            open_named(tmp_path / name)


def test_the_digest_is_of_all_bytes_however_little_was_read(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    path = tmp_path / "a"
    path.write_bytes(content)
    for much in (0, 10, 2_000_000, -1):
        with path.open("rb") as opened:
            file = HashedStream(opened.fileno())
            assert file.head(100) == content[:100]
            assert file.stream.read(much) == content[: much if much >= 0 else None]
            assert file.finish() == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_reader_may_start_again(tmp_path: Path) -> None:
    content = b"0123456789" * 200_000
    path = tmp_path / "a"
    path.write_bytes(content)
    with path.open("rb") as opened:
        file = HashedStream(opened.fileno())
        file.stream.read(1_500_000)
        file.stream.seek(0)
        assert file.stream.read() == content
        assert file.finish()[0] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("change", ["grown", "cut", "rewritten"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 1000)
    with path.open("rb") as opened:
        file = HashedStream(opened.fileno())
        file.stream.read(10)
        if change == "grown":
            with path.open("ab") as more:
                more.write(b"y")
        elif change == "cut":
            os.truncate(path, 500)
        else:
            path.write_bytes(b"z" * 1000)
            os.utime(path, ns=(1, 1))
        with pytest.raises(InputError, match="changed while it was read"):
            file.finish()


def test_files_without_inodes_are_told_apart_by_their_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "unit").mkdir()
    for name in ("unit/a.xml", "unit/b.xml"):
        (tmp_path / name).write_text("x")
    real = os.fstat

    def without_inode(descriptor: int) -> os.stat_result:
        about = list(real(descriptor))
        about[stat.ST_INO] = 0
        return os.stat_result(about)

    monkeypatch.setattr(os, "fstat", without_inode)
    found = [each for each in walk(tmp_path, Limits()) if isinstance(each, OpenedFile)]
    again = open_named(tmp_path / "unit" / ".." / "unit" / "b.xml")
    for each in (*found, again):
        os.close(each.descriptor)
    assert [each.path for each in found] == ["unit/a.xml", "unit/b.xml"]
    assert found[0].identity != found[1].identity
    assert again.identity == found[1].identity
