"""Strict JSON in, deterministic JSON out."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.reports import report
from tsr_agent.errors import DocumentError
from tsr_agent.models import codec, strict_json
from tsr_agent.models.report import TestSummaryReport

GOOD = codec.encode(report())


def refusal(document: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        codec.decode(document, TestSummaryReport, source="tsr.json")
    return "\n".join(caught.value.diagnostics())


def test_what_was_written_is_read_back() -> None:
    assert codec.decode(GOOD, TestSummaryReport) == report()


def test_the_same_report_is_always_the_same_bytes() -> None:
    assert codec.encode(codec.decode(GOOD, TestSummaryReport)) == GOOD
    assert GOOD.endswith(b"}\n")


def test_times_are_written_in_utc_with_a_z() -> None:
    assert json.loads(GOOD)["created_at"] == "2026-03-04T12:00:00Z"


def test_the_digest_is_over_the_bytes_as_written() -> None:
    assert codec.digest(GOOD) == hashlib.sha256(GOOD).hexdigest()
    assert codec.digest(GOOD) != codec.digest(GOOD.rstrip())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"triggered_by":"ci"', b'"triggered_by":"ci","triggered_by":"me"', "'triggered_by' stands twice"),
        (b'"value":0.92', b'"value":NaN', "NaN is not a JSON number"),
        (b'"value":0.92', b'"value":Infinity', "Infinity is not a JSON number"),
        (b'"value":0.92', b'"value":1e999', "1e999 is out of range"),
        (b'"value":0.92', b'"value":"0.92"', "$.eval_iterations[0].metrics"),
        (b'"total":3', b'"total":-3', "$.test_results[0].total: must be at least 0"),
        (b'"environment":', b'"enviroment":', "did you mean 'environment'?"),
        (b'"test_type":"unit"', b'"test_type":"unix"', "$.test_results[0].test_type: 'unix' is not one of"),
        (b"2026-03-04T12:00:00Z", b"2026-03-04T12:00:00", "$.created_at"),
        (b"3fa9c1e0" * 5, b"3fa9c1e", "$.versions.codebase_sha"),
        (b"3fa9c1e0" * 5, b"3fa9c1e0" * 5 + b"\\n", "$.versions.codebase_sha"),
        (b'"schema_version":1', b'"schema_version":2', "Upgrade aitr"),
        (b'"triggered_by":"ci"', b'"triggered_by":"\\ud800"', "surrogate"),
        (b'"triggered_by":"ci"', b'"triggered_by":"\xff"', "not UTF-8 at byte"),
    ],
)
def test_a_bad_field_is_refused_and_named(old: bytes, new: bytes, said: str) -> None:
    assert old in GOOD
    # A newer format is only recognised once this build could not read the document.
    changed = GOOD.replace(old, new, 1)
    if b'"schema_version":2' in new:
        changed = changed.replace(b'"triggered_by"', b'"started_by"')
    assert said in refusal(changed)


def test_all_problems_are_named_not_only_the_first() -> None:
    broken = GOOD.replace(b'"test_type":"unit"', b'"test_type":"unix"')
    broken = broken.replace(b'"failed":0', b'"failed":"0"')
    assert refusal(broken).count("test_results") >= 2


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"id":['])
def test_deep_nesting_is_refused_without_recursion(opening: bytes) -> None:
    assert "levels deep" in refusal(opening * 100_000)


def test_brackets_inside_strings_are_not_nesting() -> None:
    many = json.dumps({"text": '[{"' * 500, "more": [{}] * 200}).encode()
    assert strict_json.load_tree(many)["text"].startswith("[{")


def test_an_oversized_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_DOCUMENT_BYTES", 100)
    assert "may have at most 100" in refusal(GOOD)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_never_more(noise: bytes) -> None:
    try:
        codec.decode(noise, TestSummaryReport)
    except DocumentError as error:
        assert error.message


@given(place=st.integers(0, len(GOOD) - 2), byte=st.integers(0, 255))
def test_one_changed_byte_is_refused_or_changes_the_digest(place: int, byte: int) -> None:
    changed = GOOD[:place] + bytes([byte]) + GOOD[place + 1 :]
    if changed == GOOD:
        return
    assert codec.digest(changed) != codec.digest(GOOD)
    try:
        read = codec.decode(changed, TestSummaryReport)
    except DocumentError:
        return
    assert isinstance(read, TestSummaryReport)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_sound_json_tree_is_read_as_the_standard_library_reads_it(tree: object) -> None:
    text = json.dumps(tree)
    assert strict_json.load_tree(text.encode()) == json.loads(text)
