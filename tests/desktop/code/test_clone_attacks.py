"""Every door of a clone against every attack that we know: nothing runs, nothing untrue is shown."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.code import git_process, tree_walk
from aitr_desktop.code.clones import Clone
from aitr_desktop.code.code_file import CodeFile
from aitr_desktop.code.histories import LastChange, Versions
from tests.factories import hostile_repositories as hostile
from tests.factories.hostile_repositories import PATH, SETTINGS, attacked
from tests.factories.repositories import ENVIRONMENT, git
from tsr_agent.errors import InputError, IntegrityError, TsrError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Door = Callable[[Clone, str, str], object]

DOORS: dict[str, Door] = {
    "note": lambda clone, _, last: clone.note(last),
    "file": lambda clone, _, last: clone.file(last, PATH),
    "excerpt": lambda clone, _, last: clone.excerpt(last, "bot.py", 49, 51),
    "working file": lambda clone, _, last: clone.working_file(PATH, last),
    "folder": lambda clone, _, last: clone.folder(last, "src"),
    "top folder": lambda clone, _, last: clone.folder(last),
    "paths": lambda clone, _, last: clone.paths(last),
    "changed": lambda clone, first, last: clone.changed(first, last),
    "versions": lambda clone, _, last: clone.versions(last, PATH),
    "last change": lambda clone, _, last: clone.last_change(last, PATH, 49, 51),
}


def plain(answer: object) -> object:
    """An answer without the folder that it is from."""
    if isinstance(answer, CodeFile):
        said = (answer.path, answer.lines.content, answer.sha, answer.blob, answer.origin, answer.remarks)
        return tuple(said)
    return answer


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """What every door says of the same repository without an attack."""
    folder = tmp_path_factory.mktemp("honest")
    first, last = attacked(folder)
    return {name: plain(door(Clone(folder, os.environ), first, last)) for name, door in DOORS.items()}


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "clone"


def said_by_all(
    folder: Path, commits: tuple[str, str], environ: Mapping[str, str] = os.environ, timeout_s: float = 10.0
) -> dict[str, object]:
    """What every door says, or the fault that it names."""
    said: dict[str, object] = {}
    for name, door in DOORS.items():
        try:
            said[name] = plain(door(Clone(folder, environ, timeout_s), *commits))
        except TsrError as error:
            said[name] = error
    return said


def is_partial(answer: object) -> bool:
    return isinstance(answer, Versions | LastChange) and "does not hold what is before" in answer.remark


def true_or_refused(said: Mapping[str, object], answers: Mapping[str, object]) -> set[str]:
    """The doors that refused, or said that they don't know all; every other one told the truth."""
    refused = {name for name, each in said.items() if isinstance(each, TsrError) or is_partial(each)}
    assert {name: each for name, each in said.items() if name not in refused} == {
        name: each for name, each in answers.items() if name not in refused
    }
    return refused


