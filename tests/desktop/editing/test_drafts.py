"""What is not saved outlives a crash, and nothing later is written over by something earlier."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aitr_desktop.editing.drafts import Drafts, KeptDraft

if TYPE_CHECKING:
    from pathlib import Path

DRAFT = KeptDraft(
    path="/p/policy.yaml", text="a: \u202e\n", digest="x", kept_at=datetime(2026, 11, 23, tzinfo=UTC)
)


def test_a_draft_comes_back_and_is_for_nobody_else(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "folder" / "draft.json")
    assert drafts.left() is None
    assert drafts.keep(DRAFT, 1)
    assert drafts.left() == DRAFT
    assert stat.S_IMODE((tmp_path / "folder" / "draft.json").stat().st_mode) == 0o600
    drafts.drop(2)
    assert drafts.left() is None


def test_what_was_asked_for_last_stays(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "draft.json")
    drafts.drop(3)
    assert not drafts.keep(DRAFT, 2)
    assert drafts.left() is None


def test_what_is_no_draft_is_none(tmp_path: Path) -> None:
    for content in (b"", b"{}", b"\xff", b'{"path": 1}', b"[" * 100_000):
        (tmp_path / "draft.json").write_bytes(content)
        assert Drafts(tmp_path / "draft.json").left() is None


def test_a_text_that_can_not_be_written_fails_nothing(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "draft.json")
    assert not drafts.keep(KeptDraft(path="", text="\ud800", kept_at=DRAFT.kept_at), 1)
    assert list(tmp_path.iterdir()) == []
