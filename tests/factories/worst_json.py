"""The JSON files that cost most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories.worst_file import Worst

if TYPE_CHECKING:
    from collections.abc import Callable


def of(  # noqa: PLR0917  (a row of a table)
    name: str, reader: str, head: bytes, unit: Callable[[int], bytes], tail: bytes, values: int
) -> Worst:
    """The unit has so many values, or a little less."""
    return Worst(
        name,
        reader,
        head,
        unit,
        tail,
        lambda limits: limits.json_values // values - 30 // values - 2,
        lambda limits: limits.json_bytes,
    )


head, tail = (
    b'{"meta":{},"files":{',
    b'"z":{"summary":{"covered_lines":0,"num_statements":1}}},"totals":{"covered_lines":0,"num_statements":1}}',
)


sarif = b'{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t","rules":['


JSON = (
    of(
        "coverage.py: files",
        "coverage_json:CoverageJsonReader",
        head,
        lambda n: b'"%x":{"summary":{"covered_lines":0,"num_statements":1}},' % n,
        tail,
        4,
    ),
    of(
        "coverage.py: lines",
        "coverage_json:CoverageJsonReader",
        head + b'"a":{"summary":{"covered_lines":0,"num_statements":1},"missing_lines":[',
        lambda n: b"%d," % (n + 10**15),
        b"0]}," + tail,
        1,
    ),
    of(
        "coverage.py: other lists",
        "coverage_json:CoverageJsonReader",
        head + b'"a":{"x":[',
        lambda n: b"[],",
        b'0],"summary":{"covered_lines":0,"num_statements":1}},' + tail,
        2,
    ),
    of(
        "coverage.py: other objects",
        "coverage_json:CoverageJsonReader",
        head + b'"a":{"x":[',
        lambda n: b'{"a":0},',
        b'0],"summary":{"covered_lines":0,"num_statements":1}},' + tail,
        2,
    ),
    of(
        "coverage.py: keys",
        "coverage_json:CoverageJsonReader",
        head + b'"a":{"x":{',
        lambda n: b'"%x":0,' % n,
        b'"z":0},"summary":{"covered_lines":0,"num_statements":1}},' + tail,
        1,
    ),
    of(
        "coverage.py: a long wide text",
        "coverage_json:CoverageJsonReader",
        head + '"a":{"x":"😀'.encode(),
        lambda n: b"abcdefghijklmnop" * 8,
        b'","summary":{"covered_lines":0,"num_statements":1}},' + tail,
        1,
    ),
    of(
        "coverage.py: a key twice",
        "coverage_json:CoverageJsonReader",
        head + '"a":{"x":"😀","x":{'.encode(),
        lambda n: b'"%040x":0,' % n,
        b'"z":0},"summary":{"covered_lines":0,"num_statements":1}},' + tail,
        1,
    ),
    of(
        "SARIF: results",
        "sarif:SarifReader",
        sarif + b']}},"results":[',
        lambda n: b'{"message":{"text":"%x"},"ruleId":"%x"},' % (n, n),
        b'{"message":{}}]}]}',
        4,
    ),
    of(
        "SARIF: the smallest results",
        "sarif:SarifReader",
        sarif + b']}},"results":[',
        lambda n: b'{"message":{}},',
        b'{"message":{}}]}]}',
        3,
    ),
    of(
        "SARIF: rules",
        "sarif:SarifReader",
        sarif,
        lambda n: b'{"id":"%x"},' % n,
        b'{"id":"z"}]}},"results":[]}]}',
        2,
    ),
    of(
        "SARIF: suppressions",
        "sarif:SarifReader",
        sarif + b']}},"results":[{"message":{},"suppressions":[',
        lambda n: b"{},",
        b"{}]}]}]}",
        2,
    ),
    of(
        "SARIF: long rule ids",
        "sarif:SarifReader",
        sarif + b']}},"results":[',
        lambda n: b'{"message":{},"ruleId":"%s"},' % (b"/" * 3_000),
        b'{"message":{}}]}]}',
        4,
    ),
    of(
        "pip-audit: dependencies",
        "pip_audit:PipAuditReader",
        b'{"dependencies":[',
        lambda n: b'{"name":"%x","vulns":[]},' % n,
        b'{"name":"a","version":"1","vulns":[]}],"fixes":[]}',
        4,
    ),
    of(
        "pip-audit: vulnerabilities",
        "pip_audit:PipAuditReader",
        b'{"dependencies":[{"name":"a","version":"1","vulns":[',
        lambda n: b'{"id":"%x","fix_versions":[]},' % n,
        b'{"id":"a","fix_versions":[]}]}],"fixes":[]}',
        4,
    ),
    of(
        "sphinx-needs: requirements",
        "sphinx_needs:SphinxNeedsReader",
        b'{"current_version":"1","versions":{"1":{"needs":{',
        lambda n: b'"R%x":{"type":"req"},' % n,
        b'"z":{"type":"req"}}}}}',
        6,
    ),
    of(
        "sphinx-needs: links",
        "sphinx_needs:SphinxNeedsReader",
        b'{"current_version":"1","versions":{"1":{"needs":{',
        lambda n: b'"T%x":{"type":"test","links":["z"]},' % n,
        b'"z":{"type":"req"}}}}}',
        6,
    ),
    of(
        "sphinx-needs: the same link",
        "sphinx_needs:SphinxNeedsReader",
        b'{"current_version":"1","versions":{"1":{"needs":{"T":{"type":"test","links":[',
        lambda n: b'"z",',
        b'"z"]},"z":{"type":"req"}}}}}',
        1,
    ),
    of(
        "evals.json: iterations",
        "evals:EvalsReader",
        b'{"iterations":[',
        lambda n: b'{"iteration":%d,"version_name":"a","outcome":"passed","metrics":{"accuracy":1}},' % n,
        b'{"iteration":0,"version_name":"a","outcome":"passed","metrics":{}}]}',
        7,
    ),
    of(
        "evals.json: cases",
        "evals:EvalsReader",
        b'{"iterations":[{"iteration":0,"version_name":"a","outcome":"passed","metrics":{},"cases":[',
        lambda n: b'{"id":"%x","scores":{"a":1}},' % n,
        b'{"id":"z"}]}]}',
        4,
    ),
    of(
        "evals.json: metrics",
        "evals:EvalsReader",
        b'{"iterations":[{"iteration":0,"version_name":"a","outcome":"passed","metrics":{',
        lambda n: b'"%x":{"value":1},' % n,
        b'"z":1}}]}',
        2,
    ),
    of(
        "evals.json: free records",
        "evals:EvalsReader",
        b'{"iterations":[{"iteration":0,"version_name":"a","outcome":"passed","metrics":{},"fixes_applied":[{"a":[',
        lambda n: b'{"a":0},',
        b"0]}]}]}",
        2,
    ),
    Worst(
        "exec record: arguments",
        "exec_record:ExecRecordReader",
        b'{"schema_version":1,"kind":"aitr-exec","test_type":"unit","exit_code":1,"started_at":"2026-01-01T00:00:00Z","finished_at":null,"command":[',
        lambda n: b'"",',
        b'""]}',
        lambda limits: 10**9,
        lambda limits: limits.exec_record_bytes,
    ),
)
