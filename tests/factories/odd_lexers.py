"""Processes that stand in for the one that lexes, and do not do what it does."""

from __future__ import annotations

import sys

_READY = """
import os, struct, sys, time
head = struct.Struct("<4sBII")
def say(kind, number, payload=b""):
    sys.stdout.buffer.write(head.pack(b"aiLx", kind, number, len(payload)) + payload)
    sys.stdout.buffer.flush()
def heed():
    said = sys.stdin.buffer.read(head.size)
    if len(said) < head.size:
        os._exit(0)
    _, kind, number, length = head.unpack(said)
    sys.stdin.buffer.read(length)
    return kind, number
say(0, 0)
while True:
    kind, number = heed()
    if kind == 5:
        say(kind, number)
        continue
"""
_ODD = {
    "says garbage": "    os.write(1, b'no frame at all, but long enough to be one')",
    "claims a long frame": "    os.write(1, head.pack(b'aiLx', 1, number, 2**32 - 1))",
    "says half a frame": "    os.write(1, head.pack(b'aiLx', 1, number, 100) + b'half'); os._exit(0)",
    "answers another question": "    say(kind, number + 1)",
    "answers with other pieces": "    say(kind, number, struct.pack('<BII', 1, 0, 0))",
    "answers with pieces that lie": "    say(kind, number, struct.pack('<BII', 1, 2**31, 2**31))",
    "answers with styles that are none": (
        "    say(kind, number, struct.pack('<BII', 1, 1, 1) + struct.pack('<III', 1, 0, 1) + b'\\xff')"
    ),
    "closes its pipe": "    os.close(1); time.sleep(60)",
    "ends": "    os._exit(0)",
    "ends with an error": "    raise SystemExit(3)",
    "runs out of memory": (
        "    import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 28,) * 2)\n    bytearray(1 << 30)"
    ),
    "never answers": "    time.sleep(60)",
    "never answers and never ends": "    import signal; signal.signal(15, signal.SIG_IGN); time.sleep(60)",
}
ODD = tuple(_ODD)
SLOW = ("never answers", "never answers and never ends")


def odd_lexer(name: str) -> list[str]:
    """The command of one of them."""
    return [sys.executable, "-c", _READY + _ODD[name]]


def never_ready() -> list[str]:
    """A process that ends before it says that it is ready."""
    return [sys.executable, "-c", "raise SystemExit(1)"]


def no_such_program() -> list[str]:
    """A process that can't be started."""
    return ["/no/such/interpreter"]
