"""Dialogs and remarks of approving, rendered without a server: the person is made up, the release real."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aitr_desktop.item_models.approval_offer import offer
from aitr_desktop.library.approving import SaidHere, Whereabouts
from aitr_desktop.library.people import Person
from aitr_desktop.views.approval_dialog import ApprovalDialog
from tsr_agent.gate.saying import MAX_NOTE
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow
    from aitr_desktop.windows.workbench import Workbench

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
SERVER = "https://aitr.example.com"
PERSON = Person(
    subject="Grace Hopper",
    role="release_manager",
    expires_at=NOW + timedelta(days=30),
    asked_at=NOW,
)


def asked(window: MainWindow, theme: ThemeController, detail: ReportDetail) -> Iterator[str]:
    """Opens the dialog as it is at first, then with something changed meanwhile."""
    release = detail.release
    waits = (
        release is not None
        and release.decision is not None
        and release.decision.decision is GoNoGoDecision.PENDING_REVIEW
    )
    action = ApprovalAction.APPROVE if waits else ApprovalAction.REJECT
    made = offer(detail, PERSON, action, server=SERVER, document_id="pictured", now=NOW)
    dialog = ApprovalDialog(theme, [made], most=MAX_NOTE, parent=window)
    dialog.show_way("✓ aitr.example.com has the same on record; what you say is sent at once.")
    dialog.open()
    yield f"approving-{action.value}"
    dialog.note.setPlainText("I have read the three cases that did not pass; see the minutes of today.")
    dialog.show_way("")
    dialog.show_changed(
        "▲ What is on record has changed while this was open. Ada Lovelace rejected it. Nothing was sent."
    )
    yield f"approving-changed-{action.value}"
    dialog.show_way("▲ https://aitr.example.com was not reached. What you say waits here then.", Tone.PENDING)
    dialog.reject()


def left(workbench: Workbench) -> Iterator[str]:
    """Shows what waits, and what was refused, beside the verdict that stays as it is."""
    detail = workbench.report
    if detail is None:
        return
    waits = SaidHere(
        where=Whereabouts.WAITS,
        id="pictured",
        action=ApprovalAction.APPROVE,
        report_id=detail.report_id,
        by=PERSON.subject,
        note="",
        since=NOW,
        outcome="https://aitr.example.com was not reached: no connection (connection refused).",
    )
    refused = replace(
        waits,
        where=Whereabouts.REFUSED,
        outcome="Another policy is in force by now than the one that decided.",
        next_step="Ask for the release again, look at what is on record now, then decide about that.",
    )
    for name, said in (("waits", waits), ("refused", refused)):
        workbench.detail.band.show_said([])
        workbench.detail.show_report(replace(detail, said_here=(said,)))
        yield f"approving-{name}"
    workbench.detail.show_report(detail)
