"""Where ``gate``, ``run`` and ``generate`` take the report to compare with."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.comparing_policies import comparing
from tests.factories.filed_reports import put_reports
from tests.factories.judged_reports import passing, releasable
from tests.factories.reports import NOON, manifest
from tsr_agent.cli.main import run_command_line
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.decision import BaselineSelect
from tsr_agent.models.results import TestType
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent
    from tsr_agent.models.report import TestSummaryReport

REPO = "https://forge.example/acme/support-bot"


def made(name: str, hours: int, units: int = 8, **changed: Any) -> TestSummaryReport:
    changed.setdefault("versions", manifest(codebase_repo=REPO))
    results = (passing(TestType.UNIT, units), passing(TestType.SECURITY, 4), passing(TestType.PERFORMANCE, 3))
    made_at = NOON + timedelta(hours=hours)
    return releasable(id=name, created_at=made_at, test_results=results, **changed)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with an earlier report as a file and in a library, and a judged one."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "AITR_LIBRARY", "AITR_BASELINE"):
        monkeypatch.delenv(name, raising=False)
    old = made("old", 0)
    (tmp_path / "old.json").write_bytes(codec.encode(old))
    (tmp_path / "tsr.json").write_bytes(codec.encode(made("new", 1)))
    with open_library(tmp_path / "library.db", create=True) as library:
        put_reports(library, [old], ai_release())
    return tmp_path


@pytest.fixture
def compares(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the built-in policy one that compares."""

    def use(**selection: Any) -> None:
        monkeypatch.setattr("tsr_agent.gate.policies.builtin.ai_release", lambda: comparing(**selection))

    return use


