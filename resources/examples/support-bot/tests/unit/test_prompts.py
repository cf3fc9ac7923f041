from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_bot.prompts import Prompt, load_prompt

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "---\nversion: v9.1.0\nname: Trial\n---\n"


def written(folder: Path, text: str) -> Prompt:
    (folder / "trial.md").write_text(text)
    return load_prompt(folder / "trial.md")


def test_options_are_read_from_the_text(tmp_path: Path) -> None:
    prompt = written(tmp_path, f"{HEAD}Be brief.\n\n- Use retrieved context: yes\n- Max sentences: 2\n")
    assert (prompt.version, prompt.name) == ("v9.1.0", "Trial")
    assert prompt.use_retrieved_context
    assert prompt.max_sentences == 2
    assert not prompt.cite_source


@pytest.mark.parametrize(
    "line", ["- Use retreived context: yes", "- Use retrieved context: perhaps", "Use it: yes"]
)
def test_a_line_that_is_not_understood_has_no_effect(tmp_path: Path, line: str) -> None:
    assert not written(tmp_path, f"{HEAD}{line}\n").use_retrieved_context


@pytest.mark.parametrize("value", ["0", "many", "²"])
def test_an_impossible_number_keeps_the_default(tmp_path: Path, value: str) -> None:
    assert written(tmp_path, f"{HEAD}- Max sentences: {value}\n").max_sentences == Prompt.max_sentences


@pytest.mark.requirement("REQ-10")
@pytest.mark.parametrize(
    "text", ["", "Be brief.", "---\nname: Trial\n---\nBe brief.", "---\nversion: v1\n---\n"]
)
def test_a_prompt_without_version_and_name_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="version and name"):
        written(tmp_path, text)
