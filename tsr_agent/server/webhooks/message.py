"""What a webhook is told, in the form that Slack takes: a text, and blocks that say the same better.

Nearly all of it comes out of reports, that is from whoever wrote a pull request. Such text is shown and
never obeyed: hidden signs are written out, ``&<>`` are escaped so that no mention or link begins, addresses
are broken so that none is made of them, and everything stands in code spans, which neither format nor
notify, in Slack as in what takes Slack's messages.

Slack's limits (its reference of Block Kit): 50 blocks, 150 characters of a header, 3,000 of a section, 10
fields of 2,000 each; of a text 4,000 are advised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.gate.wording import counted
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.plain_text import CUT, one_line
from tsr_agent.server.webhooks.targets import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision

MAX_TEXT = 4_000
MAX_SECTION = 3_000
MAX_FIELD = 2_000
MOST_ISSUES = 5
_VALUE = 200
_ISSUE = 300
_HEADS = {
    Event.NO_GO: "NO-GO",
    Event.PENDING_REVIEW: "A release waits for approval",
    Event.APPROVED: "Approved",
    Event.REJECTED: "Rejected",
}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_VERDICTS = {
    GoNoGoDecision.GO: "GO",
    GoNoGoDecision.NO_GO: "NO-GO",
    GoNoGoDecision.PENDING_REVIEW: "PENDING REVIEW",
}


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What there is to tell."""

    event: Event
    decision: Decision
    released: GoNoGoDecision
    """The verdict with approvals weighed in."""
    standing: ApprovalStanding
    approval: Approval | None
    """What somebody said; None where a decision was taken."""
    repository: str
    codebase_sha: str
    triggered_by: str


def slack_message(occasion: Occasion) -> str:
    """The JSON to post."""
    facts, issues = _facts(occasion), _issues(occasion)
    head = f"aitr: {_HEADS[occasion.event]}"
    lines = [head, *(f"{name}: {value}" for name, value in facts), *issues]
    message: dict[str, Any] = {
        "text": _within(lines, MAX_TEXT),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": head, "emoji": False}},
            {"type": "section", "fields": [_spoken(f"*{name}*\n{value}") for name, value in facts]},
            {"type": "section", "text": _spoken(_within(issues, MAX_SECTION))},
        ],
        # Slack would fetch what it takes for a link and show a picture of it.
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return msgspec.json.encode(message).decode("utf-8")


def inert(text: str, limit: int = _VALUE) -> str:
    """Untrusted text as a code span in which nothing links, mentions or formats.

    Args:
        text: What somebody else wrote.
        limit: Most characters as they are sent, the span's marks and that of a cut apart.
    """
    shown = one_line(text, limit).replace("`", "'").replace("://", ": //") or "(none)"
    signs: list[str] = []
    length = 0
    for sign in shown:
        written = _ENTITIES.get(sign, sign)
        length += len(written)
        if length > limit:
            signs.append(CUT)
            break
        signs.append(written)
    return f"`{''.join(signs)}`"


def _facts(occasion: Occasion) -> list[tuple[str, str]]:
    decision, policy = occasion.decision, occasion.decision.policy
    return [
        ("Release", _VERDICTS[occasion.released]),
        ("Decided by policy", _VERDICTS[decision.decision]),
        ("Report", inert(decision.report_id)),
        ("Environment", inert(decision.environment)),
        ("Repository", inert(occasion.repository)),
        ("Commit", inert(occasion.codebase_sha)),
        ("Triggered by", inert(occasion.triggered_by)),
        ("Policy", inert(f"{policy.name} {policy.version}")),
        ("Approval", inert(occasion.standing.reason)),
    ]


def _issues(occasion: Occasion) -> list[str]:
    said = occasion.approval
    if said is not None:
        verb = {
            ApprovalAction.APPROVE: "approved",
            ApprovalAction.REJECT: "rejected",
            ApprovalAction.REVOKE: "withdrew what they had said",
        }[said.action]
        note = [f"Note: {inert(said.note, 1_000)}"] if said.note.strip() else []
        return [f"{inert(said.approved_by)} ({inert(said.role)}) {verb}.", *note]
    decision = occasion.decision
    found = decision.blocking_issues if occasion.event is Event.NO_GO else decision.review_issues
    shown = [f"• {inert(each, _ISSUE)}" for each in found[:MOST_ISSUES]]
    more = len(found) - len(shown)
    return [
        inert(decision.reason, 500),
        *shown,
        *([f"and {counted(more, 'more issue')}"] if more > 0 else []),
    ]


def _within(lines: Sequence[str], limit: int) -> str:
    """The lines as one text; where they do not fit, whole ones are left out and no code span stays open."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 2 > limit:
            return f"{text}\n{CUT}"
        text = f"{text}\n{line}" if text else line
    return text


def _spoken(text: str) -> dict[str, Any]:
    """A text in Slack's markup in which Slack itself looks for nothing to link."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}
