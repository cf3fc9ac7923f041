from __future__ import annotations

import multiprocessing
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, report
from tsr_agent.errors import StoreError
from tsr_agent.models import codec
from tsr_agent.store.database import open_database
from tsr_agent.store.migrate import SHIPPED, Migrations
from tsr_agent.store.postgres_address import read_address
from tsr_agent.store.postgres_grants import grant_to_server
from tsr_agent.store.postgres_opening import open_postgres_library, upgrade
from tsr_agent.store.postgres_schema import FUNCTIONS, TRIGGERS, function_statements
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.libraries import Databases
    from tests.postgres import PostgresServer
    from tsr_agent.store.engine import Library

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
  coalesce(o.collname, ''), coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
LEFT JOIN pg_collation o ON o.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relname <> 'alembic_version'
"""
CONSTRAINTS = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
JOIN pg_namespace n ON n.oid = c.connamespace AND n.nspname = current_schema()
WHERE c.conrelid::regclass::text <> 'alembic_version'
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
AND tablename <> 'alembic_version'
"""
CODE = """
SELECT tgname, pg_get_triggerdef(t.oid), prosrc, proconfig
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT tgisinternal
"""


@pytest.fixture
def empty_address(postgres_server: PostgresServer) -> Iterator[str]:
    """A database with nothing in it."""
    name = postgres_server.make()
    yield postgres_server.address_of(name)
    postgres_server.drop(name)


def catalog(library: Library) -> dict[str, set[tuple[object, ...]]]:
    with library.read() as connection:
        return {
            query: {tuple(map(str, row)) for row in connection.exec_driver_sql(query)}
            for query in (COLUMNS, CONSTRAINTS, INDEXES, CODE)
        }


def test_the_migrations_make_the_tables_that_the_code_means(
    postgres_library: Library, databases: Databases, empty_address: str
) -> None:
    made = catalog(postgres_library)
    with databases.library("postgresql") as library:
        with library.write() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
            metadata.create_all(connection)
            for statement in (*function_statements(), *(each.statement for each in TRIGGERS)):
                connection.exec_driver_sql(statement.replace("%", "%%"), ())
        meant = catalog(library)
    for query, rows in made.items():
        assert sorted(rows ^ meant[query]) == [], query
    assert len(made[COLUMNS]) == sum(len(table.columns) for table in metadata.tables.values())
    assert len(made[CODE]) == len(TRIGGERS)


def test_alembic_sees_no_difference_either(postgres_library: Library) -> None:
    with postgres_library.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_each_text_that_stands_in_an_index_is_in_the_order_of_its_bytes(postgres_library: Library) -> None:
    with postgres_library.read() as connection:
        others = connection.exec_driver_sql(
            "SELECT c.relname, o.collname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema() "
            "CROSS JOIN unnest(i.indcollation::oid[]) AS used(oid) JOIN pg_collation o ON o.oid = used.oid "
            "WHERE o.collname <> 'C' AND c.relname NOT LIKE 'alembic%%'",
            (),
        ).all()
    assert others == []


# ---------------------------------------------------------------------------------------------
# Whose schema it is.


def test_nothing_is_made_where_nobody_asked_for_it(empty_address: str) -> None:
    for asked in ({}, {"read_only": True}, {"read_only": True, "create": True}):
        with pytest.raises(StoreError, match="There is no library in postgresql://"):
            open_database(empty_address, **asked)
    with open_database(empty_address, create=True) as library:
        assert ReportRepository(library).count() == 0


def test_another_program_s_migrations_are_refused(
    empty_address: str, postgres_server: PostgresServer
) -> None:
    name = empty_address.partition("?")[0].rsplit("/", 1)[1]
    with postgres_server.connect(name) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32))")
        for versions in ([], ["ae1027a6acf"], ["0001", "0002"], ["²"]):
            connection.execute("DELETE FROM alembic_version")
            for version in versions:
                connection.execute("INSERT INTO alembic_version VALUES (%s)", (version,))
            with pytest.raises(StoreError, match="another program"):
                open_database(empty_address, create=True)


