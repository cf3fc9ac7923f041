"""Policies over the API: submitted, checked, and told with their history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import ConflictError
from tsr_agent.gate.wording import plain
from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.models import codec
from tsr_agent.models.api import PolicyList, PolicyVersion
from tsr_agent.server.policies_in_force import PoliciesInForce
from tsr_agent.server.problems import Kind, RefusalError, not_found
from tsr_agent.server.submitted_policy import checked_submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tsr_agent.models.api import PolicySubmission
    from tsr_agent.store.policies import PolicyRepository, StoredPolicy


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What became of a submission."""

    version: PolicyVersion
    is_new: bool
    """False where it is the newest version already."""


class Policies:
    """Takes policies in and tells what is on record. May be used from several threads at once.

    Args:
        repository: Where they are on record.
    """

    def __init__(self, repository: PolicyRepository) -> None:
        self._repository = repository
        self.in_force = PoliciesInForce(repository)

    def submit(self, name: str, submission: PolicySubmission, *, by: str, now: datetime) -> Submitted:
        """Puts a new version of a policy in force. The newest version once more changes nothing.

        Raises:
            RefusalError: It is no valid policy, starts from another version than the newest, or names a
                repository that another policy names.
            InputError: The name is none.
            StoreError: Not written.
        """
        newest = self._repository.newest(name)
        if newest is not None and newest.digest == codec.digest(codec.encode(submission)):
            return Submitted(version=self._told(newest, whole=True), is_new=False)
        checked_submission(submission, now.date())

        def accept(others: Sequence[StoredPolicy]) -> None:
            _refuse_shared(name, submission, others)

        try:
            stored = self._repository.add(name, submission, submitted_by=by, at=now, accept=accept)
        except ConflictError as error:
            raise RefusalError(Kind.CONFLICT, error.message, next_step=error.next_step) from error
        return Submitted(version=self._told(stored, whole=True), is_new=True)

    def newest(self, name: str) -> PolicyVersion:
        """The newest version of a policy with its text.

        Raises:
            RefusalError: There is none of that name.
            IntegrityError: It is not what was submitted.
            StoreError: The database can't be read.
        """
        found = self._repository.newest(name)
        if found is None:
            raise _no_policy(name)
        return self._told(found, whole=True)

    def versions(self, name: str) -> PolicyList:
        """Every version of a policy, the newest first.

        Raises:
            RefusalError: There is none of that name.
            IntegrityError: One is not what was submitted.
            StoreError: The database can't be read.
        """
        found = self._repository.versions(name)
        if not found:
            raise _no_policy(name)
        return PolicyList(items=tuple(self._told(each) for each in found))

    def all_newest(self) -> PolicyList:
        """The newest version of every policy, the one that was submitted last first.

        Raises:
            IntegrityError: One is not what was submitted.
            StoreError: The database can't be read.
        """
        return PolicyList(items=tuple(self._told(each) for each in self._repository.all_newest()))

    def _told(self, stored: StoredPolicy, *, whole: bool = False) -> PolicyVersion:
        submission = stored.submission
        return PolicyVersion(
            name=stored.name,
            number=stored.number,
            digest=stored.digest,
            policy=self.in_force.rulebook(stored).policy.reference,
            repositories=submission.repositories,
            submitted_by=stored.submitted_by,
            submitted_at=stored.submitted_at,
            note=submission.note,
            submission=submission if whole else None,
        )


def _no_policy(name: str) -> RefusalError:
    return not_found(f"There is no policy {plain(name, 200)!r}.")


def _refuse_shared(name: str, submission: PolicySubmission, others: Iterable[StoredPolicy]) -> None:
    """Refuses a policy that names a repository of another one: which of the two would judge it?"""
    mine = {repository_key(address): address for address in submission.repositories}
    for other in others:
        for address in other.submission.repositories if other.name != name else ():
            if (key := repository_key(address)) in mine:
                raise RefusalError(
                    Kind.CONFLICT,
                    f"The policy {plain(other.name)!r} judges {plain(mine[key])!r} already.",
                    next_step="Take the repository out of one of the two policies.",
                )
