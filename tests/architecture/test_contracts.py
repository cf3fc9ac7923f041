"""The import contracts of .importlinter hold, and each of them bites.

A fence that nobody has leant on may have a hole: one violation of every contract is planted in a
copy of the packages, and the contract must be reported as broken.
"""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("tsr_agent", "aitr_desktop")

# Contract, file to write in the copy, what stands in it.
VIOLATIONS = [
    ("agent-layers", "tsr_agent/models/planted.py", "from tsr_agent.gate import checks"),
    ("agent-layers", "tsr_agent/sections/planted.py", "import tsr_agent.ingest.reader"),
    ("agent-layers", "tsr_agent/errors.py", "def late():\n    from tsr_agent import clock"),
    ("agent-layers", "tsr_agent/unplaced.py", ""),
    ("desktop-layers", "aitr_desktop/resource_files.py", "import aitr_desktop.theme"),
    ("desktop-layers", "aitr_desktop/library/planted.py", "import aitr_desktop.tasks"),
    ("desktop-layers", "aitr_desktop/views/planted.py", "import aitr_desktop.windows"),
    ("desktop-layers", "aitr_desktop/unplaced.py", ""),
    ("agent-headless", "tsr_agent/sections/planted.py", "import qtpy.QtCore"),
    ("agent-headless", "tsr_agent/cli/planted.py", "def late():\n    import PySide6.QtCore"),
    ("agent-headless", "tsr_agent/cli/planted.py", "import aitr_desktop.settings"),
    ("qt-door", "aitr_desktop/views/planted.py", "from PySide6.QtWidgets import QLabel"),
    ("qt-rooms", "aitr_desktop/settings.py", "import qtpy.QtCore"),
    ("qt-rooms", "aitr_desktop/library/planted.py", "from qtpy.QtCore import QObject"),
    ("qt-rooms", "aitr_desktop/code/__init__.py", "import qtpy"),
    ("sql-rooms", "tsr_agent/cli/planted.py", "def late():\n    import sqlalchemy"),
    ("sql-rooms", "aitr_desktop/library/planted.py", "import sqlite3"),
    ("web-rooms", "tsr_agent/store/planted.py", "import litestar"),
    ("pdf-rooms", "tsr_agent/sections/planted.py", "import reportlab.platypus"),
    ("pure-gate", "tsr_agent/gate/planted.py", "from tsr_agent.clock import SystemClock"),
    ("pure-gate", "tsr_agent/gate/checks/planted.py", "import subprocess"),
    ("drawing-views", "aitr_desktop/views/planted.py", "import tsr_agent.store"),
    ("drawing-views", "aitr_desktop/views/planted.py", "def late():\n    import threading"),
]


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Runs import-linter on the packages in a folder, on the named contracts or on all."""
    chosen = [part for contract in contracts for part in ("--contract", contract)]
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", script, "--no-cache", "--config", str(folder / ".importlinter"), *chosen],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "NO_COLOR": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of both packages with the contracts."""
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / ".importlinter", tmp_path)
    return tmp_path


def contract_ids() -> list[str]:
    """Ids of the contracts as the configuration has them."""
    read = configparser.ConfigParser()
    read.read(PROJECT / ".importlinter", encoding="utf-8")
    return [name.rpartition(":")[2] for name in read.sections() if name.startswith("importlinter:contract:")]


def test_the_contracts_hold(copied: Path) -> None:
    run = lint(copied)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(contract_ids())} kept, 0 broken" in run.stdout


def test_each_contract_has_a_violation() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(contract_ids())


@pytest.mark.parametrize(
    ("contract", "file", "text"), VIOLATIONS, ids=[f"{c}: {f}: {t}" for c, f, t in VIOLATIONS]
)
def test_a_planted_violation_is_caught(copied: Path, contract: str, file: str, text: str) -> None:
    planted = copied / file
    planted.parent.mkdir(exist_ok=True)
    (planted.parent / "__init__.py").touch()
    with planted.open("a", encoding="utf-8") as stream:
        stream.write(f"\n\n{text}\n")
    run = lint(copied, contract)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "0 kept, 1 broken" in run.stdout
    assert planted.stem in run.stdout or planted.parent.name in run.stdout
