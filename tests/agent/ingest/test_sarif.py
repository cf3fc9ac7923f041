from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.findings_bound import MAX_MESSAGE
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.sarif import SarifReader
from tsr_agent.ingest.sarif_rules import plain_path
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.reader import Parts

RULES = [
    {
        "id": "N",
        "defaultConfiguration": {"level": "note"},
        "messageStrings": {"m": {"text": "{0} of {1} {2}"}},
    },
    {"id": "E", "defaultConfiguration": {"level": "error"}},
    {"id": "W"},
]


def result(**members: Any) -> dict[str, Any]:
    return {"message": {"text": "m"}, **members}


def run(*results: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"tool": {"driver": {"name": "scan", "rules": RULES}}, "results": list(results), **members}


def log(*runs: dict[str, Any], **members: Any) -> str:
    return json.dumps({"version": "2.1.0", "runs": list(runs), **members})


def parts_of(*results: dict[str, Any], **members: Any) -> Parts:
    return read(SarifReader(), log(run(*results, **members)))


def scan(*results: dict[str, Any], **members: Any) -> StaticAnalysis:
    (only,) = parts_of(*results, **members).static_analysis
    return only


def finding(**members: Any) -> Finding:
    (only,) = scan(result(**members)).findings
    return only


def refusal(document: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(SarifReader(), document, "scan.sarif")
    return caught.value.message


@pytest.mark.parametrize("name", ["click", "clean"])
def test_ruff_finds_what_its_console_says(data_dir: Path, name: str) -> None:
    oracle = json.loads((data_dir / "oracle.json").read_text())
    document = (data_dir / "ruff" / f"{name}.sarif").read_bytes()
    assert takes(SarifReader(), document[:65_536], "any.json") is not None
    (only,) = read(SarifReader(), document).static_analysis
    assert (only.tool, only.executed, only.suppressed) == ("ruff", True, 0)
    assert len(only.findings) == oracle[f"ruff/{name}.sarif"]["findings"]


def test_ruff_names_files_by_absolute_uris(data_dir: Path) -> None:
    (only,) = read(SarifReader(), (data_dir / "ruff" / "click.sarif").read_bytes()).static_analysis
    assert only.findings[0] == Finding(
        rule_id="S110",
        level=FindingLevel.ERROR,
        message="`try`-`except`-`pass` detected, consider logging the exception",
        file="/home/ci/projects/demo/src01/sdists/click-8.5.1/src/click/_compat.py",
        line=77,
    )


@pytest.mark.parametrize(
    ("name", "levels"),
    [("requests", {"note": 16}), ("itsdangerous", {"error": 1, "note": 1}), ("markupsafe_clean", {})],
)
def test_bandit(data_dir: Path, name: str, levels: dict[str, int]) -> None:
    document = (data_dir / "bandit" / f"{name}.sarif").read_bytes()
    assert takes(SarifReader(), document[:65_536], "any.json") is not None
    (only,) = read(SarifReader(), document).static_analysis
    assert (only.tool, only.executed) == ("Bandit", True)
    assert Counter(each.level.value for each in only.findings) == levels


def test_bandit_leaves_out_the_level_warning(data_dir: Path) -> None:
    document = json.loads((data_dir / "bandit" / "itsdangerous.sarif").read_text())
    del document["runs"][0]["results"][0]["level"]
    (only,) = read(SarifReader(), json.dumps(document)).static_analysis
    assert FindingLevel.WARNING in {each.level for each in only.findings}


@pytest.mark.parametrize(
    ("members", "level"),
    [
        ({"level": "note", "ruleId": "E"}, "note"),
        ({"ruleId": "E"}, "error"),
        ({"ruleId": "E/1/2"}, "error"),
        ({"ruleIndex": 1}, "error"),
        ({"ruleIndex": 0, "ruleId": "E"}, "error"),
        ({"ruleIndex": 99, "ruleId": "E"}, "error"),
        ({"rule": {"id": "E"}}, "error"),
        ({"rule": {"index": 0, "toolComponent": {"index": 0}}}, "none"),
        ({"rule": {"index": 0, "toolComponent": {"name": "plugin"}}}, "none"),
        ({"rule": {"index": 0, "toolComponent": {"name": "absent"}}}, "warning"),
        ({"ruleId": "X"}, "none"),
        ({"ruleId": "W"}, "warning"),
        ({"ruleId": "unknown"}, "warning"),
        ({}, "warning"),
        ({"kind": "pass", "level": "error"}, "none"),
        ({"kind": "review", "ruleId": "E"}, "none"),
        ({"kind": "fail", "ruleId": "E"}, "error"),
        ({"ruleId": "E", "provenance": {"invocationIndex": 0}}, "note"),
        ({"ruleId": "E", "provenance": {"invocationIndex": 7}}, "error"),
    ],
)
def test_the_level_is_resolved_as_the_specification_says(members: dict[str, Any], level: str) -> None:
    override = {"descriptor": {"id": "E"}, "configuration": {"level": "note"}}
    tool = {
        "driver": {"name": "scan", "rules": RULES},
        "extensions": [{"name": "plugin", "rules": [{"id": "X", "defaultConfiguration": {"level": "none"}}]}],
    }
    invocations = [{"executionSuccessful": True, "ruleConfigurationOverrides": [override]}]
    found = scan(result(**members), tool=tool, invocations=invocations)
    assert found.findings[0].level.value == level


@pytest.mark.parametrize(
    ("statuses", "left_out"),
    [
        ([None], True),
        (["accepted"], True),
        (["rejected"], False),
        ([None, "underReview"], False),
        ([], False),
    ],
)
def test_suppressed_results_are_counted_apart(statuses: list[str | None], left_out: bool) -> None:
    suppressions = [{"kind": "inSource", **({"status": each} if each else {})} for each in statuses]
    found = scan(result(suppressions=suppressions), result())
    assert (found.suppressed, len(found.findings)) == ((1, 1) if left_out else (0, 2))


def test_what_only_an_earlier_run_found_is_left_out() -> None:
    parts = parts_of(result(baselineState="absent"), result(baselineState="new"))
    assert len(parts.static_analysis[0].findings) == 1
    assert "1 results of an earlier run" in parts.remarks[0]


@pytest.mark.parametrize(
    ("invocation", "said"),
    [
        ({}, "The tool says that it did not succeed."),
        ({"exitCode": 2}, "The tool says that it did not succeed: exit code 2."),
        ({"exitCodeDescription": "no rules."}, "The tool says that it did not succeed: no rules."),
        (
            {"toolExecutionNotifications": [{"level": "error", "message": {"text": "Parse error"}}]},
            "The tool says that it did not succeed: Parse error.",
        ),
    ],
)
def test_a_failed_invocation_is_not_run(invocation: dict[str, Any], said: str) -> None:
    good = {"executionSuccessful": True}
    found = scan(result(), invocations=[good, {"executionSuccessful": False, **invocation}])
    assert (found.executed, found.reason, len(found.findings)) == (False, said, 1)


def test_an_invocation_that_says_nothing_is_remarked() -> None:
    parts = parts_of(invocations=[{}])
    assert parts.static_analysis[0].executed
    assert parts.remarks == ("An invocation of scan does not say whether it succeeded.",)


def test_a_run_without_a_list_of_results_did_not_scan() -> None:
    assert "did not scan" in scan(results=None).reason
    apart = scan(results=None, externalPropertyFileReferences={"results": []})
    assert (apart.executed, apart.reason) == (False, "The results are in another file, which is not read.")


def test_messages_are_looked_up_and_filled_in() -> None:
    message = {"id": "m", "arguments": ["1", "2"]}
    assert finding(ruleId="N", message=message).message == "1 of 2 {2}"
    assert finding(ruleId="N", message={"id": "unknown"}).message == "unknown"
    assert finding(message={"markdown": "*m*"}).message == "*m*"
    assert finding(message={"text": "a\x1bb"}).message == "a\ufffdb"
    assert len(finding(message={"text": "{0}" * 600, "arguments": ["x" * 9_999]}).message) <= MAX_MESSAGE
    assert len(finding(message={"text": "x" * 9_999}).message) <= MAX_MESSAGE


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a%20b.py", "src/a b.py"),
        ("file:///home/ci/a.py", "/home/ci/a.py"),
        ("file:///C:/work/a.cs", "C:/work/a.cs"),
        ("file://localhost/a", "/a"),
        ("file://host/share/a", "//host/share/a"),
        ("file:a.py", "a.py"),
        ("FILE:///a.py", "/a.py"),
        ("%SRCROOT%/src/a.py", "src/a.py"),
        ("%ABC%/a.py", "a.py"),
        ("%41%42.py", "AB.py"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("a%1B%ff", "a\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_uris_become_plain_paths(uri: str, path: str) -> None:
    assert plain_path(uri) == path


def test_files_are_found_by_base_and_by_index() -> None:
    def place(**artifact: Any) -> dict[str, Any]:
        return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": 3}}}

    based = result(locations=[place(uri="src/a.py", uriBaseId="SRCROOT")])
    indexed = result(locations=[{"logicalLocations": []}, place(index=0)])
    beyond = result(locations=[place(index=9)])
    found = scan(based, indexed, beyond, artifacts=[{"location": {"uri": "b.py"}}])
    assert [(each.file, each.line) for each in found.findings] == [("src/a.py", 3), ("b.py", 3), ("", 3)]


@pytest.mark.parametrize("line", [0, -1, 10**300])
def test_a_line_that_no_file_has_is_left_out(line: int) -> None:
    assert finding(locations=[{"physicalLocation": {"region": {"startLine": line}}}]).line is None


def test_the_worst_findings_are_held() -> None:
    document = log(run(result(level="note"), result(level="warning")), run(result(level="error")))
    parts = read(SarifReader(Limits(findings=2)), document)
    levels = [[each.level.value for each in scan.findings] for scan in parts.static_analysis]
    assert levels == [["warning"], ["error"]]
    assert parts.remarks == ("3 findings; the report holds the worst 2.",)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (log(), "holds no run"),
        (log(version="2.0.0"), "not SARIF 2.1: its version is '2.0.0'"),
        ("[]", "its version is 'None'"),
        (log({"results": []}), "missing required field `tool` - at `$.runs[0]`"),
        (log({"tool": {}, "results": []}), "missing required field `driver`"),
        (log({"tool": {"driver": {"name": " "}}, "results": []}), "does not name its tool"),
        (log(run(result(level="critical"))), "'critical' - at `$.runs[0].results[0].level`"),
        (log(run(result(kind="x" * 9_999))), "not SARIF 2.1"),
        (log(run(result(ruleIndex="1"))), "`$.runs[0].results[0].ruleIndex`"),
        (log(*[run()] * 1_001), "more than 1,000 runs"),
        ('{"version": "2.1.0", "runs": [', "not JSON at line 1"),
        ('{"runs": [], "runs": []}', "stands twice"),
        ("", "empty"),
    ],
)
def test_refuses_in_words(document: str, named: str) -> None:
    message = refusal(document)
    assert named in message
    assert len(message) < 1_000


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(SarifReader(), b"\xef\xbb\xbf" + log(run()).encode()).static_analysis[0].executed


@pytest.mark.parametrize(
    ("head", "taken"),
    [
        ('{"runs": [{"results": [{"ruleId": "x"', True),
        ('{"$schema": "https://x/sarif-2.1.0.json", "runs": [', True),
        ('{"runs": [{"tool": {"driver"', False),
        ('{"runs": []}', False),
        ('{"a": {"runs": []}, "b": "sarif"}', False),
    ],
)
def test_is_recognised_by_content(head: str, taken: bool) -> None:
    assert (takes(SarifReader(), head.replace('{"driver"', '{"Driver"'), "any.json") is not None) is taken
    assert takes(SarifReader(), head, "any.sarif") is not None


results = st.fixed_dictionaries(
    {"message": st.fixed_dictionaries({}, optional={"text": st.text(max_size=9), "id": st.just("m")})},
    optional={
        "ruleId": st.sampled_from(["N", "E/1", "", "?"]),
        "ruleIndex": st.integers(-2, 4),
        "level": st.sampled_from(["none", "error", "bad"]),
        "kind": st.sampled_from(["fail", "pass", 1]),
        "locations": st.lists(
            st.builds(
                lambda uri: {"physicalLocation": {"artifactLocation": {"uri": uri}}}, st.text(max_size=12)
            ),
            max_size=2,
        ),
    },
)
logs = st.lists(results, max_size=4).map(lambda found: log(run(*found)).encode())


@given(st.binary(max_size=300) | logs | st.binary(max_size=99).map(lambda tail: b'{"runs": [' + tail))
def test_any_bytes_are_read_or_refused_in_words(document: bytes) -> None:
    takes(SarifReader(), document, "x.sarif")
    try:
        read(SarifReader(), document)
    except InputError as error:
        assert error.message
