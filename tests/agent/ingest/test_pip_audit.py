from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.findings_bound import MAX_MESSAGE
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.pip_audit import PipAuditReader
from tsr_agent.models.findings import Finding, FindingLevel

if TYPE_CHECKING:
    from pathlib import Path

CLEAN = {"name": "anyio", "version": "4.16.0", "vulns": []}
SKIPPED = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}
BAD = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [
        {
            "id": "PYSEC-2014-8",
            "fix_versions": ["2.7.2"],
            "aliases": ["CVE-2014-1402"],
            "description": "Temporary files.",
        },
        {"id": "PYSEC-2019-217", "fix_versions": []},
    ],
}


def report(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


def refusal(document: str) -> str:
    with pytest.raises(InputError) as caught:
        read(PipAuditReader(), document, "pip-audit.json")
    return caught.value.message


def test_a_scan_that_skipped_everything_is_not_run(data_dir: Path) -> None:
    oracle = json.loads((data_dir / "oracle.json").read_text())["pip-audit/vulnerable.json"]
    assert "nothing was audited" in oracle["trap"]
    document = (data_dir / "pip-audit" / "vulnerable.json").read_bytes()
    assert takes(PipAuditReader(), document, "any.json") is not None
    (only,) = read(PipAuditReader(), document).static_analysis
    assert (only.tool, only.executed, only.findings) == ("pip-audit", False, ())
    assert only.reason.startswith("Nothing was audited: all 3 dependencies were skipped")


def test_an_environment_that_was_skipped_as_a_whole_is_not_run(data_dir: Path) -> None:
    document = (data_dir / "pip-audit" / "out.json").read_bytes()
    (only,) = read(PipAuditReader(), document).static_analysis
    assert not only.executed


def test_a_bill_of_materials_is_another_format(data_dir: Path) -> None:
    assert takes(PipAuditReader(), (data_dir / "pip-audit" / "cdx.json").read_bytes(), "cdx.json") is None


def test_no_dependency_at_all_is_not_run() -> None:
    (only,) = read(PipAuditReader(), report()).static_analysis
    assert (only.executed, only.reason) == (False, "Nothing was audited: the report lists no dependency.")


def test_an_audit_without_findings_ran() -> None:
    parts = read(PipAuditReader(), report(CLEAN))
    (only,) = parts.static_analysis
    assert (only.executed, only.findings, only.reason, parts.remarks) == (True, (), "", ())


def test_each_vulnerability_is_a_finding() -> None:
    (only,) = read(PipAuditReader(), report(CLEAN, BAD)).static_analysis
    assert only.executed
    assert only.findings == (
        Finding(
            rule_id="PYSEC-2014-8",
            level=FindingLevel.ERROR,
            message="jinja2 2.4.1: Temporary files. Fixed in 2.7.2. Also known as CVE-2014-1402.",
        ),
        Finding(
            rule_id="PYSEC-2019-217", level=FindingLevel.ERROR, message="jinja2 2.4.1: Fixed in no version."
        ),
    )


def test_some_skipped_dependencies_are_remarked() -> None:
    parts = read(PipAuditReader(), report(CLEAN, SKIPPED))
    assert parts.static_analysis[0].executed
    (remark,) = parts.remarks
    assert remark.startswith("1 of 2 dependencies were skipped and are not known to be clean")
    assert remark.endswith("the first because: ours: Dependency not found on PyPI")


def test_more_findings_than_a_report_holds_are_remarked() -> None:
    parts = read(PipAuditReader(Limits(findings=1)), report(BAD))
    assert len(parts.static_analysis[0].findings) == 1
    assert parts.remarks == ("2 findings; the report holds the worst 1.",)


def test_long_and_hostile_texts_are_bounded() -> None:
    vulnerability = {"id": "x" * 5_000, "fix_versions": ["9" * 999] * 99, "description": "a\x1b" * 9_999}
    hostile = {"name": "n" * 5_000, "version": "1" * 999, "vulns": [vulnerability]}
    (found,) = read(PipAuditReader(), report(hostile)).static_analysis[0].findings
    assert len(found.rule_id) <= 1_000
    assert len(found.message) <= MAX_MESSAGE
    assert "\x1b" not in found.message


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ('{"dependencies": [{"name": "a"}]}', "neither vulns nor skip_reason - at $.dependencies[0]"),
        ('{"dependencies": [{"vulns": []}]}', "missing required field `name`"),
        ('{"dependencies": [{"name": "a", "vulns": [{}]}]}', "missing required field `id`"),
        ('{"dependencies": {}}', "Expected `array`"),
        ("[]", "not a pip-audit report"),
        ("{", "not JSON"),
        ("", "empty"),
    ],
)
def test_refuses_in_words(document: str, named: str) -> None:
    assert named in refusal(document)


@pytest.mark.parametrize(
    ("head", "taken"),
    [
        (report(), True),
        ('{"dependencies": [{"name": "a", "vulns": [', True),
        ('{"dependencies": {"left-pad": "1"}, "fixes": []}', False),
        ('{"dependencies": [{"name": "a"}]}', False),
        ('{"a": {"dependencies": [], "vulns": []}}', False),
    ],
)
def test_is_recognised_by_content(head: str, taken: bool) -> None:
    assert (takes(PipAuditReader(), head, "any.json") is not None) is taken


any_tail = st.binary(max_size=200).map(lambda tail: b'{"dependencies": [' + tail)
like_reports = st.lists(st.sampled_from([CLEAN, SKIPPED, BAD, {}, {"name": 1}])).map(
    lambda found: report(*found).encode()
)


@given(st.binary(max_size=300) | any_tail | like_reports)
def test_any_bytes_are_read_or_refused_in_words(document: bytes) -> None:
    takes(PipAuditReader(), document, "x.json")
    try:
        read(PipAuditReader(), document)
    except InputError as error:
        assert error.message
