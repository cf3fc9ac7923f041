"""Actions on the policy, or another text, that is edited."""

from __future__ import annotations

from aitr_desktop.actions.spec import POLICY, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.POLICY_NEW,
        menu=POLICY,
        text=QT_TRANSLATE_NOOP("Actions", "&New policy"),
        tip=QT_TRANSLATE_NOOP("Actions", "From the built-in policy"),
    ),
    ActionSpec(
        act=Act.POLICY_OPEN,
        menu=POLICY,
        text=QT_TRANSLATE_NOOP("Actions", "&Open policy or requirements…"),
    ),
    ActionSpec(
        act=Act.POLICY_SAVE, menu=POLICY, text=QT_TRANSLATE_NOOP("Actions", "&Save"), keys=("Ctrl+S",)
    ),
    ActionSpec(act=Act.POLICY_SAVE_AS, menu=POLICY, text=QT_TRANSLATE_NOOP("Actions", "Save &as…")),
    ActionSpec(act=Act.POLICY_CLOSE, menu=POLICY, text=QT_TRANSLATE_NOOP("Actions", "&Close file")),
    ActionSpec(
        act=Act.POLICY_CHECK,
        menu=POLICY,
        text=QT_TRANSLATE_NOOP("Actions", "Chec&k now"),
        keys=("F8",),
        tip=QT_TRANSLATE_NOOP("Actions", "Checks the text, and goes to its first problem"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.POLICY_TRY,
        menu=POLICY,
        text=QT_TRANSLATE_NOOP("Actions", "&Try on this report"),
        keys=("Ctrl+T",),
        tip=QT_TRANSLATE_NOOP("Actions", "What the text would decide about the report on screen"),
    ),
    ActionSpec(
        act=Act.POLICY_TRY_ALL,
        menu=POLICY,
        text=QT_TRANSLATE_NOOP("Actions", "Try on all &reports…"),
        keys=("Ctrl+Shift+T",),
        tip=QT_TRANSLATE_NOOP("Actions", "Which decisions on record it would change"),
    ),
    ActionSpec(
        act=Act.POLICY_SUBMIT,
        menu=POLICY,
        text=QT_TRANSLATE_NOOP("Actions", "S&ubmit to server…"),
        tip=QT_TRANSLATE_NOOP("Actions", "Puts it in force at the server"),
        separator_before=True,
    ),
)
