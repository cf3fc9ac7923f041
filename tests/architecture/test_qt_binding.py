"""PySide6 6.12.0 drops one reference to None on each call that returns nothing, and aborts Python 3.11."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from pathlib import Path

CALLS = 1_000


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_calls_that_return_nothing_keep_the_references_to_none() -> None:
    """Counted in an interpreter of its own: a faulty binding must not take the test run with it."""
    script = f"""
import sys
from qtpy.QtWidgets import QApplication, QLabel
application = QApplication([])
label = QLabel()
label.setText("warm")
before = sys.getrefcount(None)
for _ in range({CALLS}):
    label.setText("x")
print(sys.getrefcount(None) - before)
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert abs(int(run.stdout)) < CALLS // 10


def qt_requirement(project: Path) -> Requirement:
    """What pyproject.toml asks of PySide6."""
    extras = tomllib.loads((project / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    (found,) = (each for each in map(Requirement, extras["desktop"]) if each.name.startswith("PySide6"))
    return found


@pytest.mark.parametrize("faulty", ["6.8.2", "6.11.0", "6.11.1", "6.12.0"])
def test_faulty_versions_are_excluded(project_dir: Path, faulty: str) -> None:
    assert faulty not in qt_requirement(project_dir).specifier


def test_the_installed_version_is_one_that_may_be_installed(project_dir: Path) -> None:
    assert version("PySide6-Essentials") in qt_requirement(project_dir).specifier
