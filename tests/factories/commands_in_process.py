"""Fixtures to run commands in this process, against a server on loopback, in no time.

A conftest takes what it needs: ``from tests.factories.commands_in_process import command, here, waiting``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tsr_agent.cli.main import run_command_line
from tsr_agent.client import pace, transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "aitr_ci_0123456789abcdefCANARY"


@dataclass
class VirtualWaiting:
    """Time in which a pause takes none: what was slept is added to what really passed."""

    chance: float = 0.5
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[float], None] | None = None

    def monotonic(self) -> float:
        return time.monotonic() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.on_sleep is not None:
            self.on_sleep(seconds)

    def share(self) -> float:
        return self.chance


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> VirtualWaiting:
    """The time of every command of the test; a read takes half a second at most."""
    found = VirtualWaiting()
    for module in (pace, transport):
        monkeypatch.setattr(module, "SystemWaiting", lambda: found)
    quick = pace.Pace(connect=1.0, read=0.3, exchange=0.6)
    monkeypatch.setattr(transport, "Pace", lambda: quick)
    return found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a token and an outbox of its own in the environment."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("HTTPS_PROXY", "https_proxy", "AITR_TOKEN_FILE", "AITR_SERVER", "AITR_OUTBOX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("AITR_TOKEN", SECRET)
    return folder


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command in this process."""
    assert here.is_dir()

    def call(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        try:
            code = run_command_line([str(each) for each in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        return Ran(code, said.out, said.err)

    return call
