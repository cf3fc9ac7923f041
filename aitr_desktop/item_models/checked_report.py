"""The checklist of one report with the controls, ready to be shown in the Check place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitr_desktop.item_models.section_tables import checking
from aitr_desktop.translation import translate
from tsr_agent.sections.checklist import MARKS, checklist
from tsr_agent.sections.controls import frameworks
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.item_models.section_tables.known import Known
    from aitr_desktop.library.workspace import OpenedReport, Workspace
    from tsr_agent.controls.reading import Gathered
    from tsr_agent.models.decision import Decision
    from tsr_agent.sections.checklist import Checklist, Compliance
    from tsr_agent.sections.controls import Framework
    from tsr_agent.sections.marks import Mark
    from tsr_agent.sections.overview import Overview


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReport:
    """What the Check place shows of one report."""

    report_id: str
    digest: str
    subject: str
    """What was released, from which branch to which environment."""
    verdict: Mark
    """As the report's own head shows it."""
    found: Checklist
    frameworks: tuple[Framework, ...]
    refused: tuple[str, ...]
    """Why each catalogue of the team's own that could not be used was not, a line each."""
    known: Known
    """What the report has, so that nothing is drawn as a link that leads nowhere."""
    can_judge_again: bool
    """Whether the policy that judged is known to have been replaced."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody wants to see of it."""

    by_control: bool = False
    """Controls with their items, and not items with their controls."""
    framework: str = ""
    """Id of the only framework; empty for all."""
    standing: Compliance | None = None
    """The only standing; None for all. Controls have those whose items have it."""


def checked_report(
    opened: OpenedReport, known: Known, head: Overview, *, recorded: Decision | None = None
) -> CheckedReport:
    """Judges the checklist of a report.

    Args:
        opened: The report with the decision that it is judged from.
        known: What the report has.
        head: What was released, and what is on record about it.
        recorded: The decision on record, where ``opened`` has one that was taken again now.
    """
    decision = opened.decision
    catalogues, refused = opened.controls or _shipped()
    found = checklist(
        opened.report,
        decision,
        opened.standing,
        approvals=opened.approvals,
        digest=opened.digest,
        in_force=opened.policy_in_force,
        recorded=recorded,
    )
    return CheckedReport(
        report_id=opened.report.id,
        digest=opened.digest,
        subject=" · ".join(part for part in (head.release, head.subject) if part),
        verdict=head.verdict,
        found=found,
        frameworks=frameworks(found, catalogues),
        refused=tuple(one_line(" ".join((error.message, *error.details)), 500) for error in refused),
        known=known,
        can_judge_again=recorded is None and decision is not None and opened.policy_in_force is False,
    )


def checked_again(workspace: Workspace, report_id: str, now: datetime) -> CheckedReport:
    """The checklist judged by the policy in force for the report, taken now. Blocks; nothing is filed.

    Raises:
        TsrError: The report or the policy can't be read, or was altered.
    """
    from aitr_desktop.item_models.section_tables.known import Known
    from tsr_agent.sections.matrix import matrix
    from tsr_agent.sections.overview import overview
    from tsr_agent.sections.requirements import requirements

    opened = workspace.load(report_id)
    head = overview(
        opened.report,
        opened.decision,
        standing=opened.standing,
        policy_in_force=opened.policy_in_force,
    )
    again = workspace.judged_again(report_id, now)
    known = Known(opened, matrix(opened.report, requirements(opened.report)))
    return checked_report(again, known, head, recorded=opened.decision)


def _shipped() -> Gathered:
    from tsr_agent.controls.reading import Gathered, shipped

    return Gathered(shipped())


def counts(checked: CheckedReport, framework: str) -> dict[Compliance, int]:
    """How many items have which standing, of all or of those that bear on a framework."""
    wanted = _keys_of(checked, framework)
    return {
        standing: sum(
            each.standing is standing and (wanted is None or each.key in wanted)
            for each in checked.found.items
        )
        for standing in MARKS
    }


def check_blocks(checked: CheckedReport, shown: Shown) -> tuple[Block, ...]:
    """The tables of the Check place: one of all items, or one a framework."""
    from aitr_desktop.item_models.report_detail import Block

    chosen = [each for each in checked.frameworks if shown.framework in ("", each.id)]
    wanted = _keys_of(checked, shown.framework)
    items = [
        each
        for each in checked.found.items
        if (wanted is None or each.key in wanted) and shown.standing in (None, each.standing)
    ]
    if not shown.by_control:
        nodes = tuple(checking.item_node(each, chosen, checked.known) for each in items)
        name = translate("Check", "Checklist")
        total = len(checked.found.items)
        return (
            Block(
                key="checklist",
                title=name,
                summary=translate("Check", "{shown} of {total} items").format(
                    shown=f"{len(items):,}", total=f"{total:,}"
                ),
                tables=((name, checking.items_table(nodes)),) if nodes else (),
                nothing="" if nodes else translate("Check", "No item is like that."),
            ),
        )
    kept = {each.key for each in items} if shown.standing is not None else None
    return tuple(_controls(each, checked, kept) for each in chosen)


def _controls(frame: Framework, checked: CheckedReport, kept: set[str] | None) -> Block:
    from aitr_desktop.item_models.report_detail import Block

    by_key = {each.key: each for each in checked.found.items}
    rows = [each for each in frame.controls if kept is None or kept & set(each.items)]
    nodes = tuple(checking.control_node(each, by_key) for each in rows)
    return Block(
        key=f"controls:{frame.id}",
        title=frame.title,
        summary=frame.summary,
        tables=((frame.title, checking.controls_table(nodes, frame)),) if nodes else (),
        nothing="" if nodes else translate("Check", "No control is like that."),
    )


def _keys_of(checked: CheckedReport, framework: str) -> set[str] | None:
    """Keys of the items that bear on a framework; None for all items."""
    if not framework:
        return None
    return {
        key
        for each in checked.frameworks
        if each.id == framework
        for control in each.controls
        for key in control.items
    }
