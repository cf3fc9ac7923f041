"""``tsr-agent policy backtest``: what it prints, what it answers, and what it refuses."""

from __future__ import annotations

import json
import random
import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.filed_reports import put_reports
from tests.factories.generated_reports import Dice, consistent_report
from tests.factories.judged_reports import iteration, releasable
from tests.factories.reports import NOON, manifest
from tsr_agent.cli.interrupt import Interrupt
from tsr_agent.gate.policies.file import load_policy
from tsr_agent.models import codec
from tsr_agent.models.evals import MetricValue
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent
    from tsr_agent.models.report import TestSummaryReport

POLICY = """
version: 1
name: support-bot
on_missing: fail
rules:
  - {{id: accuracy, check: eval_metric, where: {{metric: accuracy}}, require: {{at_least: {bound}}}{more}}}
"""


def policy(folder: Path, bound: float, more: str = "") -> Path:
    path = folder / f"policy-{bound}.yaml"
    path.write_text(POLICY.format(bound=bound, more=more), encoding="utf-8")
    return path


def measured(number: int, value: float, **changed: Any) -> TestSummaryReport:
    metrics = {"accuracy": MetricValue(value=value, n=250)}
    changed.setdefault("versions", manifest())
    return releasable(
        id=f"r{number:04}",
        created_at=NOON + number * timedelta(hours=1),
        eval_iterations=(iteration(1, metrics=metrics),),
        **changed,
    )


def library_of(folder: Path, *reports: TestSummaryReport, bound: float = 0.85) -> Path:
    path = folder / "library.db"
    with open_library(path, create=True) as library:
        put_reports(library, reports, load_policy(policy(folder, bound)))
    return path


def test_a_thousand_reports_and_a_stricter_bound(agent: Agent, tmp_path: Path) -> None:
    """Exactly those flip that lie between the bounds, as a look at the numbers alone says."""
    numbers = random.Random(20261122)
    reports, between = [], set()
    for number in range(1_000):
        found = consistent_report(Dice(number))
        value = round(numbers.uniform(0.7, 1.0), 3)
        report = measured(
            number,
            value,
            environment=found.environment,
            test_results=found.test_results,
            requirement_coverage=found.requirement_coverage,
            runs=(),
        )
        reports.append(report)
        if 0.85 <= value < 0.9:
            between.add(report.id)
    library = library_of(tmp_path, *reports)
    before = library.read_bytes()
    done = agent(
        "policy", "backtest", "--library", library, "--policy", policy(tmp_path, 0.9), "--all", "--json"
    )
    assert done.returncode == 0, done.stderr
    found_json = json.loads(done.stdout)
    assert (found_json["reports"], found_json["judged"], found_json["damaged"]) == (1_000, 1_000, 0)
    assert {flip["report_id"] for flip in found_json["flips"]} == between
    assert found_json["flipped"] == len(between) > 100
    assert found_json["turns"] == [{"was": "go", "would_be": "no_go", "count": len(between)}]
    (rule,) = found_json["rules"]
    assert (rule["id"], rule["flips"], rule["alone"]) == ("accuracy", len(between), len(between))
    assert (rule["first"][:19], rule["last"][:19]) == tuple(
        reports[int(name[1:])].created_at.isoformat()[:19] for name in (min(between), max(between))
    )
    assert library.read_bytes() == before


def test_what_a_person_reads(agent: Agent, tmp_path: Path) -> None:
    library = library_of(tmp_path, *(measured(n, 0.86 + n / 1000) for n in range(30)))
    done = agent("policy", "backtest", "--library", library, "--policy", policy(tmp_path, 0.88))
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[:9] == [
        "30 of 30 reports judged by support-bot 1, made 2026-03-04 to 2026-03-05.",
        "  As if every rule were in force, whatever its effective_on says.",
        "  Verdicts without waivers are compared.",
        "",
        "  20 decisions would flip:",
        "    GO → NO-GO  20",
        "",
        "  RULE      FLIPS  ALONE  FIRST       LAST",
        "  accuracy     20     20  2026-03-04  2026-03-05",
    ]
    assert lines[10:14] == [
        "  All of them, the newest first:",
        "  2026-03-05  r0019  staging · main",
        "    GO → NO-GO",
        "    accuracy: expected accuracy ≥ 0.88, actual 0.879",
    ]
    assert all(len(line) <= 80 for line in lines)


def test_only_the_newest_are_listed(agent: Agent, tmp_path: Path) -> None:
    library = library_of(tmp_path, *(measured(n, 0.86) for n in range(25)))
    tried = ("policy", "backtest", "--library", library, "--policy", policy(tmp_path, 0.9))
    done = agent(*tried)
    assert "  The newest 20 of 25 (--all lists them):" in done.stdout.splitlines()
    assert ("r0005" in done.stdout, "r0004" in done.stdout) == (True, False)
    done = agent(*tried, "--all")
    assert "r0000" in done.stdout


def test_nothing_flips(agent: Agent, tmp_path: Path) -> None:
    library = library_of(tmp_path, measured(0, 0.9))
    done = agent("policy", "backtest", "--library", library, "--policy", policy(tmp_path, 0.86))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "  No decision would flip."


