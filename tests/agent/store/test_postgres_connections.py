from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, event, exc

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, report
from tests.postgres import WITH_PASSWORD, OwnServer, own_server
from tsr_agent.errors import StoreError, TsrError, UsageError
from tsr_agent.models import codec
from tsr_agent.store import records
from tsr_agent.store.database import holds_password, open_database
from tsr_agent.store.failures import store_error
from tsr_agent.store.postgres_address import read_address
from tsr_agent.store.postgres_connections import Limits
from tsr_agent.store.postgres_opening import open_postgres_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import PostgresServer
    from tsr_agent.store.engine import Library

SECRET = "s3cret-Pä55/word"


@pytest.fixture(scope="module")
def crashing() -> Iterator[OwnServer]:
    """A server of this module's own, which tests may end and start again."""
    server = own_server()
    yield server
    server.close()


@pytest.fixture
def address(crashing: OwnServer) -> str:
    """An empty library on it."""
    made = crashing.address_of(crashing.make())
    open_database(made, create=True).close()
    return made


def file(library: Library, name: str) -> bytes:
    document = codec.encode(report(id=name))
    ReportRepository(library).add(document, decision_about(document, report_id=name), received_at=NOON)
    return document


def setting(library: Library, name: str, *, writing: bool) -> str:
    with library.write() if writing else library.read() as connection:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())


@pytest.mark.parametrize("writing", [True, False])
def test_every_connection_has_its_limits(postgres_library: Library, writing: bool) -> None:
    wanted = {
        "application_name": "aitr",
        "client_encoding": "UTF8",
        "statement_timeout": "30s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
        "search_path": "public, pg_temp",
        "row_security": "off",
        "synchronous_commit": "on",
        "transaction_isolation": "read committed",
        "transaction_read_only": "off" if writing else "on",
    }
    assert {name: setting(postgres_library, name, writing=writing) for name in wanted} == wanted


def test_a_commit_is_on_disk_even_where_the_server_would_not_wait(
    postgres_library: Library, postgres_address: str
) -> None:
    with postgres_library.write() as connection:
        connection.exec_driver_sql(
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %%I SET synchronous_commit = off', "
            "current_database()); END$$",
            (),
        )
    with open_database(postgres_address) as library:
        assert setting(library, "synchronous_commit", writing=True) == "on"


def test_what_the_address_says_comes_before_our_own(postgres_address: str) -> None:
    joint = "&" if "?" in postgres_address else "?"
    with open_database(f"{postgres_address}{joint}application_name=mine") as library:
        assert setting(library, "application_name", writing=False) == "mine"


def test_a_snapshot_sees_one_state_and_reading_sees_each(postgres_library: Library) -> None:
    repository = ReportRepository(postgres_library)
    count = "SELECT count(*) FROM test_summary_reports"
    with postgres_library.snapshot() as snapshot, postgres_library.read() as reading:
        assert snapshot.exec_driver_sql(count).scalar_one() == 0
        assert reading.exec_driver_sql(count).scalar_one() == 0
        file(postgres_library, "meanwhile")
        assert snapshot.exec_driver_sql(count).scalar_one() == 0
        assert reading.exec_driver_sql(count).scalar_one() == 1
    assert repository.count() == 1
    with pytest.raises(StoreError, match="takes no changes"), postgres_library.snapshot() as snapshot:
        snapshot.exec_driver_sql("DELETE FROM changes")
    # The transaction of the snapshot does not live on in the connection that the pool gets back.
    with postgres_library.read() as reading:
        assert reading.exec_driver_sql("SELECT now() = statement_timestamp()").scalar_one()


