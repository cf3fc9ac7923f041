"""The part of a rule that all checks share, and what missing evidence does."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from tsr_agent.gate.policies.names import MAX_ENVIRONMENTS
from tsr_agent.models.base import Record, ShortText
from tsr_agent.models.decision import RuleScope, RuleSeverity

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts
    from tsr_agent.gate.judgement import Judgement
    from tsr_agent.models.results import TestType

RuleId = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$(?!\n)",
        description="Lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit. "
        "Waivers refer to it.",
    ),
]


class MissingEvidence(Enum):
    """What a rule counts as when its evidence is missing."""

    FAIL = "fail"
    """As failed, at the rule's own severity."""
    REVIEW = "review"
    """A person has to look, where the rule is ``block`` or ``review``; a warning where it is ``warn``."""


class IgnoreMissing(Record, frozen=True, kw_only=True):
    """Missing evidence does nothing to the verdict; that needs a written reason."""

    ignore: Annotated[str, Meta(min_length=3, max_length=1_000, description="Why it may be missing.")]


OnMissing = MissingEvidence | IgnoreMissing


class EnvironmentOverride(Record, frozen=True, kw_only=True):
    """What is different about a rule in one environment. What is left out stays as in the rule."""

    require: Annotated[
        dict[str, Any], Meta(description="Laid over the rule's own 'require', key by key.")
    ] = msgspec.field(default_factory=dict)
    severity: Annotated[RuleSeverity | None, Meta(description="In place of the rule's own.")] = None
    on_missing: Annotated[OnMissing | None, Meta(description="In place of the rule's own.")] = None


class _AbstractRecordType(msgspec.StructMeta, ABCMeta):
    """Lets a record have abstract methods."""


class Rule(Record, metaclass=_AbstractRecordType, frozen=True, kw_only=True):
    """One rule of a policy. Each family of checks adds ``check``, ``where`` and ``require``."""

    id: RuleId
    check: Annotated[str, Meta(max_length=1_000, description="Which check the rule makes.")]
    description: Annotated[str, Meta(max_length=65_536, description="What the rule is for.")] = ""
    severity: Annotated[
        RuleSeverity,
        Meta(
            description="What a failure does. block: NO_GO. review: a person has to look. warn: a warning. "
            "info: it is shown."
        ),
    ] = RuleSeverity.BLOCK
    fix: Annotated[str, Meta(max_length=65_536, description="What a person can do when the rule fails.")] = ""
    effective_on: Annotated[
        date | None, Meta(description="Until this day (UTC) the rule only warns, such as 2027-01-01.")
    ] = None
    on_missing: Annotated[
        OnMissing | None,
        Meta(description="What the rule counts as when its evidence is missing, in place of the policy's."),
    ] = None
    locked: Annotated[
        bool, Meta(description="Policies that extend this one can make the rule stricter, never looser.")
    ] = False
    environments: Annotated[
        dict[ShortText, EnvironmentOverride],
        Meta(
            max_length=MAX_ENVIRONMENTS,
            description="By environment, what is different there. What is left out stays as in the rule.",
        ),
    ] = msgspec.field(default_factory=dict)

    @abstractmethod
    def judge(self, facts: Facts) -> Judgement:
        """Holds the facts against what the rule requires. Pure; never raises."""

    @abstractmethod
    def asks(self) -> str:
        """What the rule asks for, as one plain sentence for people who never saw the policy's file."""

    def compares(self) -> bool:
        """Whether the rule looks at a baseline."""
        return False

    def scope(self) -> RuleScope:
        """What the rule looks at, as it is recorded with its result."""
        return RuleScope(compares=self.compares())

    def gives_way(self, parent: Rule) -> list[tuple[str, str, str]]:
        """Where this rule asks for less than the locked one it came from, and no key's direction says so.

        Args:
            parent: A rule of the same check and the same ``where``.

        Returns:
            Triples of a key's path inside the rule, the parent's value and this rule's, as texts.
        """
        return []

    def quarantined_types(self) -> tuple[TestType, ...]:
        """Test types whose tests in quarantine are left out when the rule failed; none for most rules."""
        return ()

    def impossible(self) -> list[tuple[str, str]]:
        """Requirements that can't be meant: pairs of a key's path inside the rule and what is wrong."""
        return []
