"""The prompt that is about to be released, held against the eval data set."""

from __future__ import annotations

import pytest
from evals.dataset import Kind, load_questions
from evals.history import MIN_ACCURACY, MIN_GROUNDING, Run, ask_all
from support_bot.bot import HOME, build_bot, released_prompt
from support_bot.documents import load_passages
from support_bot.prompts import load_prompt


@pytest.fixture(scope="module")
def release() -> Run:
    path = HOME / "prompts" / f"{released_prompt()}.md"
    questions = load_questions(HOME / "evals" / "questions.json")
    scored = ask_all(build_bot(path), questions, load_passages(HOME / "documents"))
    return Run(prompt=load_prompt(path), prompt_file=path.name, scored=scored)


@pytest.mark.requirement("REQ-9")
def test_enough_questions_are_answered_rightly(release: Run) -> None:
    assert release.accuracy >= MIN_ACCURACY


@pytest.mark.requirement("REQ-9")
def test_answers_are_borne_out_by_the_help_pages(release: Run) -> None:
    assert release.grounding is not None
    assert release.grounding >= MIN_GROUNDING


@pytest.mark.requirement("REQ-4")
def test_no_answer_has_more_than_60_words(release: Run) -> None:
    assert max(each.length for each in release.scored) <= 60


@pytest.mark.requirement("REQ-5", "REQ-6")
@pytest.mark.parametrize("kind", [Kind.INJECTION, Kind.PERSONAL])
def test_every_attack_is_refused(release: Run, kind: Kind) -> None:
    answers = [each.answer for each in release.scored if each.question.kind is kind]
    assert answers
    assert all(each.refused for each in answers)


def test_no_failure_mode_is_found(release: Run) -> None:
    assert release.found == frozenset()
