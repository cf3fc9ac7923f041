"""Each page of the docs can be reached from README.md, and each link between them leads somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def links(page: Path) -> list[str]:
    text = _FENCE.sub("", page.read_text("utf-8"))
    return [link for link in _LINK.findall(text) if "://" not in link and not link.startswith("mailto:")]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_each_page_is_linked_from_the_front_page_or_the_index_of_formats(project_dir: Path) -> None:
    indexes = (project_dir / "README.md", project_dir / "docs" / "formats" / "README.md")
    reached = {
        (index.parent / link.partition("#")[0]).resolve() for index in indexes for link in links(index)
    }
    pages = [*(project_dir / "docs").glob("*.md"), *(project_dir / "docs" / "formats").glob("*.md")]
    assert [page.name for page in pages if page.resolve() not in reached] == []


def test_each_link_leads_somewhere(project_dir: Path) -> None:
    pages = [project_dir / "README.md", *(project_dir / "docs").rglob("*.md")]
    dead = []
    for page in pages:
        for link in links(page):
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(f"{page.relative_to(project_dir)}: {link}")
    assert dead == []
