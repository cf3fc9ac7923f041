"""Upper bounds on what is read, as data: one table for every reader, each bound with its meaning."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from tsr_agent.errors import InputError

MEBIBYTE = 1024 * 1024

MAX_JSON_BYTES = 32 * MEBIBYTE
"""A JSON input is parsed as a whole, so it is bounded more tightly than a streamed file."""
MAX_YAML_BYTES = 2 * MEBIBYTE
"""YAML is parsed in pure Python at less than a megabyte a second."""
MAX_CSV_BYTES = 16 * MEBIBYTE
MAX_COVERAGE_LINES = 2_000_000
"""Source lines in one coverage file; they are held in memory until the totals are known."""


def _bound(default: int, what: str) -> Any:
    return field(default=default, metadata={"what": what})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds on a results directory and on each file in it; ``[limits]`` in aitr.toml sets any of them."""

    file_bytes: int = _bound(512 * MEBIBYTE, "bytes of one file")
    total_bytes: int = _bound(1024 * MEBIBYTE, "bytes of all files together")
    files: int = _bound(10_000, "files in the results directory")
    depth: int = _bound(32, "levels of folders below the results directory")

    xml_depth: int = _bound(64, "levels of elements in one XML file")
    # Expat 2.5 reads a token again with each chunk that it spans, so a long one costs the square of its
    # length (CVE-2023-52425).
    xml_token_bytes: int = _bound(MEBIBYTE, "bytes of one tag or comment of an XML file")
    cases: int = _bound(2_000_000, "test cases of one results file")
    case_elements: int = _bound(100_000, "elements in one test case")
    case_requirements: int = _bound(1_000, "requirements and tags that one test case names")
    case_text: int = _bound(
        MEBIBYTE, "characters of text in one test case; what follows is shortened to a few of each"
    )
    kept_text: int = _bound(
        64 * MEBIBYTE,
        "characters of messages, details and output of one results file; "
        "what follows is shortened to the first 1,000 of each",
    )
    kept_names: int = _bound(256 * MEBIBYTE, "characters of the names of the test cases of one results file")
    header_only_cases: int = _bound(
        50, "cases made of failures that only the header of a suite counts; the others are only counted"
    )

    json_bytes: int = _bound(32 * MEBIBYTE, "bytes of one JSON file")
    event_bytes: int = _bound(4 * MEBIBYTE, "bytes of the event file of GitHub Actions")
    eval_cases: int = _bound(100_000, "samples of one eval file")
    zip_bytes: int = _bound(64 * MEBIBYTE, "bytes that the members read of one ZIP file unpack to")
    zip_members: int = _bound(100_000, "members of one ZIP file")
    zip_ratio: int = _bound(200, "times the packed size that a member of a ZIP file unpacks to")

    @classmethod
    def describe(cls) -> dict[str, str]:
        """What each bound counts, by its name in ``[limits]``."""
        return {each.name: each.metadata["what"] for each in fields(cls)}


def beyond(limits: Limits, name: str, path: str, position: str = "") -> InputError:
    """The refusal of a file that is beyond a bound: file, position, bound and how to raise it.

    Args:
        limits: The bounds in force.
        name: The name of the one that was passed.
        path: What to call the file.
        position: Where in it, such as ``line 3, column 7``.
    """
    where = f"{position}: " if position else ""
    what = Limits.describe()[name]
    return InputError(
        f"{path}: {where}more than {getattr(limits, name):,} {what}; "
        f"raise {name} under [limits] in aitr.toml to read it."
    )