def every_form(tmp_path: Path) -> dict[str, Path]:
    """The same repository in each form that a clone can have."""
    origin = tmp_path / "origin"
    attacked(origin)
    attacked(tmp_path / "packed")
    git(tmp_path / "packed", "gc", "--quiet", "--prune=now")
    git(tmp_path, "clone", "--quiet", str(origin), "local")
    git(tmp_path, "clone", "--quiet", "--no-local", str(origin), "sent")
    git(tmp_path, "clone", "--quiet", "--separate-git-dir", "apart/.bare", str(origin), "apart")
    git(origin, "worktree", "add", "--quiet", "--detach", str(tmp_path / "second"), "HEAD")
    git(tmp_path, "init", "--quiet", "outer")
    adding = ("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(origin), "inner")
    git(tmp_path / "outer", *adding)
    names = ("origin", "packed", "local", "sent", "apart", "second", "outer/inner", "origin/src")
    return {name: tmp_path / name for name in names}


def test_every_form_of_a_clone_answers_the_same_through_every_door(
    tmp_path: Path, answers: Mapping[str, object]
) -> None:
    forms = every_form(tmp_path)
    first, last = (git(forms["origin"], "rev-parse", name) for name in ("HEAD~2", "HEAD"))
    for name, place in forms.items():
        assert said_by_all(place, (first, last)) == answers, name
    git(tmp_path, "clone", "--quiet", "--bare", str(forms["origin"]), "bare.git")
    said = said_by_all(tmp_path / "bare.git", (first, last))
    assert true_or_refused(said, answers) == {"working file"}


def test_a_kept_git_answers_the_same_through_every_door_and_again(
    folder: Path, answers: Mapping[str, object]
) -> None:
    commits = attacked(folder)
    kept = Clone(folder, os.environ, keeps=True)
    for _ in range(2):
        assert {name: plain(door(kept, *commits)) for name, door in DOORS.items()} == answers
        for door in DOORS.values():
            with pytest.raises(InputError):
                door(kept, "a" * 40, "a" * 40)
    kept.close()


def test_a_shallow_clone_says_what_it_lacks(
    folder: Path, tmp_path: Path, answers: Mapping[str, object]
) -> None:
    commits = attacked(folder)
    git(tmp_path, "clone", "--quiet", "--depth=1", folder.as_uri(), "shallow")
    said = said_by_all(tmp_path / "shallow", commits)
    assert "shallow" in said.pop("note").remark  # type: ignore[attr-defined]
    others = {name: each for name, each in answers.items() if name != "note"}
    assert true_or_refused(said, others) == {"changed", "versions", "last change"}
    assert f"git fetch origin {commits[0]}" in said["changed"].next_step  # type: ignore[attr-defined]


def test_ids_of_64_digits_are_read_through_every_door(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "long")
    folder = tmp_path / "long"
    commits = attacked(folder)
    assert [len(each) for each in commits] == [64, 64]
    said = said_by_all(folder, commits)
    assert not any(isinstance(each, TsrError) for each in said.values())
    assert Clone(folder, os.environ).file(commits[1], PATH).blob == git(folder, "rev-parse", f"HEAD:{PATH}")
    assert "It is the same, byte for byte" in str(said["working file"])
    assert len(Clone(folder, os.environ).versions(commits[1], PATH).found) == 3


@pytest.mark.parametrize("name", SETTINGS)
def test_no_setting_of_a_repository_runs_a_program(
    folder: Path, canary: Path, answers: Mapping[str, object], name: str
) -> None:
    commits = attacked(folder)
    hostile.settings_of(folder, name, canary)
    assert said_by_all(folder, commits) == answers
    Clone(folder, os.environ).remotes()
    # What is not there is not fetched either.
    for each in said_by_all(folder, ("a" * 40, "a" * 40)).values():
        assert isinstance(each, InputError)
    assert not canary.exists()


@pytest.mark.parametrize("name", [name for name in SETTINGS if name.startswith("lazy")])
def test_a_git_that_can_not_be_told_to_fetch_nothing_may_use_no_protocol(
    folder: Path, canary: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Before 2.44 git may know nothing of the first lock; the second one holds."""
    commits = attacked(folder)
    hostile.settings_of(folder, name, canary)
    monkeypatch.delitem(git_process._ENVIRONMENT, "GIT_NO_LAZY_FETCH")
    Clone(folder, os.environ).file(commits[1], PATH)
    for each in said_by_all(folder, ("a" * 40, "a" * 40)).values():
        assert isinstance(each, InputError)
    assert not canary.exists()


@pytest.mark.parametrize("name", ["lazy fetch", "lazy fetch from a folder"])
def test_the_attack_is_a_real_one(folder: Path, canary: Path, name: str) -> None:
    """The same question in the environment of everyday runs the program."""
    attacked(folder)
    hostile.settings_of(folder, name, canary)
    asked = ["git", "cat-file", "-p", "a" * 40]
    subprocess.run(asked, cwd=folder, env=ENVIRONMENT, capture_output=True, check=False)
    assert canary.exists()


def test_what_a_partial_clone_lacks_is_said_and_not_fetched(
    folder: Path, tmp_path: Path, canary: Path
) -> None:
    commits = attacked(folder)
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--bare", "--filter=blob:none", folder.as_uri(), "partial")
    partial = tmp_path / "partial"
    git(partial, "config", "remote.origin.url", f"ext::touch {canary}")
    git(partial, "config", "protocol.allow", "always")
    said = said_by_all(partial, commits)
    assert isinstance(said["file"], InputError)
    assert "is a partial one" in said["file"].message
    assert "git fetch --refetch --no-filter" in said["file"].next_step
    assert not isinstance(said["folder"], TsrError)
    assert not canary.exists()


def test_programs_and_repositories_of_the_environment_are_not_passed_on(
    folder: Path, tmp_path: Path, canary: Path, answers: Mapping[str, object]
) -> None:
    commits = attacked(folder)
    attacked(tmp_path / "other")
    environ = dict(os.environ) | {
        "GIT_DIR": str(tmp_path / "other" / ".git"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(tmp_path / "other" / ".git" / "objects"),
        "GIT_EXTERNAL_DIFF": f"touch {canary}",
        "GIT_EXEC_PATH": str(tmp_path),
        "GIT_SSH_COMMAND": f"touch {canary}",
        "GIT_TRACE": str(canary),
        "GIT_TRACE2": str(canary),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"touch {canary}",
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor=touch {canary}'",
        "LD_PRELOAD": str(tmp_path / "nothing.so"),
    }
    assert said_by_all(folder, commits, environ) == answers
    assert not canary.exists()


def test_a_git_that_lies_in_the_repository_is_not_run(
    folder: Path, canary: Path, answers: Mapping[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = attacked(folder)
    for place in (folder / "git", folder / ".git" / "git"):
        place.write_text(f"#!/bin/sh\ntouch {canary}\n")
        place.chmod(0o755)
    monkeypatch.chdir(folder)
    environ = dict(os.environ) | {"PATH": os.pathsep.join([".", "", ".git", os.environ["PATH"]])}
    assert said_by_all(folder, commits, environ) == answers
    assert not canary.exists()


def test_replaced_objects_and_grafts_change_nothing(folder: Path, answers: Mapping[str, object]) -> None:
    first, last = attacked(folder)
    git(folder, "config", "core.useReplaceRefs", "true")
    git(folder, "replace", last, first)
    git(
        folder,
        "replace",
        git(folder, "rev-parse", f"{last}:{PATH}"),
        git(folder, "rev-parse", f"{first}:{PATH}"),
    )
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "grafts").write_text(f"{last}\n")
    (folder / ".git" / "shallow").write_text(f"{last}\n")
    assert said_by_all(folder, (first, last)) == answers


def test_branches_that_are_called_like_a_commit_change_nothing(
    folder: Path, answers: Mapping[str, object]
) -> None:
    first, last = attacked(folder)
    for sha in (last, "a" * 40, "a" * 64):
        for place in ("refs/heads", "refs/tags", "refs", ""):
            (folder / ".git" / place).mkdir(parents=True, exist_ok=True)
            (folder / ".git" / place / sha).write_text(f"{first}\n")
    for name in ("FETCH_HEAD", "HEAD"):
        (folder / ".git" / name).write_text(f"{first}\n")
    assert said_by_all(folder, (first, last)) == answers
    for missing in ("a" * 40, "a" * 64):
        for each in said_by_all(folder, (missing, missing)).values():
            assert isinstance(each, InputError)
            assert "does not hold commit aaaaaaaaaaaa" in each.message


NO_SHAS = (
    *("HEAD", "main", "--help", "--batch-all-objects", "--upload-pack=touch x", "a" * 39, "a" * 41, "A" * 40),
    *("a" * 40 + "\n", "a" * 40 + "^", "a" * 40 + "\n" + "b" * 40, "HEAD:src/bot.py", ":/Three", "\ud800"),
)
NO_PATHS = (
    *("--help", "-c", "--textconv", "--output={canary}", "../../etc/passwd", "/etc/passwd", "..", ".", "/"),
    *("src/../../../etc/passwd", ".git/config", ".GIT/config", "C:\\Windows\\win.ini", "\\\\host\\share\\x"),
    *("a\0b", "\ud800", "x" * 5_000, "a/" * 2_000, "$(touch {canary})", "`touch {canary}`", "*", ":(top)src"),
)


@pytest.mark.parametrize("sha", NO_SHAS)
def test_what_is_no_whole_sha_is_asked_of_nobody(folder: Path, sha: str) -> None:
    attacked(folder)
    for each in said_by_all(folder, (sha, sha)).values():
        assert isinstance(each, InputError)
        assert "is not the whole SHA of a commit" in each.message


@pytest.mark.parametrize("path", NO_PATHS)
def test_a_path_leads_nowhere_but_into_the_commit(folder: Path, canary: Path, path: str) -> None:
    _, last = attacked(folder)
    asked = path.format(canary=canary)
    clone = Clone(folder, os.environ)
    for ask in (
        lambda: clone.file(last, asked),
        lambda: clone.excerpt(last, asked, 1, 1),
        lambda: clone.working_file(asked, last),
        lambda: clone.versions(last, asked),
        lambda: clone.last_change(last, asked, 1, 1),
    ):
        with pytest.raises(InputError):
            ask()
    if asked not in ("/",):
        with pytest.raises(InputError):
            clone.folder(last, asked)
    assert not canary.exists()


@pytest.mark.parametrize("kind", ["commit", "tree", "folder", "blob"])
@pytest.mark.parametrize("packed", [False, True])
def test_other_bytes_under_an_id_are_refused_though_git_hands_them_out(
    folder: Path, answers: Mapping[str, object], kind: str, packed: bool
) -> None:
    first, last = attacked(folder)
    name = {"commit": "", "tree": "^{tree}", "folder": ":src", "blob": f":{PATH}"}[kind]
    sha, instead = (git(folder, "rev-parse", each + name) for each in (last, first))
    (hostile.lying_pack if packed else hostile.lie)(folder, sha, instead)
    handed_out = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=folder, env=ENVIRONMENT, input=f"{sha}\n".encode(),
        capture_output=True, check=True,
    )  # fmt: skip
    assert handed_out.stdout.startswith(sha.encode())
    said = said_by_all(folder, (first, last))
    refused = true_or_refused(said, answers)
    by_kind = {
        "commit": set(DOORS),
        "tree": set(DOORS),
        "folder": set(DOORS) - {"top folder"},
        "blob": {"file", "excerpt", "last change"},
    }
    assert refused == by_kind[kind]
    assert all(isinstance(said[door], IntegrityError) for door in refused)


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "folder", "pipe", "link to a device"])
def test_a_damaged_object_is_refused(folder: Path, answers: Mapping[str, object], damage: str) -> None:
    first, last = attacked(folder)
    for name in (f"{last}:{PATH}", f"{last}^{{tree}}"):
        place = hostile.stored(folder, git(folder, "rev-parse", name))
        content = place.read_bytes()
        place.chmod(0o644)
        if damage == "cut":
            place.write_bytes(content[: len(content) // 2])
        elif damage == "flipped":
            place.write_bytes(content[:-6] + bytes([content[-6] ^ 1]) + content[-5:])
        elif damage == "empty":
            place.write_bytes(b"")
        elif damage == "folder":
            place.unlink()
            place.mkdir()
        elif damage == "pipe":
            hostile.pipe_in_place_of(place)
        else:
            place.unlink()
            place.symlink_to("/dev/zero")
        said = said_by_all(folder, (first, last), timeout_s=0.5)
        assert true_or_refused(said, answers) >= {"file", "excerpt"}


def test_a_damaged_pack_is_refused(folder: Path, answers: Mapping[str, object]) -> None:
    commits = attacked(folder)
    git(folder, "repack", "-a", "-d", "--quiet")
    (pack,) = (folder / ".git" / "objects" / "pack").glob("*.pack")
    pack.chmod(0o644)
    content = pack.read_bytes()
    for place in range(12, len(content) - 20, 37):
        pack.write_bytes(content[:place] + bytes([content[place] ^ 0x15]) + content[place + 1 :])
        true_or_refused(said_by_all(folder, commits), answers)


def test_a_huge_file_is_refused_before_it_is_read(folder: Path) -> None:
    first, _ = attacked(folder)
    blob = hostile.huge_blob(folder, 200 * 1024 * 1024)
    tree = hostile.write_tree(folder, [("100644", b"bot.py", blob)])
    last = hostile.write_commit(folder, hostile.write_tree(folder, [("40000", b"src", tree)]), [first])
    said = said_by_all(folder, (first, last))
    for door in ("file", "excerpt", "last change"):
        fault = said[door]
        assert isinstance(fault, InputError), door
        assert "209,715,200 bytes" in fault.message or "too large" in fault.message
    assert not isinstance(said["folder"], TsrError)


@pytest.mark.parametrize(("depth", "width"), [(200, 1), (12, 60), (1, 50_000)])
def test_folders_without_end_are_bounded_and_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, depth: int, width: int
) -> None:
    monkeypatch.setattr(tree_walk, "MAX_FOLDERS", 20_000)
    first, _ = attacked(folder)
    bomb = hostile.nested(folder, depth, width)
    clone = Clone(folder, os.environ, 10.0)
    changed = clone.changed(first, bomb)
    assert len(changed.files) <= 20_000
    assert "more changes" in changed.remark
    paths = clone.paths(bomb)
    assert len(paths.paths) <= 20_000
    assert "more files" in paths.remark
    assert clone.note(bomb).remark == "" or "more changes" in clone.note(bomb).remark
    with pytest.raises(InputError, match="too many folders"):
        clone.file(bomb, "nowhere.py")
    assert len(clone.folder(bomb)) == width
