"""The samples of an Inspect AI log: which of them were scored, what they scored, what they were made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tsr_agent.ingest.eval_values import different, error_text, finite, name_of
from tsr_agent.models.evals import EvalCase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tsr_agent.ingest.inspect_model import Sample

_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_COMMON_TEXT = 1_000
"""Characters of input and target that both forms of a log hold: an ``.eval`` log cuts its summaries."""


@dataclass(frozen=True, kw_only=True)
class SampleTally:
    """What the samples of a log say, each sample of each epoch counted once."""

    listed: int
    ids: int
    """Different samples, whatever their epoch."""
    completed: int
    scored: int
    """Samples that have a score at all; no figure can rest on more."""
    scored_ids: int
    """The same, epochs of one sample taken together, as the tool takes them before it computes a figure."""
    limited: int
    invalidated: int
    repeated: int
    cases: tuple[EvalCase, ...]
    digest: str | None
    """SHA-256 over ids, inputs and targets; None where they are not all known as text."""


def tally(samples: Sequence[Sample]) -> SampleTally:
    """Counts the samples.

    A sample is complete when it broke nowhere, nobody took it back, and every scorer that gave any
    sample a value gave it one. Of a sample that is listed twice the worse entry counts.
    """
    scorers = {name for each in samples for name in each.scores or ()}
    chosen: dict[tuple[str, int], _Judged] = {}
    for each in samples:
        complete = _is_complete(each, scorers)
        judged = _Judged(each, complete, _verdict(each) if complete else None)
        key = str(each.id), each.epoch
        if key not in chosen or judged.rank() <= chosen[key].rank():
            chosen[key] = judged
    kept = [each.sample for each in chosen.values()]
    return SampleTally(
        listed=len(kept),
        ids=len({sample_id for sample_id, _ in chosen}),
        completed=sum(each.complete for each in chosen.values()),
        scored=sum(bool(each.scores) for each in kept),
        scored_ids=len({str(each.id) for each in kept if each.scores}),
        limited=sum(each.limit is not None for each in kept),
        invalidated=sum(each.invalidation is not None for each in kept),
        repeated=len(samples) - len(kept),
        cases=tuple(_cases(list(chosen.values()))),
        digest=_digest(kept),
    )


class _Judged(NamedTuple):
    """A sample, and what it comes to."""

    sample: Sample
    complete: bool
    verdict: bool | None

    def rank(self) -> int:
        """0 for a sample that is not complete, 1 for one that failed, 2 for any other."""
        if not self.complete:
            return 0
        return 1 if self.verdict is False else 2


def _is_complete(sample: Sample, scorers: set[str]) -> bool:
    if sample.error is not None or sample.completed is False or sample.invalidation is not None:
        return False
    scores = sample.scores or {}
    return (
        bool(scores) and scorers <= scores.keys() and all(_is_value(each.value) for each in scores.values())
    )


def _is_value(value: object) -> bool:
    """Whether a scorer gave a value; NaN, read as None, is Inspect's word for "not scored"."""
    if isinstance(value, dict):
        return bool(value) and all(map(_is_value, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(_is_value, value))
    return value is not None


def _number(value: object) -> float | None:
    """A score as a number, as the tool itself converts it; None for a word that stands for none."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        return _LETTERS.get(value, _WORDS.get(value.lower()))
    return finite(value)


def _numbers(sample: Sample) -> dict[str, float]:
    found = {}
    for name, score in (sample.scores or {}).items():
        parts = score.value if isinstance(score.value, dict) else {"": score.value}
        for part, value in parts.items():
            number = _number(value)
            if number is not None:
                found[name_of(f"{name}/{part}" if part else name)] = number
    return found


def _verdict(sample: Sample) -> bool | None:
    """Whether all scores that are verdicts are good ones; a number alone is no verdict."""
    values = [each.value for each in (sample.scores or {}).values()]
    verdicts = [
        _number(each) == 1.0
        for each in values
        if isinstance(each, bool) or (isinstance(each, str) and _number(each) is not None)
    ]
    return all(verdicts) if verdicts else None


def _cases(kept: list[_Judged]) -> Iterator[EvalCase]:
    epochs = len({each.sample.epoch for each in kept}) > 1
    names = different(
        name_of(f"{each.sample.id}, epoch {each.sample.epoch}" if epochs else str(each.sample.id))
        for each in kept
    )
    for name, each in zip(names, kept, strict=True):
        yield EvalCase(
            id=name,
            passed=each.verdict,
            scores=_numbers(each.sample),
            error="" if each.complete else _why_incomplete(each.sample),
        )


def _why_incomplete(sample: Sample) -> str:
    if sample.error is not None:
        message = sample.error if isinstance(sample.error, str) else sample.error.message
        return error_text(message) or "The sample ended with an error."
    if sample.invalidation is not None:
        return "The sample was invalidated."
    if sample.completed is False:
        return "The sample did not finish."
    return "Not every scorer gave the sample a value."


def _digest(samples: list[Sample]) -> str | None:
    rows = set()
    for each in samples:
        target = each.target if isinstance(each.target, list) else [each.target]
        if not isinstance(each.input, str) or not all(isinstance(text, str) for text in target):
            return None
        rows.add((str(each.id), each.input[:_COMMON_TEXT], *(text[:_COMMON_TEXT] for text in target)))
    if not rows:
        return None
    return hashlib.sha256(msgspec.json.encode(sorted(rows))).hexdigest()
