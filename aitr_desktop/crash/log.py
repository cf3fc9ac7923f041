"""The log of faults: bounded, for this person alone, without secrets and without text of reports. No Qt.

It holds where in the program something went wrong and what kind of fault it was. What a fault says is in
it only where Python itself wrote the words, about names and types of the program; anything else might be
text of a report. The whole of it is in the dialog, from which the person may copy it.
"""

from __future__ import annotations

import faulthandler
import re
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO

    from tsr_agent.clock import Clock

MAX_BYTES = 512 * 1024
KEPT = 3
"""Files, the present one included."""
MAX_ENTRY = 16 * 1024
MAX_CHAIN = 5
MAX_FRAMES = 60
_SPEAKS_OF_THE_PROGRAM = (AttributeError, NameError, ImportError, RecursionError, MemoryError)
_TOKEN = re.compile(r"aitr_[a-z]{2,4}_\w{8,}")
_FATAL = ("Fatal Python error", "Windows fatal exception")
_ROOT = Path(__file__).resolve().parents[2]


class CrashLog:
    """Appends to a file, and begins another one when it is full. Never raises; safe from any thread.

    Args:
        path: The file; older ones lie beside it as ``.1`` and ``.2``.
        clock: Says when something happened.
        max_bytes: Of one file.
    """

    def __init__(self, path: Path, clock: Clock, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self.problem = ""
        """Why nothing can be written; empty where it can."""
        self._clock = clock
        self._max_bytes = max_bytes
        self._file: TextIO | None = None
        self._lock = threading.RLock()
        self._takes_signals = False

    def write(self, kind: str, text: str) -> None:
        """Appends an entry.

        Args:
            kind: One word, such as ``fault``.
            text: Its further lines are indented.
        """
        said = visible(without_secrets(text[:MAX_ENTRY])).replace("\n", "\n\t")
        entry = f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ} {kind} {said}\n"
        with self._lock:
            try:
                self._append(entry)
            except (OSError, ValueError) as error:
                self.problem = f"{self.path}: {getattr(error, 'strerror', None) or error}"
                self.close()

    def take_signals(self) -> None:
        """Has the stack of every thread written here when the process is ended by a fault in machine code."""
        with self._lock:
            self._takes_signals = True
            if self._file is not None:
                self._enable()

    def close(self) -> None:
        """Lets the file go."""
        with self._lock:
            if self._file is not None:
                if self._takes_signals:
                    faulthandler.disable()
                with suppress(OSError):
                    self._file.close()
                self._file = None

    def ended_badly(self) -> bool:
        """Whether the run before this one was ended by a fault in machine code."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(max(0, self.path.stat().st_size - 256 * 1024))
                tail = stream.read().decode("utf-8", "replace")
        except OSError:
            return False
        last = tail.rfind(" start ")
        return any(words in tail[last + 1 :] for words in _FATAL)

    def _append(self, entry: str) -> None:
        if self._file is None:
            self._open()
        if self._file is not None and self._file.tell() + len(entry) > self._max_bytes:
            self._rotate()
        if self._file is not None:
            self._file.write(entry)
            self._file.flush()

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            self.path.touch(mode=0o600)
        self._file = self.path.open("a", encoding="utf-8", errors="replace")
        if self._takes_signals:
            self._enable()

    def _rotate(self) -> None:
        self.close()
        for number in range(KEPT - 1, 0, -1):
            older = self._numbered(number)
            newer = self._numbered(number - 1) if number > 1 else self.path
            with suppress(FileNotFoundError):
                newer.replace(older)
        self._open()

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _enable(self) -> None:
        if self._file is not None:
            faulthandler.enable(self._file, all_threads=True)


def log_path(profile: str = "") -> Path:
    """Where the log of this person is; each profile has its own."""
    from platformdirs import user_state_path

    name = f"desktop-{profile}.log" if profile else "desktop.log"
    return user_state_path("aitr", appauthor=False) / name


def logged_fault(error: BaseException) -> str:
    """A fault as the log has it: kinds and places, and words only where they are Python's own."""
    parts = []
    for each in _chain(error):
        frames = traceback.extract_tb(each.__traceback__, limit=-MAX_FRAMES)
        lines = [f"{_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        words = f": {one_line(str(each), 200)}" if isinstance(each, _SPEAKS_OF_THE_PROGRAM) else ""
        parts.append("\n".join([f"{type(each).__module__}.{type(each).__qualname__}{words}", *lines]))
    return "\nwhile handling\n".join(parts)


def told_fault(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None, thread: str = ""
) -> str:
    """A fault with all that it says, as the dialog shows it; what looks like a secret is taken out."""
    from tsr_agent import __version__

    about = f"aitr {__version__}, Python {sys.version.split()[0]}, {sys.platform}"
    about += f", thread {thread}" if thread else ""
    told = "".join(traceback.format_exception(kind, error, trace, limit=-MAX_FRAMES))
    return f"{about}\n\n{without_secrets(told[-65_000:])}"


def without_secrets(text: str) -> str:
    """The text without what looks like a token, a password or a user in an address."""
    from tsr_agent.ingest.redaction import redact_command

    return "\n".join(redact_command([_TOKEN.sub("***", line)])[0] for line in text.split("\n"))


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    present: BaseException | None = error
    while present is not None and present not in found and len(found) < MAX_CHAIN:
        found.append(present)
        present = present.__cause__ or (None if present.__suppress_context__ else present.__context__)
    return found


def _short(filename: str) -> str:
    """A file of the program without where it is installed, which may name the person."""
    path = Path(filename)
    with suppress(ValueError):
        return path.relative_to(_ROOT).as_posix()
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return path.name
