"""A form's first use by many threads at once, which kills the process where nothing keeps them apart."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
ROOMS = ("client", "gate", "models", "server", "store", "sync")
"""What a server or a desktop runs in several threads."""

FIRST_USE = """
import sys, threading
from tests.factories.reports import report
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport
sys.setswitchinterval(1e-6)
document, together = codec.encode(report()), threading.Barrier(16)
def decode():
    together.wait()
    codec.decode(document, TestSummaryReport)
threads = [threading.Thread(target=decode) for _ in range(16)]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""


@pytest.mark.parametrize("attempt", range(4))
def test_many_threads_may_be_the_first_to_decode(attempt: int) -> None:
    """Without the lock this ends with a segmentation fault four times of five."""
    done = subprocess.run([sys.executable, "-c", FIRST_USE], cwd=PROJECT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def unready(path: Path) -> list[str]:
    """Calls that decode into a form which nothing has made ready."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        called = ast.unparse(node.func)
        if called not in {"msgspec.convert", "msgspec.json.decode"}:
            continue
        forms = [each.value for each in node.keywords if each.arg == "type"] or node.args[1:2]
        for form in forms:
            written = ast.unparse(form)
            if not written.startswith(("ready(", "tuple[form")) and written != "dict":
                found.append(f"{path.relative_to(PROJECT)}:{node.lineno}: {written}")
    return found


def test_every_form_is_made_ready_where_threads_decode() -> None:
    places = [path for room in ROOMS for path in (PROJECT / "tsr_agent" / room).rglob("*.py")]
    assert len(places) > 50
    assert [line for path in places for line in unready(path)] == []
