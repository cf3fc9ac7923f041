"""What a database holds, as lines and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsr_agent.store.contents import Contents

_WORDS = {"webhook_deliveries": "messages", "sync_sources": "servers followed"}


def contents_lines(held: Contents, size: int | None) -> list[str]:
    """What a database holds, one figure a line.

    Args:
        held: What it holds.
        size: Its size in bytes; None where that is nobody's question.
    """
    figures = {_WORDS.get(word, word): f"{count:,}" for word, count in held.counts.items()}
    newest = "none" if held.newest_at is None else f"{held.head:,}, {held.newest_at:%Y-%m-%d %H:%M:%S} UTC"
    figures |= {"newest change": newest, "history": held.epoch or "has lost its name"}
    if size is not None:
        figures["size"] = f"{size:,} bytes"
    width = max(map(len, figures))
    return [f"  {word:<{width}}  {figure}" for word, figure in figures.items()]


def contents_data(held: Contents, size: int | None) -> dict[str, object]:
    """The same for programs."""
    return {
        "epoch": held.epoch,
        "head": held.head,
        "newest_at": held.newest_at,
        "counts": held.counts,
        "size": size,
    }
