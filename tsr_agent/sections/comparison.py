"""Two reports side by side as plain data: the verdicts, why they differ, and all else that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.comparison.rules import BAD_LISTS, GOOD_LISTS, Turn, effect
from tsr_agent.models.decision import RuleEffect
from tsr_agent.sections.changed_tests import test_group, unlisted_rows
from tsr_agent.sections.changes import (
    BETTER,
    DOUBTFUL,
    OTHER,
    WORSE,
    ChangeGroup,
    ChangeRow,
    group,
)
from tsr_agent.sections.eval_changes import failure_mode_row, iteration_rows, metric_row
from tsr_agent.sections.evidence_changes import (
    coverage_row,
    field_row,
    finding_row,
    input_row,
    requirement_row,
    run_row,
    scan_rows,
)
from tsr_agent.sections.judging_changes import approval_groups, exception_groups, policy_groups
from tsr_agent.sections.marks import Mark
from tsr_agent.sections.overview import repository_name
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.rule_changes import RuleChangeRow, rule_row, then_and_now
from tsr_agent.sections.topics import Topic, topics
from tsr_agent.sections.wording import NOT_JUDGED, Moment, counted, moment, short_sha, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from tsr_agent.comparison.report import ComparedReport, Comparison, EvidenceChanges
    from tsr_agent.comparison.rules import Cause
    from tsr_agent.models.results import TestType

FEW = 5
"""Rows of a group that are drawn where not all are wanted."""
_NOTED = ("versions.codebase_repo", "environment")
"""Fields that the notes tell in their own words."""
_Shown = set[tuple[str, "TestType | None"]]
"""Lists of the comparison, or their part of one test type, that stand under a rule."""


class SideRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two reports."""

    name: str
    """``A`` or ``B``."""
    verdict: Mark
    """As lists show it: approvals weighed in, where they are known."""
    subject: str
    """Repository, branch, commit, environment and when it was made."""
    place: str
    """The same without the time."""
    made: Moment
    policy: str
    """The policy that judged it, with the first digits of its file's digest."""
    report_id: str
    report_id_whole: str
    """As the report has it, for whoever looks it up."""
    digest: str


