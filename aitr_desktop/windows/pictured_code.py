"""The place of the code, as it is rendered: texts of a small project, and no clone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.code_file import CodeFile
from aitr_desktop.code.differing import difference
from aitr_desktop.code.line_marks import LineMark, MarkKind
from aitr_desktop.code.report_marks import FileMarks
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.item_models.changed_files_model import ChangedFile
from aitr_desktop.item_models.file_tree_model import Leaf, Leaflet
from aitr_desktop.item_models.judged_commits import JudgedCode, NamedCommit
from aitr_desktop.item_models.mark_rows import gutter_marks, listed_marks, mark_rows
from aitr_desktop.library.code_notes import FileNotes
from aitr_desktop.windows.code.code_messages import not_here, nothing_open
from aitr_desktop.windows.code.reading import Pair
from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aitr_desktop.views.code.place_view import PlaceView
    from aitr_desktop.windows.pictured import Stage

FOLDER = Path("/home/ann/support-bot")
PATIENCE = 100
"""Times 50 ms."""
OLD, NEW, PROMPTS = "9bc02d4" + "1" * 33, "3fa9c1e" + "2" * 33, "c81e728" + "3" * 33
CHANGED_TREE = (
    "The report was made from a tree with changes that no commit has: what you see is the commit, "
    "not what ran."
)
BOT = '''\
"""Answers questions about orders; hands over to a person where it can't."""

from __future__ import annotations

from support_bot.policy import MAX_REFUND, is_allowed
from support_bot.retrieval import passages

HANDOVER = "I'll ask a colleague to look at this."


def answer(question: str, history: list[str]) -> str:
    """The answer to a question, with its sources."""
    found = passages(question, limit=5)
    if not found:
        return HANDOVER
    draft = write(question, found, history)
    if promises_refund(draft) > MAX_REFUND:
        return HANDOVER
    return draft if is_allowed(draft) else HANDOVER


def promises_refund(text: str) -> float:
    """What a text promises to pay back, in euro; 0 for nothing."""
    return sum(float(each) for each in AMOUNTS.findall(text))
