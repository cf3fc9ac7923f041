"""The help pages, cut into passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Passage:
    """One section of a help page."""

    page: str
    """File name without its ending, which answers cite."""
    title: str
    """Title of the page and heading of the section."""
    text: str


def load_passages(folder: Path) -> list[Passage]:
    """The passages of all help pages of a folder, in the order of the file names.

    Raises:
        ValueError: The folder has no help page, or one of them has no text under a heading.
    """
    passages = [each for path in sorted(folder.glob("*.md")) for each in _passages_of(path)]
    if not passages:
        raise ValueError(f"{folder}: no help pages.")
    return passages


def _passages_of(path: Path) -> list[Passage]:
    head, *sections = path.read_text(encoding="utf-8").split("\n## ")
    title = head.removeprefix("# ").strip()
    found = []
    for section in sections:
        heading, _, text = section.partition("\n")
        if not text.strip():
            raise ValueError(f"{path}: nothing under the heading {heading.strip()!r}.")
        found.append(Passage(page=path.stem, title=f"{title}: {heading.strip()}", text=text.strip()))
    if not found:
        raise ValueError(f"{path}: no section.")
    return found
