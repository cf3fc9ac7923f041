"""A policy or waiver file as a plain tree that knows at which line and column each value stands.

YAML is composed here from the parser's events, because what a gate reads must mean one thing only:
no anchors or aliases, no tags, no key twice, one document, YAML 1.2's plain scalars (``no`` is a
text, ``2026-11-01`` too), and bounded depth and size. JSON goes through the strict codec, and PyYAML is
then only imported to say where a fault stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tsr_agent.errors import DocumentError, PolicyError
from tsr_agent.models.base import Record

if TYPE_CHECKING:
    from pathlib import Path

    from yaml import Event

MAX_BYTES = 512 * 1024
MAX_DEPTH = 32

Place = tuple[int, int]
"""Line and column, both counted from 1."""
TreePath = tuple[str | int, ...]

_PLAIN_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


class SourceTree(Record, frozen=True, kw_only=True):
    """Plain dicts, lists, strings and numbers, and the text they came from."""

    tree: Any
    source: str
    text: str
    places: dict[TreePath, Place] | None = None
    """Where each value stands; None for JSON, where it is found out only when something is wrong."""

    def located(self, problem: str) -> str:
        """A line ``$.path: what`` as ``file:line:column: path: what``, at the nearest known place."""
        where, _, what = problem.partition(": ")
        path = tuple(key or int(place) for key, place in _STEP.findall(where))
        line, column = self._place(path)
        name = where.removeprefix("$").removeprefix(".")
        return f"{self.source}:{line}:{column}: {name + ': ' if name else ''}{what}"

    def _place(self, path: TreePath) -> Place:
        places = self.places if self.places is not None else _places_in_json(self.text, self.source)
        while path and path not in places:
            path = path[:-1]
        return places.get(path, (1, 1))


def read_source(path: Path) -> bytes:
    """The bytes of a policy or waiver file.

    Raises:
        PolicyError: Absent, unreadable or too large.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"{path}: can't be read: {error.strerror or error}.") from error
    return data


def parse_source(data: bytes, source: str) -> SourceTree:
    """Reads YAML or JSON; a file whose first sign is an opening brace is JSON.

    Raises:
        PolicyError: Not well formed, too large or too deep, a key twice, or more than plain data.
    """
    if len(data) > MAX_BYTES:
        raise PolicyError(f"{source}: more than {MAX_BYTES:,} bytes, the most that such a file may have.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyError(f"{source}: not UTF-8 at byte {error.start:,}.") from error
    if text.lstrip(" \t\r\n").startswith("{"):
        return _parse_json(text, source)
    tree, places = _compose(text, source)
    return SourceTree(tree=tree, source=source, text=text, places=places)


def _parse_json(text: str, source: str) -> SourceTree:
    from tsr_agent.models.strict_json import load_tree

    try:
        return SourceTree(tree=load_tree(text.encode(), source=source), source=source, text=text)
    except DocumentError as error:
        if "stands twice" in error.message:
            _compose(_spaced(text), source)
        raise PolicyError(error.message, next_step=error.next_step, details=error.details) from error


def _places_in_json(text: str, source: str) -> dict[TreePath, Place]:
    """JSON is YAML but for tabs between values; inside strings it has none."""
    try:
        return _compose(_spaced(text), source)[1]
    except PolicyError:
        return {}


def _spaced(text: str) -> str:
    return text.replace("\t", " ")


def _compose(text: str, source: str) -> tuple[Any, dict[TreePath, Place]]:
    import yaml

    composer = _Composer(source)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        what = " ".join(str(error.problem or error.context).split())
        raise PolicyError(f"{source}:{_at(error.problem_mark)}: not YAML: {what}.") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML lets an impossible character escape through as a ValueError or OverflowError.
        raise PolicyError(f"{source}: not YAML: {' '.join(str(error).split())[:300]}.") from error
    if not composer.places:
        raise PolicyError(f"{source}: the file is empty.")
    return composer.root, composer.places


def _at(mark: Any) -> str:
    line, column = _place_of(mark)
    return f"{line}:{column}"


def _place_of(mark: Any) -> Place:
    """Line and column of one of PyYAML's marks, which count from 0; the file's start where there is none."""
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


class _Open:
    """A mapping or list whose end has not come yet."""

    def __init__(self, path: TreePath, values: dict[str, Any] | list[Any]) -> None:
        self.path = path
        self.values = values
        self.key: str | None = None


class _Composer:
    """Builds the tree from parser events without recursion."""

    def __init__(self, source: str) -> None:
        self.root: Any = None
        self.places: dict[TreePath, Place] = {}
        self._source = source
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Event) -> None:
        """The next event of the parser."""
        import yaml

        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._fault(event, "a second document is not allowed")
        elif isinstance(event, yaml.NodeEvent):
            self._take_node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _take_node(self, event: Any) -> None:
        import yaml

        if event.anchor is not None:
            raise self._fault(event, "anchors and aliases are not allowed")
        if event.tag is not None:
            raise self._fault(event, "tags are not allowed")
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.values, dict) and holder.key is None:
            self._take_key(event, holder, holder.values)
            return
        path = self._place_of_next(event, holder)
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event), holder)
            return
        values: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._put(values, holder)
        self._open.append(_Open(path, values))
        if len(self._open) > MAX_DEPTH:
            raise self._fault(event, f"nested more than {MAX_DEPTH} levels deep")

    def _take_key(self, event: Any, holder: _Open, values: dict[str, Any]) -> None:
        import yaml

        if not isinstance(event, yaml.ScalarEvent):
            raise self._fault(event, "a key must be a text")
        if event.value in values:
            raise self._fault(event, f"the key {event.value[:80]!r} stands twice")
        holder.key = event.value
        # Until its value comes, so that a fault in the key itself is found here too.
        self.places[*holder.path, event.value] = _place_of(event.start_mark)

    def _place_of_next(self, event: Any, holder: _Open | None) -> TreePath:
        if holder is None:
            path: TreePath = ()
        elif holder.key is not None:
            return (*holder.path, holder.key)
        else:
            path = (*holder.path, len(holder.values))
        self.places[path] = _place_of(event.start_mark)
        return path

    def _put(self, value: Any, holder: _Open | None) -> None:
        if holder is None:
            self.root = value
        elif isinstance(holder.values, list):
            holder.values.append(value)
        elif holder.key is not None:
            holder.values[holder.key] = value
            holder.key = None

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style is not None:
            return text
        if text in _PLAIN_CONSTANTS:
            return _PLAIN_CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if not _NUMBER.fullmatch(text):
            return text
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise self._fault(event, f"the number {text[:40]} is out of range")
        return number

    def _fault(self, event: Any, what: str) -> PolicyError:
        return PolicyError(f"{self._source}:{_at(event.start_mark)}: {what}.")
