"""Actions that show what can be done."""

from __future__ import annotations

from aitr_desktop.actions.spec import HELP, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.COMMANDS,
        menu=HELP,
        text=QT_TRANSLATE_NOOP("Actions", "&Commands…"),
        keys=("Ctrl+Shift+P", "Ctrl+K"),
        icon="search",
        tip=QT_TRANSLATE_NOOP("Actions", "Finds any action by some of its letters"),
    ),
    ActionSpec(act=Act.KEYS, menu=HELP, text=QT_TRANSLATE_NOOP("Actions", "&Keys"), keys=("?", "F1")),
)
