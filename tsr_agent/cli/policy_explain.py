"""``tsr-agent policy explain``: a policy in sentences, for whoever has to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.options import text
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.gate.policies.policy import Policy


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "policy",
        metavar="FILE",
        nargs="?",
        type=text,
        help="the policy (default: as in aitr.toml, or ai-release); builtin:ai-release is the built-in one",
    )
    parser.add_argument("--environment", metavar="E", type=text, help="only what holds in this environment")
    parser.add_argument(
        "--markdown", action="store_true", help="as Markdown, to put into a report or a merge request"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Reads the policy and explains it."""
    from tsr_agent.sections.policy import explain

    policy, manual_approval = _policy(arguments.policy)
    section = explain(policy, arguments.environment or "", manual_approval)
    if console.as_json:
        console.data(section)
    elif arguments.markdown:
        from tsr_agent.cli.policy_markdown import policy_page

        console.text(policy_page(section))
    else:
        from tsr_agent.cli.policy_text import policy_lines

        console.text(policy_lines(section, console.width))
    return ExitCode.OK


def _policy(named: str | None) -> tuple[Policy, tuple[str, ...]]:
    """The policy that is named, else the project's, and where aitr.toml asks for an approval."""
    from tsr_agent.cli.documents import named_policy
    from tsr_agent.config import load_config
    from tsr_agent.gate.policies.builtin import ai_release

    if named is not None:
        return named_policy(named), ()
    config = load_config()
    if config.policy is None:
        return ai_release(), config.manual_approval
    return named_policy(config.policy), config.manual_approval
