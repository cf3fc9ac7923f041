"""The coverage files that cost most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories.worst_file import Worst

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.models.limits import Limits


def lines(limits: Limits) -> int:
    return limits.coverage_lines - 8


def of(  # noqa: PLR0917  (a row of a table)
    name: str,
    reader: str,
    head: bytes,
    unit: Callable[[int], bytes],
    tail: bytes,
    number: Callable[[Limits], int] = lines,
) -> Worst:
    return Worst(name, reader, head, unit, tail, number, lambda limits: limits.file_bytes)


head = b'<coverage line-rate="1"><packages><package><classes>'


COVERAGE = (
    of("lcov: lines", "lcov:LcovReader", b"TN:\nSF:a\n", lambda n: b"DA:%d,0\n" % n, b"end_of_record\n"),
    of(
        "lcov: branches",
        "lcov:LcovReader",
        b"SF:a\nDA:1,1\n",
        lambda n: b"BRDA:%d,0,%d,0\n" % (n, n),
        b"end_of_record\n",
    ),
    of(
        "lcov: records",
        "lcov:LcovReader",
        b"",
        lambda n: b"SF:%x\nDA:1,0\nend_of_record\n" % n,
        b"",
        lambda limits: limits.coverage_lines // 5,
    ),
    of(
        "lcov: the same line",
        "lcov:LcovReader",
        b"SF:a\n",
        lambda n: b"DA:1,1\n",
        b"end_of_record\n",
        lambda limits: limits.lcov_rows - 5,
    ),
    of(
        "lcov: comments",
        "lcov:LcovReader",
        b"TN:\nSF:a\nDA:1,1\n",
        lambda n: b"#\n",
        b"end_of_record\n",
        lambda limits: limits.lcov_rows - 5,
    ),
    of(
        "Cobertura: lines",
        "cobertura:CoberturaReader",
        head + b'<class filename="a"><lines>',
        lambda n: b'<line number="%d" hits="0" branch="true" condition-coverage="50%% (1/2)"/>' % n,
        b"</lines></class></classes></package></packages></coverage>",
    ),
    of(
        "Cobertura: classes",
        "cobertura:CoberturaReader",
        head,
        lambda n: b'<class filename="%x"><lines><line number="1" hits="0"/></lines></class>' % n,
        b"</classes></package></packages></coverage>",
        lambda limits: min(limits.coverage_lines // 5, limits.coverage_elements // 3) - 2,
    ),
    of(
        "Cobertura: other elements",
        "cobertura:CoberturaReader",
        head + b'<class filename="a"><lines><line number="1" hits="0"/>',
        lambda n: b"<a/>",
        b"</lines></class></classes></package></packages></coverage>",
        lambda limits: limits.coverage_elements - 8,
    ),
    of(
        "Cobertura: attributes",
        "cobertura:CoberturaReader",
        head + b'<class filename="a"><lines><line number="1" hits="0"/>',
        lambda n: b"<a %s/>" % b" ".join(b'a%d=""' % k for k in range(50_000)),
        b"</lines></class></classes></package></packages></coverage>",
        lambda limits: limits.coverage_elements - 8,
    ),
    of(
        "Clover: lines",
        "clover:CloverReader",
        b'<coverage generated="1"><project><file path="a">',
        lambda n: b'<line num="%d" type="cond" truecount="0" falsecount="1" count="0"/>' % n,
        b"</file></project></coverage>",
    ),
    of(
        "Clover: files",
        "clover:CloverReader",
        b'<coverage generated="1"><project>',
        lambda n: b'<file path="%x"><line num="1" type="cond" truecount="0" falsecount="1"/></file>' % n,
        b"</project></coverage>",
        lambda limits: min(limits.coverage_lines // 5, limits.coverage_elements // 2) - 2,
    ),
    of(
        "JaCoCo: lines",
        "jacoco:JacocoReader",
        b'<report name="//JACOCO//"><package name="p"><sourcefile name="a">',
        lambda n: b'<line nr="%d" mi="1" ci="0" mb="1" cb="1"/>' % n,
        b"</sourcefile></package></report>",
    ),
    of(
        "JaCoCo: source files",
        "jacoco:JacocoReader",
        b'<report name="//JACOCO//"><package name="p">',
        lambda n: b'<sourcefile name="%x"><line nr="1" mi="1" ci="0" mb="1" cb="1"/></sourcefile>' % n,
        b"</package></report>",
        lambda limits: min(limits.coverage_lines // 5, limits.coverage_elements // 2) - 2,
    ),
)
