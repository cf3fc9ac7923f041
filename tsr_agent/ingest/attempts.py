"""Cases that one results file lists more than once: attempts of one test, or different tests of one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.ingest.bounded_text import cut_middle, cut_name
from tsr_agent.ingest.junit_case import worst
from tsr_agent.models.results import Attempt, CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

UNSTATED_RERUN = (
    "The results file lists a later run of this test; pytest only repeats a test that did not pass."
)
_TEARDOWN = "failed on teardown with"
_BAD = frozenset({CaseStatus.FAILED, CaseStatus.ERROR})
_QUALIFIERS = ("file", "suite", "host", "classname")


class CaseLedger:
    """The cases of one file by id. Only ids that come again cost more than their entry."""

    def __init__(self) -> None:
        self.by_id: dict[str, TestCase] = {}
        """The first case of each id, in the file's order."""
        self._repeats: dict[str, list[TestCase]] = {}
        self.repeated = 0
        self._given: set[str] = set()
        """Ids that were made up to tell tests apart."""

    def add(self, case: TestCase) -> None:
        """Takes the next case of the file."""
        if self.by_id.setdefault(case.id, case) is not case:
            self.add_again(case)

    def add_again(self, case: TestCase) -> None:
        """Takes a case whose id is known already."""
        self._repeats.setdefault(case.id, []).append(case)
        self.repeated += 1

    def replace(self, changed: Mapping[int, TestCase]) -> None:
        """Puts other cases in the places of those with the given ``id()``."""
        if not changed:
            return
        for case_id, case in self.by_id.items():
            self.by_id[case_id] = changed.get(id(case), case)
        for further in self._repeats.values():
            further[:] = [changed.get(id(case), case) for case in further]

    @property
    def listed(self) -> int:
        """Cases as the file lists them, before any is merged."""
        return len(self.by_id) + self.repeated

    def tests(self, *, by_pytest: bool) -> tuple[TestCase, ...]:
        """One case a test: repeated records of one test are merged, tests of one name get distinct ids.

        Args:
            by_pytest: The file is pytest's, which lists a rerun without an outcome and a broken
                tear-down as a record of its own.
        """
        for case_id, further in self._repeats.items():
            groups = _by_identity([self.by_id[case_id], *further])
            merged = [merge_attempts(group, by_pytest=by_pytest) for group in groups]
            self._replace(case_id, self._made_distinct(merged))
        return tuple(self.by_id.values())

    def findings(self) -> tuple[TestCase, ...]:
        """One case a record: a scanner repeats a rule's name for each place where it found something."""
        for case_id, further in self._repeats.items():
            same = [self.by_id[case_id], *further]
            self._replace(case_id, self._qualified(same, lambda case: f":{case.line}" if case.line else ""))
        return tuple(self.by_id.values())

    def _replace(self, case_id: str, cases: Sequence[TestCase]) -> None:
        self.by_id[case_id] = cases[0]  # keeps its place
        self.by_id.update((case.id, case) for case in cases[1:])

    def _made_distinct(self, cases: list[TestCase]) -> list[TestCase]:
        if len(cases) == 1:
            return cases
        differing = [each for each in _QUALIFIERS if len({getattr(case, each) for case in cases}) > 1]
        # The first that tells all of them apart; otherwise all that differ.
        enough = next(
            (each for each in differing if len({getattr(case, each) for case in cases}) == len(cases)), None
        )
        names = [enough] if enough else differing
        return self._qualified(cases, lambda case: f" [{', '.join(getattr(case, each) for each in names)}]")

    def _qualified(self, cases: list[TestCase], suffix: Callable[[TestCase], str]) -> list[TestCase]:
        return [msgspec.structs.replace(case, id=self._free(case.id, suffix(case))) for case in cases]

    def _free(self, case_id: str, suffix: str) -> str:
        """An id that no other case of the file has."""
        number = 1
        wanted = cut_name(case_id + (suffix or " #1"))
        while wanted in self.by_id or wanted in self._given:
            number += 1
            wanted = cut_name(f"{case_id}{suffix} #{number}")
        self._given.add(wanted)
        return wanted


def _by_identity(cases: list[TestCase]) -> list[list[TestCase]]:
    groups: dict[tuple[str, ...], list[TestCase]] = {}
    for case in cases:
        groups.setdefault((case.file, case.suite, case.host, case.classname, case.name), []).append(case)
    return list(groups.values())


def merge_attempts(records: Sequence[TestCase], *, by_pytest: bool = False) -> TestCase:
    """One case of all records of one test.

    It is flaky when the last record passed and an earlier one failed or broke. Otherwise the worst
    outcome wins. No message is lost: each stands in its attempt.

    Args:
        records: At least one, in the file's order.
        by_pytest: Apply what is known of pytest's files.
    """
    if by_pytest:
        records = _name_unstated_reruns(_join_teardowns(records))
    if len(records) == 1:
        return records[0]
    attempts = tuple(attempt for each in records for attempt in each.attempts or (_as_attempt(each),))
    last = records[-1]
    late_pass = last.status is CaseStatus.PASSED and any(each.status in _BAD for each in attempts)
    status = CaseStatus.PASSED if late_pass else worst(each.status for each in records)
    telling = last if late_pass else next(each for each in reversed(records) if each.status is status)
    return msgspec.structs.replace(
        last,
        status=status,
        flaky=status is CaseStatus.PASSED and (late_pass or any(each.flaky for each in records)),
        message=telling.message,
        details=telling.details,
        output=telling.output,
        line=next((each.line for each in reversed(records) if each.line), None),
        attempts=attempts,
        requirement_ids=tuple(dict.fromkeys(name for each in records for name in each.requirement_ids)),
        tags=tuple(dict.fromkeys(name for each in records for name in each.tags)),
    )


def _as_attempt(case: TestCase) -> Attempt:
    return Attempt(
        status=case.status, duration_ms=case.duration_ms, message=case.message, details=case.details
    )


def _join_teardowns(records: Sequence[TestCase]) -> list[TestCase]:
    """Puts a tear-down that broke to the run it belongs to: that run is one attempt, not two."""
    joined: list[TestCase] = []
    for record in records:
        if joined and record.status is CaseStatus.ERROR and record.message.startswith(_TEARDOWN):
            joined[-1] = _with_teardown(joined[-1], record)
        else:
            joined.append(record)
    return joined


def _with_teardown(run: TestCase, teardown: TestCase) -> TestCase:
    durations = [each.duration_ms for each in (run, teardown) if each.duration_ms is not None]
    return msgspec.structs.replace(
        teardown,
        duration_ms=sum(durations) if durations else None,
        message=cut_middle("\n\n".join(each.message for each in (teardown, run) if each.message)),
        details=cut_middle("\n\n".join(each.details for each in (teardown, run) if each.details)),
        output=cut_middle("\n\n".join(each.output for each in (run, teardown) if each.output)),
        requirement_ids=tuple(dict.fromkeys((*run.requirement_ids, *teardown.requirement_ids))),
        tags=tuple(dict.fromkeys((*run.tags, *teardown.tags))),
    )


def _name_unstated_reruns(records: list[TestCase]) -> list[TestCase]:
    """An earlier run that bears no outcome was a failure: pytest-rerunfailures leaves it out."""
    return [
        msgspec.structs.replace(each, status=CaseStatus.FAILED, message=UNSTATED_RERUN)
        if each.status is CaseStatus.PASSED and not each.attempts
        else each
        for each in records[:-1]
    ] + records[-1:]
