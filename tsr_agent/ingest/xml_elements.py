"""XML read as a stream of elements, bounded and without entities; each reader says what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from tsr_agent.errors import InputError
from tsr_agent.ingest.heads import local_name
from tsr_agent.ingest.limits import MEBIBYTE, Limits, beyond

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

MAX_NUMBER = 2**53


class XmlElements:
    """One pass over one document.

    Args:
        path: What to call the file in messages.
        root: Name that the root element must have.
        start: Is given each element's name without a namespace's prefix, and its attributes; ``open``
            still ends with its parent.
        comment: Is given the text of each comment.
        limits: The bounds in force.
    """

    def __init__(
        self,
        path: str,
        root: str,
        start: Callable[[str, dict[str, str]], None],
        comment: Callable[[str], None] | None = None,
        *,
        limits: Limits,
    ) -> None:
        self.open: list[str] = []
        """Names of the elements that are open, outermost first."""
        self._path = path
        self._root = root
        self._take = start
        self._limits = limits
        self._elements = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CommentHandler = comment
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.UnparsedEntityDeclHandler = self._entity
        # Without a handler for external entities expat skips them: no DTD is ever fetched.
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def run(self, stream: BinaryIO) -> None:
        """Parses the whole stream.

        Raises:
            InputError: Malformed, undecodable, another root, an entity or internal DOCTYPE, nested too
                deeply or an attribute too long; and whatever ``start`` raises.
        """
        try:
            fed = 0
            while chunk := stream.read(MEBIBYTE):
                fed += len(chunk)
                self._parser.Parse(chunk, False)
                if fed - self._parser.CurrentByteIndex > self._limits.xml_token_bytes:
                    raise self._beyond("xml_token_bytes")
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            what = expat.errors.messages.get(error.code, str(error.code))
            raise InputError(
                f"{self._path}: line {error.lineno}, column {error.offset + 1}: not well-formed XML: {what}."
            ) from error
        except (ValueError, LookupError) as error:
            raise self.fault(f"can't be decoded: {error}") from error

    def count(self, attributes: dict[str, str], name: str, most: int = MAX_NUMBER) -> int:
        """An attribute as a count; one that is missing, none or above ``most`` is a fault."""
        written = attributes.get(name, "")
        if len(written) < 16 and written.isdecimal() and written.isascii():
            number = int(written)
            if number <= most:
                return number
        digits = written.strip()
        if not digits.isdecimal() or not digits.isascii() or len(digits) > 16 or int(digits) > most:
            raise self.fault(f"{name} is {written[:60]!r}, not a count")
        return int(digits)

    def fault(self, what: str) -> InputError:
        """An error at the place that is being read."""
        return InputError(f"{self._path}: {self._position()}: {what}.")

    def _beyond(self, limit: str) -> InputError:
        return beyond(self._limits, limit, self._path, self._position())

    def _position(self) -> str:
        return f"line {self._parser.CurrentLineNumber}, column {self._parser.CurrentColumnNumber + 1}"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local_name(tag) if ":" in tag else tag
        self._elements += 1
        if self._elements > self._limits.coverage_elements:
            raise self._beyond("coverage_elements")
        if len(self.open) >= self._limits.xml_depth:
            raise self._beyond("xml_depth")
        if attributes and max(map(len, attributes.values())) > self._limits.xml_attribute:
            raise self._beyond("xml_attribute")
        if not self.open and name != self._root:
            raise self.fault(f"the root element is {name[:60]!r}, not {self._root!r}")
        self._take(name, attributes)
        self.open.append(name)

    def _end(self, _name: str) -> None:
        self.open.pop()

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_internal: int) -> None:
        if has_internal:
            raise self.fault("a DOCTYPE with declarations of its own is not allowed")

    def _entity(self, *_declaration: object) -> None:
        raise self.fault("entity declarations are not allowed")
