"""A comparison topic by topic: the same lines as in the sentence form, lazily, and what did not change."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from msgspec.structs import replace

from tests.agent.sections.test_comparison import hostile_pair
from tests.factories.compared_reports import compared, judged, sample, scopes_of
from tests.factories.generated_reports import Dice, consistent_report, dice
from tests.factories.judged_reports import NOW, case, releasable
from tsr_agent.comparison.approvals import ApprovalsOnRecord, SaidByPerson
from tsr_agent.comparison.policies import PolicyChanges, PolicyNews, PolicyRuleChange, PolicyValueChange
from tsr_agent.comparison.report import compare
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models.api import ApprovalStateName
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import ExceptionStanding, GoNoGoDecision, WaiverNote
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.sections import changed_tests
from tsr_agent.sections.changes import MARKS, ChangeRow
from tsr_agent.sections.comparison import comparison
from tsr_agent.sections.document.comparison import comparison_document
from tsr_agent.sections.plain_text import HIDDEN
from tsr_agent.sections.topics import TITLES, topics
from tsr_agent.sections.unchanged import unchanged_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tsr_agent.comparison.report import Comparison, JudgedDocument
    from tsr_agent.sections.comparison import ComparisonSection
    from tsr_agent.sections.topics import Topic

GO, NO_GO = GoNoGoDecision.GO, GoNoGoDecision.NO_GO


def by_key(found: Comparison) -> dict[str, Topic]:
    return {each.key: each for each in topics(found, UTC)}


def rows(topic: Topic) -> list[ChangeRow]:
    return [row for group in topic.groups for row in group.rows]


def of_the_sample() -> Comparison:
    return compare(sample("released"), sample("broken"), scopes_of(ai_release()))


def told(section: ComparisonSection) -> Iterator[str]:
    """Every sentence of the form for terminals."""
    yield from (row.text for row in section.judged)
    groups = [*section.others, *(group for rule in section.rules for group in rule.causes)]
    yield from (row.text for group in groups for row in group.rows)


def test_every_topic_stands_in_its_place_whether_it_changed_or_not() -> None:
    found = topics(of_the_sample(), UTC)
    assert [(each.key, each.title) for each in found] == list(TITLES.items())
    assert all(bool(each.groups) is not bool(each.nothing) for each in found)


def test_the_samples_lines_say_what_each_side_says() -> None:
    found = by_key(of_the_sample())
    accuracy = rows(found["metrics"])[0]
    assert (accuracy.name, str(accuracy.old), str(accuracy.new)) == (
        "Accuracy",
        "0.9324 (n 74)",
        "0.2973 (n 74)",
    )
    assert accuracy.note == "−0.6351 (−0.735 to −0.497)"
    assert "Lower is worse." in accuracy.below
    assert any("95 %" in each for each in accuracy.below)
    test = rows(found["tests"])[0]
    assert (str(test.old), str(test.new), test.note) == ("✓ passed", "✕ failed", "fails now")
    assert test.new.target is not None
    assert test.new.target.value in test.name
    assert found["coverage"].nothing == "The same in both: 8 source files."
    assert found["policy"].nothing.startswith("The same policy: ai-release 1 (")


@given(dice)
def test_all_forms_have_the_same_lines(roll: Dice) -> None:
    """What a terminal prints with ``--all`` stands in the topics, word by word."""
    found = compared(consistent_report(roll), replace(consistent_report(roll), id="tsr-2"))
    section = comparison(found, few=None, zone=UTC)
    in_topics = {row.text for topic in section.topics for row in rows(topic)}
    with_type = {text.rpartition(" (")[0] for text in in_topics}
    figures = {row.text for group in section.others if "other figures" in group.title for row in group.rows}
    missing = {text for text in told(section) if text not in in_topics | with_type | figures}
    assert missing == set()


@given(dice)
def test_what_is_the_same_is_as_much_as_is_counted(roll: Dice) -> None:
    old, new = judged(consistent_report(roll)), judged(replace(consistent_report(roll), id="tsr-2"))
    found = compare(old, new)
    same = unchanged_rows(found, old, new)
    numbers = {key: len(each) for key, each in same.items()}
    counted = found.changes.unchanged
    assert numbers.get("rules", 0) == found.rules_unchanged
    assert numbers.get("tests", 0) == found.changes.tests.unchanged
    assert numbers.get("metrics", 0) == counted.metrics
    assert numbers.get("failure_modes", 0) == counted.failure_modes
    assert numbers.get("requirements", 0) == counted.requirements
    for each in same.values():
        assert all(str(row.old) for row in each)


def test_a_report_is_the_same_as_itself_in_every_line() -> None:
    one = sample("broken")
    same = unchanged_rows(compare(one, one), one, one)
    assert all(row.old.text == row.new.text for each in same.values() for row in each)
    assert {
        "rules",
        "tests",
        "metrics",
        "failure_modes",
        "requirements",
        "coverage",
        "manifest",
    } <= same.keys()


def test_lines_are_made_when_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = changed_tests._test_row

    def counting(name: str, *rest: Any, **more: Any) -> ChangeRow:
        made.append(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(changed_tests, "_test_row", counting)
    many = [case(f"t-{number}", CaseStatus.FAILED) for number in range(5_000)]
    new = releasable(id="b", test_results=(TestTypeResult.from_cases(TestType.UNIT, many),))
    (failing, *_) = by_key(compared(releasable(), new))["tests"].groups
    assert len(failing.rows) == 5_000
    assert made == []
    assert [row.name for row in failing.rows[10:12]] == [failing.rows[10].name, failing.rows[11].name]
    assert len(made) == 4


def with_policy(changes: PolicyChanges) -> Comparison:
    old, new = judged(releasable()), judged(releasable(id="b"))
    policy = replace(new.decision.policy, name="mild", digest="e" * 64)
    return compare(old, replace(new, decision=replace(new.decision, policy=policy)), policy=changes)


def test_policies_tell_what_got_looser() -> None:
    value = PolicyValueChange(key="require.at_least", news=PolicyNews.LOOSER, old="0.85", new="0.8")
    change = PolicyRuleChange(
        id="accuracy", news=PolicyNews.LOOSER, old="At least 0.85.", new="At least 0.8.", values=(value,)
    )
    found = with_policy(PolicyChanges(rules=(change,)))
    topic = by_key(found)["policy"]
    assert topic.summary == "Another policy: 1 rule looser"
    looser = rows(topic)[-1]
    assert (looser.name, str(looser.old), str(looser.new), looser.note) == (
        "accuracy",
        "At least 0.85.",
        "At least 0.8.",
        "looser",
    )
    assert looser.below == (
        "require.at_least: 0.85 → 0.8 (looser)",
        "A: At least 0.85.",
        "B: At least 0.8.",
    )
    assert "accuracy looser: At least 0.8." in list(told(comparison(found, zone=UTC)))


def test_policies_whose_texts_are_not_known_say_so() -> None:
    found = with_policy(PolicyChanges(not_compared="The policy \u202egone is gone."))
    assert rows(by_key(found)["policy"])[-1].text == "The policy ⟨U+202E⟩gone is gone."


def waived(document: JudgedDocument, *waivers: WaiverNote) -> JudgedDocument:
    decision = replace(document.decision, waivers=waivers, decision_without_waivers=NO_GO)
    return replace(document, decision=decision)


def test_waivers_tell_both_verdicts() -> None:
    note = WaiverNote(
        id="w-1",
        rule="accuracy",
        standing=ExceptionStanding.APPLIED,
        owner="ana",
        expires=date(2026, 12, 1),
    )
    found = compare(judged(releasable()), waived(judged(releasable(id="b")), note))
    without, waiver = rows(by_key(found)["exceptions"])
    assert (str(without.old), str(without.new), without.note) == ("● GO", "■ NO-GO", "with them ● GO → ● GO")
    assert (waiver.name, str(waiver.old), str(waiver.new), waiver.note) == (
        "Waiver w-1 for accuracy",
        "not there",
        "applied, until 2026-12-01, ana",
        "excuses now",
    )


def rejected(document: JudgedDocument) -> JudgedDocument:
    said = SaidByPerson(
        id="a-1", action=ApprovalAction.REJECT, approved_by="ana", approved_at=NOW, note="not today"
    )
    on_record = ApprovalsOnRecord(
        released=NO_GO, state=ApprovalStateName.REJECTED, reason="ana rejected it", documents=(said,)
    )
    return replace(document, approvals=on_record)


def approvals(
    document: JudgedDocument, state: ApprovalStateName = ApprovalStateName.NOT_NEEDED
) -> JudgedDocument:
    released = document.decision.decision
    return replace(document, approvals=ApprovalsOnRecord(released=released, state=state, reason=""))


def test_a_rejection_shows_as_the_verdict_that_lists_show() -> None:
    found = compare(approvals(judged(releasable())), rejected(judged(releasable(id="b"))))
    section = comparison(found, zone=UTC)
    assert (str(section.old.verdict), str(section.new.verdict)) == ("● GO", "■ NO-GO")
    assert section.sentence == "no rule changed; what people said did"
    assert any(
        "the policy says ● GO, and with approvals it is ■ NO-GO: ana rejected it" in each
        for each in section.notes
    )
    stands, ana = rows(by_key(found)["approvals"])
    assert (str(stands.old), str(stands.new)) == ("– nobody has to approve", "✕ rejected")
    assert (ana.name, str(ana.old)) == ("ana", "said nothing")
    assert str(ana.new).startswith("✕ rejected · ")
    assert "B: not today" in ana.below


def test_without_a_look_at_approvals_nothing_is_said_about_them() -> None:
    topic = by_key(of_the_sample())["approvals"]
    assert topic.groups == ()
    assert topic.nothing == "What people said was not looked at for this comparison."


def test_a_report_that_nobody_judged_shows_no_verdict() -> None:
    section = comparison(of_the_sample(), zone=UTC, on_trial=True)
    assert {str(section.old.verdict), str(section.new.verdict)} == {"○ NOT JUDGED"}
    assert "by it A would be ● GO and B ■ NO-GO." in section.notes[0]


def test_the_older_one_on_the_right_is_told() -> None:
    old = releasable()
    found = compared(old, replace(old, id="b", created_at=old.created_at - timedelta(days=1)))
    section = comparison(found, zone=UTC)
    assert section.backwards in section.notes
    assert section.backwards.startswith("B was made before A.")
    assert comparison(compared(old, old), zone=UTC).backwards == ""


def test_hostile_text_stays_text_in_every_line() -> None:
    found = compared(*hostile_pair())
    section = comparison(found, few=None, zone=UTC)
    one, other = (judged(each) for each in hostile_pair())
    lines = [row for topic in section.topics for row in rows(topic)]
    lines += [row for each in unchanged_rows(found, one, other).values() for row in each]
    assert len(lines) > 10
    for row in lines:
        assert row.mark in MARKS
        for text in (row.text, row.name, str(row.old), str(row.new), row.note, *row.below, *row.details):
            assert not HIDDEN.search(text)
            assert "\n" not in text


def test_the_document_has_each_topics_lines() -> None:
    section = comparison(of_the_sample(), zone=UTC)
    document = comparison_document(section)
    keys = [each.key for each in document.sections]
    wanted = ["rules", *TITLES, "unchanged"]
    assert keys == ["comparison", *(f"comparison_{key}" for key in wanted)]
    for topic, made in zip(section.topics, document.sections[2:-1], strict=True):
        drawn = [row.cells[0].text for table in made.tables for row in table.rows()]
        assert drawn == [row.name or f"{row.mark.sign} {row.text}" for row in rows(topic)]
        assert sum(table.size for table in made.tables) == len(drawn)
