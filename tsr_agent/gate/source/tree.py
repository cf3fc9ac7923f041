"""A policy or waiver file as a plain tree that knows at which line and column each value stands.

YAML is composed here from the parser's events, because what a gate reads must mean one thing only:
no anchors or aliases, no tags, no key twice, one document, YAML 1.2's plain scalars (``no`` is a
text, ``2026-11-01`` too), and bounded depth and size. JSON goes through the strict codec, and PyYAML is
then only imported to say where a fault stands.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

from tsr_agent.errors import DocumentError, PolicyError
from tsr_agent.gate.source.lines import lines_of, span_at, span_between, within
from tsr_agent.gate.source.problem import FILE_START, FaultyFileError, PolicyProblem, Span, fault, problem_at
from tsr_agent.models.base import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from yaml import Event, MarkedYAMLError

MAX_BYTES = 512 * 1024
MAX_DEPTH = 32
MAX_VALUES = 100_000
"""Most keys, lists, mappings and single values together: what is composed in a second or two."""

TreePath = tuple[str | int, ...]

_PLAIN_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PLAINER = (
    (
        "mapping values are not allowed",
        "a ':' where none can stand; indent it right or put the text in quotes",
    ),
    (
        "expected <block end>",
        "this does not belong to what stands above; check indentation, brackets and quotes",
    ),
    ("found unexpected end of stream", "the text ends inside quotes; close them"),
    ("expected ',' or ']'", "a list in brackets is not closed; write ',' or ']'"),
    ("expected ',' or '}'", "a mapping in braces is not closed; write ',' or '}'"),
)
"""Parts of PyYAML's messages, and what to say in their place."""
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(NaN|-?Infinity)', re.DOTALL)
"""A text, or what is no number outside of texts."""
_SURROGATES = re.compile("[\ud800-\udfff]")
_LAST_STEP = re.compile(r"(?:\.[^.]*|\[\d+\])\Z")


class SourceTree(Record, frozen=True, kw_only=True):
    """Plain dicts, lists, strings and numbers, and the text they came from."""

    tree: Any
    source: str
    text: str
    spans: dict[TreePath, Span] | None = None
    """Where each key with its value, and each entry of a list, stands; None for JSON, where it is found
    out only when something is wrong."""

    def located(self, problem: str) -> str:
        """A line ``$.path: what`` as ``file:line:column: path: what``, at the nearest known place."""
        return self.problems([problem])[0].located()

    def position(self, path: str) -> str:
        """``$.path`` as ``file:line:column``, at the nearest known place."""
        found = self.problems([f"{path}: "])[0]
        return f"{self.source}:{found.line}:{found.column}"

    def problems(self, lines: Sequence[str]) -> list[PolicyProblem]:
        """Lines ``$.path: what; advice`` with their places, in the order of the file."""
        return sorted(self.placed(lines), key=lambda each: (each.line, each.column))

    def placed(self, lines: Sequence[str]) -> list[PolicyProblem]:
        """The same in the order of the lines.

        A path that is not in the file, as that of a missing key, is placed at what would hold it.
        """
        spans = self.spans if self.spans is not None else _spans_in_json(self.text, self.source)
        known = {_written(path): span for path, span in spans.items()}
        text = lines_of(self.text)
        found = []
        for line in lines:
            path, what = _path_of(line, known)
            span = within(_nearest_span(path, known), text)
            found.append(problem_at(span, self.source, what, path=path))
        return found


def _written(path: TreePath) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _path_of(line: str, known: dict[str, Span]) -> tuple[str, str]:
    """The path and what is wrong; a key may hold a colon itself, so the longest known path counts."""
    ends = [found.start() for found in re.finditer(": ", line)]
    for end in reversed(ends):
        if line[:end] in known:
            return line[:end], line[end + 2 :]
    path, _, what = line.partition(": ")
    return path, what


def _nearest_span(path: str, known: dict[str, Span]) -> Span:
    while path not in known:
        path, cut = _LAST_STEP.subn("", path)
        if not cut:
            return known.get("$", FILE_START)
    return known[path]


