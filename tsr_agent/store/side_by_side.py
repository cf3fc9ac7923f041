"""Two reports of a library as they stand on record, made ready to be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.comparison.policies import PolicyChanges
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.differences import policy_changes
from tsr_agent.gate.policies.enclosed import EnclosedFiles
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.wording import plain
from tsr_agent.store.policies import PolicyRepository

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.api import PolicySubmission
    from tsr_agent.models.decision import Decision, PolicyReference
    from tsr_agent.store.engine import Library


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
