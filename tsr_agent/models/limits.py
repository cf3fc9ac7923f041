"""Upper bounds on what is read, as data: one table for every reader, each bound with its meaning."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

MEBIBYTE = 1024 * 1024
MOST = 2**40
"""More than this is a slip of the pen, whatever is counted."""


def _bound(default: int, what: str, *, most: int = MOST, refused: bool = True) -> Any:
    """One bound.

    Args:
        default: Its value where nobody sets it.
        what: What it counts, as it follows a number.
        most: The most that it can be raised to.
        refused: Beyond it nothing of the file is taken; otherwise only some of it.
    """
    return field(default=default, metadata={"what": what, "most": most, "refused": refused})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds on a results directory and on each file in it; ``[limits]`` in aitr.toml sets any of them.

    With the defaults no file takes a reader more than 2 s and 300 MB.
    """

    file_bytes: int = _bound(32 * MEBIBYTE, "bytes of one file")
    total_bytes: int = _bound(192 * MEBIBYTE, "bytes of all files together")
    files: int = _bound(10_000, "files in the results directory")
    depth: int = _bound(32, "levels of folders below the results directory", most=200)

    xml_depth: int = _bound(64, "levels of elements in one XML file", most=1_000)
    # Expat 2.5 reads a token again with each chunk that it spans, so a long one costs the square of its
    # length (CVE-2023-52425).
    xml_token_bytes: int = _bound(MEBIBYTE, "bytes of one tag or comment of an XML file")
    xml_attribute: int = _bound(65_536, "characters of one attribute in a coverage XML file")
    cases: int = _bound(300_000, "test cases of one results file")
    repeated_cases: int = _bound(150_000, "test cases of one results file that share their id with another")
    junit_elements: int = _bound(
        420_000,
        "elements of one results file beside plain test cases, each suite and other case counted as four",
    )
    case_elements: int = _bound(100_000, "elements in one test case")
    case_requirements: int = _bound(1_000, "requirements and tags that one test case names")
    file_requirements: int = _bound(
        200_000, "requirements and tags that the test cases of one results file name"
    )
    case_text: int = _bound(
        MEBIBYTE, "characters of text in one test case, before each further text is shortened", refused=False
    )
    kept_text: int = _bound(
        12 * MEBIBYTE,
        "characters of messages, details and output of one results file, before they are shortened",
        refused=False,
    )
    kept_names: int = _bound(
        32 * MEBIBYTE,
        "characters of the names of the test cases of one results file, those beyond ASCII counted as four",
    )
    header_only_cases: int = _bound(
        1_000, "cases made of failures that only the header of a suite counts", most=100_000
    )

    json_bytes: int = _bound(24 * MEBIBYTE, "bytes of one JSON file")
    json_values: int = _bound(500_000, "values, lists and objects of one JSON file")
    json_depth: int = _bound(64, "levels of lists and objects in one JSON file", most=500)
    event_bytes: int = _bound(4 * MEBIBYTE, "bytes of the event file of GitHub Actions")
    exec_record_bytes: int = _bound(4 * MEBIBYTE, "bytes of one exec record")
    eval_cases: int = _bound(100_000, "samples of one eval file")
    zip_bytes: int = _bound(64 * MEBIBYTE, "bytes that the members read of one ZIP file unpack to")
    zip_members: int = _bound(100_000, "members of one ZIP file")
    zip_ratio: int = _bound(200, "times the packed size that a member of a ZIP file unpacks to")

    coverage_lines: int = _bound(
        300_000, "lines and branches of one coverage file, each source file counted as four"
    )
    coverage_elements: int = _bound(1_000_000, "elements of one coverage XML file")
    lcov_rows: int = _bound(1_500_000, "lines of one lcov file")
    lcov_line_bytes: int = _bound(65_536, "bytes of one line of an lcov file")
    findings: int = _bound(10_000, "findings of one file, the worst of which are held", refused=False)
    sarif_runs: int = _bound(1_000, "runs of one SARIF file")

    requirements: int = _bound(100_000, "requirements of one file")
    requirement_names: int = _bound(200_000, "tests that the requirements of one file name")
    yaml_bytes: int = _bound(2 * MEBIBYTE, "bytes of one YAML file")
    yaml_depth: int = _bound(8, "levels of lists and mappings in one YAML file", most=100)
    yaml_values: int = _bound(60_000, "mappings, lists and texts of one YAML file")
    csv_bytes: int = _bound(8 * MEBIBYTE, "bytes of one CSV file")
    need_links: int = _bound(100_000, "links and references of one needs.json or Doorstop file")
    requirement_tests: int = _bound(20_000, "tests of one requirement", refused=False)
    # With repetitions: a test of two requirements counts twice, because a report lists it twice.
    all_requirement_tests: int = _bound(500_000, "tests of all requirements together", refused=False)
    all_requirement_names: int = _bound(32 * MEBIBYTE, "characters of the ids of those tests", refused=False)
    # In steps and not in seconds, so that the answer never depends on how fast a machine is.
    matching_steps: int = _bound(
        1_000_000_000,
        "steps of about a nanosecond for finding the tests that requirements name",
        refused=False,
    )

    @classmethod
    def describe(cls) -> dict[str, str]:
        """What each bound counts, by its name in ``[limits]``."""
        return {each.name: each.metadata["what"] for each in fields(cls)}

    @classmethod
    def most(cls) -> dict[str, int]:
        """What each bound can be raised to, by its name."""
        return {each.name: each.metadata["most"] for each in fields(cls)}

    @classmethod
    def refusing(cls) -> frozenset[str]:
        """Names of the bounds beyond which nothing of a file is taken."""
        return frozenset(each.name for each in fields(cls) if each.metadata["refused"])
