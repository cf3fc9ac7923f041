"""What the dialog shows before something is said, whatever the report holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as changed
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QLabel, QScrollArea, QWidget

from aitr_desktop.item_models.approval_offer import Offer, offer
from aitr_desktop.item_models.report_detail import ReportDetail, report_detail
from aitr_desktop.library.people import Person
from aitr_desktop.library.workspace import OpenedReport
from aitr_desktop.views.approval_dialog import ApprovalDialog
from tests.factories import shown_reports as reports
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.errors import ServiceError
from tsr_agent.gate.approvals import standing
from tsr_agent.models.approval import ApprovalAction, ApprovalTerms
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.marks import Mark, Tone

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController

Show = Callable[[QWidget], QWidget]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DIGEST = "5" * 64


def detail(text: str = "", **terms: int) -> ReportDetail:
    decided = replace(
        reports.decision(GoNoGoDecision.PENDING_REVIEW),
        report_digest=DIGEST,
        approval=ApprovalTerms(**terms),
        manual_approval_required=True,
    )
    plain = reports.report(triggered_by="nightly")
    report, decision = reports.poisoned(text[:1_000], decided) if text else (plain, decided)
    stands = standing(decision, (), author="", triggered_by=report.triggered_by)
    return report_detail(
        OpenedReport(
            report=report, decision=decision, digest=DIGEST, standing=stands, decision_digest="d" * 64
        )
    )


def person(name: str = "Rita Release") -> Person:
    return Person(subject=name, role="release_manager", expires_at=NOW + timedelta(days=30), asked_at=NOW)


def offered(
    shown: ReportDetail, name: str = "Rita Release", action: ApprovalAction = ApprovalAction.APPROVE
) -> Offer:
    return offer(shown, person(name), action, server="https://aitr.example", document_id="x" * 8, now=NOW)


@pytest.fixture
def opened(theme: ThemeController, shown: Show) -> Callable[[Offer], ApprovalDialog]:
    def make(shown_offer: Offer, note: str = "") -> ApprovalDialog:
        dialog = ApprovalDialog(theme, [shown_offer], note=note, most=10_000)
        shown(dialog)
        return dialog

    return make


def texts(dialog: QWidget) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_every_digest_stands_there_in_full(opened: Callable[[Offer], ApprovalDialog]) -> None:
    report = detail(count=2)
    dialog = opened(offered(report))
    words = texts(dialog)
    assert report.release is not None
    assert report.release.decision is not None
    for digest in (DIGEST, report.release.decision.policy.digest, reports.SHA):
        assert any(digest in each for each in words)
    assert dialog.comes_to().startswith("1 of 2 approvals; then ▲ PENDING REVIEW.")


def test_what_was_waived_stands_there_with_what_the_verdict_is_without(
    opened: Callable[[Offer], ApprovalDialog],
) -> None:
    plain = detail()
    assert "Without exceptions" not in texts(opened(offered(plain)))
    without = Mark("■", "NO-GO", Tone.NO_GO)
    head = replace(plain.head, exceptions="2 waivers applied", without_exceptions=without)
    words = texts(opened(offered(changed(plain, head=head))))
    assert words[words.index("Exceptions") + 1] == "2 waivers applied"
    assert words[words.index("Without exceptions") + 1] == "■ NO-GO"


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_texts_are_text(opened: Callable[[Offer], ApprovalDialog], text: str) -> None:
    name = text[:1_000] or "x"
    dialog = opened(offered(detail(text), name, ApprovalAction.REJECT))
    for label in dialog.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText
        for sign in ("\u202e", "\u2066", "\x1b", "\x00", "\u2028"):
            assert sign not in label.text()
    assert dialog.isVisible()


def test_long_names_do_not_push_out_what_is_signed(opened: Callable[[Offer], ApprovalDialog]) -> None:
    dialog = opened(offered(detail("W" * 1_000), "x", ApprovalAction.REJECT))
    dialog.resize(760, 500)
    body = dialog.facts.widget()
    assert body is not None
    assert body.width() <= dialog.facts.viewport().width()
    digest = next(each for each in dialog.facts.findChildren(QLabel) if each.text() == DIGEST)
    seen = dialog.facts.viewport().rect()
    place = digest.mapTo(dialog.facts.viewport(), digest.rect().bottomLeft())
    assert seen.contains(place)
    for label in dialog.findChildren(QLabel):
        if label.isVisible() and label.wordWrap() and not dialog.facts.isAncestorOf(label):
            assert label.height() >= label.heightForWidth(label.width()), label.text()[:40]


def test_nothing_is_said_before_a_person_chooses_it(
    opened: Callable[[Offer], ApprovalDialog], qtbot: QtBot
) -> None:
    dialog = opened(offered(detail()))
    said: list[object] = []
    dialog.said.connect(lambda *each: said.append(each))
    assert dialog.cancel_button.isDefault()
    assert not dialog.say_button.isDefault()
    qtbot.keyClick(dialog.facts, Qt.Key.Key_Return)
    assert said == []
    assert dialog.result() == int(QDialog.DialogCode.Rejected)


def test_what_was_not_on_screen_cannot_be_sent(opened: Callable[[Offer], ApprovalDialog]) -> None:
    dialog = opened(offered(detail()))
    dialog.note.setPlainText("kept")
    dialog.show_changed("Something else is on record.")
    assert not dialog.say_button.isEnabled()
    assert dialog.look_button.isVisible()
    dialog.note.setPlainText("still typing")
    assert not dialog.say_button.isEnabled()
    dialog.show_offers([offered(detail(count=2))])
    assert dialog.say_button.isEnabled()
    assert dialog.note.toPlainText() == "still typing"
    dialog.show_sending("Sending…")
    assert not dialog.say_button.isEnabled()
    dialog.show_error(ServiceError("The server says no.", next_step="Ask it again."))
    assert dialog.told() == "✕ The server says no.\nNext: Ask it again."
    assert dialog.say_button.isEnabled()


def test_it_fits_a_small_screen_and_loses_no_button(opened: Callable[[Offer], ApprovalDialog]) -> None:
    dialog = opened(offered(detail("a very long sentence about nothing " * 20)))
    dialog.show_changed("▲ What is on record has changed while this was open. " * 3)
    dialog.resize(640, 480)
    for part in (dialog.say_button, dialog.cancel_button, dialog.look_button, dialog.note):
        assert dialog.rect().contains(part.mapTo(dialog, part.rect().bottomRight()))
    assert dialog.findChild(QScrollArea).height() > 40


def test_all_facts_are_copied_by_the_keyboard(
    opened: Callable[[Offer], ApprovalDialog], qtbot: QtBot
) -> None:
    from qtpy.QtGui import QGuiApplication

    dialog = opened(offered(detail()))
    qtbot.keyClick(dialog.facts, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert f"SHA-256: {DIGEST}" in QGuiApplication.clipboard().text()
