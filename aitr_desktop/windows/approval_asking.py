"""One dialog by which somebody approves, rejects or withdraws: what it shows, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from aitr_desktop.item_models.approval_words import changes
from aitr_desktop.library.approving import ChangedError, Ending, ask_about, hand_in
from aitr_desktop.tasks import Lane, Progress
from aitr_desktop.views.approval_dialog import ApprovalDialog
from tsr_agent.gate.saying import MAX_NOTE
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aitr_desktop.item_models.approval_offer import Offer
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.approving import HandedIn, Word
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.tasks import Task
    from aitr_desktop.windows.desk import Desk
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.errors import TsrError

Offers = tuple["Sequence[Offer]", str]
"""What can be said, and where nothing can, why not."""


class ApprovalAsking(QObject):
    """Lives as long as what was said is under way, which may be longer than its dialog.

    Args:
        desk: Library, clock and tasks.
        servers: The way to the server.
        address: The server.
        detail: The report on screen.
        offers: Makes what can be said about a report.
        note: What was typed before.
    """

    ended = Signal(object, object)
    """A ``Word`` and what became of it, a ``HandedIn``."""
    behind = Signal()
    """The server has something else on record: the library has to be brought into step."""
    note_left = Signal(str)
    """What was typed and not sent."""
    failed = Signal(object)
    """A ``TsrError``, and no dialog is left to show it."""

    def __init__(
        self,
        desk: Desk,
        servers: Servers,
        address: ServerAddress,
        detail: ReportDetail,
        offers: Callable[[ReportDetail], Offers],
        *,
        note: str = "",
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._servers, self._address = desk, servers, address
        self._offers = offers
        self.shown = self._latest = detail
        """What the dialog shows, and what is on record now."""
        self._running: list[Task[Any]] = []
        self._sending: Progress | None = None
        self._looking = Progress(self.tr("Asking"))
        found, _ = offers(detail)
        self._dialog: ApprovalDialog | None = ApprovalDialog(
            desk.theme, found, note=note, most=MAX_NOTE, parent=desk.window
        )
        self._dialog.said.connect(self._said)
        self._dialog.look_wanted.connect(self._look)
        self._dialog.finished.connect(self._closed)

    @property
    def report_id(self) -> str:
        """What it is about."""
        return self.shown.report_id

    @property
    def is_over(self) -> bool:
        """Whether there is neither a dialog nor anything under way."""
        return self._dialog is None and self._sending is None

    def open(self) -> None:
        """Opens the dialog, and asks the server meanwhile whether it has the same on record."""
        if self._dialog is None:
            return
        self._dialog.open()
        self._ask()

    def report_read(self, detail: ReportDetail) -> None:
        """What is on record about the report now."""
        self._latest = detail
        if self._dialog is None or self._sending is not None or detail.record == self.shown.record:
            return
        told = changes(self.shown, detail) or self.tr("What is on record about it is something else now.")
        self._dialog.show_changed(
            self.tr(
                "▲ What is on record has changed while this was open. {changes} Nothing was sent."
            ).format(changes=told)
        )

    def stop(self) -> None:
        """Waits for nothing any more: the window or the library goes."""
        if self._dialog is not None:
            self._dialog.reject()
        if self._sending is not None:
            self._sending.cancel()

    def _ask(self) -> None:
        if self._dialog is None:
            return
        offer = self._dialog.offer()
        self._dialog.show_way(
            self.tr("Asking {host} what is on record there…").format(host=self._address.host)
        )
        self._looking = Progress(self.tr("Asking"))
        looking = self._looking
        self._running.append(
            self._desk.tasks.run(
                partial(ask_about, offer.word, self._servers, self._address, lambda: looking.is_cancelled),
                lambda _: self._same_there(),
                self._not_same,
                Lane.WIDE,
            )
        )

    def _same_there(self) -> None:
        if self._dialog is not None:
            words = self.tr("✓ {host} has the same on record; what you say is sent at once.")
            self._dialog.show_way(words.format(host=self._address.host))

    def _not_same(self, error: TsrError) -> None:
        from aitr_desktop.library.interruptible import InterruptedQuestionError

        if self._dialog is None or isinstance(error, InterruptedQuestionError):
            return
        if isinstance(error, ChangedError):
            self._dialog.show_way("")
            self._changed(error)
            return
        words = self.tr(
            "▲ {why} What you say waits here then, does not count before the server has recorded it, and is "
            "sent with the next synchronisation."
        )
        self._dialog.show_way(words.format(why=error.message), Tone.PENDING)

    def _changed(self, error: TsrError) -> None:
        if self._dialog is not None:
            self._dialog.show_changed(
                self.tr("▲ {what} Nothing was sent. {next}").format(what=error.message, next=error.next_step)
            )
        self.behind.emit()

    def _look(self) -> None:
        """Shows what is on record now."""
        if self._dialog is None:
            return
        if self._latest.record == self.shown.record:
            self._dialog.show_changed(
                self.tr("▲ The library does not have it yet. It is fetched with the next synchronisation.")
            )
            self.behind.emit()
            return
        found, why_not = self._offers(self._latest)
        if not found:
            self._dialog.show_changed(why_not)
            return
        self.shown = self._latest
        self._dialog.show_offers(found)
        self._ask()

    def _said(self, word: Word, note: str) -> None:
        workspace = self._desk.libraries.workspace
        if self._dialog is None or workspace is None:
            return
        said, report_id = replace(word, note=note), self.report_id
        self._looking.cancel()
        self._sending = Progress(self.tr("Sending"))
        self._dialog.show_way("")
        self._dialog.show_sending(self.tr("Sending to {host}…").format(host=self._address.host))
        self._desk.tasks.run(
            lambda: workspace.record(report_id), partial(self._on_record, said), self._not_sent
        )

    def _on_record(self, said: Word, record: str) -> None:
        sending = self._sending
        if sending is None or sending.is_cancelled:
            self._sending = None
            return
        if record != self.shown.record:
            self._sending = None
            self.behind.emit()
            if self._dialog is not None:
                self._dialog.show_changed(
                    self.tr("▲ What is on record has changed while this was open. Nothing was sent.")
                )
            return
        self._desk.tasks.run(
            partial(
                hand_in, said, self._servers, self._address, self._desk.clock, lambda: sending.is_cancelled
            ),
            partial(self._handed_in, said),
            self._not_sent,
            Lane.WIDE,
        )

    def _handed_in(self, said: Word, found: HandedIn) -> None:
        self._sending = None
        if found.ending is Ending.CHANGED and found.error is not None:
            self._changed(found.error)
        elif found.ending is Ending.REFUSED and found.error is not None:
            self._not_sent(found.error)
            self.behind.emit()
        else:
            if self._dialog is not None:
                self._dialog.accept()
            self.ended.emit(said, found)

    def _not_sent(self, error: TsrError) -> None:
        from aitr_desktop.library.interruptible import InterruptedQuestionError

        self._sending = None
        if isinstance(error, InterruptedQuestionError):
            return
        if self._dialog is not None:
            self._dialog.show_error(error)
        else:
            self.failed.emit(error)

    def _closed(self, result: int) -> None:
        dialog, self._dialog = self._dialog, None
        self._looking.cancel()
        for task in self._running:
            task.cancel()
        if dialog is None or result == int(ApprovalDialog.DialogCode.Accepted):
            return
        self.note_left.emit(dialog.note.toPlainText())
        if self._sending is not None:
            self._sending.cancel()