def test_which_reports_can_be_chosen(agent: Agent, tmp_path: Path) -> None:
    library = library_of(
        tmp_path,
        *(measured(n, 0.86, environment=("staging", "production")[n % 2]) for n in range(96)),
    )
    tried = ("policy", "backtest", "--library", library, "--policy", policy(tmp_path, 0.9), "--json")

    def judged(*options: str) -> int:
        found: int = json.loads(agent(*tried, *options).stdout)["judged"]
        return found

    assert judged("--environment", "Production") == 48
    assert judged("--since", "2026-03-06") == 96 - 36
    assert judged("--last", "7") == 7
    assert judged("--last", "7", "--since", "2099-01-01") == 0


def test_dates_are_taken_where_they_are_asked_for(agent: Agent, tmp_path: Path) -> None:
    library = library_of(tmp_path, measured(0, 0.86))
    later = policy(tmp_path, 0.9, ", effective_on: 2099-01-01")
    tried = ("policy", "backtest", "--library", library, "--policy", later)
    assert "1 decision would flip" in agent(*tried).stdout
    dated = agent(*tried, "--as-dated").stdout
    assert "No decision would flip" in dated
    assert "Rules warn until their effective_on" in dated


def test_damage_is_told_and_is_exit_code_5(agent: Agent, tmp_path: Path) -> None:
    library = library_of(tmp_path, *(measured(n, 0.86) for n in range(3)))
    with open_library(library) as opened, opened.write() as connection:
        (trigger,) = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'decisions_no_update'"
        ).scalars()
        connection.exec_driver_sql("DROP TRIGGER decisions_no_update")
        connection.exec_driver_sql("UPDATE decisions SET body = zeroblob(9) WHERE report_id = 'r0001'")
        connection.exec_driver_sql(trigger)
    done = agent("policy", "backtest", "--library", library, "--policy", policy(tmp_path, 0.9))
    assert done.returncode == 5
    assert "2 of 3 reports judged" in done.stdout
    assert "r0001: The decision about report r0001 was altered" in done.stderr


def test_reports_without_a_decision_are_named(agent: Agent, tmp_path: Path) -> None:
    library = library_of(tmp_path, measured(0, 0.86))
    with open_library(library) as opened:
        ReportRepository(opened).add(codec.encode(measured(1, 0.86)), None, received_at=NOON)
    done = agent("policy", "backtest", "--library", library, "--policy", policy(tmp_path, 0.9))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "  1 report has no decision on record to compare with: r0001."


def test_hostile_names_are_shown_as_text(agent: Agent, tmp_path: Path) -> None:
    versions = manifest(codebase_branch="\x1b[31m\u202e::error::x")
    library = library_of(tmp_path, measured(0, 0.86, versions=versions))
    done = agent("policy", "backtest", "--library", library, "--policy", policy(tmp_path, 0.9))
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "No library is named"),
        (("--library", "gone.db"), "There is no library gone.db"),
        (("--library", "library.db", "--policy", "gone.yaml"), "gone.yaml"),
        (("--library", "library.db", "--waivers", "gone.yaml"), "gone.yaml"),
        (("--library", "library.db", "--since", "yesterday"), "is no day"),
        (("--library", "library.db", "--since", "2026-02-30"), "is no day"),
        (("--library", "library.db", "--last", "0"), "is no whole number"),
        (("--library", "library.db", "--last", "-1"), "is no whole number"),
        (("--library", "library.db", "--last", "1e3"), "is no whole number"),
        (("--library", "library.db", "--last", "٣"), "is no whole number"),
        (("--library", "policy-0.85.yaml"), "policy-0.85.yaml"),
    ],
)
def test_what_it_refuses(agent: Agent, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    library_of(tmp_path, measured(0, 0.86))
    done = agent("policy", "backtest", *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_library_and_policy_of_the_configuration_are_used(agent: Agent, tmp_path: Path) -> None:
    library_of(tmp_path, measured(0, 0.86))
    policy(tmp_path, 0.9)
    (tmp_path / "aitr.toml").write_text(
        '[files]\npolicy = "policy-0.9.yaml"\n[library]\nfile = "library.db"\n', encoding="utf-8"
    )
    assert "1 decision would flip" in agent("policy", "backtest").stdout


def test_without_the_extra_it_says_what_to_install(agent: Agent, tmp_path: Path) -> None:
    library = library_of(tmp_path, measured(0, 0.86))
    (tmp_path / "sqlalchemy.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'sqlalchemy'\", name='sqlalchemy')", encoding="utf-8"
    )
    import os

    paths = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH", ""))))
    done = agent("policy", "backtest", "--library", library, PYTHONPATH=paths)
    assert done.returncode == 2
    assert "needs sqlalchemy, which is not installed" in done.stderr
    assert "pip install 'aitr[store]'" in done.stderr


def test_the_first_interrupt_asks_and_the_second_ends() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as interrupt:
        assert not interrupt()
        signal.raise_signal(signal.SIGINT)
        assert interrupt()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_one_that_was_stopped_says_so_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tsr_agent.cli.main import run_command_line
    from tsr_agent.store.records import Records

    library = library_of(tmp_path, *(measured(n, 0.86) for n in range(5)))
    walk = Records.__iter__

    def interrupted(self: Records) -> Any:
        for number, each in enumerate(walk(self)):
            if number == 3:
                signal.raise_signal(signal.SIGINT)
            yield each

    monkeypatch.setattr(Records, "__iter__", interrupted)
    monkeypatch.chdir(tmp_path)
    arguments = ["policy", "backtest", "--library", str(library), "--policy", str(policy(tmp_path, 0.9))]
    assert run_command_line(arguments) == 130
    shown = capsys.readouterr().out
    assert shown.startswith("3 of 5 reports judged")
    assert "  Stopped: what follows is about these only." in shown
    assert "3 decisions would flip" in shown
