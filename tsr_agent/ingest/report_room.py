"""What a report can hold: its form, and its size, beyond which nobody could read it again."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest.junit_case import shortened
from tsr_agent.models.codec import MAX_DOCUMENT_BYTES
from tsr_agent.models.results import CaseStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.ingest.reader import Parts
    from tsr_agent.models.results import TestCase

ROOM = MAX_DOCUMENT_BYTES * 7 // 10
"""What is left is for requirements held against the tests, the list of inputs and the decision."""
_SLICE = 10_000
_SHORT = 200
"""Characters that are left of each text where the room gets scarce."""


class ReportRoom:
    """How many bytes of a report are left while its parts come in.

    Args:
        size: Bytes that all parts together may take.
    """

    def __init__(self, size: int) -> None:
        self._left = size

    def taken(self, parts: Parts, name: str) -> Parts:
        """The parts, with their room taken; their texts are cut short where that makes them fit.

        Args:
            parts: What a reader made of one file.
            name: What to call the file in messages.

        Raises:
            InputError: They do not fit, or hold something that no report can hold.
        """
        size = _size(parts, name)
        if size > self._left:
            parts = replace(
                parts,
                cases=tuple(shortened(case, _SHORT) for case in parts.cases),
                remarks=(
                    *parts.remarks,
                    f"Texts are cut to {_SHORT} characters: the report has no more room.",
                ),
            )
            size = _size(parts, name)
        if size > self._left:
            raise InputError(
                f"{name}: {size:,} bytes of a report, which has room for {max(self._left, 0):,} more; "
                "report fewer files at a time."
            )
        self._left -= size
        return parts


def _size(parts: Parts, name: str) -> int:
    """Bytes of the parts in a report, each of which is held to the report's form."""
    size = 0
    try:
        for value, form in _with_forms(parts):
            document = msgspec.json.encode(value)
            msgspec.json.decode(document, type=form)
            size += len(document)
    except (msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise InputError(f"{name}: it holds something that no report can hold: {error}.") from error
    return size + sum(map(_again, parts.cases))


def _again(case: TestCase) -> int:
    """About how many bytes a case takes once more, among the failures."""
    if case.status not in (CaseStatus.FAILED, CaseStatus.ERROR):
        return 0
    return 100 + sum(len(msgspec.json.encode(text)) for text in (case.id, case.message, case.file))


def _with_forms(parts: Parts) -> Iterator[tuple[Any, Any]]:
    from tsr_agent.models.evals import Dataset, EvalCase, MetricValue
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.requirements import RequirementEntry
    from tsr_agent.models.results import HeaderDifference, TestCase

    forms = {each.name: each.type for each in msgspec.structs.fields(TestSummaryReport)}
    yield parts.header_differences, tuple[HeaderDifference, ...]
    yield parts.requirements, tuple[RequirementEntry, ...]
    yield parts.eval_iterations, forms["eval_iterations"]
    yield tuple(each.metrics for each in parts.eval_runs), tuple[dict[str, MetricValue], ...]
    yield tuple(each.completeness() for each in parts.eval_runs), tuple[MetricValue, ...]
    yield tuple(each.dataset for each in parts.eval_runs), tuple[Dataset | None, ...]
    yield tuple(case for each in parts.eval_runs for case in each.cases), tuple[EvalCase, ...]
    yield parts.code_coverage, forms["code_coverage"]
    yield parts.static_analysis, forms["static_analysis"]
    yield parts.runs, forms["runs"]
    cases = iter(parts.cases)
    # In slices, so that a million cases are not held at once.
    while some := tuple(islice(cases, _SLICE)):
        yield some, tuple[TestCase, ...]
