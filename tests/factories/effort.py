"""How many examples a property is tried on."""

from __future__ import annotations

import os


def examples(most: int) -> int:
    """As many for people, who try new ones each time; three tenths in CI, which tries the same ones again."""
    return max(1, most * 3 // 10) if os.environ.get("CI") else most
