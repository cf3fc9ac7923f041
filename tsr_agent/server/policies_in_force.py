"""Which policy judges which reports: the newest version of each, by the repositories that it names."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError, PolicyError
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.wording import plain
from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.store.rulebooks import Rulebook, read_submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tsr_agent.store.policies import PolicyRepository, StoredPolicy

MAX_READ = 64
"""Most submissions that are kept read."""
MAX_ADDRESSES = 10_000
"""Most spellings of repositories whose policy is remembered."""


@dataclass(frozen=True)
class _Choice:
    """The newest versions at one moment, by what they judge. Two never name one repository."""

    stamp: int
    """How many versions there were: they are only ever added, so the same number means the same ones."""
    by_repository: Mapping[str, StoredPolicy]
    otherwise: StoredPolicy | None
    by_address: dict[str, StoredPolicy | None] = field(default_factory=dict)
    """Answers that were given already, by the address as a report spells it."""

    def for_address(self, address: str) -> StoredPolicy | None:
        """The version that judges a repository; None for the built-in policy."""
        if address not in self.by_address:
            if len(self.by_address) >= MAX_ADDRESSES:
                self.by_address.clear()
            self.by_address[address] = self.by_repository.get(repository_key(address), self.otherwise)
        return self.by_address[address]


class PoliciesInForce:
    """Chooses the rulebook of a report. May be used from several threads at once.

    Args:
        policies: On record. Another process may add versions at any time; each choice looks.
    """

    def __init__(self, policies: PolicyRepository) -> None:
        self._policies = policies
        self._choice: _Choice | None = None
        self._ever: tuple[int, frozenset[str]] | None = None
        self._read: OrderedDict[str, Rulebook] = OrderedDict()
        self._lock = threading.Lock()
        self._built_in = Rulebook(policy=ai_release(), waivers=None)

    def rulebook_for(self, repository: str) -> Rulebook:
        """What judges the reports of a repository now.

        The policy that names it, else the newest one that names none, else the built-in ``ai-release``.

        Raises:
            IntegrityError: The policy that is in force can't be read any more. No other takes its place.
            StoreError: The database can't be read.
        """
        chosen = self._current().for_address(repository)
        return self._built_in if chosen is None else self.rulebook(chosen)

    def ever_in_force(self) -> frozenset[str]:
        """Digests of every policy that was in force here at one time or another, the built-in one among them.

        A release that another policy let go, elsewhere or before the library was served, is none here.

        Raises:
            IntegrityError: A version is not what was submitted.
            StoreError: The database can't be read.
        """
        stamp, ever = self._policies.count(), self._ever
        if ever is None or ever[0] != stamp:
            digests = self._policies.policy_digests() | {self._built_in.policy.digest}
            self._ever = ever = (stamp, digests)
        return ever[1]

    def _current(self) -> _Choice:
        stamp = self._policies.count()
        choice = self._choice
        if choice is None or choice.stamp != stamp:
            # Read after the stamp: what is added in between makes the next look read again.
            self._choice = choice = _chosen(stamp, self._policies.all_newest())
        return choice

    def rulebook(self, stored: StoredPolicy) -> Rulebook:
        """What a version on record says.

        Raises:
            IntegrityError: It can't be read any more.
        """
        with self._lock:
            known = self._read.get(stored.digest)
            if known is not None:
                self._read.move_to_end(stored.digest)
                return known
        try:
            rulebook = read_submission(stored.submission)
        except PolicyError as error:
            raise IntegrityError(
                f"Version {stored.number} of the policy {plain(stored.name)!r} can't be read any more.",
                next_step="Submit a new version.",
                details=error.details or (error.message,),
            ) from error
        with self._lock:
            self._read[stored.digest] = rulebook
            if len(self._read) > MAX_READ:
                self._read.popitem(last=False)
        return rulebook


def _chosen(stamp: int, newest: Iterable[StoredPolicy]) -> _Choice:
    """The choice among the newest versions, the one that was submitted last first."""
    by_repository: dict[str, StoredPolicy] = {}
    otherwise: StoredPolicy | None = None
    for stored in newest:
        for address in stored.submission.repositories:
            by_repository[repository_key(address)] = stored
        if not stored.submission.repositories and otherwise is None:
            otherwise = stored
    return _Choice(stamp, by_repository, otherwise)
