"""Libraries for each test of the store: on both databases where it is not about one of them."""

from __future__ import annotations

from tests.libraries import *  # noqa: F403  (its fixtures)
