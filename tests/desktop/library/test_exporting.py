from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.library.exporting import export_reports, files_in_the_way, safe_names
from tests.desktop.fakes import StillClock, Watching
from tests.factories.histories import say, upload
from tests.factories.tampering import drop_guards
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tsr_agent.store.engine import Library

IDS = tuple(f"r-{number}" for number in range(4))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(tmp_path / "library.db", create=True) as opened:
        for name in IDS:
            upload(opened, name, waits=True)
        say(opened, "r-1", ApprovalAction.APPROVE)
        yield opened


@pytest.mark.parametrize("where", ["out", "out.zip"])
def test_what_is_written_is_byte_for_byte_what_was_filed_and_the_manifest_names_it(
    library: Library, tmp_path: Path, clock: StillClock, where: str
) -> None:
    outcome = export_reports(library, IDS, tmp_path / where, clock, Watching())
    assert (outcome.error, outcome.failures, outcome.reports, outcome.files) == (None, [], 4, 10)
    if where.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / where) as archive:
            archive.extractall(tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert manifest["complete"] is True
    for each in manifest["files"]:
        written = (tmp_path / "out" / each["name"]).read_bytes()
        assert (hashlib.sha256(written).hexdigest(), len(written)) == (each["sha256"], each["size"])
        if each["kind"] == "report":
            assert written == ReportRepository(library).document(each["report_id"])
    names = {each["name"] for each in manifest["files"]}
    assert {"r-1/tsr.json", "r-1/decision.json", "r-1/approval-01.json"} <= names
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("where", ["out", "out.zip"])
def test_what_is_there_is_never_overwritten_unasked(
    library: Library, tmp_path: Path, clock: StillClock, where: str
) -> None:
    target = tmp_path / where
    export_reports(library, IDS[:1], target, clock, Watching())
    assert files_in_the_way(target, IDS[:1])
    mark = target if target.is_file() else target / "manifest.json"
    before = mark.read_bytes()
    refused = export_reports(library, IDS[:1], target, clock, Watching())
    assert refused.error is not None
    assert "is there already" in refused.error.message
    assert mark.read_bytes() == before
    assert export_reports(library, IDS[:2], target, clock, Watching(), overwrite=True).error is None
    assert mark.read_bytes() != before


def test_an_altered_report_is_named_and_not_written(
    library: Library, tmp_path: Path, clock: StillClock
) -> None:
    with library.write() as connection:
        drop_guards(connection, "report_documents")
        connection.exec_driver_sql("UPDATE report_documents SET body = X'00' WHERE report_id = 'r-2'")
    outcome = export_reports(library, IDS, tmp_path / "out", clock, Watching())
    assert [(each.report_id, each.is_altered) for each in outcome.failures] == [("r-2", True)]
    assert outcome.reports == 3
    assert not (tmp_path / "out" / "r-2").exists()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert manifest["complete"] is False
    assert [each["report_id"] for each in manifest["not_exported"]] == ["r-2"]


def test_cancelled_it_says_in_the_manifest_that_it_is_not_whole(
    library: Library, tmp_path: Path, clock: StillClock
) -> None:
    outcome = export_reports(library, IDS, tmp_path / "out", clock, Watching(steps=2))
    assert (outcome.cancelled, outcome.reports) == (True, 2)
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["complete"] is False


def test_a_place_that_cannot_be_written_is_said(library: Library, tmp_path: Path, clock: StillClock) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = export_reports(library, IDS, tmp_path / "file" / "out", clock, Watching())
    assert outcome.error is not None
    assert "can't be written" in outcome.error.message


PLAIN = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
HOSTILE = [
    "../../etc/passwd",
    "..",
    "/etc/passwd",
    "con",
    "NUL",
    "a\0b",
    "\ud800",
    "x" * 900,
    "",
    "manifest.json",
]


@given(st.lists(st.text() | st.sampled_from([*HOSTILE, "a", "A", "a!", "a?"]), unique=True))
def test_names_are_safe_and_no_two_are_one(ids: list[str]) -> None:
    names = safe_names(ids)
    assert list(names) == ids
    assert len({each.lower() for each in names.values()}) == len(ids)
    for name in names.values():
        assert name
        assert name[0] not in ".-"
        assert set(name) <= PLAIN
        assert len(name) <= 100


def test_an_id_that_was_made_to_take_anothers_name_gets_one_of_its_own() -> None:
    victim = safe_names(["a!"])["a!"]
    names = safe_names([victim, "a!"])
    assert len(set(names.values())) == 2


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_id_leads_nowhere(hostile: str, tmp_path: Path) -> None:
    (name,) = safe_names([hostile]).values()
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()


def test_a_usual_id_is_the_name() -> None:
    assert safe_names(["TSR-2026-11-20-3fa9c1e"]) == {"TSR-2026-11-20-3fa9c1e": "TSR-2026-11-20-3fa9c1e"}


def test_an_archive_is_not_written_through_a_link_that_somebody_laid(
    library: Library, tmp_path: Path, clock: StillClock
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("kept")
    (tmp_path / ".out.zip.part").symlink_to(mine)
    export_reports(library, [], tmp_path / "out.zip", clock, Watching())
    assert mine.read_text() == "kept"
    assert not (tmp_path / "out.zip").is_symlink()
