"""How heavy the base install is: what a CI job downloads to make one decision."""

from __future__ import annotations

import subprocess
import sys
import venv
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MAX_MEGABYTES = 20


def megabytes(folder: Path) -> float:
    """Size of all regular files under a folder in MB (10⁶ bytes)."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


@pytest.mark.benchmark
def test_the_base_install_is_light(tmp_path: Path, project_dir: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False)
    empty = megabytes(environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"),
            *("--no-build-isolation", "--target", str(packages)),
            *("-c", str(project_dir / "packaging" / "constraints.txt"), str(project_dir)),
        ],
        check=True,
    )
    subprocess.run([environment / "bin" / "python", "-m", "tsr_agent", "--version"], check=True)
    added = megabytes(environment) - empty
    print(f"base install: {added:.1f} MB over an empty environment of {empty:.1f} MB")
    assert added <= MAX_MEGABYTES
