"""Reading catalogues: those that ship with aitr, and a team's own in their place or beside them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tsr_agent.controls.catalogue import Catalogue
from tsr_agent.errors import TsrError, UsageError
from tsr_agent.gate.source.problem import refusal
from tsr_agent.gate.source.tree import parse_source, read_source
from tsr_agent.gate.wording import plain
from tsr_agent.models.form_problems import problems_of
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = "controls"
"""Folder beside a library's file in which a team puts its own catalogues."""
SHIPPED = Path(__file__).parent / "shipped"
"""One file a framework, by its id."""
IN_ORDER = ("eu-ai-act", "nist-ai-rmf", "iso-iec-42001")
MAX_CATALOGUES = 50
"""Most files of a folder that are read."""
_WHAT = "controls catalogue"
_ENDINGS = (".json", ".yaml", ".yml")


class Gathered(NamedTuple):
    """The catalogues that are in use, and the files that are not."""

    catalogues: tuple[Catalogue, ...]
    refused: tuple[TsrError, ...] = ()
    """Why each file that was found could not be used; whoever shows the catalogues shows these too."""


def parse_catalogue(data: bytes, source: str) -> Catalogue:
    """Reads a catalogue from the bytes of its file, JSON or YAML.

    Args:
        data: The bytes.
        source: What to call it in messages.

    Raises:
        PolicyError: It is none; the error names file, position and reason of everything that is wrong.
    """
    document = parse_source(data, source)
    problems = problems_of(document.tree, Catalogue)
    if not problems:
        problems = list(_meaningless(document.tree))
    if problems:
        raise refusal(source, _WHAT, document.problems(problems))
    return msgspec.convert(document.tree, ready(Catalogue))


def load_catalogue(path: Path) -> Catalogue:
    """Reads a catalogue.

    Raises:
        PolicyError: Absent, unreadable or none.
    """
    return parse_catalogue(read_source(path), str(path))


def shipped() -> tuple[Catalogue, ...]:
    """The catalogues that ship with aitr.

    Raises:
        PolicyError: The installation is damaged.
    """
    return tuple(load_catalogue(SHIPPED / f"{each}.json") for each in IN_ORDER)


def with_own(own: Iterable[Catalogue]) -> tuple[Catalogue, ...]:
    """The shipped catalogues with a team's own in the place of those of their id, and the others behind.

    Raises:
        UsageError: Two of the own ones have the same id, so that it is open which one is meant.
    """
    given = tuple(own)
    twice = [name for name, times in Counter(each.id for each in given).items() if times > 1]
    if twice:
        raise UsageError(
            f"Two catalogues of controls have the id {twice[0]}.",
            next_step="Leave one of them out, or give it an id of its own.",
        )
    return tuple(({each.id: each for each in shipped()} | {each.id: each for each in given}).values())


def gather(folder: Path) -> Gathered:
    """The shipped catalogues with those of a folder. What can't be used is told and not passed over.

    Args:
        folder: May be absent. Files that end otherwise than catalogues do are none of ours.

    Raises:
        PolicyError: The installation is damaged.
    """
    own: dict[str, Catalogue] = {}
    refused: list[TsrError] = []
    for place, path in enumerate(_files_of(folder, refused)):
        try:
            if place >= MAX_CATALOGUES:
                raise UsageError(f"{path}: not read; {MAX_CATALOGUES} catalogues are the most.")
            found = load_catalogue(path)
            if found.id in own:
                raise UsageError(
                    f"{path}: the id {found.id} stands in a file before it, too.",
                    next_step="Take one of the two out of the folder, or give it an id of its own.",
                )
            own[found.id] = found
        except TsrError as error:
            refused.append(error)
    return Gathered(with_own(own.values()), tuple(refused))


def _files_of(folder: Path, refused: list[TsrError]) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if each.suffix.lower() in _ENDINGS)
    except FileNotFoundError:
        return []
    except OSError as error:
        refused.append(UsageError(f"{folder}: can't be read: {error.strerror or error}."))
        return []


def _meaningless(tree: dict[str, list[dict[str, object]]]) -> Iterator[str]:
    """What has the form of a catalogue and can't be meant."""
    seen: set[str] = set()
    for place, control in enumerate(tree["controls"]):
        name = str(control["id"])
        if name in seen:
            yield f"$.controls[{place}].id: {plain(name, 100)!r} stands twice"
        seen.add(name)
        kinds = control["evidence"]
        if isinstance(kinds, list) and len(set(kinds)) != len(kinds):
            yield f"$.controls[{place}].evidence: a kind stands twice"
