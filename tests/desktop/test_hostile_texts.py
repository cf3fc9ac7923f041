"""Every hostile text in every field: shown as text, with nothing hidden, rendered, loaded or run."""

from __future__ import annotations

import html
import re
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QAbstractButton, QComboBox, QLabel, QTextBrowser, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.item_models.report_detail import ReportDetail, report_detail
from aitr_desktop.library.listing import Query
from aitr_desktop.library.workspace import OpenedReport, open_workspace
from aitr_desktop.windows.main_window import MainWindow
from aitr_desktop.windows.stored_settings import StoredSettings
from tests.desktop.fakes import FakeWorkspace, StillClock, Watching, lines
from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision
from tests.factories.hostile_texts import HOSTILE_TEXTS, MARKUP
from tests.factories.hostile_values import changed, places
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.sections.plain_text import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from aitr_desktop.item_models.cells import Cell, Node
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController

PLAIN_TOOLTIP = re.compile(r'<qt><p style="white-space:pre-wrap">(.*)</p></qt>', re.DOTALL)
LIMITS = (65_536, 1_000, 100, 50)
"""Characters that the forms of a report allow in one text."""
LONGEST_LINE = 4_000
"""More characters than any one line on screen takes in."""
SHORT = {name: text for name, text in HOSTILE_TEXTS.items() if len(text) <= 5_000}
LONG = {name: text for name, text in HOSTILE_TEXTS.items() if len(text) > 5_000}


def detail_of(text: str) -> ReportDetail:
    """All sections of a report and decision with the text in each free field."""
    report, decision = reports.poisoned(text, full_decision())
    return report_detail(OpenedReport(report=report, decision=decision, digest="a" * 64))


def cells_of(detail: ReportDetail) -> Iterator[Cell]:
    def below(nodes: tuple[Node, ...]) -> Iterator[Cell]:
        for node in nodes:
            yield from node.cells
            yield from below(node.below())

    for block in detail.blocks:
        for _, table in block.tables:
            yield from below(table.nodes)


def hidden_in(text: str) -> list[str]:
    # A place to break a long word at is ours, and copies as nothing.
    return HIDDEN.findall(text.replace("\u200b", ""))


@pytest.mark.parametrize("text", SHORT.values(), ids=SHORT)
def test_no_cell_of_any_section_hides_or_reorders_a_sign(text: str) -> None:
    detail = detail_of(text[:1_000])
    cells = list(cells_of(detail))
    assert len(cells) > 100
    assert [cell for cell in cells if hidden_in(cell.text) or hidden_in(cell.whole)] == []
    assert [cell for cell in cells if not cell.is_block and "\n" in cell.text] == []
    said = [block.summary + block.nothing + block.title for block in detail.blocks]
    assert [each for each in said if hidden_in(each)] == []


def fields() -> list[tuple[Any, ...]]:
    """Every place of a report that holds a text, but those whose form allows no other."""
    tree = msgspec.to_builtins(reports.report())
    return [path for path, value in places(tree) if isinstance(value, str)]


def with_text(path: tuple[Any, ...], text: str) -> TestSummaryReport | None:
    """The report with as much of the text at a place as its form takes; None where it takes none of it."""
    tree = msgspec.to_builtins(reports.report())
    for length in (len(text), *LIMITS):
        try:
            return msgspec.convert(changed(tree, path, text[:length]), type=TestSummaryReport)
        except msgspec.ValidationError:
            continue  # a name of ours, a time, or a field of bounded length
    return None


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_the_longest_text_in_any_one_field_stays_within_bounds(text: str) -> None:
    tried = 0
    for path in fields():
        report = with_text(path, text)
        if report is None:
            continue
        tried += 1
        opened = OpenedReport(report=report, decision=reports.decision(), digest="a" * 64)
        detail = report_detail(opened)
        too_long = [cell for cell in cells_of(detail) if not cell.is_block and len(cell.text) > LONGEST_LINE]
        assert too_long == [], path
        assert len(detail.head.sentence) + len(detail.head.subject) < LONGEST_LINE, path
    assert tried > 15


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_document_with_a_megabyte_in_a_field_is_refused_in_a_sentence(
    text: str, tmp_path: Path, clock: StillClock
) -> None:
    tree = msgspec.to_builtins(reports.report())
    given = tmp_path / "tsr.json"
    given.write_bytes(msgspec.json.encode(changed(tree, ("versions", "codebase_branch"), text)))
    with closing(open_workspace(tmp_path / "library.db", create=True)) as workspace:
        outcome = workspace.import_files([given], clock, Watching())
        assert workspace.count(Query()) == 0
    (failure,) = outcome.failures
    assert "codebase_branch" in failure.reason
    assert len(failure.reason + failure.next_step) < LONGEST_LINE


