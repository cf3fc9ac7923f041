"""Objects by their ids: one git for many questions, ended when late, left or too much."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code import git_process, objects
from aitr_desktop.code.git_process import environment, find_git, start
from aitr_desktop.code.objects import Entry, NotHereError, ObjectStore, entries
from tests.factories import hostile_repositories as hostile
from tests.factories.repositories import commit, git, repository
from tsr_agent.errors import InputError, IntegrityError

if TYPE_CHECKING:
    import subprocess

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
IDS = st.binary(min_size=20, max_size=20).map(bytes.hex)
NAMES = st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name)
MODES = st.sampled_from(["40000", "100644", "100755", "120000", "160000"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "clone"
    repository(made)
    return made


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every git that is started."""
    found: list[subprocess.Popen[bytes]] = []

    def starting(*arguments: object) -> subprocess.Popen[bytes]:
        found.append(start(*arguments))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(objects, "start", starting)
    return found


def store(folder: Path, *, keeps: bool = True, timeout_s: float = 10.0) -> ObjectStore:
    return ObjectStore(folder / ".git", os.environ, timeout_s, keeps=keeps)


def test_one_git_answers_many_questions_and_ends(
    folder: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    sha = git(folder, "rev-parse", "HEAD")
    kept = store(folder)
    for _ in range(20):
        with kept.question() as asked:
            assert asked.commit(sha)
    with kept.question() as asked, pytest.raises(NotHereError):
        asked.commit("a" * 40)
    with kept.question() as asked:
        assert asked.commit(sha)
    assert len(started) == 1
    assert started[0].poll() is None
    kept.close()
    assert started[0].returncode is not None
    with pytest.raises(InputError, match="was left"), kept.question() as asked:
        asked.commit(sha)
    assert len(started) == 1


def test_without_being_kept_it_ends_with_the_question(
    folder: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    with store(folder, keeps=False).question() as asked:
        assert asked.commit(git(folder, "rev-parse", "HEAD"))
        assert started[0].poll() is None
    assert started[0].returncode is not None


def test_a_question_that_failed_spoils_no_later_one(
    folder: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    sha, blob = git(folder, "rev-parse", "HEAD"), git(folder, "rev-parse", "HEAD:bot.py")
    kept = store(folder)
    with kept.question() as asked:
        with pytest.raises(InputError, match="is no tree"):
            asked.tree(blob)
        assert asked.commit(sha)
        with pytest.raises(InputError, match="at most 3 are shown"):
            asked.blob(blob, 3)
        assert asked.blob(blob) == b"print('hello')\n"
    with pytest.raises(NotHereError), kept.question() as asked:
        list(asked.trees(["a" * 40, git(folder, "rev-parse", "HEAD^{tree}"), "b" * 40]))
    with kept.question() as asked:
        assert asked.commit(sha)
    kept.close()
    assert all(each.returncode is not None for each in started)


def test_a_question_that_raised_in_between_spoils_no_later_one(folder: Path) -> None:
    kept = store(folder)
    with pytest.raises(KeyboardInterrupt), kept.question() as asked:
        asked.commit(git(folder, "rev-parse", "HEAD"))
        raise KeyboardInterrupt
    with kept.question() as asked:
        assert asked.blob(git(folder, "rev-parse", "HEAD:bot.py")) == b"print('hello')\n"
    kept.close()


def test_what_is_fetched_while_git_is_kept_is_found(folder: Path) -> None:
    kept = store(folder)
    with kept.question() as asked:
        asked.commit(git(folder, "rev-parse", "HEAD"))
    sha = commit(folder, {"bot.py": "new\n"})
    git(folder, "repack", "-a", "-d", "--quiet")
    git(folder, "prune-packed")
    with kept.question() as asked:
        assert asked.commit(sha)
        assert asked.blob(git(folder, "rev-parse", "HEAD:bot.py")) == b"new\n"
    kept.close()


def test_threads_take_turns(folder: Path) -> None:
    shas = git(folder, "rev-list", "HEAD").split()
    kept, faults = store(folder), []

    def ask() -> None:
        try:
            for sha in shas * 20:
                with kept.question() as asked:
                    asked.commit(sha)
        except Exception as error:  # noqa: BLE001  (whatever it is, the test has to see it)
            faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    kept.close()
    assert faults == []


def test_closing_ends_a_question_at_once(folder: Path) -> None:
    hostile.pipe_in_place_of(folder / ".git" / "config")
    hanging, said = store(folder, timeout_s=60.0), []
    begun = threading.Event()

    def ask() -> None:
        with pytest.raises(InputError) as fault, hanging.question() as asked:
            begun.set()
            asked.commit("a" * 40)
        said.append(fault.value.message)

    thread = threading.Thread(target=ask)
    thread.start()
    assert begun.wait(10)
    hanging.close()
    thread.join(10)
    assert not thread.is_alive()
    assert said in (["Reading the clone was left."], ["git can't read this clone."])


def test_a_late_git_is_ended_and_the_next_question_has_its_own_time(
    folder: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    sha, config = git(folder, "rev-parse", "HEAD"), folder / ".git" / "config"
    content = config.read_bytes()
    hostile.pipe_in_place_of(config)
    kept = store(folder, timeout_s=0.3)
    with pytest.raises(InputError, match=r"longer than 0\.3 s"), kept.question() as asked:
        asked.commit(sha)
    assert started[0].returncode is not None
    config.unlink()
    config.write_bytes(content)
    with kept.question() as asked:
        assert asked.commit(sha)
    kept.close()


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_an_id_of_the_other_length_is_not_here(tmp_path: Path, form: str) -> None:
    """Git would take the short one for the beginning of a long one and hand out that."""
    git(tmp_path, "init", "--quiet", f"--object-format={form}", "clone")
    sha = commit(tmp_path / "clone", {"a": "1\n"})
    other = sha[:40] if form == "sha256" else sha + "0" * 24
    (tmp_path / "clone" / ".git" / "refs" / "heads" / other).write_text(f"{sha}\n")
    with pytest.raises(NotHereError), store(tmp_path / "clone", keeps=False).question() as asked:
        asked.commit(other)
    with store(tmp_path / "clone", keeps=False).question() as asked:
        assert asked.commit(sha)


def test_folders_are_remembered_and_only_so_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "MAX_KEPT", 4)
    shas = [git(folder, "rev-parse", name) for name in ("HEAD^{tree}", "HEAD:tests", "HEAD:prompts")]
    kept = store(folder)
    with kept.question() as asked:
        read = list(asked.trees([*shas, *shas]))
        assert read[:3] == read[3:]
        assert [asked.tree(sha) for sha in shas] == read[:3]
    assert sum(map(len, kept._folders.values())) <= 4
    kept.close()


def test_many_folders_are_asked_for_at_once(folder: Path) -> None:
    commit(folder, {f"many/{number:03}/a.py": f"{number}\n" for number in range(200)})
    with store(folder, keeps=False).question() as asked:
        top = asked.tree(git(folder, "rev-parse", "HEAD:many"))
        below = list(asked.trees([each.sha for each in top]))
    assert [each.name for each in top] == [f"{number:03}".encode() for number in range(200)]
    assert [folder[0].name for folder in below] == [b"a.py"] * 200


@given(st.lists(st.builds(Entry, MODES, NAMES, IDS), max_size=5))
def test_a_folder_is_read_as_it_was_written(listed: list[Entry]) -> None:
    content = b"".join(
        each.mode.encode() + b" " + each.name + b"\0" + bytes.fromhex(each.sha) for each in listed
    )
    assert list(entries(content, 20)) == listed


@given(st.binary(max_size=80))
def test_bytes_that_are_no_folder_are_said(content: bytes) -> None:
    try:
        found = entries(content, 20)
    except ValueError:
        return
    again = [mode.encode() + b" " + name + b"\0" + bytes.fromhex(sha) for mode, name, sha in found]
    assert len(b"".join(again)) <= len(content)


def test_other_bytes_are_refused_in_a_kept_git_too(folder: Path) -> None:
    blob, other = git(folder, "rev-parse", "HEAD:bot.py"), git(folder, "rev-parse", "HEAD:.gitignore")
    hostile.lie(folder, blob, other)
    kept = store(folder)
    with pytest.raises(IntegrityError), kept.question() as asked:
        asked.blob(blob)
    with kept.question() as asked:
        assert asked.blob(other) == b"*.log\n"
    kept.close()


def test_git_is_taken_from_absolute_folders_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (tmp_path / "git", tmp_path / "bin" / "git"):
        place.parent.mkdir(exist_ok=True)
        place.write_text("#!/bin/sh\n")
        place.chmod(0o755)
    for path in (".", "", "bin", "./bin", os.pathsep.join([".", "bin"])):
        with pytest.raises(FileNotFoundError):
            find_git({"PATH": path})
    assert find_git({"PATH": f".{os.pathsep}{tmp_path / 'bin'}"}) == str(tmp_path / "bin" / "git")
    assert environment({"PATH": f".{os.pathsep}bin{os.pathsep}/usr/bin"})["PATH"] == "/usr/bin"
    assert Path(find_git({})).is_absolute()


@LINUX
def test_git_gets_a_bound_for_its_memory_and_a_group_of_its_own(folder: Path) -> None:
    kept = start(folder / ".git", os.environ, "cat-file", "--batch")
    try:
        limits = Path(f"/proc/{kept.pid}/limits").read_text()
        (line,) = (each for each in limits.splitlines() if each.startswith("Max data size"))
        assert str(git_process.MAX_MEMORY) in line
        assert os.getpgid(kept.pid) == kept.pid
    finally:
        git_process.end(kept)
    assert kept.returncode is not None
    git_process.kill(kept)


@LINUX
def test_a_small_file_that_unfolds_by_way_of_a_huge_one_ends_git_and_not_the_machine(folder: Path) -> None:
    """Its size is said to be ten bytes: only the bound of memory stands between it and three gigabytes."""
    sha = hostile.unfolding_pack(folder, 3 << 30)
    with pytest.raises(InputError, match="can't read this clone"), store(folder).question() as asked:
        asked.blob(sha)
    # The same with what fits: the pack is one that git reads.
    small = hostile.unfolding_pack(folder, 64 << 20)
    with pytest.raises(IntegrityError), store(folder, keeps=False).question() as asked:
        asked.blob(small)
