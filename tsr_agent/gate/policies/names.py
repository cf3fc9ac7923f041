"""How names in a policy are compared."""

from __future__ import annotations

from tsr_agent.gate.wording import visible

EVERY_ENVIRONMENT = "*"
"""Stands for all environments among ``approvals``."""

MAX_ENVIRONMENTS = 100
"""Environments that one policy may name: all of its rules are kept once for each."""


def environment_key(name: str) -> str:
    """One spelling of an environment: ``Production`` must not slip past rules for ``production``.

    Signs that nobody sees do not count either, such as a zero-width space.
    """
    return visible(name).casefold()
