"""Deliveries on both databases."""

from __future__ import annotations

from tests.libraries import *  # noqa: F403  (its fixtures)
