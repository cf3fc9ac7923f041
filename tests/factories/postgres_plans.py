"""How PostgreSQL carries out what a piece of the store asks: every statement caught, explained and walked."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tsr_agent.store.engine import Library


@dataclass(frozen=True)
class Step:
    """One node of a plan."""

    kind: str
    index: str
    condition: str
    """What of the question the index answers."""


@contextmanager
def caught() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that SQLAlchemy runs meanwhile, with its values."""
    statements: list[tuple[str, Any]] = []

    def catch(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements.append((statement, values))

    event.listen(Engine, "before_cursor_execute", catch)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", catch)


def plans(library: Library, ask: Callable[[Library], object]) -> list[list[Step]]:
    """The plan of each SELECT that a piece of the store asks, with the values that it gave."""
    with caught() as statements:
        ask(library)
    asked = [(text, values) for text, values in statements if text.lstrip().startswith("SELECT")]
    assert asked, "nothing was asked"
    found = []
    with library.read() as connection:
        for text, values in asked:
            explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", values).scalar_one()
            found.append(list(_steps(explained[0]["Plan"])))
    return found


def _steps(node: dict[str, Any]) -> Iterator[Step]:
    yield Step(node["Node Type"], node.get("Index Name", ""), node.get("Index Cond", ""))
    for below in node.get("Plans", ()):
        yield from _steps(below)
