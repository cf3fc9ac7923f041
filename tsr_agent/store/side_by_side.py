"""Two reports of a library as they stand on record, made ready to be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.comparison.policies import PolicyChanges
from tsr_agent.comparison.report import JudgedDocument
from tsr_agent.errors import InputError, PolicyError
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.differences import policy_changes
from tsr_agent.gate.policies.enclosed import EnclosedFiles
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.side_by_side import approvals_on_record
from tsr_agent.gate.wording import plain
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.policies import PolicyRepository
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.api import PolicySubmission
    from tsr_agent.models.decision import Decision, PolicyReference
    from tsr_agent.store.engine import Library


def judged_on_record(library: Library, report_id: str) -> JudgedDocument:
    """A report with the decision on record and what people said about it.

    Args:
        library: Open; it is only read.
        report_id: Of the report.

    Raises:
        InputError: There is no such report, or no decision about it.
        IntegrityError: Something about it was altered.
        StoreError: The library can't be read.
    """
    document = ReportRepository(library).document(report_id)
    record = ApprovalRepository(library).on_record(report_id)
    if record is None or record.decision is None or record.standing is None:
        raise InputError(
            f"Nobody judged the report {plain(report_id, 200)}: no decision about it is on record.",
            next_step="Leave --as-decided out: both are then judged for the comparison.",
        )
    return JudgedDocument(
        report=codec.decode(document, TestSummaryReport, source=f"report {report_id}"),
        digest=codec.digest(document),
        decision=record.decision,
        approvals=approvals_on_record(record.decision, record.approvals, record.standing),
    )


def policy_difference(library: Library, old: Decision, new: Decision) -> PolicyChanges | None:
    """How the policies differ that took two decisions, from their texts on record.

    Args:
        library: Open; it is only read.
        old: The decision about the report to compare with.
        new: That about the report that is looked at.

    Returns:
        None where it was the same policy. Where a text is not on record, or can't be read by this build, that
        is said and no rule is.

    Raises:
        IntegrityError: A policy of the library is not what was submitted.
        StoreError: The library can't be read.
    """
    if old.policy == new.policy:
        return None
    found = []
    for reference in (old.policy, new.policy):
        policy = _text(library, reference)
        if isinstance(policy, str):
            return PolicyChanges(not_compared=policy)
        found.append(policy)
    return policy_changes(found[0], found[1], old.environment, new.environment)


def _text(library: Library, reference: PolicyReference) -> Policy | str:
    """The policy that a decision names, or why it can't be had."""
    built_in = ai_release()
    if built_in.reference == reference:
        return built_in
    name = plain(f"{reference.name} {reference.version}", 200)
    problem = f"The text of the policy {name} is not in this library, so that its rules can't be compared."
    for submission in PolicyRepository(library).submissions_of(reference.digest):
        try:
            policy = _read(submission)
        except PolicyError as error:
            problem = f"The policy {name} can't be read by this version of aitr: {plain(error.message, 500)}"
            continue
        if policy.reference == reference:
            return policy
        problem = f"The policy {name} is in this library over other parents than those that decided."
    return problem


def _read(submission: PolicySubmission) -> Policy:
    """The policy of a submission. Opens no file.

    Raises:
        PolicyError: It is none.
    """
    files = EnclosedFiles({name: _bytes(text) for name, text in submission.files.items()})
    return parse_policy(_bytes(submission.document), "the policy", files.parents, files.quarantines)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
