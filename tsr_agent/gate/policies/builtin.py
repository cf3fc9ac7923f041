"""The policy that is used when none is given."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.tree import read_policy_tree
from tsr_agent.models.codec import digest

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy

BUILT_IN = "builtin:"
"""Begins the name of a policy that is none of a file."""
AI_RELEASE_NAME = "ai-release"
AI_RELEASE = os.path.join(os.path.dirname(__file__), "ai_release.json")  # noqa: PTH118, PTH120
"""SEED.md's ``DEFAULT_RULES`` in version 1. Its bytes are what the policy's digest is taken over."""


def ai_release_bytes() -> bytes:
    """The built-in policy's file as it ships."""
    # Not through pathlib: on Python 3.11 that alone is a tenth of what a gate takes to start.
    with open(AI_RELEASE, "rb") as file:  # noqa: PTH123
        return file.read()


def ai_release() -> Policy:
    """The built-in policy ``ai-release``.

    Raises:
        PolicyError: The installed file was altered so that it is no policy any more.
    """
    data = ai_release_bytes()
    problems: list[str] = []
    # No positions are needed for a file that ships with aitr, so no YAML parser is loaded for it.
    policy = read_policy_tree(msgspec.json.decode(data, type=dict), digest(data), problems)
    if policy is None:
        raise PolicyError("The built-in policy is damaged; install aitr again.", details=problems)
    return policy


def built_in(named: str) -> Policy | None:
    """The policy that ``builtin:NAME`` stands for; None where a file is named.

    Raises:
        PolicyError: No policy of that name is built in.
    """
    if not named.startswith(BUILT_IN):
        return None
    if named == f"{BUILT_IN}{AI_RELEASE_NAME}":
        return ai_release()
    raise PolicyError(
        f"{named[:80]} is not built in.", next_step=f"Name {BUILT_IN}{AI_RELEASE_NAME}, or a file."
    )
