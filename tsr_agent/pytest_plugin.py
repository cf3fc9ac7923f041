"""The pytest plugin: ``@pytest.mark.requirement("REQ-1")`` reaches the report as a JUnit case property."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

MARKER = "requirement"


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker, so that strict markers accept it."""
    config.addinivalue_line("markers", f"{MARKER}(*ids): requirements that the test bears out")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Writes each requirement id as a property of its test case."""
    for item in items:
        for marker in item.iter_markers(MARKER):
            item.user_properties.extend((MARKER, str(each)) for each in marker.args)
