"""``tsr-agent db backup``: one state of a database as a file that was opened and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import add_database_option, open_named, required_database
from tsr_agent.cli.options import path
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.store.backup import Backup


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_database_option(parser)
    parser.add_argument(
        "--output", metavar="FILE", type=path, required=True, help="where the backup goes; must be free"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Writes a backup, checks it, and gives it its name."""
    from tsr_agent.cli.database_progress import shown_progress

    where = required_database(arguments.database)
    with open_named(where, read_only=True) as library, shown_progress(console) as progress:
        from tsr_agent.store.backup import back_up

        made = back_up(library, arguments.output, progress)
    if console.as_json:
        console.data(_as_data(made))
    else:
        from tsr_agent.cli.database_text import contents_lines

        console.text([f"{made.path}: written and checked", *contents_lines(made.contents, made.size)])
    return ExitCode.OK


def _as_data(made: Backup) -> dict[str, object]:
    from tsr_agent.cli.database_text import contents_data

    return {"file": str(made.path)} | contents_data(made.contents, made.size)
