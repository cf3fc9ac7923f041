"""What promptfoo's file says of the suite that was run: its tests, their names and their digest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.models.evals import Dataset

if TYPE_CHECKING:
    from tsr_agent.ingest.promptfoo_model import Document, Row

_RESTRICTIONS = ("prompts", "providers", "provider")
_MAX_NAME = 200
_MOST_TESTS = 2**50
"""More than this is nonsense, and still a number that a report can hold."""


class Suite:
    """The tests that all columns were to run.

    Args:
        document: The whole file.
    """

    def __init__(self, document: Document) -> None:
        listed = document.config.tests
        self._is_listed = (
            isinstance(listed, list) and bool(listed) and all(isinstance(each, dict) for each in listed)
        )
        self._tests: list[dict[str, Any]] = listed if self._is_listed else []
        source = listed[0] if isinstance(listed, list) and listed else listed
        # The description is that of the run, such as "V3", and no name of the tests.
        name = source.rpartition("/")[2] if isinstance(source, str) else ""
        self._name = cut_name(clean(name).strip(), _MAX_NAME) or "promptfoo tests"
        self._digest = _digest([each.get("vars") for each in self._tests]) if self._is_listed else None
        self.tests_meant = self._meant(document)
        """How many tests a column has at least by the suite's own list; 0 where that lies elsewhere."""

    def _meant(self, document: Document) -> int:
        """The combinations of the tests' variables, repeated.

        A test that names its prompts or providers need not be one of every column.
        """
        repeat = document.runtimeOptions.repeat
        times = min(repeat, _MOST_TESTS) if type(repeat) is int and repeat > 0 else 1
        # Where a result has a list for a variable, the tool was told not to make tests of its entries.
        apart = not any(_lists(_variables(row)) for row in document.results.results)
        tests = (each for each in self._tests if not any(key in each for key in _RESTRICTIONS))
        return min(times * sum(_combinations(each) if apart else 1 for each in tests), _MOST_TESTS)

    def dataset(self, rows: list[Row]) -> Dataset | None:
        """The suite, with a digest over the variables of its tests: two versions of a prompt share it.

        Args:
            rows: The results of one column.
        """
        digest, size = self._digest, len(self._tests)
        if not self._is_listed:
            by_test = {row.testIdx: _variables(row) for row in rows}
            if not by_test:
                return None
            # Variables can be left out of the file; then nothing tells one suite from another.
            digest = _digest([by_test[at] for at in sorted(by_test)]) if any(by_test.values()) else None
        size = len({row.testIdx for row in rows}) or size
        return Dataset(name=self._name, digest=digest, size=size)


def _combinations(test: dict[str, Any]) -> int:
    """How many tests one entry stands for: a list of texts is a test for each of them."""
    options = test.get("options")
    if isinstance(options, dict) and options.get("disableVarExpansion"):
        return 1
    count = 1
    for each in _lists(test.get("vars")):
        count = min(count * len(each), _MOST_TESTS)
    return count


def _lists(variables: Any) -> list[list[Any]]:
    values = variables.values() if isinstance(variables, dict) else ()
    return [each for each in values if isinstance(each, list) and each and isinstance(each[0], str)]


def _digest(variables: list[Any]) -> str:
    return hashlib.sha256(_canonical(variables)).hexdigest()


def case_id(row: Row) -> str:
    """What a test is called in every version of the suite: its description, or a digest of its variables."""
    described = (row.testCase.description or "").strip() if row.testCase is not None else ""
    if described:
        return cut_name(clean(described), _MAX_NAME)
    variables = _variables(row)
    if isinstance(variables, dict) and len(variables) == 1:
        ((key, value),) = variables.items()
        if isinstance(value, str) and len(value) <= _MAX_NAME // 2 and value.strip():
            return clean(f"{key}={value}")[:_MAX_NAME]
    digest = hashlib.sha256(_canonical(variables)).hexdigest()[:12]
    return f"test {row.testIdx + 1} ({digest})"


def _variables(row: Row) -> Any:
    """The variables as the suite has them: those of the result can hold what the run added."""
    own = row.testCase.vars if row.testCase is not None else None
    return own if own is not None else row.vars


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
