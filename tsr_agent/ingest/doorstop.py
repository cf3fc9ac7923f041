"""Requirements of Doorstop: a folder of item files, or what ``doorstop export`` made of it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import clean
from tsr_agent.ingest.doorstop_items import csv_items, exported_items, markdown_item, yaml_item
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.requirements_table import RequirementTable
from tsr_agent.ingest.whole_file import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePath

    from tsr_agent.ingest.doorstop_items import Item, Reference

SETTINGS = ".doorstop.yml"
"""The file that makes a folder a Doorstop document."""
_YAML, _MARKDOWN = (".yml", ".yaml"), (".md",)
_FIELDS = b"active|derived|header|level|links|normative|ref|references|reviewed|text"
_ITEM_KEY = re.compile(rb"^(?:\xef\xbb\xbf)?(" + _FIELDS + rb"):", re.MULTILINE)
_INNER_KEY = re.compile(rb"^  (" + _FIELDS + rb"):", re.MULTILINE)
_EXPORT = re.compile(rb"(?:\xef\xbb\xbf)?[^\s#:'\"{\[-][^\n:]*:[ \t]*\r?\n  [^\s#-]")
_PREFIX = re.compile(rb"^\s+prefix:[ \t]*['\"]?([^\s'\"]+)", re.MULTILINE)
_ENOUGH = 4
"""Fields that make an item; Doorstop writes at least seven."""
_COLUMNS = frozenset({"uid", "level", "text", "active", "normative"})
_TEST_FILE = re.compile(
    r"(?:^|[/._-])tests?(?:[/._-]|\d|$)|[._-]spec\.|\.feature$"
    r"|(?-i:(?<=[a-z0-9])(?:Tests?|Spec|IT)(?:Case)?\.|(?:^|/)Test[A-Z])",
    re.IGNORECASE,
)
_SHOWN = 3


class DoorstopReader:
    """Reads items with the tests that they reference and the items that they are linked to."""

    name = "Doorstop"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes item files, the settings of a document, and exports as YAML or CSV."""
        suffix = path.suffix.lower()
        if path.name == SETTINGS:
            return "named as the settings of a Doorstop document"
        if suffix in _YAML:
            if _is_item(head, _ITEM_KEY):
                return "YAML with the fields of a Doorstop item"
            if _EXPORT.match(head) and _is_item(head, _INNER_KEY):
                return "YAML with Doorstop items by id"
        if suffix in _MARKDOWN and _front(head) and _is_item(head, _ITEM_KEY):
            return "Markdown with the fields of a Doorstop item"
        if suffix == ".csv" and set(_header(head)) >= _COLUMNS:
            return "CSV with the columns of a Doorstop export"
        return None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads one item, one export, or the settings of a document, which hold no requirement.

        Raises:
            InputError: Not of the form; with line and column.
        """
        place = PurePosixPath(path)
        if place.suffix.lower() == ".csv":
            table = read_whole(stream, path, self._limits, "csv_bytes")
            return _parts(csv_items(table, path), path, self._limits)
        document = read_whole(stream, path, self._limits, "yaml_bytes")
        if place.name == SETTINGS:
            return Parts(remarks=(_settings(document, path),))
        if place.suffix.lower() in _MARKDOWN:
            item = markdown_item(document, place.stem, path, self._limits)
            return _parts([item], path, self._limits)
        if _is_item(document, _ITEM_KEY):
            return _parts([yaml_item(document, place.stem, path, self._limits)], path, self._limits)
        return _parts(exported_items(document, path, self._limits), path, self._limits)


class DoorstopFolders:
    """The Doorstop documents that were met on the way through a folder.

    An item that was cut off has too little left to be known by its content. Its name beside the
    document's settings says what it was, so that it is not overlooked.
    """

    def __init__(self) -> None:
        self._prefixes: dict[PurePosixPath, str] = {}

    def meet(self, path: str, head: bytes) -> None:
        """Notes a file; only the settings of a document say something."""
        place = PurePosixPath(path)
        if place.name == SETTINGS:
            found = _PREFIX.search(head)
            self._prefixes[place.parent] = found[1].decode("utf-8", "replace") if found else ""

    def claim(self, path: str) -> str:
        """Why a file that no reader takes must be an item; empty where nothing says so."""
        place = PurePosixPath(path)
        folder = next((each for each in place.parents if each in self._prefixes), None)
        if folder is None or place.suffix.lower() not in (*_YAML, *_MARKDOWN):
            return ""
        prefix = self._prefixes[folder]
        named_so = place.stem.lower().startswith(prefix.lower()) and place.stem[-1:].isalnum()
        return f"a Doorstop item by its name, beside {folder / SETTINGS}" if named_so and prefix else ""


def _is_item(head: bytes, key: re.Pattern[bytes]) -> bool:
    found = {each[1] for each in key.finditer(head)}
    return len(found) >= _ENOUGH and not found.isdisjoint({b"active", b"normative", b"level"})


def _front(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:3] == b"---"


def _header(head: bytes) -> list[str]:
    first = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    return [name.strip().strip('"') for name in first.split(",")]


def _settings(document: bytes, path: str) -> str:
    found = _PREFIX.search(document)
    if found is None:
        raise InputError(f"{path}: the settings of a Doorstop document have no prefix.")
    return f"Settings of the Doorstop document {clean(found[1].decode('utf-8', 'replace'))[:60]!r}."


def _parts(items: Iterable[Item], path: str, limits: Limits) -> Parts:
    table = RequirementTable(path, limits)
    links: list[tuple[str, str]] = []
    left_out: dict[str, list[str]] = {}
    leads = 0
    for number, item in enumerate(items):
        leads += len(item.parents) + len(item.references)
        # Items that are no requirements take as much work.
        if number >= limits.requirements:
            raise beyond(limits, "requirements", path, item.place)
        if leads > limits.need_links:
            raise beyond(limits, "need_links", path, item.place)
        uid = clean(item.uid.strip())
        why = _no_requirement(item)
        if why:
            left_out.setdefault(why, []).append(uid)
            continue
        if not item.reviewed:
            left_out.setdefault("not reviewed, and taken all the same", []).append(uid)
        tests, others = _tests(item)
        for each in others:
            left_out.setdefault("references that are no tests by their names", []).append(clean(each))
        table.add(f"{item.place}, item {uid[:60]!r}", uid, clean(item.text), tests)
        links += ((uid, clean(parent)) for parent in item.parents)
    remarks = tuple(_remark(why, names) for why, names in left_out.items())
    if not table.entries and not remarks:
        remarks = ("The file lists no requirements.",)
    return Parts(requirements=table.entries, requirement_links=tuple(links), remarks=remarks)


def _no_requirement(item: Item) -> str:
    if not item.active:
        return "inactive, so no requirement"
    return "" if item.normative else "not normative, so no requirement"


def _tests(item: Item) -> tuple[Sequence[str], Sequence[str]]:
    """Tests that the item references, and what else it references."""
    tests: list[str] = []
    others: list[str] = []
    for each in item.references:
        if _TEST_FILE.search(each.path):
            tests.append(clean(_test(each)))
        else:
            others.append(each.path)
    if item.ref:
        (tests if _TEST_FILE.search(item.ref) else others).append(clean(item.ref))
    return tests, others


def _test(reference: Reference) -> str:
    """The tests of a file, or the one of a name in whatever class of it."""
    return f"{reference.path}::**::{reference.keyword}" if reference.keyword else f"{reference.path}::*"


def _remark(why: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return f"{why[0].upper()}{why[1:]}: {', '.join(each[:100] for each in names[:_SHOWN])}{more}."
