"""Writing a table of 20 and of 1,000 pages beside reportlab's own ways and beside the least work there is.

Each way has a process of its own and they take turns, because this kind of machine varies by a factor of
two from minute to minute, and the ratio of the medians does not. All embed the same fonts. Ours is the only
one that is tagged. Run with ``pytest tests/benchmarks/test_pdf_benchmark.py -m benchmark -s``.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from statistics import median
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.benchmarks.pdf_side import WAYS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.benchmark

ROUNDS = 3
MOST_OF_PLATYPUS = 0.3
"""The aim is a fifth; a quarter is measured, of which a third goes into tags that the others lack."""
MOST_OF_CANVAS = 0.5
MOST_OF_LIMIT = 8.0
MOST_MEGABYTES = 100.0
WHOLE_REPORT = """
import io, json, sys, time
from datetime import UTC
from pathlib import Path
from tests.factories.printed_reports import filed
from tests.factories.shown_reports import case, report
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.pdf.writing import write_pdf

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024 / 1e6

number = int(sys.argv[1])
cases = [
    case(f"test_{n}", CaseStatus.PASSED if n % 5 else CaseStatus.FAILED, message="" if n % 5 else "no")
    for n in range(number)
]
what = filed(report=report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),)))
before, began = peak(), time.process_time()
with Path(sys.argv[2]).open("wb") as target:
    assert write_pdf(target, what, zone=UTC, appendix=True)
print(json.dumps([time.process_time() - began, peak() - before]))
"""


def side(way: str, rows: int, path: Path) -> tuple[float, float, int]:
    """Processor seconds, peak megabytes and bytes."""
    command = [sys.executable, "-m", "tests.benchmarks.pdf_side", way, str(rows), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    seconds, peak, size = json.loads(done.stdout)
    return seconds, peak, size


@pytest.mark.parametrize("rows", [1_000, 50_000])
def test_a_long_table_beside_other_ways(
    rows: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {way: [side(way, rows, tmp_path / f"{way}.pdf") for _ in range(ROUNDS)] for way in WAYS}
    seconds = {way: median(each[0] for each in rounds) for way, rounds in found.items()}
    peaks = {way: median(each[1] for each in rounds) for way, rounds in found.items()}
    pages = len(PdfReader(io.BytesIO((tmp_path / "ours.pdf").read_bytes())).pages)
    with capsys.disabled():
        print(f"\n{rows:,} rows, {pages:,} pages")
        for way in WAYS:
            ratio = seconds["ours"] / seconds[way]
            size = found[way][0][2] / 1e6
            print(
                f"  {way:9} {seconds[way]:6.2f} s {peaks[way]:5.0f} MB "
                f"{size:6.2f} MB file, ours / it {ratio:.2f}"
            )
    assert peaks["ours"] <= MOST_MEGABYTES
    if rows == 50_000:
        assert seconds["ours"] <= MOST_OF_PLATYPUS * seconds["platypus"]
        assert seconds["ours"] <= MOST_OF_CANVAS * seconds["canvas"]
        assert seconds["ours"] <= MOST_OF_LIMIT * seconds["limit"]


def test_a_report_of_50_000_tests_takes_little_beside_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-c", WHOLE_REPORT, "50000", str(tmp_path / "whole.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    seconds, added = json.loads(done.stdout)
    size = (tmp_path / "whole.pdf").stat().st_size / 1e6
    with capsys.disabled():
        print(
            f"\n50,000 tests with the appendix: {seconds:.1f} s, "
            f"{added:.0f} MB beside the report, {size:.1f} MB file"
        )
    assert added <= MOST_MEGABYTES
