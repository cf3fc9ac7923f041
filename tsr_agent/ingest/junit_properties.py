"""Properties of test cases and suites: an allow-list of names has an effect, nothing else is kept.

Writers put user names, paths and whole command lines into properties, so a name that is not listed here
never gets into a report.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.ingest.junit_suite import BETWEEN_NAMES
from tsr_agent.ingest.limits import beyond

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from tsr_agent.ingest.junit_suite import Suite
    from tsr_agent.ingest.limits import Limits
    from tsr_agent.models.results import TestCase

REQUIREMENT_PROPERTIES = frozenset({"requirement", "requirements", "requirementid", "requirementids"})
"""As ``plain_name`` gives them: tools and languages differ in case and separators (``RequirementId``)."""

TAG_PROPERTIES = frozenset(
    {
        "tag",
        "tags",
        "category",
        "categories",
        "testcategory",
        "label",
        "labels",
        "cmakelabels",
        "trait",
        "traits",
    }
)

PRINTED = "[[PROPERTY|"
"""Begins a property among what a test printed, for tools whose cases have no properties of their own."""

_MAX_REQUIREMENT = 1_000
_MAX_NAME = 100
_MAX_LEVELS = 64
_SEPARATORS = re.compile(r"[,\n]")
_BETWEEN_TAGS = re.compile(r"[,;\s]+")
_STATED = re.compile(r"(?:requirement|req)[:=]", re.IGNORECASE)
"""Begins a tag that says it is a requirement, whether a requirements file has it or not."""
_SCENARIO = "@scenario.begin"
_SCENARIO_TAGS = re.compile(rf"^{re.escape(_SCENARIO)}\s*\n((?:[ \t]*@[^\n]*\n)+)", re.MULTILINE)
"""How behave prints a scenario's tags; its files have them nowhere else."""
_PRINTED = re.compile(
    r"""^[ \t]*\[\[PROPERTY\|(?P<name>[^\]=|\n]{1,100})
        (?:  =(?P<value>[^\n]*)\]\][ \t]*\r?$
        |    \]\][ \t]*\r?\n(?P<lines>(?:(?![ \t]*\[\[)[^\n]*\n)*)[ \t]*\[\[/PROPERTY\]\]  )""",
    re.MULTILINE | re.VERBOSE,
)


def plain_name(name: str) -> str:
    """The name without case, dots, dashes and underscores; empty for one that is too long to be listed."""
    return _plain(name) if len(name) <= _MAX_NAME else ""


@lru_cache(maxsize=1_000)
def _plain(name: str) -> str:
    # The cases of a file have properties of the same few names.
    return re.sub(r"[\s._-]", "", name.lower())


def requirements_in(name: str, value: str) -> Iterator[str]:
    """Ids that a property names: several are separated by commas or line ends."""
    if plain_name(name) in REQUIREMENT_PROPERTIES:
        for each in _SEPARATORS.split(clean(value)):
            if each.strip():
                yield cut_name(each.strip(), _MAX_REQUIREMENT)


class Names(NamedTuple):
    """What a test case names, each once, in the file's order."""

    requirements: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """A tag names a requirement only where a requirements file has one of that id."""

    def __bool__(self) -> bool:
        """Whether anything is named."""
        return bool(self.requirements or self.tags)

    def with_further(self, further: Names) -> Names:
        """These and those."""
        return Names(
            tuple(dict.fromkeys((*self.requirements, *further.requirements))),
            tuple(dict.fromkeys((*self.tags, *further.tags))),
        )


class _Named:
    """Collects what properties name."""

    def __init__(self) -> None:
        self._requirements: dict[str, None] = {}
        self._tags: dict[str, None] = {}

    def take(self, name: str, value: str) -> None:
        plain = plain_name(name)
        if plain in REQUIREMENT_PROPERTIES:
            self._requirements.update(dict.fromkeys(requirements_in(name, value)))
        elif plain in TAG_PROPERTIES:
            for tag in _BETWEEN_TAGS.split(clean(value)):
                self.take_tag(tag)

    def take_tag(self, tag: str) -> None:
        tag = tag.removeprefix("@")
        stated = _STATED.match(tag)
        kept = cut_name(tag[stated.end() :] if stated else tag, _MAX_REQUIREMENT)
        if kept:
            (self._requirements if stated else self._tags)[kept] = None

    def names(self) -> Names:
        return Names(tuple(self._requirements), tuple(self._tags))


NO_NAMES = Names()


def names_in(element: Element) -> Names:
    """What the ``properties`` of a case name."""
    if element.find("properties") is None:
        return NO_NAMES
    named = _Named()
    for properties in element:
        if properties.tag == "properties":
            for each in properties:
                named.take(each.get("name", ""), each.get("value") or each.text or "")
    return named.names()


class PrintedProperties:
    """Properties among what the open case printed, each on a line of its own.

    ``[[PROPERTY|requirement=R-1]]``, or ``[[PROPERTY|requirement]]`` with the value on the lines up to
    ``[[/PROPERTY]]``. Paths in ``[[ATTACHMENT|…]]`` are never looked at. behave prints the tags of a
    scenario above its steps.
    """

    def __init__(self) -> None:
        self._named: _Named | None = None
        """Most cases print nothing of the kind."""

    def scan(self, text: str) -> None:
        """Takes the properties of a text; of one that is cut later, before it is cut."""
        if PRINTED not in text and _SCENARIO not in text:
            return
        named = self._named = self._named or _Named()
        if PRINTED in text:
            for found in _PRINTED.finditer(text):
                value = found["value"] if found["value"] is not None else found["lines"]
                named.take(found["name"], value)
        if _SCENARIO in text:
            for scenario in _SCENARIO_TAGS.finditer(text):
                for tag in clean(scenario[1]).split():
                    if tag.startswith("@"):
                        named.take_tag(tag)

    def taken(self) -> Names:
        """What was named since the last call."""
        if self._named is None:
            return NO_NAMES
        named, self._named = self._named, None
        return named.names()


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

    def given_to(self, cases: Sequence[TestCase], limits: Limits, path: str) -> Sequence[TestCase]:
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
