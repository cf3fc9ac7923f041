"""What a server does not have yet, on disk before it is first sent. Killed at any moment, it loses nothing.

The folder::

    MOMENT-DIGEST.entry      waits, see ``entries``
    MOMENT-DIGEST.tries      how often it was sent and what came of it; may be lost
    refused/                 what the server refused, each beside its reason
    aside/                   what calls itself an entry and is none, or a damaged one; never sent
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tsr_agent.client import entries
from tsr_agent.client.entries import SUFFIX, Entry, EntryHead
from tsr_agent.errors import DocumentError, StoreError
from tsr_agent.folder_sync import sync_folder
from tsr_agent.models import codec
from tsr_agent.models.api import Problem
from tsr_agent.models.base import Count, LongText, Record, UtcTime

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tsr_agent.client.address import ServerAddress
    from tsr_agent.clock import Clock

TRIES, REASON = ".tries", ".reason"
_TEMPORARY = ".new-"
_FORGOTTEN = 3_600.0
"""Seconds after which a file that nobody finished writing is no longer being written."""
_LOCK = ".lock"


class Tries(Record, frozen=True, kw_only=True):
    """What came of sending an entry so far."""

    count: Count = 0
    last_at: UtcTime | None = None
    outcome: LongText = ""


class Refusal(Record, frozen=True, kw_only=True):
    """Why a server refused an entry."""

    schema_version: Annotated[int, Meta(ge=1)] = 1
    refused_at: UtcTime
    problem: Problem


@dataclass(frozen=True)
class Waiting:
    """What an outbox holds."""

    entries: tuple[Entry, ...]
    """The oldest first."""
    aside: tuple[str, ...] = ()
    """One line for each file that was set aside just now."""
    elsewhere: dict[str, int] = field(default_factory=dict)
    """How many wait for which other server."""


def default_folder(environ: Mapping[str, str]) -> Path:
    """The outbox of this account: outside of every checkout, which a CI system wipes and others write into.

    Raises:
        StoreError: The account has no place for it.
    """
    state = environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):  # noqa: PTH117  (no Path of an empty text, which is the working directory)
        home = environ.get("HOME", "")
        if not os.path.isabs(home):  # noqa: PTH117
            raise StoreError(
                "There is no place for the outbox: neither XDG_STATE_HOME nor HOME is a folder.",
                next_step="Name one with --outbox or AITR_OUTBOX.",
            )
        state = f"{home}/.local/state"
    return Path(state) / "aitr" / "outbox"


class Outbox:
    """A folder of entries. Any number of processes may use it at once.

    Args:
        folder: Where; made with its parents when something is first put in.
        clock: Dates entries.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock

    def put(self, head: EntryHead, document: bytes) -> Entry:
        """Puts a document in; it survives a crash of the machine when this returns.

        Putting in twice what already waits keeps one.

        Raises:
            DocumentError: It is none that could be sent.
            StoreError: It can't be written, and is not in.
        """
        for each in self._names():
            if self._is_same(each, head):
                return Entry(each, entries.head_of(each, self._bytes(each, entries.MOST_HEAD_BYTES)))
        name, line = entries.written(head)
        entries.head_of(name, line)
        entries.check(head, document)
        with self._failing("can't be written"):
            self._make(self.folder)
            self._keep_out_of_git()
            self._write(self.folder / name, line, document)
        return Entry(name, head)

    def look(self, server: ServerAddress) -> Waiting:
        """What waits for a server. Files that are no whole entry are set aside, and reported."""
        found, aside, elsewhere = [], [], dict[str, int]()
        with self._failing("can't be read"):
            self._tidy()
            for name in self._names():
                try:
                    head = entries.head_of(name, self._bytes(name, entries.MOST_HEAD_BYTES))
                except DocumentError as error:
                    aside += self._set_aside(name, error.message)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    # It is not ours, or it can't be moved; the others wait for their turn all the same.
                    aside.append(f"{self.folder / name}: can't be read ({error.strerror}), and not sent.")
                else:
                    if head.server != server.url:
                        elsewhere[head.server] = elsewhere.get(head.server, 0) + 1
                        continue
                    found.append(Entry(name, head))
        return Waiting(tuple(found), tuple(aside), elsewhere)

    def document(self, entry: Entry) -> bytes | None:
        """The document of an entry; None where it is gone, sent by another process.

        Raises:
            DocumentError: It was damaged; the file is set aside.
        """
        with self._failing("can't be read"):
            try:
                content = self._bytes(entry.name, entries.MOST_HEAD_BYTES + entry.head.size + 1)
            except FileNotFoundError:
                return None
            try:
                return entries.read(entry.name, content)[1]
            except DocumentError as error:
                self._set_aside(entry.name, error.message)
                raise

    def check(self, entry: Entry, document: bytes) -> None:
        """Looks whether a document is what its entry says it is.

        Raises:
            DocumentError: It is not; the file is set aside.
        """
        try:
            entries.check(entry.head, document)
        except DocumentError as error:
            with self._failing("can't be written"):
                self._set_aside(entry.name, error.message)
            raise

    def tries(self, entry: Entry) -> Tries:
        """How often an entry was sent, and what came of it."""
        try:
            return codec.decode(self._bytes(f"{entry.name}{TRIES}", 2 * 65_536), Tries)
        except (OSError, DocumentError):
            return Tries()

    def failed(self, entry: Entry, outcome: str) -> None:
        """Notes that an entry was not taken. It stays."""
        tries = Tries(count=self.tries(entry).count + 1, last_at=self._clock.now(), outcome=outcome[:1_000])
        with self._failing("can't be written"):
            self._write(self.folder / f"{entry.name}{TRIES}", codec.encode(tries))

    def done(self, entry: Entry) -> None:
        """Removes an entry that the server has."""
        with self._failing("can't be written"):
            self._remove(entry.name)
            self._remove(f"{entry.name}{TRIES}")

    def refused(self, entry: Entry, problem: Problem) -> Path:
        """Puts an entry beside its reason, out of the way of the others.

        Returns:
            Where it is now.
        """
        place = self.folder / "refused"
        refusal = Refusal(refused_at=self._clock.now(), problem=problem)
        with self._failing("can't be written"):
            self._make(place)
            self._write(place / f"{entry.name}{REASON}", codec.encode(refusal))
            self._move(entry.name, place / entry.name)
            self._remove(f"{entry.name}{TRIES}")
        return place / entry.name

    def refusals(self, server: ServerAddress) -> tuple[tuple[Entry, Refusal | None], ...]:
        """What a server refused, the oldest first, each with its reason where that can be read."""
        place = self.folder / "refused"
        try:
            names = sorted(each.name for each in place.iterdir() if each.name.endswith(SUFFIX))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise _failure(self.folder, "can't be read", error) from error
        found = []
        for name in names:
            try:
                head = entries.head_of(name, self._bytes(f"refused/{name}", entries.MOST_HEAD_BYTES))
            except (OSError, DocumentError):
                continue
            if head.server == server.url:
                found.append((Entry(name, head), self._refusal(name)))
        return tuple(found)

    def refused_document(self, entry: Entry) -> bytes | None:
        """The document of a refused entry; None where it is gone or damaged."""
        try:
            content = self._bytes(f"refused/{entry.name}", entries.MOST_HEAD_BYTES + entry.head.size + 1)
            return entries.read(entry.name, content)[1]
        except (OSError, DocumentError):
            return None

    def put_back(self, name: str) -> None:
        """Lets a refused document wait again, so that it is sent with the next ones.

        Args:
            name: Of its file.

        Raises:
            StoreError: It is not there any more, or can't be moved.
        """
        if not entries.is_name(name):
            raise StoreError(f"{name[:100]!r} is no document of the outbox.")
        with self._failing("can't be written"):
            (self.folder / "refused" / name).rename(self.folder / name)
            self._remove(f"refused/{name}{REASON}")
            sync_folder(self.folder)

    def take_back(self, name: str) -> None:
        """Removes a document that waits or was refused: whoever put it in does not want it sent.

        Args:
            name: Of its file.

        Raises:
            StoreError: It is just being sent, is not there any more, or can't be removed.
        """
        if not entries.is_name(name):
            raise StoreError(f"{name[:100]!r} is no document of the outbox.")
        with self.lock() as is_ours, self._failing("can't be written"):
            if not is_ours:
                raise StoreError(
                    "What waits is just being sent, so nothing was taken back.",
                    next_step="Wait until that has ended, then look whether it still waits.",
                )
            place = (
                self.folder / "refused" if os.path.lexists(self.folder / "refused" / name) else self.folder
            )
            (place / name).unlink()
            for beside in (f"{name}{TRIES}", f"refused/{name}{REASON}"):
                self._remove(beside)
            sync_folder(place)

    def _refusal(self, name: str) -> Refusal | None:
        try:
            return codec.decode(self._bytes(f"refused/{name}{REASON}", 2 * 65_536), Refusal)
        except (OSError, DocumentError):
            return None

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Whether this process is the one that sends what waits, as long as the block lasts."""
        if not self.folder.is_dir():
            yield True
            return
        with self._failing("can't be locked"):
            handle = os.open(
                self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        try:
            yield _locked(handle)
        finally:
            os.close(handle)

    def _is_same(self, name: str, head: EntryHead) -> bool:
        """Whether a file waits that says and holds the same."""
        try:
            other = entries.head_of(name, self._bytes(name, entries.MOST_HEAD_BYTES))
            if _identity(other) != _identity(head):
                return False
            # A damaged one would be set aside when its turn comes, and this document with it.
            entries.read(name, self._bytes(name, entries.MOST_HEAD_BYTES + head.size + 1))
        except (OSError, DocumentError):
            return False
        return True

    def _names(self) -> list[str]:
        """Files that may be entries, the oldest first."""
        return sorted(each for each in self._listed() if each.endswith(SUFFIX) and not each.startswith("."))

    def _listed(self) -> list[str]:
        try:
            return os.listdir(self.folder)  # noqa: PTH208  (names are what is wanted)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _bytes(self, name: str, most: int) -> bytes:
        """The beginning of a file of the folder, which no link leads out of.

        Raises:
            DocumentError: It is no file.
            OSError: It can't be read.
        """
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        path = self.folder / name
        if not stat.S_ISREG(path.lstat().st_mode):
            raise DocumentError(f"{name}: not a file.")
        with open(os.open(path, flags), "rb") as stream:  # noqa: PTH123  (from a handle)
            return stream.read(most)

    def _make(self, folder: Path) -> None:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in missing:
            sync_folder(each.parent)

    def _keep_out_of_git(self) -> None:
        """An outbox in a checkout is no change of the code."""
        with suppress(FileExistsError):
            handle = os.open(self.folder / ".gitignore", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "wb") as stream:  # noqa: PTH123  (from a handle)
                stream.write(b"*\n")

    def _write(self, path: Path, *pieces: bytes) -> None:
        """Writes a file as a whole or not at all, so that it survives a crash when this returns."""
        temporary = self.folder / f"{_TEMPORARY}{os.getpid()}-{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            with open(os.open(temporary, flags, 0o600), "wb") as stream:  # noqa: PTH123  (from a handle)
                stream.writelines(pieces)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def _move(self, name: str, target: Path) -> None:
        try:
            (self.folder / name).rename(target)
        except FileNotFoundError:
            return
        sync_folder(target.parent)
        sync_folder(self.folder)

    def _remove(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def _set_aside(self, name: str, why: str) -> list[str]:
        """Puts a file where nothing looks; one line that says so."""
        place = self.folder / "aside"
        self._make(place)
        target = place / name
        if os.path.lexists(target):
            target = place / f"{name}-{secrets.token_hex(4)}"
        self._move(name, target)
        return [f"{target}: set aside and not sent ({why.removeprefix(f'{name}: ').rstrip('.')})"]

    def _tidy(self) -> None:
        """Removes what processes that were killed left half-written; nothing was promised of it."""
        now = self._clock.now().timestamp()
        for name in self._listed():
            entry = name.removesuffix(TRIES)
            orphan = entry != name and entries.is_name(entry) and not os.path.lexists(self.folder / entry)
            try:
                if orphan or (
                    name.startswith(_TEMPORARY) and now - (self.folder / name).lstat().st_mtime > _FORGOTTEN
                ):
                    self._remove(name)
            except FileNotFoundError:
                continue

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _failure(self.folder, what, error) from error


def _failure(folder: Path, what: str, error: OSError) -> StoreError:
    return StoreError(
        f"The outbox {folder} {what}: {(error.strerror or str(error)).lower()}.",
        next_step="Make room or put it right, or name another folder with --outbox or AITR_OUTBOX.",
    )


def _identity(head: EntryHead) -> tuple[object, ...]:
    return head.kind, head.server, head.report_id, head.action, head.digest


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
