"""Everything on disk that a report is made of: walked, recognised, read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest import registry
from tsr_agent.ingest.collected import Collected, Evidence, ReadFile
from tsr_agent.ingest.doorstop import SETTINGS, DoorstopFolders
from tsr_agent.ingest.hashed_stream import HashedStream
from tsr_agent.ingest.limits import Limits, beyond_reason
from tsr_agent.ingest.printable import one_line, printable
from tsr_agent.ingest.reader import HEAD_BYTES, Parts
from tsr_agent.ingest.report_room import ROOM, ReportRoom
from tsr_agent.ingest.results_dir import LeftOut, OpenedFile, open_named, walk
from tsr_agent.ingest.test_types import TestTypes
from tsr_agent.models.eval_mapping import EvalMapping
from tsr_agent.models.report import InputFile, InputStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tsr_agent.ingest.reader import Reader
    from tsr_agent.ingest.registry import Recognition


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where the evidence lies. Named files are read first and not again in the results directory."""

    results_dir: Path
    evals: tuple[Path, ...] = ()
    requirements: tuple[Path, ...] = ()
    coverage: tuple[Path, ...] = ()
    types: TestTypes = field(default_factory=TestTypes)
    limits: Limits = field(default_factory=Limits)
    room: int = ROOM
    """Bytes of a report that all parts together may take."""
    eval_mapping: EvalMapping = field(default_factory=EvalMapping)
    """Which run of an eval tool belongs to which iteration, and which of its metrics is which of ours."""


def collect(sources: Sources, progress: Callable[[str], None] | None = None) -> Collected:
    """Reads all sources. A file that can't be read is listed as such and does not stop the others.

    Args:
        sources: What to read.
        progress: Told the path of each file before it is read.

    Raises:
        InputError: The results directory or a named file is missing.
    """
    collector = _Collector(sources, progress or (lambda _path: None))
    collector.read_named(sources.evals, registry.evals_readers(sources.limits))
    collector.read_requirements(sources.requirements)
    collector.read_named(sources.coverage, registry.coverage_readers(sources.limits))
    collector.read_directory()
    return collector.collected()


