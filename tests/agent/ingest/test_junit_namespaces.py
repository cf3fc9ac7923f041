"""A namespace, with or without a prefix, changes nothing of what an element means."""

from __future__ import annotations

import re

import pytest

from tests.factories.inputs import read, takes
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.models.results import CaseStatus

PLAIN = """<testsuites><testsuite name="s" tests="4" failures="1" errors="1" skipped="1">
  <testcase classname="c" name="a" time="1"><failure message="m">text</failure></testcase>
  <testcase classname="c" name="b" time="1"><error message="m"/></testcase>
  <testcase classname="c" name="d" time="1"><skipped/></testcase>
  <testcase classname="c" name="e" time="1"><flakyFailure message="m"/>
    <properties><property name="requirement" value="REQ-1"/></properties>
    <system-out>text</system-out></testcase>
</testsuite></testsuites>"""
PREFIXED = re.sub(r"<(/?)(?=[a-z])", r"<\1j:", PLAIN).replace(
    "<j:testsuites", '<j:testsuites xmlns:j="urn:x"'
)
DEFAULT = PLAIN.replace("<testsuites", '<testsuites xmlns="urn:x"')
ONLY_RESULTS = re.sub(r"<(/?)(failure|error|skipped|flaky)", r"<\1j:\2", PLAIN)


@pytest.mark.parametrize("document", [PREFIXED, DEFAULT, ONLY_RESULTS])
def test_elements_mean_the_same_in_a_namespace(document: str) -> None:
    assert takes(JUnitReader(), document, "x.xml")
    assert read(JUnitReader(), document).cases == read(JUnitReader(), PLAIN).cases


def test_a_prefixed_failure_is_no_pass() -> None:
    (only,) = read(JUnitReader(), "<testsuite><testcase name='a'><j:failure/></testcase></testsuite>").cases
    assert only.status is CaseStatus.FAILED
