"""Tries what is written: on the report on screen as one types, on all reports when asked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Slot

from aitr_desktop.item_models.policy_blocks import backtest_blocks, backtest_sentence, effect_blocks
from aitr_desktop.tasks import Lane
from aitr_desktop.windows.policies.checking import refusal_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aitr_desktop.tasks import Progress, Task
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.policies.checking import LiveChecking
    from tsr_agent.backtest import Backtest
    from tsr_agent.errors import TsrError
    from tsr_agent.sections.policy_effect import PolicyEffect


class Trying(QObject):
    """What the text would decide.

    Args:
        desk: Tasks, clock and library.
        view: Where it is shown.
        checking: Says whether the text is a policy at all.
    """

    def __init__(self, desk: Desk, view: PolicyView, checking: LiveChecking) -> None:
        super().__init__(desk.window)
        self._desk, self._view, self._checking = desk, view, checking
        self._report_id = ""
        self.known: Mapping[str, tuple[str, ...]] = {}
        """Names of the report on screen, for completion: metrics, rules."""
        self._asking: Task[PolicyEffect] | None = None
        self._trial: Progress | None = None
        self._trial_of = -1
        checking.checked.connect(self._look)
        checking.outdated.connect(self._outdated)
        view.pane_shown.connect(self._look)
        view.all_reports.pressed.connect(self.try_on_all)
        desk.libraries.opened.connect(self._other_library)
        self._invite()

    def report_shown(self, report_id: str) -> None:
        """Another report is on screen; empty for none."""
        self._report_id, self.known = report_id, {}
        if self._asking is not None:
            self._asking.cancel()
        self._look()
        workspace = self._desk.libraries.workspace
        if workspace is not None and report_id:
            from aitr_desktop.library.policy_trials import names_of

            def take(names: Mapping[str, tuple[str, ...]]) -> None:
                if self._report_id == report_id:
                    self.known = names

            self._desk.tasks.run(partial(names_of, workspace, report_id), take, _no_names)

    def why_no_report(self) -> str:
        """Why nothing can be tried on the report on screen; empty where it can."""
        if not self._report_id:
            return self.tr("No report is on screen: choose one in the list first.")
        return refusal_words(self._checking.now)

    def why_no_trial(self) -> str:
        """Why nothing can be tried on all reports; empty where it can."""
        if self._trial is not None:
            return self.tr("A trial on all reports is under way.")
        return self._desk.libraries.why_none() or refusal_words(self._checking.now)

    def try_on_report(self) -> None:
        """Shows what the text makes of the report on screen."""
        self._view.show_pane(self._view.effect)
        self._look()

    @Slot()
    def _look(self) -> None:
        """Tries the text on the report, where that is what is looked at."""
        if self._view.panes.currentWidget() is not self._view.effect:
            return
        why_not, checked = self.why_no_report(), self._checking.now
        workspace = self._desk.libraries.workspace
        if why_not or checked is None or checked.policy is None or workspace is None:
            self._say_no_effect(why_not)
            return
        from aitr_desktop.library.policy_trials import effect_on

        path, report_id, policy, now = workspace.path, self._report_id, checked.policy, self._desk.clock.now()
        edition = self._view.editor.text.edition
        if self._asking is not None:
            self._asking.cancel()
        if not self._view.effect.has_blocks:
            self._view.effect.say(self.tr("Trying…"))
        self._asking = self._desk.tasks.run(
            lambda: effect_on(path, report_id, policy, now),
            partial(self._show_effect, edition),
            self._view.effect.show_error,
            Lane.WIDE,
        )

    def _show_effect(self, edition: int, effect: PolicyEffect) -> None:
        if edition != self._view.editor.text.edition or effect.report_id != self._report_id:
            return
        words = self.tr("Report {report} · never stored, a preview").format(report=effect.report_id)
        self._view.effect.show_blocks(effect.sentence, effect_blocks(effect), words)

    def _say_no_effect(self, why_not: str) -> None:
        if self._checking.now is None and self._view.effect.has_blocks and self._report_id:
            self._view.effect.say_about(self.tr("Of the text before your last change. Checking…"))
            return
        self._view.effect.say(
            self.tr("The effect is not known."), why_not, "warning" if self._report_id else "reports"
        )

    @Slot()
    def _outdated(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        if self._view.effect.has_blocks:
            self._view.effect.say_about(self.tr("Of the text before your last change. Checking…"))
        if self._view.all_reports.has_blocks and self._trial_of != self._view.editor.text.edition:
            self._view.all_reports.say_about(self.tr("Of an earlier text: try again to see what holds now."))

    def try_on_all(self) -> None:
        """Judges every report of the library by the text; a person may stop it."""
        self._view.show_pane(self._view.all_reports)
        why_not, checked = self.why_no_trial(), self._checking.now
        workspace = self._desk.libraries.workspace
        if why_not or checked is None or checked.policy is None or workspace is None:
            self._view.all_reports.say(self.tr("Nothing was tried."), why_not, "warning", button=True)
            return
        from aitr_desktop.library.policy_trials import try_on_all

        path, policy, edition = workspace.path, checked.policy, self._view.editor.text.edition
        self._view.all_reports.say(
            self.tr("Trying on all reports…"),
            self.tr("How far it is stands below; it can be cancelled there."),
        )

        self._trial_of = edition
        self._trial = self._desk.tasks.run_long(
            self.tr("Trying on all reports"),
            lambda progress: try_on_all(path, policy, progress),
            partial(self._show_trial, str(path)),
            self._trial_failed,
            Lane.WIDE,
        )

    def _show_trial(self, path: str, found: Backtest) -> None:
        self._trial = None
        workspace = self._desk.libraries.workspace
        if workspace is None or str(workspace.path) != path:
            self._invite()
            return
        is_old = self._trial_of != self._view.editor.text.edition
        words = (
            self.tr("Of an earlier text: try again to see what holds now.")
            if is_old
            else self.tr("Each judged at the moment of its decision, without exceptions · nothing is stored")
        )
        self._view.all_reports.show_blocks(backtest_sentence(found), backtest_blocks(found), words)

    def _trial_failed(self, error: TsrError) -> None:
        self._trial = None
        self._view.all_reports.show_error(error)

    @Slot()
    def _other_library(self) -> None:
        """Nothing that came of another library stays."""
        self.report_shown("")
        if self._trial is not None:
            self._trial.cancel()
        self._invite()

    def _invite(self) -> None:
        self._view.effect.say(
            self.tr("No report is on screen."), self.tr("Choose one in the list of reports."), "reports"
        )
        self._view.all_reports.say(
            self.tr("Nothing was tried yet."),
            self.tr(
                "Judges every report of the library by the text on screen, each at the moment of its "
                "decision, and lists the decisions that would be others. Nothing is stored."
            ),
            button=True,
        )


def _no_names(_: TsrError) -> None:
    """Completion does without; whoever opens the report is told what is wrong with it."""
