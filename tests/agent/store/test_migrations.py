from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, report
from tsr_agent.errors import StoreError
from tsr_agent.models import codec
from tsr_agent.store.engine import open_library
from tsr_agent.store.migrate import SHIPPED, Migrations
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import LIBRARY_VERSION, TRIGGERS, metadata

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Schema = dict[tuple[str, str], str]

ADDS_A_COLUMN = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "0004", "0003", None, None
def upgrade():
    op.add_column("test_summary_reports", sa.Column("later", sa.Text(), server_default=""))
"""
FAILS_HALF_WAY = ADDS_A_COLUMN + "    op.execute('INSERT INTO decisions (id) VALUES (NULL)')\n"


def schema(path: Path) -> Schema:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {
            (kind, name): " ".join(sql.replace('"', "").split())
            for kind, name, sql in found
            if name not in ("alembic_version", "sqlite_sequence")
        }


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (number,) = connection.execute("PRAGMA user_version").fetchone()
        return int(number)


def words(made: Schema) -> dict[tuple[str, str], list[str]]:
    """The words of each statement, sorted: a migration may give a table's checks in another order."""
    return {key: sorted(re.sub("[(),]", " ", sql).split()) for key, sql in made.items()}


def test_the_migrations_make_the_tables_that_the_code_means(tmp_path: Path, library_path: Path) -> None:
    meant = tmp_path / "meant.db"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(meant))
    with engine.begin() as connection:
        metadata.create_all(connection)
        for statement in TRIGGERS.values():
            connection.exec_driver_sql(statement)
    engine.dispose()
    assert words(schema(library_path)) == words(schema(meant))


def test_alembic_sees_no_difference_either(library_path: Path) -> None:
    with open_library(library_path) as library, library.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_number_is_the_last_migration_s() -> None:
    script = ScriptDirectory(str(SHIPPED.location))
    assert script.get_heads() == [f"{LIBRARY_VERSION:04d}"]
    numbers = [int(each.revision) for each in script.walk_revisions()]
    assert numbers == list(range(LIBRARY_VERSION, 0, -1))


def test_an_older_library_is_upgraded_and_a_copy_of_it_kept(
    library_path: Path, later: Callable[[str], Migrations]
) -> None:
    document = codec.encode(report())
    with open_library(library_path) as library:
        ReportRepository(library).add(document, decision_about(document), received_at=NOON)
    before = schema(library_path)
    with open_library(library_path, migrations=later(ADDS_A_COLUMN)) as library:
        assert ReportRepository(library).document(report().id) == document
    assert version(library_path) == 4
    copy = library_path.with_name("library.db.v3.backup")
    assert (version(copy), schema(copy)) == (3, before)
    with open_library(copy, read_only=True) as library:
        assert ReportRepository(library).document(report().id) == document
    # Opening it again upgrades nothing and copies nothing.
    open_library(library_path, migrations=Migrations(SHIPPED.location, 4)).close()
    assert len(list(library_path.parent.glob("*.backup"))) == 1


def test_a_migration_that_fails_changes_nothing(
    library_path: Path, later: Callable[[str], Migrations]
) -> None:
    before = library_path.read_bytes()
    with pytest.raises(StoreError) as caught:
        open_library(library_path, migrations=later(FAILS_HALF_WAY))
    assert "NOT NULL" in caught.value.details[0]
    assert library_path.read_bytes() == before
    open_library(library_path).close()


def test_a_migration_that_ends_short_changes_nothing(
    library_path: Path, later: Callable[[str], Migrations]
) -> None:
    promised = Migrations(later(ADDS_A_COLUMN).location, 5)
    with pytest.raises(StoreError, match="end at version 4"):
        open_library(library_path, migrations=promised)
    assert version(library_path) == 3


def test_an_earlier_copy_is_never_overwritten(library_path: Path, later: Callable[[str], Migrations]) -> None:
    kept = library_path.with_name("library.db.v3.backup")
    kept.write_bytes(b"somebody's")
    open_library(library_path, migrations=later(ADDS_A_COLUMN)).close()
    assert kept.read_bytes() == b"somebody's"
    assert version(library_path.with_name("library.db.v3.2.backup")) == 3


def test_an_older_library_is_not_touched_when_read_only(
    library_path: Path, later: Callable[[str], Migrations]
) -> None:
    before = library_path.read_bytes()
    with pytest.raises(StoreError, match="version 3") as caught:
        open_library(library_path, read_only=True, migrations=later(ADDS_A_COLUMN))
    assert "for writing" in caught.value.next_step
    assert library_path.read_bytes() == before
    assert not list(library_path.parent.glob("*.backup"))


def test_opening_a_current_library_does_not_load_alembic(library_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tsr_agent.store.engine import open_library;"
        "open_library(Path(sys.argv[1])).close(); print([m for m in sys.modules if m.startswith('alembic')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(library_path)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
