"""The elements of a test case that is more than one result, as a tree with bounded texts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from tsr_agent.ingest.bounded_text import MAX_TEXT, cut_middle
from tsr_agent.ingest.junit_case import MEANINGFUL_TAGS

if TYPE_CHECKING:
    from tsr_agent.ingest.junit_budget import Budget
    from tsr_agent.ingest.junit_parser import GuardedParser
    from tsr_agent.ingest.limits import Limits
    from tsr_agent.ingest.text_pieces import TextPieces


class CaseTree:
    """An open case, without what it printed.

    Args:
        parser: Says where the reader is.
        limits: Bounds beyond which the file is refused.
        budget: Counts the elements.
        pieces: The text of the innermost open element as it comes.
        depth: How many elements are open around the case.
    """

    def __init__(
        self, parser: GuardedParser, limits: Limits, budget: Budget, pieces: TextPieces, depth: int
    ) -> None:
        self.case = Element("testcase")
        """Its attributes are not set."""
        self.tags: dict[str, int] = {}
        """How often each result tag stands in it."""
        self._parser = parser
        self._limits = limits
        self._budget = budget
        self._pieces = pieces
        self._depth = depth
        self._open = [self.case]
        self._elements = 0
        self._text_left = limits.case_text

    @property
    def at_case(self) -> bool:
        """Whether no element in the case is open."""
        return len(self._open) == 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begins an element in the innermost open one.

        Raises:
            InputError: Too many elements or levels of them.
        """
        self._budget.count_elements(2 if tag in MEANINGFUL_TAGS else 1)
        self._elements += 1
        if self._elements > self._limits.case_elements:
            raise self._parser.beyond("case_elements")
        if self._depth + len(self._open) >= self._limits.xml_depth:
            raise self._parser.beyond("xml_depth")
        if tag in MEANINGFUL_TAGS:
            self.tags[tag] = self.tags.get(tag, 0) + 1
        length = sum(map(len, attributes.values()))
        self._text_left -= length
        if length > MAX_TEXT or self._text_left < 0:
            attributes = {name: self._bounded(value) for name, value in attributes.items()}
        self._open.append(SubElement(self._open[-1], tag, attributes))

    def end(self) -> None:
        """Ends the innermost open element."""
        self.take_text()
        self._open.pop()

    def take_text(self) -> None:
        """Gives the text so far to the innermost open element; between the children it is only layout."""
        if not self._pieces:
            return
        if not self.at_case:
            owner, text = self._open[-1], self._pieces.text
            owner.text = self._bounded((owner.text or "") + text, self._pieces.left_out)
            self._text_left -= len(text)
        self._pieces.clear()

    def _bounded(self, text: str, left_out: int = 0) -> str:
        """As much of a text as the case has room for."""
        return cut_middle(text, MAX_TEXT if self._text_left >= len(text) else 128, left_out)
