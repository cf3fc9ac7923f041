"""Properties of test cases and suites: an allow-list of names has an effect, nothing else is kept.

Writers put user names, paths and whole command lines into properties, so a name that is not listed here
never gets into a report.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import structs

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.ingest.junit_suite import BETWEEN_NAMES
from tsr_agent.ingest.limits import beyond

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from tsr_agent.ingest.junit_suite import Suite
    from tsr_agent.ingest.limits import Limits
    from tsr_agent.models.results import TestCase

REQUIREMENT_PROPERTIES = frozenset({"requirement", "requirements", "requirementid", "requirementids"})
"""As ``plain_name`` gives them: tools and languages differ in case and separators (``RequirementId``)."""

PRINTED = "[[PROPERTY|"
"""Begins a property among what a test printed, for tools whose cases have no properties of their own."""

_MAX_REQUIREMENT = 1_000
_MAX_NAME = 100
_MAX_LEVELS = 64
_SEPARATORS = re.compile(r"[,\n]")
_PRINTED = re.compile(
    r"""^[ \t]*\[\[PROPERTY\|(?P<name>[^\]=|\n]{1,100})
        (?:  =(?P<value>[^\n]*)\]\][ \t]*\r?$
        |    \]\][ \t]*\r?\n(?P<lines>(?:(?![ \t]*\[\[)[^\n]*\n)*)[ \t]*\[\[/PROPERTY\]\]  )""",
    re.MULTILINE | re.VERBOSE,
)


def plain_name(name: str) -> str:
    """The name without case, dots, dashes and underscores; empty for one that is too long to be listed."""
    if len(name) > _MAX_NAME:
        return ""
    return re.sub(r"[\s._-]", "", name.lower())


def requirements_in(name: str, value: str) -> Iterator[str]:
    """Ids that a property names: several are separated by commas or line ends."""
    if plain_name(name) in REQUIREMENT_PROPERTIES:
        for each in _SEPARATORS.split(clean(value)):
            if each.strip():
                yield cut_name(each.strip(), _MAX_REQUIREMENT)


def requirement_ids(element: Element) -> tuple[str, ...]:
    """Ids from the ``properties`` of a case, each once, in the file's order."""
    found: dict[str, None] = {}
    for properties in element:
        if properties.tag == "properties":
            for each in properties:
                text = each.get("value") or each.text or ""
                found.update(dict.fromkeys(requirements_in(each.get("name", ""), text)))
    return tuple(found)


class PrintedProperties:
    """Properties among what the open case printed, each on a line of its own.

    ``[[PROPERTY|requirement=R-1]]``, or ``[[PROPERTY|requirement]]`` with the value on the lines up to
    ``[[/PROPERTY]]``. Paths in ``[[ATTACHMENT|…]]`` are never looked at.
    """

    def __init__(self) -> None:
        self._requirements: dict[str, None] = {}

    def scan(self, text: str) -> None:
        """Takes the properties of a text; of one that is cut later, before it is cut."""
        if PRINTED not in text:
            return
        for found in _PRINTED.finditer(text):
            value = found["value"] if found["value"] is not None else found["lines"]
            self._requirements.update(dict.fromkeys(requirements_in(found["name"], value)))

    def taken(self) -> tuple[str, ...]:
        """The ids since the last call."""
        if not self._requirements:
            return ()
        requirements, self._requirements = tuple(self._requirements), {}
        return requirements


class SuiteRequirements:
    """Requirements that suites name for all cases in them, whether before the cases or after them."""

    def __init__(self) -> None:
        self._of_suites: dict[str, dict[str, dict[str, None]]] = {}
        """Ids by host by the suite's whole name."""
        self.characters = 0
        """Of all ids that are held."""

    def add(self, suite: Suite, name: str, value: str) -> None:
        """Takes a property of a suite; most are none of the listed ones."""
        for requirement in requirements_in(name, value):
            self._of_suites.setdefault(suite.name, {}).setdefault(suite.host, {})[requirement] = None
            self.characters += len(requirement)

    def given_to(self, cases: tuple[TestCase, ...], limits: Limits, path: str) -> tuple[TestCase, ...]:
        """The cases with the requirements of every suite around them behind their own.

        Args:
            cases: Those of the file.
            limits: Bounds on what they name together.
            path: What to call the file.

        Raises:
            InputError: They would name more than the bounds allow.
        """
        if not self._of_suites:
            return cases
        known: dict[tuple[str, str], tuple[str, ...]] = {}
        given, room = [], limits.kept_names
        for case in cases:
            place = (case.suite, case.host)
            if place not in known:
                known[place] = self._around(*place)
            ids = tuple(dict.fromkeys((*case.requirement_ids, *known[place]))) if known[place] else ()
            if len(ids) > limits.case_requirements:
                raise beyond(limits, "case_requirements", path)
            room -= sum(map(len, ids))
            if room < 0:
                raise beyond(limits, "kept_names", path)
            given.append(structs.replace(case, requirement_ids=ids) if ids else case)
        return tuple(given)

    def _around(self, suite: str, host: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for name in _names_around(suite):
            for of_host, requirements in self._of_suites.get(name, {}).items():
                # The host tells suites of one name apart; an inner suite may have another than the outer.
                if name != suite or of_host == host:
                    found.update(requirements)
        return tuple(found)


def _names_around(suite: str) -> Iterator[str]:
    """The whole names of the suites that a suite stands in, the root first, and its own."""
    yield ""
    end = -1
    for _level in range(_MAX_LEVELS):
        end = suite.find(BETWEEN_NAMES, end + 1)
        if end < 0:
            break
        yield suite[:end]
    if suite:
        yield suite
