"""PyYAML's parser for what is only parsed, in two thirds of the time.

Loaded where there is YAML to read: this module is the only one that needs PyYAML to be imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import Event


class _Events(Reader, Scanner, Parser):
    """Reader, scanner and parser without the parts that build objects."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def need_more_tokens(self) -> bool:
        """As in PyYAML, where most calls look through a table of keys that is empty."""
        if self.done:
            return False
        if not self.tokens:
            return True
        if not self.possible_simple_keys:
            return False
        self.stale_possible_simple_keys()
        this: Any = self  # PyYAML's own methods have no types
        return bool(this.next_possible_simple_key() == self.tokens_taken)


def events_of(text: str) -> Iterator[Event]:
    """The parser's events.

    Raises:
        yaml.YAMLError: Not YAML.
    """
    parser: Any = _Events(text)
    while parser.check_event():
        yield parser.get_event()
