"""What makes a Linux desktop know the application: checked by its own tools where they are here."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from aitr_desktop.app import parser
from aitr_desktop.deep_link import SCHEME
from aitr_desktop.library.workspace import open_workspace
from tests.factories.shown_reports import report
from tsr_agent import __version__
from tsr_agent.models import codec
from tsr_agent.store.tables import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    Install = Callable[..., subprocess.CompletedProcess[str]]

LINUX = Path(__file__).resolve().parents[2] / "packaging" / "linux"
TYPES = {"application/vnd.aitr.tsr+json", "application/vnd.aitr.library", f"x-scheme-handler/{SCHEME[:-1]}"}
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


def entry(path: Path = LINUX / "aitr-desktop.desktop") -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=True)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # its keys have capitals
    read.read_string(path.read_text("utf-8"))
    return read


def listed(value: str) -> set[str]:
    assert value.endswith(";")
    return set(value[:-1].split(";"))


def test_the_entry_is_one_of_the_specification_that_is_shipped() -> None:
    read = entry()["Desktop Entry"]
    # desktop-file-validate of Debian 12 knows no newer version.
    assert read["Version"] == "1.4"
    assert read["Type"] == "Application"
    assert read["Exec"] == "aitr-desktop %U"
    assert listed(read["MimeType"]) == TYPES
    assert listed(read["Categories"]) == {"Development"}
    assert "SingleMainWindow" not in read


def test_the_entry_is_the_windows_own(project_dir: Path) -> None:
    """By this name a desktop puts the window to its entry: the icon, the words, one symbol in the dock."""
    code = (
        "from aitr_desktop.app import make_application as make; made = make(); print(made.desktopFileName())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=project_dir,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert (LINUX / f"{done.stdout.strip()}.desktop").is_file()
    assert entry()["Desktop Entry"]["StartupWMClass"] == done.stdout.strip()
    assert entry()["Desktop Entry"]["Icon"] == done.stdout.strip()


def test_every_action_of_the_entry_is_a_command_that_there_is() -> None:
    read = entry()
    for action in listed(read["Desktop Entry"]["Actions"]):
        program, *arguments = read[f"Desktop Action {action}"]["Exec"].split()
        assert program == "aitr-desktop"
        assert parser().parse_args(arguments)


def test_the_types_are_told_by_name_and_by_content() -> None:
    read = ET.parse(LINUX / "aitr.xml").getroot()
    types = {each.attrib["type"]: each for each in read.iter(f"{MIME}mime-type")}
    assert set(types) | {"x-scheme-handler/aitr"} == TYPES
    reports = types["application/vnd.aitr.tsr+json"]
    assert {each.attrib["pattern"] for each in reports.iter(f"{MIME}glob")} == {"tsr.json", "*.tsr.json"}
    (inner,) = types["application/vnd.aitr.library"].findall(f".//{MIME}match/{MIME}match")
    assert (int(inner.attrib["value"], 16), inner.attrib["offset"]) == (APPLICATION_ID, "68")


def test_the_description_says_what_is_shipped() -> None:
    read = ET.parse(LINUX / "aitr-desktop.metainfo.xml").getroot()
    assert read.findtext("launchable") == "aitr-desktop.desktop"
    assert {each.text for each in read.iter("mediatype")} == TYPES
    assert read.find("releases/release").attrib["version"] == __version__  # type: ignore[union-attr]
    assert read.find("content_rating").attrib["type"] == "oars-1.1"  # type: ignore[union-attr]


def test_the_description_passes_the_tool_of_the_software_centres() -> None:
    tool = shutil.which("appstreamcli")
    if tool is None:
        pytest.skip("appstreamcli is not installed")
    file = str(LINUX / "aitr-desktop.metainfo.xml")
    said = subprocess.run([tool, "validate", "--no-net", file], capture_output=True, text=True, check=False)
    problems = {line.split()[2] for line in said.stdout.splitlines() if line[:2] in ("W:", "E:", "I:")}
    # The project has no domain to name the component after; Debian 12's tool is older than <developer>.
    assert problems <= {"cid-desktopapp-is-not-rdns", "cid-contains-hyphen", "unknown-tag"}


def test_the_entry_passes_the_tool_of_the_desktops() -> None:
    tool = shutil.which("desktop-file-validate")
    if tool is None:
        pytest.skip("desktop-file-validate is not installed")
    subprocess.run([tool, str(LINUX / "aitr-desktop.desktop")], check=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home of ann"
    made.mkdir()
    return made


@pytest.fixture
def install(home: Path, tmp_path: Path) -> Install:
    """Runs the script for an account of its own, in which aitr-desktop is installed in ``bin``."""

    def run(*arguments: str, program: str = "bin") -> subprocess.CompletedProcess[str]:
        folder = tmp_path / program
        folder.mkdir(exist_ok=True)
        (folder / "aitr-desktop").write_text("#!/bin/sh\n")
        (folder / "aitr-desktop").chmod(0o755)
        return subprocess.run(
            [str(LINUX / "install"), *arguments],
            env={"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def files(home: Path) -> set[str]:
    share = home / ".local" / "share"
    ours = ("aitr-desktop.desktop", "aitr.xml", "aitr-desktop.svg", "aitr-desktop.metainfo.xml")
    return {str(each.relative_to(share)) for each in share.rglob("*") if each.name in ours}


INSTALLED = {
    "applications/aitr-desktop.desktop",
    "mime/packages/aitr.xml",
    "icons/hicolor/scalable/apps/aitr-desktop.svg",
    "metainfo/aitr-desktop.metainfo.xml",
}


def test_it_is_installed_for_the_account_and_taken_away_again(install: Install, home: Path) -> None:
    (home / ".local" / "share" / "applications").mkdir(parents=True)
    other = home / ".local" / "share" / "applications" / "other.desktop"
    other.write_text("[Desktop Entry]\n")
    for _ in range(2):
        done = install()
        assert done.returncode == 0, done.stderr
        assert files(home) == INSTALLED
    removed = install("--remove")
    assert removed.returncode == 0, removed.stderr
    assert files(home) == set()
    assert other.exists()
    assert install("--remove").returncode == 0


@pytest.mark.parametrize(("program", "exec_line"), [("bin", "{} %U"), ("my bin", '"{}" %U')])
def test_the_entry_names_the_program_by_its_whole_path(
    install: Install, home: Path, tmp_path: Path, program: str, exec_line: str
) -> None:
    assert install(program=program).returncode == 0
    read = entry(home / ".local/share/applications/aitr-desktop.desktop")
    path = str(tmp_path / program / "aitr-desktop")
    assert read["Desktop Entry"]["Exec"] == exec_line.format(path)
    assert read["Desktop Entry"]["TryExec"] == path
    assert read["Desktop Action safe-mode"]["Exec"] == exec_line.format(path).replace("%U", "--safe-mode")


@pytest.mark.parametrize("program", ["a$(touch x)", 'a"b', "a%Ub", "a`b`", "a&b", "a|b"])
def test_a_path_that_an_entry_would_run_is_refused(install: Install, home: Path, program: str) -> None:
    done = install(program=program)
    assert done.returncode == 2
    assert "signs that a desktop entry can't hold" in done.stderr
    assert not (home / ".local").exists()


def test_without_the_program_nothing_is_installed(home: Path) -> None:
    done = subprocess.run(
        [str(LINUX / "install")], env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "aitr-desktop is not installed" in done.stderr
    assert list(home.iterdir()) == []


def test_the_desktop_tells_a_report_and_a_library_from_other_files(install: Install, home: Path) -> None:
    if shutil.which("update-mime-database") is None or shutil.which("gio") is None:
        pytest.skip("the tools of a desktop are not installed")
    assert install().returncode == 0
    (home / "tsr.json").write_bytes(codec.encode(report()))
    (home / "other.json").write_text("{}")
    open_workspace(home / "audit.db", create=True).close()
    found = {name: content_type(home / name, home) for name in ("tsr.json", "other.json", "audit.db")}
    assert found == {
        "tsr.json": "application/vnd.aitr.tsr+json",
        "other.json": "application/json",
        "audit.db": "application/vnd.aitr.library",
    }


def content_type(path: Path, home: Path) -> str:
    said = subprocess.run(
        ["gio", "info", "--attributes=standard::content-type", str(path)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return said.rpartition("standard::content-type: ")[2].strip()


def test_a_wheel_brings_the_entry_along(project_dir: Path) -> None:
    """``pip install --user`` and packagers put these where desktops look."""
    read = tomllib.loads((project_dir / "pyproject.toml").read_text())
    shared = read["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert {target.removeprefix("share/") for target in shared.values()} == INSTALLED
    assert all((project_dir / source).is_file() for source in shared)
