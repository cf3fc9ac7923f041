from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.settings import MAX_RECENT, VERSION, Density, Settings, ThemeChoice, decode, encode
from aitr_desktop.windows.stored_settings import StoredSettings

if TYPE_CHECKING:
    from pathlib import Path

KEYS = ["version", "other", *encode(Settings())]
CHANGED = Settings(
    theme=ThemeChoice.DARK,
    density=Density.COMPACT,
    scale=150,
    library="/data/ü, 1%.db",
    recent=("/data/ü, 1%.db", "b"),
    folder="C:\\x",
    filters={"My reports; “late”": "decision=pending_review&text=a,b%20c"},
    order="branch",
    servers=("https://aitr.example.org",),
    clones={"https://git.example.org/team/bot": "/work/bot"},
    code_wraps=True,
    code_tab=8,
    code_pixels=18,
    geometry="AbC=",
)


@given(st.dictionaries(st.sampled_from(KEYS), st.text(max_size=50)))
def test_whatever_is_stored_gives_settings(stored: dict[str, str]) -> None:
    assert isinstance(decode(stored), Settings)


def test_settings_come_back_as_they_were() -> None:
    assert decode(encode(CHANGED)) == CHANGED


def test_a_layout_of_another_version_is_left_aside_and_the_rest_kept() -> None:
    read = decode(encode(CHANGED) | {"version": "99"})
    assert read == replace(CHANGED, geometry="")


@pytest.mark.parametrize(
    "nonsense",
    [
        {"theme": "pink"},
        {"geometry": "x" * 30_000},
        {"scale": "1000"},
        {"code_tab": "3"},
        {"code_pixels": "1000000"},
        {"code_wraps": "1"},
        {"recent": '{"a": "b"}'},
        {"recent": '[1, null, "", [], {}]'},
        {"filters": '["a"]'},
        {"filters": '{"a": 1, "": "b"}'},
        {"servers": "[" * 100_000},
        {"clones": "\x00"},
    ],
)
def test_nonsense_becomes_the_default(nonsense: dict[str, str]) -> None:
    assert decode({"version": str(VERSION)} | nonsense) == Settings()


def test_the_library_opened_last_stands_first_and_once() -> None:
    settings = Settings()
    for name in ("a", "b", "a", *(f"l{number}" for number in range(MAX_RECENT - 1))):
        settings = settings.with_library(name)
    assert settings.library == settings.recent[0] == f"l{MAX_RECENT - 2}"
    assert len(settings.recent) == MAX_RECENT
    assert settings.recent[-1] == "a"


def test_the_file_keeps_them(settings_file: Path) -> None:
    assert StoredSettings(settings_file).load() == Settings()
    assert StoredSettings(settings_file).save(CHANGED)
    assert StoredSettings(settings_file).load() == CHANGED


def test_a_file_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not StoredSettings(tmp_path / "file" / "desktop.ini").save(CHANGED)


def test_a_file_that_is_none_or_far_too_large_is_put_aside(settings_file: Path) -> None:
    os.mkfifo(settings_file)
    waiting = StoredSettings(settings_file)
    assert waiting.load() == Settings()
    assert waiting.problem is not None
    assert waiting.save(Settings(theme=ThemeChoice.DARK))
    assert StoredSettings(settings_file).load().theme is ThemeChoice.DARK
    settings_file.write_text("[desktop]\nlibrary=" + "a" * 3_000_000)
    large = StoredSettings(settings_file)
    assert large.load() == Settings()
    assert large.problem is not None
    assert settings_file.with_name("desktop.ini.unreadable").stat().st_size > 3_000_000


def test_nothing_is_written_in_the_place_of_what_is_no_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link = tmp_path / "desktop.ini"
    link.symlink_to(pipe)
    assert not StoredSettings(link).save(Settings())
    assert pipe.is_fifo()


def test_a_path_that_is_too_long_is_none() -> None:
    found = decode({"version": "2", "library": "/a" * 5_000, "folder": "/a" * 5_000})
    assert (found.library, found.folder) == ("", "")


def test_a_damaged_file_gives_the_defaults(settings_file: Path) -> None:
    settings_file.write_bytes(b"\x00\xff[desktop\nversion=1\n=\n")
    assert StoredSettings(settings_file).load() == Settings()
