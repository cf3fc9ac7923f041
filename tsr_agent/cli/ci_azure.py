"""Azure Pipelines: logging commands for issues, variables and the summary."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tsr_agent.cli.ci_answer import is_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.cli.ci_answer import Answer
    from tsr_agent.cli.ci_findings import Finding
    from tsr_agent.cli.ci_shown import Shown
    from tsr_agent.cli.console import Console

SUMMARY_BYTES = 256 * 1024
_ESCAPES = str.maketrans({"%": "%AZP25", ";": "%3B", "]": "%5D", "\r": "%0D", "\n": "%0A"})


class Azure:
    """The outputs of a step.

    Args:
        environ: Says where the sources are and where files of the job may lie.
        console: Where logging commands go: standard output, or standard error beside ``--json``. The
            agent reads both.
    """

    def __init__(self, environ: Mapping[str, str], console: Console) -> None:
        self._sources = environ.get("BUILD_SOURCESDIRECTORY", "")
        self._folder = environ.get("AGENT_TEMPDIRECTORY", "")
        self._console = console

    def show(self, shown: Shown) -> None:
        """Logs issues and hands the summary over, which the agent collects when the job ends."""
        from pathlib import Path

        from tsr_agent.cli.ci_files import write_summary

        self._console.commands(issue(each) for each in shown.findings(self._sources))
        if self._folder:
            name = f"tsr-summary-{os.getpid()}.md"
            path = Path(self._folder).absolute() / name
            write_summary(path, shown.page(SUMMARY_BYTES))
            self._console.commands([f"##vso[task.uploadsummary]{escape(str(path))}"])

    def answer(self, answer: Answer) -> None:
        """Sets the variables, for steps that follow and for other jobs; the last value counts."""
        self._console.commands(variable(name, value) for name, value in answer.values() if is_plain(value))


def issue(finding: Finding) -> str:
    """A finding as a logging command, on one line."""
    properties = {
        "type": finding.level.value,
        "sourcepath": finding.file,
        "linenumber": str(finding.line or ""),
    }
    written = ";".join(f"{name}={escape(value)}" for name, value in properties.items() if value)
    return f"##vso[task.logissue {written}]{escape(f'{finding.title}: {finding.message}')}"


def variable(name: str, value: str) -> str:
    """A variable as a logging command."""
    return f"##vso[task.setvariable variable={name};isOutput=true]{escape(value)}"


def escape(text: str) -> str:
    """A text as the message or a property of a logging command."""
    return text.translate(_ESCAPES)
