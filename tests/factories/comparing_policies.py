"""Policies with a rule that looks at a baseline and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from tsr_agent.gate.baseline import BaselineSelection
from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.policies.builtin import ai_release

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy


def comparing(**selection: Any) -> Policy:
    """The built-in policy and one rule that compares: no test of the baseline may be gone."""
    policy = ai_release()
    entry = {"id": "not-fewer", "check": "test_changes", "require": {"max_vanished": 0}}
    rule = msgspec.convert(entry, CHECKS["test_changes"])
    return replace(policy, rules=(*policy.rules, rule), baseline=BaselineSelection(**selection))
