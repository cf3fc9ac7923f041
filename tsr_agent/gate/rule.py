"""The part of a rule that all checks share, and what missing evidence does."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from tsr_agent.models.base import LongText, Record, ShortText
from tsr_agent.models.decision import RuleSeverity

if TYPE_CHECKING:
    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.gate.judgement import Judgement

RuleId = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$",
        description="Lower-case letters, digits, dot, underscore and hyphen. Waivers refer to it.",
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

    require: dict[str, Any] = msgspec.field(default_factory=dict)
    """Laid over the rule's own ``require``, key by key."""
    severity: RuleSeverity | None = None
    on_missing: OnMissing | None = None


class Rule(Record, frozen=True, kw_only=True):
    """One rule of a policy. Each family of checks adds ``check``, ``where`` and ``require``."""

    id: RuleId
    check: ShortText
    description: LongText = ""
    severity: RuleSeverity = RuleSeverity.BLOCK
    fix: LongText = ""
    """What a person can do when it fails."""
    effective_on: date | None = None
    """Until this day (UTC) the rule only warns."""
    on_missing: OnMissing | None = None
    """None takes the policy's."""
    environments: dict[ShortText, EnvironmentOverride] = msgspec.field(default_factory=dict)

    def judge(self, evidence: Evidence) -> Judgement:
        """Holds the evidence against what the rule requires. Pure; never raises."""
        raise NotImplementedError

    def impossible(self) -> list[tuple[str, str]]:
        """Requirements that can't be meant: pairs of a key's path inside the rule and what is wrong."""
        return []
