"""What is asked before a report is saved, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from qtpy.QtWidgets import QWidget

from aitr_desktop.views.plain_label import PlainLabel
from aitr_desktop.views.save_dialog import SaveDialog, Way

Show = Callable[[QWidget], QWidget]


@pytest.mark.parametrize("name", ["support-bot", "W" * 1_000, "x y " * 300])
def test_no_name_hides_what_is_asked_and_what_is_cut_shows_it(shown: Show, name: str) -> None:
    ways = (Way("a4", "A4", "210 × 297 mm"), Way("letter", "Letter", "8.5 × 11 in"))
    dialog = SaveDialog("Save as PDF", f"■ NO-GO · {name}", ways, "a4")
    shown(dialog)
    for label in dialog.findChildren(PlainLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()[:40]
    assert dialog.about.text().endswith("…") is (len(name) > 100)
    assert bool(dialog.about.toolTip()) is (len(name) > 100)
