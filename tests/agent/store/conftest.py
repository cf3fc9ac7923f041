"""Libraries for each test of the store: on both databases where it is not about one of them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tsr_agent.store.migrate import SHIPPED, Migrations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def later(tmp_path: Path) -> Callable[[str], Migrations]:
    """The shipped migrations and one more, whose text is given."""

    def make(text: str) -> Migrations:
        location = tmp_path / "100% migrations"
        shutil.copytree(SHIPPED.location, location, ignore=shutil.ignore_patterns("__pycache__"))
        (location / "versions" / "r0004_later.py").write_text(text)
        return Migrations(location, SHIPPED.newest + 1)

    return make
