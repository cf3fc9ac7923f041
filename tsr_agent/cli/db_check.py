"""``tsr-agent db check``: reads a whole database and names what is not as it was filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import add_database_option, open_named, required_database
from tsr_agent.cli.interrupt import INTERRUPTED, Interrupt
from tsr_agent.errors import DamagedError, ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tsr_agent.cli.console import Console
    from tsr_agent.store.contents import Contents
    from tsr_agent.store.engine import Library
    from tsr_agent.store.integrity import IntegrityResult

NAMED = 50
"""Damages that are named one by one; --json names more."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_database_option(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Checks a database without changing anything in it."""
    where = required_database(arguments.database)
    with Interrupt() as interrupt:
        found = _found(where, console, interrupt)
    if console.as_json:
        console.data(_as_data(*found))
    else:
        console.text(_lines(*found))
    result = found[1]
    if result.damages:
        return ExitCode.INTEGRITY
    return ExitCode.OK if result.complete else INTERRUPTED


def _found(
    where: str, console: Console, stop: Callable[[], bool]
) -> tuple[str, IntegrityResult, Contents | None, int | None]:
    """The database's name, what the check found, what it holds, and its size.

    Raises:
        StoreError: There is no library of this build's version to look at.
    """
    from tsr_agent.cli.database_options import store_missing
    from tsr_agent.cli.database_progress import shown_progress

    try:
        from tsr_agent.store.integrity import Damage, IntegrityResult
    except ModuleNotFoundError as error:
        raise store_missing(error) from error
    try:
        with open_named(where, read_only=True) as library, shown_progress(console) as progress:
            from tsr_agent.store.backup import checked

            held, size = _held(library)
            return library.name, checked(library, held, progress, stop), held, size
    except DamagedError as error:
        # It could not even be opened; that is what was asked.
        what = " ".join([error.message, *error.details])
        damaged = IntegrityResult(reports=0, damages=(Damage(None, what),), complete=False)
        return _shown(where), damaged, None, None


def _shown(where: str) -> str:
    """What was asked for, as messages may call it."""
    from tsr_agent.store.postgres_address import is_postgres_address, read_address

    return read_address(where).name if is_postgres_address(where) else where


def _held(library: Library) -> tuple[Contents | None, int | None]:
    """What there is, as far as it can be counted."""
    from tsr_agent.errors import StoreError
    from tsr_agent.store.contents import contents, size_in_bytes

    try:
        with library.snapshot() as connection:
            return contents(connection), size_in_bytes(connection)
    except StoreError:
        return None, None  # The check is going to say so.


def _lines(name: str, result: IntegrityResult, held: Contents | None, size: int | None) -> list[str]:
    from tsr_agent.cli.database_text import contents_lines
    from tsr_agent.sections.plain_text import one_line
    from tsr_agent.sections.wording import counted

    looked_at = f"{counted(result.reports, 'report')} looked at"
    number = len(result.damages) + result.unlisted
    if result.sound:
        lines = [f"{name}: sound, {looked_at}"]
    elif number:
        lines = [f"{name}: DAMAGED, {counted(number, 'fault')}, {looked_at}"]
    else:
        lines = [f"{name}: stopped, {looked_at}, no fault so far"]
    lines += [] if held is None else contents_lines(held, size)
    if number:
        named = result.damages[:NAMED]
        lines += ["", *(f"  {one_line(f'{each.report_id or chr(45)}: {each.what}')}" for each in named)]
        lines += [f"  and {number - len(named):,} more"] if number > len(named) else []
        lines += ["", "Keep the database as it is, and restore a backup into a new one (docs/server.md)."]
    return lines


def _as_data(
    name: str, result: IntegrityResult, held: Contents | None, size: int | None
) -> dict[str, object]:
    from tsr_agent.cli.database_text import contents_data

    return {
        "database": name,
        "sound": result.sound,
        "complete": result.complete,
        "reports_looked_at": result.reports,
        "damages": [{"report_id": each.report_id, "what": each.what} for each in result.damages],
        "unlisted": result.unlisted,
        "contents": None if held is None else contents_data(held, size),
    }
