"""Deliveries on both databases, where the other tests of the server use a file."""

from __future__ import annotations

from tests.libraries import library

__all__ = ["library"]
