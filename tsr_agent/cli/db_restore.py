"""``tsr-agent db restore``: a backup into a database that holds nothing yet."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import (
    add_database_option,
    is_postgresql,
    open_named,
    required_database,
    store_missing,
)
from tsr_agent.cli.options import path
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.store.restore import Restored
    from tsr_agent.store.row_copy import Progress


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("file", metavar="FILE", type=path, help="the backup, a library file")
    add_database_option(parser)
    parser.add_argument(
        "--same-history",
        action="store_true",
        help="nothing was filed since the backup was made: keep the name of the history",
    )
    parser.add_argument(
        "--revoke-tokens", action="store_true", help="let no token of the backup be good any more"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Restores a backup, and says what that means for desktops and tokens."""
    from tsr_agent.cli.database_progress import shown_progress

    where = required_database(arguments.database)
    with shown_progress(console) as progress:
        restored = _restored(arguments, where, progress)
    if console.as_json:
        console.data(_as_data(restored, arguments))
    else:
        console.text(_lines(restored, arguments))
    return ExitCode.OK


def _restored(arguments: argparse.Namespace, where: str, progress: Progress | None) -> Restored:
    from tsr_agent.cli.documents import regular_file
    from tsr_agent.clock import SystemClock

    try:
        from tsr_agent.store.database import library_file
        from tsr_agent.store.restore import RestoreTerms, restore_file, restore_rows
    except ModuleNotFoundError as error:
        raise store_missing(error) from error
    terms = RestoreTerms(
        now=SystemClock().now(),
        same_history=arguments.same_history,
        revoke_tokens=arguments.revoke_tokens,
    )
    backup = regular_file(arguments.file, "backup")
    if not is_postgresql(where) and not os.path.lexists(file := library_file(where)):
        return restore_file(backup, file, terms, progress)
    with open_named(where, create=True) as library:
        return restore_rows(backup, library, terms, progress)


def _lines(restored: Restored, arguments: argparse.Namespace) -> list[str]:
    from tsr_agent.cli.database_text import contents_lines
    from tsr_agent.sections.wording import counted

    lines = [f"Restored {arguments.file} and checked it", *contents_lines(restored.contents, None), ""]
    if arguments.same_history:
        lines += ["The history keeps its name: whoever synchronised with it goes on."]
    else:
        lines += ["The history has a new name: sync refuses it until --accept-new-history is given."]
    if arguments.revoke_tokens:
        lines += ["Every token is revoked. Make new ones with tsr-agent token create."]
    elif restored.usable_tokens:
        lines += [
            f"{counted(restored.usable_tokens, 'token')} can be used, even if revoked after the backup:",
            "look at tsr-agent token list, or restore with --revoke-tokens.",
        ]
    return lines


def _as_data(restored: Restored, arguments: argparse.Namespace) -> dict[str, object]:
    from tsr_agent.cli.database_text import contents_data

    return contents_data(restored.contents, None) | {
        "file": str(arguments.file),
        "epoch_before": restored.epoch_before,
        "same_history": arguments.same_history,
        "usable_tokens": restored.usable_tokens,
    }
