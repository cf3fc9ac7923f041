"""How the address of one repository is spelt on record: https, ssh, scp, with or without ``.git``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, literal_column, select

from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from sqlalchemy import Select

    from tsr_agent.store.engine import Library

MAX_REPOSITORIES = 10_000
"""Most addresses that are looked through; what lies behind them is of no repository that anybody asks for."""


def spellings(library: Library, repository: str) -> tuple[str, ...]:
    """Every ``codebase_repo`` on record that is the same repository, sorted.

    Args:
        library: Open; it is only read.
        repository: Its address in any spelling.

    Returns:
        Empty where no report is of it, and for what is no address.

    Raises:
        StoreError: The library can't be read.
    """
    key = repository_key(repository)
    if not key:
        return ()
    with library.read() as connection:
        found = connection.execute(_ALL).scalars().all()
    return tuple(sorted(each for each in found if each is not None and repository_key(each) == key))


def _all_repositories() -> Select[Any]:
    """Distinct addresses by jumping from one to the next through the index, not by reading all rows."""
    column = reports.c.codebase_repo
    walk = select(func.min(column).label("repo")).cte("walk", recursive=True)
    following = select(func.min(column)).where(column > walk.c.repo).scalar_subquery()
    whole = walk.union_all(select(following).where(walk.c.repo.is_not(None)))
    return select(whole.c.repo).limit(literal_column(str(MAX_REPOSITORIES)))


_ALL = _all_repositories()
