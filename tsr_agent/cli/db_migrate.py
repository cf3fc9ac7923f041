"""``tsr-agent db migrate``: makes a database, or brings it up to this build's version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import add_database_option, required_database, store_missing
from tsr_agent.cli.options import text
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.store.upgrading import Migrated


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_database_option(parser)
    parser.add_argument(
        "--yes",
        action="store_true",
        help="there is a backup: upgrade a PostgreSQL database that holds something",
    )
    parser.add_argument(
        "--grant", metavar="ROLE", type=text, help="give a role of PostgreSQL what a server needs"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Makes or upgrades a database, and says from which version to which."""
    where = required_database(arguments.database)
    try:
        from tsr_agent.store.upgrading import migrate_database
    except ModuleNotFoundError as error:
        raise store_missing(error) from error
    done = migrate_database(where, has_backup=arguments.yes, grant_to=arguments.grant)
    if console.as_json:
        console.data(
            {
                "from": done.before,
                "to": done.after,
                "backup": None if done.copy is None else str(done.copy),
            }
        )
    else:
        console.text(_lines(done))
    return ExitCode.OK


def _lines(done: Migrated) -> list[str]:
    if done.before is None:
        return [f"{done.name}: made, version {done.after}"]
    if done.before == done.after:
        return [f"{done.name}: version {done.after} already; nothing was changed"]
    lines = [f"{done.name}: upgraded from version {done.before} to {done.after}"]
    return lines + ([] if done.copy is None else [f"  What it was before: {done.copy}"])
