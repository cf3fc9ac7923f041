"""Checks the text as one types. What is said is always about the text on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal, Slot

from aitr_desktop.editing.checking import Checked, Weight, check_text
from aitr_desktop.item_models.policy_blocks import problem_blocks, problem_mark, problem_words, size_words
from aitr_desktop.tasks import Lane
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.tasks import Task
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.policies.files import PolicyFiles

PAUSE_MS = 250
"""Of typing, after which the text is checked."""
LARGE = 50_000
"""Characters from which checking is done with more turns for the screen."""


class LiveChecking(QObject):
    """Checks whatever is written; one check at a time.

    Args:
        desk: Tasks and the clock.
        view: The text, and where is said what is wrong with it.
        files: What is open.
    """

    checked = Signal()
    """What is known is about the text on screen now."""
    outdated = Signal()
    """The text has changed; what is known is about the one before."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, view: PolicyView, files: PolicyFiles) -> None:
        super().__init__(desk.window)
        self._desk, self._view, self._files = desk, view, files
        self._found: Checked | None = None
        self._found_for = -1
        self._running: Task[Checked | Exception] | None = None
        self._goes_to_first = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._check)
        view.editor.text.edited.connect(self._edited)
        files.opened.connect(self._opened)
        files.saving.saved.connect(self._edited)

    @property
    def now(self) -> Checked | None:
        """What is known of the text on screen; None while it is still checked."""
        return self._found if self._found_for == self._view.editor.text.edition else None

    @property
    def last(self) -> Checked | None:
        """What was known last, perhaps of an earlier text."""
        return self._found

    def check_now(self) -> None:
        """Checks without waiting, and goes to the first problem."""
        self._goes_to_first = True
        self._pause.stop()
        self._check()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._pause.stop()

    @Slot()
    def _opened(self) -> None:
        self._found, self._found_for = None, -1
        if self._files.file is not None:
            self._edited()
            self._pause.stop()
            self._check()
        else:
            self._pause.stop()
            self.outdated.emit()

    @Slot()
    def _edited(self) -> None:
        # A file that was just saved may find beside it what it names.
        self._found_for = -1
        self._view.editor.say(self.tr("Checking…"))
        self._view.name_problems(self.tr("Problems…"))
        self._view.problems.say_about(self.tr("Checking…"))
        self._pause.start()
        self.outdated.emit()

    @Slot()
    def _check(self) -> None:
        if self._files.file is None or self._running is not None:
            # Its end looks again: the text is another one by then.
            return
        text, edition = self._view.editor.text.text(), self._view.editor.text.edition
        path, today = self._files.path, self._desk.clock.now().date()
        copied = self._files.file.copied
        placeholders = copied.placeholders if copied is not None else ()
        named = path or (self._files.file.path if self._files.file.path.name else None)

        def work() -> Checked:
            if len(text) < LARGE:
                return check_text(text, path, today, named=named, placeholders=placeholders)
            from aitr_desktop.library.steady import steady

            with steady():
                return check_text(text, path, today, named=named, placeholders=placeholders)

        def kept() -> Checked | Exception:
            try:
                return work()
            except Exception as error:  # noqa: BLE001  (raised again where it is told)
                return error

        def done(found: Checked | Exception) -> None:
            # Whatever went wrong with this text, the next one is checked.
            self._running = None
            if isinstance(found, Exception):
                raise found
            self._take(found, edition)

        self._running = self._desk.tasks.run(kept, done, self.failed.emit, Lane.WIDE)

    def _take(self, found: Checked, edition: int) -> None:
        if self._view.editor.text.edition != edition or self._files.file is None:
            if not self._pause.isActive():
                self._check()
            return
        self._found, self._found_for = found, edition
        mark = problem_mark(found)
        self._view.editor.text.mark(found.findings)
        size = f" · {size_words(found.size)}" if found.size is not None else ""
        self._view.editor.say(f"{mark}{size}", mark.tone if found.findings else Tone.MUTED)
        count = len(found.findings) + found.more
        self._view.name_problems(
            self.tr("Problems ({count})").format(count=f"{count:,}") if count else self.tr("Problems")
        )
        self._view.problems.show_blocks(str(mark), problem_blocks(found))
        self.checked.emit()
        if self._goes_to_first:
            self._goes_to_first = False
            if found.findings:
                errors = (each for each in found.findings if each.weight is Weight.ERROR)
                first = next(errors, found.findings[0])
                self._view.editor.text.go_to(first.line, first.column)


def refusal_words(checked: Checked | None) -> str:
    """Why nothing can be tried with a text, in a sentence; empty where it is a sound policy."""
    from aitr_desktop.editing.checking import FileKind
    from aitr_desktop.translation import translate

    if checked is None:
        return translate("Policies", "The text is still being checked.")
    if checked.kind is not FileKind.POLICY:
        return translate("Policies", "The text on screen is no policy.")
    if checked.policy is None:
        words = translate("Policies", "The policy is not valid ({problems}): no gate takes it.")
        return words.format(problems=problem_words(checked))
    return ""
