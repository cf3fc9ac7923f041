from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from qtpy.QtWidgets import QLabel, QWidget

from aitr_desktop.views.status_line import StatusLine
from tests.factories import shown_reports as reports
from tsr_agent.sections.marks import Tone

Show = Callable[[QWidget], QWidget]


@pytest.fixture
def line(shown: Show) -> StatusLine:
    made = StatusLine()
    made.resize(900, 36)
    shown(made)
    return made


def said(line: StatusLine) -> list[str]:
    return [label.text() for label in line.findChildren(QLabel) if label.text()]


def test_it_says_library_sync_verification_and_number_in_this_order(line: StatusLine) -> None:
    line.show_library(Path("/data/audit-2026.db"))
    line.show_number("1,204 reports")
    line.show_verified("a" * 64)
    line.show_sync("▲ 2 waiting", Tone.PENDING, "2 approvals wait to be sent to https://aitr.example.org.")
    assert said(line) == [
        "library: audit-2026.db", "▲ 2 waiting", "bytes verified ✓ aaaaaaa", "1,204 reports",
    ]  # fmt: skip
    labels = {label.text(): label for label in line.findChildren(QLabel)}
    assert "/data/audit-2026.db" in labels["library: audit-2026.db"].toolTip()
    assert "2 approvals wait" in labels["▲ 2 waiting"].toolTip()
    assert "a" * 64 in labels["bytes verified ✓ aaaaaaa"].toolTip()


def test_another_library_takes_the_verification_along(line: StatusLine) -> None:
    line.show_verified("")
    assert said(line) == ["not verified ✕"]
    line.show_library(Path("other.db"))
    assert said(line) == ["library: other.db"]


def test_where_room_is_scarce_the_name_is_cut_and_nothing_else(line: StatusLine) -> None:
    line.show_library(Path("/data/" + "long-name-" * 40 + ".db"))
    line.show_sync("synced 3 min ago")
    line.show_verified("a" * 64)
    line.show_number("18,340 reports")
    line.resize(640, 36)
    name, *rest = [label for label in line.findChildren(QLabel) if label.text()]
    assert name.text().endswith("…")
    for label in rest:
        assert label.width() >= label.sizeHint().width()
        assert label.geometry().right() <= line.width()


def test_hostile_words_are_text(line: StatusLine) -> None:
    line.show_library(Path("/data/" + reports.HOSTILE.replace("/", "").replace("\x00", "")))
    line.show_sync(reports.HOSTILE, tooltip=reports.HOSTILE)
    assert not any("\u202e" in text for text in said(line))
    assert not any("\u202e" in label.toolTip() for label in line.findChildren(QLabel))
