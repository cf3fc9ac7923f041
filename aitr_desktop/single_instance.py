"""One window for each person and profile: a second start hands over what it was asked for and ends.

Who holds the lock is the first. Only it listens, so that no second start can take the socket's place
(a second ``QLocalServer.listen`` succeeds beside a living one, and deletes the socket as it ends; measured).
The kernel lets a lock go with its process: one that was killed stops nobody. Lock and socket lie in a
folder that only this person can enter.

A request is one line of JSON, ``{"aitr": 1, "open": ["/data/audit.db", "aitr://…"], "token": ""}``, and
so is the answer, ``{"aitr": 1, "taken": 2}``. What arrives is text of strangers: it is bounded, of
exactly this form, and whoever opens what it names treats it like any link or dropped file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QElapsedTimer, QLockFile, QObject, QThread, QTimer, Signal

from tsr_agent.errors import InputError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qtpy.QtNetwork import QLocalServer, QLocalSocket

VERSION = 1
PATIENCE_MS = 3_000
"""How long a second start waits for the first one's answer."""
MAX_BYTES = 64 * 1024
MAX_REQUESTS = 100
MAX_LENGTH = 4_096
"""Characters of one file name or link; Linux takes no longer path."""
MAX_CALLERS = 8
"""Second starts that are listened to at a time."""
CALLER_MS = 2_000
"""How long a caller may take to say what it wants."""
_MAX_SOCKET_PATH = 90
"""Bytes; the system's own bound is 108, and Qt makes the socket in a folder of its own first."""
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_TOKEN = re.compile(r"[A-Za-z0-9_.:/-]{0,200}")
_STEP_MS = 50


def checked_profile(name: str) -> str:
    """A profile's name.

    Raises:
        InputError: It can't be part of a file's name.
    """
    if not _PROFILE.fullmatch(name):
        raise InputError(
            "A profile's name has 1 to 32 letters, digits, hyphens or underscores and begins with no sign."
        )
    return name


def runtime_folder(environ: Mapping[str, str]) -> Path:
    """The folder of lock and socket, which is made where it is not there.

    Args:
        environ: The environment of this process.

    Raises:
        ServiceError: There is no folder that only this person can enter.
    """
    given = environ.get("XDG_RUNTIME_DIR", "")
    if given and Path(given).is_absolute() and _is_private(Path(given)):
        folder = Path(given) / "aitr"
    else:
        folder = Path(tempfile.gettempdir()) / f"aitr-{_person()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise _no_folder(folder, error.strerror or str(error)) from error
    if not _is_private(folder):
        raise _no_folder(folder, "it belongs to somebody else, or others can enter it")
    return folder


def encode_request(wanted: Sequence[str], token: str = "") -> bytes:
    """A request as it is sent.

    Args:
        wanted: Absolute paths of files, and links.
        token: What the desktop gave this start to bring a window to the front with.

    Raises:
        InputError: More or longer than a request may be.
    """
    if len(wanted) > MAX_REQUESTS or any(len(each) > MAX_LENGTH for each in wanted):
        raise InputError(
            f"At most {MAX_REQUESTS} files and links of {MAX_LENGTH:,} characters can be opened at once."
        )
    said = {"aitr": VERSION, "open": list(wanted), "token": token if _TOKEN.fullmatch(token) else ""}
    encoded = json.dumps(said).encode("ascii") + b"\n"
    if len(encoded) > MAX_BYTES:
        raise InputError("These are too many files to be opened at once.")
    return encoded


def decode_request(line: bytes) -> tuple[tuple[str, ...], str]:
    """What a request asks to open, and its token.

    Raises:
        InputError: It is not exactly of the form that requests have.
    """
    said = _decoded(line)
    if set(said) != {"aitr", "open", "token"}:
        raise InputError("The request is of no known form.")
    wanted, token = said["open"], said["token"]
    if not isinstance(wanted, list) or len(wanted) > MAX_REQUESTS:
        raise InputError("The request names no list of files and links, or too long a one.")
    if not all(isinstance(each, str) and 0 < len(each) <= MAX_LENGTH for each in wanted):
        raise InputError("The request names something that is no file or link.")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise InputError("The request's token is none.")
    return tuple(wanted), token


