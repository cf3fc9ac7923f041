"""YAML as a tree of nodes that know where they stand: every value is the text that is written there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import beyond

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import Mark, Node

    from tsr_agent.models.limits import Limits

_NULLS = ("", "~", "null", "Null", "NULL")


def compose(document: bytes, path: str, limits: Limits) -> Node:
    """The one document of a file as a tree of nodes; nothing in it is run.

    Args:
        document: The file's bytes.
        path: What to call it in messages.
        limits: The bounds in force.

    Raises:
        InputError: Not YAML, no document or several, anchors or aliases, or beyond a bound; with line
            and column.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """Composes nodes without anchors, bounded in depth."""

        depth = 0
        nodes = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's parser has no types
            if getattr(event, "anchor", None):
                raise fault(path, event, "anchors and aliases are not allowed")
            if self.depth >= limits.yaml_depth:
                raise beyond(limits, "yaml_depth", path, place(event))
            if self.nodes >= limits.yaml_values:
                raise beyond(limits, "yaml_values", path, place(event))
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


def members(node: Node, path: str, expected: str) -> Iterator[tuple[Node, str, Node]]:
    """Key node, key and value of each entry of a mapping.

    Args:
        node: What should be a mapping.
        path: What to call the file in messages.
        expected: What the mapping should hold, for the message where it is none.

    Raises:
        InputError: No mapping, or a key that stands twice.
    """
    from yaml import MappingNode, ScalarNode

    if not isinstance(node, MappingNode):
        raise fault(path, node, f"expected a mapping with {expected}")
    seen = set()
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) else ""
        if name in seen:
            raise fault(path, key, f"the key {name[:60]!r} stands twice")
        seen.add(name)
        yield key, name, value


def texts_of(node: Node, path: str) -> list[str]:
    """Texts of a list, or the one text that stands in its place; none for null."""
    from yaml import SequenceNode

    if is_null(node):
        return []
    if isinstance(node, SequenceNode):
        return [text_of(each, path) for each in node.value]
    return [text_of(node, path)]


def text_of(node: Node, path: str) -> str:
    """The text of a scalar; empty for null."""
    from yaml import ScalarNode

    if not isinstance(node, ScalarNode):
        raise fault(path, node, "expected a text")
    return "" if is_null(node) else str(node.value)


def is_null(node: Node) -> bool:
    """Whether nothing stands there, or the word null."""
    from yaml import ScalarNode

    return isinstance(node, ScalarNode) and node.style is None and node.value in _NULLS


def fault(path: str, where: Any, what: str) -> InputError:
    """An error at a node or event of the file."""
    return InputError(f"{path}: {place(where)}: {what.rstrip('.?')}{'?' if what.endswith('?') else '.'}")


def place(where: Any) -> str:
    """Line and column of a node or event."""
    return _at(where.start_mark).removeprefix(" at ")


def _at(mark: Mark | None) -> str:
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
