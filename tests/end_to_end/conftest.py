"""Libraries on both databases for stories that need a server."""

from __future__ import annotations

from tests.libraries import *  # noqa: F403  (its fixtures)
