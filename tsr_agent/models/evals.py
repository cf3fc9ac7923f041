"""AI evaluations: iterations with their metrics, failure modes and fixes (SEED.md phase 7)."""

from __future__ import annotations

import math
from enum import Enum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tsr_agent.models.base import SCHEMA_VERSION, Count, Digest, LongText, Record, ShortText

_ROUNDING = 0.005 + 1e-9
"""A share and the same share rounded to two decimals differ by no more."""


class Severity(Enum):
    """How bad a failure mode is."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class FailureCategory(Enum):
    """What a failure mode harms."""

    ACCURACY = "accuracy"
    FORMAT = "format"
    SAFETY = "safety"
    PERFORMANCE = "performance"
    GROUNDING = "grounding"


class ResolutionStatus(Enum):
    """What became of a failure mode."""

    OPEN = "open"
    FIXED = "fixed"
    WONT_FIX = "wont_fix"
    ACCEPTED_RISK = "accepted_risk"


class IterationOutcome(Enum):
    """How an eval iteration ended."""

    FAILED = "failed"
    IMPROVED = "improved"
    PASSED = "passed"


class MetricValue(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One metric of an eval iteration, with what is needed to weigh it."""

    value: Annotated[float, Meta(description="The measured value; a share is given between 0 and 1.")]
    n: Count | None = None
    """Number of samples behind the value; None where the tool did not say."""
    standard_error: Annotated[float, Meta(ge=0)] | None = None
    lower_is_better: bool | None = None
    minimum: float | None = None
    """Smallest possible value of the scale."""
    maximum: float | None = None
    """Largest possible value of the scale."""
    unit: ShortText = ""


class EvalCase(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One sample of an eval data set, where the tool gives results by case."""

    id: LongText
    passed: bool | None = None
    """None for a sample that broke or was not scored."""
    scores: dict[str, float] = msgspec.field(default_factory=dict)
    error: LongText = ""


class FailureMode(Record, frozen=True, kw_only=True):
    """A way in which the AI was found to misbehave."""

    id: ShortText
    name: ShortText
    description: LongText = ""
    severity: Severity
    category: FailureCategory
    discovered_in_iteration: Count
    resolution_status: ResolutionStatus = ResolutionStatus.OPEN
    resolved_in_iteration: Count | None = None


class Dataset(Record, frozen=True, kw_only=True):
    """The data an iteration was measured on."""

    name: ShortText
    digest: Digest | None = None
    size: Count | None = None


class EvalIterationSummary(Record, frozen=True, kw_only=True):
    """One eval iteration such as "V3 RAG". The highest number is the latest, wherever it is listed."""

    iteration: Count
    version_name: ShortText
    prompt_version: ShortText = ""
    outcome: IterationOutcome
    metrics: dict[str, float | MetricValue]
    """By name: accuracy, grounding_score, avg_length, latency … A bare number means a value without n."""
    failure_modes: tuple[FailureMode, ...] = ()
    fixes_applied: tuple[dict[str, Any], ...] = ()
    """Free records of what was changed; by habit ``description``, ``failure_mode`` and ``commit``."""
    dataset: Dataset | None = None
    tool: ShortText = ""
    cases: tuple[EvalCase, ...] = ()

    def is_share_of_passes(self, value: float) -> bool:
        """Whether a value is the share of the listed cases that passed, as far as tools round it."""
        outcomes = [case.passed for case in self.cases if case.passed is not None]
        return bool(outcomes) and abs(outcomes.count(True) / len(outcomes) - value) <= _ROUNDING

    def metric(self, name: str) -> MetricValue | None:
        """The metric of that name in its long form; None where it is missing or not a finite number."""
        # A report built in memory is not validated, so the type is looked at and not trusted.
        found: object = self.metrics.get(name)
        if isinstance(found, int | float) and not isinstance(found, bool):
            found = MetricValue(value=float(found))
        if not isinstance(found, MetricValue) or not _is_finite_number(found.value):
            return None
        return found


def _is_finite_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


class EvalHistory(Record, frozen=True, kw_only=True):
    """The whole of our own ``evals.json``."""

    schema_uri: ShortText = msgspec.field(name="$schema", default="")
    """Where an editor finds the schema; aitr never fetches it."""
    schema_version: Annotated[int, Meta(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    iterations: tuple[EvalIterationSummary, ...]


def latest_iteration(iterations: tuple[EvalIterationSummary, ...]) -> EvalIterationSummary | None:
    """The iteration with the highest number; the first listed of equals, None of none."""
    return max(iterations, key=lambda each: each.iteration, default=None)