def read_source(path: Path) -> bytes:
    """The bytes of a policy or waiver file.

    Raises:
        PolicyError: Absent, no file or unreadable.
    """
    # Whoever opens a pipe waits for ever where nobody writes.
    if path.exists() and not path.is_file():
        raise PolicyError(f"{path}: can't be read: it is not a file.")
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(
            f"{path}: can't be read: {error.strerror or error}.", next_step="Check the path of the file."
        ) from error
    return data


def parse_source(data: bytes, source: str) -> SourceTree:
    """Reads YAML or JSON; a file whose first sign is an opening brace is JSON.

    Raises:
        PolicyError: Not well formed, too large or too deep, a key twice, or more than plain data.
    """
    if len(data) > MAX_BYTES:
        raise fault(None, source, f"more than {MAX_BYTES:,} bytes, the most that such a file may have")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data.removeprefix(BOM_UTF8)[: error.start].decode("utf-8")
        span = span_at(len(before), data.decode("utf-8-sig", "replace"))
        raise FaultyFileError(
            f"{source}: not UTF-8 at byte {error.start:,}.", [problem_at(span, source, "not UTF-8")]
        ) from error
    if text.lstrip(" \t\r\n").startswith("{"):
        return _parse_json(text, source)
    tree, spans = _compose(text, source)
    return SourceTree(tree=tree, source=source, text=text, spans=spans)


def _parse_json(text: str, source: str) -> SourceTree:
    from tsr_agent.models.strict_json import load_tree, shape_of

    document = text.encode()
    shape = shape_of(document)
    if shape.values + shape.keys > MAX_VALUES:
        raise fault(None, source, f"more than {MAX_VALUES:,} keys and values")
    try:
        return SourceTree(tree=load_tree(document, source=source), source=source, text=text)
    except DocumentError as error:
        position = getattr(error.__cause__, "pos", None)
        if position is None and "nested" not in error.message:
            # What is well formed and yet refused is refused as YAML, too, and then with its place.
            _compose(_spaced(text), source)
            position = _constant_in(text)
        what = error.message.removeprefix(f"{source}: ").removesuffix(".")
        span = span_at(position, text) if position is not None else FILE_START
        raise FaultyFileError(
            error.message, [problem_at(span, source, what)], next_step=error.next_step
        ) from error


def _constant_in(text: str) -> int | None:
    """Where NaN or an infinity stands, which JSON does not have and YAML takes for a text."""
    return next((found.start(1) for found in _CONSTANT.finditer(text) if found[1]), None)


def _spans_in_json(text: str, source: str) -> dict[TreePath, Span]:
    """JSON is YAML but for tabs between values; inside strings it has none."""
    try:
        return _compose(_spaced(text), source)[1]
    except PolicyError:
        return {}


def _spaced(text: str) -> str:
    return text.replace("\t", " ")


def _compose(text: str, source: str) -> tuple[Any, dict[TreePath, Span]]:
    import yaml

    from tsr_agent.gate.source.yaml_events import events_of

    composer = _Composer(source, text)
    try:
        for event in events_of(text):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, source, text) from error
    except yaml.reader.ReaderError as error:
        sign = f"U+{ord(text[error.position]):04X}"
        what = f"not YAML: the sign {sign} is not allowed"
        raise fault(span_at(error.position, text), source, what) from error
    except (ValueError, OverflowError) as error:
        # PyYAML lets an impossible character escape through as a ValueError or OverflowError.
        span = within(composer.last, lines_of(text))
        raise fault(span, source, "not YAML: an escape behind here stands for no sign") from error
    if not composer.spans:
        raise fault(None, source, "the file is empty")
    return composer.root, composer.spans


