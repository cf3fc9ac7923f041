"""The results JSON of promptfoo, as far as it is read; other keys are passed over."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tsr_agent.models.base import Count

ERROR = 2
"""The ``failureReason`` of a test that broke: the provider or the grader failed, not an assertion."""

_Index = Annotated[int, Meta(ge=0, le=10_000_000)]


class Metrics(msgspec.Struct):
    """Sums over all tests of one column."""

    testPassCount: Count  # noqa: N815  (the names are the tool's)
    testFailCount: Count  # noqa: N815
    testErrorCount: Count = 0  # noqa: N815
    assertPassCount: Count = 0  # noqa: N815
    assertFailCount: Count = 0  # noqa: N815
    namedScores: dict[str, float | None] = {}  # noqa: N815
    """By metric, the sum of score times weight. No share."""
    namedScoresCount: dict[str, float] = {}  # noqa: N815
    namedScoreWeights: dict[str, float] | None = None  # noqa: N815
    cost: float | None = None

    @property
    def counts(self) -> tuple[int, int, int]:
        """Passed, failed, broken."""
        return self.testPassCount, self.testFailCount, self.testErrorCount


class Column(msgspec.Struct):
    """One prompt with one provider."""

    label: str = ""
    raw: str = ""
    provider: str = ""
    metrics: Metrics | None = None


class Grading(msgspec.Struct):
    """What the assertions said of one test."""

    namedScoreWeights: dict[str, float] | None = None  # noqa: N815


class Test(msgspec.Struct):
    """One test of the suite."""

    description: str | None = None
    vars: Any = None


class Row(msgspec.Struct):
    """One test with one column."""

    promptIdx: _Index  # noqa: N815
    testIdx: _Index  # noqa: N815
    success: bool
    failureReason: int | None = 0  # noqa: N815
    error: str | None = None
    latencyMs: float | None = None  # noqa: N815
    namedScores: dict[str, float | None] = {}  # noqa: N815
    gradingResult: Grading | None = None  # noqa: N815
    testCase: Test | None = None  # noqa: N815
    vars: Any = None

    @property
    def outcome(self) -> int:
        """0 passed, 1 failed, 2 broken; a row that calls itself a success with a reason of failure failed."""
        if self.failureReason == ERROR:
            return 2
        return 0 if self.success and not self.failureReason else 1


class Results(msgspec.Struct):
    """Version 3 of the summary."""

    version: int
    prompts: list[Column]
    results: list[Row]
    timestamp: str | None = None


class Config(msgspec.Struct):
    """The suite, as promptfoo read it."""

    tests: Any = None


class RuntimeOptions(msgspec.Struct):
    """How the suite was run."""

    repeat: Any = None


class Metadata(msgspec.Struct):
    """Who wrote the file."""

    promptfooVersion: str | None = None  # noqa: N815


class Document(msgspec.Struct):
    """The whole file."""

    results: Results
    evalId: str | None = None  # noqa: N815
    runtimeOptions: RuntimeOptions = msgspec.field(default_factory=RuntimeOptions)  # noqa: N815
    config: Config = msgspec.field(default_factory=Config)
    metadata: Metadata = msgspec.field(default_factory=Metadata)
