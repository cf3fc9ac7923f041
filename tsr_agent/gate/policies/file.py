"""Reads a policy file: version 1, or SEED.md's dict as version 0. A faulty policy is refused as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.builtin import AI_RELEASE_NAME, ai_release_bytes
from tsr_agent.gate.policies.layers import layer_of, merge
from tsr_agent.gate.policies.locks import refuse_loosened
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.gate.policies.policy import MAX_PARENTS
from tsr_agent.gate.policies.sources import PolicyText, beside, built_in_only, identity_of, quarantines_in
from tsr_agent.gate.policies.tree import read_policy_tree
from tsr_agent.gate.policies.version_0 import KEYS, Origins, translate
from tsr_agent.gate.source.problem import FaultyFileError, fault, refusal
from tsr_agent.gate.source.tree import parse_source, read_source
from tsr_agent.gate.wording import plain
from tsr_agent.models.codec import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from tsr_agent.gate.exceptions.quarantine import Quarantine
    from tsr_agent.gate.policies.layers import Layer
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.policies.sources import Parents, Quarantines
    from tsr_agent.gate.source.tree import SourceTree

MAX_DEPTH = 8
"""Most policies that may stand above one another."""
MAX_POLICIES = 50
"""Most policies that one may extend, directly or not."""


def load_policy(path: Path) -> Policy:
    """Reads a policy file, and the files that it extends by their paths relative to it.

    Raises:
        PolicyError: Absent, unreadable, or wrong in any place; ``details`` has one line a problem with
            line and column.
    """
    text = PolicyText(
        data=read_source(path),
        source=str(path),
        origin="",
        identity=identity_of(path),
        quarantine=quarantines_in(path.parent),
        parents=beside(path),
    )
    return _Reading().layer(text, parse_source(text.data, text.source)).policy


def parse_policy(
    data: bytes, source: str, parents: Parents | None = None, quarantine: Quarantines | None = None
) -> Policy:
    """Reads a policy from its bytes, YAML or JSON.

    Args:
        data: The bytes as they are; their SHA-256 is the policy's digest.
        source: What to call it in messages.
        parents: Finds the policies that it extends. None: the built-in ones alone, so that a text
            from elsewhere opens no file.
        quarantine: Reads the quarantine that it names. None: it has none, and every failure counts.

    Raises:
        PolicyError: As for ``load_policy``.
    """
    return policy_of(parse_source(data, source), data, parents, quarantine)


def policy_of(
    document: SourceTree,
    data: bytes,
    parents: Parents | None = None,
    quarantine: Quarantines | None = None,
) -> Policy:
    """The policy that a file's tree means.

    Args:
        document: The file, parsed.
        data: Its bytes.
        parents: As for ``parse_policy``.
        quarantine: As for ``parse_policy``.

    Raises:
        PolicyError: As for ``load_policy``.
    """
    text = PolicyText(
        data=data,
        source=document.source,
        origin="",
        identity="",
        quarantine=quarantine,
        parents=parents or built_in_only,
    )
    return _Reading().layer(text, document).policy


_OTHER_FILES = {
    "schema_version": "a document that aitr wrote, such as a report, is no policy",
    "cases": "policy cases are no policy; 'tsr-agent policy test' reads them",
    "waivers": "a waiver file is no policy; give it with --waivers",
    "tests": "a quarantine file is no policy; name it in a policy as flaky.quarantine_file",
}
"""What a file is that has one of these keys and none of a policy's."""
_OF_A_POLICY = frozenset(("name", "rules", "extends", *KEYS))


