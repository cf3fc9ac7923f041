"""The check on what static analysis found."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.factories.judged_reports import judge, releasable, rule
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.sarif import SarifReader
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision, EvidenceRef, GoNoGoDecision, RuleResult, RuleState
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis

ERROR, WARNING, NOTE = FindingLevel.ERROR, FindingLevel.WARNING, FindingLevel.NOTE


def finding(level: FindingLevel = WARNING, rule_id: str = "S110", **fields: Any) -> Finding:
    return Finding(rule_id=rule_id, level=level, **fields)


def scan(*findings: Finding, tool: str = "ruff", **fields: Any) -> StaticAnalysis:
    values: dict[str, Any] = {"path": f"{tool}.sarif", "tool": tool, "executed": True, "findings": findings}
    return StaticAnalysis(**(values | fields))


def policy(**fields: Any) -> Any:
    tree = {"version": 1, "name": "p", "rules": [{"id": "scans", "check": "findings", **fields}]}
    return parse_policy(json.dumps(tree).encode(), "p.json")


def judged(*scans: Any, where: Any = None, require: Any = None) -> RuleResult:
    fields = {key: value for key, value in (("where", where), ("require", require)) if value is not None}
    return rule(judge(releasable(static_analysis=scans), policy(**fields)), "scans")


def test_a_clean_scan_passes() -> None:
    found = judged(scan(finding(NOTE), suppressed=2))
    assert (found.state, found.actual, found.n) == (RuleState.PASS, "0 findings", 1)
    assert found.expected == "no error/warning finding, at least 1 scan"
    assert found.message == "0 error/warning findings in 1 scan (ruff)"
    assert found.remarks == ("2 findings are not counted, because the source or the scan suppresses them",)


def test_findings_are_named_with_file_rule_and_line() -> None:
    found = judged(scan(finding(file="src/b.py", line=7), finding(ERROR, "B602", file="src/a.py", line=77)))
    assert found.message == (
        "2 error/warning findings in 1 scan (ruff): B602 src/a.py:77, S110 src/b.py:7; none may be"
    )
    assert found.evidence == (
        EvidenceRef(path="ruff.sarif", finding="B602", file="src/a.py", line=77),
        EvidenceRef(path="ruff.sarif", finding="S110", file="src/b.py", line=7),
    )


@pytest.mark.parametrize(
    ("where", "require", "state"),
    [
        (None, None, RuleState.FAIL),
        (None, {"max_count": 1}, RuleState.FAIL),
        (None, {"max_count": 2}, RuleState.PASS),
        ({"level": ["error"]}, {"max_count": 1}, RuleState.PASS),
        ({"level": ["error", "warning", "note"]}, {"max_count": 2}, RuleState.FAIL),
        ({"tool": ["BANDIT"]}, None, RuleState.FAIL),
        ({"tool": ["mypy"]}, None, RuleState.PASS),
        ({"tool": ["bandit", "mypy"]}, {"max_count": 2, "min_scans": 2}, RuleState.PASS),
        ({"tool": ["bandit", "mypy"]}, {"max_count": 2, "min_scans": 3}, RuleState.FAIL),
        ({"rule": ["B602"]}, {"max_count": 1}, RuleState.PASS),
        ({"rule": ["B6"]}, None, RuleState.PASS),
        ({"rule": ["CA1000"]}, None, RuleState.FAIL),
        ({"tool": ["semgrep"]}, None, RuleState.NOT_EVALUATED),
        ({"tool": ["bandit", "semgrep"]}, {"max_count": 2}, RuleState.NOT_EVALUATED),
        # That too much was found is known, whatever a missing scan would add.
        ({"tool": ["bandit", "semgrep"]}, None, RuleState.FAIL),
    ],
)
def test_what_counts(where: Any, require: Any, state: RuleState) -> None:
    bandit = scan(finding(ERROR, "B602"), finding(WARNING, "CA1000/1"), finding(NOTE), tool="Bandit")
    assert judged(bandit, scan(tool="mypy"), where=where, require=require).state is state


def test_no_scan_shows_nothing() -> None:
    found = judged()
    assert (found.state, found.message) == (RuleState.NOT_EVALUATED, "No scan was reported")
    assert judge(releasable(), policy()).decision is GoNoGoDecision.PENDING_REVIEW
    named = judged(scan(), where={"tool": ["bandit"]})
    assert (named.state, named.message) == (RuleState.NOT_EVALUATED, "No scan by bandit was reported")


def test_a_scan_that_did_not_run_shows_nothing() -> None:
    broken = scan(executed=False, reason="The tool says that it did not succeed: out of memory.")
    found = judged(broken, scan(tool="mypy"))
    assert found.state is RuleState.NOT_EVALUATED
    assert found.message == (
        "The scan by ruff did not run: The tool says that it did not succeed: out of memory"
    )
    assert judged(broken, scan(tool="mypy"), where={"tool": ["mypy"]}).state is RuleState.PASS
    worse = judged(scan(finding(), executed=False, reason="It broke."))
    assert worse.state is RuleState.FAIL
    assert "did not run" in worse.message


def test_fewer_scans_than_asked_for() -> None:
    found = judged(scan(), require={"min_scans": 2})
    assert (found.state, found.message) == (
        RuleState.FAIL,
        "Only 1 scan reported; at least 2 must be",
    )


def sarif(*levels: str) -> bytes:
    results = [{"ruleId": f"R{n}", "level": level, "message": {}} for n, level in enumerate(levels)]
    run = {"tool": {"driver": {"name": "ruff"}}, "results": results}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


@pytest.mark.parametrize(
    ("levels", "where", "state"),
    [
        (["error", "error", "note"], {"rule": ["R9"]}, RuleState.PASS),
        (["error", "error", "error"], {"rule": ["R9"]}, RuleState.NOT_EVALUATED),
        (["error", "warning", "warning"], {"rule": ["R2"]}, RuleState.NOT_EVALUATED),
        (["error", "warning", "warning"], {"rule": ["R2"], "level": ["error"]}, RuleState.PASS),
        (["note", "note", "note"], {"level": ["error", "warning"]}, RuleState.PASS),
        (["note", "note", "note"], {"level": ["none"]}, RuleState.NOT_EVALUATED),
    ],
)
def test_findings_that_the_report_does_not_hold(levels: list[str], where: Any, state: RuleState) -> None:
    """Else a file with very many findings would hide those of a rule."""
    parts = SarifReader(Limits(findings=2)).read(io.BytesIO(sarif(*levels)), "ruff.sarif")
    assert [(len(each.findings), each.left_out) for each in parts.static_analysis] == [(2, 1)]
    if levels == ["error", "error", "note"]:
        where = {**where, "level": ["error", "warning"]}
        state = RuleState.NOT_EVALUATED  # Only errors are held: a warning may be missing.
    assert judged(*parts.static_analysis, where=where).state is state


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "",
        7,
        {"tool": "ruff"},
        [],
        float("nan"),
        "\ud800",
        scan(finding(rule_id="\ud800"), tool="\ud800"),
        scan(findings=None),
    ],
)
def test_a_scan_that_is_none(odd: Any) -> None:
    decision = judge(releasable(static_analysis=(odd,)), policy())
    assert decision.decision is not GoNoGoDecision.GO
    assert codec.decode(codec.encode(decision), Decision) == decision


def test_hostile_names_stay_text_and_short() -> None:
    found = judged(scan(finding(rule_id="R" * 1_000, file="\x1b[31m" + "f" * 60_000, line=2**53)))
    assert len(found.message) < 500
    assert found.state is RuleState.FAIL


def test_order_of_scans_and_findings_does_not_matter() -> None:
    one, two = finding(file="a.py", line=1), finding(ERROR, file="b.py", line=2)
    first = judged(scan(one, two), scan(one, tool="bandit"))
    assert judged(scan(one, tool="bandit"), scan(two, one)) == first


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"where": {"tool": []}}, "where.tool: is empty; it would match nothing"),
        ({"where": {"level": []}}, "where.level: is empty; it would match nothing"),
        ({"where": {"rule": []}}, "where.rule: is empty; it would match nothing"),
        ({"where": {"tool": ["\u200b"]}}, "where.tool: holds a name without a visible sign"),
        (
            {"require": {"min_scans": 0}},
            "require.min_scans: 0 would pass where nothing was scanned; at least 1",
        ),
        ({"require": {"max_count": -1}}, "require.max_count: must be at least 0"),
    ],
)
def test_rules_that_ask_for_nothing(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy(**fields)
    assert any(problem in each for each in caught.value.details), caught.value.details


def test_what_the_rule_asks_for() -> None:
    (read,) = policy(where={"tool": ["ruff", "bandit"], "rule": ["B6"]}, require={"max_count": 1}).rules
    assert read.asks() == (
        "At most 1 finding of level error or warning against B6 may be reported; at least 1 scan by ruff or "
        "bandit must be there, each of these tools must have been used, and all must have run."
    )
