"""A file of a report is written by a process of its own, which says how far it is and can be ended."""

from __future__ import annotations

import csv
import io
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from aitr_desktop.library import documents
from aitr_desktop.library.documents import Form, Wanted, save, stands_for
from aitr_desktop.library.workspace import open_workspace
from tests.factories.histories import say, upload
from tests.factories.reports import NOON
from tsr_agent.errors import ConflictError, InputError, IntegrityError, UsageError
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


def test_a_pdf_says_what_changed_since_the_last_approved_report(library: Path) -> None:
    with open_library(library) as opened:
        for name, days in (("r-0", -1), ("r-2", 1)):
            made = {"created_at": NOON + timedelta(days=days)}
            upload(opened, name, waits=True, **made)
        say(opened, "r-0", ApprovalAction.APPROVE, by="Rita")
    plain = wanted(library, Form.PDF, "plain.pdf")
    save(plain, Watching())
    target = library.parent / "compared.pdf"
    save(replace(plain, target=target, since_release=True, now=NOON), Watching())
    alone, compared = (PdfReader(library.parent / name) for name in ("plain.pdf", "compared.pdf"))
    said = "".join(page.extract_text() for page in compared.pages)
    assert "Comparison" in said
    assert "r-0" in said
    assert len(compared.pages) > len(alone.pages)


def test_without_an_earlier_approved_report_it_says_so(library: Path) -> None:
    asked = wanted(library, Form.PDF, "r.pdf", since_release=True, now=NOON)
    with pytest.raises(InputError, match="No earlier report"):
        save(asked, Watching())
    assert not (library.parent / "r.pdf").exists()


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
