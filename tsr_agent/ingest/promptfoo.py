"""The results JSON of promptfoo: one run for each prompt with each provider."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import clean, cut_middle, cut_name
from tsr_agent.ingest.eval_run import EvalRun
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.ingest.promptfoo_model import Document
from tsr_agent.ingest.promptfoo_scores import named_scores
from tsr_agent.ingest.promptfoo_suite import Suite, case_id
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import read_json
from tsr_agent.models.evals import EvalCase, IterationOutcome, MetricValue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import PurePath
    from typing import Any

    from tsr_agent.ingest.promptfoo_model import Column, Row

_VERSION = 3
_MAX_COLUMNS = 1_000
_MAX_NAME = 200
_MAX_REASON = 2_000


class PromptfooReader:
    """Reads scores as means, where promptfoo stores weighted sums; keeps errors apart from failures."""

    name = "promptfoo JSON"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON with ``evalId`` and the results or the configuration at the top."""
        keys = top_level_keys(head)
        if "evalId" in keys and not keys.isdisjoint({"results", "config"}):
            return "JSON with promptfoo's evalId at the top"
        return None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the whole file.

        Raises:
            InputError: Not strict JSON, another version of the format, or a row without a column.
        """
        tree = read_json(stream, path, self._limits)
        document = _document(tree, path)
        rows = document.results.results
        if len(rows) > self._limits.eval_cases:
            raise beyond(self._limits, "eval_cases", path, "$.results.results")
        by_column = _by_column(document, path)
        names = _names(document.results.prompts)
        runs, remarks = [], []
        suite = Suite(document)
        for at in range(len(document.results.prompts)):
            run, said = _run(document, suite, at, by_column[at], names[at])
            runs.append(run)
            remarks += [f"{names[at]}: {each}" for each in said]
        return Parts(eval_runs=tuple(runs), remarks=tuple(remarks[:100]))


def why_left(head: bytes) -> str | None:
    """Why a file of promptfoo's that has no totals is not read; None where it is no such file.

    Lines of results are written while the tests run: those of a run that was stopped look whole.
    """
    keys = top_level_keys(head.lstrip().partition(b"\n")[0])
    if {"promptIdx", "testIdx"} <= keys or {"gradingResult", "latencyMs"} <= keys:
        return (
            "promptfoo's JSON Lines do not say how many tests there were; hand in the JSON of -o results.json"
        )
    return None


def _document(tree: Any, path: str) -> Document:
    results = tree.get("results") if isinstance(tree, dict) else None
    version = results.get("version") if isinstance(results, dict) else None
    if isinstance(version, int) and version != _VERSION:
        raise InputError(
            f"{path}: promptfoo's results of version {version}; version {_VERSION} is read.",
            next_step="Write them with a newer promptfoo.",
        )
    try:
        document = msgspec.convert(tree, Document)
    except (msgspec.ValidationError, OverflowError) as error:
        raise InputError(f"{path}: not results of promptfoo: {clean(str(error))[:500]}.") from error
    count = len(document.results.prompts)
    if not 1 <= count <= _MAX_COLUMNS:
        raise InputError(f"{path}: {count:,} prompts in $.results.prompts; 1 to {_MAX_COLUMNS:,} are read.")
    return document


def _by_column(document: Document, path: str) -> dict[int, list[Row]]:
    rows: dict[int, list[Row]] = defaultdict(list)
    for place, row in enumerate(document.results.results):
        if row.promptIdx >= len(document.results.prompts):
            raise InputError(
                f"{path}: $.results.results[{place}]: there is no prompt of the index {row.promptIdx}."
            )
        rows[row.promptIdx].append(row)
    return rows


def _names(columns: Sequence[Column]) -> list[str]:
    """A name for each column, all different: the prompt's label and the provider."""
    names: list[str] = []
    for at, column in enumerate(columns):
        prompt = cut_name(clean(column.label.strip() or column.raw.strip() or f"prompt {at + 1}"), _MAX_NAME)
        name = f"{prompt} [{cut_name(clean(column.provider), _MAX_NAME)}]" if column.provider else prompt
        names.append(f"{name} #{at + 1}" if name in names else name)
    return names


