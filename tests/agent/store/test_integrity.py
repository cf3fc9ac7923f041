from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, iteration, report
from tests.factories.tampering import drop_all_checks
from tsr_agent.errors import IntegrityError, StoreError, TsrError
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store import bodies
from tsr_agent.store.engine import open_library
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.store.engine import Library

DOCUMENT = codec.encode(report())
DIGEST = codec.digest(DOCUMENT)
BODY = bodies.pack(DOCUMENT)


def fill(library: Library) -> None:
    """Three reports, one of them without a decision."""
    repository = ReportRepository(library)
    for number in range(3):
        document = codec.encode(report(id=f"r-{number}"))
        decision = decision_about(document) if number else None
        repository.add(document, decision, received_at=NOON)
    worse = decision_about(document, decision=GoNoGoDecision.NO_GO, warnings=("slow",))
    repository.add(document, worse, supersede=True, received_at=NOON)


@pytest.fixture
def filled(library: Library) -> Library:
    """A library of them, on either database."""
    fill(library)
    return library


@pytest.fixture
def filled_path(library_path: Path) -> Path:
    """The same as a file, closed."""
    with open_library(library_path) as library:
        fill(library)
    return library_path


def tamper(path: Path, *statements: str) -> None:
    """Changes a library as somebody could who may write the file, and puts the guards back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        for _, sql in guards:
            connection.execute(sql)


@settings(max_examples=400)
@given(place=st.integers(0, len(BODY) * 8 - 1))
def test_every_flipped_bit_of_a_stored_document_is_detected(place: int) -> None:
    flipped = bytearray(BODY)
    flipped[place // 8] ^= 1 << place % 8
    try:
        shown = bodies.unpack(bytes(flipped), size=len(DOCUMENT), digest=DIGEST, name="it")
    except IntegrityError:
        return
    # A bit of the compressed form that carries nothing may differ; the document may not.
    assert shown == DOCUMENT


@pytest.mark.parametrize(
    "body",
    [b"", BODY[:-1], BODY + b"x", BODY + BODY, zlib.compress(DOCUMENT + b" "), zlib.compress(DOCUMENT[:-1])],
)
def test_a_body_of_another_length_is_refused(body: bytes) -> None:
    with pytest.raises(IntegrityError, match="altered or damaged"):
        bodies.unpack(body, size=len(DOCUMENT), digest=DIGEST, name="it")


def test_a_body_that_unpacks_without_end_is_stopped_at_its_size() -> None:
    bomb = zlib.compress(bytes(50_000_000), 9)
    with pytest.raises(IntegrityError):
        bodies.unpack(bomb, size=100, digest=DIGEST, name="it")
    with pytest.raises(IntegrityError, match="claims"):
        bodies.unpack(bomb, size=codec.MAX_DOCUMENT_BYTES + 1, digest=DIGEST, name="it")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_in_the_file_is_never_shown_as_the_document(
    filled_path: Path, data: st.DataObject
) -> None:
    """Wherever in the file the bit is: what comes back is the document, or an error."""
    content = filled_path.read_bytes()
    place = data.draw(st.integers(100 * 8, len(content) * 8 - 1))
    flipped = bytearray(content)
    flipped[place // 8] ^= 1 << place % 8
    copy = filled_path.with_name("flipped.db")
    copy.write_bytes(flipped)
    try:
        with open_library(copy, read_only=True) as library:
            repository = ReportRepository(library)
            for number in range(3):
                found = repository.document(f"r-{number}")
                assert found == codec.encode(report(id=f"r-{number}"))
    except TsrError:
        return


def test_a_sound_library_is_sound_and_progress_is_told(filled: Library) -> None:
    told: list[int] = []
    result = check(filled, told.append)
    assert result.sound, result.damages
    assert (result.reports, told) == (3, [1, 2, 3])


ALTERED = {
    "the verdict": "UPDATE test_summary_reports SET go_no_go_decision = 'go' WHERE id = 'r-2'",
    "the verdict of none": "UPDATE test_summary_reports SET go_no_go_decision = 'go' WHERE id = 'r-0'",
    "the reason": "UPDATE test_summary_reports SET decision_reason = 'All well' WHERE id = 'r-2'",
    "the warnings": "UPDATE test_summary_reports SET warnings = '[]' WHERE id = 'r-2'",
    "the source": "UPDATE test_summary_reports SET decision_source = 'server' WHERE id = 'r-2'",
    "the time": "UPDATE test_summary_reports SET created_at = created_at + 1 WHERE id = 'r-2'",
    "a time that is text": "UPDATE test_summary_reports SET created_at = 'x' WHERE id = 'r-2'",
    "a time beyond the calendar": f"UPDATE test_summary_reports SET created_at = {2**62} WHERE id = 'r-2'",
    "the commit": "UPDATE test_summary_reports SET codebase_sha = prompts_sha WHERE id = 'r-2'",
    "the digest": "UPDATE test_summary_reports SET digest = decision_digest WHERE id = 'r-2'",
    "the counts": "UPDATE tsr_test_results SET failed = 1 WHERE tsr_id = 'r-2' AND test_type = 'unit'",
    "a missing summary": "DELETE FROM tsr_test_results WHERE tsr_id = 'r-2' AND test_type = 'security'",
    "a metric": "UPDATE tsr_eval_iterations SET metrics = '{\"accuracy\": 1.0}' WHERE tsr_id = 'r-2'",
    "a metric that is no JSON": "UPDATE tsr_eval_iterations SET metrics = '{' WHERE tsr_id = 'r-2'",
    "a requirement": "UPDATE tsr_requirement_coverage SET verification_status='failed' WHERE tsr_id='r-2'",
    "the document": "UPDATE report_documents SET body = x'00' WHERE report_id = 'r-2'",
    "a size that is text": "UPDATE report_documents SET size = 'x' WHERE report_id = 'r-2'",
    "a document that is text": "UPDATE report_documents SET body = 'text' WHERE report_id = 'r-2'",
    "another's document": "UPDATE report_documents SET (size, body) = (SELECT size, body FROM "
    "report_documents WHERE report_id = 'r-1') WHERE report_id = 'r-2'",
    "a missing document": "DELETE FROM report_documents WHERE report_id = 'r-2'",
    "a missing decision": "DELETE FROM decisions WHERE report_id = 'r-2' AND decision = 'no_go'",
    "a decision": "UPDATE decisions SET body = x'00' WHERE report_id = 'r-2' AND decision = 'go'",
    "a decision's row": "UPDATE decisions SET decision = 'go' WHERE report_id = 'r-2'",
    "another's decision": "UPDATE decisions SET report_id = 'r-1' WHERE report_id = 'r-2'",
    "an orphan": "UPDATE tsr_test_results SET tsr_id = 'nobody' WHERE tsr_id = 'r-2'",
}


def alter(library: Library, what: str) -> None:
    """Changes a library in one of these ways, past everything that would refuse it."""
    if library.dialect == "sqlite":
        tamper(library.path, ALTERED[what])
        return
    if what in ONLY_ON_SQLITE:
        pytest.skip("a column of PostgreSQL can't hold it")
    with library.write() as connection:
        # As a replica it runs no triggers, and those of foreign keys are triggers, too.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in ("test_summary_reports", "report_documents", "decisions"):
            drop_all_checks(connection, table)
        statement = ALTERED[what].replace("x'00'", "'\\x00'")
        assert connection.exec_driver_sql(statement).rowcount > 0


ONLY_ON_SQLITE = {
    "a time that is text",
    "a metric that is no JSON",
    "a size that is text",
    "a document that is text",
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_is_named(filled: Library, what: str) -> None:
    alter(filled, what)
    result = check(filled)
    assert not result.sound
    assert result.damages[0].report_id in {"r-0", "r-1", "r-2", None}
    assert result.reports == 3


@pytest.mark.parametrize(
    "what",
    [
        "the document",
        "a size that is text",
        "a document that is text",
        "another's document",
        "a missing document",
        "the digest",
    ],
)
def test_an_altered_document_is_never_given_out(filled: Library, what: str) -> None:
    alter(filled, what)
    repository = ReportRepository(filled)
    with pytest.raises(IntegrityError, match="r-2"):
        repository.document("r-2")
    assert codec.digest(repository.document("r-1")) == codec.digest(codec.encode(report(id="r-1")))


@pytest.mark.parametrize(
    ("what", "report_id"),
    [
        ("the verdict", "r-2"),
        ("the verdict of none", "r-0"),
        ("a missing decision", "r-2"),
        ("another's decision", "r-1"),
        ("another's decision", "r-2"),
        ("the digest", "r-2"),
    ],
)
def test_a_verdict_that_no_decision_bears_out_is_never_given_out(
    filled: Library, what: str, report_id: str
) -> None:
    alter(filled, what)
    with pytest.raises(IntegrityError, match=report_id):
        ReportRepository(filled).decision(report_id)


def test_a_file_whose_pages_are_damaged_is_reported_and_not_raised(filled_path: Path) -> None:
    content = bytearray(filled_path.read_bytes())
    for page in range(3, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    filled_path.write_bytes(content)
    try:
        with open_library(filled_path, read_only=True) as library:
            result = check(library)
    except StoreError as error:
        assert "damaged" in error.message
    else:
        assert not result.sound


def test_numbers_that_jsonb_writes_in_another_way_are_the_same(library: Library) -> None:
    values = (1e23, 1e308, -0.0, 5e-324, 0.1, 1.0, 2.0**53, -1e22)
    metrics = {f"m{place}": value for place, value in enumerate(values)}
    document = codec.encode(report(eval_iterations=(iteration(1, metrics=metrics),)))
    ReportRepository(library).add(document, None, received_at=NOON)
    assert check(library).sound


def test_a_number_of_another_value_is_not_the_same(library: Library) -> None:
    document = codec.encode(report(eval_iterations=(iteration(1, metrics={"m": 1e23}),)))
    ReportRepository(library).add(document, None, received_at=NOON)
    with library.write() as connection:
        connection.exec_driver_sql(
            "UPDATE tsr_eval_iterations SET metrics = replace(CAST(metrics AS text), '1', '2')"
            if library.dialect == "sqlite"
            else "UPDATE tsr_eval_iterations SET metrics = replace(metrics::text, '1', '2')::jsonb"
        )
    assert not check(library).sound
