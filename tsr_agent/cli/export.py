"""``tsr-agent export``: a report as a file: PDF to be filed, CSV to count with, JSON for a program."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from tsr_agent.cli.gate import JudgingSettings, names_a_file
from tsr_agent.cli.options import path, text

if TYPE_CHECKING:
    from datetime import tzinfo

    from tsr_agent.cli.console import Console
    from tsr_agent.export.subject import Subject

FORMATS = ("pdf", "csv", "json")
PAPERS = ("A4", "Letter")
STANDARD_OUTPUT = "-"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "report", metavar="TSR.json|ID", type=text, help="the report, or with --library its id"
    )
    parser.add_argument(
        "--output",
        metavar="F",
        type=text,
        required=True,
        help="where it goes; a folder, written DIR/, gets a CSV file a table; - is standard output",
    )
    parser.add_argument(
        "--format", choices=FORMATS, help="what to write (default: as the name of the output ends)"
    )
    parser.add_argument(
        "--force", action="store_true", help="replace the file, or an earlier export, that is there"
    )
    parser.add_argument(
        "--library", metavar="FILE.db", type=path, help="the library that has the report, and its decision"
    )
    _add_judging_options(parser)
    parser.add_argument(
        "--timezone",
        metavar="Z",
        type=_zone,
        help="write times in this zone, such as Europe/Berlin or UTC (default: this machine's)",
    )
    parser.add_argument(
        "--all-tests", action="store_true", help="every test, not only those that need a look"
    )
    parser.add_argument("--paper", choices=PAPERS, help="of a PDF (default: A4)")
    parser.add_argument(
        "--compare-with",
        metavar="TSR.json|ID",
        type=text,
        help="in a PDF, also what changed since this report, of the same library or from a file",
    )


def _add_judging_options(parser: argparse.ArgumentParser) -> None:
    """What the report of a file is judged by, where that is asked for."""
    judged = parser.add_argument_group("a decision taken for this export, where the report is a file's")
    judged.add_argument(
        "--policy", metavar="F", type=text, help="judge by this policy file, or builtin:ai-release"
    )
    judged.add_argument(
        "--waivers", metavar="F", type=text, help="waiver file (default: as in aitr.toml, or none)"
    )
    judged.add_argument(
        "--baseline", metavar="TSR.json", type=text, help="the report to compare with, for which you answer"
    )
    judged.add_argument(
        "--environment",
        metavar="E",
        type=text,
        help="judge for this environment (default: AITR_ENVIRONMENT, or the report's own)",
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Reads, judges where that is asked for, and writes."""
    wanted = _format(arguments)
    _refuse_contradictions(arguments, console, wanted)
    subject = _subject(arguments)
    comparison = None
    if arguments.compare_with is not None:
        from tsr_agent.cli.export_comparison import compared

        comparison = compared(arguments, subject)
    from tsr_agent.cli.export_files import write

    return write(subject, wanted, arguments, console, comparison)


def _zone(name: str) -> tzinfo:
    """A time zone of the IANA database."""
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(text(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError("is no time zone such as Europe/Berlin or UTC") from None


def _format(arguments: argparse.Namespace) -> str:
    """What to write.

    Raises:
        UsageError: Neither the option nor the name says it.
    """
    if arguments.format is not None:
        return str(arguments.format)
    if is_folder(arguments.output):
        return "csv"
    ending = arguments.output.rpartition(".")[2].lower()
    if ending in FORMATS and arguments.output != STANDARD_OUTPUT:
        return str(ending)
    from tsr_agent.errors import UsageError

    raise UsageError(
        f"{arguments.output}: its name does not say what to write.",
        next_step="Give --format pdf, csv or json.",
    )


def is_folder(output: str) -> bool:
    """Whether an output means a folder: it is written as one, or is one."""
    return output.endswith(("/", os.sep)) or os.path.isdir(output)  # noqa: PTH112  (a text may end so)


def _refuse_contradictions(arguments: argparse.Namespace, console: Console, wanted: str) -> None:
    """What is given and could not be done is an error, and is not left out in silence.

    Raises:
        UsageError: Options contradict each other.
    """
    from tsr_agent.errors import UsageError

    to_stream = arguments.output == STANDARD_OUTPUT
    judging = arguments.policy or arguments.waivers or arguments.baseline or arguments.environment
    for is_wrong, why, instead in (
        (to_stream and wanted == "pdf", "A PDF does not go to standard output.", "Name a file."),
        (
            to_stream and console.as_json,
            "--json tells of the file that was written, and there is none with --output -.",
            "Leave --json out; --format json says what the export is.",
        ),
        (
            is_folder(arguments.output) and wanted != "csv",
            f"{arguments.output}: that is a folder, and {wanted} is one file.",
            "Name a file.",
        ),
        (arguments.paper and wanted != "pdf", "--paper is about a PDF.", "Leave it out."),
        (
            arguments.compare_with and wanted != "pdf",
            "--compare-with is about a PDF.",
            "tsr-agent compare --json says what changed to a program.",
        ),
        (
            arguments.all_tests and wanted == "csv" and not is_folder(arguments.output),
            "--all-tests makes tables of its own, and one CSV file has the figures.",
            "Name a folder, written DIR/, for a CSV file a table.",
        ),
        (arguments.all_tests and wanted == "json", "JSON always has every test.", "Leave --all-tests out."),
        (
            arguments.library is not None and judging,
            "A library's report is exported with the decision on record, and these would make another one.",
            "Leave them out, or export the file of the report.",
        ),
        (
            arguments.library is None and not names_a_file(arguments.report),
            f"{arguments.report}: an id needs the library that has the report.",
            "Give --library FILE.db, or the report's file.",
        ),
        (
            arguments.library is None and arguments.policy is None and judging,
            "Without --policy no decision is taken that --waivers, --baseline or --environment could be for.",
            "Give --policy F, or builtin:ai-release.",
        ),
    ):
        if is_wrong:
            raise UsageError(why, next_step=instead)


def _subject(arguments: argparse.Namespace) -> Subject:
    """What is exported.

    Raises:
        InputError: It can't be read or is no report.
        IntegrityError: It was altered.
        StoreError: The library can't be opened.
    """
    if arguments.library is None:
        return _of_file(arguments)
    from tsr_agent.cli.baseline import opened_library

    with opened_library(arguments.library) as library:
        from tsr_agent.export.subject import on_record

        return on_record(library, arguments.report)


def _of_file(arguments: argparse.Namespace) -> Subject:
    from pathlib import Path

    from tsr_agent.cli.documents import read_report
    from tsr_agent.export.subject import of_file
    from tsr_agent.models import codec

    report, document = read_report(arguments.report)
    name = Path(arguments.report).name
    if arguments.policy is None:
        return of_file(report, document, name)
    from tsr_agent.clock import SystemClock
    from tsr_agent.gate.evaluate import evaluate

    settings, now = JudgingSettings(arguments), SystemClock().now()
    policy, environment = settings.policy(), settings.environment or report.environment
    decision = evaluate(
        settings.held_back(report),
        policy,
        settings.waivers(),
        settings.baseline(policy, report, environment, now),
        now,
        environment=environment,
        report_digest=codec.digest(document),
    )
    return of_file(report, document, name, decision)