def gated(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    capsys.readouterr()
    code = run_command_line(["gate", "tsr.json", "--json", *options])
    found: dict[str, Any] = json.loads(capsys.readouterr().out) | {"exit": code}
    return found


def test_the_library_gives_it(folder: Path, compares: Any, capsys: pytest.CaptureFixture[str]) -> None:
    compares()
    before = (folder / "library.db").read_bytes()
    decision = gated(capsys, "--library", "library.db")
    assert decision["exit"] == 0, decision["reason"]
    assert decision["baseline"]["report_id"] == "old"
    assert decision["baseline"]["select"] == "last_approved"
    assert decision["baseline"]["digest"] == codec.digest(codec.encode(made("old", 0)))
    assert (folder / "library.db").read_bytes() == before


def test_so_does_the_library_of_the_configuration(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compares()
    monkeypatch.setenv("AITR_LIBRARY", "library.db")
    assert gated(capsys)["baseline"]["report_id"] == "old"
    monkeypatch.delenv("AITR_LIBRARY")
    (folder / "aitr.toml").write_text('[library]\nfile = "library.db"\n', encoding="utf-8")
    assert gated(capsys)["baseline"]["report_id"] == "old"


def test_one_is_handed_in_where_the_policy_takes_that(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compares(select=BaselineSelect.GIVEN)
    assert gated(capsys, "--baseline", "old.json")["baseline"]["select"] == "given"
    monkeypatch.setenv("AITR_BASELINE", "old.json")
    assert gated(capsys)["baseline"]["report_id"] == "old"
    monkeypatch.delenv("AITR_BASELINE")
    (folder / "aitr.toml").write_text('[files]\nbaseline = "old.json"\n', encoding="utf-8")
    assert gated(capsys)["baseline"]["report_id"] == "old"


def test_one_that_is_handed_in_is_not_trusted_more_than_it_should_be(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    compares()
    decision = gated(capsys, "--baseline", "old.json")
    assert decision["baseline"] is None
    assert "it was handed in, and the policy asks for the last approved one" in decision["no_baseline"]
    assert decision["exit"] != 0


def test_one_that_is_handed_in_does_not_keep_the_policy_from_the_library(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else naming any report would turn a regression into missing evidence."""
    compares()
    (folder / "tsr.json").write_bytes(codec.encode(made("new", 1, units=7)))
    decision = gated(capsys, "--baseline", "old.json", "--library", "library.db")
    assert (decision["decision"], decision["baseline"]["select"]) == ("no_go", "last_approved")
    monkeypatch.setenv("AITR_BASELINE", "old.json")
    assert gated(capsys, "--library", "library.db")["decision"] == "no_go"


def test_without_any_the_decision_says_what_to_do(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    compares()
    decision = gated(capsys)
    assert decision["baseline"] is None
    assert "with --library" in decision["no_baseline"]
    assert decision["rules"][-1]["state"] == "not_evaluated"
    assert decision["exit"] != 0
    compares(select=BaselineSelect.GIVEN)
    assert "name a report with --baseline" in gated(capsys, "--library", "library.db")["no_baseline"]


def test_a_regression_against_the_library_is_no_go(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    compares()
    (folder / "tsr.json").write_bytes(codec.encode(made("new", 1, units=7)))
    decision = gated(capsys, "--library", "library.db")
    assert (decision["exit"], decision["decision"]) == (1, "no_go")


def test_a_damaged_baseline_is_exit_code_5(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    compares()
    with open_library(folder / "library.db") as library, library.write() as connection:
        (trigger,) = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'report_documents_no_update'"
        ).scalars()
        connection.exec_driver_sql("DROP TRIGGER report_documents_no_update")
        connection.exec_driver_sql("UPDATE report_documents SET body = zeroblob(9)")
        connection.exec_driver_sql(trigger)
    assert run_command_line(["gate", "tsr.json", "--library", "library.db"]) == 5
    shown = capsys.readouterr()
    assert "The baseline, report old, was altered or damaged" in shown.err
    assert "GO" not in shown.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--baseline", "gone.json"), "gone.json: can't be read"),
        (("--baseline", "library.db"), "library.db"),
        (("--baseline", ""), "is empty"),
        (("--library", ""), "is empty"),
        (("--library", "gone.db"), "There is no library gone.db"),
        (("--library", "tsr.json"), "tsr.json"),
        (("--library", "."), "is no file"),
    ],
)
def test_what_can_not_be_used_is_refused(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    compares()
    try:
        code = run_command_line(["gate", "tsr.json", *options])
    except SystemExit as error:
        code = int(error.code or 0)
    shown = capsys.readouterr()
    assert code == 2
    assert said in shown.err
    assert "GO" not in shown.out


def test_a_policy_that_compares_nothing_opens_no_library(agent: Agent, folder: Path) -> None:
    script = folder / "sqlalchemy.py"
    script.write_text("raise SystemExit('SQLAlchemy was loaded')", encoding="utf-8")
    import os

    paths = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", ""))))
    done = agent("gate", "tsr.json", "--library", "gone.db", cwd=folder, PYTHONPATH=paths)
    assert done.returncode == 0, done.stderr


def test_without_the_extra_it_says_what_to_install(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    compares()
    load = builtins.__import__

    def without_sql(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "tsr_agent.store.engine":
            raise ModuleNotFoundError("No module named 'sqlalchemy'", name="sqlalchemy")
        return load(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without_sql)
    assert run_command_line(["gate", "tsr.json", "--library", "library.db"]) == 2
    assert "pip install 'aitr[store]'" in capsys.readouterr().err


JUNIT = """<testsuite name="s" tests="{n}" failures="0">{cases}</testsuite>"""


def results(folder: Path, count: int) -> None:
    (folder / "results").mkdir(exist_ok=True)
    cases = "".join(f'<testcase classname="a.B" name="t{n}"/>' for n in range(count))
    (folder / "results" / "unit.xml").write_text(JUNIT.format(n=count, cases=cases), encoding="utf-8")


def run_of(folder: Path, command: str, *options: str) -> tuple[int, dict[str, Any]]:
    shas = [part for name in ("codebase", "testbase", "prompts") for part in (f"--{name}-sha", "a" * 40)]
    stated = [*shas, "--codebase-branch", "main", "--codebase-repo", REPO, "--environment", "staging"]
    code = run_command_line([command, *stated, "--type", "unit=*.xml", *options])
    report: dict[str, Any] = json.loads((folder / "tsr.json").read_bytes())
    return code, report


def test_run_compares_with_what_it_filed_before(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run has nothing to compare with, and is on record for the second."""
    compares(select=BaselineSelect.PREVIOUS)
    results(folder, 3)
    _, first = run_of(folder, "run", "--library", "new.db")
    assert first["baseline"] is None
    assert first["rule_results"][-1]["state"] == "not_evaluated"
    results(folder, 2)
    code, second = run_of(folder, "run", "--library", "new.db")
    assert code == 1
    assert second["baseline"]["report_id"] == first["id"]
    assert second["rule_results"][-1]["message"].startswith("1 test of the baseline is gone")


def test_generate_takes_the_one_that_is_handed_in(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    compares(select=BaselineSelect.GIVEN)
    results(folder, 3)
    code, report = run_of(folder, "generate", "--baseline", "old.json")
    assert code == 0
    assert report["baseline"]["report_id"] == "old"


def test_one_that_is_handed_in_is_no_change_of_the_code(
    folder: Path, compares: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("library.db", "tsr.json"):
        (folder / name).unlink()
    compares(select=BaselineSelect.GIVEN)
    for words in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    results(folder, 3)
    (folder / "tsr.json").write_bytes(b"")
    run_command_line(
        ["generate", "--testbase-sha", "a" * 40, "--prompts-sha", "a" * 40, "--baseline", "old.json"]
    )
    report = json.loads((folder / "tsr.json").read_bytes())
    assert report["versions"]["dirty"] is False
