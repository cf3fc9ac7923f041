"""``tsr-agent gate`` where a server decides: asks, holds the answer against what was asked, and answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from tsr_agent.cli.ci_output import CiOutput
from tsr_agent.errors import ExitCode, UsageError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.ci_answer import Answer
    from tsr_agent.cli.console import Console
    from tsr_agent.client.api import ServerApi
    from tsr_agent.client.refusals import RefusedError
    from tsr_agent.models.api import GoNoGo
    from tsr_agent.models.decision import GoNoGoDecision

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_LOCAL = ("policy", "waivers", "baseline", "library", "output", "expect_commit")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Asks the server and answers with its verdict."""
    ci = CiOutput.from_arguments(arguments, console)
    ci.announce()
    report_id, digest = _asked_about(arguments)
    answer, verdict = _answered(arguments, console, report_id, digest)
    return give_answer(arguments, console, ci, answer, verdict)


def give_answer(
    arguments: argparse.Namespace, console: Console, ci: CiOutput, answer: GoNoGo, verdict: GoNoGoDecision
) -> int:
    """Prints a server's verdict, and leaves it where later steps read it."""
    from tsr_agent.cli.ci_shown import ServerVerdict
    from tsr_agent.cli.server_options import server_address
    from tsr_agent.cli.server_text import verdict_lines

    address = server_address(arguments)
    if console.as_json:
        console.data(answer)
    console.text(verdict_lines(address, answer, verdict, width=console.width, show_all=arguments.all))
    code = exit_code_of(verdict, allow_pending=arguments.allow_pending)
    shown = ServerVerdict(address, answer, verdict)
    return ci.publish_shown(shown, lambda code: ci_answer(answer, verdict, code), code)


def exit_code_of(verdict: GoNoGoDecision, *, allow_pending: bool) -> ExitCode:
    """What a pipeline is told. Only GO is 0, unless a pending review is explicitly allowed."""
    from tsr_agent.models.decision import GoNoGoDecision

    if verdict is GoNoGoDecision.GO:
        return ExitCode.OK
    if verdict is GoNoGoDecision.PENDING_REVIEW:
        return ExitCode.OK if allow_pending else ExitCode.PENDING_REVIEW
    return ExitCode.NO_GO


def ci_answer(answer: GoNoGo, verdict: GoNoGoDecision, code: ExitCode) -> Answer:
    """What later steps read. GO is said only together with exit code 0."""
    from tsr_agent.cli.ci_answer import NOT_DECIDED, Answer
    from tsr_agent.models.decision import GoNoGoDecision

    said = NOT_DECIDED if verdict is GoNoGoDecision.GO and code is not ExitCode.OK else verdict.value
    return Answer(
        exit_code=int(code),
        tsr_id=answer.report_id,
        digest=answer.report_digest,
        commit=answer.codebase_sha,
        environment=answer.environment,
        decision=said,
    )


def _asked_about(arguments: argparse.Namespace) -> tuple[str, str | None]:
    """The id of the report that is meant, and the SHA-256 of its bytes where that is known."""
    from tsr_agent.cli.gate import names_a_file

    for name in _LOCAL:
        if getattr(arguments, name) is not None:
            option = f"--{name.replace('_', '-')}"
            instead = "--commit" if name == "expect_commit" else "that of the server"
            raise UsageError(
                f"{option} is for a report that is judged here; a server decides by itself.",
                next_step=f"Leave it out ({instead} counts), or leave --server out and name a file.",
            )
    if not names_a_file(arguments.report):
        if not _ID.match(arguments.report):
            raise UsageError(
                f"{one_line(arguments.report, 100)!r} is no id of a report, and no file's name either.",
                next_step="Give the id that the report was uploaded under, or a path that ends in .json.",
            )
        return arguments.report, arguments.expect_digest
    from tsr_agent.cli.documents import read_report
    from tsr_agent.errors import IntegrityError
    from tsr_agent.models.codec import digest

    report, document = read_report(arguments.report)
    found = digest(document)
    if arguments.expect_digest not in (None, found):
        raise IntegrityError(
            f"{arguments.report}: its SHA-256 is {found}, not {arguments.expect_digest}.",
            next_step="Do not release. Fetch the report again from the job that wrote it.",
        )
    return report.id, found


def _answered(
    arguments: argparse.Namespace, console: Console, report_id: str, digest: str | None
) -> tuple[GoNoGo, GoNoGoDecision]:
    from tsr_agent.cli.server_road import drain_first, road_to_server

    road = road_to_server(arguments, console)
    try:
        drain_first(road, console)
        return answer_within_wait(arguments, console, road.api, report_id, digest)
    finally:
        road.api.close()


def answer_within_wait(
    arguments: argparse.Namespace, console: Console, api: ServerApi, report_id: str, digest: str | None
) -> tuple[GoNoGo, GoNoGoDecision]:
    """The server's answer about a report and what it is worth, after waiting for people as long as asked.

    Raises:
        ServiceError: There is no usable answer.
        IntegrityError: It is about something else, contradicts itself or is too old.
    """
    from tsr_agent.client.pace import SystemWaiting
    from tsr_agent.client.patience import Patience
    from tsr_agent.client.refusals import RefusedError
    from tsr_agent.client.verdict import verdict_of

    if arguments.commit is None:
        console.note("tsr-agent: no --commit was given, so the verdict may be about another than yours.")
    max_age = timedelta(seconds=arguments.max_age) if arguments.max_age is not None else None

    def ask(budget: float) -> GoNoGo:
        return api.go_no_go(
            report_id,
            commit=arguments.commit,
            environment=arguments.environment,
            digest=digest,
            budget=budget,
        )

    patience = Patience(SystemWaiting(), arguments.wait or 0.0, console.note)
    try:
        return patience.answer(ask, lambda answer: verdict_of(answer, max_age=max_age))
    except RefusedError as refused:
        refused.exit_code = _refused_code(refused)
        raise


def _refused_code(refused: RefusedError) -> ExitCode:
    """409 says that the report is about another commit or environment than was asked for."""
    return ExitCode.INTEGRITY if refused.status == 409 else ExitCode.SERVICE
