"""The quicker parser says exactly what PyYAML's own says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.agent.gate.policies.test_file import GOOD
from tsr_agent.gate.source.yaml_events import events_of

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNS = ("a", "b: ", "? ", "- ", "\n", "\n  ", "\t", "{", "}", "[", "]", ", ", ":", "'", '"', "#", "|\n")
PIECES = st.sampled_from([*SIGNS, "x" * 1030])


def said(events: Iterable[Any]) -> list[str]:
    """Each event with its places, and the error at the end if there is one."""
    found: list[str] = []
    try:
        found.extend(f"{each} {each.start_mark.index} {each.end_mark.index}" for each in events)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        found.append(f"{type(error).__name__} {error}")
    return found


@settings(max_examples=500)
@example(GOOD)
@given(st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=40))
def test_the_same_events_at_the_same_places(text: str) -> None:
    assert said(events_of(text)) == said(yaml.parse(text, Loader=yaml.SafeLoader))
