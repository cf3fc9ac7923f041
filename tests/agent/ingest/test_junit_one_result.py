"""A case with one result is read without a tree: it must say what the tree, and so junitparser, says."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tsr_agent.errors import InputError
from tsr_agent.ingest import open_case
from tsr_agent.ingest.bounded_text import clean, clean_parsed
from tsr_agent.ingest.junit_outcomes import only_result, results
from tsr_agent.ingest.junit_stream import JUnitStream
from tsr_agent.ingest.limits import Limits
from tsr_agent.models.results import CaseStatus

if TYPE_CHECKING:
    from tsr_agent.ingest.junit_stream import StreamResult
    from tsr_agent.models.results import HeaderDifference, TestCase

TAGS = st.sampled_from(["failure", "error", "skipped"])
PROSE = st.text(st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=("Cs",)), max_size=8)
WORDS = st.sampled_from(
    [
        "",
        "pytest.xfail",
        "XFAIL",
        "UnexpectedSuccess",
        "test passes unexpectedly",
        "expected test failure",
        "TEST_CASE tagged with !mayfail",
        "SKIP_RETURN_CODE=77",
        "Disabled",
        "\n  first line\nsecond",
        "\x7f\x85",
        "[[PROPERTY|requirement=R-1]]",
        "@scenario.begin\n  @slow @req:R-2\n",
        "long " * 20_000,
    ]
)


def fit_for_xml(text: str) -> str:
    return "".join(each for each in text if each in "\t\n" or each >= " ").translate({0xFFFE: "", 0xFFFF: ""})


TEXTS = st.one_of(PROSE.map(fit_for_xml), WORDS)
RESULTS = st.fixed_dictionaries({}, optional={"message": TEXTS, "type": TEXTS, "other": TEXTS})
CASES = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS,
        "classname": TEXTS,
        "time": st.sampled_from(["0.5", "", "-1", "1,024"]),
        "file": TEXTS,
        "line": st.sampled_from(["0", "7", "x"]),
        "status": st.sampled_from(["run", "notrun", "failed", "odd"]),
    },
)


def attributes_of(values: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items())


def read(
    document: str, limits: Limits, size: int
) -> tuple[tuple[TestCase, ...], list[HeaderDifference], int]:
    whole = document.encode()
    stream = JUnitStream("unit.xml", limits)
    found: StreamResult = stream.run(whole[at : at + size] for at in range(0, len(whole), size))
    tests = found.ledger.tests(by_pytest=found.by_pytest)
    return tuple(tests), found.reconciliation.differences, found.shortened


@given(TAGS, RESULTS, TEXTS, CASES)
def test_an_only_result_means_what_junitparser_makes_of_it(
    tag: str, said: dict[str, str], text: str, case: dict[str, str]
) -> None:
    element = ET.Element("testcase", case)
    ET.SubElement(element, tag, said).text = text
    assert [only_result(tag, said, text, case)] == results(element, case)


class Written(NamedTuple):
    """A case with one result, as a file has it."""

    tag: str
    said: dict[str, str]
    text: str
    case: dict[str, str]
    printed: list[tuple[str, bool, str]]
    """Tag, whether it stands before the result, text."""

    def with_more(self, before: str = "", behind: str = "") -> str:
        """The element with others around those that it has."""
        first = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, is_first, text in self.printed if is_first)
        last = "".join(
            f"<{tag}>{escape(text)}</{tag}>" for tag, is_first, text in self.printed if not is_first
        )
        result = f"<{self.tag}{attributes_of(self.said)}>{escape(self.text)}</{self.tag}>"
        return f"<testcase{attributes_of(self.case)}>\n {before}{first}{result}\n{last}{behind}</testcase>"


PRINTED = st.tuples(st.sampled_from(["system-out", "system-err"]), st.booleans(), TEXTS)


@given(
    st.builds(Written, TAGS, RESULTS, TEXTS, CASES, st.lists(PRINTED, max_size=2)),
    st.sampled_from(["s", "pytest"]),
    st.sampled_from([70, 300, 1_048_576]),
    st.sampled_from([37, 100_000]),
)
def test_a_case_with_one_result_is_read_as_it_is_from_a_tree(
    written: Written, suite: str, case_text: int, size: int
) -> None:
    """An element without a meaning, before or behind all others, makes no difference but that of the way."""
    header = f"<testsuite name='{suite}' hostname='h' tests='1' failures='1' errors='0' skipped='0'>"
    limits = Limits(case_text=case_text)
    ways = [
        read(f"{header}{case}</testsuite>", limits, max(size, len(case) // 20))
        for case in (written.with_more(), written.with_more(behind="<x/>"), written.with_more(before="<x/>"))
    ]
    assert ways[0] == ways[1] == ways[2]
    assert len(ways[0][0]) >= 1


def test_a_case_with_one_result_and_output_grows_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(open_case, "CaseTree")
    inner = "<system-out>o</system-out><failure message='m'>d</failure><system-err>e</system-err>"
    (case,), _, _ = read(f"<testsuite><testcase name='n'>{inner}</testcase></testsuite>", Limits(), size=100)
    assert (case.status, case.message, case.details, case.output) == (CaseStatus.FAILED, "m", "d", "oe")


@pytest.mark.parametrize(
    ("limits", "refused"),
    [
        (Limits(junit_elements=8), False),
        (Limits(junit_elements=7), True),
        (Limits(xml_depth=3), False),
        (Limits(xml_depth=2), True),
    ],
)
def test_an_only_result_is_held_to_the_bounds_on_elements(limits: Limits, refused: bool) -> None:
    document = "<testsuite><testcase name='n'><failure/></testcase></testsuite>"
    if refused:
        with pytest.raises(InputError, match=r"^unit\.xml: line 1, column \d+: more than "):
            read(document, limits, size=100)
    else:
        assert len(read(document, limits, size=100)[0]) == 1


ENCODINGS = ["utf-8", "utf-16", "us-ascii", "iso-8859-1", "windows-1252", "cp1251"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("code", [each for each in range(32) if each not in (9, 10, 13)])
def test_expat_lets_no_control_of_ascii_through(code: int, encoding: str) -> None:
    """What ``clean_parsed`` relies on."""
    for control in (chr(code), f"&#{code};"):
        document = f"<?xml version='1.0' encoding='{encoding}'?><a b='c'>{control}</a>".encode(encoding)
        with pytest.raises(expat.ExpatError):
            expat.ParserCreate().Parse(document, True)


@given(TEXTS)
@example("a\x7f")
@example("a\x85é")
def test_text_that_expat_gave_is_cleaned_like_any(text: str) -> None:
    assert clean_parsed(text) == clean(text)


@pytest.mark.parametrize("document", [b"<testsuite/>", b"<testsuite>", b"<testsuite><testcase><failure>"])
def test_a_pass_is_freed_with_its_last_user(document: bytes) -> None:
    gc.disable()
    try:
        stream = JUnitStream("unit.xml", Limits())
        try:
            stream.run([document])
        except expat.ExpatError as error:
            error.with_traceback(None)
        alive = weakref.ref(stream)
        del stream
        assert alive() is None
    finally:
        gc.enable()
