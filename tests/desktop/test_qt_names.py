"""QtPy's names on demand are the binding's own, and QtPy alone serves them as well."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.qt_names import MODULES

if TYPE_CHECKING:
    from pathlib import Path


def names_used(project: Path) -> list[tuple[str, str]]:
    """Module and name of each import from QtPy in the application."""
    return sorted(
        {
            (node.module, alias.name)
            for path in (project / "aitr_desktop").rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qtpy.")
            for alias in node.names
        }
    )


def run(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("first", ["import aitr_desktop", "pass"], ids=["on demand", "QtPy alone"])
def test_every_name_the_application_uses_is_the_bindings(project_dir: Path, first: str) -> None:
    used = names_used(project_dir)
    assert len(used) > 50
    code = f"{first}\nimport importlib\n" + "".join(
        f"from {module} import {name}\n"
        f"assert {name} is importlib.import_module('PySide6.{module.partition('.')[2]}').{name}\n"
        for module, name in used
    )
    assert run(code).stderr == ""


def test_every_module_in_use_is_served_on_demand(project_dir: Path) -> None:
    assert {module.partition(".")[2] for module, _ in names_used(project_dir)} <= set(MODULES)


def test_another_binding_is_left_to_qtpy() -> None:
    code = "import sys, aitr_desktop\nassert not [name for name in sys.modules if name.startswith('qtpy.')]"
    assert run(code, QT_API="pyqt6").stderr == ""


def test_a_name_that_is_not_there_is_an_import_error() -> None:
    done = run("import aitr_desktop\nfrom qtpy.QtCore import NoSuchName")
    assert "ImportError" in done.stderr