def test_all_that_is_on_record_is_fetched_as_it_is_read(
    postgres_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver would take two hundred documents into memory at once."""
    cursors: list[str] = []
    for name in ("a", "b", "c"):
        file(postgres_library, name)
    monkeypatch.setattr(records, "PAGE", 2)

    def catch(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "report_documents" in statement:
            cursors.append(type(cursor).__name__)

    event.listen(Engine, "before_cursor_execute", catch)
    try:
        assert len(list(records.Records(postgres_library, records.Span()))) == 3
    finally:
        event.remove(Engine, "before_cursor_execute", catch)
    assert cursors == ["ServerCursor"] * 2


# ---------------------------------------------------------------------------------------------
# A server that goes away, and comes back.


def test_after_a_restart_the_next_request_works(crashing: OwnServer, address: str) -> None:
    with open_database(address) as library:
        repository = ReportRepository(library)
        before = file(library, "before")
        with library.read(), library.read(), library.snapshot():
            pass  # Several connections lie in the pool.
        crashing.restart()
        assert repository.document("before") == before
        file(library, "after")
        assert repository.count() == 2


def test_while_it_is_away_that_is_said_and_nothing_hangs(crashing: OwnServer, address: str) -> None:
    with open_database(address) as library:
        crashing.stop()
        try:
            for attempt in (lambda: ReportRepository(library).count(), lambda: file(library, "lost")):
                with pytest.raises(StoreError, match="could not be reached") as caught:
                    attempt()
                assert "try again" in caught.value.next_step
            with pytest.raises(StoreError, match="could not be reached"):
                open_database(address)
        finally:
            crashing.start()
        assert ReportRepository(library).count() == 0


def test_a_connection_that_the_server_ends_is_replaced(
    postgres_library: Library, postgres_address: str
) -> None:
    repository = ReportRepository(postgres_library)
    file(postgres_library, "one")
    assert repository.count() == 1
    with open_database(postgres_address) as other, other.write() as connection:
        ended = connection.exec_driver_sql(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).scalar_one()
    assert ended >= 2
    assert repository.count() == 1
    file(postgres_library, "two")


def test_a_write_that_loses_its_connection_is_as_if_it_never_began(
    postgres_library: Library, postgres_server: PostgresServer
) -> None:
    with (
        pytest.raises(StoreError, match="could not be reached") as caught,
        postgres_library.write() as connection,
    ):
        connection.exec_driver_sql("UPDATE change_counter SET last = 7")
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with postgres_server.connect() as administrator:
            administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        connection.exec_driver_sql("SELECT 1")
    assert "nothing is half-written" in caught.value.kept
    with postgres_library.read() as connection:
        assert connection.exec_driver_sql("SELECT last FROM change_counter").scalar_one() == 0


def test_of_a_commit_whose_answer_is_lost_the_outcome_is_not_claimed(
    postgres_library: Library, postgres_server: PostgresServer
) -> None:
    with pytest.raises(StoreError) as caught, postgres_library.write() as connection:
        connection.exec_driver_sql("UPDATE change_counter SET last = 7")
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with postgres_server.connect() as administrator:
            administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    assert "not known" in caught.value.kept
    assert ReportRepository(postgres_library).count() == 0


# ---------------------------------------------------------------------------------------------
# Waiting for others.


@contextmanager
def limited(address: str, **limits: Any) -> Iterator[Library]:
    with open_postgres_library(read_address(address), limits=Limits(**limits)) as library:
        yield library


def test_another_s_lock_is_waited_for_and_not_for_ever(
    postgres_library: Library, postgres_address: str
) -> None:
    with limited(postgres_address, lock=0.05) as library, postgres_library.write() as holding:
        holding.exec_driver_sql("UPDATE change_counter SET last = last")
        with pytest.raises(StoreError, match="in use by another program"), library.write() as connection:
            connection.exec_driver_sql("UPDATE change_counter SET last = last")
    file(postgres_library, "afterwards")


def test_a_statement_that_takes_too_long_is_ended(postgres_address: str) -> None:
    with limited(postgres_address, statement=0.05) as library:
        with pytest.raises(StoreError, match="took longer"), library.read() as connection:
            connection.exec_driver_sql("SELECT pg_sleep(60)")
        assert ReportRepository(library).count() == 0


def test_a_transaction_that_does_nothing_loses_its_locks(postgres_address: str) -> None:
    with limited(postgres_address, idle_in_transaction=0.05) as library:
        with pytest.raises(StoreError), library.write() as connection:
            connection.exec_driver_sql("UPDATE change_counter SET last = 7")
            with limited(postgres_address) as other, other.write() as waiting:
                # Waits for the lock, which the server takes from the idle one.
                assert waiting.exec_driver_sql("UPDATE change_counter SET last = last").rowcount == 1
        file(library, "afterwards")


def test_a_pool_that_is_used_up_says_so(postgres_address: str) -> None:
    with limited(postgres_address, readers=1, checkout=0.05) as library, library.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
        with pytest.raises(StoreError, match="in use"):
            ReportRepository(library).count()


def test_of_two_that_cross_one_is_undone_as_a_whole(postgres_library: Library) -> None:
    together = threading.Barrier(2)
    said: list[str] = []

    def cross(first: str, second: str) -> None:
        try:
            with postgres_library.write() as connection:
                connection.exec_driver_sql(f"UPDATE {first}")
                together.wait()
                connection.exec_driver_sql(f"UPDATE {second}")
        except StoreError as error:
            said.append(error.message)

    file(postgres_library, "one")
    one, other = "change_counter SET last = last", "test_summary_reports SET standing = standing"
    threads = [threading.Thread(target=cross, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 1
    assert "crossed ours" in said[0]


# ---------------------------------------------------------------------------------------------
# What can be wrong with an address, and what is never said.


def everything_said(error: BaseException) -> str:
    """All that could be printed of an error, those that it came from included."""
    said = ""
    following: BaseException | None = error
    while following is not None:
        said += f"{following!r} {following} "
        following = following.__cause__ or following.__context__
    return said + " ".join(error.diagnostics() if isinstance(error, TsrError) else [])


def test_a_wrong_password_is_named_and_never_shown(crashing: OwnServer, address: str) -> None:
    with crashing.connect() as administrator:
        administrator.execute(f"CREATE ROLE {WITH_PASSWORD} LOGIN PASSWORD 'another'")
    wrong = address.replace("aitr@", f"{WITH_PASSWORD}:s3cret-P%C3%A455%2Fword@")
    with pytest.raises(StoreError, match="refused the name or the password") as caught:
        open_database(wrong)
    assert WITH_PASSWORD in caught.value.message
    assert SECRET not in everything_said(caught.value)
    assert "s3cret" not in everything_said(caught.value)
    with pytest.raises(StoreError, match="refused the name or the password"):
        open_database(address.replace("aitr@", f"{WITH_PASSWORD}@"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("aitr@", "nobody@"), "refused the name"),
        (("/aitr_test", "/absent"), "no database that the server has"),
        (("aitr-pg-", "nowhere-"), "could not be reached"),
    ],
)
def test_an_address_that_leads_nowhere_says_why(address: str, change: tuple[str, str], said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        open_database(address.replace(*change).replace("@", ":s3cret@", 1))
    assert "s3cret" not in everything_said(caught.value)
    assert caught.value.next_step


def test_a_user_with_no_connection_left_is_told(crashing: OwnServer, address: str) -> None:
    with crashing.connect() as administrator:
        administrator.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    with pytest.raises(StoreError, match="no further connections"):
        open_database(address.replace("aitr@", "crowded@"))


def test_a_library_in_another_encoding_is_refused(postgres_server: PostgresServer) -> None:
    with postgres_server.connect() as administrator:
        administrator.execute("DROP DATABASE IF EXISTS latin")
        administrator.execute(
            "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        )
        try:
            with pytest.raises(StoreError, match="keeps text as LATIN1") as caught:
                open_database(postgres_server.address_of("latin"), create=True)
            assert "UTF8" in caught.value.next_step
        finally:
            administrator.execute("DROP DATABASE latin WITH (FORCE)")


MALFORMED = [
    "postgresql://user:s3cret@host:port/db",
    "postgresql://user:s3cret@[::1/db",
    "postgresql://user:s3cret@host/db?nonsense=1",
    "postgresql://user:s3cret%ZZ@host/db",
    "postgresql://user:s3cret@host/db?sslmode",
    "postgres://user:s3cret\0@host/db",
    "postgresql://user:12/s3cret@host/db",
    "postgresql://user:s3cret/word@host/db",
    "postgresql://user:s3cret",
]


@pytest.mark.parametrize("where", MALFORMED)
def test_what_is_no_address_is_refused_without_being_repeated(where: str) -> None:
    with pytest.raises(TsrError) as caught:
        open_database(where)
    assert "s3cret" not in everything_said(caught.value)


@pytest.mark.parametrize("where", ["mysql://root@host/db", "https://host/db", "", "sqlite:///", "a\0b"])
def test_what_leads_to_no_library_is_the_asker_s_mistake(where: str) -> None:
    with pytest.raises(UsageError):
        open_database(where)


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("postgresql://u:s3cret@db.example:5433/aitr?sslmode=require", "postgresql://u@db.example:5433/aitr"),
        ("postgres://db.example/aitr?password=s3cret", "postgresql://db.example/aitr"),
        ("POSTGRESQL://db.example/aitr", None),
        ("postgresql:///aitr?host=/run/postgresql", "postgresql:///run/postgresql/aitr"),
    ],
)
def test_a_library_is_called_by_what_is_not_secret(where: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(UsageError):
            read_address(where)
        return
    assert read_address(where).name == name
    assert "s3cret" not in repr(read_address(where))


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("postgresql://u:p@h/d", True),
        ("postgresql://u:@h/d", True),
        ("postgresql://h/d?password=p", True),
        ("postgresql://h/d?sslpassword=p", True),
        ("postgresql://[::1", True),
        ("postgresql://u@h/d?sslmode=require", False),
        ("/var/lib/aitr.db", False),
        ("sqlite:///a:b@c.db", False),
    ],
)
def test_whether_an_address_holds_a_password(where: str, holds: bool) -> None:
    assert holds_password(where) is holds


# ---------------------------------------------------------------------------------------------
# What the driver raises.

RAISED = {
    "DiskFull": "disk of the database server is full",
    "ReadOnlySqlTransaction": "takes no changes",
    "LockNotAvailable": "in use by another program",
    "QueryCanceled": "took longer",
    "DeadlockDetected": "crossed ours",
    "SerializationFailure": "crossed ours",
    "InsufficientPrivilege": "may not be used like this",
    "InvalidCatalogName": "no database",
    "TooManyConnections": "no further connections",
    "AdminShutdown": "could not be reached",
    "CannotConnectNow": "could not be reached",
    "ConnectionFailure": "could not be reached",
    "IoError": "reported an error",
    "DataCorrupted": "is damaged",
    "UndefinedTable": "tables are not those",
    "ProgramLimitExceeded": "document of this size",
    "OutOfMemory": "lacks resources",
    "DivisionByZero": "could not be used as asked",
}


@pytest.mark.parametrize("name", RAISED)
def test_what_the_driver_raises_is_said_with_a_next_step(name: str) -> None:
    from psycopg import errors

    raised = getattr(errors, name)("in the server's own words")
    said = store_error(exc.DBAPIError("SELECT 1", None, raised), "postgresql://db/aitr")
    assert RAISED[name] in said.message
    assert said.message.startswith("The library postgresql://db/aitr ")
    assert "in the server's own words" in said.details[0]
    assert said.next_step
