from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_bot.documents import load_passages

if TYPE_CHECKING:
    from pathlib import Path


def test_a_page_is_cut_at_its_headings(tmp_path: Path) -> None:
    (tmp_path / "rooms.md").write_text("# Rooms\n\n## Add\nPress add.\n\n## Close\nPress close.\n")
    found = load_passages(tmp_path)
    assert [(each.page, each.title, each.text) for each in found] == [
        ("rooms", "Rooms: Add", "Press add."),
        ("rooms", "Rooms: Close", "Press close."),
    ]


def test_the_shipped_pages_all_load(home: Path) -> None:
    found = load_passages(home / "documents")
    assert {each.page for each in found} == {path.stem for path in (home / "documents").iterdir()}


def test_a_folder_without_pages_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no help pages"):
        load_passages(tmp_path)


@pytest.mark.parametrize("text", ["# Rooms\n", "# Rooms\n\n## Add\n\n## Close\nPress close.\n"])
def test_a_page_without_text_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "rooms.md").write_text(text)
    with pytest.raises(ValueError, match=r"rooms\.md"):
        load_passages(tmp_path)
