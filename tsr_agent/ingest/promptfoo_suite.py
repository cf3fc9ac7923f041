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


def tests_meant(tests: Any) -> int:
    """How many tests a column has at least, by the suite's own list; 0 where that lies in another file.

    A test that names its prompts or providers need not be one of every column.
    """
    if not isinstance(tests, list) or not all(isinstance(each, dict) for each in tests):
        return 0
    return sum(1 for each in tests if not any(key in each for key in _RESTRICTIONS))


def dataset(document: Document, rows: list[Row]) -> Dataset | None:
    """The suite, with a digest over the variables of its tests: two versions of a prompt share it."""
    listed = document.config.tests
    if isinstance(listed, list) and listed and all(isinstance(each, dict) for each in listed):
        variables = [each.get("vars") for each in listed]
    else:
        by_test = {row.testIdx: _variables(row) for row in rows}
        variables = [by_test[at] for at in sorted(by_test)]
    if not variables:
        return None
    source = listed if isinstance(listed, str) else listed[0] if isinstance(listed, list) and listed else None
    # The description is that of the run, such as "V3", and no name of the tests.
    name = source.rpartition("/")[2] if isinstance(source, str) else ""
    return Dataset(
        name=cut_name(clean(name).strip(), _MAX_NAME) or "promptfoo tests",
        digest=hashlib.sha256(_canonical(variables)).hexdigest(),
        size=len({row.testIdx for row in rows}) or len(variables),
    )


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
