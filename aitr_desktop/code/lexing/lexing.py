"""The window's side of the process that lexes: one at a time is asked one thing at a time.

Between two requests the process is idle, so that what it hangs on is known and nothing waits behind it in a
pipe. Whoever wants something lexed takes no lock and waits for nothing: a thread of this side asks the files
that are open for their next request, pages before anything else, and hands them the answers.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from aitr_desktop.code.lexing.child import FLAG
from aitr_desktop.code.lexing.frames import Frame, GarbageError, Kind, read_frame, write_frame

if TYPE_CHECKING:
    from aitr_desktop.code.lexing.languages import Language

BUDGET_SECONDS = 2.0
"""What one request may take. A page takes a hundredth of it."""
START_SECONDS = 20.0
"""What the start of the process may take, and the loading of a lexer: no text has a part in them."""
END_SECONDS = 5.0


class Failure(Enum):
    """Why a request has no answer."""

    SLOW = "slow"
    """It took longer than its budget, and the process was killed."""
    DIED = "died"
    """The process ended, or said what nobody asked for."""
    RAISED = "raised"
    """The lexer raised an error."""
    NOT_STARTED = "not started"
    """There is no process."""


class Client(Protocol):
    """What wants text lexed: a file that is shown. Its methods are called on the thread of ``Lexing``."""

    @property
    def language(self) -> Language:
        """How it is lexed."""

    def next_request(self, *, is_urgent: bool) -> Frame | None:
        """The next thing to ask for: with ``is_urgent`` only what somebody looks at."""

    def answered(self, answer: Frame) -> None:
        """What came of its last request.

        Raises:
            GarbageError: It is no answer to that.
        """

    def failed(self, failure: Failure) -> None:
        """Its last request has no answer."""

    def restarted(self) -> None:
        """The process is another one, and knows nothing of what was begun."""


Command = Callable[[], Sequence[str]]


def command() -> Sequence[str]:
    """How the process is started."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG, str(BUDGET_SECONDS)]
    # -P: no module is ever taken from the folder that the application happened to be started in.
    source = "from aitr_desktop.code.lexing.child import serve; serve()"
    return [sys.executable, "-P", "-c", source, str(BUDGET_SECONDS)]


