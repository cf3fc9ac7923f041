"""``tsr-agent sync``: a local library and a server in step."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tsr_agent.cli.interrupt import INTERRUPTED, Interrupt
from tsr_agent.cli.options import path
from tsr_agent.cli.server_options import add_server_options
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.store.engine import Library
    from tsr_agent.sync.results import Progress, SyncResult


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "--library",
        metavar="FILE.db",
        type=path,
        help="the library, made where there is none (default: as in aitr.toml)",
    )
    parser.add_argument(
        "--accept-new-history",
        action="store_true",
        help="hold everything against the server's history from the first document on, and follow it",
    )
    add_server_options(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Synchronises, and says what came of it."""
    from tsr_agent.cli.sync_text import data, result_lines

    library_file = _library_file(arguments)
    with _opened(library_file) as library, Interrupt() as interrupt:
        result = _synchronised(arguments, library, console, interrupt)
    if console.as_json:
        console.data(data(result))
    console.text(result_lines(result, library_file, console.width))
    if result.ended_by is not None:
        headline, *rest = result.ended_by.diagnostics()
        for line in (f"tsr-agent: {headline}", *rest):
            console.note(line)
    return exit_code(result)


def exit_code(result: SyncResult) -> int:
    """The worst of what happened."""
    codes = [ExitCode.INTEGRITY] if result.conflicts or result.damaged else []
    # Another document under a report's id was altered; an approval may be refused for many reasons.
    altered = [each for each in result.refused if each.is_report and each.status == 409]
    codes += [ExitCode.INTEGRITY] if altered else [ExitCode.INPUT] if result.refused else []
    codes += [ExitCode.SERVICE] if result.waiting else []
    codes += [result.ended_by.exit_code] if result.ended_by is not None else []
    worst = max(codes, default=ExitCode.OK)
    return INTERRUPTED if result.cancelled and worst is ExitCode.OK else worst


def _library_file(arguments: argparse.Namespace) -> Path:
    from tsr_agent.config import load_config
    from tsr_agent.errors import UsageError

    config = load_config(options={"library": arguments.library})
    if config.library is None:
        raise UsageError(
            "No library is named that could be synchronised.",
            next_step="Give --library FILE.db, or name it under [library] in aitr.toml.",
        )
    return config.library


def _opened(library_file: Path) -> Library:
    from tsr_agent.cli.baseline import library_needs

    try:
        from tsr_agent.store.engine import open_library
    except ModuleNotFoundError as error:
        raise library_needs(library_file, error) from error
    return open_library(library_file, create=True)


def _synchronised(
    arguments: argparse.Namespace, library: Library, console: Console, interrupt: Interrupt
) -> SyncResult:
    from tsr_agent.cli.server_options import server_api
    from tsr_agent.cli.server_road import road_to_server
    from tsr_agent.clock import SystemClock
    from tsr_agent.sync.pull import Terms
    from tsr_agent.sync.push import push
    from tsr_agent.sync.synchronise import synchronise

    road = road_to_server(arguments, console)
    try:
        with _progress(console) as progress:
            terms = Terms(
                clock=SystemClock(),
                accept_new_history=arguments.accept_new_history,
                progress=progress,
                cancelled=interrupt,
            )
            return synchronise(
                library,
                road.api.address.url,
                lambda: server_api(arguments, console),
                terms,
                send=lambda: push(road.delivery, progress),
            )
    finally:
        road.api.close()


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[Progress], None]]:
    """A progress bar while a person watches, and nothing otherwise."""
    if not console.interactive:
        yield lambda _progress: None
        return
    from tqdm import tqdm

    from tsr_agent.sync.results import Phase

    with tqdm(desc="Synchronising", unit=" changes", leave=False, delay=0.5) as bar:

        def show(progress: Progress) -> None:
            if progress.phase is Phase.PULL:
                bar.total = progress.total
                bar.set_postfix_str(f"{progress.bytes / 1_000_000:.1f} MB", refresh=False)
                bar.update(progress.done - bar.n)

        yield show
