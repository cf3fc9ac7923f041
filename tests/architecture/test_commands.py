"""packaging/test and what it stands on, with the tools it calls replaced by ones that do as they are told.

``uname`` says Darwin where a whole command is run, so that no test can install a system package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = Path("resources/examples/support-bot")
TOOLS = ("ruff", "mypy", "lint-imports")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the commands are bash")


def write_tool(path: Path, script: str) -> None:
    """Writes an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A project that has only the commands, and an environment whose tools all succeed."""
    shutil.copytree(PROJECT / "packaging", tmp_path / "packaging")
    shutil.copytree(PROJECT / ".ci", tmp_path / ".ci")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / SAMPLE).mkdir(parents=True)
    shutil.copy(PROJECT / SAMPLE / "requirements.txt", tmp_path / SAMPLE)
    write_tool(tmp_path / "stubs" / "uname", "echo Darwin")
    for tool in TOOLS:
        write_tool(tmp_path / ".venv" / "bin" / tool, f'echo "{tool} $*"')
    install_python(tmp_path, "")
    return tmp_path


def install_python(house: Path, special: str) -> None:
    """An interpreter that says what it would install and test, and is real for everything else."""
    said = (
        'case "$*" in "-m pip --version") exit 0;; '
        '"-m pip install"*|"-m pytest"*) echo "python $*"; exit 0;; esac'
    )
    write_tool(house / ".venv" / "bin" / "python", f'{special}\n{said}\nexec {sys.executable} "$@"')


def call(house: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of the house with the stubs first on the path and no Xvfb."""
    return subprocess.run(
        command,
        cwd=house,
        env={"PATH": f"{house / 'stubs'}:/usr/bin:/bin", "HOME": str(house), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_ci_runs_every_step(house: Path) -> None:
    run = call(house, "bash", ".ci/run")
    assert run.returncode == 0, run.stdout + run.stderr
    for expected in ("ruff format --check .", "ruff check .", "mypy", "lint-imports", "-m pytest"):
        assert expected in run.stdout
    assert run.stdout.endswith("All steps passed\n")


@pytest.mark.parametrize(
    ("tool", "failing", "named"),
    [
        ("ruff", "format", "Format"),
        ("ruff", "check", "Lint"),
        ("mypy", "", "Types"),
        ("lint-imports", "", "Import contracts"),
    ],
)
def test_ci_fails_when_a_step_fails_and_still_runs_the_rest(
    house: Path, tool: str, failing: str, named: str
) -> None:
    write_tool(house / ".venv" / "bin" / tool, f'case "$1" in "{failing}") exit 3;; esac')
    run = call(house, "bash", ".ci/run")
    assert run.returncode == 1
    assert named in run.stdout.splitlines()[-1]
    assert "-m pytest" in run.stdout


def test_ci_fails_when_the_tests_fail_or_none_are_found(house: Path) -> None:
    install_python(house, 'case "$*" in "-m pytest"*tests/desktop) exit 5;; esac')
    run = call(house, "bash", ".ci/run")
    assert run.returncode == 1
    assert "Tests of the desktop" in run.stdout.splitlines()[-1]


def test_arguments_go_to_pytest(house: Path) -> None:
    run = call(house, "packaging/test", "tests/agent/gate", "-x")
    assert run.returncode == 0
    assert "python -m pytest tests/agent/gate -x" in run.stdout


def test_nothing_is_installed_twice_until_something_changes(house: Path) -> None:
    assert "-m pip install" in call(house, "packaging/test").stdout
    assert "-m pip install" not in call(house, "packaging/test").stdout
    with (house / "packaging" / "constraints.txt").open("a") as stream:
        stream.write("another==1.0\n")
    assert "-m pip install" in call(house, "packaging/test").stdout


def test_an_installation_that_failed_is_tried_again(house: Path) -> None:
    install_python(house, 'case "$*" in "-m pip install"*-e*) exit 1;; esac')
    assert call(house, "packaging/test").returncode != 0
    install_python(house, "")
    assert "-m pip install" in call(house, "packaging/test").stdout


def missing(house: Path, tool: str, known: str) -> list[str]:
    """Packages that a machine lacks whose linker knows the given libraries."""
    write_tool(house / "stubs" / "ldconfig", f"cat <<'END'\n{known}\nEND")
    return call(
        house, "bash", "-c", f"source packaging/machine.sh; missing_packages {tool} qt xvfb"
    ).stdout.split()


def test_only_what_is_missing_is_asked_for(house: Path) -> None:
    listed = (PROJECT / "packaging" / "machine.sh").read_text().split("qt_libraries='")[1].split("'")[0]
    rows = [line.split() for line in listed.splitlines() if line]
    present = "\n".join(f"\t{library} (libc6,x86-64) => /lib/{library}" for library, _, _ in rows[1:])
    assert rows[0][1] in missing(house, "apt", present)
    assert rows[0][2] in missing(house, "dnf", present)
    assert not {debian for _, debian, _ in rows[1:]} & set(missing(house, "apt", present))
    assert {debian for _, debian, _ in rows} <= set(missing(house, "apt", ""))


@pytest.mark.parametrize(("tool", "package"), [("apt", "postgresql"), ("dnf", "postgresql-server")])
def test_the_database_server_of_the_tests_is_asked_for_where_there_is_none(
    house: Path, tool: str, package: str
) -> None:
    def asked(absent: str) -> list[str]:
        script = f"source packaging/machine.sh; {absent} missing_packages {tool} postgres"
        return call(house, "bash", "-c", script).stdout.split()

    assert package in asked("has_postgres() { return 1; };")
    assert package not in asked("has_postgres() { return 0; };")
    assert package not in asked("export AITR_TEST_POSTGRES=postgresql://db.example/tests;")


def test_the_tests_bring_that_server(house: Path) -> None:
    asked = [
        line for line in (house / "packaging" / "test").read_text().splitlines() if "prepare_sys" in line
    ]
    assert asked == ["prepare_system qt xvfb shellcheck postgres"]


@pytest.fixture
def sample_house(house: Path) -> Path:
    """The same with a sample whose verdict is the one that the prompt deserves, and no display."""
    write_tool(house / SAMPLE / "ci", 'echo "$SUPPORT_BOT_PROMPT" > "$1/prompt"')
    (house / SAMPLE / "prompts").mkdir()
    for prompt in ("v3-rag", "broken"):
        (house / SAMPLE / "prompts" / f"{prompt}.md").write_text(f"---\nversion: {prompt}-1\n---\n")
    judge(house, released=0, broken=1)
    write_tool(house / ".venv" / "bin" / "aitr-desktop", 'echo "desktop $*"')
    return house


def judge(house: Path, *, released: int, broken: int) -> None:
    """An agent that ends with the given exit codes."""
    write_tool(
        house / ".venv" / "bin" / "tsr-agent",
        f'echo "agent $*"; case "$*" in *broken-1*) exit {broken};; *) exit {released};; esac',
    )


def test_run_judges_both_releases_and_draws_where_there_is_no_display(sample_house: Path) -> None:
    run = call(sample_house, "packaging/run", "--no-window")
    assert run.returncode == 0, run.stdout + run.stderr
    library = f"{sample_house}/build/sample/library.db"
    assert f"desktop {library} --screenshot {sample_house}/build/sample/screenshots" in run.stdout
    prompts = [
        (sample_house / "build" / "sample" / release / "results" / "prompt").read_text()
        for release in ("released", "broken")
    ]
    assert prompts == ["v3-rag\n", "broken\n"]


@pytest.mark.parametrize(("released", "broken"), [(1, 1), (2, 1), (0, 0), (0, 2), (0, 3)])
def test_run_ends_where_a_verdict_is_not_the_expected_one(
    sample_house: Path, released: int, broken: int
) -> None:
    judge(sample_house, released=released, broken=broken)
    run = call(sample_house, "packaging/run", "--no-window")
    assert run.returncode == 2
    assert "was expected to end with exit code" in run.stderr
    assert "--screenshot" not in run.stdout


def test_run_refuses_what_it_does_not_know(sample_house: Path) -> None:
    run = call(sample_house, "packaging/run", "--fast")
    assert run.returncode == 2
    assert run.stderr.startswith("usage:")