def _not_yaml(error: MarkedYAMLError, source: str, text: str) -> FaultyFileError:
    """The parser's complaint where the slip is, which is not always where the parser noticed it."""
    what = " ".join(str(error.problem or error.context).split())
    mark = error.problem_mark or error.context_mark
    if "could not find expected ':'" in what and error.context_mark is not None:
        mark, what = error.context_mark, "a key needs ':' and a value behind it"
    elif mark is not None and text[mark.index : mark.index + 1] == "\t":
        what = "a tab can't indent; use spaces"
    else:
        what = next((said for part, said in _PLAINER if part in what), what)
        opened = error.context_mark
        if opened is not None and mark is not None and opened.line < mark.line:
            what = what.replace(" is not closed", f" that begins in line {opened.line + 1:,} is not closed")
    span = FILE_START
    if mark is not None:
        span = Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
        if odd := _odd_blank(lines_of(text)[: mark.line + 1]):
            span, what = odd
    return fault(within(span, lines_of(text)), source, f"not YAML: {what}")


def _odd_blank(lines: Sequence[str]) -> tuple[Span, str] | None:
    """The first indentation by a blank that is no space, such as text from a web page has."""
    for number, line in enumerate(lines, 1):
        for column, sign in enumerate(line[: len(line) - len(line.lstrip())], 1):
            if sign not in " \t":
                what = f"the blank U+{ord(sign):04X} can't indent; use spaces"
                return Span(number, column, number, column + 1), what
    return None


class _Open:
    """A mapping or list whose end has not come yet."""

    def __init__(self, path: TreePath, values: dict[str, Any] | list[Any]) -> None:
        self.path = path
        self.values = values
        self.key: str | None = None


class _Composer:
    """Builds the tree from parser events without recursion."""

    def __init__(self, source: str, text: str) -> None:
        self.root: Any = None
        self.spans: dict[TreePath, Span] = {}
        self.last = FILE_START
        """What was read last."""
        self._source = source
        self._text = text
        self._open: list[_Open] = []
        self._documents = 0
        self._values = 0

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
            self._close(event)

    def _close(self, event: Any) -> None:
        path = self._open.pop().path
        if not path or isinstance(path[-1], int):
            start = self.spans[path]
            self.spans[path] = Span(
                start.line, start.column, event.end_mark.line + 1, event.end_mark.column + 1
            )

    def _take_node(self, event: Any) -> None:
        import yaml

        self.last = span_between(event.start_mark, event.end_mark)
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._fault(event, f"more than {MAX_VALUES:,} keys and values")
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
        key = self._text_of(event)
        if key in values:
            first = self.spans[*holder.path, key]
            raise self._fault(event, f"the key {key[:80]!r} stands twice; the first is in line {first.line}")
        holder.key = key
        # Of the key alone; a value on the same line makes it longer.
        self.spans[*holder.path, key] = span_between(event.start_mark, event.end_mark)

    def _place_of_next(self, event: Any, holder: _Open | None) -> TreePath:
        if holder is None:
            path: TreePath = ()
        elif holder.key is not None:
            path = (*holder.path, holder.key)
            line, column, end_line, _ = self.spans[path]
            if hasattr(event, "value") and event.value and event.start_mark.line + 1 == end_line:
                end = event.end_mark
                self.spans[path] = Span(line, column, end.line + 1, end.column + 1)
            return path
        else:
            path = (*holder.path, len(holder.values))
        self.spans[path] = span_between(event.start_mark, event.end_mark)
        return path

    def _put(self, value: Any, holder: _Open | None) -> None:
        if holder is None:
            self.root = value
        elif isinstance(holder.values, list):
            holder.values.append(value)
        elif holder.key is not None:
            holder.values[holder.key] = value
            holder.key = None

    def _text_of(self, event: Any) -> str:
        """The text of a scalar, whose escapes may name a sign in the two halves that JSON has for it."""
        text: str = event.value
        if event.style != '"' or _SURROGATES.search(text) is None:
            return text
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            raise self._fault(event, "a text holds half of a surrogate pair") from None

    def _scalar(self, event: Any) -> Any:
        text = self._text_of(event)
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

    def _fault(self, event: Any, what: str) -> FaultyFileError:
        span = span_between(event.start_mark, event.end_mark)
        return fault(within(span, lines_of(self._text)), self._source, what)
