"""Small JUnit files for tests of what comes after the reader."""

from __future__ import annotations


def suite(*cases: str, name: str = "suite") -> str:
    """A results file; each case is ``NAME``, ``NAME!`` for a failed one or ``NAME-`` for a skipped one."""
    written = "".join(_case(case) for case in cases)
    failed = sum(case.endswith("!") for case in cases)
    skipped = sum(case.endswith("-") for case in cases)
    return (
        f'<testsuites><testsuite name="{name}" tests="{len(cases)}" failures="{failed}" errors="0" '
        f'skipped="{skipped}">{written}</testsuite></testsuites>'
    )


def _case(case: str) -> str:
    inner = {"!": '<failure message="no">no</failure>', "-": "<skipped/>"}.get(case[-1], "")
    name = case.rstrip("!-")
    return f'<testcase classname="tests.test_x" name="{name}" time="0.01">{inner}</testcase>'
