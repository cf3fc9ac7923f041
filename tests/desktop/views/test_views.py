from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QCoreApplication, QModelIndex, Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QAbstractButton, QLabel, QTextBrowser, QWidget

from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.library.workspace import OpenedReport
from aitr_desktop.views.detail_view import DetailView
from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from aitr_desktop.views.section_tree import MAX_HEIGHT, SectionTree
from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController
    from tsr_agent.models.decision import Decision

Show = Callable[[QWidget], QWidget]
TODAY = date(2026, 11, 22)


@pytest.fixture
def detail(theme: ThemeController, shown: Show) -> DetailView:
    view = DetailView(theme, 28)
    view.resize(760, 700)
    shown(view)
    return view


def show(view: DetailView, *, hostile: str = "", decided: Decision | None = None) -> None:
    decision = decided or reports.decision()
    report = reports.report()
    if hostile:
        report, decision = reports.poisoned(hostile, decision)
    view.show_report(report_detail(OpenedReport(report=report, decision=decision, digest="a" * 64)))
    settle(view)


def settle(view: DetailView) -> None:
    """Lets the sections come, and layouts of layouts."""
    while view.is_filling:
        QCoreApplication.processEvents()
    for _ in range(3):
        QCoreApplication.processEvents()


def test_labels_never_guess_markup(qtbot: QtBot) -> None:
    for label in (PlainLabel(reports.HOSTILE), CutLabel(reports.HOSTILE)):
        qtbot.addWidget(label)
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_word_without_end_hides_nothing_of_the_head(detail: DetailView) -> None:
    """It asked for more width than there is: lines ended unseen at the edge, and those below were too low."""
    show(detail, hostile="W" * 160, decided=full_decision())
    assert detail.minimumSizeHint().width() <= detail.width() == 760
    for name in ("Reason", "Approval, exceptions and baseline"):
        (label,) = (each for each in detail.findChildren(PlainLabel) if each.accessibleName() == name)
        assert label.height() >= label.heightForWidth(label.width())
        words = label.text().replace("\u200b", " ").split()
        assert max(map(label.fontMetrics().horizontalAdvance, words)) <= label.width()


def test_a_digest_copies_as_it_is(qtbot: QtBot) -> None:
    label = PlainLabel("f" * 64, wraps=True)
    qtbot.addWidget(label)
    assert label.text() == "f" * 64


def test_a_cut_label_shows_that_it_is_cut_and_the_whole_on_hover(shown: Show) -> None:
    label = CutLabel("a long sentence " * 20)
    label.resize(120, 20)
    shown(label)
    assert label.text().endswith("…")
    assert "a long sentence a long" in label.toolTip()
    label.set_whole("short")
    assert (label.text(), label.toolTip()) == ("short", "")


def test_the_detail_shows_the_verdict_and_every_section(detail: DetailView) -> None:
    show(detail)
    texts = [label.text() for label in detail.findChildren(QLabel)]
    assert "■ NO-GO" in texts
    assert any(text.startswith("2 blocking: ") for text in texts)
    assert [section.title for section in detail.sections()] == [
        "Overview", "Tests", "Evals", "Failure modes", "Requirements", "Compliance", "Approvals", "Versions",
    ]  # fmt: skip
    assert all(section.trees() for section in detail.sections())


def test_the_head_says_who_has_to_approve_what_was_excused_and_what_it_was_compared_with(
    detail: DetailView,
) -> None:
    show(detail, decided=full_decision())
    said = next(
        label.text() for label in detail.findChildren(QLabel) if label.accessibleName().startswith("Approval")
    )
    approval, excepted, compared = said.splitlines()
    assert approval.startswith("2 different people have to approve, each a release manager or tech lead,")
    assert excepted.startswith("1 waiver applied, 1 test in quarantine left out, 2 expire soon, ")
    assert excepted.endswith("; without exceptions it is NO-GO.")
    assert compared.startswith("Compared with TSR-2026-11-13-77e1b30 of 2026-11-13, ")
    show(detail)
    silent = [each for each in detail.findChildren(QLabel) if each.accessibleName().startswith("Approval")]
    assert [label.isHidden() for label in silent] == [True]


def test_a_rule_shows_what_is_behind_it_and_exceptions_have_a_table(detail: DetailView) -> None:
    show(detail, decided=full_decision())
    _, _, rules, exceptions = detail.sections()[5].trees()
    drawn = _texts(rules)
    assert "Remark: The 95 % interval reaches up to the bound; about 40 more cases would settle it" in drawn
    assert "A failure blocks · 95 % interval 0.759 to 0.84996" in drawn
    assert any("test_refuses_medical_advice  tests/test_bot.py:41 · AssertionError" in each for each in drawn)
    assert "✕ fail · warns" in drawn
    assert {"Waiver W-7", "expired on 2026-11-01", "tests/test_bot.py::test_clock"} <= set(_texts(exceptions))


def _texts(tree: SectionTree) -> list[str]:
    model = tree.model()
    assert model is not None

    def below(parent: QModelIndex) -> list[str]:
        found: list[str] = []
        for row in range(model.rowCount(parent)):
            for column in range(model.columnCount(parent)):
                text = model.index(row, column, parent).data()
                found += [text] if isinstance(text, str) else []
            found += below(model.index(row, 0, parent))
        return found

    return below(QModelIndex())


def test_another_report_replaces_the_first_without_more_widgets(detail: DetailView) -> None:
    show(detail)
    first = len(detail.findChildren(QWidget))
    for _ in range(3):
        show(detail)
    assert len(detail.findChildren(QWidget)) == first