'''
LATER_BOT = BOT.replace("limit=5", "limit=8").replace(
    "    if promises_refund(draft) > MAX_REFUND:\n        return HANDOVER\n", ""
).replace(
    "in euro; 0 for nothing.", "in euro and cents; 0 for nothing."
).replace(
    "return sum(float(each)", "# Decimal: a float is a cent off now and then.\n    return sum(Decimal(each)"
)  # fmt: skip
HOSTILE = "invoice\u202egnp.exe\x00<b>bold</b> " + "very-long-name-" * 12 + ".py"


def code_views(stage: Stage) -> Iterator[str]:
    """No clone, a file, a doubtful one, two versions, letters of a path, a commit that is not there."""
    stage.do(Act.GO_CODE)
    yield "code-no-clone"
    view = stage.window.deciding.code.view()
    view.files.offer(_commits().commits, NEW)
    view.files.show_clone(str(FOLDER), "")
    workbench = stage.workbench()
    if workbench is not None and workbench.report is not None:
        # The verdict is that of the report on screen, and the commit that of these files.
        view.travel.show_report(msgspec.structs.replace(workbench.report.head, release=NEW[:7]))
    # What a report says of lines needs the clone, which nobody has here.
    view.marks.hide()
    _grow(view, "")
    _grow(view, "support_bot")
    view.say_here(nothing_open())
    yield "code-nothing-open"
    _show(stage, _file("support_bot/bot.py", LATER_BOT, (CHANGED_TREE,)))
    view.pane.view.select(11, 16)
    view.pane.view.go_to(11)
    view.files.tree.reveal("support_bot/bot.py")
    stage.settle()
    yield "code-file"
    _mark(view, LATER_BOT.count("\n"), "")
    stage.settle()
    yield "code-marks"
    _mark(view, LATER_BOT.count("\n"), HOSTILE)
    stage.settle()
    yield "code-marks-hostile"
    view.marks.hide()
    # Of two reports that are compared, neither verdict stands above the code.
    view.travel.show_report(None)
    _change(stage)
    _wait_for_colours(stage)
    yield "code-side-by-side"
    view.files.show_changes(
        OLD, NEW, (ChangedFile(sign="±", path=HOSTILE, note="link"),) * 3, "3 files changed"
    )
    _show(stage, _file(HOSTILE, f"name = '{HOSTILE}'\n" * 40, (HOSTILE, HOSTILE)))
    yield "code-hostile"
    missing = InputError(
        f"The clone in {FOLDER} does not hold commit {NEW[:12]}, or not all of it; nothing else is shown in "
        "its place.",
        next_step=f"Fetch it there: git fetch origin {NEW}",
    )
    view.files.show_tab(changes=False)
    view.say_here(not_here(missing, str(FOLDER)))
    stage.settle()
    yield "code-missing"


def _mark(view: PlaceView, count: int, hostile: str) -> None:
    """Something of each kind beside the lines, and in the list below them."""
    known = (
        (MarkKind.UNCOVERED, 14, 15, "Lines 14–15 were not run, says coverage.xml"),
        (MarkKind.FAILED_TEST, 16, 16, "Named by the failure of test_hands_over: assert '40 euro' == ''"),
        (MarkKind.FINDING_WARNING, 16, 16, "PLR2004 (Ruff): Magic value used in comparison"),
        (MarkKind.FLAKY_TEST, 20, 20, "tests.test_bot::test_promises: took 31 s"),
    )
    marks = tuple(
        LineMark(kind=kind, first=first, last=last, words=hostile or words)
        for kind, first, last, words in known
    )
    rows = mark_rows(FileMarks(path="support_bot/bot.py", marks=marks), FileNotes(), count)
    view.marks.show_marks(listed_marks(rows), (hostile,) if hostile else (), "")
    view.pane.view.set_marks(gutter_marks(rows))
    view.pane.view.clear_selection()
    view.pane.view.go_to(16)
    view.marks.mark_line(16)
    view.marks.show()


def _commits() -> JudgedCode:
    named = (
        NamedCommit(sha=NEW, parts=("Code",), remarks=(CHANGED_TREE,)),
        NamedCommit(sha=OLD, parts=("Tests",)),
        NamedCommit(sha=PROMPTS, parts=("Prompts",)),
    )
    return JudgedCode(report_ids=("TSR-1",), repository="https://git.example.org/team/bot", commits=named)


def _file(path: str, text: str, remarks: tuple[str, ...] = (), sha: str = NEW) -> CodeFile:
    return CodeFile(
        repository="", folder=FOLDER, path=path, lines=TextLines(text.encode("utf-8", "replace")),
        sha=sha, blob="5" * 40, remarks=remarks,
    )  # fmt: skip


def _grow(view: PlaceView, folder: str) -> None:
    """Puts files into a folder of the tree."""
    model = view.files.tree.files
    above = f"{folder}/" if folder else ""
    names = (
        ("answers", "bot.py", "policy.py", "retrieval.py") if folder else ("prompts", "support_bot", "tests")
    )
    folders = ("answers",) if folder else names
    index = model.place(folder)
    if folder:
        view.files.tree.expand(index)
    model.fetchMore(index)
    found = [Leaflet(each, above + each, Leaf.FOLDER if each in folders else Leaf.FILE) for each in names]
    if not folder:
        found += [Leaflet("README.md", "README.md", Leaf.FILE), Leaflet("docs", "docs", Leaf.LINK)]
    model.take(folder, found)


def _show(stage: Stage, file: CodeFile) -> None:
    view = stage.window.deciding.code.view()
    screen = stage.window.deciding.code.reader().screen
    screen.colouring.show_file(file)
    view.pane.show_file(file)
    screen.colouring.say()
    view.show_pane()
    _wait_for_colours(stage)


def _wait_for_colours(stage: Stage) -> None:
    """Until the lexer, a process of its own, has brought what is in sight; not for ever."""
    view = stage.window.deciding.code.view()
    stage.settle()
    for _ in range(PATIENCE):
        pair = view.pair.rows
        if all(pair.has_pieces()) if view.shows_pair else any(map(view.pane.view.pieces.of, range(1, 40))):
            break
        stage.wait(50)
    stage.settle()


def _change(stage: Stage) -> None:
    view = stage.window.deciding.code.view()
    files = (
        ChangedFile(sign="±", path="prompts/system.txt", note="+2 –1"),
        ChangedFile(sign="±", path="support_bot/bot.py", note="+4 –5"),
        ChangedFile(sign="→", path="support_bot/answers/tone.py", before_path="support_bot/tone.py"),
        ChangedFile(sign="+", path="tests/test_refunds.py", note="+31"),
        ChangedFile(sign="–", path="tests/test_old.py", note="–12"),
    )
    view.files.show_changes(OLD, NEW, files, "5 files changed")
    view.files.show_tab(changes=True)
    view.files.changed.mark("support_bot/bot.py")
    old, new = _file("support_bot/bot.py", BOT, sha=OLD), _file("support_bot/bot.py", LATER_BOT)
    view.pair.offer_versions((), (0, 0))
    names = "A: Code · 9bc02d4", "B: Code · 3fa9c1e"
    pair = Pair(old=old, new=new, difference=difference(old.lines, new.lines))
    stage.window.deciding.code.reader().screen.colouring.show_pair(pair)
    view.pair.show_pair(old, new, pair.difference, names)
    view.show_pair()
    view.focus_code()
