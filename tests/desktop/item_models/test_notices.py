from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt

from aitr_desktop.item_models.notices import MAX_KEPT, Notice, NoticeHistory, Told, error_notice
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

    from tests.desktop.fakes import StillClock


def test_the_newest_is_first_and_the_oldest_goes(qtmodeltester: ModelTester, clock: StillClock) -> None:
    history = NoticeHistory()
    qtmodeltester.check(history)
    for number in range(MAX_KEPT + 5):
        when = clock.now() + timedelta(minutes=number)
        history.add(Told(Notice(headline=f"Notice {number}"), when))
    history.add(Told(error_notice(StoreError("No space.", kept="All.")), clock.now()))
    assert history.rowCount() == MAX_KEPT
    assert [history.index(0, column).data() for column in (1, 2)] == ["✕ Error", "No space."]
    assert history.index(1, 2).data() == f"Notice {MAX_KEPT + 4}"
    assert history.index(0, 2).data(Qt.ItemDataRole.ToolTipRole).endswith("Kept: All.</p></qt>")
    titles = [history.headerData(column, Qt.Orientation.Horizontal) for column in range(3)]
    assert titles == ["When", "Kind", "What"]
    history.clear()
    assert history.rowCount() == 0
    assert history.told(0) is None
