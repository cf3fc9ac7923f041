"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PROJECT = Path(__file__).resolve().parent.parent

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", parent=settings.get_profile("default"), max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


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
