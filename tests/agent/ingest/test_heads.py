"""What the beginning of a file says is found in one pass over it."""

from __future__ import annotations

import pytest

from tsr_agent.ingest.heads import root_element, top_level_keys


def test_keys_of_the_outermost_object_are_found() -> None:
    head = b'{"a": {"b": 1}, "c\\"d" : [{"e": 2}], "f": "g", "cut'
    assert top_level_keys(head) == {"a", 'c\\"d', "f"}


@pytest.mark.parametrize("end", [b"", b"\\", b"\\\\"])
def test_an_unclosed_string_of_escaped_quotes_is_looked_at_once(end: bytes) -> None:
    # Looking again from each of the quotes would take hours.
    assert top_level_keys(b'{"meta": 1, "' + b'\\"' * 2_000_000 + end) == {"meta"}


def test_the_root_is_known_without_its_prefix() -> None:
    root = root_element(b'<?xml version="1.0"?><j:testsuites xmlns:j="urn:x" name="n"><j:testsuite')
    assert root is not None
    assert (root.name, root.attributes["name"]) == ("testsuites", "n")
