"""``tsr-agent run``: generate, gate and store in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.baseline import library_needs
from tsr_agent.cli.ci_output import CiOutput, add_ci_options
from tsr_agent.cli.gate import (
    add_judging_options,
    add_policy_options,
    exit_code_of,
    print_decision,
    record_lines,
)
from tsr_agent.cli.generate import (
    add_generate_options,
    changed_lines,
    config_of,
    make_and_write,
    not_taken_lines,
    report_problems,
    written_lines,
)
from tsr_agent.cli.options import path
from tsr_agent.cli.server_options import add_server_options
from tsr_agent.errors import ExitCode, TsrError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.cli.server_run import ServerStep
    from tsr_agent.config import Config
    from tsr_agent.generate import Generated


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_generate_options(parser)
    add_policy_options(parser)
    add_judging_options(parser)
    parser.add_argument(
        "--library", metavar="FILE.db", type=path, help="store the report and its decision there"
    )
    add_server_options(parser)
    add_ci_options(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Makes the report, stores it, prints the decision and answers with it."""
    import msgspec

    ci = CiOutput.from_arguments(arguments, console)
    ci.announce()
    config = config_of(arguments)
    server = _server_step(arguments, config, console)
    made = make_and_write(config, console, leave_out=ci.files)
    decision = msgspec.structs.replace(made.decision, report_digest=made.digest)
    if server is not None:
        server.keep(made)
    # Before anything is printed: whoever reads may go away, and the record must be filed all the same.
    unfiled = _filed(made, config)
    if arguments.explain:
        console.text([*written_lines(made, config, console.width, explain=True), ""])
    print_decision(console, made.report, decision, show_all=arguments.all)
    if (left := [*changed_lines(made), *not_taken_lines(made)]) and not arguments.explain:
        console.text(["", *(f"  {line}" for line in left)])
    console.text(record_lines(config.output, decision))
    if unfiled is not None:
        raise unfiled
    if config.library is not None:
        console.text([f"  Library {config.library}"])
    code = report_problems(made, config, console)
    if code is ExitCode.OK:
        code = exit_code_of(decision, allow_pending=arguments.allow_pending)
    if server is None:
        return ci.publish(made.report, decision, config.output, code)
    from tsr_agent.cli.ci_answer import answer_of
    from tsr_agent.cli.ci_shown import JudgedReport
    from tsr_agent.cli.server_run import worse

    code = worse(code, server.hand_in(made, config.output))
    return ci.publish_shown(
        JudgedReport(made.report, decision),
        lambda code: server.answer(answer_of(made.report, decision, config.output, code), code),
        code,
    )


def _server_step(arguments: argparse.Namespace, config: Config, console: Console) -> ServerStep | None:
    """What is to be done with a server; None where none is named."""
    if not config.server and arguments.server is None:
        return None
    from tsr_agent.cli.server_run import ServerStep

    return ServerStep(arguments, console)


def _filed(made: Generated, config: Config) -> TsrError | None:
    """Files the report where there is a library for it; what went wrong, to be told after the verdict."""
    if config.library is not None:
        try:
            _store(made, config, config.library)
        except TsrError as error:
            return error
    return None


def _store(made: Generated, config: Config, library_file: Path) -> None:
    """Files the report and the decision, which is taken again from the bytes, in one transaction."""
    from tsr_agent.errors import IntegrityError
    from tsr_agent.generate import policy_of, waivers_of
    from tsr_agent.sections.wording import verdict

    try:
        from tsr_agent.store.engine import open_library
        from tsr_agent.store.filing import file_report
        from tsr_agent.store.repository import ReportRepository
    except ModuleNotFoundError as error:
        raise library_needs(library_file, error, kept=f"the report, {config.output}.") from error
    with open_library(library_file, create=True) as library:
        filed = file_report(
            ReportRepository(library),
            made.document,
            policy_of(config),
            waivers_of(config),
            made.baseline,
            made.decision.evaluated_at,
        )
    if filed.decision.decision is not made.decision.decision:
        raise IntegrityError(
            f"{library_file}: decided {verdict(filed.decision.decision).word} of the very report that was "
            f"judged {verdict(made.decision.decision).word} here.",
            kept=f"both: the report, {config.output}, and what the library has.",
            next_step="Do not release. Look whether the policy or the library changed meanwhile.",
        )
