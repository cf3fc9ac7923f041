"""``tsr-agent upload``: hands a report in to the server, now or as soon as it is there again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.options import text
from tsr_agent.cli.server_options import add_server_options
from tsr_agent.errors import ExitCode, TsrError

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.cli.server_road import Road
    from tsr_agent.client.delivery import Drained
    from tsr_agent.client.entries import Entry
    from tsr_agent.models.api import Received

DRAIN_SECONDS = 600.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("report", metavar="TSR.json", nargs="?", help="the report to hand in")
    parser.add_argument("--drain", action="store_true", help="send what waits in the outbox instead")
    add_server_options(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Hands in, and says what the server made of it."""
    from tsr_agent.cli.server_road import road_to_server
    from tsr_agent.errors import UsageError

    if (arguments.report is None) is not arguments.drain:
        raise UsageError(
            "upload takes either a report or --drain.",
            next_step="Write 'tsr-agent upload TSR.json', or 'tsr-agent upload --drain' for what waits.",
        )
    road = road_to_server(arguments, console)
    try:
        return _drained(road, console) if arguments.drain else _uploaded(road, arguments.report, console)
    finally:
        road.api.close()


def _uploaded(road: Road, path: str, console: Console) -> int:
    from tsr_agent.cli.documents import read_report
    from tsr_agent.cli.server_text import received_lines

    text(path)
    report, document = read_report(path)
    answer = hand_in(road, report.id, document, console)
    if console.as_json:
        console.data(answer)
    console.text(received_lines(road.api.address, answer, console.width))
    return ExitCode.OK


def hand_in(road: Road, report_id: str, document: bytes, console: Console) -> Received:
    """Puts a report on disk, then on the server.

    Args:
        road: Where to.
        report_id: Its id.
        document: Its bytes.
        console: Is told what became of what waited before.

    Raises:
        TsrError: It is not on the server; ``kept`` says where it waits.
    """
    from tsr_agent.client.entries import report_head
    from tsr_agent.clock import SystemClock

    head = report_head(road.api.address.url, report_id, document, SystemClock().now())
    return deliver(road, road.outbox.put(head, document), document, console)


def deliver(road: Road, entry: Entry, document: bytes, console: Console) -> Received:
    """Sends a report that is on disk for the server.

    Args:
        road: Where to.
        entry: The report, as it waits.
        document: Its bytes.
        console: Is told what became of what waited before.

    Raises:
        TsrError: It is not on the server; ``kept`` says where it waits.
    """
    from tsr_agent.cli.server_road import drain_first, refused_code
    from tsr_agent.client.refusals import RefusedError
    from tsr_agent.models.api import Received

    drain_first(road, console, but=entry)
    try:
        answer = road.delivery.send(entry)
        # Another process sent it in the meantime; handing the same bytes in again changes nothing.
        return answer if isinstance(answer, Received) else road.api.upload(document)
    except RefusedError as refused:
        refused.exit_code = refused_code(refused)
        raise
    except TsrError as error:
        if error.exit_code is ExitCode.SERVICE:
            error.next_step = f"{error.next_step} 'tsr-agent upload --drain' sends what waits.".strip()
        raise


def _drained(road: Road, console: Console) -> int:
    from tsr_agent.cli.server_text import drained_lines, left_lines

    drained = road.delivery.drain(budget=DRAIN_SECONDS)
    if drained.is_busy:
        console.note(f"tsr-agent: another process is sending what waits in {road.outbox.folder}.")
        return ExitCode.SERVICE
    if console.as_json:
        console.data(_as_data(drained))
    lines = drained_lines(drained, console.width) + left_lines(drained, road.outbox.folder, console.width)
    console.text(lines or [f"Nothing waits in {road.outbox.folder}."])
    return _code(drained)


def _code(drained: Drained) -> ExitCode:
    """The worst of what happened."""
    from tsr_agent.cli.server_road import refused_code
    from tsr_agent.client.refusals import RefusedError

    codes = [ExitCode.SERVICE] if drained.left else []
    codes += [refused_code(RefusedError("", each.problem)) for each in drained.refused]
    codes += [error.exit_code for _, error in drained.failed]
    codes += [ExitCode.INTEGRITY] if drained.aside else []
    return max(codes, default=ExitCode.OK)


def _as_data(drained: Drained) -> dict[str, object]:
    return {
        "sent": [answer for _, answer in drained.sent],
        "refused": [
            {"report_id": each.entry.head.report_id, "path": str(each.path), "problem": each.problem}
            for each in drained.refused
        ],
        "failed": [
            {"report_id": entry.head.report_id, "error": error.message} for entry, error in drained.failed
        ],
        "waiting": drained.left,
        "set_aside": drained.aside,
    }
