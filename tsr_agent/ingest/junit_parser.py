"""Expat behind guards: no DOCTYPE, no odd encoding, no endless token; and where in the file it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import Limits, beyond

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_ENCODINGS = ("utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-", "windows-125", "cp125")


class GuardedParser:
    """Parses one document in chunks.

    Args:
        path: What to call the file in messages.
        limits: Bounds beyond which it is refused.
    """

    def __init__(self, path: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 65_536
        parser.ordered_attributes = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.expat = parser
        """For handlers to be set; text comes in pieces of at most its ``buffer_size``."""

    def parsed(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Parses chunk by chunk.

        Yields:
            Each chunk once its handlers were called.

        Raises:
            expat.ExpatError: Not well-formed.
            InputError: Beyond a limit, a DOCTYPE, or an encoding that is not supported; and whatever
                the handlers raise.
        """
        fed = 0
        for chunk in chunks:
            fed += len(chunk)
            if fed > self._limits.file_bytes:
                raise self.beyond("file_bytes")
            self.expat.Parse(chunk, False)
            yield chunk
            if fed - self.expat.CurrentByteIndex > self._limits.xml_token_bytes:
                raise self.beyond("xml_token_bytes")
        self.expat.Parse(b"", True)

    def call(self, start: Callable[[str, list[str]], None], end: Callable[[str], None]) -> None:
        """Sets what is called for tags; attributes are names and values in turn."""
        self.expat.StartElementHandler = start
        self.expat.EndElementHandler = end

    def release(self) -> None:
        """Drops all handlers: what they hold is freed with its last user, not when cycles are looked for."""
        parser = self.expat
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
        parser.XmlDeclHandler = parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = None

    def fault(self, what: str) -> InputError:
        """An error at the place that is being read."""
        return InputError(f"{self._path}: {self.position()}: {what}.")

    def beyond(self, limit: str) -> InputError:
        """The refusal of what is beyond a bound there."""
        return beyond(self._limits, limit, self._path, self.position())

    def position(self) -> str:
        """Where in the file the parser is."""
        return f"line {self.expat.CurrentLineNumber}, column {self.expat.CurrentColumnNumber + 1}"

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        # Other codecs of Python would be asked too, and some of them warn or are none for text.
        name = (encoding or "utf-8").lower()
        if not name.startswith(_ENCODINGS):
            raise self.fault(f"the encoding {name[:40]!r} is not supported; write UTF-8")

    def _refuse_doctype(self, *_declaration: object) -> None:
        raise self.fault("a DOCTYPE is not allowed: results files need none, and entities can be bombs")
