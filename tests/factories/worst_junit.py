"""The JUnit XML files that cost most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories.worst_file import Worst

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.models.limits import Limits


def junit(name: str, unit: Callable[[int], bytes], **other: object) -> Worst:
    values: dict[str, object] = {
        "head": b"<testsuites><testsuite>",
        "tail": b"</testsuite></testsuites>",
        "number": lambda limits: limits.cases,
        "size": lambda limits: limits.file_bytes,
    }
    return Worst(**({"name": f"JUnit: {name}", "reader": "junit:JUnitReader", "unit": unit} | values | other))  # type: ignore[arg-type]


def counting(each: int) -> Callable[[Limits], int]:
    """How many there are of what counts as so many elements."""
    return lambda limits: (limits.junit_elements - 8) // each


plain = b'<testcase classname="tests.unit.test_%d.TestThing" name="test_behaviour[%d]" time="0.%03d"/>'


JUNIT = (
    junit("ordinary cases", lambda n: plain % (n // 100, n, n % 1_000)),
    junit("the shortest cases", lambda n: b'<testcase name="%x"/>' % n),
    junit(
        "ordinary cases, mended at the end",
        lambda n: plain % (n // 100, n, n % 1_000),
        tail=b'<testcase name="\x1b"/></testsuite></testsuites>',
        number=lambda limits: limits.cases // 2 - 1,
    ),
    junit("broken cases", lambda n: b'<testcase name="%x"><error/></testcase>' % n, number=counting(4)),
    junit(
        "broken cases with text",
        lambda n: (
            b'<testcase name="%x"><failure message="%s">%s</failure></testcase>' % (n, b"m" * 60, b"t\n" * 40)
        ),
        number=counting(4),
    ),
    junit(
        "broken cases with wide text",
        lambda n: b'<testcase name="%x"><failure>\xf0\x9f\x98\x80%s</failure></testcase>' % (n, b"t" * 1_000),
    ),
    junit("attempts of one test", lambda n: b'<testcase name="a"><error/></testcase>', number=counting(4)),
    junit(
        "tests of one name",
        lambda n: b'<testcase name="a" file="%x"/>' % n,
        number=lambda limits: limits.repeated_cases,
    ),
    junit(
        "findings of one name",
        lambda n: b'<testcase name="a"><failure/></testcase>',
        head=b'<testsuites name="ruff"><testsuite>',
        number=counting(4),
    ),
    junit(
        "cases with output",
        lambda n: (
            b'<testcase classname="a" name="%x"><system-out>printed %d</system-out></testcase>' % (n, n)
        ),
    ),
    junit(
        "ordinary cases with a status", lambda n: plain[:-2] % (n // 100, n, n % 1_000) + b' status="run"/>'
    ),
    junit(
        "ordinary cases with a place",
        lambda n: plain[:-2] % (n // 100, n, n % 1_000) + b' file="a/test_%d.py" line="%d"/>' % (n // 100, n),
    ),
    junit(
        "cases with a status that is not known",
        lambda n: b'<testcase name="%x" status="s%d"/>' % (n, n),
        number=counting(4),
    ),
    junit(
        "cases with a status and output",
        lambda n: b'<testcase name="%x" status="run"><system-out>printed</system-out></testcase>' % n,
        number=counting(5),
    ),
    junit(
        "printed properties",
        lambda n: b'<testcase name="%x"><system-out>[[PROPERTY|a=%d]]</system-out></testcase>' % (n, n),
        number=counting(5),
    ),
    junit(
        "broken cases with output",
        lambda n: (
            b'<testcase name="%x"><failure message="m">text</failure><system-out>out</system-out>'
            b"<system-err>err</system-err></testcase>" % n
        ),
        number=counting(4),
    ),
    junit(
        "two results of a case",
        lambda n: b'<testcase name="%x"><failure/><error/></testcase>' % n,
        number=counting(8),
    ),
    junit(
        "properties",
        lambda n: (
            b'<testcase name="%x"><properties><property name="k" value="%d"/></properties></testcase>'
            % (n, n)
        ),
        number=counting(6),
    ),
    junit(
        "properties and output",
        lambda n: (
            b'<testcase name="%x"><properties><property name="k" value="%d"/></properties>'
            b"<system-out>printed</system-out></testcase>" % (n, n)
        ),
        number=counting(7),
    ),
    junit(
        "other elements of a case", lambda n: b'<testcase name="%x"><a/></testcase>' % n, number=counting(5)
    ),
    junit(
        "requirements",
        lambda n: (
            b'<testcase name="%x"><properties><property name="requirement" value="%x,%x"/>' % (n, n, n + 1)
            + b"</properties></testcase>"
        ),
        number=counting(8),
    ),
    junit(
        "suites that count failures",
        lambda n: b'<testsuite name="%x" errors="1"/>' % n,
        number=counting(7),
    ),
    junit("empty suites", lambda n: b"<testsuite/>", number=counting(4)),
    junit("other elements", lambda n: b"<a/>", number=counting(1)),
    junit(
        "elements of a case",
        lambda n: b'<testcase name="%x">%s</testcase>' % (n, b"<a/>" * 1_000),
        number=counting(1_004),
    ),
    junit("long tags", lambda n: b'<testcase name="%x" a="%s"/>' % (n, b"a" * 1_000_000)),
    junit(
        "many attributes",
        lambda n: b'<testcase name="%x" %s/>' % (n, b" ".join(b'a%d=""' % k for k in range(50_000))),
    ),
    junit(
        "text of entities",
        lambda n: b'<testcase name="%x"><failure>%s</failure></testcase>' % (n, b"&lt;" * 100_000),
    ),
    junit(
        "output",
        lambda n: b'<testcase name="%x"><system-out>%s</system-out></testcase>' % (n, b"y\n" * 500_000),
    ),
    junit("comments", lambda n: b"<!---->" * 100_000),
    junit("deep", lambda n: b"<a>" * 50 + b"</a>" * 50, number=counting(50)),
)
