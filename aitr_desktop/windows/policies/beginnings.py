"""What a new file can begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.editing.checking import FileKind
from aitr_desktop.translation import translate

if TYPE_CHECKING:
    from collections.abc import Callable

FROM_REPORT = "report"
"""Key of the policy that judged the report on screen; its text comes from the library."""


class Beginning(NamedTuple):
    """A text to begin with."""

    name: str
    """Of the file, where it is saved as proposed."""
    kind: FileKind
    make: Callable[[], str]


def choices() -> tuple[tuple[str, str], ...]:
    """Keys and words of what can be begun with."""
    return (
        ("policy", translate("Policies", "New policy")),
        ("extends", translate("Policies", "New policy on top of the built-in one")),
        (FROM_REPORT, translate("Policies", "Policy that judged this report")),
        ("waivers", translate("Policies", "New waivers")),
        ("requirements", translate("Policies", "New requirements")),
    )


def beginning(key: str) -> Beginning:
    """The text of a choice.

    Raises:
        KeyError: There is no such choice.
    """
    return _BEGINNINGS[key]


def _built_in() -> str:
    """The built-in policy under a name of its own: its own name is kept for its own text."""
    from tsr_agent.gate.policies.builtin import AI_RELEASE_NAME, ai_release_bytes

    text = ai_release_bytes().decode()
    return text.replace(f"name: {AI_RELEASE_NAME}", "name: my-policy", 1)


_EXTENDS = """\
version: 1
name: my-policy
revision: "1"
extends: builtin:ai-release
rules:
  # A rule with an id of the built-in policy changes that rule; any other id is a rule more.
  - id: accuracy
    require: {at_least: 0.9}
"""
_WAIVERS = """\
version: 1
waivers:
  - id: W-1
    rule: ""
    reason: ""
    ticket: ""
    owner: ""
    approved_by: ""
    expires: ""
"""
_REQUIREMENTS = """\
requirements:
  - id: REQ-1
    text: ""
    tests: []
"""
_BEGINNINGS = {
    "policy": Beginning("policy.yaml", FileKind.POLICY, _built_in),
    "extends": Beginning("policy.yaml", FileKind.POLICY, lambda: _EXTENDS),
    "waivers": Beginning("waivers.yaml", FileKind.WAIVERS, lambda: _WAIVERS),
    "requirements": Beginning("requirements.yaml", FileKind.REQUIREMENTS, lambda: _REQUIREMENTS),
}
