"""Rules of the house that no linter knows: sizes, names, places and who may read the time."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("tsr_agent", "aitr_desktop")
SOURCES = sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))
ALL_PYTHON = SOURCES + sorted(
    path
    for folder in ("tests", "resources", "packaging")
    for path in (PROJECT / folder).rglob("*.py")
    if "data" not in path.relative_to(PROJECT).parts
)
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_WIDGET_LINES = 250
MAX_WIDGET_METHODS = 20
DRAWERS = {"utils", "util", "common", "core", "helpers", "helper", "manager", "managers", "misc"}
TIME_READERS = {"now", "utcnow", "today", "time", "time_ns"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def shown(path: Path) -> str:
    """A path as it reads from the project's root."""
    return path.relative_to(PROJECT).as_posix()


def length(node: ast.stmt) -> int:
    """Lines of a definition, decorators left out."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 20


@pytest.mark.parametrize("path", ALL_PYTHON, ids=shown)
def test_a_file_and_its_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_FILE_LINES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, Function)]
    assert [f"{each.name}: {length(each)}" for each in functions if length(each) > MAX_FUNCTION_LINES] == []


@pytest.mark.parametrize("path", sorted((PROJECT / "aitr_desktop").rglob("*.py")), ids=shown)
def test_a_desktop_class_stays_small(path: Path) -> None:
    classes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
    for each in classes:
        methods = [node for node in each.body if isinstance(node, Function)]
        assert length(each) <= MAX_WIDGET_LINES, each.name
        assert len(methods) <= MAX_WIDGET_METHODS, each.name


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_a_module_is_named_for_what_is_in_it(path: Path) -> None:
    parts = {*path.relative_to(PROJECT).parent.parts, path.stem}
    assert parts & DRAWERS == set()


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_only_the_clock_reads_the_time(path: Path) -> None:
    if path == PROJECT / "tsr_agent" / "clock.py":
        pytest.skip("this is the clock")
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    found = [
        f"line {each.lineno}: {ast.unparse(each)}()"
        for each in calls
        if isinstance(each, ast.Attribute)
        and each.attr in TIME_READERS
        and ast.unparse(each.value) in {"datetime", "datetime.datetime", "date", "datetime.date", "time"}
    ]
    assert found == []


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_no_second_door_to_a_library_file(path: Path) -> None:
    """One SQLite file through both sqlite3 and QtSql loses locks; QtSql is therefore not used at all."""
    assert "QtSql" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["packaging", "resources"])
def test_a_folder_of_files_is_no_package(folder: str) -> None:
    """``packaging/__init__.py`` would hide the library of that name."""
    assert not (PROJECT / folder / "__init__.py").exists()


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    if path.name != "__init__.py" or path.read_text().strip():
        assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("script", ["packaging/run", "packaging/test", "packaging/linux/install", ".ci/run"])
def test_a_command_can_be_run_and_is_sound_bash(script: str) -> None:
    path = PROJECT / script
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True)
    assert "set -euo pipefail" in path.read_text()


def test_every_dependency_is_pinned() -> None:
    """A name that pyproject.toml asks for and constraints.txt lacks would be installed in any version."""
    import tomllib

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    read = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    asked = [*read["build-system"]["requires"], *read["project"]["dependencies"]]
    for listed in read["project"]["optional-dependencies"].values():
        asked += listed
    lines = (PROJECT / "packaging" / "constraints.txt").read_text().splitlines()
    pins = {
        pin.name: pin for line in lines if line and not line.startswith("#") for pin in [Requirement(line)]
    }
    pinned = {canonicalize_name(name): pin.specifier for name, pin in pins.items()}
    for each in map(Requirement, asked):
        if each.name == "aitr":
            continue
        (pin,) = pinned[canonicalize_name(each.name)]
        assert pin.operator == "=="
        assert pin.version in each.specifier, each
