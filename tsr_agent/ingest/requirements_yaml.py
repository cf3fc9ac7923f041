"""Our own ``requirements.yaml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import MAX_YAML_BYTES
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.requirements_table import FIELDS, RequirementTable, unknown_field
from tsr_agent.ingest.whole_file import read_bounded

if TYPE_CHECKING:
    from pathlib import PurePath

    from yaml import Mark, Node

# A list must follow, because other tools' files have a mapping of the same name.
_TOP_KEY = re.compile(rb"^(?:\xef\xbb\xbf)?requirements[ \t]*+:(?:\s++|#[^\n]*+)*+[-\[]", re.M)
_SUFFIXES = (".yaml", ".yml")
_TOP_FIELDS = ("schema_version", "requirements")
_MAX_DEPTH = 8
_MAX_NODES = 200_000
"""Mappings, lists and texts of one file. Pure Python composes some 50,000 a second."""
_NULLS = ("", "~", "null", "Null", "NULL")


class RequirementsYamlReader:
    """Reads ``requirements:``, a list of ``id``, ``text`` and optional ``tests``.

    Every value is taken as the text that stands there: ``1.10`` is the id ``1.10`` and ``no`` is no
    boolean. Anchors and aliases are refused, so nothing can grow while it is read.
    """

    name = "requirements YAML"

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
        table = RequirementTable(path)
        for entry in _entries_of(_compose(read_bounded(stream, path, MAX_YAML_BYTES), path), path):
            fields = _mapping(entry, FIELDS, path)
            if "id" not in fields:
                raise _fault(path, entry, "a requirement has no id")
            tests = fields.get("tests")
            table.add(
                _place(entry),
                _text(fields["id"], path),
                _text(fields["text"], path) if "text" in fields else "",
                _texts(tests, path) if tests is not None else (),
            )
        remarks = () if table.entries else ("The file lists no requirements.",)
        return Parts(requirements=table.entries, remarks=remarks)


def _compose(document: bytes, path: str) -> Node:
    """The file as a tree of YAML nodes, which know where they stand and run nothing."""
    import yaml

    class Loader(yaml.SafeLoader):
        """Composes nodes without anchors, bounded in depth."""

        depth = 0
        nodes = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's parser has no types
            if getattr(event, "anchor", None):
                raise _fault(path, event, "anchors and aliases are not allowed")
            if self.depth >= _MAX_DEPTH:
                raise _fault(path, event, f"nested more than {_MAX_DEPTH} levels deep")
            if self.nodes >= _MAX_NODES:
                raise _fault(path, event, f"more than {_MAX_NODES:,} values; large tables are read as CSV")
            self.depth += 1
            self.nodes += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    try:
        root = Loader(document).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InputError(f"{path}: not YAML{_at(mark)}: {error.problem or error.context}.") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML lets an impossible character escape through as a ValueError or OverflowError.
        raise InputError(f"{path}: not YAML: {' '.join(str(error).split())[:300]}.") from error
    if root is None:
        raise InputError(f"{path}: the file holds no YAML document.")
    return root


def _entries_of(root: Node, path: str) -> list[Node]:
    from yaml import SequenceNode

    fields = _mapping(root, _TOP_FIELDS, path)
    version = fields.get("schema_version")
    if version is not None and _text(version, path) != "1":
        raise _fault(path, version, "schema_version is not 1, the only one that this build reads")
    if "requirements" not in fields:
        raise _fault(path, root, "there is no list 'requirements' at the top")
    listed = fields["requirements"]
    if _is_null(listed):
        return []
    if not isinstance(listed, SequenceNode):
        raise _fault(path, listed, "'requirements' is not a list")
    return list(listed.value)


def _mapping(node: Node, known: tuple[str, ...], path: str) -> dict[str, Node]:
    from yaml import MappingNode, ScalarNode

    if not isinstance(node, MappingNode):
        raise _fault(path, node, f"expected a mapping with {', '.join(known)}")
    fields: dict[str, Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) else ""
        if name in fields:
            raise _fault(path, key, f"the key {name!r} stands twice")
        if name not in known:
            about = unknown_field(name) if known is FIELDS else f"unknown key {name[:60]!r}"
            raise _fault(path, key, about)
        fields[name] = value
    return fields


def _texts(node: Node, path: str) -> list[str]:
    from yaml import SequenceNode

    if _is_null(node):
        return []
    if isinstance(node, SequenceNode):
        return [_text(each, path) for each in node.value]
    return [_text(node, path)]


def _text(node: Node, path: str) -> str:
    from yaml import ScalarNode

    if not isinstance(node, ScalarNode):
        raise _fault(path, node, "expected a text")
    return "" if _is_null(node) else str(node.value)


def _is_null(node: Node) -> bool:
    from yaml import ScalarNode

    return isinstance(node, ScalarNode) and node.style is None and node.value in _NULLS


def _fault(path: str, place: Any, what: str) -> InputError:
    """An error at a node or event of the file."""
    return InputError(f"{path}: {_place(place)}: {what.rstrip('.?')}{'?' if what.endswith('?') else '.'}")


def _place(place: Any) -> str:
    return _at(place.start_mark).removeprefix(" at ")


def _at(mark: Mark | None) -> str:
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
