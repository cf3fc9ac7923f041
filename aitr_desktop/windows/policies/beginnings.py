"""What a new file can begin with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.editing.audited import CopiedFrom
from aitr_desktop.editing.checking import FileKind
from aitr_desktop.editing.draft_texts import is_prompt, placeholders
from aitr_desktop.editing.text_files import TextFile, text_of
from aitr_desktop.translation import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.code_file import CodeFile

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
        ("draft", translate("Policies", "New prompt draft")),
    )


def beginning(key: str) -> Beginning:
    """The text of a choice.

    Raises:
        KeyError: There is no such choice.
    """
    return _BEGINNINGS[key]


def copy_of(file: CodeFile) -> TextFile:
    """A draft that begins with the text of a file of a clone.

    Raises:
        InputError: It is no text that is edited; it says why.
    """
    path = PurePosixPath(file.path)
    made = text_of(Path(path.name), file.lines.content)
    names = placeholders(made.text) if is_prompt(path) else ()
    copied = CopiedFrom(folder=str(file.folder), path=file.path, sha=file.sha, placeholders=names)
    return replace(made, copied=copied)


_HEAD = """\
# yaml-language-server: $schema=policy.schema.json
# The rules of the built-in policy ai-release, to be changed. docs/policy.md explains each key.
"""


def _built_in() -> str:
    """The built-in policy in YAML, under a name of its own: its own is kept for its own text."""
    import msgspec
    import yaml

    from tsr_agent.gate.policies.builtin import ai_release_bytes

    policy = {**msgspec.json.decode(ai_release_bytes(), type=dict), "name": "my-policy"}
    return _HEAD + str(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=100))


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
    "draft": Beginning("prompt.txt", FileKind.DRAFT, str),
}
