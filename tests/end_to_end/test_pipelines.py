"""The pipelines of packaging/ci, run step by step as their CI systems do: what is not GO is not released.

The agent is the real one; test suites, pip and the release itself are small scripts. Every scenario runs
in every system.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.factories.pipeline_runners import RUNNERS, Machine, git

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).resolve().parents[2]
FILES = PROJECT / "packaging" / "ci"
SCRIPTS = sorted(FILES.rglob("*.sh"))
YAML_FILES = sorted(FILES.rglob("*.yml"))
SYSTEMS = sorted(RUNNERS)
TYPES = ("unit", "integration", "security")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the pipelines' scripts are bash")

GREEN = '<testsuite tests="1"><testcase classname="t" name="a"/></testsuite>'
RED = '<testsuite tests="1"><testcase classname="t" name="a"><failure message="no"/></testcase></testsuite>'
POLICY = "version: 1\nname: project\nrules:\n" + "".join(
    f"  - {{id: {each}, check: tests, where: {{type: {each}}}, severity: block,\n"
    "     require: {failed: 0, min_executed: 1}}\n"
    for each in TYPES
)

# A suite that passes, unless $MISCHIEF says otherwise of it: the unit tests, or those that $SUITE names.
PYTEST = f"""\
suite=${{1##*/}} file=${{2#--junitxml=}}
[ "$suite" = "${{SUITE:-unit}}" ] || MISCHIEF=
case "$MISCHIEF" in
  red) echo '{RED}' > "$file"; exit 1 ;;
  empty) exit 0 ;;
  cut) echo '<testsuite tests="1"><testcase' > "$file" ;;
  killed) echo '{GREEN}' > "$file"; kill -9 $$ ;;
  late) echo '{GREEN}' > "$file"; exit 124 ;;
  *) echo '{GREEN}' > "$file" ;;
esac
"""
# pip does nothing, and an environment of its own has a Python of the same kind.
PYTHON = """\
case "$*" in
  "-m venv"*) for place; do :; done; mkdir -p "$place/bin"; cp "$0" "$place/bin/python" ;;
  "-m pip install"*) exit "${PIP_ENDS:-0}" ;;
  *) echo "unexpected: python $*" >&2; exit 2 ;;
esac
"""
# Does as it is told, and then says what $LIE holds in every way that a later step could read.
LIAR = """
status=0
"$0.real" "$@" || status=$?
[ "$1" = run ] || exit "$status"
if [ -n "${GITHUB_OUTPUT:-}" ]; then printf 'decision=%s\\n' "$LIE" >> "$GITHUB_OUTPUT"; fi
if [ -f tsr.env ]; then sed -i '/^TSR_DECISION=/d' tsr.env; printf 'TSR_DECISION=%s\\n' "$LIE" >> tsr.env; fi
if [ -n "${TF_BUILD:-}" ]; then echo "##vso[task.setvariable variable=decision;isOutput=true]$LIE"; fi
exit 0
"""


def write_tool(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A project that uses the files, and a machine with the real agent on its path."""
    origin, tools = tmp_path / "origin", tmp_path / "tools"
    shutil.copytree(FILES, origin / "ci" / "aitr")
    (origin / "requirements.txt").write_text("")
    (origin / "aitr.toml").write_text('[files]\npolicy = "policy.yaml"\n')
    (origin / "policy.yaml").write_text(POLICY)
    shutil.copy(FILES / "azure" / "azure-pipelines.yml", origin)
    for name in ("tests", "prompts"):
        (origin / name).mkdir()
        (origin / name / "a").write_text(name)
    write_tool(origin / "scripts" / "deploy-staging.sh", f'git rev-parse HEAD >> "{tmp_path}/released"')
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", ".")
    git(origin, "commit", "-q", "-m", "The project")
    write_tool(tools / "tsr-agent", f'exec "{sys.executable}" -m tsr_agent "$@"')
    write_tool(tools / "pytest", PYTEST)
    write_tool(tools / "python3", PYTHON)
    environ = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYTHONPATH": os.environ.get("PYTHONPATH", str(PROJECT)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }
    (tmp_path / "jobs").mkdir()
    return Machine(origin, tmp_path / "jobs", environ, lambda _: None)


def run(machine: Machine, system: str) -> list[str]:
    """The commits that were released."""
    runner, file = RUNNERS[system]
    succeeded = runner(machine, FILES / file)
    released = machine.folder.parent / "released"
    commits = released.read_text().split() if released.exists() else []
    assert succeeded == bool(commits), machine.log
    return commits


