"""The files of eval tools that cost most."""

from __future__ import annotations

import zipfile
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.factories.worst_file import Worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tsr_agent.models.limits import Limits


class WorstArchive(NamedTuple):
    """One kind of ``.eval`` log: its members in order, packed."""

    name: str
    members: Callable[[Limits], Iterable[tuple[str, bytes]]]
    reader: str = "inspect_log:InspectLogReader"
    path: str = "it.eval"

    def write(self, path: Path, limits: Limits) -> None:
        """Writes the archive; members of no bytes only fill its directory."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, document in self.members(limits):
                archive.writestr(zipfile.ZipInfo(name), document, zipfile.ZIP_DEFLATED if document else None)


def of(  # noqa: PLR0917  (a row of a table)
    name: str,
    reader: str,
    head: bytes,
    unit: Callable[[int], bytes],
    tail: bytes,
    values: int,
    *,
    at_most: Callable[[Limits], int] = lambda limits: 10**9,
) -> Worst:
    """The unit has so many values, or a little less."""
    return Worst(
        name,
        reader,
        head,
        unit,
        tail,
        lambda limits: min(limits.json_values // values - 40 // values - 2, at_most(limits)),
        lambda limits: limits.json_bytes,
    )


def samples(limits: Limits) -> int:
    return limits.eval_cases - 2


inspect, deepeval, harness, promptfoo = (
    "inspect_log:InspectLogReader",
    "deepeval:DeepEvalReader",
    "lm_eval:LmEvalReader",
    "promptfoo:PromptfooReader",
)
plain_log = (
    b'{"version":2,"status":"success","eval":{"task":"t"},'
    b'"results":{"total_samples":1,"completed_samples":1},"samples":['
)
last = b'{"id":"z","scores":{"a":{"value":1}}}]}'
run = b'{"testRunData":{"testCases":['
last_case = b'{"name":"z","success":true,"metricsData":[{"name":"m","success":true,"score":1}]}]}}'
prompted = (
    b'{"evalId":"e","results":{"version":3,"prompts":[{"metrics":{"testPassCount":1,"testFailCount":0,'
    b'"namedScores":{%s},"namedScoresCount":{}}}],"results":['
)
last_row = b'{"promptIdx":0,"testIdx":0,"success":true}]},"config":{}}'
words = b"aa bb cc dd " * 1_000


def sample(number: int, value: bytes = b"1") -> bytes:
    return b'{"id":"%x","scores":{"a":{"value":%s}}},' % (number, value)


def many_samples(limits: Limits, value: bytes) -> bytes:
    number = min(limits.eval_cases, limits.json_values // 10) - 20
    return b"".join(sample(each, value) for each in range(number))


def both_full(limits: Limits) -> Iterable[tuple[str, bytes]]:
    """Header and summaries each as large as they may be, and with numbers that need the slow parser."""
    yield "header.json", plain_log + many_samples(limits, b"0.1") + last.replace(b"1}", b"NaN}")
    yield "summaries.json", b"[" + many_samples(limits, b"0.1") + last[:-1].replace(b"1}", b"NaN}")


def padded(limits: Limits) -> Iterable[tuple[str, bytes]]:
    """Members that unpack to all that they may."""
    room = min(limits.json_bytes, limits.zip_bytes) // 2 - 1_000
    text = "\U0001f600".encode() + Random(0).randbytes(room // 2).hex().encode()
    yield "header.json", plain_log + b'{"id":"z","input":"' + text + b'"}]}'
    yield "summaries.json", b'[{"id":"z","input":"' + text + b'"}]'


def many_members(limits: Limits, name: str) -> Iterable[tuple[str, bytes]]:
    yield "header.json", plain_log + last
    for number in range(limits.zip_members - 1):
        yield name % number, b""


EVALS = (
    of("Inspect: samples", inspect, plain_log, sample, last, 5, at_most=samples),
    of(
        "Inspect: samples without a score",
        inspect,
        plain_log,
        lambda n: sample(n, b"NaN"),
        last,
        5,
        at_most=samples,
    ),
    of(
        "Inspect: samples with a broken number at the end",
        inspect,
        plain_log,
        lambda n: sample(n, b"0.1"),
        last.replace(b"1}", b"NaN}"),
        5,
        at_most=samples,
    ),
    of(
        "Inspect: samples with texts",
        inspect,
        plain_log,
        lambda n: (
            b'{"id":"%x","input":"%s","target":"%s","scores":{"a":{"value":"C"}}},'
            % (n, b"i" * 100, b"t" * 60)
        ),
        last,
        7,
        at_most=samples,
    ),
    of(
        "Inspect: samples that broke",
        inspect,
        plain_log,
        lambda n: b'{"id":"%x","error":{"message":"%s"}},' % (n, "\u0085é".encode() * 40),
        last,
        3,
        at_most=samples,
    ),
    of(
        "Inspect: attempts of one sample",
        inspect,
        plain_log,
        lambda n: b'{"id":"a","scores":{"a":{"value":"C"}}},',
        last,
        5,
        at_most=samples,
    ),
    of(
        "Inspect: ids that differ in blanks",
        inspect,
        plain_log,
        lambda n: b'{"id":"a%sb"},' % "".join(" \u2003"[int(bit)] for bit in f"{n:017b}").encode(),
        last,
        2,
        at_most=samples,
    ),
    of(
        "Inspect: one sample with many scorers",
        inspect,
        plain_log + b'{"id":"a","scores":{',
        lambda n: b'"%x":{"value":0.5},' % n,
        b'"z":{"value":1}}},' + last,
        2,
    ),
    of(
        "Inspect: one sample with many values",
        inspect,
        plain_log + b'{"id":"a","scores":{"s":{"value":{',
        lambda n: b'"%x":0.5,' % n,
        b'"z":1}}}},' + last,
        1,
    ),
    of(
        "Inspect: one sample with a long list",
        inspect,
        plain_log + b'{"id":"a","scores":{"s":{"value":[',
        lambda n: b"[1],",
        b"1]}}}," + last,
        2,
    ),
    of(
        "Inspect: one sample with a long story",
        inspect,
        plain_log + b'{"id":"a","messages":[',
        lambda n: b'{"role":"user","content":"%s"},' % (b"w" * 40),
        b"1]}," + last,
        3,
    ),
    of(
        "Inspect: a name of many words",
        inspect,
        b'{"version":2,"status":"success","eval":{"task":"',
        lambda n: words,
        b'"},"samples":[' + last,
        1,
    ),
    of("Inspect: an id of many words", inspect, plain_log + b'{"id":"', lambda n: words, b'"},' + last, 1),
    of(
        "Inspect: sample ids",
        inspect,
        b'{"version":2,"status":"success","eval":{"task":"t","dataset":{"sample_ids":[',
        lambda n: b'"%x",' % n,
        b'"z"]}},"samples":[' + last,
        1,
    ),
    of(
        "Inspect: scores",
        inspect,
        b'{"version":2,"status":"success","eval":{"task":"t"},"results":{"scores":[',
        lambda n: b'{"name":"%x"},' % n,
        b'{"name":"z"}]},"samples":[' + last,
        2,
    ),
    WorstArchive("Inspect: header and summaries", both_full),
    WorstArchive("Inspect: members that unpack to much", padded),
    WorstArchive("Inspect: members", lambda limits: many_members(limits, "samples/%x_epoch_1.json")),
    WorstArchive(
        "Inspect: members of long names",
        lambda limits: many_members(limits, "samples/%x_epoch_1\U0001f600.json" + "a" * 100),
    ),
    of(
        "DeepEval: test cases",
        deepeval,
        run,
        lambda n: (
            b'{"name":"%x","success":true,"metricsData":[{"name":"m","success":true,"score":0.5}]},' % n
        ),
        last_case,
        8,
        at_most=samples,
    ),
    of(
        "DeepEval: the smallest test cases",
        deepeval,
        run,
        lambda n: b'{"metricsData":[{"name":""}]},',
        last_case,
        4,
        at_most=samples,
    ),
    of(
        "DeepEval: test cases without a score",
        deepeval,
        run,
        lambda n: b'{"metricsData":[{"name":"m","score":NaN}]},',
        last_case,
        5,
        at_most=samples,
    ),
    of(
        "DeepEval: errors",
        deepeval,
        run,
        lambda n: b'{"metricsData":[{"name":"m","error":"%s"}]},' % ("\u0085é".encode() * 40),
        last_case,
        5,
        at_most=samples,
    ),
    of(
        "DeepEval: metrics of one test case",
        deepeval,
        run + b'{"name":"a","success":true,"metricsData":[',
        lambda n: b'{"name":"m","success":true,"score":0.5},',
        b'{"name":"m"}]},' + last_case,
        4,
    ),
    of(
        "DeepEval: steps",
        deepeval,
        run + b'{"name":"a","success":true,"metricsData":[{"name":"m"}],"trace":{"llmSpans":[',
        lambda n: b'{"metricsData":[{"name":"m","success":true,"score":0.5}]},',
        b'{"metricsData":[]}]}},' + last_case,
        6,
    ),
    of(
        "DeepEval: stated scores",
        deepeval,
        b'{"testRunData":{"metricsScores":[{"metric":"m","scores":[',
        lambda n: b"0.%d," % (n * 7919 % 99_991),
        b'1]}],"testCases":[' + last_case,
        1,
    ),
    of(
        "lm-eval: tasks",
        harness,
        b'{"results":{',
        lambda n: b'"%x":{"acc,none":0.5},' % n,
        b'"z":{"acc,none":0.5}},"n-samples":{"z":{"original":1,"effective":1}}}',
        2,
        at_most=lambda limits: 9_990,
    ),
    of(
        "lm-eval: metrics",
        harness,
        b'{"results":{"t":{',
        lambda n: b'"%x,none":0.5,"%x_stderr,none":0.5,' % (n, n),
        b'"z,none":0.5}},"n-samples":{"t":{"original":1,"effective":1}}}',
        2,
        at_most=lambda limits: 4_990,
    ),
    of(
        "lm-eval: samples of tasks",
        harness,
        b'{"results":{"t":{"acc,none":0.5}},"n-samples":{',
        lambda n: b'"%x":{"original":1,"effective":1},' % n,
        b'"z":{"original":1,"effective":1}}}',
        3,
    ),
    of(
        "lm-eval: a large group",
        harness,
        b'{"results":{"g":{"acc,none":0.5}},"group_subtasks":{"g":[',
        lambda n: b'"%x",' % n,
        b'"z"]}}',
        1,
    ),
    of(
        "lm-eval: groups of groups",
        harness,
        b'{"results":{%s"z":{"acc,none":NaN}},"group_subtasks":{'
        % b"".join(b'"g%x":{"acc,none":0.5},' % n for n in range(1_400)),
        lambda n: b'"g%x":["g%x"],' % (n, n + 1),
        b'"z":[]}}',
        2,
        at_most=lambda limits: 1_400,
    ),
    of(
        "promptfoo: results",
        promptfoo,
        prompted % b"",
        lambda n: b'{"promptIdx":0,"testIdx":%d,"success":true},' % n,
        last_row,
        4,
        at_most=samples,
    ),
    of(
        "promptfoo: results with a score",
        promptfoo,
        prompted % b'"a":1',
        lambda n: b'{"promptIdx":0,"testIdx":%d,"success":true,"namedScores":{"a":1}},' % n,
        last_row,
        6,
        at_most=samples,
    ),
    of(
        "promptfoo: variables",
        promptfoo,
        prompted % b"",
        lambda n: b'{"promptIdx":0,"testIdx":%d,"success":false,"vars":{"a":"%x"}},' % (n, n),
        last_row,
        6,
        at_most=samples,
    ),
    of(
        "promptfoo: two variables",
        promptfoo,
        prompted % b"",
        lambda n: b'{"promptIdx":0,"testIdx":%d,"success":false,"vars":{"a":"%x","b":"c"}},' % (n, n),
        last_row,
        7,
        at_most=samples,
    ),
    of(
        "promptfoo: scores of one result",
        promptfoo,
        prompted % b"" + b'{"promptIdx":0,"testIdx":0,"success":true,"namedScores":{',
        lambda n: b'"%x":1,' % n,
        b'"z":1}},' + last_row,
        1,
    ),
    of(
        "promptfoo: stated scores",
        promptfoo,
        prompted[: prompted.index(b"%s")],
        lambda n: b'"%x":1,' % n,
        b'"z":1' + prompted[prompted.index(b"%s") + 2 :] + last_row,
        1,
    ),
    of(
        "promptfoo: variables of wide text",
        promptfoo,
        prompted % b"" + b'{"promptIdx":0,"testIdx":0,"success":true,"vars":{"a":"\xf0\x9f\x98\x80',
        lambda n: "é".encode() * 60,
        b'"}},' + last_row,
        1,
    ),
    of(
        "promptfoo: tests of the suite",
        promptfoo,
        (prompted % b"") + last_row[:-3] + b'{"tests":[',
        lambda n: b'{"vars":{"a":["b","c"]}},',
        b'{"vars":{}}]}}',
        5,
    ),
)
