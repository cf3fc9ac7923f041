"""The command line: a table of commands, of which only the one that was asked for is loaded."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import NamedTuple, NoReturn, Protocol, cast

from tsr_agent import __version__
from tsr_agent.cli.console import Console, give_up_output, harmless, make_streams_lenient
from tsr_agent.errors import ExitCode, TsrError

DESCRIPTION = "Turns test results into a Test Summary Report, judges it by a policy and gates the pipeline."


class Command(NamedTuple):
    """One command of the table."""

    name: str
    """One word, or a group and a word such as ``policy lint``."""
    module: str
    """The module of this package that has it."""
    summary: str
    """What it does, in a line."""


COMMANDS = (
    Command("init", "init", "set a project up: aitr.toml, and the built-in policy to start from"),
    Command("exec", "exec_command", "run a test command and record its exit code beside its results"),
    Command("generate", "generate", "make a Test Summary Report from results on disk"),
    Command("gate", "gate", "judge a report, or ask the server; the exit code is the answer"),
    Command("run", "run", "generate, gate and store in one"),
    Command("upload", "upload", "hand a report in to the server, or what waits for it"),
    Command("show", "show", "print what a report says"),
    Command("compare", "compare", "say what changed between two reports and why the verdict did"),
    Command("export", "export", "write a report as PDF, CSV or JSON for others"),
    Command("approve", "approve", "approve a release that waits for a person at a server"),
    Command("reject", "reject", "reject a release at a server"),
    Command("revoke", "revoke", "take back what you said about a release at a server"),
    Command("approvals", "approvals", "say what people said about a release at a server"),
    Command("policy init", "policy_init", "draft a policy from a report: bounds that it meets today"),
    Command("policy lint", "policy_lint", "say what is wrong with a policy, and what to ask about it"),
    Command("policy explain", "policy_explain", "say in sentences what a policy asks for"),
    Command("policy test", "policy_trial", "say whether a policy decides its cases as expected"),
    Command("policy backtest", "policy_backtest", "say which past decisions a policy would turn"),
    Command("serve", "serve", "take reports and approvals from others and answer for them: the REST API"),
    Command("token create", "token_create", "let a job or a person ask a server"),
    Command("token list", "token_list", "say who may ask a server, and until when"),
    Command("token revoke", "token_revoke", "end a token from the next request on"),
    Command("db migrate", "db_migrate", "make a database, or bring it up to this build's version"),
    Command("db check", "db_check", "read a whole database and name what is not as it was filed"),
    Command("db backup", "db_backup", "write one state of a database to a file, and check that file"),
    Command("db restore", "db_restore", "put a backup into a database that holds nothing yet"),
    Command("sync", "sync", "bring a library and a server into step"),
    Command("schema", "schema", "print the JSON Schema of a document"),
)

GROUPS = {
    "db": "Makes, upgrades, checks, backs up and restores the database of a server, or a library.",
    "policy": "Writes, checks, explains and tries the policy that decides.",
    "token": "Makes, lists and ends the tokens that a server knows.",
}
"""What the commands of a group have in common."""

EXIT_CODES = """\
exit codes:
  0  GO, or done        1  NO-GO                 2  usage, input or policy error
  3  PENDING REVIEW     4  server not reached    5  altered or unverifiable
  Everything but 0 stops a pipeline."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """What is wrong with a command line, whose words may come from a pipeline's variables."""
        from tsr_agent.sections.plain_text import one_line

        super().error(harmless(one_line(message)))


class CommandModule(Protocol):
    """What the module of a command has."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declares the command's arguments."""

    def run(self, arguments: argparse.Namespace, console: Console) -> int:
        """Carries the command out."""


def overview() -> argparse.ArgumentParser:
    """The parser that knows the commands by name only."""
    width = max(len(command.name) for command in COMMANDS)
    table = "\n".join(f"  {command.name:<{width}}  {command.summary}" for command in COMMANDS)
    parser = _Parser(
        prog="tsr-agent",
        description=DESCRIPTION,
        epilog=f"commands:\n{table}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tsr-agent {__version__}")
    first_words = list(dict.fromkeys(command.name.split()[0] for command in COMMANDS))
    parser.add_argument("command", metavar="COMMAND", choices=first_words)
    return parser


