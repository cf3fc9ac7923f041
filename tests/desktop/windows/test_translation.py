"""Every word that we put on screen can be translated: marked, collected by the tool, and shown."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from qtpy.QtCore import QCoreApplication, QObject, Qt, QTranslator
from qtpy.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QSpinBox,
    QTableView,
    QTreeView,
    QWidget,
)

from aitr_desktop import translation
from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.library.workspace import OpenedReport
from aitr_desktop.views.command_palette import CommandPalette
from aitr_desktop.views.decision_strip import DecisionStrip
from aitr_desktop.views.detail_view import DetailView
from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from aitr_desktop.windows.main_window import MainWindow
    from tests.desktop.fakes import FakeWorkspace

ROOM = Path(translation.__file__).parent
MODULES = sorted(ROOM.rglob("*.py"))
BY_CONTEXT = {"translate", "QT_TRANSLATE_NOOP"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
WRAPPED = re.compile(r"⟦[^⟦⟧]*⟧")
DATA = {
    "aitr", "GO", "NO", "PENDING", "REVIEW", "NOT", "JUDGED", "production", "staging", "main", "data", "db",
    "audit", "Alt", "Ctrl", "Shift", "Esc", "Escape", "TSR", "json",
}  # fmt: skip
"""What a report, a library or a key says: the same in every language."""


class Pseudo(QTranslator):
    """Translates everything, and marks that it did."""

    def translate(self, context: str, text: str, disambiguation: str = "", number: int = -1) -> str:  # type: ignore[override]
        return f"⟦{text}⟧"

    def isEmpty(self) -> bool:
        return False


def calls(path: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """Each call that marks words, with the class around it."""

    def walk(node: ast.AST, around: str) -> Iterator[tuple[ast.Call, str, str]]:
        for child in ast.iter_child_nodes(node):
            inside = child.name if isinstance(child, ast.ClassDef) else around
            if isinstance(child, ast.Call):
                name = (
                    child.func.attr
                    if isinstance(child.func, ast.Attribute)
                    else getattr(child.func, "id", "")
                )
                if name == "tr" or name in BY_CONTEXT:
                    yield child, name, inside
            yield from walk(child, inside)

    yield from walk(ast.parse(path.read_text("utf-8")), "")


def marked(path: Path) -> Iterator[tuple[str, str]]:
    """Context and text of everything that is marked; tables hand on what they hold."""
    for call, name, around in calls(path):
        texts = [each.value for each in call.args if isinstance(each, ast.Constant)]
        if name == "tr":
            yield around, str(texts[0])
        elif len(texts) == 2:
            yield str(texts[0]), str(texts[1])


def collected(folder: Path) -> set[tuple[str, str]]:
    """What the tool finds in the whole package."""
    made = folder / "aitr_desktop.ts"
    tool = Path(sys.executable).parent / "pyside6-lupdate"
    names = [str(path) for path in MODULES]
    command = [str(tool), *names, "-ts", str(made), "-locations", "none", "-silent"]
    subprocess.run(command, check=True, capture_output=True)
    return {
        (context.findtext("name") or "", message.findtext("source") or "")
        for context in ET.parse(made).getroot().iter("context")
        for message in context.iter("message")
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOM).as_posix())
def test_marked_words_are_literals(path: Path) -> None:
    wrong = []
    for call, name, _ in calls(path):
        is_handed_on = (
            name == "translate"
            and len(call.args) == 2
            and not isinstance(call.args[1], ast.JoinedStr | ast.BinOp | ast.Constant)
        )
        literal = call.args[:1] if name == "tr" else call.args[:2]
        if name == "tr" and ast.unparse(call.func) != "self.tr":
            wrong.append(f"line {call.lineno}: the tool takes another context for {ast.unparse(call)}")
        if path.name != "translation.py" and not is_handed_on:
            wrong += [
                f"line {call.lineno}: {ast.unparse(call)}"
                for each in literal
                if not (isinstance(each, ast.Constant) and isinstance(each.value, str))
            ]
    assert wrong == []


def test_the_tool_collects_every_marked_word(tmp_path: Path) -> None:
    asked = {pair for path in MODULES for pair in marked(path)}
    assert len(asked) > 100
    assert asked - collected(tmp_path) == set()
    assert "" not in {context for context, _ in asked}


@pytest.fixture
def pseudo(qapp: QApplication) -> Iterator[Pseudo]:
    """Words are marked as translated while the test runs."""
    translator = Pseudo()
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


def said(widget: QWidget) -> Iterator[tuple[str, str]]:
    """What a widget shows or says, and how."""
    if widget.isWindow():
        yield "windowTitle", widget.windowTitle()
    yield "toolTip", re.sub("<[^>]*>", "", widget.toolTip())
    yield "accessibleName", widget.accessibleName()
    yield "accessibleDescription", widget.accessibleDescription()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    if isinstance(widget, QLineEdit):
        yield "placeholderText", widget.placeholderText()
    if isinstance(widget, QSpinBox):
        yield "prefix and suffix", f"{widget.prefix()} {widget.suffix()}"
    yield from listed(widget)


def listed(widget: QWidget) -> Iterator[tuple[str, str]]:
    """What a widget lists."""
    if isinstance(widget, QComboBox):
        for number in range(widget.count()):
            yield "item", widget.itemText(number)
    if isinstance(widget, QMenu):
        yield "title", widget.title()
        for action in widget.actions():
            yield "action", action.text().partition("\t")[0]
            yield "action's tip", re.sub("<[^>]*>", "", action.toolTip())
            yield "action's status tip", action.statusTip()
    if isinstance(widget, QTableView):
        header = widget.horizontalHeader()
    elif isinstance(widget, QTreeView):
        header = widget.header()
    else:
        return
    for column in range(header.count()):
        yield "header", str(header.model().headerData(column, Qt.Orientation.Horizontal) or "")


def untranslated(top: QWidget) -> list[str]:
    """Texts of a window that did not go through a translation, but for what a report says."""
    found = []
    for widget in [top, *top.findChildren(QWidget)]:
        if widget.objectName().startswith("qt_") or is_report(widget):
            continue
        for kind, text in said(widget):
            rest = WRAPPED.sub("", text)
            if set(LETTERS.findall(rest)) - DATA:
                found.append(f"{type(widget).__name__} ({kind}): {text}")
    return sorted(set(found))


def is_report(widget: QWidget) -> bool:
    """Whether it is inside of what shows reports: its words come from the agent and the library."""
    around: QObject | None = widget
    while around is not None:
        if isinstance(around, DetailView | DecisionStrip):
            return True
        around = around.parent()
    return False


@pytest.fixture
def full(pseudo: Pseudo, window: MainWindow, settled: Callable[[], None]) -> MainWindow:
    """A window in the pseudo language, with a library."""
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    return window


def test_every_word_of_the_window_is_translated(full: MainWindow) -> None:
    assert untranslated(full) == [], "\n".join(untranslated(full))


def test_every_word_of_an_empty_window_is_translated(
    pseudo: Pseudo, window: MainWindow, library: FakeWorkspace, settled: Callable[[], None]
) -> None:
    assert untranslated(window) == []
    library.rows.clear()
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    assert untranslated(window) == []


@pytest.mark.parametrize("act", [Act.KEYS, Act.NOTIFICATIONS, Act.COMMANDS])
def test_every_word_of_a_dialog_is_translated(full: MainWindow, act: Act, qtbot: QtBot) -> None:
    full.notices.tell("⟦Imported⟧")
    full.menus.action(act).trigger()
    dialogs = [each for each in full.findChildren(QDialog) if each.isVisible()]
    (dialog,) = dialogs
    assert untranslated(dialog) == []
    if isinstance(dialog, CommandPalette):
        titles = [dialog.commands.index(row, 0).data() for row in range(dialog.commands.rowCount())]
        assert [title for title in titles if LETTERS.search(WRAPPED.sub("", title))] == []
    dialog.reject()


def test_a_language_is_loaded_from_its_file(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "translations"
    folder.mkdir()
    source = tmp_path / "aitr_desktop_de.ts"
    source.write_text(
        '<?xml version="1.0"?><!DOCTYPE TS><TS version="2.1" language="de"><context><name>Actions</name>'
        "<message><source>&amp;File</source><translation>&amp;Datei</translation></message></context></TS>"
    )
    tool = Path(sys.executable).parent / "pyside6-lrelease"
    subprocess.run(
        [str(tool), str(source), "-qm", str(folder / "aitr_desktop_de.qm")], check=True, capture_output=True
    )
    monkeypatch.setattr(translation, "resource_dir", lambda: tmp_path)
    assert translation.install(qapp, "fr_FR") is None
    loaded = translation.install(qapp, "de_AT")
    assert loaded is not None
    assert QCoreApplication.translate("Actions", "&File") == "&Datei"
    assert translation.translate("Actions", "&Nothing") == "&Nothing"
    qapp.removeTranslator(loaded)
    (folder / "aitr_desktop_de.qm").write_bytes(b"broken")
    assert translation.install(qapp, "de_AT") is None


def test_titles_captions_and_columns_of_a_report_are_translated(pseudo: Pseudo) -> None:
    """What our tables are called; the words inside of them are the agent's, the same on paper."""
    opened = OpenedReport(report=reports.report(), decision=full_decision(), digest="a" * 64)
    metrics = {"Accuracy", "Grounding score", "Avg length"}
    said = []
    for block in report_detail(opened).blocks:
        said += [block.title, *block.ways, *(figure.name for figure in block.figures)]
        for caption, table in block.tables:
            said += [caption, *(column.title for column in table.columns)]
    plain = {text for text in said if text and not WRAPPED.fullmatch(text)}
    assert plain == metrics
