"""``tsr-agent db``, as a process, on both databases."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.factories.whole_library import fill, put_report
from tsr_agent.store.database import open_database
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.tables import LIBRARY_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent
    from tests.libraries import Databases


@pytest.fixture
def filled(database: str) -> str:
    """The address of a library with something in every table."""
    with open_database(database) as library:
        fill(library)
    return database


def test_a_sound_database_is_sound(agent: Agent, filled: str) -> None:
    done = agent("db", "check", AITR_DATABASE=filled)
    assert (done.returncode, done.stderr) == (0, "")
    assert "sound, 7 reports looked at" in done.stdout
    for line in ("reports           7", "decisions         14", "newest change     24, 20"):
        assert line in done.stdout
    told = json.loads(agent("db", "check", "--json", "--database", filled).stdout)
    with open_database(filled, read_only=True) as library:
        assert told["contents"]["epoch"] == ChangeFeed(library).epoch()
    assert (told["sound"], told["complete"], told["reports_looked_at"], told["damages"]) == (
        True,
        True,
        7,
        [],
    )
    assert (told["contents"]["head"], told["contents"]["counts"]["tokens"]) == (24, 2)
    assert told["contents"]["size"] > 10_000


def test_each_damaged_report_is_named(agent: Agent, filled: str) -> None:
    with open_database(filled) as library, library.write() as connection:
        for name in ("r-0002", "r-0005"):
            connection.exec_driver_sql(
                f"UPDATE test_summary_reports SET decision_reason = 'Well' WHERE id = '{name}'"
            )
    done = agent("db", "check", AITR_DATABASE=filled)
    assert done.returncode == 5
    assert "DAMAGED, 2 faults, 7 reports looked at" in done.stdout
    assert "r-0002: the column decision_reason" in done.stdout
    told = json.loads(agent("db", "check", "--json", AITR_DATABASE=filled).stdout)
    assert [each["report_id"] for each in told["damages"]] == ["r-0002", "r-0005"]


def damaged_files(path: Path) -> dict[str, bytes]:
    """The content of a library file, damaged in several ways."""
    content = path.read_bytes()
    half = len(content) // 2
    pages = bytearray(content)
    for page in range(2, len(content) // 4096):
        pages[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    schema = content.replace(b"CREATE TABLE decisions", b"CREATE TABLE decisionz", 1)
    return {
        "cut in half": content[:half],
        "each page begins otherwise": bytes(pages),
        "the schema": schema,
        "the first page": content[:100] + b"\0" * 3996 + content[4096:],
    }


@pytest.mark.parametrize("how", ["cut in half", "each page begins otherwise", "the schema", "the first page"])
def test_a_damaged_file_is_named_and_left_as_it_is(agent: Agent, library_path: Path, how: str) -> None:
    with open_database(str(library_path)) as library:
        fill(library)
    content = damaged_files(library_path)[how]
    library_path.write_bytes(content)
    done = agent("db", "check", "--database", library_path)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "DAMAGED" in done.stdout
    assert "Traceback" not in done.stderr
    assert library_path.read_bytes() == content
    told = json.loads(agent("db", "check", "--json", "--database", library_path).stdout)
    assert (told["sound"], bool(told["damages"])) == (False, True)


def test_a_file_that_may_not_be_written_can_be_checked(agent: Agent, library_path: Path) -> None:
    with open_database(str(library_path)) as library:
        fill(library)
    before = library_path.read_bytes()
    library_path.chmod(0o400)
    assert agent("db", "check", "--database", library_path).returncode == 0
    assert library_path.read_bytes() == before


def test_what_is_no_database_is_a_usage_error(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello")
    for where in ("absent.db", "text.db", "mysql://host/x"):
        done = agent("db", "check", "--database", where)
        assert done.returncode == 2
        assert "Next:" in done.stderr
    assert agent("db", "check").returncode == 2
    refused = agent("db", "check", "--database", "postgresql://u:hunter2@localhost/x")
    assert refused.returncode == 2
    assert "hunter2" not in refused.stderr


def test_a_backup_is_written_checked_and_restored_into_the_other_database(
    agent: Agent, databases: Databases, filled: str, dialect: str, tmp_path: Path
) -> None:
    other = databases.new("postgresql" if dialect == "sqlite" else "sqlite")
    made = agent("db", "backup", "--database", filled, "--output", "b.db")
    assert made.returncode == 0, made.stderr
    assert "b.db: written and checked" in made.stdout
    again = agent("db", "backup", "--database", filled, "--output", "b.db")
    assert (again.returncode, "not written over" in again.stderr) == (2, True)
    restored = agent("db", "restore", "b.db", "--database", other)
    assert restored.returncode == 0, restored.stderr
    assert "The history has a new name" in restored.stdout
    assert "1 token can be used" in restored.stdout
    told = json.loads(agent("db", "check", "--json", "--database", other).stdout)
    assert told["sound"]
    refused = agent("db", "restore", "b.db", "--database", other)
    assert (refused.returncode, "is in use" in refused.stderr) == (2, True)
    databases.drop(other)


def test_a_backup_is_restored_as_a_new_file(agent: Agent, filled: str, tmp_path: Path) -> None:
    agent("db", "backup", "--database", filled, "--output", "b.db")
    done = agent(
        "db", "restore", "b.db", "--database", "new.db", "--same-history", "--revoke-tokens", "--json"
    )
    told = json.loads(done.stdout)
    assert (told["epoch_before"], told["same_history"], told["usable_tokens"]) == (told["epoch"], True, 0)
    with open_database(filled) as before, open_database(str(tmp_path / "new.db")) as after:
        assert ChangeFeed(after).page(0, limit=100) == ChangeFeed(before).page(0, limit=100)
        put_report(after, "afterwards")
    assert agent("db", "check", "--database", "new.db").returncode == 0
    assert (tmp_path / "new.db").stat().st_mode & 0o077 == 0


def test_a_damaged_backup_is_no_backup(agent: Agent, filled: str, tmp_path: Path) -> None:
    agent("db", "backup", "--database", filled, "--output", "b.db")
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
        connection.execute("UPDATE test_summary_reports SET codebase_branch = 'x' WHERE id = 'r-0001'")
        connection.commit()
    done = agent("db", "restore", "b.db", "--database", "new.db")
    assert done.returncode == 5
    assert "r-0001: the column codebase_branch" in done.stderr
    assert sorted(each.name for each in tmp_path.iterdir() if each.suffix == ".db") == ["b.db"]


def test_a_database_is_made_once(agent: Agent, tmp_path: Path) -> None:
    first = agent("db", "migrate", "--database", "new.db")
    assert first.stdout == f"new.db: made, version {LIBRARY_VERSION}\n"
    again = agent("db", "migrate", "--database", "sqlite:///new.db", "--json")
    assert json.loads(again.stdout) == {"from": LIBRARY_VERSION, "to": LIBRARY_VERSION, "backup": None}


def test_a_database_of_postgresql_is_made_once(agent: Agent, databases: Databases) -> None:
    name = databases.server.make()
    where = databases.server.address_of(name)
    refused = agent("db", "check", "--database", where)
    assert (refused.returncode, "db migrate" in refused.stderr) == (2, True)
    told = [json.loads(agent("db", "migrate", "--database", where, "--json").stdout) for _ in range(2)]
    assert [each["from"] for each in told] == [None, LIBRARY_VERSION]
    databases.server.drop(name)


def test_an_older_file_is_copied_and_upgraded(agent: Agent, data_dir: Path, tmp_path: Path) -> None:
    kept = (data_dir / "store" / "library-v1.db.gz").read_bytes()
    (tmp_path / "old.db").write_bytes(gzip.decompress(kept))
    done = agent("db", "migrate", "--database", "old.db")
    assert done.returncode == 0, done.stderr
    assert f"upgraded from version 1 to {LIBRARY_VERSION}" in done.stdout
    assert "old.db.v1.backup" in done.stdout
    assert agent("db", "check", "--database", "old.db").returncode == 0
    # The copy, which is of the older version, can be restored too.
    assert agent("db", "restore", "old.db.v1.backup", "--database", "new.db").returncode == 0
    assert agent("db", "check", "--database", "new.db").returncode == 0
