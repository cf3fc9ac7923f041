"""Items of Doorstop from the three forms in which it writes them: YAML, Markdown, and its CSV export."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.ingest.yaml_tree import compose, fault, is_null, members, place, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yaml import Node

    from tsr_agent.models.limits import Limits

_TRUE = frozenset({"true", "yes", "on", "enabled", "1"})
_FALSE = frozenset({"false", "no", "off", "disabled", "0"})
_FRONT = re.compile(rb"---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"\s*# +([^\n]*)")
_CSV_REFERENCE = re.compile(r"type:(?P<type>[^,]*),path:(?P<path>.*?)(?:,keyword:(?P<keyword>.*))?")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A file outside Doorstop that an item names."""

    path: str
    keyword: str = ""
    """A text in that file; empty for the file as a whole."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a Doorstop document."""

    place: str
    """Where it stands in its file."""
    uid: str
    text: str = ""
    """Header and text."""
    active: bool = True
    normative: bool = True
    reviewed: bool = False
    ref: str = ""
    references: tuple[Reference, ...] = ()
    parents: tuple[str, ...] = ()
    """Items that it is linked to."""


def yaml_item(document: bytes, uid: str, path: str, limits: Limits) -> Item:
    """The item of one YAML file; its id is the file's name.

    Raises:
        InputError: Not YAML, or not of the form.
    """
    return _item(compose(document, path, limits), uid, path)


def markdown_item(document: bytes, uid: str, path: str, limits: Limits) -> Item:
    """The item of one Markdown file with YAML in front of its text.

    Raises:
        InputError: The front matter has no end or is not of the form, or the text is not UTF-8.
    """
    document = document.removeprefix(b"\xef\xbb\xbf").lstrip()
    front = _FRONT.match(document)
    if front is None:
        raise InputError(f"{path}: the YAML between two lines of three hyphens at its top has no end.")
    try:
        body = document[front.end() :].decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {front.end() + error.start:,}.") from error
    # The empty line keeps the numbers of the lines right.
    return _item(compose(b"\n" + front["yaml"], path, limits), uid, path, _TITLE.sub(r"\1", body, count=1))


def exported_items(document: bytes, path: str, limits: Limits) -> Iterator[Item]:
    """The items of ``doorstop export`` as YAML, by id.

    Raises:
        InputError: Not YAML, or not of the form.
    """
    for _, uid, fields in members(compose(document, path, limits), path, "items by id"):
        yield _item(fields, uid, path)


def csv_items(document: bytes, path: str) -> Iterator[Item]:
    """The items of ``doorstop export`` as CSV.

    Raises:
        InputError: Not UTF-8, not CSV, or a row that does not fit; with its line.
    """
    try:
        rows = csv.reader(io.StringIO(document.decode("utf-8-sig"), newline=""), strict=True)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start:,}.") from error
    try:
        columns = next(rows, [])
        for row in rows:
            where = f"line {rows.line_num}"
            if len(row) != len(columns):
                raise InputError(f"{path}: {where}: {len(row)} cells where the header has {len(columns)}.")
            yield _row(dict(zip(columns, row, strict=True)), where, path)
    except csv.Error as error:
        raise InputError(f"{path}: line {rows.line_num}: not CSV: {error}.") from error


def _item(node: Node, uid: str, path: str, body: str = "") -> Item:
    fields = {name: value for _, name, value in members(node, path, "active, normative, text and so on")}
    words = {name: _scalar(fields, name, path) for name in ("header", "text", "ref", "reviewed")}
    return Item(
        place=place(node),
        uid=uid,
        text=_joined(words["header"], words["text"], body),
        active=_flag(fields, "active", path),
        normative=_flag(fields, "normative", path),
        reviewed=words["reviewed"].lower() not in ("", "false"),
        ref=words["ref"].strip(),
        references=tuple(_reference(each, path) for each in _listed(fields, "references", path)),
        parents=tuple(_link(each, path) for each in _listed(fields, "links", path)),
    )


def _row(cells: Mapping[str, str], where: str, path: str) -> Item:
    if "uid" not in cells:
        raise InputError(f"{path}: line 1: there is no column 'uid'.")
    return Item(
        place=where,
        uid=cells["uid"],
        text=_joined(cells.get("header", ""), cells.get("text", "")),
        active=_truth(cells.get("active", ""), f"{path}: {where}: active"),
        normative=_truth(cells.get("normative", ""), f"{path}: {where}: normative"),
        reviewed=cells.get("reviewed", "").strip().lower() not in ("", "false"),
        ref=cells.get("ref", "").strip(),
        references=tuple(
            _csv_reference(line, f"{path}: {where}")
            for line in cells.get("references", "").splitlines()
            if line.strip()
        ),
        parents=tuple(_uid_of(line) for line in cells.get("links", "").splitlines() if line.strip()),
    )


def _joined(*texts: str) -> str:
    return "\n".join(each.strip() for each in texts if each.strip())


def _scalar(fields: Mapping[str, Node], name: str, path: str) -> str:
    return text_of(fields[name], path) if name in fields else ""


def _flag(fields: Mapping[str, Node], name: str, path: str) -> bool:
    if name not in fields:
        return True
    node = fields[name]
    return _truth(text_of(node, path), f"{path}: {place(node)}: {name}")


def _truth(word: str, where: str) -> bool:
    """Whether a word says yes; nothing said is yes, and what is neither is refused.

    An item that is taken for inactive asks for no test, so nobody guesses here.
    """
    lowered = word.strip().lower()
    if lowered in _FALSE:
        return False
    if lowered and lowered not in _TRUE:
        raise InputError(f"{where} is {word[:60]!r}, neither true nor false.")
    return True


def _listed(fields: Mapping[str, Node], name: str, path: str) -> list[Node]:
    from yaml import SequenceNode

    node = fields.get(name)
    if node is None or is_null(node):
        return []
    if not isinstance(node, SequenceNode):
        raise fault(path, node, f"{name} is not a list")
    return list(node.value)


def _reference(node: Node, path: str) -> Reference:
    fields = {name: value for _, name, value in members(node, path, "path, type and keyword")}
    where = _scalar(fields, "path", path).strip()
    if not where:
        raise fault(path, node, "a reference has no path")
    return Reference(path=where, keyword=_scalar(fields, "keyword", path).strip())


def _csv_reference(line: str, where: str) -> Reference:
    found = _CSV_REFERENCE.fullmatch(line.strip())
    if found is None or not found["path"].strip():
        raise InputError(f"{where}: the reference {line[:60]!r} has no path.")
    return Reference(path=found["path"].strip(), keyword=(found["keyword"] or "").strip())


def _link(node: Node, path: str) -> str:
    from yaml import ScalarNode

    if isinstance(node, ScalarNode):
        return _uid_of(text_of(node, path))
    linked = [name for _, name, _ in members(node, path, "the id of an item and its stamp")]
    if len(linked) != 1 or not linked[0].strip():
        raise fault(path, node, "a link names not one item")
    return linked[0].strip()


def _uid_of(written: str) -> str:
    """The id in front of a stamp: ``REQ001:UbQg…``."""
    return written.strip().rpartition(":")[0].strip() or written.strip()
