from __future__ import annotations

import getpass
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aitr_desktop.library import code_notes
from aitr_desktop.library.code_notes import (
    MAX_TEXT,
    Author,
    NotePlace,
    author,
    new_note,
    notes_of_file,
    notes_of_report,
    withdrawal_of,
)
from aitr_desktop.library.people import Person
from tests.desktop.fakes import MemoryNotes
from tests.factories.code_notes import BLOB, note
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.reports import CODE_SHA
from tsr_agent.errors import InputError, IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.code_note import MAX_NOTE_TEXT, AuthorSource
from tsr_agent.store.code_notes import KeptNote

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RITA = Author("rita", AuthorSource.SERVER)
PLACE = NotePlace(
    report_id="r-1",
    repository="https://forge.example/acme/support-bot",
    commit=CODE_SHA,
    path="src/bot.py",
    blob=BLOB,
    first=12,
    last=14,
)


def test_the_bound_on_screen_is_that_of_the_document() -> None:
    assert MAX_TEXT == MAX_NOTE_TEXT


def test_whoever_the_server_named_writes_else_the_account_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = Person(subject="rita", role="auditor", expires_at=NOW, asked_at=NOW)
    assert author(person) == RITA
    assert author(None, "ann") == Author("ann", AuthorSource.ACCOUNT)

    def nobody() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert author(None) == Author("", AuthorSource.ACCOUNT)
    assert new_note(PLACE, "x", author(None), NOW, note_id="n").written_by == "unknown"


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_a_note_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="says nothing"):
        new_note(PLACE, text, RITA, NOW, note_id="n")


def test_a_note_that_says_too_much_is_refused_with_both_numbers() -> None:
    with pytest.raises(InputError, match=r"4,001 characters, and at most 4,000"):
        new_note(PLACE, "x" * 4_001, RITA, NOW, note_id="n")


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_every_text_makes_a_document(text: str) -> None:
    made = new_note(PLACE, text[: MAX_TEXT - 1] + "!", RITA, NOW, note_id="n")
    assert codec.decode(codec.encode(made), type(made)) == made
    assert withdrawal_of(made, Author(text[:500], AuthorSource.ACCOUNT), NOW).note_id == "n"


def test_notes_on_the_bytes_that_are_shown_stand_apart_from_those_on_others() -> None:
    here, elsewhere = KeptNote(note=note()), KeptNote(note=note("note-2", blob="c" * 40))
    found = notes_of_file(MemoryNotes([here, elsewhere]), "", "src/bot.py", BLOB)
    assert (found.here, found.elsewhere) == ((here,), (elsewhere,))
    assert notes_of_file(MemoryNotes([here]), "", "src/bot.py", "").here == ()


def test_notes_that_can_not_be_read_hinder_nothing_and_say_so() -> None:
    broken = MemoryNotes(fails=IntegrityError("The note n was altered."))
    assert notes_of_report(broken, "r-1").problem == "The note n was altered."
    assert notes_of_file(broken, "", "a", BLOB).problem == "The note n was altered."
    assert code_notes.NO_NOTES.kept == ()


def test_a_note_on_a_file_whose_name_is_no_utf_8_is_found_again() -> None:
    notes, path = MemoryNotes(), "src/caf\udce9.py"
    notes.add(new_note(replace(PLACE, path=path), "Look here.", RITA, NOW, note_id="n"))
    found = notes_of_file(notes, PLACE.repository, path, BLOB)
    assert [each.note.text for each in found.here] == ["Look here."]