def report(machine: Machine) -> dict[str, Any]:
    return dict(json.loads(machine.artifacts["tsr.json"]))


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_go_is_released(machine: Machine, system: str) -> None:
    assert run(machine, system) == [git(machine.origin, "rev-parse", "HEAD")], machine.log
    judged = report(machine)
    assert judged["go_no_go_decision"] == "go"
    assert {each["test_type"]: each["exit_code"] for each in judged["runs"]} == dict.fromkeys(
        ("unit", "integration", "evals", "security"), 0
    )


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    ("mischief", "exit_code"), [("red", 1), ("killed", -9), ("late", 124), ("empty", 0), ("cut", 0)]
)
def test_a_suite_that_went_wrong_is_on_record_and_not_released(
    machine: Machine, system: str, mischief: str, exit_code: int
) -> None:
    machine.environ["MISCHIEF"] = mischief
    assert run(machine, system) == [], machine.log
    judged = report(machine)
    codes = {each["test_type"]: each["exit_code"] for each in judged["runs"]}
    assert codes == {"unit": exit_code, "integration": 0, "evals": 0, "security": 0}
    assert judged["go_no_go_decision"] != "go"


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "agent",
    ["missing", "kill -9 $$", "exit 0", 'case "$1" in run) kill -9 $$;; esac', 'exec "$0.real" --version'],
    ids=["missing", "killed", "mute", "killed in run", "other"],
)
def test_an_agent_that_does_not_judge_releases_nothing(machine: Machine, system: str, agent: str) -> None:
    tool = machine.folder.parent / "tools" / "tsr-agent"
    tool.rename(tool.with_name("tsr-agent.real"))
    if agent != "missing":
        write_tool(tool, agent)
    assert run(machine, system) == [], machine.log


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("lie", ["", "garbage", "GO", "pending_review"])
def test_only_exactly_go_is_go(machine: Machine, system: str, lie: str) -> None:
    lying(machine, lie)
    assert run(machine, system) == [], machine.log
    assert report(machine)["go_no_go_decision"] == "go"


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_answer_go_is_not_believed_when_the_report_says_otherwise(machine: Machine, system: str) -> None:
    machine.environ["MISCHIEF"] = "empty"
    lying(machine, "go")
    assert run(machine, system) == [], machine.log
    assert "require-go.sh: The report does not say GO" in machine.log


def test_code_under_test_can_not_choose_what_github_checks_out(machine: Machine) -> None:
    pushed = git(machine.origin, "rev-parse", "main")
    git(machine.origin, "checkout", "-q", "-b", "evil")
    (machine.origin / "ci" / "aitr" / "require-go.sh").write_text("exit 0\n")
    git(machine.origin, "commit", "-q", "-a", "-m", "Not reviewed")
    evil = git(machine.origin, "rev-parse", "HEAD")
    git(machine.origin, "checkout", "-q", "main")
    lying(machine, f"go\ncommit={evil}")
    assert run(machine, "github") == [pushed], machine.log


def lying(machine: Machine, lie: str) -> None:
    tool = machine.folder.parent / "tools" / "tsr-agent"
    tool.rename(tool.with_name("tsr-agent.real"))
    write_tool(tool, LIAR)
    machine.environ["LIE"] = lie


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_waits_for_a_person_is_not_released(machine: Machine, system: str) -> None:
    with (machine.origin / "aitr.toml").open("a") as file:
        file.write('[approval]\nmanual_required = ["staging"]\n')
    git(machine.origin, "commit", "-q", "-a", "-m", "A person approves")
    assert run(machine, system) == [], machine.log
    assert report(machine)["go_no_go_decision"] == "pending_review"


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_failed_installation_releases_nothing(machine: Machine, system: str) -> None:
    machine.environ["PIP_ENDS"] = "1"
    assert run(machine, system) == [], machine.log


