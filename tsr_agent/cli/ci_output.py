"""What a command that judges leaves in the CI system that runs it, and whether it may still say GO.

The answer is written twice, as ``exec`` writes its record: ``not_decided`` before anything is looked
at, and the verdict as the very last thing. Whatever ends the command in between, and whatever file
of an earlier run still lies there, nobody reads a GO that was not given. ``go`` is written only
where the exit code is 0.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from tsr_agent.cli.options import path
from tsr_agent.errors import ExitCode, InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tsr_agent.cli.ci_answer import Answer
    from tsr_agent.cli.ci_shown import Shown
    from tsr_agent.cli.console import Console
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport

DOTENV_NAME = "tsr.env"
SUMMARY_NAME = "tsr-summary.md"


class CiSystem(Enum):
    """The CI systems that are spoken to, by their word for ``--ci``."""

    NONE = "none"
    GITHUB = "github"
    GITLAB = "gitlab"
    AZURE = "azure"
    JENKINS = "jenkins"


_MARKS = {
    "GITHUB_ACTIONS": CiSystem.GITHUB,
    "GITLAB_CI": CiSystem.GITLAB,
    "TF_BUILD": CiSystem.AZURE,
    "JENKINS_URL": CiSystem.JENKINS,
}
"""The variable by which each system is known."""


class Target(Protocol):
    """A place that outputs go to."""

    def show(self, shown: Shown) -> None:
        """Leaves the annotations and the summary that people read."""

    def answer(self, answer: Answer) -> None:
        """Leaves what later steps read; the last call counts."""


def add_ci_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that answers to a CI system."""
    outputs = parser.add_argument_group("what a CI system gets")
    outputs.add_argument(
        "--ci",
        choices=["auto", *(each.value for each in CiSystem)],
        default="auto",
        help="whose outputs are written (default: auto, by its variables)",
    )
    outputs.add_argument(
        "--dotenv",
        metavar="F",
        type=path,
        help=f"the answer as KEY=value lines (GitLab and Jenkins: {DOTENV_NAME})",
    )
    outputs.add_argument(
        "--summary",
        metavar="F",
        type=path,
        help=f"the summary as Markdown (GitLab and Jenkins: {SUMMARY_NAME})",
    )


def ci_system(chosen: str, environ: Mapping[str, str]) -> CiSystem:
    """The system that ``--ci`` names, or the one whose variable is set."""
    if chosen != "auto":
        return CiSystem(chosen)
    found = (system for name, system in _MARKS.items() if environ.get(name, "").lower() not in ("", "false"))
    return next(found, CiSystem.NONE)


class CiOutput:
    """The outputs of one command.

    Args:
        system: Whose outputs are written.
        dotenv: File for the answer, beside what the system itself takes; None for none.
        summary: File for the summary; None for none.
        console: Where commands to the system and notes go.
        environ: Names the files and folders of the system.
    """

    def __init__(
        self,
        system: CiSystem,
        dotenv: Path | None,
        summary: Path | None,
        console: Console,
        environ: Mapping[str, str],
    ) -> None:
        self.files = tuple(each for each in (dotenv, summary) if each is not None)
        """Files of ours in the checkout, which are no change of the code."""
        self._console = console
        self._targets: list[Target] = []
        self._trouble = False
        # Loaded only where there is somebody to read it: gate is to start at once.
        if self.files:
            from tsr_agent.cli.ci_files import AnswerFiles

            self._targets.append(AnswerFiles(dotenv, summary))
        if system is CiSystem.GITHUB:
            from tsr_agent.cli.ci_github import GitHub

            self._targets.append(GitHub(environ, console))
        if system is CiSystem.AZURE:
            from tsr_agent.cli.ci_azure import Azure

            self._targets.append(Azure(environ, console))

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace, console: Console) -> CiOutput:
        """The outputs that options and variables ask for."""
        system = ci_system(arguments.ci, os.environ)
        dotenv, summary = arguments.dotenv, arguments.summary
        if system in (CiSystem.GITLAB, CiSystem.JENKINS):
            from pathlib import Path

            dotenv, summary = dotenv or Path(DOTENV_NAME), summary or Path(SUMMARY_NAME)
        return cls(system, dotenv, summary, console, os.environ)

    def announce(self) -> None:
        """Says everywhere that nothing is decided yet."""
        if not self._targets:
            return
        from tsr_agent.cli.ci_answer import Answer

        for target in self._targets:
            self._attempt(target.answer, Answer())

    def publish(
        self, report: TestSummaryReport, decision: Decision, path: str | Path, code: ExitCode
    ) -> ExitCode:
        """Leaves everything, the answer last.

        Args:
            report: What was judged.
            decision: What the policy made of it.
            path: Where the report is.
            code: What the command answers with so far.

        Returns:
            The exit code; never better than ``code``, and not 0 where an output could not be written.
        """
        if not self._targets:
            return code
        from tsr_agent.cli.ci_answer import answer_of
        from tsr_agent.cli.ci_shown import JudgedReport

        shown = JudgedReport(report, decision)
        return self.publish_shown(shown, lambda code: answer_of(report, decision, path, code), code)

    def publish_shown(self, shown: Shown, answer: Callable[[ExitCode], Answer], code: ExitCode) -> ExitCode:
        """The same for a verdict that was taken elsewhere.

        Args:
            shown: What people read.
            answer: Makes what later steps read of the exit code.
            code: What the command answers with so far.
        """
        for target in self._targets:
            self._attempt(target.show, shown)
        # What people were told must have reached them before a later step may act on it.
        self._console.flush()
        code = self._worse(code)
        for target in self._targets:
            self._attempt(target.answer, answer(code))
        self._console.flush()
        return self._worse(code)

    def _worse(self, code: ExitCode) -> ExitCode:
        return ExitCode.INPUT if self._trouble and code is ExitCode.OK else code

    def _attempt(self, write: Callable[..., None], *arguments: object) -> None:
        """Writes, and says it where that fails; the report is made and kept all the same."""
        try:
            write(*arguments)
        except InputError as error:
            self._trouble = True
            self._console.note(f"tsr-agent: {error.message}")
            self._console.note(
                "  No GO is given while what later steps read can't be written (--ci none leaves it out)."
            )
