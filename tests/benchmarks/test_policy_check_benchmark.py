"""A policy of 1,000 lines checked as one types, against PyYAML's own reading of it in the same run."""

from __future__ import annotations

import statistics
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml

from tsr_agent.gate.linting.policy_check import check_policy

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 15
AIM = 1.25
RULE = """\
  - id: rule-{number}
    check: eval_metric
    where: {{metric: accuracy-{number}}}
    require: {{at_least: 0.85, min_samples: 200}}
    severity: block
    fix: Run pytest tests/unit and hand in the XML.
    environments:
      staging:
        require: {{min_samples: 50}}
        severity: review
"""
POLICY = "version: 1\nname: bot\nrules:\n" + "".join(RULE.format(number=number) for number in range(100))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.benchmark
def test_a_policy_is_checked_in_about_the_time_that_pyyaml_takes_to_read_it() -> None:
    assert check_policy(POLICY) == ()
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(seconds(lambda: check_policy(POLICY, today=date(2026, 1, 1))))
        theirs.append(seconds(lambda: yaml.safe_load(POLICY)))
    mine, reference = statistics.median(ours), statistics.median(theirs)
    print(f"\n{POLICY.count(chr(10)):,} lines: {mine * 1e3:.0f} ms; PyYAML alone {reference * 1e3:.0f} ms")
    assert mine < AIM * reference
