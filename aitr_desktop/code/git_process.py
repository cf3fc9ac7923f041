"""How git is started on somebody else's repository: which program, told what, and within which limits.

The repository may be anybody's, so its configuration may name programs, and the folder it lies in may hold
one called ``git``. Git is taken from the absolute folders of the search path only, is told nothing of this
process but that path, and gets settings that win over the repository's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_MEMORY = 768 * 1024 * 1024
"""Bytes that a git may fill: an object of a few bytes can unfold to any size. Packs are not counted."""
_PASSED_ON = ("PATH", "SYSTEMROOT")
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    # Before git 2.44 an object that a partial clone lacks is fetched. This list overrides a repository's own
    # permission for any protocol, of which some run a program.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "LC_ALL": "C",
}
_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.warnAmbiguousRefs=false",
    # A repository's own setting brings replaced objects back in spite of the environment.
    "core.useReplaceRefs=false",
    "protocol.allow=never",
)


def start(git_folder: Path, environ: Mapping[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """A git that answers on its standard output; whoever starts it ends it.

    Args:
        git_folder: The folder that holds ``objects``.
        environ: The environment of this process.
        arguments: What git is to do; nothing that a stranger wrote.

    Raises:
        OSError: It can't be started.
    """
    git = subprocess.Popen(  # noqa: S603  (fixed arguments; ids go in by standard input)
        command(find_git(environ), git_folder, *arguments),
        env=environment(environ),
        cwd=git_folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # A group of its own, so that what git might have started ends with it.
        start_new_session=True,
    )
    _limit(git.pid)
    return git


def end(git: subprocess.Popen[bytes]) -> None:
    """Ends a git now; what it still wrote is dropped."""
    kill(git)
    for pipe in (git.stdin, git.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                # What was still to be written to it: nobody reads that any more.
                continue
    git.wait()


def kill(git: subprocess.Popen[bytes]) -> None:
    """Tells a git to end, and waits for nothing."""
    # Once it was waited for, the number may belong to another process.
    if git.returncode is not None:
        return
    if sys.platform == "win32":
        git.kill()
        return
    import signal

    try:
        os.killpg(git.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        git.kill()


def find_git(environ: Mapping[str, str]) -> str:
    """The program, by its whole path. A relative folder of the search path is whatever somebody stands in.

    Raises:
        FileNotFoundError: There is none.
    """
    name = "git.exe" if sys.platform == "win32" else "git"
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        program = Path(folder, name)
        if program.is_absolute() and program.is_file() and os.access(program, os.X_OK):
            return str(program)
    raise FileNotFoundError(name)


def command(program: str, git_folder: Path, *arguments: str) -> list[str]:
    """A call of git on a repository named to it: it looks for none, and asks nobody's configuration."""
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    return [program, "--no-pager", f"--git-dir={git_folder}", *settings, *arguments]


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What git is told of this process: where programs are, and nothing else."""
    passed_on = {name: environ[name] for name in _PASSED_ON if name in environ}
    if "PATH" in passed_on:
        folders = passed_on["PATH"].split(os.pathsep)
        passed_on["PATH"] = os.pathsep.join(each for each in folders if Path(each).is_absolute())
    return passed_on | _ENVIRONMENT


def no_git(error: OSError) -> InputError:
    """Git could not be started."""
    if isinstance(error, FileNotFoundError):
        return InputError("git is not installed, so no clone can be read.", next_step="Install git.")
    return InputError(f"git can't be started: {error.strerror or error}.")


def _limit(process: int) -> None:
    """Bounds what a git may fill with data, where the system can do that from outside."""
    if sys.platform == "linux":
        import resource

        try:
            resource.prlimit(process, resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
            resource.prlimit(process, resource.RLIMIT_CORE, (0, 0))
        except (OSError, ValueError):
            # It ended already, or a lower limit stands; the sizes that it names are bounded besides.
            return
