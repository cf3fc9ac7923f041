"""Offers what can be written at the cursor, worked out beside the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal, Slot

from aitr_desktop.editing.completion import Offers, complete
from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aitr_desktop.editing.checking import FileKind
    from aitr_desktop.tasks import Task
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk


class Completing(QObject):
    """Answers the editor's questions.

    Args:
        desk: The tasks.
        view: The text.
        kind: What the text is meant to be.
        known: Names that no schema lists, by key.
    """

    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(
        self,
        desk: Desk,
        view: PolicyView,
        kind: Callable[[], FileKind],
        known: Callable[[], Mapping[str, Sequence[str]]],
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._view, self._kind, self._known = desk, view, kind, known
        self._running: Task[Offers] | None = None
        view.editor.offers_wanted.connect(self._ask)

    @Slot(bool)
    def _ask(self, by_key: bool) -> None:
        edit = self._view.editor.text
        text, offset, edition = edit.text(), edit.offset(), edit.edition
        kind, known = self._kind(), self._known()
        if self._running is not None:
            self._running.cancel()

        def show(offers: Offers) -> None:
            if edit.edition != edition or edit.offset() != offset or not self._view.editor.is_written_in:
                return
            if not by_key and not offers.begun.strip("\"' "):
                offers = Offers()
            self._view.editor.completion.offer(offers)
            if by_key and not offers.offers:
                self._view.editor.hint(self.tr("Nothing is known that could be written here"))

        self._running = self._desk.tasks.run(
            lambda: complete(text, offset, kind, known), show, self.failed.emit, Lane.WIDE
        )
