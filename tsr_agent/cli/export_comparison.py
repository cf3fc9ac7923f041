"""What changed since another report, for the PDF that ``tsr-agent export`` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from tsr_agent.export.subject import Subject
    from tsr_agent.sections.comparison import ComparisonSection


def compared(arguments: argparse.Namespace, subject: Subject) -> ComparisonSection:
    """The comparison of the report that is exported with the one that is named.

    Raises:
        InputError: One can't be read or is no report.
        IntegrityError: One was altered.
        StoreError: The library can't be opened.
    """
    from tsr_agent.clock import SystemClock

    now = SystemClock().now()
    if arguments.library is None:
        return _of_files(arguments)
    from tsr_agent.cli.baseline import opened_library

    with opened_library(arguments.library) as library:
        from tsr_agent.export import comparing
        from tsr_agent.export.subject import on_record

        other = on_record(library, arguments.compare_with).filed
        return comparing.compared(library, other, subject.filed, now, arguments.timezone)


def _of_files(arguments: argparse.Namespace) -> ComparisonSection:
    """Both judged by the same policy, as ``tsr-agent compare`` does.

    Where no decision was asked for, none is shown: the first page says that there is none.
    """
    from tsr_agent.cli.compare import judged_and_compared
    from tsr_agent.cli.documents import read_report
    from tsr_agent.sections.comparison import comparison

    pair = (read_report(arguments.compare_with), read_report(arguments.report))
    found, left_out = judged_and_compared(arguments, pair)
    return comparison(
        found, few=None, left_out=left_out, zone=arguments.timezone, on_trial=arguments.policy is None
    )
