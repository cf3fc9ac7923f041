"""The policy: the rules that decide, with the name and digest they are known by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tsr_agent.gate.baseline import BaselineSelection
from tsr_agent.gate.exceptions.quarantine import Quarantine
from tsr_agent.gate.policies.names import EVERY_ENVIRONMENT, MAX_ENVIRONMENTS, environment_key
from tsr_agent.gate.rule import OnMissing, Rule, RuleId
from tsr_agent.models.approval import ApprovalTerms
from tsr_agent.models.base import Record, ShortText
from tsr_agent.models.decision import PolicyParent, PolicyReference

MAX_RULES = 1_000
MAX_PARENTS = 20
"""Most policies that one names in ``extends``."""


class AttemptsCount(Enum):
    """What a case counts as that passed only after a failure. From the strictest to the mildest."""

    WORST = "worst"
    """As not passed."""
    MAJORITY = "majority"
    """As passed where more of its attempts passed than failed; attempts that are not listed do not help."""
    LAST = "last"
    """As passed."""


class FlakyPolicy(Record, frozen=True, kw_only=True):
    """How tests count whose outcome is not the same each time."""

    attempts: Annotated[
        AttemptsCount,
        Meta(
            description="What a test that passed only after a failure counts as. worst: not passed. "
            "majority: passed if most of its attempts passed. last: passed."
        ),
    ] = AttemptsCount.WORST
    quarantine_file: Annotated[
        str,
        Meta(
            max_length=1_000,
            description="File with the tests that are known to be unreliable, each with owner, ticket and "
            "expiry; relative to the policy's own folder.",
        ),
    ] = ""


class PolicyForm(Record, frozen=True, kw_only=True):
    """Version 1 of the policy file. ``rules`` are read one by one, each by the form of its check."""

    schema_uri: Annotated[
        str, Meta(max_length=1_000, description="Where an editor finds the schema; aitr never fetches it.")
    ] = msgspec.field(name="$schema", default="")
    version: Annotated[Literal[1], Meta(description="Version of the file format: 1.")]
    name: Annotated[
        str,
        Meta(
            min_length=1, max_length=200, pattern=r"\S", description="The policy's name; decisions show it."
        ),
    ]
    revision: Annotated[
        str,
        Meta(max_length=1_000, description="The author's own number of this policy, shown beside the name."),
    ] = "1"
    description: Annotated[str, Meta(max_length=65_536, description="What the policy is for.")] = ""
    extends: Annotated[
        ShortText | Annotated[tuple[ShortText, ...], Meta(max_length=MAX_PARENTS)],
        Meta(
            description="The policy, or the policies, to start from: builtin:ai-release, or a path relative "
            "to this file. Their rules come first; a rule of the same id here changes theirs."
        ),
    ] = ()
    remove: Annotated[
        tuple[RuleId, ...],
        Meta(max_length=MAX_RULES, description="Ids of rules of the extended policies to do without."),
    ] = ()
    on_missing: Annotated[
        OnMissing | None,
        Meta(
            description="What a rule counts as when its evidence is missing. fail: as failed. review (the "
            "default): a person has to look. {ignore: reason}: it does nothing."
        ),
    ] = None
    baseline: Annotated[
        BaselineSelection | None, Meta(description="Which report the judged one is compared with.")
    ] = None
    flaky: Annotated[
        FlakyPolicy | None, Meta(description="How tests count whose outcome is not the same each time.")
    ] = None
    approvals: Annotated[
        dict[ShortText, ApprovalTerms],
        Meta(
            max_length=MAX_ENVIRONMENTS,
            description="By environment, who has to approve a release there; '*' is every environment that "
            "is not named.",
        ),
    ] = msgspec.field(default_factory=dict)
    rules: Annotated[
        tuple[dict[str, Any], ...],
        Meta(
            max_length=MAX_RULES, description="What must hold. At least one, here or in an extended policy."
        ),
    ] = ()


class Policy(Record, frozen=True, kw_only=True, dict=True):
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
    approvals: Mapping[str, ApprovalTerms]
    """By ``environment_key``, or ``EVERY_ENVIRONMENT``."""
    baseline: BaselineSelection = BaselineSelection()
    flaky: FlakyPolicy = FlakyPolicy()
    quarantine: Quarantine | None = None
    """The file that ``flaky`` names, read."""
    parents: tuple[PolicyParent, ...] = ()
    origins: Mapping[str, str] = {}
    """By rule id, the source of the policy that the rule comes from; empty for this policy's own."""

    @property
    def reference(self) -> PolicyReference:
        """What a decision says about the policy it was taken by."""
        return PolicyReference(name=self.name, version=self.version, digest=self.digest, parents=self.parents)

    @cached_property
    def compares(self) -> bool:
        """Whether any rule, in whichever environment, looks at a baseline."""
        everywhere = (self.rules, *self.environment_rules.values())
        return any(rule.compares() for rules in everywhere for rule in rules)

    def rules_for(self, environment: str) -> tuple[Rule, ...]:
        """All rules, in the policy's order, as they hold in one environment."""
        return self.environment_rules.get(environment_key(environment), self.rules)

    def approval_for(self, environment: str) -> ApprovalTerms | None:
        """The approval that releases to an environment need; None where they need none."""
        every = self.approvals.get(EVERY_ENVIRONMENT)
        return self.approvals.get(environment_key(environment), every)
