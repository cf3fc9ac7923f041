"""A file of a report is written by a process of its own, which says how far it is and can be ended."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from aitr_desktop.library import documents
from aitr_desktop.library.documents import Form, Wanted, save, stands_for
from aitr_desktop.library.workspace import open_workspace
from tests.factories.histories import say, upload
from tsr_agent.errors import ConflictError, IntegrityError, UsageError
from tsr_agent.export.subject import on_record
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from pathlib import Path


class Watching:
    """Somebody who watches, and thinks better of it after a while."""

    def __init__(self, patience: float = 1e9) -> None:
        self.told: list[tuple[int, int, str, str]] = []
        self._until = time.monotonic() + patience

    def report(self, done: int, total: int, unit: str = "", rate: str = "") -> None:
        self.told.append((done, total, unit, rate))

    @property
    def is_cancelled(self) -> bool:
        return time.monotonic() > self._until


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "library.db"
    with open_library(path, create=True) as opened:
        upload(opened, "r-1", waits=True)
        say(opened, "r-1", ApprovalAction.APPROVE, by="Rita")
    return path


def wanted(library: Path, form: Form, name: str, **changed: Any) -> Wanted:
    workspace = open_workspace(library)
    record = workspace.record("r-1")
    workspace.close()
    target = library.parent / name
    return Wanted(library=library, report_id="r-1", form=form, target=target, record=record, **changed)


def test_each_form_is_written_whole(library: Path) -> None:
    watching = Watching()
    saved = save(wanted(library, Form.CSV, "r.csv"), watching)
    document = (library.parent / "r.csv").read_bytes()
    assert (saved.size, saved.sha256) == (len(document), codec.digest(document))
    rows = csv.DictReader(io.StringIO(document.decode("utf-8-sig"), newline=""))
    assert ("verdict", "● GO") in {(row["name"], row["shown"]) for row in rows}
    assert save(wanted(library, Form.TABLES, "out"), Watching()).files == len(
        list((library.parent / "out").iterdir())
    )
    assert {path.name for path in library.parent.iterdir()} == {"library.db", "r.csv", "out"}


def test_a_record_is_the_same_text_wherever_it_is_made(library: Path) -> None:
    with open_library(library, read_only=True) as opened:
        subject = on_record(opened, "r-1")
    assert stands_for(subject) == wanted(library, Form.JSON, "r.json").record


def test_what_nobody_has_seen_is_not_saved(library: Path) -> None:
    seen = wanted(library, Form.JSON, "r.json")
    with open_library(library) as opened:
        say(opened, "r-1", ApprovalAction.REJECT, by="Tom")
    with pytest.raises(ConflictError, match="has changed since it came on screen"):
        save(seen, Watching())
    assert not (library.parent / "r.json").exists()


def test_what_is_in_the_way_or_altered_is_said_in_words(library: Path) -> None:
    (library.parent / "r.json").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not written over"):
        save(wanted(library, Form.JSON, "r.json"), Watching())
    assert (library.parent / "r.json").read_text("utf-8") == "mine"
    save(wanted(library, Form.JSON, "r.json", replace=True), Watching())
    assert json.loads((library.parent / "r.json").read_bytes())["report_id"] == "r-1"
    other = wanted(library, Form.JSON, "other.json")
    import sqlite3

    with sqlite3.connect(library) as connection:
        connection.execute("UPDATE test_summary_reports SET digest = ?", ("0" * 64,))
    connection.close()
    with pytest.raises(IntegrityError):
        save(other, Watching())
    assert not (library.parent / "other.json").exists()


def test_it_ends_when_it_is_wanted_no_more_and_leaves_nothing(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "TELL_SECONDS", 0)
    saved = documents.save_here(wanted(library, Form.TABLES, "out"), watcher=Watching(patience=-1))
    assert saved.cancelled
    saved = documents.save_here(wanted(library, Form.JSON, "r.json"), watcher=Watching(patience=-1))
    assert saved.cancelled
    assert [path.name for path in library.parent.iterdir()] == ["library.db"]
