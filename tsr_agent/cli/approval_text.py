"""A release that a person is asked about, and what people said, as a terminal shows it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from tsr_agent.cli.layout import cells, marked, paragraph
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import moment, verdict

if TYPE_CHECKING:
    from datetime import datetime

    from tsr_agent.cli.approving import Release
    from tsr_agent.models.api import ApprovalAnswer, ApprovalHistory, ApprovalSummary
    from tsr_agent.models.approval import Approval

MOST_ISSUES = 10
_DID = {
    ApprovalAction.APPROVE: "approved",
    ApprovalAction.REJECT: "rejected",
    ApprovalAction.REVOKE: "withdrew",
}
_ABOUT = {"approve": "To be approved", "reject": "To be rejected", "revoke": "The release"}
_LABEL = 14


def release_lines(release: Release, verb: str, note: str, width: int) -> list[str]:
    """Exactly what a person is about to answer.

    Args:
        release: What is on record.
        verb: What they are about to do: ``approve``, ``reject`` or ``revoke``.
        note: What they say with it.
        width: Columns to write in.
    """
    answer, report, versions = release.answer, release.report, release.report.versions
    policy = answer.policy
    in_force = "" if answer.policy_in_force else ", no longer in force"
    rows = [
        ("report", report.id),
        ("SHA-256", answer.report_digest),
        ("made", f"{_minute(report.created_at)}, started by {report.triggered_by}"),
        ("repository", f"{versions.codebase_repo or '(none)'}, {versions.codebase_branch or 'no branch'}"),
        ("commit", versions.codebase_sha),
        ("author", versions.codebase_author or "(not known)"),
        ("environment", answer.environment),
        ("policy", f"{policy.name} {policy.version}{in_force}"),
        ("its SHA-256", policy.digest),
        ("decided", f"{verdict(answer.decided)} on {_minute(answer.evaluated_at)}"),
        ("now", f"{verdict(answer.decision)}: {answer.approval.reason}"),
        ("you", f"{release.me.subject} ({_role(release.me.role.value)})"),
        ("note", note or "(none)"),
    ]
    lines = [f"{_ABOUT[verb]} at the server:", ""]
    for label, value in rows:
        lines += _row(label, one_line(value, 1_000), width)
    for heading, issues in (
        ("Stops it", answer.blocking_issues),
        ("A person has to look", answer.review_issues),
        ("Warns", answer.warnings),
    ):
        lines += _issues(heading, issues, width)
    return lines


def recorded_lines(answer: ApprovalAnswer, report_id: str, width: int) -> list[str]:
    """What was recorded and what it comes to."""
    said = answer.approval
    lines = paragraph(f"{verdict(answer.decision)}  {_sentence(answer.standing)}", width, "", "  ")
    what = f"Recorded: {one_line(said.approved_by)} {_DID[said.action]} at {_minute(said.approved_at)}."
    lines = ["", *lines, *paragraph(what, width, "  ")]
    if said.action is not ApprovalAction.REVOKE:
        lines += ["  Take it back with:", f"    tsr-agent revoke {one_line(report_id)} {one_line(said.id)}"]
    return lines


def history_lines(history: ApprovalHistory, width: int) -> list[str]:
    """Everything that was said about a report, and what it comes to."""
    head = f"{verdict(history.decision)}  {_sentence(history.standing)}"
    lines = [*paragraph(head, width, "", "  "), f"  report {one_line(history.id)}"]
    if not history.items:
        return [*lines, "  Nobody has said anything yet."]
    idle = {each.id: each.reason for each in history.uncounted}
    for each in history.items:
        lines += ["", *entry_lines(each, idle.get(each.id, ""), width)]
    return lines


def entry_lines(said: Approval, why_not: str, width: int) -> list[str]:
    """One thing that a person said.

    Args:
        said: The document.
        why_not: Why it does not count; empty where it does.
        width: Columns to write in.
    """
    who = f"{one_line(said.approved_by, 200)} ({_role(said.role)})"
    took_back = f" {one_line(said.revokes)}" if said.revokes else ""
    lines = paragraph(
        f"{_minute(said.approved_at)}  {who} {_DID[said.action]}{took_back}", width, "  ", "    "
    )
    lines += _row("id", one_line(said.id), width, indent="    ")
    if why_not:
        lines += _row("does not count", one_line(why_not, 1_000), width, indent="    ")
    if said.note.strip():
        lines += _row("note", one_line(said.note, 4_000), width, indent="    ")
    return lines


def _issues(heading: str, issues: tuple[str, ...], width: int) -> list[str]:
    if not issues:
        return []
    lines = ["", heading]
    for each in issues[:MOST_ISSUES]:
        lines += marked("·", one_line(each, 1_000), width, "  ", "    ")
    more = len(issues) - MOST_ISSUES
    return [*lines, f"  and {more:,} more"] if more > 0 else lines


def _row(label: str, value: str, width: int, indent: str = "  ") -> list[str]:
    wide = max(_LABEL, cells(label))
    hanging = " " * (len(indent) + wide + 1)
    first, *others = paragraph(value, width, hanging) or [hanging]
    return [f"{indent}{label:<{wide}} {first.strip()}", *others]


def _minute(time: datetime) -> str:
    return moment(time, UTC).local


def _role(role: str) -> str:
    return one_line(role, 50).replace("_", " ")


def _sentence(standing: ApprovalSummary) -> str:
    return f"{one_line(standing.reason, 2_000)}."
