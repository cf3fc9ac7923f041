"""Reads a policy file: version 1, or SEED.md's dict as version 0. A faulty policy is refused as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.errors import PolicyError
from tsr_agent.gate.builtin import AI_RELEASE_NAME, ai_release_bytes
from tsr_agent.gate.policy_names import environment_key
from tsr_agent.gate.policy_tree import read_policy_tree
from tsr_agent.gate.policy_v0 import KEYS, Origins, translate
from tsr_agent.gate.problem import FaultyFileError, fault, refusal
from tsr_agent.gate.source_tree import parse_source, read_source
from tsr_agent.models.codec import digest

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.gate.policy import Policy
    from tsr_agent.gate.source_tree import SourceTree


def load_policy(path: Path) -> Policy:
    """Reads a policy file.

    Raises:
        PolicyError: Absent, unreadable, or wrong in any place; ``details`` has one line a problem with
            line and column.
    """
    data = read_source(path)
    policy = parse_policy(data, str(path))
    return _with_quarantine(policy, path, data) if policy.flaky.quarantine_file else policy


def _with_quarantine(policy: Policy, path: Path, data: bytes) -> Policy:
    """The policy with the quarantine file that it names; one that can't be read refuses the policy."""
    from tsr_agent.gate.quarantine_file import load_quarantine

    try:
        quarantine = load_quarantine(path.parent, policy.flaky.quarantine_file)
    except PolicyError as error:
        line = f"$.flaky.quarantine_file: {error.message.removesuffix('.')}"
        problems = parse_source(data, str(path)).problems([line])
        raise FaultyFileError(
            f"{problems[0].located()}.",
            problems,
            details=error.details,
            next_step="Mend the quarantine file, or take flaky.quarantine_file out of the policy.",
        ) from error
    return msgspec.structs.replace(policy, quarantine=quarantine)


def parse_policy(data: bytes, source: str) -> Policy:
    """Reads a policy from its bytes, YAML or JSON.

    Args:
        data: The bytes as they are; their SHA-256 is the policy's digest.
        source: What to call it in messages.

    Raises:
        PolicyError: As for ``load_policy``.
    """
    return policy_of(parse_source(data, source), data)


def policy_of(document: SourceTree, data: bytes) -> Policy:
    """The policy that a file's tree means.

    Raises:
        PolicyError: As for ``load_policy``.
    """
    source = document.source
    if not isinstance(document.tree, dict):
        raise fault(None, source, "a policy is a mapping with version, name and rules")
    problems: list[str] = []
    tree, origins = document.tree, Origins()
    if _is_version_0(tree):
        tree, origins = translate(tree, problems)
        _refuse_if(problems, document)
    _refuse_reserved_name(tree.get("name"), data, problems)
    policy = read_policy_tree(tree, digest(data), problems)
    if policy is None:
        _refuse_if([origins.of(problem) for problem in problems], document)
        raise fault(None, source, "not a valid policy")
    return policy


def _is_version_0(tree: dict[str, Any]) -> bool:
    if "version" in tree:
        version = tree["version"]
        return isinstance(version, int) and not isinstance(version, bool) and version == 0
    return any(key in KEYS for key in tree)


def _refuse_reserved_name(name: object, data: bytes, problems: list[str]) -> None:
    """Else a decision by a weak policy would read like one by the built-in policy."""
    if not isinstance(name, str) or _letters(name) != _letters(AI_RELEASE_NAME):
        return
    if digest(data) != digest(ai_release_bytes()):
        what = f"{AI_RELEASE_NAME!r} is the name of the built-in policy; choose another name"
        problems.append(f"$.name: {what}")


def _letters(name: str) -> str:
    """A name as the eye takes it in: ``AI Release`` is ``ai-release``."""
    return "".join(sign for sign in environment_key(name) if sign.isalnum())


def _refuse_if(problems: list[str], document: SourceTree) -> None:
    if problems:
        raise refusal(document.source, "policy", document.problems(problems))
