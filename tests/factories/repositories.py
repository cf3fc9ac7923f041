"""Real git repositories for tests."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ann Author",
    "GIT_AUTHOR_EMAIL": "ann@example.test",
    "GIT_COMMITTER_NAME": "Ann Author",
    "GIT_COMMITTER_EMAIL": "ann@example.test",
    "GIT_AUTHOR_DATE": "2026-03-04T12:00:00Z",
    "GIT_COMMITTER_DATE": "2026-03-04T12:00:00Z",
}


def git(folder: Path, *arguments: str) -> str:
    """Runs git in a folder and gives what it printed."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str], message: str = "A change") -> str:
    """Writes files, commits them, and gives the id of the commit."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> dict[str, str]:
    """A repository with one commit for code, tests and prompts each.

    Returns:
        The commits under ``tests``, ``prompts`` and ``code``; the last is HEAD.
    """
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commits = {
        "tests": commit(folder, {"tests/test_a.py": "def test_a(): pass\n"}),
        "prompts": commit(folder, {"prompts/system.txt": "Answer briefly.\n"}),
    }
    return commits | {"code": commit(folder, {"bot.py": "print('hello')\n", ".gitignore": "*.log\n"})}


def pull_request(folder: Path) -> dict[str, str]:
    """A repository in which a CI system has checked out the merge of a pull request with its base.

    Returns:
        The commits under ``base``, ``head`` and ``merge``, which is checked out, detached.
    """
    repository(folder)
    git(folder, "checkout", "--quiet", "-b", "topic")
    head = commit(folder, {"bot.py": "print('hello, you')\n"}, "What the author wrote")
    git(folder, "checkout", "--quiet", "main")
    base = commit(folder, {"README": "What happened meanwhile\n"})
    git(folder, "checkout", "--quiet", "--detach")
    git(folder, "merge", "--quiet", "--no-ff", "--message", f"Merge {head} into {base}", head)
    return {"base": base, "head": head, "merge": git(folder, "rev-parse", "HEAD")}
