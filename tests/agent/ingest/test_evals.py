from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.evals import EvalsReader
from tsr_agent.models.evals import IterationOutcome, MetricValue, latest_iteration


def iteration(**changed: Any) -> dict[str, Any]:
    return {
        "iteration": 3,
        "version_name": "V3 RAG",
        "outcome": "passed",
        "metrics": {"accuracy": 0.91, "grounding_score": {"value": 0.95, "n": 250}},
    } | changed


def document(*iterations: dict[str, Any], **top: Any) -> str:
    return json.dumps({"iterations": list(iterations), **top})


def refusal(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(EvalsReader(), text, "evals.json")
    return "\n".join(caught.value.diagnostics())


def test_reads_numbers_and_objects_as_metrics() -> None:
    (only,) = read(EvalsReader(), document(iteration())).eval_iterations
    assert only.outcome is IterationOutcome.PASSED
    assert only.metric("accuracy") == MetricValue(value=0.91)
    assert only.metric("grounding_score") == MetricValue(value=0.95, n=250)


def test_keeps_duplicate_and_unordered_iterations_for_the_gate_to_judge() -> None:
    text = document(iteration(iteration=5), iteration(iteration=2), iteration(iteration=5, outcome="failed"))
    found = read(EvalsReader(), text).eval_iterations
    assert [each.iteration for each in found] == [5, 2, 5]
    latest = latest_iteration(found)
    assert latest is not None
    assert latest.iteration == 5


def test_allows_the_schema_keys_at_the_top() -> None:
    text = document(iteration(), schema_version=1, **{"$schema": "https://example.test/evals.json"})
    assert len(read(EvalsReader(), text).eval_iterations) == 1


def test_an_empty_history_is_read_and_remarked() -> None:
    parts = read(EvalsReader(), document())
    assert parts.eval_iterations == ()
    assert parts.remarks == ("The file lists no iterations.",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (document(iteration(metrics={"accuracy": "0.9"})), "$.iterations[0].metrics.accuracy"),
        (document(iteration(metrics={"accuracy": True})), "$.iterations[0].metrics.accuracy"),
        (document(iteration(metrics={"accuracy": None})), "$.iterations[0].metrics.accuracy"),
        (document(iteration(metrics={"accuracy": {"value": "1"}})), "$.iterations[0].metrics.accuracy.value"),
        (
            document(iteration(), iteration(metrics={"a": {"value": 1, "n": -1}})),
            "$.iterations[1].metrics.a.n",
        ),
        (document(iteration(outcome="great")), "$.iterations[0].outcome"),
        (document(iteration(iteration=-1)), "$.iterations[0].iteration"),
        (document(iteration(iteration=2**53 + 1)), "$.iterations[0].iteration"),
        (document(iteration(outcom="passed")), "did you mean 'outcome'?"),
        (document(iteration(), schema_version=2), "format 2"),
        (document(iteration(), iterationss=[]), "$.iterationss: unknown key"),
        ('{"iterations": [{"metrics": {"accuracy": NaN}}]}', "NaN"),
        ('{"iterations": [{"metrics": {"accuracy": 1e999}}]}', "1e999"),
        ('{"iterations": [], "iterations": []}', "stands twice"),
        ("", "empty"),
        ("   \n", "empty"),
        ('{"iterations": [', "line 1"),
        (document(iteration()).encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf" + document(iteration()).encode(), "BOM"),
        ('{"iterations": ' + "[" * 5_000 + "]" * 5_000 + "}", "levels deep"),
    ],
)
def test_refuses_what_could_be_read_in_two_ways_and_names_the_place(text: str | bytes, named: str) -> None:
    assert named in refusal(text)


def test_bounds_the_depth_of_free_records_too() -> None:
    deep: Any = {}
    for _ in range(100):
        deep = {"a": deep}
    assert "levels deep" in refusal(document(iteration(fixes_applied=[deep])))


def test_recognises_content_and_its_own_name() -> None:
    reader = EvalsReader()
    assert takes(reader, document(iteration()), "anything.json") == "JSON with iterations at the top"
    assert takes(reader, '{"metrics": {"iterations": {"count": 4}}}', "k6.json") is None
    assert takes(reader, "", "evals.json") == "named evals.json"
    assert takes(reader, document(iteration()).encode("utf-16"), "out/Evals.JSON") is not None


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_in_words(document: bytes) -> None:
    try:
        read(EvalsReader(), document)
    except InputError as error:
        assert error.message


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["metrics", "failure_modes", "outcome", "dataset", "cases", "iteration"]), json_values)
def test_any_value_in_any_field_is_read_or_refused_in_words(field: str, value: Any) -> None:
    try:
        read(EvalsReader(), document(iteration(**{field: value})))
    except InputError as error:
        assert error.message
