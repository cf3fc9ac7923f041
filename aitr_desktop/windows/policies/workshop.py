"""What works with the text on screen: its file, its checks, completion, trials, and handing it in."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal, Slot

from aitr_desktop.editing.checking import FileKind
from aitr_desktop.editing.text_files import TextFile
from aitr_desktop.item_models.policy_blocks import kind_words, problem_words
from aitr_desktop.translation import translate
from aitr_desktop.views.policy.file_head import FileState
from aitr_desktop.views.policy.policy_view import PolicyView
from aitr_desktop.windows.policies.audit_notice import AuditNotice
from aitr_desktop.windows.policies.beginnings import FROM_REPORT, beginning, choices, copy_of
from aitr_desktop.windows.policies.checking import LiveChecking
from aitr_desktop.windows.policies.completing import Completing
from aitr_desktop.windows.policies.disk_watch import DiskWatch
from aitr_desktop.windows.policies.files import PolicyFiles
from aitr_desktop.windows.policies.keeping import DraftKeeping, drafts_of
from aitr_desktop.windows.policies.submitting import Submitting
from aitr_desktop.windows.policies.trying import Trying
from tsr_agent.errors import InputError
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.wording import moment

if TYPE_CHECKING:
    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.editing.audited import CopiedFrom
    from aitr_desktop.editing.checking import Checked
    from aitr_desktop.editing.drafts import KeptDraft
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.server_place import ServerPlace


class Workshop(QObject):
    """Puts the parts together.

    Args:
        desk: What they work with.
        servers: The way to servers.
        server: Which server.
    """

    told = Signal(str)
    failed = Signal(object)
    changed = Signal()
    """What can be done now is something else."""

    def __init__(self, desk: Desk, servers: Servers, server: ServerPlace) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._report_id = ""
        self.view = PolicyView(desk.theme, desk.preferences.now.density.row_height)
        self.files = PolicyFiles(desk, self.view)
        self.checking = LiveChecking(desk, self.view, self.files)
        self.trying = Trying(desk, self.view, self.checking)
        self.completing = Completing(desk, self.view, self._kind, lambda: self.trying.known)
        self.keeping = DraftKeeping(desk, self.view, self.files, drafts_of(desk))
        self.watch = DiskWatch(desk, self.view, self.files)
        self.audit_notice = AuditNotice(desk, self.view, self.files)
        self.submitting = Submitting(desk, servers, server, self.view, self.files, checking=self.checking)
        self.view.offer_new(choices())
        self._offer_recent()
        self._connect()

    def _connect(self) -> None:
        for place in (self.view.welcome, self.view.head):
            place.new_asked.connect(self.begin)
            place.open_asked.connect(self.files.choose)
            place.recent_asked.connect(lambda path: self.files.open(Path(path)))
        self.view.head.save_asked.connect(lambda: self.files.saving.save())  # noqa: PLW0108  (the button's state is no argument)
        for part in (
            self.files,
            self.files.saving,
            self.checking,
            self.completing,
            self.keeping,
            self.watch,
            self.audit_notice,
            self.submitting,
        ):
            part.failed.connect(self.failed)
        self.submitting.told.connect(self.told)
        for signal in (self.files.opened, self.files.changed, self.checking.checked, self.checking.outdated):
            signal.connect(self._stands)
        self.files.saving.saved.connect(self._say_saved)
        self.checking.checked.connect(self.changed)
        self.checking.outdated.connect(self.changed)
        self.files.opened.connect(self.changed)
        self._desk.preferences.changed.connect(self._offer_recent)

    @Slot(str)
    def begin(self, key: str) -> None:
        """Begins a new file; asks first about what is not saved."""
        self.files.ask_unsaved(partial(self._begin, key))

    def begin_copy(self, file: CodeFile) -> None:
        """Begins with a copy of code; asks first about what is not saved."""
        try:
            made = copy_of(file)
        except InputError as error:
            self.failed.emit(error)
            return
        self.files.ask_unsaved(partial(self.files.begin, made))

    def restore(self, draft: KeptDraft) -> None:
        """Brings back what was not saved."""
        self.files.restore(draft)
        when = moment(draft.kept_at).local
        self.view.notice.say(
            self.tr("This was not saved when aitr ended ({when}).").format(when=when),
            [(self.tr("Keep it"), self.view.notice.clear), (self.tr("Drop it"), self._drop)],
        )
        self.watch.look()

    def check_now(self) -> None:
        """Checks without waiting, and goes to the first problem."""
        self.view.show_pane(self.view.problems)
        self.checking.check_now()

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none."""
        self._report_id = detail.report_id if detail is not None else ""
        self.trying.report_shown(self._report_id)
        self.changed.emit()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        for part in (self.checking, self.keeping, self.watch, self.view):
            part.stop()

    def _begin(self, key: str) -> None:
        if key == FROM_REPORT:
            self._begin_from_report()
            return
        made = beginning(key)
        self.files.begin(TextFile(path=Path(made.name), text=made.make()))

    def _begin_from_report(self) -> None:
        workspace, report_id = self._desk.libraries.workspace, self._report_id
        if workspace is None or not report_id:
            self.failed.emit(
                InputError(
                    self.tr("No report is on screen."),
                    next_step=self.tr("Choose one in the list of reports, then begin again."),
                )
            )
            return
        from aitr_desktop.library.policy_trials import policy_of_report

        self._desk.tasks.run(
            partial(policy_of_report, workspace.path, report_id), self._take_recorded, self.failed.emit
        )

    def _take_recorded(self, found: tuple[str, str] | None) -> None:
        if found is None:
            self.failed.emit(
                InputError(
                    self.tr("The text of the policy that judged this report is not in the library."),
                    next_step=self.tr(
                        "Open its file, or synchronise with the server that decided: its policies come along."
                    ),
                )
            )
            return
        name, text = found
        self.files.begin(TextFile(path=Path(f"{name}.yaml"), text=text))

    def _drop(self) -> None:
        path = self.files.path
        self.view.editor.text.document().setModified(False)
        if path is not None:
            self.files.open(path)
        else:
            self.files.close()

    def _kind(self) -> FileKind:
        known = self.checking.now or self.checking.last
        return known.kind if known is not None else FileKind.POLICY

    @Slot()
    def _stands(self) -> None:
        """Says how the file stands."""
        file = self.files.file
        if file is None:
            return
        checked, modified, path = self.checking.last, self.files.is_modified, self.files.path
        if path is None:
            state, tone = self.tr("○ not saved yet"), Tone.MUTED
        elif modified:
            state, tone = self.tr("▲ unsaved changes"), Tone.PENDING
        else:
            state, tone = self.tr("✓ saved"), Tone.MUTED
        if file.is_read_only:
            state = f"{state} · " + self.tr("read-only")
        shown = FileState(
            name=file.path.name,
            path=str(path) if path is not None else "",
            state=state,
            tone=tone,
            kind=_kind_words(checked, file.copied),
            can_save=modified or path is None,
        )
        self.view.head.show_state(shown)

    @Slot()
    def _say_saved(self) -> None:
        file, checked = self.files.file, self.checking.last
        if file is None:
            return
        words = self.tr("{name} is saved.").format(name=file.path.name)
        if checked is not None and checked.errors:
            words += " " + self.tr("It is not valid ({problems}): no gate takes it as it is.").format(
                problems=problem_words(checked)
            )
        self.told.emit(words)

    @Slot()
    def _offer_recent(self) -> None:
        self.view.offer_recent(self._desk.preferences.now.policies)


def _kind_words(checked: Checked | None, copied: CopiedFrom | None) -> str:
    """What the text is, and of what it is a copy."""
    kind = kind_words(checked.kind) if checked is not None else ""
    if copied is None:
        return kind
    copy = translate("Policies", "copy of {file}").format(file=copied.title())
    return f"{kind} · {copy}" if kind else copy
