"""Logs of Inspect AI that are damaged, hostile or of another version."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.eval_runs import as_iteration
from tests.factories.inputs import read, takes
from tests.factories.inspect_logs import archive, as_eval, as_json, log, sample, score
from tsr_agent.errors import InputError
from tsr_agent.ingest.collect import Sources, collect
from tsr_agent.ingest.inspect_log import InspectLogReader
from tsr_agent.ingest.limits import Limits
from tsr_agent.models.evals import IterationOutcome
from tsr_agent.models.report import InputStatus

if TYPE_CHECKING:
    from pathlib import Path

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["C", "I", "success"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def refusal(document: bytes, path: str = "a.eval", limits: Limits | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read(InspectLogReader(limits), document, path)
    return caught.value.message


def test_is_recognised_by_content_under_any_name(data_dir: Path) -> None:
    reader = InspectLogReader()
    for name in ("qa.eval", "qa.json"):
        head = (data_dir / "inspect-ai" / name).read_bytes()[:65_536]
        assert takes(reader, head, "result.bin") is not None
    assert takes(reader, as_eval(log()), "x") == "ZIP archive that begins with _journal/start.json"
    assert takes(reader, as_json(log()), "x") == "JSON with version, status and eval at the top"


@pytest.mark.parametrize("head", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"{}", b"\xff\xfe"])
def test_a_damaged_file_of_the_usual_name_is_not_overlooked(head: bytes) -> None:
    assert takes(InspectLogReader(), head, "a.EVAL") == "named *.eval"
    assert takes(InspectLogReader(), head, "a.zip") is None
    assert refusal(head, "a.EVAL")


def test_other_archives_are_not_taken() -> None:
    for name in ("word/document.xml", "samples/readme.txt", "META-INF/MANIFEST.MF"):
        assert takes(InspectLogReader(), archive({name: b"x"}), "a.zip") is None


@pytest.mark.parametrize("version", [None, 1, 3, 2.0, True, "2", [2]])
def test_another_version_is_refused_by_name(version: object) -> None:
    for document in (as_json(log(version=version)), as_eval(log(version=version))):
        message = refusal(document)
        assert message.startswith("a.eval: ")
        assert "begin as a ZIP" in message or f"its version is {str(version)!r}" in message
    assert "its version is '3'" in refusal(as_json(log(version=3)), "a.json")


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "fine"},
        {"status": None},
        {"eval": {}},
        {"eval": {"task": 3}},
        {"results": {"total_samples": -1}},
        {"results": {"completed_samples": 1.5}},
        {"results": {"scores": [{"scorer": "nameless"}]}},
        {"results": {"scores": [score(scored_samples=-1)]}},
        {"results": {"scores": [score(), score()]}},
        {"results": {"scores": [score(name="a/b"), score(name="a", metrics={"b/accuracy": {"value": 1}})]}},
        {"samples": [{"epoch": 1}]},
        {"samples": [sample(1, epoch=-1)]},
        {"samples": [sample(1, id=None)]},
        {"samples": [sample(1, scores=[])]},
    ],
)
def test_what_no_log_says_is_refused(changed: dict[str, Any]) -> None:
    assert refusal(as_json(log(**changed)), "a.json").startswith("a.json: ")
    assert refusal(as_eval(log(**changed))).startswith("a.eval: ")


def test_an_archive_without_a_log_is_refused() -> None:
    assert refusal(archive({"notes.txt": b"x"})) == "a.eval: not an Inspect AI log: it has no header.json."


def test_bounds_are_refused_with_how_to_raise_them() -> None:
    big = as_eval(log([sample(1, input="x" * 5_000)]))
    assert "raise zip_bytes" in refusal(big, limits=Limits(zip_bytes=1_000))
    assert "raise json_bytes" in refusal(big, limits=Limits(json_bytes=1_000))
    many = log([sample(each) for each in range(11)])
    assert "more than 10 samples of one eval file" in refusal(as_eval(many), limits=Limits(eval_cases=10))
    assert "raise eval_cases" in refusal(as_json(many), "a.json", Limits(eval_cases=10))
    assert len(read(InspectLogReader(Limits(eval_cases=11)), as_eval(many)).eval_runs[0].cases) == 11


def test_header_and_summaries_are_one_file_to_the_bounds() -> None:
    header = json.dumps({key: value for key, value in log().items() if key != "samples"}).encode()
    summaries = json.dumps([sample(1), sample(2)]).encode()
    packed = archive({"header.json": header, "summaries.json": summaries})
    together = len(header) + len(summaries)
    assert "raise json_bytes" in refusal(packed, limits=Limits(json_bytes=together - 1))
    values = [sum(map(each.count, (b",", b"[", b"{"))) for each in (header, summaries)]
    assert min(values) > 1
    assert "raise json_values" in refusal(packed, limits=Limits(json_values=sum(values) - 1))
    read(InspectLogReader(Limits(json_bytes=together, json_values=sum(values))), packed)


def test_a_name_of_countless_words_is_cut_and_stays_different() -> None:
    one, other = "word " * 100_000, "word " * 100_000 + "more"
    cases = (
        read(InspectLogReader(), as_json(log([sample(1, id=one), sample(2, id=other)]))).eval_runs[0].cases
    )
    names = {each.id for each in cases}
    assert len(names) == 2
    assert all(each.startswith("word word") and len(each) <= 1_000 for each in names)


def test_a_json_log_beyond_its_bound_is_refused() -> None:
    assert "more than 100 bytes of one JSON file" in refusal(as_json(log()), "a.json", Limits(json_bytes=100))


def test_more_metrics_than_a_report_can_show_are_refused() -> None:
    metrics = {f"m{each}": {"value": 1} for each in range(10_001)}
    document = log(results={"scores": [score(metrics=metrics)]})
    assert "10,001 metrics; at most 10,000" in refusal(as_json(document), "a.json")


def test_hostile_names_and_messages_are_bounded_and_cleaned() -> None:
    text = "\x1b[31m" + "x" * 9_999
    document = log(
        [sample(1, id=text, error=text, scores={text: {"value": {text: 1}}}), sample(2)],
        eval={"task": text, "packages": {"inspect_ai": text}, "dataset": {"name": text}},
        status="error",
        error={"message": text},
    )
    (found,) = read(InspectLogReader(), as_json(document)).eval_runs
    assert as_iteration(found)
    shown = [found.tool, found.name, found.broken, *found.metrics, *found.cases[0].scores]
    shown += [found.cases[0].id, found.cases[0].error, found.dataset.name if found.dataset else ""]
    assert all(len(each) <= 2_100 and "\x1b" not in each for each in shown)


def test_the_digest_of_an_archive_is_of_the_bytes_that_were_parsed(tmp_path: Path) -> None:
    """The directory of an archive is read from its end, which a file that is hashed as it is read is not."""
    document = as_eval(log())
    (tmp_path / "log.eval").write_bytes(document)
    (tmp_path / "cut.eval").write_bytes(document[:-5])
    found = collect(Sources(results_dir=tmp_path))
    entries = {each.path: each for each in found.inputs}
    assert entries["log.eval"].status is InputStatus.READ
    assert entries["log.eval"].reader == "Inspect AI log"
    assert entries["log.eval"].sha256 == hashlib.sha256(document).hexdigest()
    assert entries["cut.eval"].status is InputStatus.UNREADABLE
    assert entries["cut.eval"].sha256 == hashlib.sha256(document[:-5]).hexdigest()


def test_an_archive_that_is_cut_anywhere_is_refused() -> None:
    whole = as_eval(log())
    for length in range(0, len(whole), 7):
        assert refusal(whole[:length]).startswith("a.eval: ")


@given(st.binary(max_size=400))
def test_any_bytes_give_refusals_only(document: bytes) -> None:
    for raw in (document, b"PK\x03\x04" + document):
        assert refusal(raw)


@given(st.data())
def test_any_json_near_a_log_is_refused_or_read_and_never_better(data: st.DataObject) -> None:
    document: dict[str, Any] = copy.deepcopy(log([sample(1), sample(2, "I")]))
    place: Any = document
    keys = data.draw(
        st.sampled_from(
            [
                ("status",),
                ("results",),
                ("results", "total_samples"),
                ("results", "completed_samples"),
                ("results", "scores", 0, "metrics", "accuracy", "value"),
                ("results", "scores", 0, "metrics", "stderr", "value"),
                ("results", "scores", 0, "scored_samples"),
                ("eval", "dataset"),
                ("eval", "config"),
                ("samples",),
                ("samples", 0),
                ("samples", 0, "scores"),
                ("samples", 0, "scores", "includes", "value"),
                ("samples", 0, "epoch"),
                ("error",),
                ("invalidated",),
            ]
        )
    )
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = data.draw(ANYTHING)
    try:
        raw = json.dumps(document).encode()
        (found,) = read(InspectLogReader(), raw).eval_runs
    except InputError:
        return
    assert as_iteration(found)
    assert 0 <= found.completed <= max(found.total, 0)
    assert found.outcome is not IterationOutcome.PASSED or found.completeness().value == 1
    assert all((each.n or 0) <= found.total for each in found.metrics.values())
    assert len({each.id for each in found.cases}) == len(found.cases)