class Instance:
    """This start's claim to be the one for its person and profile.

    Args:
        folder: Where lock and socket lie; from ``runtime_folder``.
        profile: Name of the profile; empty for the usual one.
    """

    def __init__(self, folder: Path, profile: str = "") -> None:
        name = f"desktop-{profile}" if profile else "desktop"
        self._lock_file = folder / f"{name}.lock"
        self.address = _socket_address(folder, name)
        self._lock = QLockFile(str(self._lock_file))
        # Age says nothing: a window may be open for weeks.
        self._lock.setStaleLockTime(0)

    def claim(self) -> bool:
        """Whether this start is the first, from now until ``release``."""
        return self._lock.tryLock(0) or (self._clear_dead_lock() and self._lock.tryLock(0))

    def release(self) -> None:
        """Lets another start be the first."""
        self._lock.unlock()

    def hand_over(self, wanted: Sequence[str], token: str = "", patience_ms: int = PATIENCE_MS) -> int | None:
        """Asks the first one to open what this start was asked for.

        Args:
            wanted: Absolute paths of files, and links.
            token: What the desktop gave this start to bring a window to the front with.
            patience_ms: How long to wait for the answer.

        Returns:
            How many were taken; None where the first one has ended meanwhile and this start may claim.

        Raises:
            InputError: Too much is asked for, or the first one refuses the request.
            ServiceError: There is a first one and it does not answer.
        """
        from qtpy.QtNetwork import QLocalSocket

        request = encode_request(wanted, token)
        spent = QElapsedTimer()
        spent.start()
        while spent.elapsed() < patience_ms:
            socket = QLocalSocket()
            socket.connectToServer(self.address)
            if socket.waitForConnected(_STEP_MS):
                answer = _exchange(socket, request, patience_ms - spent.elapsed())
                if answer:
                    return _taken(answer)
            # It may be starting, and not listen yet, or just have ended.
            socket.abort()
            if self.claim():
                self.release()
                return None
            QThread.msleep(_STEP_MS)
        raise self._hung()

    def _hung(self) -> ServiceError:
        number, _, _ = self._lock.getLockInfo()
        process = f" (process {number})" if number else ""
        return ServiceError(
            f"aitr is running already{process} and does not answer.",
            kept="Nothing was opened and nothing was changed.",
            next_step="Wait until it answers, or end that process and start again. "
            "A second window beside it: aitr-desktop --profile NAME.",
        )

    def _clear_dead_lock(self) -> bool:
        """Removes a lock file whose process is gone, though another has its number and program now.

        Qt tells a dead holder by number and program of the process, which in a container soon are those
        of another. The kernel's own lock on the file is certain. Whoever removes the file holds that lock.
        """
        if os.name == "nt":
            return False
        import fcntl

        try:
            descriptor = os.open(self._lock_file, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            opened = os.fstat(descriptor)
            # An empty one is being made; a file of another number has taken this one's place.
            if not opened.st_size or opened.st_ino != self._lock_file.stat().st_ino:
                return False
            self._lock_file.unlink()
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return True


class InstanceServer(QObject):
    """Listens for later starts. Made by the holder of the lock alone.

    Args:
        address: Where; from ``Instance.address``.
    """

    asked = Signal(object, str)
    """What a later start asks to open, checked for its form alone, and its token."""

    def __init__(self, address: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.address = address
        self._callers: set[QLocalSocket] = set()
        self._server: QLocalServer | None = None

    def listen(self) -> None:
        """Begins to listen.

        Raises:
            ServiceError: It can't; this window is there, later starts will say that it does not answer.
        """
        from qtpy.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(MAX_CALLERS)
        self._server.newConnection.connect(self._welcome)
        # What a killed one left behind; the lock says that nobody listens there.
        QLocalServer.removeServer(self.address)
        if not self._server.listen(self.address):
            raise ServiceError(f"Later starts can't be heard: {self._server.errorString()}.")

    def close(self) -> None:
        """Listens no more."""
        for caller in tuple(self._callers):
            self._end(caller)
        if self._server is not None:
            self._server.close()

    def _welcome(self) -> None:
        while self._server is not None and (caller := self._server.nextPendingConnection()) is not None:
            if len(self._callers) >= MAX_CALLERS:
                caller.abort()
                caller.deleteLater()
                continue
            self._callers.add(caller)
            caller.setReadBufferSize(MAX_BYTES + 1)
            caller.readyRead.connect(lambda socket=caller: self._read(socket))
            caller.disconnected.connect(lambda socket=caller: self._forget(socket))
            patience = QTimer(caller)
            patience.setSingleShot(True)
            patience.timeout.connect(lambda socket=caller: self._end(socket))
            patience.start(CALLER_MS)
            self._read(caller)

    def _read(self, caller: QLocalSocket) -> None:
        if caller not in self._callers:
            return
        if not caller.canReadLine():
            if caller.bytesAvailable() > MAX_BYTES:
                self._answer(caller, {"refused": "The request is too long."})
            return
        try:
            wanted, token = decode_request(bytes(caller.readLine(MAX_BYTES + 1).data()))
        except InputError as error:
            self._answer(caller, {"refused": error.message})
            return
        self._answer(caller, {"taken": len(wanted)})
        self.asked.emit(list(wanted), token)

    def _answer(self, caller: QLocalSocket, said: dict[str, object]) -> None:
        caller.write(json.dumps({"aitr": VERSION} | said).encode("ascii") + b"\n")
        caller.flush()
        self._callers.discard(caller)
        caller.disconnectFromServer()

    def _end(self, caller: QLocalSocket) -> None:
        self._callers.discard(caller)
        caller.abort()

    def _forget(self, caller: QLocalSocket) -> None:
        self._callers.discard(caller)
        caller.deleteLater()


def _exchange(socket: QLocalSocket, request: bytes, patience_ms: int) -> bytes:
    """The answer to a request; empty where none came in time."""
    spent = QElapsedTimer()
    spent.start()
    socket.write(request)
    connected = socket.LocalSocketState.ConnectedState
    while not socket.canReadLine() and spent.elapsed() < patience_ms and socket.state() == connected:
        socket.waitForReadyRead(_STEP_MS)
    return bytes(socket.readLine(MAX_BYTES).data()) if socket.canReadLine() else b""


def _taken(answer: bytes) -> int:
    said = _decoded(answer)
    refused, taken = said.get("refused"), said.get("taken")
    if isinstance(refused, str):
        raise InputError(f"The window that is open did not take it: {refused[:200]}")
    if not isinstance(taken, int):
        raise InputError("The window that is open gave no known answer.")
    return taken


def _decoded(line: bytes) -> dict[str, object]:
    """One line of our protocol and version.

    Raises:
        InputError: It is something else.
    """
    if len(line) > MAX_BYTES:
        raise InputError("The line is too long.")
    try:
        said = json.loads(line.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise InputError("The line is not JSON.") from None
    if not isinstance(said, dict) or isinstance(said.get("aitr"), bool) or said.get("aitr") != VERSION:
        raise InputError(f"Another version of aitr is open; this one speaks version {VERSION}.")
    return said


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _socket_address(folder: Path, name: str) -> str:
    """Where the socket lies; on Windows the name of a pipe, which all people of a machine share."""
    path = str(folder / f"{name}.socket")
    if os.name != "nt" and len(os.fsencode(path)) <= _MAX_SOCKET_PATH:
        return path
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"aitr-{digest}" if os.name == "nt" else str(folder / digest[:8])


def _person() -> str:
    if os.name != "nt":
        return str(os.getuid())
    return hashlib.sha256(str(Path.home()).encode()).hexdigest()[:16]


def _is_private(folder: Path) -> bool:
    """Whether a folder is this person's and nobody else can enter it; a link to one is not."""
    if os.name == "nt":
        return folder.is_dir()
    with suppress(OSError):
        found = folder.lstat()
        return (found.st_mode & 0o170077) == 0o040000 and found.st_uid == os.getuid()
    return False


def _no_folder(folder: Path, reason: str) -> ServiceError:
    return ServiceError(
        f"{folder} can't be used to find a window that is open already: {reason}.",
        next_step="Set XDG_RUNTIME_DIR to a folder that only you can enter.",
    )
