"""``tsr-agent compare``: what changed from one report to another, and why the verdict did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.gate import JudgingSettings, add_rule_options
from tsr_agent.cli.options import path, text
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.comparison.report import Comparison
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("old", metavar="A", type=text, help="the report to compare with")
    parser.add_argument("new", metavar="B", type=text, help="the report to look at")
    parser.add_argument(
        "--library", metavar="FILE.db", type=path, help="A and B are ids of reports in this library"
    )
    add_rule_options(parser)
    parser.set_defaults(baseline=None)
    parser.add_argument(
        "--environment",
        metavar="E",
        type=text,
        help="judge both for this environment (default: AITR_ENVIRONMENT, or each report's own)",
    )
    parser.add_argument(
        "--as-decided",
        action="store_true",
        help="by the decisions on record with what people said, as the desktop compares; needs --library",
    )
    parser.add_argument("--all", action="store_true", help="every change instead of the first of each kind")
    parser.add_argument("--markdown", action="store_true", help="as Markdown, for a merge request")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Judges both reports by the same policy, or takes what was decided, and prints what changed."""
    if arguments.as_decided:
        _print(arguments, console, _as_decided(arguments.old, arguments.new, arguments.library), ())
        return ExitCode.OK
    found, left_out = judged_and_compared(
        arguments, _reports(arguments.old, arguments.new, arguments.library)
    )
    _print(arguments, console, found, left_out)
    return ExitCode.INTEGRITY if found.same_id_other_bytes else ExitCode.OK


def judged_and_compared(
    arguments: argparse.Namespace, pair: Sequence[tuple[TestSummaryReport, bytes]]
) -> tuple[Comparison, Sequence[str]]:
    """Two reports judged by the policy that options and configuration name, and what changed between them.

    Args:
        arguments: What they are judged by.
        pair: The older and the newer report with their bytes.

    Returns:
        The comparison, and the rules that were left out because they look at a baseline.

    Raises:
        PolicyError: The policy or the waivers are wrong.
    """
    from tsr_agent.clock import SystemClock
    from tsr_agent.comparison.report import JudgedDocument, compare
    from tsr_agent.gate.evaluate import evaluate
    from tsr_agent.gate.side_by_side import scopes, without_baseline_rules
    from tsr_agent.models import codec

    settings = JudgingSettings(arguments)
    policy, left_out = without_baseline_rules(settings.policy())
    waivers, now = settings.waivers(), SystemClock().now()

    def judged(report: TestSummaryReport, document: bytes) -> JudgedDocument:
        digest, environment = codec.digest(document), settings.environment or report.environment
        held = settings.held_back(report)
        decision = evaluate(held, policy, waivers, None, now, environment=environment, report_digest=digest)
        return JudgedDocument(report=report, digest=digest, decision=decision)

    old, new = pair
    return compare(judged(*old), judged(*new), scopes(policy)), left_out


def _print(
    arguments: argparse.Namespace, console: Console, found: Comparison, left_out: Sequence[str]
) -> None:
    if console.as_json:
        console.data(found)
        return
    from tsr_agent.sections.comparison import FEW, comparison

    section = comparison(found, few=None if arguments.all else FEW, left_out=left_out)
    if arguments.markdown:
        from tsr_agent.cli.comparison_markdown import comparison_page

        console.text(comparison_page(section))
    else:
        from tsr_agent.cli.comparison_text import comparison_lines

        console.text(comparison_lines(section, console.width))


def _as_decided(old: str, new: str, path: Path | None) -> Comparison:
    """Both reports by the decisions on record, with what people said about them.

    Raises:
        UsageError: No library is named.
        InputError: One is not there, or nobody judged it.
        IntegrityError: Something about one of them was altered.
        StoreError: The library can't be opened.
    """
    from tsr_agent.errors import UsageError

    if path is None:
        raise UsageError(
            "--as-decided needs --library: decisions on record are in a library.",
            next_step="Name the library, and the reports by their ids.",
        )
    with _library(path) as library:
        from tsr_agent.comparison.report import compare
        from tsr_agent.store.side_by_side import judged_on_record, policy_difference

        one, other = (judged_on_record(library, report_id) for report_id in (old, new))
        return compare(one, other, None, policy_difference(library, one.decision, other.decision))


def _library(path: Path) -> Library:
    """A library that is only read.

    Raises:
        StoreError: It can't be opened, or what opens it is not installed.
    """
    try:
        from tsr_agent.store.engine import open_library
    except ModuleNotFoundError as error:
        from tsr_agent.errors import StoreError

        raise StoreError(
            f"{path}: the library needs {error.name}, which is not installed.",
            next_step="pip install 'aitr[store]', then run again.",
        ) from error
    return open_library(path, read_only=True)


def _reports(old: str, new: str, library: Path | None) -> list[tuple[TestSummaryReport, bytes]]:
    """Both reports with their bytes, from files or from a library.

    Raises:
        InputError: One is not there or is no valid report.
        IntegrityError: One was altered in the library.
        StoreError: The library can't be opened.
    """
    from tsr_agent.cli.documents import read_report

    if library is None:
        return [read_report(old), read_report(new)]
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport

    found = []
    with _library(library) as opened:
        from tsr_agent.store.repository import ReportRepository

        repository = ReportRepository(opened)
        for report_id in (old, new):
            document = repository.document(report_id)
            name = f"report {report_id} of {library}"
            found.append((codec.decode(document, TestSummaryReport, source=name), document))
    return found
