"""What a server said, as a person reads it in a log of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import marked, paragraph
from tsr_agent.models.api import ApprovalStateName, Received
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.client.address import ServerAddress
    from tsr_agent.client.delivery import Drained
    from tsr_agent.models.api import GoNoGo
    from tsr_agent.models.decision import GoNoGoDecision

_FEW = 10
_LONG = 2_000


def verdict_lines(
    address: ServerAddress, answer: GoNoGo, decision: GoNoGoDecision, *, width: int, show_all: bool = False
) -> list[str]:
    """The whole answer of ``gate`` from a server, the verdict first.

    Args:
        address: Of the server.
        answer: What it said.
        decision: What that is worth.
        width: Columns to write in.
        show_all: Every issue, not only the first few.
    """
    policy = one_line(f"{answer.policy.name} {answer.policy.version}", 200)
    subject = f"{one_line(answer.environment, 100)} · {answer.codebase_sha} · {policy}"
    lines = paragraph(f"{verdict(decision)}  {one_line(answer.reason, _LONG)}", width, "", "  ")
    lines += paragraph(subject, width, "  ")
    if answer.tested_sha != answer.codebase_sha:
        lines.append(f"  tested: {answer.tested_sha or 'not known'}")
    most = None if show_all else _FEW
    lines += _issues("Stops the release", "■", answer.blocking_issues, width, most)
    looked = answer.approval.state is ApprovalStateName.APPROVED
    lines += _issues(
        "A person has looked at" if looked else "A person has to look", "▲", answer.review_issues, width, most
    )
    lines += _issues("Warns", "▲", answer.warnings, width, most)
    lines += ["", *paragraph(f"Approval: {one_line(answer.approval.reason, _LONG)}", width, "  ", "    ")]
    lines += ["", f"  Server  {address}", f"  Report  {answer.report_id}"]
    return [
        *lines,
        f"  SHA-256 {answer.report_digest}",
        f"  Decided {answer.evaluated_at:%Y-%m-%d %H:%M:%S} UTC",
    ]


def _issues(title: str, sign: str, issues: Sequence[str], width: int, most: int | None) -> list[str]:
    if not issues:
        return []
    lines = ["", title]
    for each in issues[:most]:
        lines += marked(sign, one_line(each, _LONG), width, "  ", "    ")
    if most is not None and len(issues) > most:
        lines.append(f"  and {len(issues) - most:,} more (--all lists them)")
    return lines


def received_lines(address: ServerAddress, answer: Received, width: int) -> list[str]:
    """What the server made of a report that was handed in."""
    said = f"{verdict(answer.go_no_go_decision)}  {one_line(answer.reason, _LONG)}"
    lines = [f"On the server  {address}", *paragraph(said, width, "  ", "    ")]
    if answer.claim_differs:
        claimed = verdict(answer.claimed_decision).word
        differs = (
            f"▲ The report says {claimed} of itself. The server decided by its own policy, which counts."
        )
        lines += paragraph(differs, width, "  ", "    ")
    return [*lines, f"  Report  {answer.id}", f"  SHA-256 {answer.digest}"]


def drained_lines(drained: Drained, width: int) -> list[str]:
    """What became of what waited, one entry a line and what went wrong below it."""
    lines = []
    for entry, answer in drained.sent:
        said = verdict(answer.go_no_go_decision if isinstance(answer, Received) else answer.decision)
        lines += paragraph(f"✓ {entry.what} is on the server: {said}", width, "  ", "    ")
    for refused in drained.refused:
        problem = refused.problem
        why = one_line(problem.detail or problem.title, _LONG)
        lines += paragraph(
            f"✕ {refused.entry.what} was refused ({problem.status}): {why}", width, "  ", "    "
        )
        lines += paragraph(f"Kept: {refused.path}", width, "    ", "      ")
    for entry, error in drained.failed:
        lines += paragraph(f"▲ {entry.what} waits: {one_line(error.message, _LONG)}", width, "  ", "    ")
    for line in drained.aside:
        lines += paragraph(f"✕ {one_line(line, _LONG)}", width, "  ", "    ")
    return lines


def left_lines(drained: Drained, folder: object, width: int) -> list[str]:
    """How much waits on, and where."""
    lines = []
    if drained.left:
        left = f"{counted(drained.left, 'entry', 'entries')} left in {folder}"
        lines += paragraph(f"▲ {left}", width, "  ", "    ")
    for server, count in sorted(drained.elsewhere.items()):
        other = (
            f"{counted(count, 'entry', 'entries')} in {folder} for another server: {one_line(server, 200)}"
        )
        lines += paragraph(other, width, "  ", "    ")
    return lines