class ComparisonSection(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison, ready to be drawn."""

    old: SideRow
    new: SideRow
    sentence: str
    """What became of the verdict, in one sentence."""
    notes: tuple[str, ...]
    """What a reader has to know first: policy, other repository, other environment, order in time."""
    backwards: str
    """Says that B is the older one, among the notes too; empty where it is not."""
    judged: tuple[ChangeRow, ...]
    """What is another about what was judged: commits, branch, prompts."""
    title: str
    """Above the rules."""
    rules: tuple[RuleChangeRow, ...]
    """By effect on the verdict."""
    others: tuple[ChangeGroup, ...]
    """What changed and is behind no rule above, in order of weight."""
    unchanged: str
    """What did not change, in one sentence."""
    topics: tuple[Topic, ...] = ()
    """Everything that changed, topic by topic."""


def comparison(
    found: Comparison,
    *,
    few: int | None = FEW,
    left_out: Sequence[str] = (),
    zone: tzinfo | None = None,
    on_trial: bool = False,
) -> ComparisonSection:
    """The comparison as it is drawn.

    Args:
        found: What changed.
        few: Rows of each group; None for all.
        left_out: Ids of rules that were not judged, because they look at a baseline.
        zone: Where the viewer is; None for the zone of this machine.
        on_trial: Both were judged for this comparison alone, because one of them has no decision on record.
            No verdict is then shown as theirs.
    """
    moved = [each for each in found.rules if each.turn is not Turn.NO_MATTER]
    shown = {(cause.where, cause.test_type) for cause in _causes(found)}
    differs = found.old.verdict is not found.new.verdict
    return ComparisonSection(
        old=_side("A", found.old, zone, on_trial=on_trial),
        new=_side("B", found.new, zone, on_trial=on_trial),
        sentence=_sentence(found),
        notes=(*(_on_trial(found) if on_trial else ()), *_notes(found), *_left_out(left_out)),
        backwards=_backwards(found),
        judged=tuple(field_row(each) for each in found.changes.fields if each.field not in _NOTED),
        title="Why the verdict changed, the heaviest first"
        if differs
        else "Rules by their effect on the verdict",
        rules=tuple(rule_row(each, found.changes, few) for each in moved),
        others=tuple(_others(found, shown, few, zone)),
        unchanged=_unchanged(found),
        topics=topics(found, zone),
    )


def _left_out(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - FEW:,} more" if len(names) > FEW else ""
    return [f"Not judged here, because they look at a baseline: {', '.join(names[:FEW])}{more}."]


def _on_trial(found: Comparison) -> tuple[str, ...]:
    said = [verdict(each.decision) for each in (found.old, found.new)]
    judged = "One of them was never judged: both are judged here by the built-in policy, for this comparison"
    return (f"{judged} alone; by it A would be {said[0]} and B {said[1]}.",)


def _side(name: str, head: ComparedReport, zone: tzinfo | None, *, on_trial: bool) -> SideRow:
    parts = repository_name(head.repository), head.branch, short_sha(head.commit), head.environment
    place = " · ".join(one_line(each, 100) for each in parts if each)
    made = moment(head.created_at, zone)
    policy = f"{head.policy.name} {head.policy.version}"
    return SideRow(
        name=name,
        verdict=NOT_JUDGED if on_trial else verdict(head.verdict),
        subject=" · ".join(each for each in (place, made.local) if each),
        place=place,
        made=made,
        policy=f"{one_line(policy, 200)} ({short_sha(head.policy.digest)})",
        report_id=one_line(head.report_id),
        report_id_whole=head.report_id,
        digest=head.digest,
    )


def _sentence(found: Comparison) -> str:
    if found.same_document:
        return "A and B are the same document: nothing changed"
    if found.is_empty:
        return "nothing changed but when the reports were made"
    worse = [each for each in found.rules if each.turn is Turn.WORSE]
    better = [each for each in found.rules if each.turn is Turn.BETTER]
    parts = []
    for deciding in (RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW, RuleEffect.WARNS):
        number = sum(effect(each.new) is deciding for each in worse)
        verbs = {
            RuleEffect.BLOCKS: ("blocks now", "block now"),
            RuleEffect.NEEDS_REVIEW: ("needs review now", "need review now"),
            RuleEffect.WARNS: ("warns now", "warn now"),
        }[deciding]
        if number:
            parts.append(f"{counted(number, 'rule')} {verbs[number != 1]}")
    parts += [f"{counted(len(better), 'rule')} got better"] if better else []
    same = found.old.verdict is found.new.verdict
    if same:
        parts.insert(0, "the verdict is the same")
    if not same and not parts:
        parts.append(
            "no rule changed; what people have to approve did"
            if _approval(found)
            else "no rule changed; what people said did"
            if found.old.decision is found.new.decision
            else "no rule changed"
        )
    elif not worse and not better:
        parts.append("no rule got worse or better")
    return ", ".join(parts)


def _approval(found: Comparison) -> bool:
    return found.old.manual_approval_required is not found.new.manual_approval_required


def _notes(found: Comparison) -> list[str]:
    old, new = found.old, found.new
    said = (
        ("Of different repositories", old.repository, new.repository),
        ("For different environments", *_environments(found)),
    )
    notes = [_policy(found)]
    notes += [f"{what}: {_named(one)} and {_named(other)}." for what, one, other in said if one != other]
    notes += [_backwards(found)] if _backwards(found) else []
    if found.same_id_other_bytes:
        notes.append("Both have the same report id and are not the same document: one was altered.")
    if _approval(found):
        which, other = ("B", "A") if new.manual_approval_required else ("A", "B")
        notes.append(f"A person has to approve {which}, and not {other}.")
    return [*notes, *_own_words("A", old), *_own_words("B", new)]


def _backwards(found: Comparison) -> str:
    if found.new.created_at >= found.old.created_at:
        return ""
    return "B was made before A. What is called “now” is what B says, the older one."


def _environments(found: Comparison) -> tuple[str, str]:
    """Of the reports where those differ, else those that they were judged for."""
    said = next((each for each in found.changes.fields if each.field == "environment"), None)
    if said is not None:
        return said.old or "", said.new or ""
    return found.old.environment, found.new.environment


def _policy(found: Comparison) -> str:
    policies = [found.old.policy, found.new.policy]
    names = [one_line(f"{each.name} {each.version}") for each in policies]
    if policies[0] == policies[1]:
        return f"Both judged by {names[1]}, for {_places(found)}."
    told = [f"{name} ({short_sha(each.digest)})" for name, each in zip(names, policies, strict=True)]
    return f"Judged by different policies: {told[0]} and {told[1]}."


def _places(found: Comparison) -> str:
    names = dict.fromkeys(one_line(each.environment) for each in (found.old, found.new))
    return " and ".join(names)


def _own_words(name: str, head: ComparedReport) -> list[str]:
    """What is to be said of the verdict about one report."""
    notes = []
    if head.decision_without_waivers is not head.decision:
        notes.append(f"Without waivers {name} is {verdict(head.decision_without_waivers)}.")
    if head.approvals is not None and head.verdict is not head.decision:
        notes.append(
            f"{name}: the policy says {verdict(head.decision)}, and with approvals it is "
            f"{verdict(head.verdict)}: {one_line(head.approvals.reason, 300)}."
        )
    if head.claim is not None and head.claim is not head.decision:
        notes.append(f"When it was made, {name} was judged {verdict(head.claim)}.")
    return notes


def _named(value: str) -> str:
    return one_line(value, 200) or "(none named)"


def _other_figures(found: Comparison, few: int | None) -> tuple[ChangeGroup, ...]:
    """Rules that do nothing to either verdict and say something else."""
    rules = [each for each in found.rules if each.turn is Turn.NO_MATTER]
    rows = []
    for each in rules:
        told = each.new or each.old
        said = then_and_now(each.old, each.new) or (one_line(told.message, 300) if told is not None else "")
        rows.append(ChangeRow(mark=OTHER, text=f"{one_line(each.id)}: {said}"))
    title = f"{counted(len(rules), 'rule')} with other figures, without effect both times"
    return group(OTHER, title, rows, len(rows), few)


def _others(found: Comparison, shown: _Shown, few: int | None, zone: tzinfo | None) -> list[ChangeGroup]:
    """What is behind no rule above, the heaviest first."""
    changes, named = found.changes, _named_causes(found)
    groups: list[ChangeGroup] = [
        *policy_groups(found),
        *exception_groups(found, tells_verdict=False),
        *approval_groups(found, zone),
    ]
    for name in BAD_LISTS:
        groups += _tests(changes, name, shown, few)
    unlisted = changes.tests.unlisted if ("tests.unlisted", None) not in shown else ()
    groups += group(DOUBTFUL, "Tests that are not listed", unlisted_rows(unlisted), len(unlisted), few)
    groups += _evals(found, named, few)
    groups += _findings_and_inputs(changes, shown, named, few)
    for name in (*GOOD_LISTS, "slower"):
        groups += _tests(changes, name, shown, few)
    groups += _other_figures(found, few)
    files = changes.coverage.files
    groups += group(
        OTHER,
        f"Code coverage of {counted(len(files), 'source file')}",
        map(coverage_row, files),
        len(files),
        few,
    )
    return groups


def _tests(changes: EvidenceChanges, name: str, shown: _Shown, few: int | None) -> tuple[ChangeGroup, ...]:
    left = [each for each in getattr(changes.tests, name) if (f"tests.{name}", each.test_type) not in shown]
    return test_group(name, left, len(left), few)


def _named_causes(found: Comparison) -> set[tuple[str, str]]:
    """What stands under a rule by its name: lists of the comparison with the metric, the tool and so on."""
    return {(cause.where, name) for cause in _causes(found) for name in cause.names}


def _causes(found: Comparison) -> list[Cause]:
    return [cause for each in found.rules if each.turn is not Turn.NO_MATTER for cause in each.causes]


def _evals(found: Comparison, names: set[tuple[str, str]], few: int | None) -> list[ChangeGroup]:
    changes = found.changes
    whole = {cause.where for cause in _causes(found) if not cause.names}
    metrics = [each for each in changes.metrics if ("metrics", each.metric) not in names]
    modes = [each for each in changes.failure_modes if ("failure_modes", each.id) not in names]
    requirements = changes.requirements if "requirements" not in whole else ()
    measures = [
        each for each in changes.coverage.measures if ("coverage.measures", each.measure.value) not in names
    ]
    metrics.sort(key=lambda each: (each.is_worse is not True, each.is_worse is not None))
    history = iteration_rows(changes.iterations) if "iterations" not in whole else []
    return [
        *group(OTHER, "Eval history", history, len(history), None),
        *group(OTHER, "Metrics", map(metric_row, metrics), len(metrics), few),
        *group(OTHER, "Failure modes", map(failure_mode_row, modes), len(modes), few),
        *group(OTHER, "Requirements", map(requirement_row, requirements), len(requirements), few),
        *group(OTHER, "Code coverage", map(coverage_row, measures), len(measures), few),
    ]


def _findings_and_inputs(
    changes: EvidenceChanges, shown: _Shown, named: set[tuple[str, str]], few: int | None
) -> list[ChangeGroup]:
    findings, inputs = changes.findings, changes.inputs
    areas = {where for where, _ in shown}
    new = [each for each in findings.new if ("findings.new", each.tool) not in named]
    gone = [each for each in findings.gone if ("findings.gone", each.tool) not in named]
    stopped = [each for each in findings.no_longer_ran if ("findings.no_longer_ran", each) not in named]
    runs = changes.runs if "runs" not in areas else ()
    unused = inputs.unused if "inputs.unused" not in areas else ()
    return [
        *group(WORSE, "Scans that no longer ran", scan_rows(stopped), len(stopped), few),
        *group(
            WORSE, counted(len(new), "new finding"), (finding_row(each, WORSE) for each in new), len(new), few
        ),
        *_paths(DOUBTFUL, "Nothing was read any more by", inputs.readers_gone, few),
        *group(WORSE, "Files that can't be used", map(input_row, unused), len(unused), few),
        *group(DOUBTFUL, "Test commands", map(run_row, runs), len(runs), few),
        *_paths(DOUBTFUL, "Files that are no longer there", inputs.gone, few),
        *group(
            BETTER,
            counted(len(gone), "finding") + " gone",
            (finding_row(each, BETTER) for each in gone),
            len(gone),
            few,
        ),
        *_paths(OTHER, "Scans that did not run before", findings.newly_ran, few),
        *group(BETTER, "Files that are read again", map(input_row, inputs.usable), len(inputs.usable), few),
        *_paths(OTHER, "Read for the first time by", inputs.readers_new, few),
        *_paths(OTHER, "Files that were not there", inputs.new, few),
    ]


def _paths(mark: Mark, title: str, names: Sequence[str], few: int | None) -> tuple[ChangeGroup, ...]:
    return group(
        mark, title, (ChangeRow(mark=mark, text=one_line(each, 300)) for each in names), len(names), few
    )


def _unchanged(found: Comparison) -> str:
    changes = found.changes
    same, iterations = changes.unchanged, changes.iterations
    named = [
        counted(number, noun)
        for number, noun in (
            (found.rules_unchanged, "rule"),
            (changes.tests.unchanged, "test"),
            (same.metrics, "metric"),
            (same.failure_modes, "failure mode"),
            (same.requirements, "requirement"),
            (same.source_files, "covered source file"),
            (same.findings, "finding"),
        )
        if number
    ]
    if iterations.old is not None and iterations.old == iterations.new:
        named.append("the latest iteration")
    if found.old.commit == found.new.commit:
        named.append(f"commit {short_sha(found.new.commit)}")
    return f"Not changed: {', '.join(named)}." if named else "Nothing is as it was."