def test_tables_that_only_share_our_names_are_left_alone(
    empty_address: str, postgres_server: PostgresServer
) -> None:
    name = empty_address.partition("?")[0].rsplit("/", 1)[1]
    with postgres_server.connect(name) as connection:
        connection.execute("CREATE TABLE policies (mine text)")
        connection.execute("INSERT INTO policies VALUES ('kept')")
        with pytest.raises(StoreError, match="already holds"):
            open_database(empty_address, create=True)
        assert connection.execute("SELECT mine FROM policies").fetchall() == [("kept",)]
        assert connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,)


PLANTED = {
    "a trigger": (
        (
            "CREATE FUNCTION lie() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.standing = 'go'; "
            "RETURN NEW; END$$; CREATE TRIGGER lie BEFORE INSERT ON test_summary_reports FOR EACH ROW "
            "EXECUTE FUNCTION lie()"
        ),
        "unknown trigger lie",
    ),
    "a guard that is gone": ("DROP TRIGGER decisions_no_update ON decisions", "missing trigger"),
    "a guard that is off": ("ALTER TABLE decisions DISABLE TRIGGER decisions_no_update", "altered trigger"),
    "all guards off": ("ALTER TABLE approvals DISABLE TRIGGER ALL", "altered trigger"),
    "a guard that lets through": (
        (
            "CREATE OR REPLACE FUNCTION aitr_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RETURN NEW; END$$"
        ),
        "altered trigger",
    ),
    "a guard of some columns": (
        (
            "DROP TRIGGER decisions_no_update ON decisions; CREATE TRIGGER decisions_no_update BEFORE UPDATE "
            "OF size ON decisions FOR EACH ROW EXECUTE FUNCTION aitr_append_only()"
        ),
        "altered trigger",
    ),
    "a guard on a condition": (
        (
            "DROP TRIGGER decisions_no_update ON decisions; CREATE TRIGGER decisions_no_update BEFORE UPDATE "
            "ON decisions FOR EACH ROW WHEN (OLD.size > 9) EXECUTE FUNCTION aitr_append_only()"
        ),
        "altered trigger",
    ),
    "a rule": (
        "CREATE RULE hide AS ON INSERT TO approvals WHERE NEW.action = 'reject' DO INSTEAD NOTHING",
        "unknown rule on table approvals",
    ),
    "row security": ("ALTER TABLE approvals ENABLE ROW LEVEL SECURITY", "row security on table approvals"),
    "an heir": ("CREATE TABLE heir () INHERITS (approvals)", "unknown inheritance"),
    "a missing table": ("DROP TABLE tokens", "missing table tokens"),
    "a view for a table": ("DROP TABLE tokens; CREATE VIEW tokens AS SELECT 1", "tokens is no plain table"),
}


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("what", PLANTED)
def test_a_schema_that_was_altered_is_refused(
    postgres_library: Library, postgres_address: str, what: str, read_only: bool
) -> None:
    statement, said = PLANTED[what]
    with postgres_library.write() as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(StoreError, match="damaged or was altered") as caught:
        open_database(postgres_address, read_only=read_only)
    assert any(said in line for line in caught.value.details), caught.value.details


def test_what_else_stands_in_the_schema_is_no_business_of_ours(
    postgres_library: Library, postgres_address: str
) -> None:
    with postgres_library.write() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (id int)")
        connection.exec_driver_sql("CREATE VIEW shown AS SELECT id FROM test_summary_reports")
    open_database(postgres_address).close()


def test_nobody_s_temporary_table_hides_ours(postgres_library: Library) -> None:
    with postgres_library.write() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE test_summary_reports (id text)")
        connection.exec_driver_sql("INSERT INTO pg_temp.test_summary_reports VALUES ('planted')")
        assert connection.exec_driver_sql("SELECT id FROM test_summary_reports").all() == []


# ---------------------------------------------------------------------------------------------
# What keeps documents append-only.


@pytest.mark.parametrize("table", ["report_documents", "decisions", "approvals", "policies"])
def test_documents_can_not_be_emptied_out(postgres_library: Library, table: str) -> None:
    with (
        pytest.raises(StoreError) as caught,
        postgres_library.write() as connection,
    ):
        connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")
    assert f"{table} is append-only" in caught.value.details[0]


def test_every_function_refuses_something() -> None:
    assert {each.function for each in TRIGGERS} == set(FUNCTIONS)


