"""What every test may ask for."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.libraries import *  # noqa: F403  (its fixtures; once, so that they share one PostgreSQL server)

if TYPE_CHECKING:
    from collections.abc import Callable

    Agent = Callable[..., subprocess.CompletedProcess[str]]

PROJECT = Path(__file__).resolve().parent.parent

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", parent=settings.get_profile("default"), max_examples=20)
# CI tries the same examples each time, so that a change is red for what it changed; people try new ones.
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
# Whoever runs the tests in the background has Ctrl+C ignored; the programs under test must not inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# The agent under test must not take the CI system that tests it for its own.
for _name in ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL"):
    os.environ.pop(_name, None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


def pytest_collection_finish() -> None:
    """Ten thousand tests live as long as the run; nobody has to look through them for garbage again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def project_dir() -> Path:
    """The root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def samples_dir() -> Path:
    """Genuine outputs of third-party tools that are not part of a clone.

    Taken from ``AITR_SAMPLES`` or from ``../shared/samples`` beside the project.
    """
    place = Path(os.environ.get("AITR_SAMPLES", PROJECT.parent / "shared" / "samples"))
    if not place.is_dir():
        pytest.skip(f"third-party samples are absent: {place} (set AITR_SAMPLES)")
    return place


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Test data that is part of the project; its origin is in ``tests/data/README.md``."""
    return PROJECT / "tests" / "data"


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
