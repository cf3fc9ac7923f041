"""The policy: the rules that decide, with the name and digest they are known by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tsr_agent.gate.rule import MissingEvidence, OnMissing, Rule
from tsr_agent.gate.wording import visible
from tsr_agent.models.base import LongText, Record, ShortText
from tsr_agent.models.decision import PolicyReference

EVERY_ENVIRONMENT = "*"
"""Stands for all environments among ``approvals``."""


class ApprovalNeed(Record, frozen=True, kw_only=True):
    """A person has to approve releases to one environment."""

    reason: LongText = ""


class PolicyForm(Record, frozen=True, kw_only=True):
    """Version 1 of the policy file. ``rules`` are read one by one, each by the form of its check."""

    version: Literal[1]
    """Version of the file format."""
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    revision: ShortText = "1"
    """The author's own number of this policy; it is shown beside the name."""
    description: LongText = ""
    on_missing: OnMissing = MissingEvidence.REVIEW
    approvals: dict[ShortText, ApprovalNeed] = msgspec.field(default_factory=dict)
    """By environment; ``*`` is every one that is not named."""
    rules: Annotated[tuple[dict[str, Any], ...], Meta(min_length=1, max_length=1_000)]


class Policy(Record, frozen=True, kw_only=True):
    """A policy that was read, checked and made ready for every environment it names."""

    name: str
    version: str
    """The author's revision, not the version of the file format."""
    digest: str
    """SHA-256 of the file's bytes."""
    description: str
    on_missing: OnMissing
    rules: tuple[Rule, ...]
    environment_rules: Mapping[str, tuple[Rule, ...]]
    """The rules as they are in each environment that any of them names, by ``environment_key``."""
    approvals: Mapping[str, ApprovalNeed]
    """By ``environment_key``, or ``EVERY_ENVIRONMENT``."""

    @property
    def reference(self) -> PolicyReference:
        """What a decision says about the policy it was taken by."""
        return PolicyReference(name=self.name, version=self.version, digest=self.digest)

    def rules_for(self, environment: str) -> tuple[Rule, ...]:
        """All rules, in the policy's order, as they hold in one environment."""
        return self.environment_rules.get(environment_key(environment), self.rules)

    def approval_for(self, environment: str) -> ApprovalNeed | None:
        """The approval that releases to an environment need; None where they need none."""
        every = self.approvals.get(EVERY_ENVIRONMENT)
        return self.approvals.get(environment_key(environment), every)


def environment_key(name: str) -> str:
    """One spelling of an environment: ``Production`` must not slip past rules for ``production``.

    Signs that nobody sees do not count either, such as a zero-width space.
    """
    return visible(name).casefold()
