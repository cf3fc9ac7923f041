"""The ``needs.json`` of sphinx-needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import clean, cut_middle, cut_name
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.requirements_table import RequirementTable
from tsr_agent.ingest.whole_file import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath

    Needs = dict[str, dict[str, Any]]

REQUIREMENT_TYPES = frozenset({"req", "requirement"})
TEST_TYPES = frozenset({"test", "testcase", "test_case"})
NO_REQUIREMENT_TYPES = TEST_TYPES | {"impl", "testfile", "testsuite"}
"""What a test may name without making a requirement of it: other tests, and code."""
_NO_LINKS = frozenset({"tags", "sections"})
"""Lists that never are links."""
_KEYS = {"versions", "current_version"}
_MAX_NAME = 1_000


class SphinxNeedsReader:
    """Reads the requirements of the current version with the tests that are linked to them."""

    name = "sphinx-needs JSON"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON with ``current_version`` and ``versions`` at the top."""
        keys = top_level_keys(head)
        return "JSON with versions and current_version at the top" if keys >= _KEYS else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the needs of the current version.

        Raises:
            InputError: Not strict JSON, no current version in it, or a need that does not fit.
        """
        tree = read_json(stream, path, self._limits)
        needs = _current(tree, path)
        tests = _tests_by_need(needs, path, self._limits)
        table = RequirementTable(path, self._limits)
        for key, need in needs.items():
            kind = _text(need, "type", key, path)
            if kind in REQUIREMENT_TYPES or (key in tests and kind not in NO_REQUIREMENT_TYPES):
                named = tuple(dict.fromkeys(tests.get(key, {}).values()))
                table.add(f"need {key[:60]!r}", clean(key), _what(need, key, path), named)
        remarks = () if table.entries else ("The file lists no requirements.",)
        return Parts(requirements=table.entries, remarks=remarks)


def _current(tree: Any, path: str) -> Needs:
    versions = tree.get("versions") if isinstance(tree, dict) else None
    if not isinstance(versions, dict):
        raise InputError(f"{path}: no needs.json: there is no object 'versions'.")
    current = tree.get("current_version")
    if not isinstance(current, str) or current not in versions:
        raise InputError(f"{path}: its current version {str(current)[:60]!r} is not among its versions.")
    version = versions[current]
    needs = version.get("needs") if isinstance(version, dict) else None
    if not isinstance(needs, dict):
        raise InputError(f"{path}: the version {current[:60]!r} has no object 'needs'.")
    for key, need in needs.items():
        if not isinstance(need, dict) or need.get("id", key) != key:
            raise InputError(f"{path}: need {key[:60]!r}: it is no object with this id.")
    return needs


def _tests_by_need(needs: Needs, path: str, limits: Limits) -> dict[str, dict[str, str]]:
    """By id of a need, ids and names of the tests that link to it or that it links to."""
    names = {
        key: _test_name(need, key, path)
        for key, need in needs.items()
        if _text(need, "type", key, path) in TEST_TYPES
    }
    found: dict[str, dict[str, str]] = {}
    size = 0
    for key, need in needs.items():
        for linked in _links(need, needs):
            test, other = (key, linked) if key in names else (linked, key)
            if test in names and test not in found.setdefault(other, {}):
                found[other][test] = names[test]
                size += 1
            if size > limits.need_links:
                raise beyond(limits, "need_links", path, f"need {key[:60]!r}")
    return found


def _links(need: dict[str, Any], needs: Needs) -> Iterator[str]:
    """Ids of the needs that it names in any list of links; their names are each project's own."""
    for field, value in need.items():
        if not isinstance(value, list) or field in _NO_LINKS:
            continue
        for each in value:
            if not isinstance(each, str):
                continue
            # A part of a need is written as the need's id, a dot and the part's.
            linked = each if each in needs else each.partition(".")[0]
            if linked in needs:
                yield linked


def _test_name(need: dict[str, Any], key: str, path: str) -> str:
    """What the need calls its test: class and case by sphinx-test-reports, else its own id."""
    case, class_name = _text(need, "case", key, path), _text(need, "classname", key, path)
    name = key if not case else f"{class_name}.{case}" if class_name else case
    return cut_name(clean(name), _MAX_NAME)


def _what(need: dict[str, Any], key: str, path: str) -> str:
    content = _text(need, "content", key, path) or _text(need, "description", key, path)
    parts = (_text(need, "title", key, path).strip(), content.strip())
    return clean(cut_middle("\n".join(each for each in parts if each)))


def _text(need: dict[str, Any], field: str, key: str, path: str) -> str:
    value = need.get(field)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{path}: need {key[:60]!r}: its {field} is no text.")
    return value or ""