@pytest.fixture
def make_window(
    theme: ThemeController, tasks: Tasks, clock: StillClock, settings_file: Path, servers: Servers
) -> Iterator[Callable[[FakeWorkspace], MainWindow]]:
    made: list[MainWindow] = []

    def make(workspace: FakeWorkspace) -> MainWindow:
        def open_fake(path: Path, create: bool) -> Workspace:
            workspace.path = path
            return workspace

        stored = StoredSettings(settings_file)
        made.append(MainWindow(theme, tasks, clock, stored, open_fake, servers=servers))
        made[-1].show()
        return made[-1]

    yield make
    for window in made:
        window.close()
        window.deleteLater()


def tooltips(window: MainWindow) -> Iterator[str]:
    for widget in window.findChildren(QWidget):
        yield widget.toolTip()
    for action in window.findChildren(QAction):
        yield action.toolTip()


def words(window: MainWindow) -> Iterator[str]:
    yield window.windowTitle()
    for label in window.findChildren(QLabel):
        yield label.text()
    for button in window.findChildren(QAbstractButton):
        yield button.text()
    for action in window.findChildren(QAction):
        yield action.text()
    for combo in window.findChildren(QComboBox):
        yield from (combo.itemText(place) for place in range(combo.count()))
    for widget in window.findChildren(QWidget):
        yield widget.accessibleName()
        yield widget.accessibleDescription()


@pytest.mark.parametrize("text", SHORT.values(), ids=SHORT)
def test_a_whole_window_full_of_it_draws_it_as_text(
    make_window: Callable[[FakeWorkspace], MainWindow],
    text: str,
    clock: StillClock,
    settled: Callable[[], None],
    qtbot: QtBot,
) -> None:
    workspace = FakeWorkspace(lines(3, clock.now(), text), hostile=text[:1_000])
    window = make_window(workspace)
    window.show_library(Path("/data") / text.replace("/", "_").replace("\0", "")[:200])
    settled()
    assert window.workbench is not None
    qtbot.waitUntil(lambda: window.workbench is not None and window.workbench.reports.rowCount() == 3)
    for section in window.workbench.detail.sections():
        for tree in section.trees():
            tree.expandAll()
    assert not window.grab().isNull()
    assert not window.findChildren(QTextBrowser)
    rich = [
        label
        for label in window.findChildren(QLabel)
        if label.textFormat() != Qt.TextFormat.PlainText and "<" in label.text()
    ]
    assert rich == []
    assert [each for each in words(window) if hidden_in(each)] == []
    assert [tip for tip in tooltips(window) if not is_plain(tip)] == []


def is_plain(tip: str) -> bool:
    """Whether a tooltip shows its text as it stands."""
    if "<" not in tip and "&" not in tip:
        return not hidden_in(tip)
    found = PLAIN_TOOLTIP.fullmatch(tip)
    return found is not None and "<" not in found[1] and not hidden_in(html.unescape(found[1]))


@pytest.mark.parametrize("text", MARKUP)
def test_a_tooltip_escapes_what_it_shows(text: str) -> None:
    assert is_plain(plain_tooltip(text))
