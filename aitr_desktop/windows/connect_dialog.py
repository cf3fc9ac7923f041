"""Connecting to a server: its address, a token, and a try whether the two are right."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.item_models.server_page import who_words
from aitr_desktop.library.servers import TokenSource, address_of
from aitr_desktop.tasks import Lane, Progress
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.errors import TsrError, UsageError
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.library.servers import Servers, Who
    from aitr_desktop.tasks import Task, Tasks
    from tsr_agent.client.address import ServerAddress

WIDTH = 520
MOST_TYPED = 500


class ConnectDialog(QDialog):
    """Asks for a server and shows whether it is one.

    Args:
        servers: The way to servers.
        tasks: The door to threads.
        addresses: Of servers that were connected before, the last one first.
    """

    connected = Signal(object, object)
    """A ``ServerAddress`` and a ``Who``: the token is kept where the person wanted it."""

    def __init__(
        self, servers: Servers, tasks: Tasks, addresses: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Connect to server"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._servers, self._tasks = servers, tasks
        self._asking: Progress | None = None
        self._running: list[Task[Any]] = []
        self.address = QComboBox()
        self.address.setEditable(True)
        self.address.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.address.addItems(list(addresses))
        if not addresses:
            self.address.setEditText(servers.environ.get("AITR_SERVER", "")[:MOST_TYPED])
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setMaxLength(MOST_TYPED)
        self.keep = QCheckBox(self.tr("&Keep the token in the keyring"))
        self.keep.setEnabled(False)
        self._keyring = PlainLabel(self.tr("Looking for a keyring…"), tone=Tone.MUTED, wraps=True)
        self._wrong = PlainLabel(tone=Tone.PENDING, wraps=True)
        self._said = PlainLabel(wraps=True, selectable=True)
        buttons = QDialogButtonBox()
        self.connect_button = buttons.addButton(self.tr("&Connect"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.test_button = buttons.addButton(self.tr("T&est"), QDialogButtonBox.ButtonRole.ActionRole)
        cancel = buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self._place(buttons)
        self._connect()
        self._check()

    def event(self, event: QEvent) -> bool:
        """Grows with its texts: where they wrap, a window does not do so by itself."""
        if event.type() == QEvent.Type.LayoutRequest:
            column = self.layout()
            needed = column.totalHeightForWidth(self.width()) if column is not None else 0
            if needed > self.height():
                self.resize(self.width(), needed)
        return super().event(event)

    def done(self, result: int) -> None:
        """Closes; what was asked is left, and the token goes from the field."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        # Whatever they still bring has no dialog to be shown in.
        for task in self._running:
            task.cancel()
        self.token.clear()
        super().done(result)

    def said(self) -> str:
        """What the dialog tells of the try."""
        return self._said.text()

    def wrong(self) -> str:
        """What is wrong with the address."""
        return self._wrong.text()

    def _place(self, buttons: QDialogButtonBox) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(4)
        for words, field in ((self.tr("&Address"), self.address), (self.tr("&Token"), self.token)):
            label = QLabel(words)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setBuddy(field)
            field.setAccessibleName(words.replace("&", ""))
            column.addWidget(label)
            column.addWidget(field)
            if field is self.address:
                column.addWidget(self._wrong)
                column.addSpacing(8)
        column.addSpacing(4)
        column.addWidget(self.keep)
        column.addWidget(self._keyring)
        column.addSpacing(12)
        column.addWidget(self._said)
        column.addSpacing(12)
        column.addStretch(1)
        column.addWidget(buttons)
        self.connect_button.setProperty("primary", "true")
        self.connect_button.style().unpolish(self.connect_button)
        self.connect_button.style().polish(self.connect_button)
        self.connect_button.setDefault(True)
        self.test_button.setAutoDefault(False)
        self.setMinimumWidth(WIDTH)
        self.resize(WIDTH, 1)
        self._said.setAccessibleName(self.tr("Result"))

    def _connect(self) -> None:
        self.address.editTextChanged.connect(self._check)
        self.token.textChanged.connect(self._changed)
        self.test_button.clicked.connect(lambda _=False: self._ask(keep=False))
        self.connect_button.clicked.connect(lambda _=False: self._ask(keep=True))
        line = self.address.lineEdit()
        if line is not None:
            line.setPlaceholderText("https://aitr.example.com")
        self._running.append(self._tasks.run(self._look, self._keyring_found, self._failed, Lane.WIDE))

    def _look(self) -> tuple[bool, bool]:
        return self._servers.keyring_is_there(), self._servers.names_token()

    def _keyring_found(self, found: tuple[bool, bool]) -> None:
        is_there, is_named = found
        self.keep.setEnabled(is_there)
        self.keep.setChecked(is_there)
        self.keep.setVisible(is_there)
        none = self.tr(
            "There is no keyring here: the token is kept until aitr is closed, and only in memory."
        )
        self._keyring.setText("" if is_there else none)
        self._keyring.setVisible(not is_there)
        self._grow()
        if is_named:
            self.token.setPlaceholderText(self.tr("left empty: the token of the environment"))
        elif is_there:
            self.token.setPlaceholderText(self.tr("left empty: the one in the keyring"))

    def _check(self) -> None:
        """Says what is wrong with the address while it is typed."""
        self._changed()
        text = self.address.currentText()
        wrong = ""
        try:
            address_of(text[: MOST_TYPED + 1])
        except UsageError as error:
            wrong = f"▲ {error.message}\n{error.next_step}" if text.strip() else ""
        self._wrong.setText(visible(wrong))
        self._wrong.setVisible(bool(wrong))
        self._grow()
        self._enable()

    def _changed(self) -> None:
        if self._asking is None:
            self._said.setText("")

    def _enable(self) -> None:
        is_ready = self._asking is None and bool(self.address.currentText().strip()) and not self.wrong()
        for button in (self.connect_button, self.test_button):
            button.setEnabled(is_ready)

    def _ask(self, *, keep: bool) -> None:
        address, typed = address_of(self.address.currentText()), self.token.text().strip()
        asking = Progress(self.tr("Connecting"))
        in_keyring = keep and self.keep.isChecked()
        self._asking = asking
        self._tell(self.tr("Asking {address}…").format(address=address.url), Tone.MUTED)
        self._enable()
        task = self._tasks.run(
            partial(_try, self._servers, address, typed, keep, in_keyring, asking),
            lambda who: self._answered(asking, address, who, keep=keep),
            lambda error: self._refused(asking, error),
            Lane.WIDE,
        )
        self._running.append(task)

    def _answered(self, asking: Progress, address: ServerAddress, who: Who, *, keep: bool) -> None:
        if asking is not self._asking:
            return
        self._asking = None
        self._tell(f"✓ {who_words(who, with_token=False)}", Tone.GO)
        self._enable()
        if keep:
            self.connected.emit(address, who)
            self.accept()

    def _refused(self, asking: Progress, error: TsrError) -> None:
        if asking is not self._asking:
            return
        self._asking = None
        self._failed(error)
        self._enable()

    def _failed(self, error: TsrError) -> None:
        self._tell(visible("✕ " + "\n".join(line.strip() for line in error.diagnostics())), Tone.NO_GO)

    def _tell(self, words: str, tone: Tone) -> None:
        self._said.set_tone(tone)
        self._said.setText(words)
        self._grow()

    def _grow(self) -> None:
        """Takes the height that wrapped words need, which Qt does not do for a window by itself."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))


def _try(  # noqa: PLR0917  (what the person has filled in)
    servers: Servers, address: ServerAddress, typed: str, keep: bool, in_keyring: bool, asking: Progress
) -> Who:
    """Asks the server, and keeps the token once it said yes. Runs on a worker thread."""
    who = servers.ask_who(servers.connection(address, typed), lambda: asking.is_cancelled)
    if not keep or not typed or asking.is_cancelled:
        return who
    trouble = servers.keep(address, typed, in_keyring=in_keyring)
    return replace(who, source=TokenSource.TYPED, kept=in_keyring and not trouble, trouble=trouble)
