"""What the first bytes of a file say about its format, without parsing the rest."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from xml.parsers import expat

# A string that does not end is one token up to the end: it is not tried again from each quote in it.
_JSON_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*+)(?:"\s*+(:?)|\\?\Z)|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True)
class RootElement:
    """The root of an XML document."""

    name: str
    """Without the prefix of a namespace."""
    attributes: dict[str, str] = field(default_factory=dict)


class _RootFound(Exception):  # noqa: N818  (it ends the parse; nothing went wrong)
    """Ends the parse at the first element."""


def local_name(tag: str) -> str:
    """An element's name without the prefix of a namespace: ``failure`` of ``junit:failure``."""
    return tag.rpartition(":")[2]


def root_element(head: bytes) -> RootElement | None:
    """The root element of an XML document; None where none can be seen.

    Args:
        head: The first bytes of the file. No entity is expanded: a document that declares one has no
            root here.
    """
    found: list[RootElement] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append(RootElement(local_name(name), attributes))
        raise _RootFound

    def refuse(*_declaration: object) -> None:
        raise _RootFound

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    with suppress(expat.ExpatError, _RootFound, ValueError, LookupError):
        parser.Parse(head, False)
    return found[0] if found else None


def top_level_keys(head: bytes) -> frozenset[str]:
    """Keys of the outermost JSON object that stand in the first bytes of a file.

    A byte order mark is passed over, so that such a file is taken and then refused by name.
    """
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"{"):
        return frozenset()
    keys, depth = set(), 0
    for token in _JSON_TOKEN.finditer(head):
        first = token.group()[:1]
        if first in b"[{":
            depth += 1
        elif first in b"]}":
            depth -= 1
        elif depth == 1 and token.group(2):
            keys.add(token.group(1).decode("utf-8", "replace"))
    return frozenset(keys)
