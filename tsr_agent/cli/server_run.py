"""The server's part of ``tsr-agent run``: the report is put on disk for it, handed in and asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tsr_agent.errors import ExitCode, TsrError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from tsr_agent.cli.ci_answer import Answer
    from tsr_agent.cli.console import Console
    from tsr_agent.cli.server_road import Road
    from tsr_agent.client.entries import Entry
    from tsr_agent.client.outbox import Outbox
    from tsr_agent.generate import Generated
    from tsr_agent.models.api import GoNoGo
    from tsr_agent.models.decision import GoNoGoDecision

_WORST_FIRST = (
    ExitCode.INTEGRITY,
    ExitCode.NO_GO,
    ExitCode.INPUT,
    ExitCode.SERVICE,
    ExitCode.PENDING_REVIEW,
    ExitCode.OK,
)


def worse(one: ExitCode, other: ExitCode) -> ExitCode:
    """The worse of two answers: what is wrong for certain comes before what is not known yet."""
    return min(one, other, key=_WORST_FIRST.index)


class ServerStep:
    """What a run does with its server.

    Args:
        arguments: What ``add_server_options`` declared, and ``allow_pending``.
        console: Where what the server said is printed.
    """

    def __init__(self, arguments: argparse.Namespace, console: Console) -> None:
        from tsr_agent.cli.server_options import server_address

        self._arguments, self._console = arguments, console
        self._address = server_address(arguments)
        self._verdict: GoNoGoDecision | None = None
        self._entry: Entry | None = None
        self._failed: TsrError | None = None

    def keep(self, made: Generated) -> None:
        """Puts the report on disk for the server, before anything is printed that somebody may stop."""
        from tsr_agent.client.entries import report_head
        from tsr_agent.clock import SystemClock

        head = report_head(self._address.url, made.report.id, made.document, SystemClock().now())
        try:
            self._entry = self._outbox().put(head, made.document)
        except TsrError as error:
            self._failed = error

    def hand_in(self, made: Generated, path: Path) -> ExitCode:
        """Hands the report in and asks for the verdict; says what came of it.

        Args:
            made: The report.
            path: Where it is as well.
        """
        from tsr_agent.client.verdict import verdict_of

        try:
            answer = self._answered(made)
            verdict = verdict_of(answer)
        except TsrError as error:
            if not error.kept:
                error.kept = f"the report, {path}."
            self._console.note("")
            for line in error.diagnostics():
                self._console.note(line)
            return error.exit_code
        from tsr_agent.cli.server_gate import exit_code_of
        from tsr_agent.cli.server_text import verdict_lines

        self._verdict = verdict
        lines = verdict_lines(self._address, answer, verdict, width=self._console.width)
        self._console.text(["", "The server says", "", *lines])
        return exit_code_of(verdict, allow_pending=self._arguments.allow_pending)

    def answer(self, local: Answer, code: ExitCode) -> Answer:
        """What later steps read, with the server's verdict where that is not GO."""
        from tsr_agent.cli.ci_answer import NOT_DECIDED
        from tsr_agent.models.decision import GoNoGoDecision

        go, no_go = GoNoGoDecision.GO, GoNoGoDecision.NO_GO
        if code is ExitCode.NO_GO:
            return replace(local, decision=no_go.value)
        # Only the server releases: without its word nothing is, and its pending review is no GO.
        is_told = self._verdict is not None and code in (ExitCode.OK, ExitCode.PENDING_REVIEW)
        said = local.decision if self._verdict is go else GoNoGoDecision.PENDING_REVIEW.value
        return replace(local, decision=said if is_told else NOT_DECIDED)

    def _outbox(self) -> Outbox:
        from tsr_agent.cli.server_road import outbox_folder
        from tsr_agent.client.outbox import Outbox
        from tsr_agent.clock import SystemClock

        return Outbox(outbox_folder(self._arguments), SystemClock())

    def _answered(self, made: Generated) -> GoNoGo:
        from tsr_agent.cli.server_road import road_to_server

        if self._failed is not None:
            raise self._failed
        road = road_to_server(self._arguments, self._console)
        try:
            self._deliver(road, made)
            # These very bytes; they name commit and environment.
            return road.api.go_no_go(made.report.id, digest=made.digest)
        finally:
            road.api.close()

    def _deliver(self, road: Road, made: Generated) -> None:
        from tsr_agent.cli.upload import deliver

        assert self._entry is not None  # noqa: S101  (``keep`` was called, or has failed)
        received = deliver(road, self._entry, made.document, self._console)
        if received.claim_differs:
            self._console.note("tsr-agent: the server decided otherwise than this run; the server counts.")
