"""Lines of a commit that the failure of a test names, and the file of a test that names only its class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aitr_desktop.code.commit_paths import is_absolute, parts_of
from aitr_desktop.code.named_lines import named_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aitr_desktop.code.commit_paths import CommitPaths
    from aitr_desktop.code.named_lines import NamedLine
    from tsr_agent.models.results import TestCase

MAX_TEXT = 32 * 1024 * 1024
"""Characters of failures' words that are searched in one report."""
_DOTTED = re.compile(r"[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*){0,30}")
_NAME = re.compile(r"[A-Za-z_]\w{0,499}")
_JAVA_ENDINGS = (".java", ".kt", ".scala", ".groovy")


def failing_lines(case: TestCase, paths: CommitPaths) -> tuple[tuple[tuple[str, int], ...], int]:
    """The lines of files of the commit that a failure names, each once, and how many characters were read.

    A path counts where it is one file's and no other's. Of a path of a machine two names at least have to
    fit: every system has an ``__init__.py``.

    Args:
        case: The test, with all of its attempts.
        paths: All files of the commit.
    """
    read = 0
    found: dict[tuple[str, int], None] = {}
    for text in _texts(case):
        read += len(text)
        for named in named_lines(text):
            path = _path(named, case, paths)
            if path:
                found[path, named.line] = None
    return tuple(found), read


def class_files(case: TestCase) -> tuple[str, ...]:
    """Where the file of a test lies that names only its module or class: by package, likeliest first."""
    name = case.classname
    if len(name) > 1_000 or not _DOTTED.fullmatch(name):
        return ()
    parts = name.split(".")
    outer = "/".join((*parts[:-1], parts[-1].partition("$")[0]))
    found = ["/".join(parts) + ".py"]
    # Test classes stand in a module, and may stand in each other.
    while len(parts) > 1 and parts[-1][:1].isupper():
        parts.pop()
        found.append("/".join(parts) + ".py")
    return (*found, *(outer + ending for ending in _JAVA_ENDINGS))


def defined_place(case: TestCase) -> str:
    """``file.py::name`` of a test of pytest, which names no line unless told to; empty for any other.

    Only a module that pytest finds by its name counts: other tools write classes and packages there.
    """
    own = [each for each in class_files(case) if each.endswith(".py")]
    stem = own[-1].rpartition("/")[2].removesuffix(".py") if own else ""
    name = case.id.partition("[")[0].rpartition("::")[2]
    is_found = stem.startswith("test_") or stem.endswith("_test")
    return f"{own[-1]}::{name}" if is_found and _NAME.fullmatch(name) else ""


def _texts(case: TestCase) -> Iterator[str]:
    yield from filter(None, (case.message, case.details))
    for attempt in case.attempts:
        yield from filter(None, (attempt.message, attempt.details))


def _path(named: NamedLine, case: TestCase, paths: CommitPaths) -> str:
    if named.is_class:
        return paths.ending(named.path).path
    names = parts_of(named.path)
    if len(names) == 1 and not is_absolute(named.path):
        return _beside(names[0], case, paths)
    found = paths.find(named.path, least=2)
    # A line of a stack is marked in no file that it may not mean.
    return "" if found.others else found.path


def _beside(name: str, case: TestCase, paths: CommitPaths) -> str:
    """A file named without its folder, as go does: in the test's own, else the only one of the name."""
    own = parts_of(case.file)
    if own:
        beside = paths.find("/".join((*own[:-1], name)), least=2).path
        if beside:
            return beside
    package = paths.find(f"{case.classname}/{name}", least=2).path if "/" in case.classname else ""
    return package or paths.ending(name).path
