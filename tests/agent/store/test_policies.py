from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

import pytest

from tests.factories.reports import NOON
from tsr_agent.errors import ConflictError, InputError
from tsr_agent.models.api import ChangeKind, PolicySubmission
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.policies import PolicyRepository, StoredPolicy

if TYPE_CHECKING:
    from tsr_agent.store.engine import Library


def submission(note: str = "", expected: int | None = None) -> PolicySubmission:
    return PolicySubmission(
        document="name: x", files={"b": "2", "a": "1"}, note=note, expected_number=expected
    )


def test_versions_are_numbered_and_kept(library: Library) -> None:
    policies = PolicyRepository(library)
    assert (policies.newest("strict"), policies.all_newest(), policies.count()) == (None, (), 0)
    first = policies.add("strict", submission("one", 0), submitted_by="ana", at=NOON)
    second = policies.add("strict", submission("two", 1), submitted_by="ben", at=NOON)
    other = policies.add("other", submission("two", 1 - 1), submitted_by="ben", at=NOON)
    assert (first.number, second.number, other.number, policies.count()) == (1, 2, 1, 3)
    assert policies.versions("strict") == (second, first)
    assert policies.newest("strict") == second
    assert policies.all_newest() == (other, second)
    feed = ChangeFeed(library)
    assert [each.kind for each in feed.page(0, limit=9).items] == [ChangeKind.POLICY] * 3
    document = feed.document(first.digest)
    assert document is not None
    assert document.report_id is None
    assert feed.page(0, limit=9, repository="any").items == ()


def test_every_policy_that_ever_decided_is_known_by_its_digest(library: Library) -> None:
    policies = PolicyRepository(library)
    assert policies.policy_digests() == frozenset()
    for name, text in (("one", "name: ä"), ("one", "name: b"), ("two", "name: b")):
        policies.add(name, PolicySubmission(document=text), submitted_by="ana", at=NOON)
    wanted = {hashlib.sha256(text.encode()).hexdigest() for text in ("name: ä", "name: b")}
    assert policies.policy_digests() == wanted


def test_whoever_read_an_older_version_is_refused(library: Library) -> None:
    policies = PolicyRepository(library)
    policies.add("strict", submission(), submitted_by="ana", at=NOON)
    for expected in (0, 2):
        with pytest.raises(ConflictError, match="version 1 is the newest"):
            policies.add("strict", submission("x", expected), submitted_by="ana", at=NOON)
    assert policies.add("strict", submission("again"), submitted_by="ana", at=NOON).number == 2


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "x\n", "ä", "x" * 201])
def test_a_name_that_is_none_is_refused(library: Library, name: str) -> None:
    with pytest.raises(InputError):
        PolicyRepository(library).add(name, submission(), submitted_by="ana", at=NOON)


def test_whoever_accepts_sees_what_is_there_and_may_refuse(library: Library) -> None:
    policies = PolicyRepository(library)
    first = policies.add("one", submission(), submitted_by="ana", at=NOON)

    def refuse(there: tuple[StoredPolicy, ...]) -> None:
        assert there == (first,)
        raise InputError("taken")

    with pytest.raises(InputError, match="taken"):
        policies.add("two", submission(), submitted_by="ana", at=NOON, accept=refuse)
    assert policies.newest("two") is None


def race(policies: PolicyRepository, expected: int) -> tuple[list[int], list[ConflictError]]:
    """Six submissions at once on top of one version: the numbers of those that won, and the refusals."""
    won: list[int] = []
    lost: list[ConflictError] = []
    together = threading.Barrier(6)

    def submit(name: str) -> None:
        together.wait()
        try:
            stored = policies.add("strict", submission(name, expected), submitted_by=name, at=NOON)
            won.append(stored.number)
        except ConflictError as error:
            lost.append(error)

    threads = [threading.Thread(target=submit, args=(f"p{each}",)) for each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won, lost


def test_of_many_who_read_the_same_version_one_wins(library: Library) -> None:
    for expected in range(3):
        won, lost = race(PolicyRepository(library), expected)
        assert (won, len(lost)) == ([expected + 1], 5)
