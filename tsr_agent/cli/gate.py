"""``tsr-agent gate``: judges a report; the exit code is the answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.gate.policy import Policy
    from tsr_agent.gate.waivers import Waivers
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("report", metavar="TSR.json", help="the report to judge")
    add_judging_options(parser)
    parser.add_argument(
        "--environment", metavar="E", help="judge for this environment (default: the report's own)"
    )
    parser.add_argument("--output", metavar="F", help="also write the decision document there")


def add_judging_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that answers with a verdict."""
    parser.add_argument("--policy", metavar="F", help="policy file (default: as in aitr.toml, or ai-release)")
    parser.add_argument("--waivers", metavar="F", help="waiver file (default: as in aitr.toml)")
    parser.add_argument(
        "--allow-pending", action="store_true", help="exit 0 on PENDING REVIEW; the only way past exit code 3"
    )
    parser.add_argument("--all", action="store_true", help="list the rules that passed, too")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Judges the report and prints the decision."""
    from tsr_agent.cli.documents import read_report
    from tsr_agent.clock import SystemClock
    from tsr_agent.gate.evaluate import evaluate
    from tsr_agent.models import codec

    report, document = read_report(arguments.report)
    decision = evaluate(
        report,
        chosen_policy(arguments.policy),
        chosen_waivers(arguments.waivers),
        None,
        SystemClock().now(),
        environment=arguments.environment,
        report_digest=codec.digest(document),
    )
    if arguments.output is not None:
        from pathlib import Path

        from tsr_agent.generate import write_document

        write_document(Path(arguments.output), codec.encode(decision))
    print_decision(console, report, decision, show_all=arguments.all)
    console.text(record_lines(arguments.report, decision))
    return exit_code_of(decision, allow_pending=arguments.allow_pending)


def chosen_policy(path: str | Path | None) -> Policy:
    """The policy that the option names, else the one of ``aitr.toml``, else the built-in one."""
    path = path or _configured("policy")
    if path is None:
        from tsr_agent.gate.builtin import ai_release

        return ai_release()
    from pathlib import Path

    from tsr_agent.gate.policy_file import load_policy

    return load_policy(Path(path))


def chosen_waivers(path: str | Path | None) -> Waivers | None:
    """The waivers that the option names, else those of ``aitr.toml``, else none."""
    path = path or _configured("waivers")
    if path is None:
        return None
    from pathlib import Path

    from tsr_agent.gate.waivers import load_waivers

    return load_waivers(Path(path))


def _configured(name: str) -> Path | None:
    """A path of the configuration, which is only loaded where there is one."""
    in_file = os.path.exists("aitr.toml")  # noqa: PTH110  (pathlib is slow to start on Python 3.11)
    if not in_file and not any(key.startswith("AITR_") for key in os.environ):
        return None
    from tsr_agent.config import load_config

    found: Path | None = getattr(load_config(), name)
    return found


def print_decision(
    console: Console, report: TestSummaryReport, decision: Decision, *, show_all: bool
) -> None:
    """The decision as JSON when asked for, and as text for people."""
    if console.as_json:
        console.data(decision)
        return
    from tsr_agent.cli.decision_text import decision_lines

    console.text(decision_lines(report, decision, width=console.width, show_all=show_all))


def record_lines(path: str | Path, decision: Decision) -> list[str]:
    """Where the record is and how to know it again."""
    return ["", f"  Report  {path}", f"  SHA-256 {decision.report_digest}"]


def exit_code_of(decision: Decision, *, allow_pending: bool) -> ExitCode:
    """What a pipeline is told. Only GO is 0, unless a pending review is explicitly allowed."""
    from tsr_agent.models.decision import GoNoGoDecision

    if decision.decision is GoNoGoDecision.GO:
        return ExitCode.OK
    if decision.decision is GoNoGoDecision.PENDING_REVIEW:
        return ExitCode.OK if allow_pending else ExitCode.PENDING_REVIEW
    return ExitCode.NO_GO