@pytest.mark.parametrize("system", SYSTEMS)
def test_only_the_judged_commit_is_released(machine: Machine, system: str) -> None:
    judged = git(machine.origin, "rev-parse", "HEAD")

    def another_commit(machine: Machine) -> None:
        (machine.origin / "tests" / "a").write_text("changed")
        git(machine.origin, "commit", "-q", "-a", "-m", "After the judgement")

    machine.between = another_commit
    # GitHub's workflow checks the pushed commit out by its id; the others find the new one and refuse.
    assert run(machine, system) == ([judged] if system == "github" else []), machine.log


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("change", [b" ", None])
def test_an_altered_or_missing_report_releases_nothing(
    machine: Machine, system: str, change: bytes | None
) -> None:
    def alter(machine: Machine) -> None:
        if change is None:
            machine.artifacts["tsr.json"] = b""
        else:
            machine.artifacts["tsr.json"] += change

    machine.between = alter
    assert run(machine, system) == [], machine.log


def test_results_of_an_earlier_build_are_no_evidence(machine: Machine) -> None:
    place = machine.checkout("kept")
    (place / "results").mkdir()
    (place / "results" / "unit.xml").write_text(GREEN)
    (place / "tsr.json").write_text("{}")
    (place / "tsr.env").write_text("TSR_EXIT_CODE=0\nTSR_DECISION=go\n")
    machine.environ["MISCHIEF"] = "empty"
    code, _ = machine.shell([], "bash ci/aitr/judge.sh", place, {"JENKINS_URL": "x"})
    assert code in (1, 3)
    assert "TSR_DECISION=go" not in (place / "tsr.env").read_text()


def test_a_red_suite_stops_a_pipeline_whose_policy_does_not_ask_for_it(machine: Machine) -> None:
    machine.environ |= {"MISCHIEF": "red", "SUITE": "evals"}
    for system in SYSTEMS:
        machine.folder = machine.folder.with_name(f"jobs-{system}")
        machine.folder.mkdir()
        assert run(machine, system) == [], machine.log
        assert report(machine)["go_no_go_decision"] == "go"


@pytest.mark.parametrize(
    ("name", "value"),
    [("environment", '$(touch hit)"; touch hit #'), ("results-dir", "--help"), ("policy", "-h")],
)
def test_an_input_of_the_action_is_a_value_and_nothing_else(machine: Machine, name: str, value: str) -> None:
    action = yaml.safe_load((FILES / "github" / "action.yml").read_text())
    inputs = {
        f"INPUT_{key.upper().replace('-', '_')}": each["default"] for key, each in action["inputs"].items()
    }
    place = machine.checkout("place")
    inputs[f"INPUT_{name.upper().replace('-', '_')}"] = value
    code, log = machine.shell([], "bash ci/aitr/github/run.sh", place, inputs)
    assert code == 2, log
    assert not (place / "hit").exists()


@pytest.mark.parametrize(
    "version", ["-r evil.txt", "0.1.0; touch hit", "$(touch hit)", "0.1 --pre", "x", "\n1"]
)
def test_a_version_is_a_version(machine: Machine, version: str) -> None:
    place = machine.checkout("place")
    code, _ = machine.shell([], "bash ci/aitr/github/install.sh", place, {"TSR_VERSION": version})
    assert code == 2
    assert not (place / "hit").exists()
    assert machine.shell([], "bash ci/aitr/github/install.sh", place, {"TSR_VERSION": "0.1.0"})[0] == 0


@pytest.mark.parametrize(
    "prepare",
    [
        lambda place: shutil.rmtree(place / ".git"),
        lambda place: (place / "tests" / "a").write_text("changed"),
        lambda place: (place / "tsr.env").unlink(),
        lambda place: (place / "tsr.env").write_text("TSR_DECISION=go\nTSR_DECISION=go\n"),
        lambda place: (place / "tsr.env").write_text("TSR_DECISION=go\n"),
    ],
    ids=["no repository", "changed", "no answer", "two answers", "no digest"],
)
def test_a_release_needs_everything_it_asks_for(machine: Machine, prepare: Callable[[Path], Any]) -> None:
    place = machine.checkout("place")
    environ = {"JENKINS_URL": "x"}
    assert machine.shell([], "bash ci/aitr/judge.sh", place, environ)[0] == 0, machine.log
    assert machine.shell([], "bash ci/aitr/require-go.sh tsr.json", place, environ)[0] == 0, machine.log
    prepare(place)
    assert machine.shell([], "bash ci/aitr/require-go.sh tsr.json", place, environ)[0] != 0, machine.log


@pytest.fixture
def judged(machine: Machine) -> Path:
    """A workspace whose answer is GO."""
    place = machine.checkout("place")
    assert machine.shell([], "bash ci/aitr/judge.sh", place, {"JENKINS_URL": "x"})[0] == 0, machine.log
    return place


