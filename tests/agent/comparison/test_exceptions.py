"""What two decisions excuse: waivers and quarantined tests, new, gone, expired, applied or changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.compared_reports import judged
from tests.factories.judged_reports import releasable
from tsr_agent.comparison.exceptions import ExceptionChanges, ExceptionNews, exception_changes
from tsr_agent.models.decision import ExceptionStanding, QuarantineNote, WaiverNote

if TYPE_CHECKING:
    from tsr_agent.models.decision import Decision

APPLIED, UNMATCHED = ExceptionStanding.APPLIED, ExceptionStanding.UNMATCHED
EXPIRED, UNUSABLE = ExceptionStanding.EXPIRED, ExceptionStanding.UNUSABLE
DECISION = judged(releasable()).decision


def waiver(name: str, standing: ExceptionStanding = APPLIED, **changed: Any) -> WaiverNote:
    values = {"rule": "accuracy", "owner": "ana", "expires": date(2026, 12, 1)} | changed
    return WaiverNote(id=name, standing=standing, **values)


def quarantined(name: str, standing: ExceptionStanding = APPLIED, **changed: Any) -> QuarantineNote:
    return QuarantineNote(test_id=name, standing=standing, **changed)


def decision(*waivers: WaiverNote, quarantine: tuple[QuarantineNote, ...] = ()) -> Decision:
    return replace(DECISION, waivers=waivers, quarantine=quarantine)


def news(old: Decision, new: Decision) -> list[tuple[str, ExceptionNews]]:
    return [(each.id, each.news) for each in exception_changes(old, new).waivers]


def test_what_is_alike_is_only_counted() -> None:
    both = decision(waiver("w-1"), quarantine=(quarantined("t"),))
    assert exception_changes(both, both) == ExceptionChanges(unchanged=2)
    assert exception_changes(both, both).is_empty


def test_each_way_in_which_a_waiver_can_differ() -> None:
    old = decision(
        waiver("expires"),
        waiver("breaks"),
        waiver("goes"),
        waiver("idle"),
        waiver("applies", UNMATCHED),
        waiver("longer"),
    )
    new = decision(
        waiver("expires", EXPIRED),
        waiver("breaks", UNUSABLE),
        waiver("idle", UNMATCHED),
        waiver("applies"),
        waiver("longer", expires=date(2027, 1, 1)),
        waiver("fresh", UNMATCHED),
        waiver("excuses"),
    )
    assert news(old, new) == [
        ("applies", ExceptionNews.APPLIED),
        ("excuses", ExceptionNews.APPLIED),
        ("expires", ExceptionNews.EXPIRED),
        ("breaks", ExceptionNews.UNUSABLE),
        ("goes", ExceptionNews.GONE),
        ("idle", ExceptionNews.UNMATCHED),
        ("fresh", ExceptionNews.NEW),
        ("longer", ExceptionNews.CHANGED),
    ]


def test_a_waiver_that_is_written_for_another_rule_is_the_same_waiver() -> None:
    old, new = decision(waiver("w-1")), decision(waiver("w-1", rule="grounding-score"))
    (change,) = exception_changes(old, new).waivers
    assert change.news is ExceptionNews.CHANGED
    assert (change.old, change.new) == (old.waivers[0], new.waivers[0])


def test_one_id_for_several_rules_stays_apart() -> None:
    old = decision(waiver("w-1"), waiver("w-1", rule="grounding-score"))
    new = decision(waiver("w-1"), waiver("w-1", rule="latency"))
    assert news(old, new) == [("w-1", ExceptionNews.APPLIED), ("w-1", ExceptionNews.GONE)]
    assert exception_changes(old, new).unchanged == 1


def test_entries_without_an_id_are_held_against_each_other_in_their_order() -> None:
    unusable = waiver("", UNUSABLE, rule="", owner="", expires=None)
    assert news(decision(unusable), decision(unusable, unusable)) == [("", ExceptionNews.UNUSABLE)]


def test_quarantined_tests_are_known_by_type_and_id() -> None:
    old = decision(quarantine=(quarantined("t", test_type="unit"), quarantined("t", test_type="e2e")))
    new = decision(quarantine=(quarantined("t", EXPIRED, test_type="unit"),))
    found = exception_changes(old, new).quarantine
    assert [(each.test_type, each.news) for each in found] == [
        ("unit", ExceptionNews.EXPIRED),
        ("e2e", ExceptionNews.GONE),
    ]


notes = st.lists(
    st.builds(
        waiver,
        st.sampled_from(["", "a", "b"]),
        st.sampled_from(ExceptionStanding),
        rule=st.sampled_from("xy"),
    ),
    max_size=6,
)


@given(notes, notes)
def test_every_entry_of_both_is_told_or_counted_once(
    before: list[WaiverNote], after: list[WaiverNote]
) -> None:
    found = exception_changes(decision(*before), decision(*after))
    assert len(before) == sum(each.old is not None for each in found.waivers) + found.unchanged
    assert len(after) == sum(each.new is not None for each in found.waivers) + found.unchanged


@given(notes)
def test_nothing_differs_from_itself(entries: list[WaiverNote]) -> None:
    assert exception_changes(decision(*entries), decision(*entries)).is_empty
