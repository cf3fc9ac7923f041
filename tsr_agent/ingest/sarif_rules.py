"""What SARIF leaves to be looked up: a result's rule, its level, its message and its file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tsr_agent.ingest.bounded_text import clean, cut_middle, cut_name
from tsr_agent.ingest.findings_bound import MAX_FILE, MAX_MESSAGE
from tsr_agent.ingest.sarif_model import Kind, RuleReference
from tsr_agent.models.findings import FindingLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.ingest.sarif_model import Component, Message, Result, Rule, Run

_PLACEHOLDER = re.compile(r"\{(\d{1,3})\}")
# What follows is no percent escape, so it can only be the name of a base: %SRCROOT%/src/app.py.
_BASE = re.compile(r"%[A-Za-z_][A-Za-z0-9_]*+%/+")
_DRIVE = re.compile(r"/[A-Za-z]:/")
_MAX_ID = 1_000
_MAX_PARTS = 16
"""Parts of an id such as ``CA1000/1/2`` that are tried as a rule's own."""


class RunRules:
    """The rules of one run.

    Args:
        run: The run whose results are looked up.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._components = (run.tool.driver, *run.tool.extensions)
        self._by_id: dict[str, tuple[Component, Rule]] = {}
        for component in self._components:
            for rule in component.rules:
                self._by_id.setdefault(rule.id, (component, rule))
        self._by_name = {each.name: each for each in reversed(self._components)}
        self._shown: dict[str, str] = {}
        self._overrides = [
            {
                found[1].id: each.configuration.level
                for each in invocation.rule_configuration_overrides
                if each.configuration.level is not None and (found := self._find(each.descriptor))
            }
            for invocation in run.invocations
        ]

    def level(self, result: Result) -> FindingLevel:
        """The level as the specification resolves it (SARIF 2.1.0, section 3.27.10)."""
        if result.kind is not Kind.FAIL:
            return FindingLevel.NONE
        if result.level is not None:
            return result.level
        found = self._find(_reference(result))
        if found is None:
            return FindingLevel.WARNING
        rule = found[1]
        place = result.provenance.invocation_index if result.provenance else -1
        if 0 <= place < len(self._overrides) and rule.id in self._overrides[place]:
            return self._overrides[place][rule.id]
        configured = rule.default_configuration.level if rule.default_configuration else None
        return configured or FindingLevel.WARNING

    def rule_id(self, result: Result) -> str:
        """The id of the result's rule; empty where it has none."""
        reference = _reference(result)
        found = None if reference.id else self._find(reference)
        rule_id = reference.id or (found[1].id if found else "")
        if rule_id not in self._shown:
            self._shown[rule_id] = cut_name(clean(rule_id), _MAX_ID)
        return self._shown[rule_id]

    def message(self, result: Result) -> str:
        """The message as text, its placeholders filled in."""
        written = result.message
        template = written.text or written.markdown
        if template is None and written.id is not None:
            found = self._find(_reference(result))
            component, strings = (found[0], found[1].message_strings) if found else (self._components[0], {})
            meant = strings.get(written.id) or component.global_message_strings.get(written.id)
            template = meant.text or meant.markdown if meant else written.id
        return clean(cut_middle(_filled(template or "", written), MAX_MESSAGE))

    def file(self, result: Result) -> str:
        """The file of the result's first place as a plain path; empty where it has none."""
        places = (each.physical_location for each in result.locations)
        location = next((each.artifact_location for each in places if each), None)
        if location is not None and location.uri is None and 0 <= location.index < len(self._run.artifacts):
            location = self._run.artifacts[location.index].location
        return plain_path(location.uri) if location is not None and location.uri else ""

    def _find(self, reference: RuleReference) -> tuple[Component, Rule] | None:
        component = self._component(reference)
        if component is not None and 0 <= reference.index < len(component.rules):
            rule = component.rules[reference.index]
            if reference.id is None or _is_or_is_below(reference.id, rule.id):
                return component, rule
        for name in _names(reference.id):
            if name in self._by_id:
                return self._by_id[name]
        return None

    def _component(self, reference: RuleReference) -> Component | None:
        named = reference.tool_component
        if named is None:
            return self._components[0]
        if 0 <= named.index < len(self._components) - 1:
            return self._components[named.index + 1]
        return self._by_name.get(named.name) if named.name is not None else None


def plain_path(uri: str) -> str:
    """A URI of a file as a path; relative ones stay relative to their base, other schemes stay URIs."""
    bounded = uri[: MAX_FILE * 4]
    if base := _BASE.match(bounded):
        bounded = bounded[base.end() :]
    lowered = bounded[:8].lower()
    if lowered.startswith("file://"):
        host, slash, rest = bounded[7:].partition("/")
        path = unquote(slash + rest)
        path = path[1:] if _DRIVE.match(path) else path
        return cut_name(clean(path if host in ("", "localhost") else f"//{host}{path}"), MAX_FILE)
    if lowered.startswith("file:"):
        bounded = bounded[5:]
    elif "://" in bounded:
        return cut_name(clean(bounded), MAX_FILE)
    return cut_name(clean(unquote(bounded)), MAX_FILE)


def _reference(result: Result) -> RuleReference:
    own = result.rule or RuleReference()
    return RuleReference(
        id=result.rule_id if result.rule_id is not None else own.id,
        index=own.index if own.index >= 0 else result.rule_index,
        tool_component=own.tool_component,
    )


def _is_or_is_below(rule_id: str, above: str) -> bool:
    """``CA1000/1`` is below ``CA1000``."""
    return rule_id == above or (rule_id.startswith(above) and rule_id[len(above) :][:1] == "/")


def _names(rule_id: str | None) -> Iterator[str]:
    """The id, and what is left of it as its last parts are taken away."""
    for _ in range(_MAX_PARTS):
        if not rule_id:
            return
        yield rule_id
        rule_id = rule_id.rpartition("/")[0]


def _filled(template: str, message: Message) -> str:
    """The template with its arguments, not longer than it can be shown anyhow."""
    if not message.arguments:
        return template
    pieces, length = [], 0
    for number, piece in enumerate(_PLACEHOLDER.split(template[:MAX_MESSAGE])):
        # The pattern has one group: every second piece is the number of an argument.
        text = piece
        if number % 2:
            place = int(piece)
            text = message.arguments[place] if place < len(message.arguments) else f"{{{piece}}}"
        pieces.append(text[: MAX_MESSAGE + 1])
        length += len(text)
        if length > MAX_MESSAGE:
            break
    return "".join(pieces)
