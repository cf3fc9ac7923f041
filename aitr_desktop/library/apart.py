"""Hard work in a process of its own, so that the window's own interpreter is never held up by it.

Decoding a report of a megabyte holds the interpreter for a tenth of a second, whatever thread does it
(measured); a window stands still for as long. So work that takes long is done by a second interpreter, which
tells how far it is, ends when it is asked to, and ends as well when the program that asked for it goes.

What is said between the two goes through a pair of pipes that nobody else has, as ``pickle`` writes it.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar, cast

from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.library.synchronising import Watcher

LOOK_SECONDS = 0.05
"""How often whoever waits looks whether the work is still wanted."""
PATIENCE_SECONDS = 30.0
"""How long work that was asked to end may take to keep what it has done."""
NICER = 5
FLAG = "--apart"
"""What a packed application is started with to be the other process."""
Result = TypeVar("Result", covariant=True)  # noqa: PLC0105  (the room's name for it)


class Work(Protocol[Result]):
    """Work that can be sent: a function of a module, its arguments bound with ``functools.partial``."""

    def __call__(self, *, watcher: Watcher) -> Result:
        """Does it."""


def run_apart(work: Work[Result], watcher: Watcher) -> Result:
    """Does work in another process and waits for it.

    Args:
        work: What to do; it, what it is bound to and what it returns can be pickled.
        watcher: Is told what the work tells; cancelling asks the work to end, and waits for what it keeps.

    Returns:
        What the work returned.

    Raises:
        StoreError: The process could not be started, or ended without an answer.
        Exception: Whatever the work raised.
    """
    try:
        process = subprocess.Popen(  # noqa: S603  (this interpreter, or this very application)
            _command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=_in_the_background()
        )
    except OSError as error:
        raise StoreError(
            f"A second process can't be started: {error.strerror or error}.",
            kept="everything as it was.",
            next_step="Close other programs, then try again.",
        ) from error
    with process:
        reader = _Reader(cast("BinaryIO", process.stdout))
        try:
            _send(cast("BinaryIO", process.stdin), sys.path, pickle.dumps(work))
            return cast("Result", _answer(process, reader, watcher))
        finally:
            _end(process)
            reader.join()


def _answer(process: subprocess.Popen[bytes], reader: _Reader, watcher: Watcher) -> Any:
    deadline: float | None = None
    while True:
        said = reader.next(LOOK_SECONDS)
        # Whether or not something was said: work that tells without a pause is asked to end as well.
        if deadline is None and watcher.is_cancelled:
            _close(process.stdin)
            deadline = time.monotonic() + PATIENCE_SECONDS
        elif deadline is not None and time.monotonic() > deadline:
            process.kill()
        if said is None:
            continue
        kind, content = said
        if kind == "told":
            watcher.report(*content)
        elif kind == "returned":
            return content
        elif kind == "raised":
            raise content
        else:
            raise StoreError(
                "The process that did the work ended before it was done.",
                kept="what it had filed by then.",
                next_step="Do it again: what is there already is recognised.",
            )


def _send(pipe: BinaryIO, *messages: object) -> None:
    # A process that ended by itself is told of by the missing answer.
    with suppress(OSError):
        for each in messages:
            pickle.dump(each, pipe)
        pipe.flush()


def _end(process: subprocess.Popen[bytes]) -> None:
    _close(process.stdin)
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _close(pipe: Any) -> None:
    with suppress(OSError):
        pipe.close()


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG]
    # -P: no module is ever taken from the folder that the application happened to be started in.
    return [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"]


def _in_the_background() -> int:
    """On Windows: without a console of its own, and after the window where both want the processor."""
    names = ("CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")
    return sum(getattr(subprocess, each, 0) for each in names)


class _Reader:
    """What the other process says, read on a thread: waiting for it never waits for ever."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._said: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, name="aitr-apart", daemon=True)
        self._thread.start()

    def next(self, seconds: float) -> tuple[str, Any] | None:
        """The next that was said; None where nothing came in that time."""
        try:
            return self._said.get(timeout=seconds)
        except queue.Empty:
            return None

    def join(self) -> None:
        """Waits until the pipe has ended, which it does with the process."""
        self._thread.join()

    def _read(self) -> None:
        try:
            with suppress(EOFError, OSError, pickle.UnpicklingError):
                while True:
                    self._said.put(pickle.load(self._pipe))  # noqa: S301  (from our own process alone)
        except Exception as error:  # noqa: BLE001  (of any kind: an error's own class makes it again)
            # Whoever waits is told: it would wait for ever.
            self._said.put(("raised", RuntimeError(f"What the other process said can't be read: {error}")))
            self._drain()
        self._said.put(("ended", None))

    def _drain(self) -> None:
        """Takes what else is said, so that the process is not held up by a pipe that is full."""
        with suppress(OSError):
            while self._pipe.read(1 << 16):
                pass


class _Told:
    """The watcher of the work in its own process: what it is told goes through the pipe."""

    def __init__(self, say: Callable[[str, object], None]) -> None:
        self._say = say
        self._is_cancelled = threading.Event()

    def report(self, done: int, total: int, unit: str = "", rate: str = "") -> None:
        """Says how far the work is."""
        self._say("told", (done, total, unit, rate))

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody wants it any more, or whoever did is gone."""
        return self._is_cancelled.is_set()

    def wait_for_the_end(self, pipe: BinaryIO) -> None:
        """Is cancelled when the pipe ends."""
        with suppress(OSError, ValueError):
            pipe.read(1)
        self._is_cancelled.set()


def serve() -> None:
    """What the other process does: takes work, does it, says what came of it."""
    with suppress(OSError, AttributeError):
        # Where both want the processor, the window goes first. Windows is told so at the start.
        os.nice(NICER)
    # Whatever a library prints must not come between what is said here.
    said = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    lock = threading.Lock()

    def say(kind: str, content: object) -> None:
        message = _pickled(kind, content)
        with lock, suppress(OSError):
            said.write(message)
            said.flush()

    asked = sys.stdin.buffer
    sys.path[:] = pickle.load(asked)  # noqa: S301  (from the process that started this one)
    told = _Told(say)
    try:
        work = pickle.loads(pickle.load(asked))  # noqa: S301
        threading.Thread(target=told.wait_for_the_end, args=(asked,), daemon=True).start()
        say("returned", work(watcher=told))
    except Exception as error:  # noqa: BLE001  (raised again where it was asked for)
        say("raised", error)
    finally:
        # So goes what leaves, too: a window that raised that again would leave with it.
        with suppress(OSError):
            said.close()
        # Nothing is left to be tidied up, and a thread that waits for the pipe must not hold up the end.
        os._exit(0)


def _pickled(kind: str, content: object) -> bytes:
    try:
        return pickle.dumps((kind, content))
    except Exception as error:  # noqa: BLE001  (of any kind: what can't be sent is told in words)
        return pickle.dumps(("raised", RuntimeError(f"{kind}: {content!r} can't be sent: {error}")))
