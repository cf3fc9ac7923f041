"""Libraries on both databases for benchmarks that need one."""

from __future__ import annotations

from tests.libraries import *  # noqa: F403  (its fixtures)