class Lexing:
    """The process that lexes, for all files that are open.

    Args:
        budget: Seconds that one request may take.
        command: How the process is started.
    """

    def __init__(self, budget: float = BUDGET_SECONDS, command: Command = command) -> None:
        self._budget, self._command = budget, command
        self._told: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._clients: list[Client] = []
        self._child: _Process | None = None
        self._watchdog: Watchdog | None = None
        self._thread: threading.Thread | None = None
        self._is_stopped = False

    @property
    def budget(self) -> float:
        """Seconds that one request may take."""
        return self._budget

    @property
    def process_id(self) -> int | None:
        """Of the process that runs now; None where none does."""
        child = self._child
        return child.pid if child is not None else None

    def warm(self, language: Language | None = None) -> None:
        """Starts the process before it is needed, and loads a lexer in it."""
        self._tell(lambda: self._warm(language))

    def begin(self, client: Client) -> None:
        """Takes in whoever wants text lexed."""
        self._tell(lambda: self._clients.append(client))

    def look(self) -> None:
        """Some client wants something: it is asked what."""
        self._tell(lambda: None)

    def end(self, client: Client) -> None:
        """Asks a client no more; what is under way for it is handed to it still."""
        self._tell(lambda: self._clients.remove(client) if client in self._clients else None)

    def stop(self) -> None:
        """Ends the process and the threads, whatever they are at; safe to be called twice."""
        if self._is_stopped:
            return
        self._is_stopped = True
        if self._thread is None:
            return
        self._told.put(None)
        child = self._child
        if child is not None:
            child.kill()
        self._thread.join(END_SECONDS)

    def _tell(self, command: Callable[[], None]) -> None:
        if self._is_stopped:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="aitr-lexing", daemon=True)
            self._thread.start()
        self._told.put(command)

    def _run(self) -> None:
        self._watchdog = Watchdog()
        try:
            while self._heed(waits=False):
                found = self._next()
                if found is not None:
                    self._ask(*found)
                elif not self._heed(waits=True):
                    return
        finally:
            self._end_child()
            self._watchdog.stop()

    def _heed(self, *, waits: bool) -> bool:
        """Does what was told meanwhile.

        Args:
            waits: For the first of it, as there is nothing else to do.

        Returns:
            Whether to go on.
        """
        while True:
            try:
                told = self._told.get(block=waits)
            except queue.Empty:
                return not self._is_stopped
            if told is None or self._is_stopped:
                return False
            told()
            waits = False

    def _next(self) -> tuple[Client, Frame] | None:
        for is_urgent in (True, False):
            for client in self._clients:
                request = client.next_request(is_urgent=is_urgent)
                if request is not None:
                    return client, request
        return None

    def _warm(self, language: Language | None) -> None:
        with suppress(OSError, GarbageError):
            self._child_for(language)

    def _ask(self, client: Client, request: Frame) -> None:
        # Whoever waited least goes last the next time.
        if client in self._clients:
            self._clients.remove(client)
            self._clients.append(client)
        before = self._child
        try:
            child = self._child_for(client.language)
        except (OSError, GarbageError):
            self._end_child()
            client.failed(Failure.NOT_STARTED)
            return
        if child is not before and request.kind is Kind.GO_ON:
            # It was asked for of another process; the client begins anew.
            return
        try:
            answer = self._exchange(child, request, self._budget)
            if answer.kind is not Kind.FAILED:
                client.answered(answer)
                return
            failure = Failure.RAISED
        except (OSError, GarbageError):
            failure = Failure.SLOW if child.was_killed else Failure.DIED
            self._end_child()
        if not self._is_stopped:
            client.failed(failure)

    def _exchange(self, child: _Process, request: Frame, seconds: float) -> Frame:
        watchdog = cast("Watchdog", self._watchdog)
        watchdog.watch(seconds, child.kill_slow)
        try:
            write_frame(child.asked, request)
            answer = read_frame(child.said)
        finally:
            watchdog.rest()
        if (
            answer is None
            or answer.number != request.number
            or answer.kind not in {request.kind, Kind.FAILED}
        ):
            raise GarbageError("no answer to what was asked")
        return answer

    def _child_for(self, language: Language | None) -> _Process:
        """The process, with the lexer loaded.

        Raises:
            OSError: It can't be started, or ended.
            GarbageError: It said something else than that it is ready.
        """
        child = self._child
        if child is None:
            child = self._child = _Process(self._command())
            if self._is_stopped:
                # Whoever stopped saw no process that it could have killed.
                raise OSError("stopped")
            watchdog = cast("Watchdog", self._watchdog)
            watchdog.watch(START_SECONDS, child.kill_slow)
            try:
                ready = read_frame(child.said)
            finally:
                watchdog.rest()
            if ready is None or ready.kind is not Kind.READY:
                raise GarbageError("not ready")
            for client in self._clients:
                client.restarted()
        if language is not None and language.name not in child.warm:
            self._exchange(child, Frame(Kind.WARM, 0, language.name.encode()), START_SECONDS)
            child.warm.add(language.name)
        return child

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Process:
    """The process and its pipes.

    Raises:
        OSError: It can't be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (this interpreter, or this very application)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.asked = cast("BinaryIO", self._process.stdin)
        self.said = cast("BinaryIO", self._process.stdout)
        self.warm: set[str] = set()
        """Names of the languages whose lexers are loaded."""
        self.was_killed = False
        """For being slow."""

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    def kill(self) -> None:
        """Ends it at once; from any thread."""
        with suppress(OSError):
            self._process.kill()

    def kill_slow(self) -> None:
        """Ends it at once because it took too long."""
        self.was_killed = True
        self.kill()

    def end(self) -> None:
        """Ends it, and gives back all that it took."""
        self.kill()
        for pipe in (self.asked, self.said):
            with suppress(OSError):
                pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)


class Watchdog:
    """Does something where something else takes too long. A pipe can't be read for a time only."""

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[tuple[float, Callable[[], None]] | str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="aitr-lexing-watch", daemon=True)
        self._thread.start()

    def watch(self, seconds: float, act: Callable[[], None]) -> None:
        """Calls ``act`` after that time, unless told to rest before."""
        self._told.put((seconds, act))

    def rest(self) -> None:
        """What was watched has come to its end."""
        self._told.put("rest")

    def stop(self) -> None:
        """Ends the thread."""
        self._told.put("stop")
        self._thread.join(END_SECONDS)

    def _run(self) -> None:
        seconds: float | None = None
        act: Callable[[], None] = lambda: None  # noqa: E731  (nothing, until there is something)
        while True:
            try:
                told = self._told.get(timeout=seconds)
            except queue.Empty:
                act()
                seconds = None
                continue
            if told == "stop":
                return
            if isinstance(told, tuple):
                seconds, act = told
            else:
                seconds = None
