"""What two policies ask for otherwise, as plain data; ``gate.policies.differences`` finds it."""

from __future__ import annotations

from enum import Enum

from tsr_agent.models.base import Count, LongText, Record, ShortText


class PolicyNews(Enum):
    """What became of a rule, or of one of its values, the mildest policy's doing first."""

    REMOVED = "removed"
    LOOSER = "looser"
    """It asks for less."""
    CHANGED = "changed"
    """It asks for something else, or for more of one thing and less of another."""
    ADDED = "added"
    STRICTER = "stricter"
    """It asks for more."""


class PolicyValueChange(Record, frozen=True, kw_only=True):
    """One value of a rule, or of the policy itself, as text."""

    key: ShortText
    """As in the policy's file: ``require.at_least``, ``severity``, ``approvals.count``."""
    news: PolicyNews
    old: LongText
    new: LongText


class PolicyRuleChange(Record, frozen=True, kw_only=True):
    """One rule as both policies have it, each for the environment that it judged."""

    id: ShortText
    news: PolicyNews
    old: LongText
    """What it asks for, in a sentence; empty where the old policy does not have it."""
    new: LongText
    values: tuple[PolicyValueChange, ...] = ()
    """What of it changed; none for a rule that only one policy has."""


class PolicyChanges(Record, frozen=True, kw_only=True):
    """How two policies differ."""

    rules: tuple[PolicyRuleChange, ...] = ()
    """What asks for less first."""
    values: tuple[PolicyValueChange, ...] = ()
    """What holds for all rules: missing evidence, approvals, the baseline, flaky tests."""
    unchanged: Count = 0
    """Rules that both have alike."""
    not_compared: LongText = ""
    """Why the rules could not be held against each other, in a sentence; empty where they were."""

    @property
    def is_empty(self) -> bool:
        """Whether they ask for the same, as far as that is known."""
        return not (self.rules or self.values or self.not_compared)