@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "tsr.json --help",
        "tsr.json -h",
        "tsr.json --expect-commit",
        "tsr.json --",
        "''",
        "",
        "--environment staging",
        "elsewhere/tsr.json",
    ],
)
def test_no_arguments_release_without_a_decision(machine: Machine, judged: Path, arguments: str) -> None:
    code, log = machine.shell([], f"bash ci/aitr/require-go.sh {arguments}", judged, {})
    assert code != 0, log
    assert "Not released." in log


def test_a_caller_can_not_expect_another_commit_or_report(machine: Machine, judged: Path) -> None:
    first = git(judged, "rev-parse", "HEAD")
    digest = hashlib.sha256((judged / "tsr.json").read_bytes()).hexdigest()
    (judged / "tests" / "a").write_text("changed")
    git(judged, "commit", "-q", "-a", "-m", "After the judgement")
    script = f"bash ci/aitr/require-go.sh tsr.json --expect-commit {first} --expect-digest {digest}"
    assert machine.shell([], script, judged, {})[0] != 0, machine.log


def test_a_pending_review_is_not_released_whatever_is_allowed(machine: Machine, judged: Path) -> None:
    waiting = POLICY.replace("severity: block", "severity: review").replace(
        "min_executed: 1", "min_executed: 2"
    )
    (judged / "waiting.yaml").write_text(waiting)
    script = "bash ci/aitr/require-go.sh tsr.json --policy waiting.yaml --allow-pending"
    code, log = machine.shell([], script, judged, {})
    assert "PENDING REVIEW" in log
    assert code != 0, log


def test_variables_of_who_starts_a_pipeline_do_not_choose_the_policy(machine: Machine, judged: Path) -> None:
    """GitLab takes variables, files among them, from whoever starts a pipeline by hand."""
    strict = judged / "policy.yaml"
    strict.write_text(strict.read_text().replace("min_executed: 1", "min_executed: 2"))
    git(judged, "commit", "-q", "-a", "-m", "A stricter policy")
    milder = judged.parent / "milder.yaml"
    milder.write_text(POLICY)
    variables = {"JENKINS_URL": "x", "AITR_POLICY": str(milder)}
    assert machine.shell([], "bash ci/aitr/judge.sh", judged, variables)[0] == 0, machine.log
    assert machine.shell([], "bash ci/aitr/require-go.sh tsr.json", judged, variables)[0] == 1, machine.log


def test_a_wrong_working_directory_does_not_change_the_policy(machine: Machine, judged: Path) -> None:
    digest = hashlib.sha256((judged / "tsr.json").read_bytes()).hexdigest()
    variables = {"TSR_DECISION": "go", "TSR_DIGEST": digest}
    below = "cd tests && bash ../ci/aitr/require-go.sh ../tsr.json"
    code, log = machine.shell([], below, judged, variables)
    assert code == 1
    assert f"aitr.toml is in {judged}; run this there. Not released." in log


def test_an_empty_answer_is_not_looked_up_elsewhere(machine: Machine, judged: Path) -> None:
    script = "bash ci/aitr/require-go.sh tsr.json"
    assert machine.shell([], script, judged, {"TSR_DECISION": ""})[0] == 1, machine.log
    assert machine.shell([], script, judged, {"TSR_DIGEST": ""})[0] == 2, machine.log


@pytest.mark.parametrize("agent", ["exit 0", "echo GO", "exec true"])
def test_a_mute_agent_does_not_release(machine: Machine, judged: Path, agent: str) -> None:
    write_tool(machine.folder.parent / "tools" / "tsr-agent", agent)
    assert machine.shell([], "bash ci/aitr/require-go.sh tsr.json", judged, {})[0] == 1, machine.log


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text()
    subprocess.run(["bash", "-n", str(script)], check=True)
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    found = subprocess.run(["shellcheck", str(script)], capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_no_file_can_do_more_than_it_needs() -> None:
    assert len(YAML_FILES) == 5
    workflow = yaml.safe_load((FILES / "github" / "release-gate.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())
    for path in YAML_FILES:
        text = path.read_text()
        for used in re.findall(r"uses: (\S+)", text):
            assert re.search(r"^\./|@[0-9a-f]{40}$", used), used
        assert "continue-on-error" not in text
        assert "allow_failure" not in text
        assert "--allow-pending" not in text
