from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.commit_paths import MAX_PATH, CommitPaths, Found
from tests.factories.hostile_texts import HOSTILE_TEXTS

FILES = (
    "setup.py",
    "src/bot/__init__.py",
    "src/bot/guard.py",
    "tests/test_guard.py",
    "tests/unit/__init__.py",
    "web/src/main/java/com/acme/Foo.java",
    "one/twice.py",
    "two/twice.py",
)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("src/bot/guard.py", "src/bot/guard.py"),
        ("./src/bot/guard.py", "src/bot/guard.py"),
        ("/home/runner/work/bot/bot/src/bot/guard.py", "src/bot/guard.py"),
        (r"D:\a\bot\src\bot\guard.py", "src/bot/guard.py"),
        ("D:/a/bot/src/bot/guard.py", "src/bot/guard.py"),
        ("file:///builds/team/bot/src/bot/guard.py", "src/bot/guard.py"),
        (r"src\bot\guard.py", "src/bot/guard.py"),
        ("../bot/guard.py", "src/bot/guard.py"),
        ("bot/guard.py", "src/bot/guard.py"),
        ("com/acme/Foo.java", "web/src/main/java/com/acme/Foo.java"),
        ("one/twice.py", "one/twice.py"),
    ],
)
def test_a_written_path_means_one_file(written: str, path: str) -> None:
    assert CommitPaths(FILES).find(written) == Found(path)


@pytest.mark.parametrize(
    "written",
    [
        "",
        ".",
        "..",
        "/",
        "guard",
        "uard.py",
        "t/guard.py",
        "src/bot/guard.py/x",
        "SRC/BOT/GUARD.PY",
        "a\0b.py",
    ],
)
def test_a_path_that_no_file_has_is_not_guessed(written: str) -> None:
    assert CommitPaths(FILES).find(written) == Found()


def test_what_several_files_could_be_is_none_of_them_and_they_are_named() -> None:
    assert CommitPaths(FILES).find("twice.py") == Found(others=("one/twice.py", "two/twice.py"))
    many = CommitPaths(f"{number}/a.py" for number in range(1_000))
    assert len(many.find("a.py").others) == 5


def test_a_path_from_the_top_is_that_file_and_the_others_are_named() -> None:
    paths = CommitPaths(("bot.py", "src/bot.py"))
    assert paths.find("bot.py") == Found("bot.py", ("src/bot.py",))
    assert paths.find("src/bot.py") == Found("src/bot.py")
    assert paths.find("/builds/bot.py") == Found("bot.py")


def test_a_name_that_every_machine_has_needs_its_folder() -> None:
    paths = CommitPaths(("__init__.py", "pkg/api.py"))
    assert paths.find("/opt/lib/json/__init__.py", least=2) == Found()
    assert paths.find("/builds/x/pkg/api.py", least=2) == Found("pkg/api.py")


def test_a_class_is_looked_for_from_a_folder_of_sources_only() -> None:
    paths = CommitPaths(("Foo.java", "src/com/acme/Bar.java"))
    assert paths.ending("com/acme/Foo.java") == Found()
    assert paths.ending("com/acme/Bar.java") == Found("src/com/acme/Bar.java")


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_a_hostile_path_is_no_file_and_names_of_files_may_be_hostile(text: str) -> None:
    assert CommitPaths(FILES).find(text) == Found()
    plain = text.replace("/", "").replace("\\", "").replace("\0", "")
    if plain.strip(".") and len(plain) < MAX_PATH:
        assert CommitPaths((f"a/{plain}",)).find(f"/x/a/{plain}").path == f"a/{plain}"


names = st.sampled_from(["a", "b", "c.py", "d.py"])
files = st.lists(names, min_size=1, max_size=4).map("/".join)


@given(st.sets(files, max_size=12), files)
def test_what_is_found_ends_as_it_was_written_or_the_other_way_round(commit: set[str], written: str) -> None:
    found = CommitPaths(commit).find(written)
    ending = [each for each in sorted(commit) if f"/{each}".endswith(f"/{written}")]
    if found.path:
        assert found.path in commit
        assert found.path not in found.others
        assert bool(found.others) == (found.path == written and len(ending) > 1)
        assert f"/{found.path}".endswith(f"/{written}") or f"/{written}".endswith(f"/{found.path}")
    else:
        assert not any(f"/{written}".endswith(f"/{each}") for each in commit)
        assert len(ending) != 1
        assert set(found.others) <= set(ending)
        assert bool(found.others) == bool(ending)