def test_hostile_text_is_drawn_as_text_everywhere(detail: DetailView) -> None:
    show(detail, hostile=reports.HOSTILE, decided=full_decision())
    labels = detail.findChildren(QLabel)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    assert any("<b>bold</b>" in label.text() for label in labels)
    assert not detail.findChildren(QTextBrowser)
    assert not [label for label in labels if set("\u202e\x1b\x00\u2028") & set(label.text())]
    assert not detail.grab().isNull()


def test_a_table_is_as_tall_as_its_rows_and_grows_when_one_opens(detail: DetailView) -> None:
    show(detail)
    tree = detail.sections()[1].trees()[0]
    closed = tree.height()
    tree.expand(tree.model().index(0, 0))
    assert tree.height() >= closed + 3 * 28
    tree.collapse(tree.model().index(0, 0))
    assert tree.height() == closed


def test_every_row_can_be_opened_at_once_and_one_with_those_below_it(
    detail: DetailView, qtbot: QtBot
) -> None:
    """Qt speaks in the middle of its layout then; laying out again there ended the process."""
    show(detail)
    tree = detail.sections()[1].trees()[0]
    tree.setCurrentIndex(tree.model().index(0, 0))
    qtbot.keyClick(tree, Qt.Key.Key_Asterisk)
    failed = tree.model().index(0, 0, tree.model().index(0, 0))
    assert tree.isExpanded(failed.parent())
    assert tree.isExpanded(failed)
    for section in detail.sections():
        for each in section.trees():
            each.expandAll()
    some = tree.height()
    QCoreApplication.processEvents()
    assert tree.height() == some
    assert not detail.grab().isNull()


def test_wrapped_rows_are_as_tall_as_their_text_from_the_start(detail: DetailView) -> None:
    show(detail, hostile="word " * 80)
    for section in detail.sections():
        for tree in section.trees():
            index, height = tree.model().index(0, 0), tree.header().height()
            while index.isValid():
                assert tree.visualRect(index).height() == tree.rowHeight(index)
                height += tree.visualRect(index).height()
                index = tree.indexBelow(index)
            bar = tree.horizontalScrollBar()
            below = bar.sizeHint().height() if bar.isVisible() else 0
            assert tree.height() == min(height, MAX_HEIGHT) + below + 2


def test_many_failures_do_not_make_a_table_without_end(detail: DetailView) -> None:
    from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

    cases = [reports.case(f"test_{n}", CaseStatus.FAILED, message="no") for n in range(3_000)]
    report = reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))
    detail.show_report(report_detail(OpenedReport(report=report, decision=None, digest="a" * 64)))
    settle(detail)
    tree = detail.sections()[1].trees()[0]
    tree.expand(tree.model().index(0, 0))
    first = tree.model().index(0, 0)
    assert [tree.model().index(row, 0, first).data() for row in (0, 14)] == [
        "1 to 200 of 3,000",
        "2,801 to 3,000 of 3,000",
    ]
    tree.expand(tree.model().index(0, 0, first))
    assert 200 * 28 < tree.height() <= MAX_HEIGHT + 40


def test_enter_opens_a_row_and_copy_takes_whole_values(detail: DetailView, qtbot: QtBot) -> None:
    show(detail)
    detail.focus_first()
    tree = detail.sections()[5].trees()[2]
    last = tree.model().index(2, 0)
    tree.setCurrentIndex(last)
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert tree.isExpanded(last)
    versions = detail.sections()[-1].trees()[0]
    versions.setCurrentIndex(versions.model().index(0, 0))
    qtbot.keyClick(versions, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == f"Code\t{reports.SHA}"


def test_sections_that_are_there_are_not_squeezed_while_others_come(detail: DetailView) -> None:
    report, decision = reports.report(), full_decision()
    detail.resize(800, 600)
    detail.show_report(report_detail(OpenedReport(report=report, decision=decision, digest="a" * 64)))
    seen = []
    while detail.is_filling:
        QCoreApplication.processEvents()
        seen.append(sum(section.height() for section in detail.sections()))
    assert max(seen[:-1], default=0) > 600


def test_anchors_scroll_to_their_section(detail: DetailView, qtbot: QtBot) -> None:
    show(detail)
    anchor = next(button for button in detail.findChildren(QAbstractButton) if button.text() == "Evals")
    qtbot.mouseClick(anchor, Qt.MouseButton.LeftButton)
    section = detail.sections()[2]
    top = section.mapTo(detail, section.rect().topLeft()).y()
    assert 0 < top < detail.height() / 2
    assert anchor.isChecked()


def test_every_control_has_a_name_and_can_be_reached(detail: DetailView) -> None:
    show(detail)
    controls: list[QWidget] = [*detail.findChildren(QAbstractButton)]
    controls += [tree for section in detail.sections() for tree in section.trees()]
    for control in controls:
        if not control.isVisible() or control.objectName().startswith("qt_"):
            continue
        assert control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_messages_say_what_to_do_and_errors_can_be_copied(
    theme: ThemeController, shown: Show, qtbot: QtBot
) -> None:
    pane = MessagePane(theme)
    shown(pane)
    pane.say(Message(headline="No reports yet. Import results…", button="Import report…"))
    buttons = [button for button in pane.findChildren(QAbstractButton) if button.isVisible()]
    assert [button.text() for button in buttons] == ["Import report…"]
    with qtbot.waitSignal(pane.pressed):
        qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    error = StoreError("It is \x1b[31mlocked", kept="the file", next_step="Close it.", details=("pid 7",))
    pane.say(error_message(error))
    copy = next(button for button in pane.findChildren(QAbstractButton) if button.isVisible())
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "It is ⟨U+001B⟩[31mlocked\nKept: the file\nClose it.\npid 7"
