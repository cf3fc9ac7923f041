"""Which kind of test a results file holds: said by a person or by its name, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from tsr_agent.ingest.path_glob import matches_named
from tsr_agent.models.results import TestType

_BETWEEN_TOKENS = re.compile(r"[-_.\s]+")
_HOW_TO_SAY = "say it with --type TYPE=GLOB or under [types] in aitr.toml"


@dataclass(frozen=True, kw_only=True)
class TypeRule:
    """Files that match the pattern hold tests of this type."""

    test_type: TestType
    pattern: str

    def matches(self, *names: str) -> bool:
        """Whether any of the paths matches.

        A pattern without a slash is held against the file name alone. ``*`` and ``?`` stay within one
        name, ``**`` crosses folders.
        """
        return matches_named(self.pattern, *names)


@dataclass(frozen=True)
class TypeFinding:
    """The test type of a file, or None, and what says so."""

    test_type: TestType | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class TestTypes:
    """Finds the test type of a results file: options first, then aitr.toml, then the file's own path.

    Attributes:
        options: Rules of the command line.
        configured: Rules of ``[types]`` in aitr.toml.
        root: The results directory as a person writes it; patterns may start with it.
    """

    __test__ = False

    options: tuple[TypeRule, ...] = ()
    configured: tuple[TypeRule, ...] = ()
    root: str = ""

    def of(self, path: str) -> TypeFinding:
        """The type of a file.

        Args:
            path: Relative to the results directory, with forward slashes.

        Returns:
            The type with what says so. Without a type where nothing says one or two things are said.
        """
        return self._ruled(path) or _one_of(_named_in(path), "its name")

    def _ruled(self, path: str) -> TypeFinding | None:
        """What the rules say; None where none matches."""
        names = (path, f"{self.root.rstrip('/')}/{path}") if self.root else (path,)
        for rules, source in ((self.options, "--type"), (self.configured, "[types] of aitr.toml")):
            said = {rule.test_type: rule.pattern for rule in rules if rule.matches(*names)}
            if said:
                return _one_of(list(said), f"{source} {' and '.join(said.values())}")
        return None

    def claim(self, path: str) -> str:
        """What says that a file holds tests, whatever is in it; empty where nothing does.

        A file that is said to hold tests and is of no known format must not be overlooked: it may be
        the record of a failure, damaged or in another form.
        """
        finding = self._ruled(path)
        if finding is not None:
            return finding.reason
        named = _named_in(path) if path.lower().endswith(".xml") else []
        return f"{' and '.join(each.value for each in named)} by its name" if named else ""

    def unused(self, paths: list[str]) -> tuple[TypeRule, ...]:
        """Rules of the command line that match none of the paths; usually a slip of the pen."""
        whole = [*paths, *(f"{self.root.rstrip('/')}/{path}" for path in paths if self.root)]
        return tuple(rule for rule in self.options if not rule.matches(*whole))


def _one_of(types: list[TestType], source: str) -> TypeFinding:
    if not types:
        return TypeFinding(None, f"no test type is known for it; {_HOW_TO_SAY}")
    if len(types) > 1:
        both = " and ".join(each.value for each in types)
        return TypeFinding(None, f"{source} says both {both}; {_HOW_TO_SAY}")
    return TypeFinding(types[0], f"{types[0].value} by {source}")


def _named_in(path: str) -> list[TestType]:
    """Test types that are a word of the file's stem or of a folder above it, in the enum's order."""
    place = PurePosixPath(path)
    words = {word for part in (*place.parts[:-1], place.stem) for word in _BETWEEN_TOKENS.split(part.lower())}
    return [each for each in TestType if each.value in words]
