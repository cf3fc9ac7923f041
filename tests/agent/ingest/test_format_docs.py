"""docs/formats has a row and a page for each reader, with a file on it that this very reader takes."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest

from tests.factories.inputs import read
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts, Reader
from tsr_agent.ingest.registry import recognise, result_readers

READERS = result_readers(Limits())
NAMES = {
    "json": "excerpt.json",
    "xml": "excerpt.xml",
    "yaml": "excerpt.yml",
    "csv": "excerpt.csv",
    "text": "excerpt.info",
}
"""By the language of an excerpt, a file name that says nothing but its suffix."""


@pytest.fixture
def formats(project_dir: Path) -> Path:
    return project_dir / "docs" / "formats"


def rows(formats: Path) -> dict[str, str]:
    """By name of a reader, the page that its row in the table leads to."""
    table = (formats / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| ([^|]+) \|(?: [^|]+ \|){3} \[[^]]+\]\(([\w-]+\.md)\) \|$", table, re.MULTILINE)
    assert len(found) == len(dict(found)), "a reader stands twice in docs/formats/README.md"
    return dict(found)


def excerpts(page: str) -> list[tuple[str, bytes]]:
    """Name and content of each file on a page."""
    fenced = re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [(NAMES[language], text.encode()) for language, text in fenced if language in NAMES]


def test_the_table_has_a_row_for_each_reader_and_no_other(formats: Path) -> None:
    assert sorted(rows(formats)) == sorted(reader.name for reader in READERS)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_the_page_of_a_reader_has_a_file_that_it_takes_and_reads(formats: Path, reader: Reader) -> None:
    page = (formats / rows(formats)[reader.name]).read_text(encoding="utf-8")
    taken = [
        (name, document)
        for name, document in excerpts(page)
        if recognise(READERS, document, PurePosixPath(name)).reader is reader
    ]
    assert taken, f"no file on the page of {reader.name} is taken by its reader"
    for name, document in taken:
        parts = read(reader, document, name)
        assert any(
            value for field, value in vars(parts).items() if field not in ("remarks", "is_test_run")
        ), f"the file on the page of {reader.name} gives nothing"


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_the_page_of_a_reader_says_what_is_refused(formats: Path, reader: Reader) -> None:
    page = (formats / rows(formats)[reader.name]).read_text(encoding="utf-8")
    assert re.search(r"\b[Rr]efused\b|\bunreadable\b", page)


def test_every_page_can_be_reached_from_the_table(formats: Path) -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)", (formats / "README.md").read_text(encoding="utf-8")))
    assert linked == {path.name for path in formats.glob("*.md")} - {"README.md"}


def test_an_empty_answer_of_a_reader_would_be_noticed() -> None:
    assert not any(value for field, value in vars(Parts()).items() if field not in ("remarks",))
