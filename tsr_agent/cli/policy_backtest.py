"""``tsr-agent policy backtest``: which past decisions a policy would turn."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tsr_agent.cli.interrupt import INTERRUPTED, Interrupt
from tsr_agent.cli.options import path, text
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tsr_agent.backtest import Backtest, BacktestRequest
    from tsr_agent.cli.console import Console
    from tsr_agent.errors import IntegrityError
    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.store.engine import Library

MAX_LAST = 999_999_999
NAMED = 20
"""Damaged reports that are named one by one; --json names more."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "--library", metavar="FILE.db", type=path, help="the reports on record (default: as in aitr.toml)"
    )
    parser.add_argument(
        "--policy", metavar="F", type=path, help="policy file (default: as in aitr.toml, or ai-release)"
    )
    parser.add_argument(
        "--waivers",
        metavar="F",
        type=path,
        help="compare verdicts with waivers: these (default: none)",
    )
    parser.add_argument("--environment", metavar="E", type=text, help="only reports of this environment")
    parser.add_argument("--since", metavar="DAY", type=_day, help="made on or after this day, UTC")
    parser.add_argument("--last", metavar="N", type=_number, help="only the newest N of these")
    parser.add_argument(
        "--as-dated", action="store_true", help="rules warn until their effective_on, as the policy says"
    )
    parser.add_argument("--all", action="store_true", help="every flip, not only the newest 20")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Judges the reports on record again and says what would change."""
    from tsr_agent.cli.baseline import opened_library

    library_file, policy, waivers = _settings(arguments)
    with opened_library(library_file) as library, Interrupt() as interrupt:
        found = _judged(library, _request(arguments, policy, waivers), console, interrupt)
    if console.as_json:
        console.data(found)
    else:
        from tsr_agent.cli.backtest_text import backtest_lines

        console.text(backtest_lines(found, width=console.width))
    if found.damaged:
        console.note("")
        for line in _damaged(found, library_file).diagnostics():
            console.note(line)
        return ExitCode.INTEGRITY
    return ExitCode.OK if found.complete else INTERRUPTED


def _settings(arguments: argparse.Namespace) -> tuple[Path, Policy, Waivers | None]:
    """The library, the policy and the waivers that options and configuration name.

    Raises:
        UsageError: No library is named.
        PolicyError: The policy or the waivers are wrong.
    """
    from tsr_agent.cli.documents import named_policy, regular_file
    from tsr_agent.config import load_config
    from tsr_agent.errors import UsageError
    from tsr_agent.gate.exceptions.waivers import load_waivers
    from tsr_agent.gate.policies.builtin import ai_release

    config = load_config(options={"policy": arguments.policy, "library": arguments.library})
    if config.library is None:
        raise UsageError(
            "No library is named whose reports could be judged again.",
            next_step="Give --library FILE.db, or name it under [library] in aitr.toml.",
        )
    policy = ai_release() if config.policy is None else named_policy(config.policy)
    if arguments.waivers is None:
        return config.library, policy, None
    return config.library, policy, load_waivers(regular_file(arguments.waivers, "waiver file"))


def _request(arguments: argparse.Namespace, policy: Policy, waivers: Waivers | None) -> BacktestRequest:
    from tsr_agent.backtest import NEWEST, BacktestRequest
    from tsr_agent.store.records import Span

    return BacktestRequest(
        policy=policy,
        waivers=waivers,
        span=Span(environment=arguments.environment, since=arguments.since, last=arguments.last),
        as_dated=arguments.as_dated,
        flips=None if arguments.all else NEWEST,
    )


def _judged(library: Library, request: BacktestRequest, console: Console, interrupt: Interrupt) -> Backtest:
    """The backtest, with a progress bar while a person watches."""
    from tsr_agent.backtest import backtest

    if not console.interactive:
        return backtest(library, request, stop=interrupt)
    from tqdm import tqdm

    with tqdm(desc="Judging", unit=" reports", leave=False, delay=0.5) as bar:
        return backtest(library, request, started=bar.reset, done=bar.update, stop=interrupt)


def _damaged(found: Backtest, library_file: Path) -> IntegrityError:
    """The error for reports that can't be shown to be what was filed."""
    from tsr_agent.errors import IntegrityError
    from tsr_agent.sections.wording import counted

    shown = [f"{each.report_id}: {each.reason}" for each in found.damaged_reports[:NAMED]]
    more = [f"and {found.damaged - NAMED:,} more"] if found.damaged > NAMED else []
    return IntegrityError(
        f"{library_file}: {counted(found.damaged, 'report')} could not be judged: altered or damaged.",
        details=[*shown, *more],
        kept="the library as it is; nothing above counts these.",
        next_step="Restore a backup of the library, or file the original documents in a new one.",
    )


def _day(value: str) -> datetime:
    """The first moment of a day in UTC."""
    from datetime import UTC, date, datetime

    text(value)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError("is no day such as 2026-11-22") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _number(value: str) -> int:
    """A whole number of reports."""
    text(value)
    if not (value.isascii() and value.isdigit() and len(value) <= 9 and int(value) >= 1):
        raise argparse.ArgumentTypeError(f"is no whole number from 1 to {MAX_LAST:,}")
    return int(value)
