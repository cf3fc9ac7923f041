"""Values that a database, a calendar or a number's type can't take, and where a tree can hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value of a tree that holds no others, with the way to it."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else None
    if inner is None:
        yield path, tree
        return
    for key, value in inner:
        yield from places(value, (*path, key))


def changed(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The tree with another value at a place."""
    if not path:
        return value
    copied = dict(tree) if isinstance(tree, dict) else list(tree)
    copied[path[0]] = changed(copied[path[0]], path[1:], value)
    return copied


MOMENTS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59.999999-14:00",
    "9999-12-31T23:59:59.999999Z",
    "2026-03-04T12:00:60Z",
    "2026-03-04T24:00:00Z",
    "2026-02-30T12:00:00Z",
    "2026-03-04T12:00:00-23:59",
    "+002026-03-04T12:00:00Z",
]
NUMBERS = [2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, -1, 10**300, 10**400, 1.5, 1e308]


def instead_of(value: Any) -> list[Any]:
    """What is put in the place of a value."""
    if isinstance(value, bool):
        return [2**64]
    if isinstance(value, int | float):
        return NUMBERS
    if value == "2026-03-04T12:00:00Z":
        return MOMENTS
    return ["\0", f"{value}\0", f"\ud800{value}", f"{value}\U0010ffff\u202e"]
