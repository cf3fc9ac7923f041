"""A project with code, tests and prompts in a real repository, and reports that judged its commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.factories.repositories import commit, git
from tests.factories.shown_reports import manifest

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.models.manifest import VersionManifest

REPOSITORY = "https://git.example.org/team/support-bot.git"
BOT = "".join(f"line {number}\n" for number in range(1, 101))
LATER_BOT = BOT.replace("line 50\n", "line fifty\n").replace("line 90\n", "line 90\nline 90 and a half\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeProject:
    """The folder, and what was committed there."""

    folder: Path
    first: str
    """Of everything."""
    second: str
    """Changes, adds, removes and moves files."""
    prompts: str
    """Changes the prompt alone; the newest."""

    def versions(self, sha: str, **changes: object) -> VersionManifest:
        """What a report that judged a commit says of it."""
        known = {"codebase_sha": sha, "testbase_sha": self.first, "prompts_sha": self.prompts}
        return manifest(**({"codebase_repo": REPOSITORY, "dirty": False} | known | changes))


def code_project(folder: Path) -> CodeProject:
    """Makes the repository."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", "origin", REPOSITORY)
    files = {
        "README.md": "# Support bot\n",
        "src/bot.py": BOT,
        "src/old.py": "gone soon\n",
        "src/moved.py": "def moved():\n    return 'the same'\n",
        "tests/test_bot.py": "def test_answers():\n    assert bot() == 'yes'\n",
        "prompts/system.txt": "Answer briefly.\n",
    }
    first = commit(folder, files, "Begin")
    (folder / "src/old.py").unlink()
    (folder / "src/deep").mkdir()
    (folder / "src/moved.py").rename(folder / "src/deep/moved.py")
    changed = {"src/bot.py": LATER_BOT, "src/new.py": "brand new\n"}
    second = commit(folder, changed, "Say fifty in words\n\nSomebody asked for it.")
    prompts = commit(
        folder, {"prompts/system.txt": "Answer briefly.\nNever promise a refund.\n"}, "Ask for care"
    )
    return CodeProject(folder=folder, first=first, second=second, prompts=prompts)
