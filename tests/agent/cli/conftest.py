"""The agent as a subprocess, the way a pipeline calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Agent = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    """Runs ``tsr-agent`` with the given arguments in a folder of its own."""

    def call(
        *arguments: str | Path, cwd: Path = tmp_path, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AITR_")}
        return subprocess.run(
            [sys.executable, "-m", "tsr_agent", *map(str, arguments)],
            cwd=cwd,
            env=inherited | {"PYTHONWARNINGS": "error", "COLUMNS": "80"} | environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call