class _Reading:
    """Reads a policy and those that it extends, each once."""

    def __init__(self) -> None:
        self._read: dict[str, Layer] = {}
        self._chain: list[PolicyText] = []

    def layer(self, text: PolicyText, document: SourceTree) -> Layer:
        """The policy of a text, laid over those that it extends."""
        if not isinstance(document.tree, dict):
            raise fault(None, text.source, "a policy is a mapping with version, name and rules")
        if _OF_A_POLICY.isdisjoint(document.tree):
            for what in (said for key, said in _OTHER_FILES.items() if key in document.tree):
                raise fault(None, text.source, what)
        problems: list[str] = []
        tree, origins = document.tree, Origins()
        if _is_version_0(tree):
            tree, origins = translate(tree, problems)
            _refuse_if(problems, document)
        _refuse_reserved_name(tree.get("name"), text.data, problems)
        parents = self._parents(tree.get("extends"), text, document)
        merged = merge(tree, parents, document, origins.paths, problems)
        found: list[str] = []
        policy = read_policy_tree(merged.tree, digest(text.data), found)
        problems += [origins.of(merged.of(each)) for each in found]
        if policy is not None:
            refuse_loosened(parents, merged, policy, problems)
        _refuse_if(problems, document)
        if policy is None:
            raise fault(None, text.source, "not a valid policy")
        if policy.flaky.quarantine_file:
            policy = msgspec.structs.replace(policy, quarantine=_quarantine(policy, text, document, parents))
        return layer_of(policy, merged, parents, text.origin)

    def _parents(self, extends: object, text: PolicyText, document: SourceTree) -> list[Layer]:
        """What a policy extends, read. Nothing where it is not of the form; the form is checked later."""
        names = [extends] if isinstance(extends, str) else extends
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return []
        if len(names) > MAX_PARENTS:
            return []
        self._chain.append(text)
        read: dict[str, Layer] = {}
        for place, name in enumerate(names):
            path = "$.extends" if isinstance(extends, str) else f"$.extends[{place}]"
            try:
                found = self._found(name, text, read)
            except PolicyError as error:
                _refuse_if([f"{path}: {error.message}"], document)
                raise
            try:
                if found.identity not in self._read:
                    self._read[found.identity] = self.layer(found, parse_source(found.data, found.source))
            except FaultyFileError as error:
                line = f"{path}: {plain(name, 200)!r} is not valid, as said above"
                (here,) = document.problems([line])
                raise FaultyFileError(
                    error.message,
                    [*error.problems, here],
                    details=[*error.details, here.located()],
                    next_step=error.next_step,
                ) from error
            read[found.identity] = self._read[found.identity]
        self._chain.pop()
        return list(read.values())

    def _found(self, name: str, text: PolicyText, before: Collection[str]) -> PolicyText:
        """The text of one that is extended.

        Args:
            name: As ``extends`` has it.
            text: The policy that has it.
            before: Identities of those that it names before.

        Raises:
            PolicyError: It can't be had, or may not be extended here; the message says why.
        """
        found = text.parents(name)
        if found.identity in before:
            raise PolicyError(f"{plain(name, 200)!r} is named twice")
        chain = [each.identity for each in self._chain]
        if found.identity in chain:
            circle = [each.source for each in self._chain[chain.index(found.identity) :]] + [found.source]
            raise PolicyError(f"a policy can't extend itself: {' extends '.join(circle)}")
        if len(self._chain) > MAX_DEPTH:
            raise PolicyError(f"more than {MAX_DEPTH} policies extend one another")
        if len(self._read) >= MAX_POLICIES and found.identity not in self._read:
            raise PolicyError(f"more than {MAX_POLICIES} policies are extended")
        return found


def _quarantine(
    policy: Policy, text: PolicyText, document: SourceTree, parents: Sequence[Layer]
) -> Quarantine | None:
    """What the policy's quarantine file says; one that can't be read refuses the policy.

    The file is named relative to the policy that names it. None for a text that came alone: without a
    quarantine, every failure counts.
    """
    own = document.tree.get("flaky")
    if not isinstance(own, dict) or "quarantine_file" not in own:
        return next((each.policy.quarantine for each in parents if "flaky" in each.given), None)
    if text.quarantine is None:
        return None
    try:
        return text.quarantine(policy.flaky.quarantine_file)
    except PolicyError as error:
        line = f"$.flaky.quarantine_file: {error.message.removesuffix('.')}"
        problems = document.problems([line])
        raise FaultyFileError(
            f"{problems[0].located()}.",
            problems,
            details=error.details,
            next_step="Mend the quarantine file, or take flaky.quarantine_file out of the policy.",
        ) from error


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
