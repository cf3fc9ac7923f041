"""Libraries of very many reports, made in seconds: header rows alone, multiplied inside SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from tests.factories.library_rows import header_row, put_rows
from tsr_agent.store.engine import open_library
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from pathlib import Path

MODELS = 1_000
"""Reports that the others are copies of, at other times and with other SHAs."""
# The numbers of a copy scatter over all SHAs; 2654435761 is odd, so that no two copies share one.
_SHA = "printf('%08x', (number * 2654435761) % 4294967296) || substr(codebase_sha, 9)"
_CHANGED = {
    "id": f"substr({_SHA}, 1, 8) || '-' || printf('%08d', number)",
    "created_at": f"created_at + copy * {MODELS} * 60000000",
    "received_at": f"received_at + copy * {MODELS} * 60000000",
    "codebase_sha": _SHA,
    "digest": f"{_SHA} || substr(codebase_sha, 1, 24)",
}


def make_large_library(path: Path, number: int, branches: int = 0, **changes: Any) -> None:
    """A library whose reports are a minute apart and have no documents.

    Args:
        path: Where; must not be there yet.
        number: How many; rounded down to thousands.
        branches: Branches beside the usual ones, each with some reports.
        **changes: Columns that are the same in all of them.
    """
    with open_library(path, create=True) as library:
        put_rows(library, [header_row(each, **changes) for each in range(MODELS)])
    names = reports.columns.keys()
    branch = f"CASE WHEN number % 5 = 0 THEN 'feature/' || (number / 5 % {branches}) ELSE codebase_branch END"
    changed = _CHANGED | ({"codebase_branch": branch} if branches else {})
    with closing(sqlite3.connect(path)) as connection:
        for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -800000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(
            "WITH RECURSIVE copies(copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < ?) "
            f"INSERT INTO test_summary_reports ({', '.join(names)}) "
            f"SELECT {', '.join(changed.get(name, name) for name in names)} FROM (SELECT copies.copy, "
            f"copies.copy * {MODELS} + (r.created_at - (SELECT min(created_at) FROM test_summary_reports)) "
            "/ 60000000 AS number, r.* FROM copies, test_summary_reports r)",
            (number // MODELS - 1,),
        )
        connection.commit()
        connection.execute("PRAGMA journal_mode = DELETE")
