"""Actions that go to a place of the window."""

from __future__ import annotations

from aitr_desktop.actions.spec import GO, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.GO_REPORTS,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "&Reports"),
        keys=("Ctrl+1",),
        icon="reports",
        place="reports",
    ),
    ActionSpec(
        act=Act.GO_COMPARE,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "&Compare"),
        keys=("Ctrl+2",),
        icon="compare",
        place="compare",
    ),
    ActionSpec(
        act=Act.GO_CHECK,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "C&heck"),
        keys=("Ctrl+3",),
        icon="check",
        place="check",
        tip=QT_TRANSLATE_NOOP("Actions", "The compliance checklist of the chosen report, and its controls"),
    ),
    ActionSpec(
        act=Act.GO_POLICIES,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "&Policies"),
        keys=("Ctrl+4",),
        icon="policy",
        place="policies",
        tip=QT_TRANSLATE_NOOP("Actions", "Write policies and requirements, and try what they would decide"),
    ),
    ActionSpec(
        act=Act.GO_CODE,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "C&ode"),
        keys=("Ctrl+5",),
        icon="code",
        place="code",
        tip=QT_TRANSLATE_NOOP("Actions", "Read the code, the tests and the prompts that were judged"),
    ),
    ActionSpec(
        act=Act.GO_SERVER,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "&Server"),
        keys=("Ctrl+9",),
        icon="server",
        place="server",
        tip=QT_TRANSLATE_NOOP("Actions", "What waits, what was refused, and what contradicts what is here"),
    ),
    ActionSpec(
        act=Act.SHOW_LIST,
        menu=GO,
        text=QT_TRANSLATE_NOOP("Actions", "Back to the &list"),
        keys=("Escape",),
        separator_before=True,
    ),
)
