"""What one may say about the report on screen, why not, and what waits here, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.library.approving import Ending, Whereabouts
from aitr_desktop.translation import translate
from tsr_agent.gate.saying import document, objection, own_word
from tsr_agent.models.approval import ApprovalAction, ApprovalTerms, ApproverRole
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import moment, verdict

if TYPE_CHECKING:
    from datetime import datetime

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.approving import HandedIn, SaidHere, Word
    from aitr_desktop.library.people import Person
    from tsr_agent.models.approval import Approval

LONGEST = 600
"""Characters of what a server says that are shown in one line."""


class Remark(NamedTuple):
    """A line beside the verdict."""

    text: str
    tone: Tone


def noun(action: ApprovalAction) -> str:
    """What somebody said is called."""
    return {
        ApprovalAction.APPROVE: translate("Approval", "approval"),
        ApprovalAction.REJECT: translate("Approval", "rejection"),
        ApprovalAction.REVOKE: translate("Approval", "withdrawal"),
    }[action]


def remark(said: SaidHere) -> Remark:
    """That something was said here and does not count, and what becomes of it."""
    what, since = noun(said.action), moment(said.since).local
    outcome, advice = one_line(said.outcome, LONGEST), one_line(said.next_step, LONGEST)
    if said.where is Whereabouts.RECORDED:
        words = translate(
            "Approval",
            "▲ Your {what} is on record at the server since {time}. It counts here once the library has the "
            "document: synchronise.",
        )
        return Remark(words.format(what=what, time=since), Tone.PENDING)
    if said.where is Whereabouts.REFUSED:
        words = translate(
            "Approval", "✕ The server refused your {what} of {time}, which does not count: {why}"
        )
        told = words.format(what=what, time=since, why=outcome or translate("Approval", "no reason is known"))
        return Remark(" ".join(filter(None, (told, advice))), Tone.NO_GO)
    words = translate(
        "Approval", "▲ Your {what} waits to be sent, since {time}; it does not count yet."
    ).format(what=what, time=since)
    tried = translate("Approval", "Last try: {outcome}").format(outcome=outcome) if outcome else ""
    return Remark(" ".join(filter(None, (words, tried))), Tone.PENDING)


def ending_words(word: Word, found: HandedIn, host: str) -> str:
    """What became of something that was said."""
    what = noun(word.action)
    if found.ending is Ending.RECORDED:
        told = translate("Approval", "{host} has recorded your {what}.").format(host=host, what=what)
        if found.answer is None:
            return told
        comes_to = translate("Approval", "It comes to {verdict} there: {reason}.").format(
            verdict=verdict(found.answer.decision), reason=one_line(found.answer.standing.reason, LONGEST)
        )
        return f"{told} {comes_to}"
    words = translate("Approval", "Your {what} waits to be sent to {host}; it does not count yet.").format(
        what=what, host=host
    )
    error = found.error
    why = (error.message, error.next_step) if error is not None else ()
    return " ".join(one_line(each, LONGEST) for each in (words, *why) if each)


def why_not(action: ApprovalAction, detail: ReportDetail | None, person: Person | None, now: datetime) -> str:
    """Why one can't approve, reject or withdraw now, as a sentence; empty where one can.

    Args:
        action: What one wants to do.
        detail: The report on screen.
        person: Whom the server takes us for; None where no server was ever asked.
        now: The present moment.
    """
    if detail is None or detail.release is None:
        return translate("Approval", "No report is on screen.")
    if action is ApprovalAction.REVOKE and left_here(detail):
        return ""
    return _why_nothing(detail, person) or (
        _why_not_withdraw(detail, person, now)
        if action is ApprovalAction.REVOKE
        else _why_not_say(action, detail, person, now)
    )


def _why_nothing(detail: ReportDetail, person: Person | None) -> str:
    """Why one can say nothing at all."""
    if person is None:
        return translate(
            "Approval",
            "Connect to a server first: it knows who you are, and what people say is recorded there.",
        )
    if detail.release is None or detail.release.decision is None:
        return translate(
            "Approval", "Nothing has been decided about this report yet, so there is nothing to answer."
        )
    return ""


def _why_not_withdraw(detail: ReportDetail, person: Person | None, now: datetime) -> str:
    if person is not None and withdrawable(detail, person, now):
        return ""
    return translate("Approval", "Nothing that you said about this release can be withdrawn.")


def _why_not_say(action: ApprovalAction, detail: ReportDetail, person: Person | None, now: datetime) -> str:
    if person is None or person.role not in {each.value for each in ApproverRole}:
        return _wrong_role(action, person.role if person is not None else "", None)
    if detail.said_here:
        words = translate(
            "Approval",
            "Your {what} is not on record here yet: synchronise, or take it back (Report, Withdraw).",
        )
        return words.format(what=noun(detail.said_here[0].action))
    return _objection(action, detail, person, now)


def changes(before: ReportDetail, after: ReportDetail) -> str:
    """What is on record now and was not before, as sentences."""
    old, new = before.release, after.release
    found: list[str] = []
    if old is None or new is None:
        return ""
    known = {each.id for each in old.approvals}
    did = {
        ApprovalAction.APPROVE: translate("Approval", "{name} approved it."),
        ApprovalAction.REJECT: translate("Approval", "{name} rejected it."),
        ApprovalAction.REVOKE: translate("Approval", "{name} withdrew what they had said."),
    }
    found += [
        did[each.action].format(name=one_line(each.approved_by, 100))
        for each in new.approvals
        if each.id not in known
    ]
    if before.decision_digest != after.decision_digest and new.decision is not None:
        words = translate("Approval", "It was decided again, by {policy}: {verdict}.")
        policy = one_line(f"{new.decision.policy.name} {new.decision.policy.version}", 200)
        found.append(words.format(policy=policy, verdict=verdict(new.decision.decision)))
    if before.policy_in_force is not False and after.policy_in_force is False:
        found.append(translate("Approval", "The policy that decided is no longer in force."))
    return " ".join(found)


def left_here(detail: ReportDetail) -> tuple[SaidHere, ...]:
    """What lies in the outbox and can be taken back."""
    return tuple(each for each in detail.said_here if each.where is not Whereabouts.RECORDED)


def withdrawable(detail: ReportDetail, person: Person, now: datetime) -> tuple[Approval, ...]:
    """What the person said and can withdraw."""
    release = detail.release
    if release is None or release.decision is None:
        return ()
    return own_word(release, release.decision, by=person.subject, role=person.role, at=now)


def _objection(action: ApprovalAction, detail: ReportDetail, person: Person, now: datetime) -> str:
    release = detail.release
    if release is None or release.decision is None:
        return ""
    terms = release.decision.approval or ApprovalTerms()
    said = document(
        release, release.decision, action, document_id="", by=person.subject, role=person.role, at=now
    )
    found = objection(release, release.decision, said, in_force=detail.policy_in_force is not False)
    if found is None:
        return ""
    if found.why.startswith("The role "):
        return _wrong_role(action, person.role, terms)
    return one_line(f"{found.why} {found.next_step}".strip(), LONGEST)


def _wrong_role(action: ApprovalAction, held: str, terms: ApprovalTerms | None) -> str:
    role = one_line(held.replace("_", " "), 60)
    roles = (each.value.replace("_", " ") for each in (terms.roles if terms else ApproverRole))
    words = (
        translate("Approval", "Your role, {role}, can't approve here: it takes a {roles}.")
        if action is ApprovalAction.APPROVE
        else translate("Approval", "Your role, {role}, can't reject: it takes a {roles}.")
    )
    return words.format(role=role, roles=translate("Approval", " or ").join(roles))