class _Collector:
    """Holds what was read so far."""

    def __init__(self, sources: Sources, progress: Callable[[str], None]) -> None:
        self._sources = sources
        self._progress = progress
        self._evidence = Evidence()
        self._seen: dict[tuple[int, int] | str, str] = {}
        self._names: set[str] = set()
        self._bytes = 0
        self._room = ReportRoom(sources.room)
        self._requirement_files: dict[str, str] = {}

    def read_named(self, paths: Iterable[Path], readers: Sequence[Reader]) -> None:
        """Reads files that a person named; each must be there."""
        for path in paths:
            opened = open_named(path)
            recognise = partial(registry.recognise_named, readers, path=path)
            whole = printable(path.as_posix())
            self._evidence.written[self._take(opened, whole, recognise)] = whole

    def read_requirements(self, paths: Iterable[Path]) -> None:
        """Reads requirements files that a person named, and all that lie in a folder that one named."""
        readers = registry.requirements_readers(self._sources.limits)
        for path in paths:
            # A document of Doorstop is the folder of its settings.
            folder = path.parent if path.name == SETTINGS else path
            if folder.is_dir():
                self._read_requirements_folder(folder, readers)
            else:
                self.read_named((path,), readers)

    def _read_requirements_folder(self, folder: Path, readers: Sequence[Reader]) -> None:
        known = len(self._evidence.inputs)
        name = printable(folder.resolve().name)
        documents = DoorstopFolders()
        for found in walk(folder, self._sources.limits):
            place = f"{name}/{found.path}"
            if isinstance(found, LeftOut):
                self._note_left_out(replace(found, path=place))
                continue
            recognise = partial(self._recognise, readers, path=place, documents=documents)
            self._take(replace(found, path=place), f"{printable(folder.as_posix())}/{found.path}", recognise)
        if all(entry.status is InputStatus.NOT_TAKEN for entry in self._evidence.inputs[known:]):
            raise InputError(
                f"{printable(str(folder))}: there are no requirements in this folder.",
                next_step="Name a requirements file, or a folder with items of Doorstop.",
            )

    def read_directory(self) -> None:
        """Reads the results directory."""
        readers = registry.result_readers(self._sources.limits)
        documents = DoorstopFolders()
        for found in walk(self._sources.results_dir, self._sources.limits):
            if isinstance(found, LeftOut):
                self._note_left_out(found)
                continue
            recognise = partial(self._recognise, readers, path=found.path, documents=documents)
            self._take(found, f"{printable(self._sources.results_dir.as_posix())}/{found.path}", recognise)

    def _note_left_out(self, found: LeftOut) -> None:
        status = InputStatus.UNREADABLE if found.broken else InputStatus.NOT_TAKEN
        self._note(InputFile(path=found.path, size=0, status=status, reason=found.reason))

    def _recognise(
        self, readers: Sequence[Reader], head: bytes, path: str, documents: DoorstopFolders
    ) -> Recognition:
        """What the readers say of a file in a folder, and what it is said to hold."""
        documents.meet(path, head)
        found = registry.recognise(readers, head, PurePosixPath(path))
        if found.reader is not None or found.broken:
            return found
        item = documents.claim(path)
        if item:
            return registry.Recognition(reader=None, reason=f"it is cut off or damaged: {item}", broken=True)
        claim = self._sources.types.claim(path)
        return registry.claimed(found, head, claim) if claim else found

    def _take(self, opened: OpenedFile, whole: str, recognise: Callable[[bytes], Recognition]) -> str:
        """Reads a file unless it was read before, and gives the name that the report has for it."""
        # Two files of one name, one of them named by itself, are told apart by their whole path.
        name = opened.path if opened.path not in self._names else whole
        try:
            first = self._seen.get(opened.identity)
            if first is None:
                self._seen[opened.identity] = name
                self._progress(name)
                self._read_file(HashedStream(opened.descriptor), name, recognise)
            elif first != opened.path:
                reason = f"the same file as {first}, which is read"
                size = os.fstat(opened.descriptor).st_size
                self._note(InputFile(path=name, size=size, status=InputStatus.NOT_TAKEN, reason=reason))
        finally:
            os.close(opened.descriptor)
        return name

    def _read_file(self, file: HashedStream, name: str, recognise: Callable[[bytes], Recognition]) -> None:
        entry = InputFile(path=name, size=file.size, status=InputStatus.UNREADABLE)
        try:
            found = recognise(file.head(HEAD_BYTES))
            entry = msgspec.structs.replace(entry, reader=found.reader.name if found.reader else "")
            over = self._over_limit(file.size)
            if over:
                status = InputStatus.UNREADABLE if found.reader or found.broken else InputStatus.NOT_TAKEN
                self._note(msgspec.structs.replace(entry, status=status, reason=over))
                return
            self._bytes += file.size
            parts, fault = _read_parts(found, file, name, self._room)
            sha, size = file.finish()
        except (InputError, OSError) as error:
            reason = str(error) if isinstance(error, InputError) else f"can't be read: {error.strerror}"
            self._note(msgspec.structs.replace(entry, reason=one_line(reason)))
            return
        entry = msgspec.structs.replace(entry, sha256=sha, size=size)
        self._settle(entry, parts, fault, found, modified=file.modified)

    def _over_limit(self, size: int) -> str:
        limits = self._sources.limits
        if size > limits.file_bytes:
            return f"{size:,} bytes: {beyond_reason(limits, 'file_bytes')}"
        if self._bytes + size > limits.total_bytes:
            return beyond_reason(limits, "total_bytes")
        return ""

    def _settle(
        self, entry: InputFile, parts: Parts | None, fault: str, found: Recognition, *, modified: int
    ) -> None:
        """Decides what a file that was read and hashed is."""
        if parts is None:
            broken = bool(fault) or found.broken
            status = InputStatus.UNREADABLE if broken else InputStatus.NOT_TAKEN
            self._note(msgspec.structs.replace(entry, status=status, reason=fault or found.reason))
            return
        reason, test_type = found.reason, None
        if parts.is_test_run or parts.cases:
            finding = self._sources.types.of(entry.path)
            test_type, reason = finding.test_type, f"{reason}; {finding.reason}"
            if test_type is None:
                self._note(msgspec.structs.replace(entry, reason=finding.reason))
                return
        twice = self._requirement_twice(parts, entry.path)
        if twice:
            self._note(msgspec.structs.replace(entry, reason=twice))
            return
        entry = msgspec.structs.replace(
            entry, status=InputStatus.READ, test_type=test_type, reason=reason, remarks=parts.remarks
        )
        self._note(entry)
        self._evidence.read.append(ReadFile(entry=entry, parts=parts, modified=modified))

    def _requirement_twice(self, parts: Parts, path: str) -> str:
        for requirement in parts.requirements:
            if requirement.id in self._requirement_files:
                first = self._requirement_files[requirement.id]
                return f"the requirement {requirement.id!r} stands in {first} already"
        self._requirement_files.update((requirement.id, path) for requirement in parts.requirements)
        return ""

    def _note(self, entry: InputFile) -> None:
        self._names.add(entry.path)
        self._evidence.inputs.append(entry)

    def collected(self) -> Collected:
        """Everything put together."""
        root = self._sources.results_dir.as_posix()
        return self._evidence.put_together(self._sources.eval_mapping, root, self._unused_rules())

    def _unused_rules(self) -> tuple[str, ...]:
        rules = self._sources.types.unused([entry.path for entry in self._evidence.inputs])
        return tuple(f"--type {rule.test_type.value}={rule.pattern} matches no file." for rule in rules)


def _read_parts(
    found: Recognition, file: HashedStream, name: str, room: ReportRoom
) -> tuple[Parts | None, str]:
    """The parts of a file, or why it has none; one that no reader takes has neither."""
    if found.reader is None:
        return None, ""
    try:
        parts = room.taken(found.reader.read(file.stream, name), name)
    except InputError as error:
        return None, one_line("; ".join((error.message, *error.details)))
    except (RecursionError, MemoryError) as error:
        return None, f"{name}: too deep or too large to read ({type(error).__name__})"
    return parts, ""
