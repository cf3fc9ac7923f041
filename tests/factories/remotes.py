"""Servers for synchronisation without a network: a library that answers as a server does, and liars."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.factories.reports import NOON
from tsr_agent.client.refusals import RefusedError
from tsr_agent.errors import InputError
from tsr_agent.models.access import Role
from tsr_agent.models.api import ChangePage, Identity, PolicyList, PolicyVersion, Problem
from tsr_agent.models.decision import PolicyReference
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.policies import PolicyRepository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.store.engine import Library
    from tsr_agent.store.policies import StoredPolicy


def refusal(status: int, detail: str) -> RefusedError:
    problem = Problem(type="urn:aitr:problem:test", title="refused", status=status, detail=detail)
    return RefusedError(f"refused ({status}): {detail}", problem)


@dataclass
class LibraryRemote:
    """What a server would answer from a library."""

    library: Library
    project: str | None = None
    asked: list[str] = field(default_factory=list)

    def changes(self, since: int, limit: int) -> ChangePage:
        self.asked.append(f"changes {since}")
        try:
            return ChangeFeed(self.library).page(since, limit=limit, repository=self.project)
        except InputError as error:
            raise refusal(409, error.message) from error

    def documents(self, digests: Sequence[str]) -> list[bytes]:
        self.asked.append(f"documents {len(digests)}")
        return [self._document(each) for each in digests]

    def document(self, digest: str) -> bytes:
        self.asked.append("document")
        return self._document(digest)

    def _document(self, digest: str) -> bytes:
        found = ChangeFeed(self.library).document(digest, repository=self.project)
        if found is None:
            raise refusal(404, "no such document")
        return found.document

    def policies(self) -> PolicyList:
        return _listed(PolicyRepository(self.library).all_newest())

    def policy_versions(self, name: str) -> PolicyList:
        return _listed(PolicyRepository(self.library).versions(name))

    def identity(self) -> Identity:
        self.asked.append("identity")
        return Identity(
            subject="Vera",
            role=Role.VIEWER,
            project=self.project,
            expires_at=NOON,
            epoch=ChangeFeed(self.library).epoch(),
            version="1",
            time=NOON,
        )

    def close(self) -> None:
        pass


def _listed(found: Sequence[StoredPolicy]) -> PolicyList:
    return PolicyList(
        items=tuple(
            PolicyVersion(
                name=each.name,
                number=each.number,
                digest=each.digest,
                policy=PolicyReference(name=each.name, version="1", digest=each.digest),
                repositories=(),
                submitted_by=each.submitted_by,
                submitted_at=each.submitted_at,
                note="",
            )
            for each in found
        )
    )


class Lying:
    """A server that changes some of its answers.

    Args:
        honest: What it would say.
        lies: By the name of a method, what becomes of its answer.
    """

    def __init__(self, honest: Any, **lies: Any) -> None:
        self._honest, self._lies = honest, lies

    def __getattr__(self, name: str) -> Any:
        honest = getattr(self._honest, name)
        lie = self._lies.get(name)
        if lie is None:
            return honest
        return lambda *arguments: lie(honest(*arguments), *arguments)
