"""Exactly what is going to be approved, rejected or withdrawn, ready to be shown before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitr_desktop.library.approving import Word
from aitr_desktop.translation import translate
from tsr_agent.gate.approvals import ApprovalState, basis_digest
from tsr_agent.gate.saying import document, foreseen
from tsr_agent.models.approval import ApprovalAction, ApprovalTerms
from tsr_agent.sections.approval import approval_terms
from tsr_agent.sections.approval_history import approval_history
from tsr_agent.sections.fields import Field
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted, moment, verdict

if TYPE_CHECKING:
    from datetime import datetime

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.people import Person
    from tsr_agent.gate.saying import Foreseen, Release
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision
    from tsr_agent.sections.marks import Mark, Tone

LONGEST_VALUE = 1_000
MOST_ISSUES = 50
_DID = {ApprovalAction.APPROVE: "✓ approved", ApprovalAction.REJECT: "✕ rejected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Some of what is on record, under a heading."""

    title: str
    fields: tuple[Field, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One thing that a person may say, and everything that it is about."""

    action: ApprovalAction
    word: Word
    """What is handed in, its note apart."""
    title: str
    verdict: Mark
    subject: str
    sentence: str
    facts: tuple[Facts, ...]
    as_whom: str
    """Who says it, as the server knows them."""
    comes_to: str
    """What the release comes to with it, as a sentence."""
    tone: Tone
    needs_note: bool
    button: str
    choice: str = ""
    """What it is called among several that can be chosen."""


def offer(
    detail: ReportDetail,
    person: Person,
    action: ApprovalAction,
    *,
    server: str,
    document_id: str,
    now: datetime,
    withdrawn: Approval | None = None,
) -> Offer:
    """What a person may say about the report on screen, which was read from verified bytes.

    Args:
        detail: The report.
        person: Whom the server takes them for.
        action: What they want to do.
        server: Its address.
        document_id: Of the document that it becomes.
        now: The present moment.
        withdrawn: The document that is withdrawn.

    Raises:
        ValueError: There is no decision about the report, so nothing can be said about it.
    """
    release = detail.release
    if release is None or release.decision is None:
        raise ValueError("Nothing has been decided about this report.")
    decision = release.decision
    revokes = withdrawn.id if withdrawn is not None else None
    said = document(
        release,
        decision,
        action,
        document_id=document_id,
        by=person.subject,
        role=person.role,
        at=now,
        revokes=revokes,
    )
    after = foreseen(release, decision, said)
    return Offer(
        action=action,
        word=_word(detail, release, decision, said),
        title=_TITLES[action](),
        verdict=detail.head.verdict,
        subject=" · ".join(filter(None, (detail.head.release, detail.head.subject))),
        sentence=detail.head.sentence,
        facts=_facts(detail, decision, person, server, withdrawn),
        as_whom=translate("Approval", "You say it as {name}, whom the server knows by the token.").format(
            name=_named(person)
        ),
        comes_to=_comes_to(action, after),
        tone=verdict(after.verdict).tone,
        needs_note=action is ApprovalAction.REJECT,
        button=_BUTTONS[action](),
        choice=_choice(withdrawn) if withdrawn is not None else "",
    )


def _word(detail: ReportDetail, release: Release, decision: Decision, said: Approval) -> Word:
    return Word(
        id=said.id,
        action=said.action,
        by=said.approved_by,
        report_id=release.report_id,
        report_digest=release.report_digest,
        decision_digest=detail.decision_digest,
        basis_digest=basis_digest(decision),
        seen=frozenset(each.id for each in release.approvals),
        revokes=said.revokes,
    )


def _facts(
    detail: ReportDetail, decision: Decision, person: Person, server: str, withdrawn: Approval | None
) -> tuple[Facts, ...]:
    groups = [
        (translate("Approval", "Release"), _release(detail)),
        (translate("Approval", "Decision"), _decision(detail, decision)),
        (translate("Approval", "You"), _you(person, server)),
    ]
    if withdrawn is not None:
        groups.insert(0, (translate("Approval", "To be withdrawn"), _withdrawn(withdrawn)))
    issues = (
        (translate("Approval", "Stops it"), decision.blocking_issues),
        (translate("Approval", "A person has to look"), decision.review_issues),
        (translate("Approval", "Warns"), decision.warnings),
    )
    facts = [Facts(title=title, fields=tuple(fields)) for title, fields in groups]
    facts += _said_before(detail)
    facts += [
        Facts(title=f"{title} ({len(lines):,})", lines=tuple(_lines(lines)))
        for title, lines in issues
        if lines
    ]
    return tuple(facts)


def _said_before(detail: ReportDetail) -> list[Facts]:
    """Everything that people said, whether it counts or not."""
    release = detail.release
    rows = approval_history(release.decision, release.approvals, release.standing).rows if release else ()
    lines = []
    for row in rows:
        note = f": {_one(row.note)}" if row.note else ""
        why_not = f" {row.why_not}" if row.why_not else ""
        lines.append(f"{row.action} {row.who} ({row.role}), {row.when.local}{note}{why_not}")
    title = translate("Approval", "People said ({number})").format(number=f"{len(lines):,}")
    return [Facts(title=title, lines=tuple(lines))] if lines else []


def _lines(issues: tuple[str, ...]) -> list[str]:
    shown = [_one(each) for each in issues[:MOST_ISSUES]]
    more = len(issues) - MOST_ISSUES
    and_more = translate("Approval", "and {number} more; the report has all of them").format(
        number=f"{more:,}"
    )
    return [*shown, and_more] if more > 0 else shown


def _release(detail: ReportDetail) -> list[Field]:
    head, release = detail.head, detail.release
    author = release.author if release is not None else ""
    started = release.triggered_by if release is not None else ""
    nobody = translate("Approval", "not known")
    return [
        Field(translate("Approval", "Report"), _one(detail.report_id), is_code=True),
        Field(translate("Approval", "SHA-256"), detail.digest, is_code=True),
        Field(
            translate("Approval", "Repository"), _one(detail.repository) or translate("Approval", "(none)")
        ),
        Field(translate("Approval", "Branch"), head.branch or translate("Approval", "(none)")),
        Field(translate("Approval", "Commit"), head.release_whole, is_code=True),
        Field(translate("Approval", "Environment"), head.environment),
        Field(translate("Approval", "Made"), head.created.local, head.created.utc),
        Field(translate("Approval", "Started by"), _one(started) or nobody),
        Field(translate("Approval", "Author"), _one(author) or nobody),
    ]


def _decision(detail: ReportDetail, decision: Decision) -> list[Field]:
    taken, mark, policy = moment(decision.evaluated_at), verdict(decision.decision), decision.policy
    asked = approval_terms(decision.approval) if decision.approval else ""
    if not asked and decision.manual_approval_required:
        asked = translate("Approval", "A person has to approve.") + " " + approval_terms(ApprovalTerms())
    stands = detail.release.standing if detail.release is not None else None
    found = [
        Field(
            translate("Approval", "Decided"), f"{mark}, {taken.local}", f"{mark}, {taken.utc}", tone=mark.tone
        ),
        Field(translate("Approval", "Policy"), _one(f"{policy.name} {policy.version}")),
        Field(translate("Approval", "Policy's SHA-256"), policy.digest, is_code=True),
        Field(translate("Approval", "Basis's SHA-256"), basis_digest(decision), is_code=True),
        Field(
            translate("Approval", "Asked for"),
            asked or translate("Approval", "The policy asks for nobody's approval."),
        ),
    ]
    found += _excepted(detail)
    if stands is not None:
        found.append(Field(translate("Approval", "On record"), one_line(f"{stands.reason}.", LONGEST_VALUE)))
    return found


def _excepted(detail: ReportDetail) -> list[Field]:
    """What was let pass that did not, and what the verdict is without that: whoever signs signs it too."""
    head, found = detail.head, []
    if head.exceptions:
        said = f"{head.exceptions[:1].upper()}{head.exceptions[1:]}"
        found.append(Field(translate("Approval", "Exceptions"), one_line(said, LONGEST_VALUE)))
    without = head.without_exceptions
    if without is not None:
        found.append(Field(translate("Approval", "Without exceptions"), str(without), tone=without.tone))
    return found


def _you(person: Person, server: str) -> list[Field]:
    asked = moment(person.asked_at)
    ends = moment(person.expires_at)
    says = translate("Approval", "{server}, asked {time}").format(server=server, time=asked.local)
    return [
        Field(translate("Approval", "Who"), _named(person)),
        Field(translate("Approval", "Known to"), says, asked.utc),
        Field(translate("Approval", "Token until"), ends.local, ends.utc),
    ]


def _named(person: Person) -> str:
    role = one_line(person.role.replace("_", " "), 60)
    return translate("Approval", "{name} ({role})").format(name=one_line(person.subject, 200), role=role)


def _withdrawn(said: Approval) -> list[Field]:
    note = one_line(said.note.strip(), LONGEST_VALUE)
    when = moment(said.approved_at)
    fields = [
        Field(translate("Approval", "What"), _DID.get(said.action, "")),
        Field(translate("Approval", "When"), when.local, when.utc),
        Field(translate("Approval", "Its id"), _one(said.id), is_code=True),
    ]
    return fields + ([Field(translate("Approval", "Its note"), note, said.note)] if note else [])


def _choice(said: Approval) -> str:
    note = one_line(said.note.strip(), 60)
    what = f"{_DID.get(said.action, '')}, {moment(said.approved_at).local}"
    return f"{what}: {note}" if note else what


def _comes_to(action: ApprovalAction, after: Foreseen) -> str:
    stands, mark = after.standing, verdict(after.verdict)
    reason = one_line(stands.reason, LONGEST_VALUE)
    if action is ApprovalAction.APPROVE and stands.needed and not stands.rejected_by:
        here = translate("Approval", "{number} of {needed}; then {verdict}.").format(
            number=f"{stands.needed - stands.missing:,}",
            needed=counted(stands.needed, "approval"),
            verdict=mark,
        )
        return here if not stands.missing else f"{here} {reason}."
    if action is ApprovalAction.REJECT and stands.state is ApprovalState.NOT_APPROVABLE:
        words = translate(
            "Approval", "Then {verdict} as it is now; the rejection stands whatever is decided later."
        )
        return words.format(verdict=mark)
    return translate("Approval", "Then {verdict}. {reason}.").format(verdict=mark, reason=reason)


def _one(text: str) -> str:
    return one_line(text, LONGEST_VALUE)


_TITLES = {
    ApprovalAction.APPROVE: lambda: translate("Approval", "Approve this release?"),
    ApprovalAction.REJECT: lambda: translate("Approval", "Reject this release?"),
    ApprovalAction.REVOKE: lambda: translate("Approval", "Withdraw what you said?"),
}
_BUTTONS = {
    ApprovalAction.APPROVE: lambda: translate("Approval", "Approve"),
    ApprovalAction.REJECT: lambda: translate("Approval", "Reject"),
    ApprovalAction.REVOKE: lambda: translate("Approval", "Withdraw"),
}
