"""Which tool wrote a JUnit file, as far as that changes what its records mean."""

from __future__ import annotations

_JEST = ["name", "errors", "failures", "skipped", "timestamp", "time", "tests"]
"""The attributes of a suite of jest-junit; no other writer has them in this order."""
_PLAYWRIGHT = ["id", "name", "tests", "failures", "skipped", "errors", "time"]
"""Those of the root element of Playwright."""
_ROOTS = frozenset({"jest tests", "vitest tests", "Mocha Tests"})
_PYTEST = {"testsuite": "pytest", "testsuites": "pytest tests"}


def is_pytest(tag: str, attributes: dict[str, str]) -> bool:
    """Whether a suite is pytest's: it repeats a test in the file that it ran again."""
    return attributes.get("name") == _PYTEST[tag]


def is_jest(tag: str, attributes: dict[str, str]) -> bool:
    """Whether a suite is jest-junit's."""
    return tag == "testsuite" and list(attributes)[: len(_JEST)] == _JEST


def lists_each_test_once(tag: str, attributes: dict[str, str]) -> bool:
    """Whether the writer gives one record a test, however often that ran.

    Two records of one name are then two tests, not two attempts of one: Jest, Vitest, Mocha and the
    .NET logger (data that reads the same) let tests share a name.
    """
    name = attributes.get("name", "")
    if tag == "testsuites":
        return name in _ROOTS or list(attributes) == _PLAYWRIGHT
    if is_jest(tag, attributes) or name in ("Mocha Tests", "Root Suite"):
        return True
    return name.startswith("Root Suite.") or (attributes.get("package") == name and name.endswith(".dll"))