def _run(document: Document, suite: Suite, at: int, rows: list[Row], name: str) -> tuple[EvalRun, list[str]]:
    """One column, and what was noticed about it."""
    column = document.results.prompts[at]
    counted = column.metrics.counts if column.metrics is not None else (0, 0, 0)
    tally = Counter(row.outcome for row in rows)
    listed = (tally[0], tally[1], tally[2])
    passed, failed, broken = (
        min(counted[0], listed[0]),
        max(counted[1], listed[1]),
        max(counted[2], listed[2]),
    )
    ran = max(sum(counted), sum(listed))
    total = max(ran, suite.tests_meant)
    remarks = [] if total == ran else [f"{ran:,} of the {total:,} tests of the suite were run."]
    why = "" if counted == listed else _counts_differ(counted, listed)
    scores: dict[str, MetricValue] = {}
    if column.metrics is not None:
        scores, refused = named_scores(column.metrics, rows)
        remarks += refused
    run = EvalRun(
        tool=_tool(document),
        name=name,
        metrics=scores | _rates(column, rows, passed, ran),
        completed=min(passed + failed, max(total - broken, 0)),
        total=total,
        outcome=IterationOutcome.FAILED if failed or broken or passed < ran else IterationOutcome.PASSED,
        broken=why or ("" if ran else "No test was run."),
        dataset=suite.dataset(rows),
        cases=_cases(rows),
        created_at=_time(document.results.timestamp),
        key=_key(document, at),
    )
    return run, remarks


def _counts_differ(counted: tuple[int, int, int], listed: tuple[int, int, int]) -> str:
    words = "{:,} passed, {:,} failed and {:,} broken"
    return f"It counts {words.format(*counted)} tests and lists {words.format(*listed)}."


def _rates(column: Column, rows: list[Row], passed: int, ran: int) -> dict[str, MetricValue]:
    """What promptfoo itself knows of every test: how many passed, how long they took, what they cost."""
    rates = {"tests/pass_rate": _share(passed, ran)} if ran else {}
    if column.metrics is not None:
        asserts = column.metrics.assertPassCount + column.metrics.assertFailCount
        if asserts:
            rates["assert/pass_rate"] = _share(column.metrics.assertPassCount, asserts)
        cost = column.metrics.cost
        if cost is not None and math.isfinite(cost) and cost >= 0:
            rates["cost/total"] = MetricValue(value=cost, n=ran, lower_is_better=True, minimum=0, unit="USD")
    # A test that broke can be quick about it: its time would make the others look faster.
    times = [row.latencyMs for row in rows if row.outcome != 2 and row.latencyMs is not None]
    if times and all(math.isfinite(each) and each >= 0 for each in times):
        mean = sum(times) / len(times)
        if math.isfinite(mean):
            rates["latency/mean"] = MetricValue(
                value=mean, n=len(times), lower_is_better=True, minimum=0, unit="ms"
            )
    return rates


def _share(part: int, whole: int) -> MetricValue:
    return MetricValue(value=part / whole, n=whole, lower_is_better=False, minimum=0, maximum=1)


def _key(document: Document, at: int) -> str:
    """What tells a column from those of all other runs; a short id can come again, not in one second."""
    moment = document.results.timestamp
    return f"{document.evalId} {moment} {at}" if document.evalId and moment else ""


def _tool(document: Document) -> str:
    return f"promptfoo {clean(document.metadata.promptfooVersion or '')[:50]}".strip()


def _cases(rows: list[Row]) -> tuple[EvalCase, ...]:
    """One case a test, in the order of the suite; a test that is repeated has a number behind its id."""
    seen: Counter[str] = Counter()
    cases = []
    for row in sorted(rows, key=lambda each: each.testIdx):
        name = case_id(row)
        seen[name] += 1
        cases.append(
            EvalCase(
                id=name if seen[name] == 1 else f"{name} #{seen[name]}",
                passed=(True, False, None)[row.outcome],
                scores={
                    cut_name(clean(metric), _MAX_NAME): score
                    for metric, score in row.namedScores.items()
                    if score is not None and math.isfinite(score)
                },
                error=cut_middle(clean(row.error or ""), _MAX_REASON) if row.outcome else "",
            )
        )
    return tuple(cases)


def _time(written: str | None) -> datetime | None:
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
