"""``tsr-agent reject``: a person rejects a release, having seen what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.approve import answer_release
from tsr_agent.cli.approving import add_saying_options

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_saying_options(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Shows the release, asks, and rejects it."""
    return answer_release(arguments, console, "reject")
