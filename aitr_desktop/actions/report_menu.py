"""Actions on the report on screen, and on those that are chosen in the list."""

from __future__ import annotations

from aitr_desktop.actions.spec import REPORT, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.COMPARE_SELECTED,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "Compare the &two selected reports"),
        keys=("Ctrl+Shift+C",),
    ),
    ActionSpec(
        act=Act.COPY_LINK,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "Copy &link to this report"),
        keys=("Ctrl+L",),
        icon="copy",
    ),
)
