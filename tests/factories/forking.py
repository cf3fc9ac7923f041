"""Processes that begin in milliseconds: a process that has loaded everything forks one for each command.

What is forked is a whole ``tsr-agent`` with a process id of its own, so a SIGKILL hits it as it would
hit any other; only the imports are spared, which is what makes hundreds of kills affordable.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PRELOADED = (
    "tsr_agent.cli.main",
    "tsr_agent.cli.serve",
    "tsr_agent.cli.upload",
    "tsr_agent.server.serving",
    "tsr_agent.client.api",
    "tsr_agent.store.database",
)


class Forked:
    """One forked command; its standard output goes to a file."""

    def __init__(self, forge: Forge, pid: int, output: Path) -> None:
        self._forge = forge
        self.pid = pid
        self.output = output

    def kill(self) -> None:
        """Ends it as a power cut would: at once, wherever it is."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit code, or minus the signal that ended it."""
        return self._forge.ask("wait", pid=self.pid)


class Forge:
    """The process that forks the others."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, arguments: list[str], environ: Mapping[str, str], output: Path) -> Forked:
        """Begins ``tsr-agent ARGUMENT…`` with these variables and no other ``AITR_`` ones."""
        pid = self.ask("start", arguments=arguments, environ=dict(environ), output=str(output))
        return Forked(self, pid, output)

    def ask(self, what: str, **about: object) -> int:
        """One order and its answer, a number."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"what": what, **about}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def forge() -> Iterator[Forge]:
    """A forge with everything loaded; what it forked must have been waited for."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.factories.forking"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Forge(process)
    finally:
        process.communicate()


def _serve_orders() -> None:
    import importlib

    for name in PRELOADED:
        importlib.import_module(name)
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if order["what"] == "start":
            print(_fork(order), flush=True)
        else:
            _, status = os.waitpid(order["pid"], 0)
            print(os.waitstatus_to_exitcode(status), flush=True)


def _fork(order: dict[str, object]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        code = _run(order)
    finally:
        sys.stdout.flush()
        os._exit(code)


def _run(order: dict[str, object]) -> int:
    from tsr_agent.cli.main import run_command_line

    output = os.open(str(order["output"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, target in ((0, os.open(os.devnull, os.O_RDONLY)), (1, output), (2, output)):
        os.dup2(target, number)
    for name in [each for each in os.environ if each.startswith("AITR_")]:
        del os.environ[name]
    environ = order["environ"]
    arguments = order["arguments"]
    assert isinstance(environ, dict)
    assert isinstance(arguments, list)
    os.environ.update(environ)
    return int(run_command_line(arguments))


if __name__ == "__main__":
    _serve_orders()
