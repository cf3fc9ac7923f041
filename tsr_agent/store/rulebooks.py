"""What a policy on record says: its text with every file that came along, and which policy judges what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tsr_agent.errors import PolicyError
from tsr_agent.gate.exceptions.waivers import parse_waivers
from tsr_agent.gate.policies.enclosed import EnclosedFiles
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.models import codec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.api import PolicySubmission
    from tsr_agent.models.decision import Decision
    from tsr_agent.store.engine import Library
    from tsr_agent.store.policies import StoredPolicy

DOCUMENT = "policy"
"""What messages call the submitted policy itself."""
WAIVERS = "waivers"
"""What messages call its waiver file."""


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """What a report is judged by: a policy with what it extends, its quarantine and the waivers."""

    policy: Policy
    waivers: Waivers | None

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Digests of all of it: two rulebooks of the same ones judge alike."""
        policy, waivers = self.policy, self.waivers
        return (
            policy.digest,
            policy.quarantine.digest if policy.quarantine is not None else "",
            waivers.digest if waivers is not None else "",
            *(each.digest for each in policy.parents),
        )


def terms_of(decision: Decision) -> tuple[str, ...]:
    """``Rulebook.terms`` of what a decision was taken by."""
    return (
        decision.policy.digest,
        decision.quarantine_digest or "",
        decision.waivers_digest or "",
        *(each.digest for each in decision.policy.parents),
    )


def read_submission(submission: PolicySubmission) -> Rulebook:
    """The rulebook of a submission that was checked when it came in. Opens no file.

    Raises:
        PolicyError: It is none; a build that reads policies otherwise than the one that took it can
            come to this.
    """
    return rulebook_and_files(submission)[0]


def rulebook_and_files(submission: PolicySubmission) -> tuple[Rulebook, EnclosedFiles]:
    """The rulebook with the files that came along, of which some may be named by nothing.

    Raises:
        PolicyError: It is none.
    """
    files = EnclosedFiles({name: as_bytes(text) for name, text in submission.files.items()})
    policy = parse_policy(as_bytes(submission.document), DOCUMENT, files.parents, files.quarantines)
    waivers = None if submission.waivers is None else parse_waivers(as_bytes(submission.waivers), WAIVERS)
    return Rulebook(policy=policy, waivers=waivers), files


def as_bytes(text: str) -> bytes:
    """What was submitted as text, as the bytes of a file."""
    # Half a surrogate pair is then refused where the file is read, with its place.
    return text.encode("utf-8", "surrogatepass")


def chosen_for(newest: Iterable[StoredPolicy], repository: str) -> StoredPolicy | None:
    """The version that judges a repository; None for the built-in policy.

    Args:
        newest: The newest version of every policy, the one that was submitted last first.
        repository: Its address as a report spells it.
    """
    key, otherwise = repository_key(repository), None
    for stored in newest:
        named = stored.submission.repositories
        if key and any(repository_key(each) == key for each in named):
            return stored
        if not named and otherwise is None:
            otherwise = stored
    return otherwise


def policy_in_force(library: Library, repository: str, decision: Decision) -> bool | None:
    """Whether what decided about a report still decides, as far as a library and this program know.

    Args:
        library: Open.
        repository: Whose report it is, as the report spells it.
        decision: What was decided.

    Returns:
        None where the library has never had the policy: it may be in force elsewhere.

    Raises:
        IntegrityError: A version is not what was submitted.
        StoreError: The library can't be read.
    """
    from tsr_agent.gate.policies.builtin import ai_release
    from tsr_agent.store.policies import PolicyRepository

    stored, digest = PolicyRepository(library), decision.policy.digest
    chosen = chosen_for(stored.all_newest(), repository)
    if chosen is None and digest == ai_release().digest:
        return True
    if chosen is not None and digest == codec.digest(as_bytes(chosen.submission.document)):
        return _judges_alike(chosen.submission, decision)
    is_known = digest == ai_release().digest or digest in stored.policy_digests()
    return False if is_known else None


def _judges_alike(submission: PolicySubmission, decision: Decision) -> bool:
    """Whether parents, quarantine and waivers are those of the decision, too."""
    try:
        return read_submission(submission).terms == terms_of(decision)
    except PolicyError:
        # What this build can't read is nothing that it can say is in force.
        return False