def test_an_application_s_role_needs_no_right_to_change_documents(
    postgres_library: Library, postgres_address: str, postgres_server: PostgresServer
) -> None:
    """The rights of ``db migrate --grant`` are enough to file, list and read, and for nothing more."""
    role = f"{postgres_address.partition('?')[0].rsplit('/', 1)[1]}_app"
    with postgres_library.write() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        grant_to_server(connection, role)
    try:
        document = codec.encode(report())
        with open_database(postgres_address.replace("aitr@", f"{role}@")) as library:
            repository = ReportRepository(library)
            repository.add(document, decision_about(document), received_at=NOON)
            assert repository.document(report().id) == document
            for statement in ("UPDATE decisions SET size = 0", "DELETE FROM test_summary_reports"):
                with (
                    pytest.raises(StoreError, match="may not be used like this"),
                    library.write() as connection,
                ):
                    connection.exec_driver_sql(statement)
    finally:
        with postgres_library.write() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


# ---------------------------------------------------------------------------------------------
# Versions.


def set_version(library: Library, version: str) -> None:
    with library.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = %s", (version,))


def test_a_newer_library_is_refused(postgres_library: Library, postgres_address: str) -> None:
    set_version(postgres_library, "0099")
    for read_only in (True, False):
        with pytest.raises(StoreError, match="version 99; this build knows up to"):
            open_database(postgres_address, read_only=read_only)


def test_an_older_library_is_upgraded_unless_it_is_only_read(
    postgres_address: str, later: Callable[[str], Migrations]
) -> None:
    document = codec.encode(report())
    with open_database(postgres_address) as library:
        ReportRepository(library).add(document, decision_about(document), received_at=NOON)
    newer = later(ADDS_A_COLUMN)
    address = read_address(postgres_address)
    with pytest.raises(StoreError, match="is of version 3; this build reads version 4"):
        open_postgres_library(address, read_only=True, migrations=newer)
    with open_postgres_library(address, migrations=newer) as library:
        assert ReportRepository(library).document(report().id) == document
    assert not upgrade(address, newer)
    with pytest.raises(StoreError, match="knows up to 3"):
        open_database(postgres_address)


@pytest.mark.parametrize("short", [True, False])
def test_a_migration_that_fails_changes_nothing(
    postgres_library: Library, postgres_address: str, later: Callable[[str], Migrations], short: bool
) -> None:
    text = (
        ADDS_A_COLUMN
        if short
        else ADDS_A_COLUMN + "    op.execute('INSERT INTO decisions (id) VALUES (0)')\n"
    )
    made = later(text)
    before = catalog(postgres_library)
    with pytest.raises(StoreError):
        open_postgres_library(
            read_address(postgres_address), migrations=Migrations(made.location, made.newest + short)
        )
    assert catalog(postgres_library) == before
    open_database(postgres_address).close()


ADDS_A_COLUMN = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "0004", "0003", None, None
def upgrade():
    op.add_column("test_summary_reports", sa.Column("later", sa.Text(), server_default=""))
"""


def _make_at_once(address: str, together: Any, outcomes: Any) -> None:
    together.wait()
    try:
        open_database(address, create=True).close()
    except Exception as error:  # noqa: BLE001  (whatever it is, the test has to see it)
        outcomes.put(repr(error))
    else:
        outcomes.put("")


def test_processes_that_start_at_once_migrate_once(empty_address: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    together, outcomes = spawn.Barrier(3), spawn.Queue()
    started = [
        spawn.Process(target=_make_at_once, args=(empty_address, together, outcomes)) for _ in range(3)
    ]
    for each in started:
        each.start()
    said = [outcomes.get(timeout=120) for _ in started]
    for each in started:
        each.join()
    outcomes.close()
    outcomes.join_thread()
    assert said == ["", "", ""]
    with open_database(empty_address) as library, library.read() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [("0003",)]


def test_opening_a_current_library_does_not_load_alembic(postgres_address: str) -> None:
    code = (
        "import sys; from tsr_agent.store.database import open_database;"
        "open_database(sys.argv[1]).close(); print([m for m in sys.modules if m.startswith('alembic')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, postgres_address], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
    assert SHIPPED.newest == 3
