"""Text as a parser gives it, in pieces, of which no more is held than a report keeps."""

from __future__ import annotations

from tsr_agent.ingest.bounded_text import MAX_TEXT


class TextPieces(list[str]):
    """The pieces of one text. A parser appends; long texts lose their middle now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.left_out = 0
        """Characters that were dropped."""

    @property
    def text(self) -> str:
        """All that is held, joined."""
        return "".join(self)

    def drop_middle(self) -> None:
        """Leaves the beginning and the end of the text only."""
        text = self.text
        # The beginning is settled with the first cut; the end keeps sliding.
        self[:] = [text[: MAX_TEXT // 2], text[max(MAX_TEXT // 2, len(text) - MAX_TEXT // 2) :]]
        self.left_out += len(text) - sum(map(len, self))

    def clear(self) -> None:
        """Begins the next text."""
        list.clear(self)  # a third of what super() takes
        self.left_out = 0
