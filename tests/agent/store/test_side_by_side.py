"""How the policies of two decisions differ, from what a library has on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.compared_reports import judged
from tests.factories.judged_reports import NOW, releasable
from tsr_agent.comparison.policies import PolicyNews
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.api import PolicySubmission
from tsr_agent.store.engine import open_library
from tsr_agent.store.policies import PolicyRepository
from tsr_agent.store.side_by_side import policy_difference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tsr_agent.models.decision import Decision, PolicyReference
    from tsr_agent.store.engine import Library

PARENT = """version: 1
name: house
rules:
  - {id: unit, check: tests, where: {type: unit}, require: {failed: 0}}
"""
MILD = """version: 1
name: mild
extends: builtin:ai-release
rules:
  - {id: accuracy, require: {at_least: 0.8}}
"""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", create=True) as opened:
        yield opened


def submit(library: Library, text: str, name: str = "team", **more: Any) -> None:
    submission = PolicySubmission(document=text, **more)
    PolicyRepository(library).add(name, submission, submitted_by="ana", at=NOW)


def decided_by(reference: PolicyReference) -> Decision:
    return replace(judged(releasable()).decision, policy=reference)


BUILT_IN = decided_by(ai_release().reference)


def test_the_same_policy_differs_in_nothing(library: Library) -> None:
    assert policy_difference(library, BUILT_IN, BUILT_IN) is None


def test_both_texts_on_record_are_held_against_each_other(library: Library) -> None:
    submit(library, MILD)
    mild = decided_by(parse_policy(MILD.encode(), "mild.yml").reference)
    found = policy_difference(library, BUILT_IN, mild)
    assert found is not None
    assert [(each.id, each.news) for each in found.rules] == [("accuracy", PolicyNews.LOOSER)]
    assert found.not_compared == ""
    back = policy_difference(library, mild, BUILT_IN)
    assert back is not None
    assert [(each.id, each.news) for each in back.rules] == [("accuracy", PolicyNews.STRICTER)]


def test_an_older_version_is_found_beside_newer_ones(library: Library) -> None:
    submit(library, MILD)
    submit(library, MILD.replace("0.8}", "0.7}"))
    mild = decided_by(parse_policy(MILD.encode(), "mild.yml").reference)
    found = policy_difference(library, BUILT_IN, mild)
    assert found is not None
    assert found.rules[0].values[0].new == "0.8"


def test_a_text_that_is_not_on_record_is_said_to_be_missing(library: Library) -> None:
    gone = decided_by(replace(ai_release().reference, name="gone", digest="e" * 64))
    found = policy_difference(library, BUILT_IN, gone)
    assert found is not None
    assert found.rules == ()
    assert "The text of the policy gone 1 is not in this library" in found.not_compared


def test_a_policy_over_other_parents_is_another_policy(library: Library) -> None:
    child = PARENT.replace("name: house", "name: child\nextends: house.yml").split("rules:")[0]
    submit(library, child, files={"house.yml": PARENT})
    stored = PolicyRepository(library).newest("team")
    assert stored is not None
    reference = replace(
        ai_release().reference, name="child", version="1", digest=codec.digest(child.encode()), parents=()
    )
    found = policy_difference(library, BUILT_IN, decided_by(reference))
    assert found is not None
    assert "over other parents" in found.not_compared
