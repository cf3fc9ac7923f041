"""From scored answers of several prompts to the eval history that the release gate reads."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from evals.detectors import DETECTORS
from evals.scoring import ScoredAnswer, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support_bot.bot import SupportBot
    from support_bot.documents import Passage
    from support_bot.prompts import Prompt

    from evals.dataset import QuestionSet
    from evals.detectors import Detector

MIN_ACCURACY = 0.85
MIN_GROUNDING = 0.90


@dataclass(frozen=True)
class Run:
    """All answers that one prompt got."""

    prompt: Prompt
    prompt_file: str
    """Path of the prompt file as people know it, such as ``prompts/v3-rag.md``."""
    scored: tuple[ScoredAnswer, ...]

    @property
    def accuracy(self) -> float:
        """Share of the questions that were answered, or refused, as they should be."""
        return sum(each.correct for each in self.scored) / len(self.scored)

    @property
    def claims(self) -> int:
        """Sentences in all answers that are not refusals."""
        return sum(each.all_sentences for each in self.scored)

    @property
    def grounding(self) -> float | None:
        """Share of those sentences that a help page bears out; None where nothing was answered."""
        supported = sum(each.supported_sentences for each in self.scored)
        return supported / self.claims if self.claims else None

    @property
    def found(self) -> frozenset[str]:
        """Ids of the detectors that found their failure mode."""
        return frozenset(each.id for each in DETECTORS if each.found_in(self.scored))


def ask_all(bot: SupportBot, questions: QuestionSet, passages: Sequence[Passage]) -> tuple[ScoredAnswer, ...]:
    """Puts every question to the assistant and scores what it says."""
    scored = []
    for question in questions.questions:
        begun = time.perf_counter()
        answer = bot.answer(question.question)
        latency_ms = (time.perf_counter() - begun) * 1000
        scored.append(score(question, answer, latency_ms, passages))
    return tuple(scored)


def history(runs: Sequence[Run], questions: QuestionSet) -> dict[str, Any]:
    """The eval history in the form of ``evals.json``, iterations numbered from 1 in the order given."""
    return {"iterations": [_iteration(place, runs, questions) for place in range(len(runs))]}


def _iteration(place: int, runs: Sequence[Run], questions: QuestionSet) -> dict[str, Any]:
    run = runs[place]
    return {
        "iteration": place + 1,
        "version_name": run.prompt.name,
        "prompt_version": run.prompt.version,
        "outcome": _outcome(place, runs),
        "metrics": _metrics(run),
        "failure_modes": [
            _failure_mode(each, place, runs) for each in DETECTORS if _begins(each, place, runs)
        ],
        "fixes_applied": _fixes(place, runs),
        "dataset": {
            "name": questions.name,
            "digest": questions.digest,
            "size": len(questions.questions),
        },
        "tool": "support-bot evals",
        "cases": [{"id": each.question.id, "passed": each.correct} for each in run.scored],
    }


def _metrics(run: Run) -> dict[str, dict[str, Any]]:
    latencies = [each.latency_ms for each in run.scored]
    n = len(run.scored)
    metrics: dict[str, dict[str, Any]] = {
        "accuracy": {"value": run.accuracy, "n": n, "minimum": 0.0, "maximum": 1.0},
        "avg_length": {
            "value": statistics.fmean(each.length for each in run.scored),
            "n": n,
            "lower_is_better": True,
            "unit": "words",
        },
        "latency": {
            "value": round(statistics.median(latencies), 3),
            "n": n,
            "lower_is_better": True,
            "unit": "ms",
        },
    }
    if run.grounding is not None:
        # n is what the share is taken of: sentences, not questions.
        metrics["grounding_score"] = {
            "value": run.grounding,
            "n": run.claims,
            "minimum": 0.0,
            "maximum": 1.0,
        }
    return metrics


def _outcome(place: int, runs: Sequence[Run]) -> str:
    run = runs[place]
    critical = {each.id for each in DETECTORS if each.severity == "critical"}
    grounded = run.grounding is not None and run.grounding >= MIN_GROUNDING
    if run.accuracy >= MIN_ACCURACY and grounded and not run.found & critical:
        return "passed"
    return "improved" if place > 0 and run.accuracy > runs[place - 1].accuracy else "failed"


def _begins(detector: Detector, place: int, runs: Sequence[Run]) -> bool:
    """Whether a failure mode shows here and did not show in the iteration before."""
    return detector.id in runs[place].found and (place == 0 or detector.id not in runs[place - 1].found)


def _failure_mode(detector: Detector, place: int, runs: Sequence[Run]) -> dict[str, Any]:
    affected, seen = detector.affected(runs[place].scored)
    resolved = next(
        (later for later in range(place, len(runs)) if detector.id not in runs[later].found), None
    )
    return {
        "id": _mode_id(detector, place, runs),
        "name": detector.name,
        "description": f"{detector.description} Found in {affected} of {seen} answers.",
        "severity": detector.severity,
        "category": detector.category,
        "discovered_in_iteration": place + 1,
        "resolution_status": "open" if resolved is None else "fixed",
        "resolved_in_iteration": None if resolved is None else resolved + 1,
    }


def _mode_id(detector: Detector, place: int, runs: Sequence[Run]) -> str:
    """One that came back after it was fixed is a failure mode of its own and gets a number."""
    episode = sum(_begins(detector, earlier, runs) for earlier in range(place + 1))
    return detector.id if episode == 1 else f"{detector.id}-{episode}"


def _fixes(place: int, runs: Sequence[Run]) -> list[dict[str, Any]]:
    if place == 0:
        return []
    before, after = runs[place - 1], runs[place]
    description = f"{before.prompt_file} → {after.prompt_file}: " + "; ".join(
        _changes(before.prompt, after.prompt)
    )
    return [
        {"failure_mode": _mode_id(each, place - 1, runs), "description": description}
        for each in DETECTORS
        if each.id in before.found - after.found
    ]


def _changes(before: Prompt, after: Prompt) -> list[str]:
    options = [each.name for each in fields(before) if each.name not in {"version", "name", "text"}]
    return [
        f"{option.replace('_', ' ')} {_shown(getattr(before, option))} → {_shown(getattr(after, option))}"
        for option in options
        if getattr(before, option) != getattr(after, option)
    ]


def _shown(value: bool | int) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
