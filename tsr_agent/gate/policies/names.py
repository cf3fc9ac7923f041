"""How names in a policy are compared."""

from __future__ import annotations

from tsr_agent.gate.wording import visible

EVERY_ENVIRONMENT = "*"
"""Stands for all environments among ``approvals``."""

MAX_ENVIRONMENTS = 100
"""Environments that one policy may name: all of its rules are kept once for each."""


def environment_key(name: str) -> str:
    """One spelling of an environment: ``Production`` must not slip past rules for ``production``.

    Signs that nobody sees do not count either, such as a zero-width space, nor which form of a letter
    was typed, such as a full-width one, or one with its accent apart.
    """
    seen = visible(name)
    if seen.isascii():
        return seen.casefold()
    key = _folded(seen)
    # Some letters fall apart into blanks and marks, or only when their case is folded.
    while (again := _folded(key)) != key:
        key = again
    return key


def _folded(name: str) -> str:
    import unicodedata

    return visible(unicodedata.normalize("NFKC", name).casefold())
