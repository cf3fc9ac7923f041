"""Approve, reject and withdraw: who may, what is asked before, and what waits where the server is away."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QMessageBox

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.windows.known_people import KnownPeople

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.approving import HandedIn, SaidHere, Word
    from aitr_desktop.library.people import Person
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.windows.approval_asking import ApprovalAsking, Offers
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.server_place import ServerPlace
    from aitr_desktop.windows.workbench import Workbench
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.models.approval import ApprovalAction


class Approving(QObject):
    """What somebody says about the report on screen.

    Args:
        desk: Library, clock, tasks, preferences.
        servers: The way to servers, and to the outbox.
        server: Which server, and bringing the library into step with it.
        workbench: The report on screen; None before a library was open.
    """

    told = Signal(str)
    """What was done, in words."""
    failed = Signal(object)
    """A ``TsrError``."""
    reasons_changed = Signal()
    """What can be done now is something else."""

    def __init__(
        self, desk: Desk, servers: Servers, server: ServerPlace, workbench: Callable[[], Workbench | None]
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._servers, self._server = desk, servers, server
        self._workbench = workbench
        self._detail: ReportDetail | None = None
        self._asking: ApprovalAsking | None = None
        self._recorded: dict[str, SaidHere] = {}
        self._notes: dict[tuple[str, ApprovalAction], str] = {}
        self._is_behind = False
        desk.libraries.opened.connect(self._library_opened)
        self._people = KnownPeople(server.connecting, desk.preferences, desk.clock, self)
        self._people.changed.connect(self.reasons_changed)
        server.synchronising.known_changed.connect(self._known_changed)

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.APPROVE: lambda: self.ask(_action("APPROVE")),
            Act.REJECT: lambda: self.ask(_action("REJECT")),
            Act.WITHDRAW: self.withdraw,
            Act.SHOW_APPROVALS: self._show_approvals,
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {
            Act.APPROVE: lambda: self._why_not("APPROVE"),
            Act.REJECT: lambda: self._why_not("REJECT"),
            Act.WITHDRAW: lambda: self._why_not("REVOKE"),
            Act.SHOW_APPROVALS: lambda: "" if self._detail else self.tr("No report is on screen."),
        }

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or what is on record about it is something else now."""
        self._detail = detail
        for each in detail.release.approvals if detail is not None and detail.release is not None else ():
            self._recorded.pop(each.id, None)
        if self._asking is not None and detail is not None and detail.report_id == self._asking.report_id:
            self._asking.report_read(detail)
        self.reasons_changed.emit()

    def person(self) -> Person | None:
        """Whom the server takes us for; None where it was never asked."""
        return self._people.here()

    def said_here(self, report_id: str) -> tuple[SaidHere, ...]:
        """What was said here about a report and may not be on record in the library. Reads the outbox."""
        recorded = tuple(each for each in tuple(self._recorded.values()) if each.report_id == report_id)
        addresses = self._people.addresses()
        if not addresses:
            return recorded
        from aitr_desktop.library.approving import said_here

        return (*said_here(self._servers, addresses, self._desk.clock, report_id), *recorded)

    def ask(self, action: ApprovalAction) -> None:
        """Shows what is on record, and asks."""
        from aitr_desktop.windows.approval_asking import ApprovalAsking

        address, detail = self._server.connecting.address(), self._detail
        if address is None or detail is None or self._why_not(action.name):
            return
        if self._asking is not None and not self._asking.is_over:
            return
        draft = (detail.report_id, action)
        asking = ApprovalAsking(
            self._desk,
            self._servers,
            address,
            detail,
            partial(self._offers, action, address),
            note=self._notes.get(draft, ""),
        )
        asking.ended.connect(partial(self._ended, draft))
        asking.behind.connect(self._behind)
        asking.note_left.connect(partial(self._notes.__setitem__, draft))
        asking.failed.connect(self.failed)
        self._asking = asking
        asking.open()

    def withdraw(self) -> None:
        """Takes back what waits here, or else asks what is to be withdrawn."""
        from aitr_desktop.item_models.approval_words import left_here
        from tsr_agent.models.approval import ApprovalAction

        left = left_here(self._detail) if self._detail is not None else ()
        if left:
            self._ask_to_take_back(left[0])
        else:
            self.ask(ApprovalAction.REVOKE)

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        if self._asking is not None:
            self._asking.stop()

    def _why_not(self, action: str) -> str:
        if self._detail is None:
            return self.tr("No report is on screen.")
        from aitr_desktop.item_models.approval_words import why_not

        return why_not(_action(action), self._detail, self._people.here(), self._desk.clock.now())

    def _offers(self, action: ApprovalAction, address: ServerAddress, detail: ReportDetail) -> Offers:
        from aitr_desktop.item_models.approval_offer import offer
        from aitr_desktop.item_models.approval_words import why_not, withdrawable
        from tsr_agent.models.approval import ApprovalAction

        person, now = self._people.here(), self._desk.clock.now()
        why = why_not(action, detail, person, now)
        if person is None or why:
            return (), why
        withdrawn = withdrawable(detail, person, now) if action is ApprovalAction.REVOKE else (None,)
        make = partial(offer, detail, person, action, server=address.url, now=now)
        return [make(document_id=str(uuid.uuid4()), withdrawn=each) for each in withdrawn], ""

    def _ended(self, draft: tuple[str, ApprovalAction], said: Word, found: HandedIn) -> None:
        from aitr_desktop.item_models.approval_words import ending_words
        from aitr_desktop.library.approving import Ending, recorded

        self._notes.pop(draft, None)
        address = self._server.connecting.address()
        self.told.emit(ending_words(said, found, address.host if address is not None else ""))
        if found.ending is Ending.RECORDED:
            self._recorded[said.id] = recorded(said, found, self._desk.clock.now())
            self._behind()
        self._server.synchronising.look()
        self._reread()

    def _ask_to_take_back(self, said: SaidHere) -> None:
        from aitr_desktop.item_models.approval_words import noun, remark
        from tsr_agent.sections.plain_text import visible

        box = QMessageBox(self._desk.window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(self.tr("Take back"))
        box.setText(self.tr("Take back your {what}?").format(what=noun(said.action)))
        more = self.tr(
            "It is not sent then. If an earlier try reached the server after all, it comes with the next "
            "synchronisation, and can be withdrawn then."
        )
        note = visible(said.note[:500])
        box.setInformativeText("\n\n".join(filter(None, (remark(said).text, note, more))))
        take = box.addButton(self.tr("Take it back"), QMessageBox.ButtonRole.DestructiveRole)
        leave = box.addButton(self.tr("Leave everything as it is"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(leave)
        box.setEscapeButton(leave)
        take.clicked.connect(lambda _=False: self._take_back(said))
        box.open()

    def _take_back(self, said: SaidHere) -> None:
        self._notes[said.report_id, said.action] = said.note
        self._server.outbox.take_back([said.name])

    def _show_approvals(self) -> None:
        workbench = self._workbench()
        if workbench is not None:
            workbench.detail.follow(Target(Kind.SECTION, "approvals"))

    def _library_opened(self) -> None:
        """Nothing is said about a report of the library before."""
        self.stop()
        self._detail = None
        self.reasons_changed.emit()

    def _behind(self) -> None:
        """Brings the library into step as soon as nothing else does."""
        self._is_behind = True
        self._known_changed()

    def _known_changed(self) -> None:
        known = self._server.synchronising.known
        if self._is_behind and not known.is_running:
            self._is_behind = False
            # A library that never followed this server is not filled from it unasked.
            if known.state is not None and known.state.synced_at is not None:
                self._server.synchronising.run(by_itself=True)

    def _reread(self) -> None:
        workbench = self._workbench()
        if workbench is not None:
            workbench.refresh()


def _action(name: str) -> ApprovalAction:
    """By its name: the first frame needs no model of a document."""
    from tsr_agent.models.approval import ApprovalAction

    return ApprovalAction[name]
