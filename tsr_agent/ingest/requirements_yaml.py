"""Our own ``requirements.yaml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.requirements_table import FIELDS, RequirementTable, unknown_field
from tsr_agent.ingest.whole_file import read_whole
from tsr_agent.ingest.yaml_tree import compose, fault, is_null, members, place, text_of, texts_of

if TYPE_CHECKING:
    from pathlib import PurePath

    from yaml import Node

# A list must follow, because other tools' files have a mapping of the same name.
_TOP_KEY = re.compile(rb"^(?:\xef\xbb\xbf)?requirements[ \t]*+:(?:\s++|#[^\n]*+)*+[-\[]", re.M)
_SUFFIXES = (".yaml", ".yml")
_TOP_FIELDS = ("schema_version", "requirements")


class RequirementsYamlReader:
    """Reads ``requirements:``, a list of ``id``, ``text`` and optional ``tests``.

    Every value is taken as the text that stands there: ``1.10`` is the id ``1.10`` and ``no`` is no
    boolean. Anchors and aliases are refused, so nothing can grow while it is read.
    """

    name = "requirements YAML"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes YAML with a list of requirements at the top, and any YAML file named so."""
        if path.suffix.lower() not in _SUFFIXES:
            return None
        if _TOP_KEY.search(head):
            return "YAML with a list of requirements at the top"
        return "named requirements" if path.stem.lower() == "requirements" else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads all requirements.

        Raises:
            InputError: Not YAML, or not of the form; the message has line and column.
        """
        table = RequirementTable(path, self._limits)
        document = read_whole(stream, path, self._limits, "yaml_bytes")
        for entry in _entries_of(compose(document, path, self._limits), path):
            fields = _mapping(entry, FIELDS, path)
            if "id" not in fields:
                raise fault(path, entry, "a requirement has no id")
            tests = fields.get("tests")
            table.add(
                place(entry),
                text_of(fields["id"], path),
                text_of(fields["text"], path) if "text" in fields else "",
                texts_of(tests, path) if tests is not None else (),
            )
        remarks = () if table.entries else ("The file lists no requirements.",)
        return Parts(requirements=table.entries, remarks=remarks)


def _entries_of(root: Node, path: str) -> list[Node]:
    from yaml import SequenceNode

    fields = _mapping(root, _TOP_FIELDS, path)
    version = fields.get("schema_version")
    if version is not None and text_of(version, path) != "1":
        raise fault(path, version, "schema_version is not 1, the only one that this build reads")
    if "requirements" not in fields:
        raise fault(path, root, "there is no list 'requirements' at the top")
    listed = fields["requirements"]
    if is_null(listed):
        return []
    if not isinstance(listed, SequenceNode):
        raise fault(path, listed, "'requirements' is not a list")
    return list(listed.value)


def _mapping(node: Node, known: tuple[str, ...], path: str) -> dict[str, Node]:
    fields: dict[str, Node] = {}
    for key, name, value in members(node, path, ", ".join(known)):
        if name not in known:
            about = unknown_field(name) if known is FIELDS else f"unknown key {name[:60]!r}"
            raise fault(path, key, about)
        fields[name] = value
    return fields
