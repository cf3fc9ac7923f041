"""The parts of an Inspect AI log (version 2) that a report needs; everything else is passed over."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from tsr_agent.models.base import Count

VERSION = 2
"""The version of the log format that is read."""

Status = Literal["started", "success", "cancelled", "error"]


class Metric(Struct):
    """One figure of a scorer."""

    value: Any = None


class Score(Struct):
    """Figures of one scorer, or of one key of a scorer that gives several values, by one reducer."""

    name: str
    scorer: str = ""
    reducer: str | None = None
    scored_samples: Count | None = None
    unscored_samples: Count | None = None
    metrics: dict[str, Metric] = {}


class Results(Struct):
    """What the tool computed over all samples."""

    total_samples: Count = 0
    completed_samples: Count = 0
    scores: list[Score] = []


class DatasetSpec(Struct):
    """What the task was run on."""

    name: str | None = None
    samples: Count | None = None
    """Before ``--limit``."""
    sample_ids: list[str | int] | None = None
    """After ``--limit``."""


class Config(Struct):
    """Options of the run."""

    epochs: Count | None = None
    limit: Any = None
    """``--limit``: a number of samples, or a range of them."""
    sample_id: Any = None
    """``--sample-id``: the samples that were chosen by name."""
    log_samples: bool | None = None


class Spec(Struct):
    """What was run."""

    task: str
    model: str = ""
    eval_id: str = ""
    run_id: str = ""
    created: str = ""
    dataset: DatasetSpec = msgspec.field(default_factory=DatasetSpec)
    config: Config = msgspec.field(default_factory=Config)
    packages: dict[str, str] = {}


class Failure(Struct):
    """What stopped a run or a sample."""

    message: str = ""


class SampleScore(Struct):
    """What one scorer gave one sample: a letter, a number, a boolean, a word, or several by name."""

    value: Any = None


class Sample(Struct):
    """One sample of one epoch, whole as in a ``.json`` log or summed up as in an ``.eval`` log."""

    id: str | int
    epoch: Count = 1
    input: Any = None
    target: Any = None
    scores: dict[str, SampleScore] | None = None
    error: Failure | str | None = None
    limit: Any = None
    invalidation: Any = None
    completed: bool | None = None


class Log(Struct):
    """A whole ``.json`` log, or the header of an ``.eval`` log, which has no samples."""

    eval: Spec
    status: Status = "started"
    results: Results | None = None
    error: Failure | None = None
    invalidated: bool = False
    samples: list[Sample] | None = None
