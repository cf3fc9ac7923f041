"""What is loaded when: the base install needs neither Qt nor SQL nor a web framework, and starts lightly."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import tsr_agent.cli

HEAVY = {
    "PySide6",
    "qtpy",
    "shiboken6",
    "aitr_desktop",
    "sqlalchemy",
    "alembic",
    "litestar",
    "flask",
    "uvicorn",
    "reportlab",
}
COMMAND_MODULES = sorted(each.name for each in pkgutil.iter_modules(tsr_agent.cli.__path__, "tsr_agent.cli."))


def loaded_after(script: str) -> set[str]:
    """Top-level names in ``sys.modules`` of a new interpreter after it ran a script."""
    report = "import json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    run = subprocess.run(
        [sys.executable, "-c", f"{script}\n{report}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", COMMAND_MODULES)
def test_no_command_module_loads_what_the_base_install_lacks(module: str) -> None:
    assert loaded_after(f"import {module}") & HEAVY == set()


@pytest.mark.parametrize("module", [*COMMAND_MODULES, "tsr_agent.ingest.manifest", "tsr_agent.gate.evaluate"])
def test_what_a_ci_system_says_is_asked_by_nothing_but_a_manifest_being_read(module: str) -> None:
    assert "ci_environment" not in loaded_after(f"import {module}")


def test_every_module_of_the_base_install_imports_without_the_extras() -> None:
    """With the extras made unimportable, everything outside the rooms that need them still imports."""
    script = f"""
import importlib, pkgutil, sys
for name in {sorted(HEAVY)!r}:
    sys.modules[name] = None
import tsr_agent
rooms = ("tsr_agent.store", "tsr_agent.server", "tsr_agent.pdf", "tsr_agent.sync", "tsr_agent.__main__",
         "tsr_agent.backtest")
def names(package):
    for each in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if each.name not in rooms:
            module = importlib.import_module(each.name)
            if each.ispkg:
                names(module)
names(tsr_agent)
for name in {sorted(HEAVY)!r}:
    assert sys.modules.pop(name) is None
"""
    assert loaded_after(script) & HEAVY == set()


def test_version_loads_next_to_nothing() -> None:
    script = (
        "import contextlib, io, sys\n"
        "before = set(sys.modules)\n"
        "sys.argv = ['tsr-agent', '--version']\n"
        "from tsr_agent.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()) as said:\n"
        "    assert main() == 0\n"
        "assert said.getvalue().startswith('tsr-agent ')\n"
        "new = {name for name in set(sys.modules) - before if name.partition('.')[0] == 'tsr_agent'}\n"
        "assert new == {'tsr_agent', 'tsr_agent.__main__'}, new"
    )
    assert (
        loaded_after(script) & (HEAVY | {"msgspec", "argparse", "requests", "yaml", "junitparser"}) == set()
    )


def test_a_gate_on_a_file_loads_nothing_of_the_road_to_a_server() -> None:
    script = (
        "import contextlib, io\n"
        "from tsr_agent.cli.main import run_command_line\n"
        "with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):\n"
        "    assert run_command_line(['gate', 'there/is-none.json']) == 2"
    )
    assert loaded_after(script) & (HEAVY | {"requests", "urllib3", "ssl", "http", "socket"}) == set()


def test_the_pytest_plugin_brings_nothing_of_ours_with_it() -> None:
    script = (
        "import sys\nimport tsr_agent.pytest_plugin\n"
        "ours = {name for name in sys.modules if name.startswith('tsr_agent')}\n"
        "assert ours == {'tsr_agent', 'tsr_agent.pytest_plugin'}, ours"
    )
    assert loaded_after(script) & (HEAVY | {"msgspec"}) == set()
