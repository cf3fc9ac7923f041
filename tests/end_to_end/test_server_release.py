"""``require-server-go.sh`` as a release job runs it: only a server's GO about this commit ends with 0."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.raw_server import RawServer, answer
from tests.factories.repositories import git, repository
from tests.factories.server_answers import OTHER_COMMIT, REPORT_ID, go, no_go, pending

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.factories.raw_server import Asked

    Release = Callable[..., tuple[int, str]]


@pytest.fixture
def release(tmp_path: Path, project_dir: Path) -> Release:
    """Runs the script in a checkout, with a ``tsr-agent`` on the path."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    repository(checkout)
    programs = tmp_path / "bin"
    programs.mkdir()
    agent = programs / "tsr-agent"
    agent.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tsr_agent "$@"\n')
    agent.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AITR_")}
    kept |= {"PATH": f"{programs}:{os.environ['PATH']}", "AITR_TOKEN": "aitr_ci_0123456789abcdef"}
    kept |= {"XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONPATH": str(project_dir)}

    def run(*arguments: str, change: str = "", **environ: str) -> tuple[int, str]:
        if change:
            (checkout / change).write_text("changed\n")
        done = subprocess.run(
            ["bash", project_dir / "packaging" / "ci" / "require-server-go.sh", *arguments],
            cwd=checkout,
            env=kept | environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    run.checkout = checkout  # type: ignore[attr-defined]
    return run


def saying(said: Callable[..., dict[str, Any]], head: str) -> Callable[[socket.socket, Asked], None]:
    reply = answer(200, json.dumps(said(codebase_sha=head, tested_sha=head)).encode())
    return lambda connection, _asked: connection.sendall(reply)


def head_of(release: Release) -> str:
    checkout = release.checkout  # type: ignore[attr-defined]
    assert isinstance(checkout, Path)
    return git(checkout, "rev-parse", "HEAD").strip()


@pytest.mark.parametrize(("said", "code"), [(go, 0), (no_go, 1), (pending, 3)])
def test_only_the_servers_go_releases(
    said: Callable[..., dict[str, Any]], code: int, release: Release
) -> None:
    with RawServer(saying(said, head_of(release))) as server:
        done, log = release(server.url, REPORT_ID, "production")
        assert f"commit={head_of(release)}" in server.asked[0].target
    assert done == code, log
    assert ("Not released" in log) is (code != 0)


def test_nothing_else_does(release: Release) -> None:
    head = head_of(release)
    with RawServer(saying(pending, head)) as server:
        assert release(server.url, REPORT_ID, "production", "--allow-pending")[0] == 1
        assert release(server.url, REPORT_ID, "production", "--help")[0] == 1
    with RawServer(saying(go, head)) as server:
        assert release(server.url, REPORT_ID, "staging")[0] == 5
        for words in (
            ["", REPORT_ID, "x"],
            [server.url, "", "x"],
            [server.url, REPORT_ID],
            ["--help", "a", "b"],
        ):
            assert release(*words)[0] == 2
        asked = len(server.asked)
        assert release(server.url, REPORT_ID, "production", change="tests/test_a.py")[0] == 1
        assert len(server.asked) == asked
    with RawServer(saying(go, OTHER_COMMIT)) as server:
        assert release(server.url, REPORT_ID, "production")[0] != 0


def test_variables_can_not_name_another_server_or_outbox(release: Release) -> None:
    head = head_of(release)
    with RawServer(saying(go, head)) as planted, RawServer(saying(no_go, head)) as server:
        done, log = release(
            server.url, REPORT_ID, "production", AITR_SERVER=planted.url, AITR_CONFIG="/none", AITR_OUTBOX="x"
        )
        assert planted.asked == []
    assert done == 1, log
