"""What a drafted policy is made of, and how a number becomes a bound."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

from tsr_agent.gate.wording import visible
from tsr_agent.models.base import Record
from tsr_agent.models.decision import RuleSeverity

_MOST_SIGNS = 60


class DraftedRule(Record, frozen=True, kw_only=True):
    """One rule, not yet tried on the report."""

    id: str
    check: str
    about: str
    """What of the report it is about, for the list of what was left out."""
    where: dict[str, Any] = msgspec.field(default_factory=dict)
    require: dict[str, Any] = msgspec.field(default_factory=dict)
    severity: RuleSeverity = RuleSeverity.BLOCK
    now: str
    """What the report has today, as a sentence."""
    fix: str
    comment: str = ""
    """What a person should know who tightens the rule."""

    def entry(self) -> dict[str, Any]:
        """The rule as it stands in a policy."""
        entry: dict[str, Any] = {"id": self.id, "check": self.check}
        entry |= {"where": self.where} if self.where else {}
        entry |= {"require": self.require} if self.require else {}
        return entry | {"severity": self.severity.value, "description": self.now, "fix": self.fix}


class LeftOut(Record, frozen=True, kw_only=True):
    """Something in the report that no rule was drafted for."""

    what: str
    why: str


Part = DraftedRule | LeftOut


def rounded_down(value: float) -> float:
    """The largest number of two significant digits that is not above the value."""
    return -_rounded_up(-value)


def rounded_up(value: float) -> float:
    """The smallest number of two significant digits that is not below the value."""
    return _rounded_up(value)


def _rounded_up(value: float) -> float:
    if value == 0 or not math.isfinite(value):
        return value
    digits, _, exponent = f"{value:.1e}".partition("e")
    tenths, power = round(float(digits) * 10), int(exponent) - 1
    found = float(f"{tenths}e{power}")
    return found if found >= value else float(f"{tenths + 1}e{power}")


def a_little_below(count: int) -> int:
    """Nine tenths of a count, and at least 1: a suite may lose a test and not a tenth of itself."""
    return max(1, count * 9 // 10)


def share_up(part: int, total: int) -> float:
    """A share, rounded up to hundredths; exact in whole numbers, so that it is never below the share."""
    return -(-part * 100 // total) / 100


def share_down(part: int, total: int) -> float:
    """A share, rounded down to hundredths."""
    return part * 100 // total / 100


def rule_id(name: str) -> str:
    """A rule's id made of any name."""
    found = re.sub(r"[^a-z0-9._]+", "-", visible(name).lower())[:_MOST_SIGNS].strip("-._")
    return "rule" if found in ("", "evidence") else found
