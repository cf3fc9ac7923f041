"""``tsr-agent init``: an ``aitr.toml`` and a policy to start from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console

CONFIG_NAME = "aitr.toml"
POLICY_NAME = "aitr-policy.yaml"

CONFIG = """\
# What tsr-agent has to know about this project. Paths are relative to this file.
# Options win over AITR_* variables, those over this file.

[project]
environment = "test"            # where the release is meant for: test, staging, production …

[results]
dir = "results"                 # what the test tools leave, searched with its folders

# A test type is read from the name of a file or folder, such as results/unit.xml. Where it is not,
# say it here; it is never guessed.
[types]
# security = ["scans/*.xml"]

# A metric of an eval tool is one of yours only where this says so. Without it, it keeps the tool's name.
[evals.metrics]
# "includes/accuracy" = "accuracy"

[paths]                         # the last commits that touched these are the test and prompt SHAs
tests = [{tests}]
prompts = [{prompts}]

[files]
policy = "{policy}"
{requirements}requirements = "requirements.yaml"
{evals}evals = "evals.json"
{coverage}coverage = "coverage.xml"

[approval]
manual_required = ["production"]  # a person approves these, whatever the rules say

[limits]                        # bounds on what is read; a refusal names the one to raise
# file_bytes = {file_bytes}
"""

POLICY_HEAD = """\
# The rules that decide about a release, to be tightened by a person. It starts as the built-in
# policy ai-release. docs/policy.md explains each key; tsr-agent schema policy prints its schema.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "--directory", metavar="DIR", type=Path, default=Path(), help="the project's root (default: here)"
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there already")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Writes both files, or neither where one is there already."""
    from tsr_agent.generate import write_document

    folder: Path = arguments.directory
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder.")
    files = {folder / CONFIG_NAME: config_text(folder), folder / POLICY_NAME: policy_text(folder)}
    present = [str(path) for path in files if path.exists()]
    if present and not arguments.force:
        raise UsageError(
            f"{', '.join(present)}: already there.",
            kept="everything; nothing was written.",
            next_step="Use --force to replace what is there.",
        )
    for path, text in files.items():
        write_document(path, text.encode("utf-8"))
    if console.as_json:
        console.data({"written": [str(path) for path in files]})
        return ExitCode.OK
    console.text(
        [
            *(f"Wrote {path}" for path in files),
            "",
            "Next: run your tests with their exit codes on record, then judge them:",
            "  tsr-agent exec --type unit -- pytest tests/unit --junitxml=results/unit.xml",
            "  tsr-agent run",
        ]
    )
    return ExitCode.OK


def config_text(folder: Path) -> str:
    """An ``aitr.toml`` that names what is there and leaves the rest as a comment."""
    from tsr_agent.models.limits import Limits

    def commented(name: str) -> str:
        return "" if (folder / name).is_file() else "# "

    return CONFIG.format(
        tests=_quoted(folder, ("tests", "test", "spec"), "tests"),
        prompts=_quoted(folder, ("prompts", "prompt"), "prompts"),
        policy=POLICY_NAME,
        requirements=commented("requirements.yaml"),
        evals=commented("evals.json"),
        coverage=commented("coverage.xml"),
        file_bytes=Limits().file_bytes,
    )


def _quoted(folder: Path, candidates: tuple[str, ...], otherwise: str) -> str:
    found = [name for name in candidates if (folder / name).is_dir()] or [otherwise]
    return ", ".join(f'"{name}"' for name in found)


def policy_text(folder: Path) -> str:
    """The built-in policy as YAML, named after the project, since it is a policy of its own from now on."""
    import msgspec
    import yaml

    from tsr_agent.gate.policies.builtin import ai_release_bytes

    policy = msgspec.json.decode(ai_release_bytes(), type=dict)
    project = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "project"
    policy["name"] = f"{project}-release"
    return POLICY_HEAD + yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=100)
