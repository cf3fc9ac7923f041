"""JUnit XML in the dialects that real tools write."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat

from tsr_agent.errors import InputError
from tsr_agent.ingest.heads import root_element
from tsr_agent.ingest.junit_stream import JUnitStream, StreamResult
from tsr_agent.ingest.limits import MEBIBYTE, Limits, beyond
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.xml_repair import Repair, can_be_mended
from tsr_agent.models.results import CaseStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath

    from tsr_agent.ingest.junit_budget import Cost

SCANNERS = {("testsuite", "bandit"): "bandit", ("testsuites", "ruff"): "ruff"}
"""By tag and name of the root element, tools whose JUnit files list findings and no tests."""

_MENDABLE = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF],
    }
)


class JUnitReader:
    """Reads test cases, their attempts, and what the headers say against them.

    Args:
        limits: Bounds beyond which a file is refused.
    """

    name = "JUnit XML"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes XML with the root ``testsuites`` or ``testsuite``, whatever the file is called."""
        root = root_element(head)
        return f"root element {root.name}" if root and root.name in ("testsuites", "testsuite") else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the file in chunks; one with forbidden control characters a second time, mended.

        Args:
            stream: The file at its start; it must be seekable.
            path: What to call it in messages.

        Raises:
            InputError: Not well-formed, a DOCTYPE, no JUnit XML, or beyond a limit.
        """
        first = JUnitStream(path, self._limits)
        try:
            with _collector_paused():
                result = first.run(_chunks(stream))
            return _parts(result, self._limits)
        except expat.ExpatError as error:
            fault = error.with_traceback(None)
        cost = first.cost
        del first  # it may hold as much as the second pass will
        return self._read_mended(stream, path, fault, cost)

    def _read_mended(self, stream: BinaryIO, path: str, first: expat.ExpatError, cost: Cost) -> Parts:
        stream.seek(0)
        if first.code not in _MENDABLE or not can_be_mended(stream.read(4)):
            raise _not_well_formed(path, first) from first
        repair = Repair()
        try:
            with _collector_paused():
                result = JUnitStream(path, self._limits, cost).run(repair.chunks(stream))
        except expat.ExpatError as second:
            raise _not_well_formed(path, second if repair.replaced else first) from second
        remark = (
            f"Repaired: {repair.replaced:,} characters that XML does not allow were replaced by U+FFFD "
            f"(the first at line {first.lineno}, column {first.offset + 1})."
        )
        return _parts(result, self._limits, remark)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Expat makes lists by the million, none is part of a cycle, and to look for cycles takes time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    # Smaller ones would make expat read unfinished tags more often, larger ones fit into no cache.
    while chunk := stream.read(MEBIBYTE // 4):
        yield chunk


def _not_well_formed(path: str, error: expat.ExpatError) -> InputError:
    what = expat.errors.messages.get(error.code, f"error {error.code}")
    return InputError(
        f"{path}: line {error.lineno}, column {error.offset + 1}: not well-formed XML: {what}.",
        next_step="Run the tests again; a run that was cut off leaves such a file behind.",
    )


def _parts(result: StreamResult, limits: Limits, *remarks: str) -> Parts:
    differences = tuple(result.reconciliation.differences)
    if result.ledger.listed_again > limits.repeated_cases:
        raise beyond(limits, "repeated_cases", result.reconciliation.path)
    scanner = SCANNERS.get(result.root)
    if scanner:
        found = tuple(case for case in result.ledger.findings() if case.status is not CaseStatus.PASSED)
        told = f"Findings of {scanner}, not tests: {len(found):,} found; none would mean a clean scan."
        return Parts(
            cases=found,
            header_differences=differences,
            remarks=(*remarks, told, *_remarks(result, merged=0)),
        )
    tests = result.ledger.tests(by_pytest=result.by_pytest, one_record_a_test=result.one_record_a_test)
    cases = result.suite_requirements.given_to(tests, limits, result.reconciliation.path)
    return Parts(
        cases=cases,
        header_differences=differences,
        remarks=(*remarks, *_remarks(result, merged=result.ledger.listed - len(cases))),
        is_test_run=True,
    )


def _remarks(result: StreamResult, merged: int) -> Iterator[str]:
    if merged > 0:
        yield f"{merged:,} repeated records were merged into the tests that they are attempts of."
    if result.header_only:
        yield f"{result.header_only:,} failures or errors stand in a header only; each is taken for an error."
    if result.read_as_skipped:
        yield (
            f"{result.read_as_skipped:,} test cases without a result and without time are read as skipped: "
            "the totals of their suites leave so many out of the passed tests."
        )
    if result.impossible_time:
        yield f"Times that no test can have taken are not kept, such as {result.impossible_time!r}."
    if result.shortened:
        yield f"The texts of {result.shortened:,} test cases were shortened: the file has too much of them."
    yield from result.reconciliation.remarks()
