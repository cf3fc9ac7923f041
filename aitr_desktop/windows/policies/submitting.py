"""Hands the policy on screen in to the server that is connected."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal

from aitr_desktop.editing.differences import difference
from aitr_desktop.tasks import Lane
from aitr_desktop.windows.policies.checking import refusal_words

if TYPE_CHECKING:
    from aitr_desktop.editing.differences import Difference
    from aitr_desktop.library.policy_submission import ServerPolicies
    from aitr_desktop.library.servers import Connection, Servers
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.views.policy.submit_dialog import SubmitDialog
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.policies.checking import LiveChecking
    from aitr_desktop.windows.policies.files import PolicyFiles
    from aitr_desktop.windows.server_place import ServerPlace
    from tsr_agent.errors import TsrError
    from tsr_agent.models.api import PolicyVersion


class Submitting(QObject):
    """Puts the policy in force at the server, on top of the version that was seen there.

    Args:
        desk: The window and the tasks.
        servers: The way to servers.
        server: Which one.
        view: The text.
        files: What is open.
        checking: Says whether the text is a policy at all.
    """

    told = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        desk: Desk,
        servers: Servers,
        server: ServerPlace,
        view: PolicyView,
        files: PolicyFiles,
        *,
        checking: LiveChecking,
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._servers, self._server = desk, servers, server
        self._view, self._files, self._checking = view, files, checking
        self._seen: ServerPolicies | None = None
        self._seen_for = ""
        """The name of which the version there was seen with its text."""
        self._dialog: SubmitDialog | None = None
        self._is_left = False

    def why_not(self) -> str:
        """Why nothing can be submitted now; empty where it can."""
        return self._server.connecting.why_none() or refusal_words(self._checking.now)

    def ask(self) -> SubmitDialog | None:
        """Asks the server what is there, and the person whether to go on."""
        from aitr_desktop.library.policy_submission import name_for
        from aitr_desktop.views.policy.submit_dialog import SubmitDialog

        checked, address = self._checking.now, self._server.connecting.address()
        if self.why_not() or checked is None or checked.policy is None or address is None:
            return None
        policy = checked.policy
        dialog = SubmitDialog(
            address.url, name_for(policy.name), f"{policy.name} {policy.reference.version}", self._desk.window
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.submitted.connect(self._submit)
        dialog.name_changed.connect(self._look)
        dialog.difference_asked.connect(self._show_difference)
        dialog.finished.connect(self._closed)
        self._dialog, self._is_left = dialog, False
        dialog.open()
        self._look(dialog.name.text())
        return dialog

    def _look(self, name: str, refusal: TsrError | None = None) -> None:
        from aitr_desktop.library.policy_submission import look_at_server

        if self._dialog is None:
            return
        self._dialog.wait(self.tr("Asking the server…"))
        address = self._server.connecting.address()
        if address is None:
            return

        def work() -> ServerPolicies:
            return look_at_server(self._servers, self._servers.connection(address), name, self._left)

        self._desk.tasks.run(work, partial(self._show_server, name, refusal), self._show_error, Lane.WIDE)

    def _show_server(self, name: str, refusal: TsrError | None, found: ServerPolicies) -> None:
        from aitr_desktop.library.policy_submission import why_not_submitted

        if self._dialog is None or self._dialog.name.text().strip() != name:
            return
        before, newest = self._seen, found.of_name(name)
        self._seen, self._seen_for = found, name
        who = self.tr("You are {who} to this server ({role}).").format(
            who=found.subject, role=found.role.replace("_", " ")
        )
        self._dialog.show_server(who, newest, why_not_submitted(found, name))
        if refusal is not None and before is not None and before.of_name(name) == newest:
            # Nobody was there first: it contradicts another policy.
            self._show_error(refusal)
        elif refusal is not None:
            self._dialog.show_conflict(newest)

    def _submit(self, name: str, note: str) -> None:
        from aitr_desktop.library.policy_submission import make_submission, submit

        seen, address = self._seen, self._server.connecting.address()
        if self._dialog is None or address is None:
            return
        if seen is None or self._seen_for != name:
            # Its waivers and repositories would go with what nobody has seen.
            self._look(name)
            return
        self._dialog.wait(self.tr("Submitting…"))
        text, path, newest = self._view.editor.text.text(), self._files.path, seen.of_name(name)
        servers = self._servers

        def work() -> PolicyVersion:
            connection: Connection = servers.connection(address)
            return submit(servers, connection, name, make_submission(text, path, newest, note), self._left)

        self._desk.tasks.run(work, self._done, partial(self._refused, name), Lane.WIDE)

    def _done(self, version: PolicyVersion) -> None:
        if self._dialog is not None:
            self._dialog.accept()
        self.told.emit(
            self.tr(
                "{name} is in force at the server as version {number}. Synchronise to have it here."
            ).format(name=version.name, number=f"{version.number:,}")
        )

    def _refused(self, name: str, error: TsrError) -> None:
        from aitr_desktop.library.policy_submission import is_conflict

        if is_conflict(error) and self._dialog is not None:
            self._look(name, error)
        else:
            self._show_error(error)

    def _show_error(self, error: TsrError) -> None:
        if self._dialog is None:
            self.failed.emit(error)
            return
        self._dialog.show_error("\n".join(filter(None, (error.message, *error.details, error.next_step))))

    def _show_difference(self) -> None:
        newest = self._seen.of_name(self._dialog.name.text().strip()) if self._seen and self._dialog else None
        if newest is None or newest.submission is None:
            return
        theirs, mine = newest.submission.document, self._view.editor.text.text()
        self._desk.tasks.run(
            lambda: difference(theirs, mine),
            partial(self._show, newest.number),
            self.failed.emit,
            Lane.WIDE,
        )

    def _show(self, number: int, found: Difference) -> None:
        from aitr_desktop.views.policy.difference_dialog import DifferenceDialog

        names = self.tr("version {number} at the server").format(number=f"{number:,}"), self.tr("yours")
        dialog = DifferenceDialog(self._desk.theme, names, found, self._dialog or self._desk.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _closed(self, _: int) -> None:
        self._dialog, self._seen, self._is_left = None, None, True

    def _left(self) -> bool:
        return self._is_left
