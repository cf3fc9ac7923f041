"""Actions on the report on screen, and on those that are chosen in the list."""

from __future__ import annotations

from aitr_desktop.actions.spec import COMPARISON_MENU, REPORT, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.APPROVE,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "&Approve…"),
        keys=("Ctrl+Shift+A",),
    ),
    ActionSpec(act=Act.REJECT, menu=REPORT, text=QT_TRANSLATE_NOOP("Actions", "R&eject…")),
    ActionSpec(
        act=Act.WITHDRAW,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "&Withdraw my approval or rejection…"),
    ),
    ActionSpec(
        act=Act.SHOW_APPROVALS,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "Approval &history"),
    ),
    ActionSpec(
        act=Act.COMPARE_SELECTED,
        menu=REPORT,
        separator_before=True,
        text=QT_TRANSLATE_NOOP("Actions", "Compare the &two selected reports"),
        keys=("Ctrl+Shift+C",),
    ),
    ActionSpec(
        act=Act.COMPARE_LAST_APPROVED,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "Co&mpare with last approved"),
        keys=("Ctrl+Shift+B",),
        icon="compare",
        tip=QT_TRANSLATE_NOOP(
            "Actions", "The newest earlier report of the same repository and environment that was let go"
        ),
    ),
    ActionSpec(
        act=Act.CHOOSE_A,
        menu=COMPARISON_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "Choose report &A…"),
        keys=("Alt+Shift+A",),
        tip=QT_TRANSLATE_NOOP("Actions", "The report that is compared with"),
    ),
    ActionSpec(
        act=Act.CHOOSE_B,
        menu=COMPARISON_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "Choose report &B…"),
        keys=("Alt+Shift+B",),
        tip=QT_TRANSLATE_NOOP("Actions", "The report that is looked at"),
    ),
    ActionSpec(
        act=Act.SWAP_SIDES,
        menu=COMPARISON_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Swap sides"),
        keys=("Alt+Shift+S",),
        tip=QT_TRANSLATE_NOOP("Actions", "A becomes B, and B becomes A"),
    ),
    ActionSpec(
        act=Act.DIFFERENCES_ONLY,
        menu=COMPARISON_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Differences only, or all rows"),
        keys=("Alt+Shift+D",),
        tip=QT_TRANSLATE_NOOP("Actions", "Leaves rows out that are the same in both, or shows them again"),
    ),
    ActionSpec(
        act=Act.SAVE_COMPARISON,
        menu=COMPARISON_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "Save comparison as &PDF…"),
        keys=("Alt+Shift+P",),
        tip=QT_TRANSLATE_NOOP("Actions", "What changed between the two reports, as pages to be filed"),
    ),
    ActionSpec(
        act=Act.COPY_LINK,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "Copy &link to this report"),
        keys=("Ctrl+L",),
        icon="copy",
        tip=QT_TRANSLATE_NOOP("Actions", "While code is on screen: to its lines"),
    ),
    ActionSpec(
        act=Act.SAVE_PDF,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "Save as &PDF…"),
        keys=("Ctrl+P",),
        separator_before=True,
        tip=QT_TRANSLATE_NOOP("Actions", "The report on screen as pages to be filed"),
    ),
    ActionSpec(
        act=Act.SAVE_CSV,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "Save as C&SV…"),
        tip=QT_TRANSLATE_NOOP("Actions", "Its figures, or its tables, for a spreadsheet"),
    ),
    ActionSpec(
        act=Act.SAVE_JSON,
        menu=REPORT,
        text=QT_TRANSLATE_NOOP("Actions", "Save as &JSON…"),
        tip=QT_TRANSLATE_NOOP("Actions", "All of it, for a program"),
    ),
)
