"""Requirements of two reports: which are no longer verified, and by which tests."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tsr_agent.models.base import Count, LongText, Record, ShortText
from tsr_agent.models.requirements import RequirementCoverage, VerificationStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.comparison.tests import TestChanges
    from tsr_agent.models.report import TestSummaryReport

MOST_TESTS = 5
_STATUSES = (VerificationStatus.FAILED, VerificationStatus.NOT_RUN, VerificationStatus.VERIFIED)


class RequirementNews(Enum):
    """What became of a requirement, the worst first."""

    NO_LONGER_VERIFIED = "no_longer_verified"
    GONE = "gone"
    """No requirements file has it any more."""
    NEW_AND_NOT_VERIFIED = "new_and_not_verified"
    CHANGED = "changed"
    """Not verified either time, for another reason."""
    NEW_AND_VERIFIED = "new_and_verified"
    NEWLY_VERIFIED = "newly_verified"


class RequirementChange(Record, frozen=True, kw_only=True):
    """One requirement in both reports."""

    id: ShortText
    news: RequirementNews
    text: LongText
    old: VerificationStatus | None
    """None where the old report does not have it."""
    new: VerificationStatus | None
    broken_by: tuple[LongText, ...] = ()
    """Ids of the first ``MOST_TESTS`` of its tests that passed, and now are gone or do not pass at once."""
    broken_count: Count = 0
    """How many such tests there are."""
    missing_tests: tuple[LongText, ...] = ()
    """The first ``MOST_TESTS`` of what it names and no test of the new report matches."""


def requirement_changes(
    old: TestSummaryReport, new: TestSummaryReport, tests: TestChanges
) -> tuple[RequirementChange, ...]:
    """Every requirement whose verification is another, the worst first.

    One that a report lists twice is what the worst entry says.

    Args:
        old: The report to compare with.
        new: The report that is looked at.
        tests: What became of the test cases between the two.
    """
    before, after = worst_requirements(old.requirement_coverage), worst_requirements(new.requirement_coverage)
    lists = (tests.newly_failing, tests.vanished, tests.newly_skipped, tests.newly_xfailed, tests.newly_flaky)
    broken = {each.id for changed in lists for each in changed if each.old is not None}
    found = []
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        news = _news(one, other)
        if news is not None:
            found.append(_change(name, news, one, other, broken))
    order = {each: place for place, each in enumerate(RequirementNews)}
    return tuple(sorted(found, key=lambda each: (order[each.news], each.id)))


def _change(
    name: str,
    news: RequirementNews,
    old: RequirementCoverage | None,
    new: RequirementCoverage | None,
    broken: set[str],
) -> RequirementChange:
    tests = {*(old.test_ids if old is not None else ()), *(new.test_ids if new is not None else ())}
    by = sorted(tests & broken) if news is not RequirementNews.NEWLY_VERIFIED else []
    told = new or old
    return RequirementChange(
        id=name,
        news=news,
        text=told.requirement_text if told is not None else "",
        old=old.verification_status if old is not None else None,
        new=new.verification_status if new is not None else None,
        broken_by=tuple(by[:MOST_TESTS]),
        broken_count=len(by),
        missing_tests=new.missing_tests[:MOST_TESTS] if new is not None else (),
    )


def worst_requirements(coverage: Iterable[RequirementCoverage]) -> dict[str, RequirementCoverage]:
    """By id, each as its worst entry says."""
    found: dict[str, RequirementCoverage] = {}
    for each in coverage:
        known = found.get(each.requirement_id)
        if known is None or _badness(each) < _badness(known):
            found[each.requirement_id] = each
    return found


def _badness(each: RequirementCoverage) -> tuple[int, str]:
    return _STATUSES.index(each.verification_status), each.requirement_text


def _news(old: RequirementCoverage | None, new: RequirementCoverage | None) -> RequirementNews | None:
    verified = VerificationStatus.VERIFIED
    if new is None:
        return RequirementNews.GONE
    is_verified = new.verification_status is verified
    if old is None:
        return RequirementNews.NEW_AND_VERIFIED if is_verified else RequirementNews.NEW_AND_NOT_VERIFIED
    if old.verification_status is new.verification_status:
        return None
    if old.verification_status is verified:
        return RequirementNews.NO_LONGER_VERIFIED
    return RequirementNews.NEWLY_VERIFIED if is_verified else RequirementNews.CHANGED
