"""What the readers of coverage XML share: how they know a file, and one pass over its elements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, BinaryIO, Protocol

from tsr_agent.ingest.heads import root_element
from tsr_agent.ingest.limits import Limits

if TYPE_CHECKING:
    from pathlib import PurePath

    from tsr_agent.ingest.heads import RootElement
    from tsr_agent.ingest.reader import Parts
    from tsr_agent.ingest.xml_elements import XmlElements


class CoveragePass(Protocol):
    """One pass over one file."""

    elements: XmlElements

    def parts(self) -> Parts:
        """What the file said, once all its elements were read."""


class CoverageXmlReader(ABC):
    """Reads one format of coverage XML.

    Args:
        limits: Bounds beyond which a file is refused.
    """

    name: str
    file_name: str
    """What its tools call the file, in lower case."""
    root: str
    """Name of the root element; other formats may have the same."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes XML with the root of the format and a mark of it.

        Takes any file of the usual name too, so that a damaged one is unreadable and not overlooked.
        """
        root = root_element(head)
        mark = self._mark(root, head) if root is not None and root.name == self.root else None
        if mark:
            return f"root element {self.root} with {mark}"
        return f"named {self.file_name}" if path.name.lower() == self.file_name else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the file in chunks.

        Raises:
            InputError: Malformed, an entity or internal DOCTYPE, nested too deeply, a number that is
                none, or neither lines nor branches in it.
        """
        coverage = self._begin(path, self._limits)
        coverage.elements.run(stream)
        return coverage.parts()

    @abstractmethod
    def _mark(self, root: RootElement, head: bytes) -> str | None:
        """What tells the format from others with its root; None where nothing does."""

    @abstractmethod
    def _begin(self, path: str, limits: Limits) -> CoveragePass:
        """A pass over a file that is called so in messages."""
