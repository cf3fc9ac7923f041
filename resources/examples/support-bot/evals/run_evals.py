"""Runs the evals of all prompt versions and writes ``evals.json``.

python -m evals.run_evals --output results/evals.json [--release broken]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from support_bot.bot import HOME, build_bot, released_prompt
from support_bot.documents import load_passages
from support_bot.prompts import load_prompt

from evals.dataset import load_questions
from evals.history import Run, ask_all, history

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSIONS = ("v1-verbose", "v2-no-rag", "v3-rag")


def run_all(names: Sequence[str]) -> dict[str, object]:
    """The eval history of prompts, the oldest first.

    Args:
        names: File names in ``prompts/`` without their ending.
    """
    questions = load_questions(HOME / "evals" / "questions.json")
    passages = load_passages(HOME / "documents")
    runs = []
    for name in names:
        path = HOME / "prompts" / f"{name}.md"
        scored = ask_all(build_bot(path), questions, passages)
        runs.append(Run(prompt=load_prompt(path), prompt_file=f"prompts/{name}.md", scored=scored))
    return history(runs, questions)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line. The exit code says whether the evals could be run, not whether they are good."""
    parser = argparse.ArgumentParser(prog="run_evals", description="Runs the evals of all prompt versions.")
    parser.add_argument("--output", type=Path, required=True, help="file to write the eval history to")
    parser.add_argument(
        "--release",
        default=released_prompt(),
        help="prompt to be released; the latest iteration where it is not one of the known ones",
    )
    chosen = parser.parse_args(arguments)
    names = [*VERSIONS, *([chosen.release] if chosen.release not in VERSIONS else [])]
    found = run_all(names)
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(names)} prompt versions: {chosen.output}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
