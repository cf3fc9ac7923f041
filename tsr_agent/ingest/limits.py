"""Upper bounds on what is read, as data."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024

MAX_JSON_BYTES = 32 * MEBIBYTE
"""A JSON input is parsed as a whole, so it is bounded more tightly than a streamed file."""
MAX_YAML_BYTES = 2 * MEBIBYTE
"""YAML is parsed in pure Python at less than a megabyte a second."""
MAX_CSV_BYTES = 16 * MEBIBYTE
MAX_COVERAGE_LINES = 2_000_000
"""Source lines in one coverage file; they are held in memory until the totals are known."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds on a results directory. Sizes in bytes."""

    file_bytes: int = 512 * MEBIBYTE
    """Largest single file. A million cases with class names and files take 300 MB; what is not streamed
    has a tighter bound of its own."""
    total_bytes: int = 1024 * MEBIBYTE
    files: int = 10_000
    depth: int = 32
    """Levels of folders below the results directory."""