def group_overview(group: str) -> argparse.ArgumentParser:
    """The parser that knows the commands of one group by name only."""
    members = [command for command in COMMANDS if command.name.startswith(f"{group} ")]
    width = max(len(command.name) for command in members)
    table = "\n".join(f"  {command.name:<{width}}  {command.summary}" for command in members)
    parser = _Parser(
        prog=f"tsr-agent {group}",
        description=GROUPS[group],
        epilog=f"commands:\n{table}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("command", metavar="COMMAND", choices=[each.name.split()[1] for each in members])
    return parser


def command_parser(command: Command) -> argparse.ArgumentParser:
    """The whole parser of one command."""
    parser = _Parser(
        prog=f"tsr-agent {command.name}",
        description=command.summary[0].upper() + command.summary[1:] + ".",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _module_of(command).configure(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON on standard output")
    return parser


def _module_of(command: Command) -> CommandModule:
    return cast("CommandModule", importlib.import_module(f"tsr_agent.cli.{command.module}"))


def _chosen(argv: list[str]) -> tuple[Command, list[str]]:
    """The command that a command line names, and what is left for it."""
    name, words = _word(overview(), argv[:1]), 1
    by_name = {command.name: command for command in COMMANDS}
    if name not in by_name:
        name, words = f"{name} {_word(group_overview(name), argv[1:2])}", 2
    return by_name[name], argv[words:]


def _word(parser: argparse.ArgumentParser, given: list[str]) -> str:
    """The word of a command line that a parser chooses by."""
    if not given:
        # Nothing was asked for, so nothing was done: a pipeline must not take that for success.
        parser.print_help(sys.stderr)
        parser.exit(int(ExitCode.INPUT))
    return str(parser.parse_args(given).command)


def run_command_line(argv: list[str]) -> int:
    """Runs one command line.

    Args:
        argv: The arguments without the program's name.

    Returns:
        The exit code, one of ``ExitCode`` or what ``exec`` passes on from the command it ran.
    """
    make_streams_lenient()
    command, rest = _chosen(argv)
    arguments = command_parser(command).parse_args(rest)
    console = Console(as_json=arguments.json)
    try:
        code = int(_module_of(command).run(arguments, console))
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  (a fault must not read as a verdict)
        return _reported(error, console)
    return code


def _reported(error: BaseException, console: Console) -> int:
    """Says what ended a command, as far as there is anybody to hear it.

    Returns:
        The exit code, which does not depend on that: an unwritten word must not read as the verdict that
        exit code 1 is.
    """
    code = int(ExitCode.INPUT)
    if isinstance(error, TsrError):
        code = int(error.exit_code)
    elif isinstance(error, KeyboardInterrupt):
        code = 130
    try:
        _report(error, console)
        console.flush()
    except (Exception, KeyboardInterrupt):  # noqa: BLE001  (there is nowhere left to say it)
        give_up_output(sys.stdout)
        give_up_output(sys.stderr)
    return code


def _report(error: BaseException, console: Console) -> None:
    match error:
        case TsrError():
            console.error(error)
        case BrokenPipeError():
            # Whoever read our output went away.
            give_up_output(sys.stdout)
        case OSError():
            # Without a file's name it is our own output: a full disk, or a closed stream.
            give_up_output(sys.stdout)
            where = error.filename or "the output can't be written"
            console.note(f"tsr-agent: {where}: {error.strerror or error}")
        case KeyboardInterrupt():
            console.note("tsr-agent: interrupted")
        case _:
            import traceback

            for line in "".join(traceback.format_exception(error)).splitlines():
                console.note(line)
            console.note("tsr-agent: this is a fault in aitr, not in your input. No decision was taken.")
