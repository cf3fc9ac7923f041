"""Chosen reports as files again: byte for byte as filed, with decisions, approvals and a manifest of digests.

What an id says is never trusted as a name. A document that is not what was filed is not written, and the
others are; what was written is read back and held against its digest.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tsr_agent.errors import InputError, IntegrityError, StoreError, TsrError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aitr_desktop.library.synchronising import Watcher
    from tsr_agent.clock import Clock
    from tsr_agent.store.engine import Library

MANIFEST = "manifest.json"
MOST_NAME = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{name}{each}" for name in ("com", "lpt") for each in range(10)}
_FIRST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFailure:
    """A report that was not exported, and why."""

    report_id: str
    reason: str
    next_step: str = ""
    is_altered: bool = False


@dataclass(slots=True, kw_only=True)
class ExportOutcome:
    """What an export did. What it counts was written, and read back."""

    target: Path
    asked: int
    reports: int = 0
    files: int = 0
    bytes: int = 0
    failures: list[ExportFailure] = field(default_factory=list)
    cancelled: bool = False
    error: TsrError | None = None
    """What ended it before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file of an export."""

    kind: str
    report_id: str
    name: str
    document: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.document).hexdigest()


class _Target(Protocol):
    """Where files are written."""

    def write(self, name: str, document: bytes) -> None: ...


def files_in_the_way(target: Path, report_ids: Sequence[str]) -> tuple[str, ...]:
    """Names that an export would write and that are there already; nothing is overwritten unasked.

    Args:
        target: A folder, or a file that ends in ``.zip``.
        report_ids: What is to be exported.
    """
    if is_archive(target):
        return (target.name,) if os.path.lexists(target) else ()
    names = [MANIFEST, *safe_names(report_ids).values()]
    return tuple(each for each in names if os.path.lexists(target / each))


def is_archive(target: Path) -> bool:
    """Whether an export goes into one file."""
    return target.suffix.lower() == ".zip"


def safe_names(report_ids: Iterable[str]) -> dict[str, str]:
    """A folder's name for each report's id: of plain signs, never leading out, never two alike.

    Two are alike where a file system that knows no case would take them for one.
    """
    names: dict[str, str] = {}
    taken = {MANIFEST}
    for report_id in report_ids:
        plain = _UNSAFE.sub("_", report_id).strip("._-")[:MOST_NAME]
        is_plain = plain == report_id and bool(plain) and plain.lower().partition(".")[0] not in _DEVICES
        digest = hashlib.sha256(report_id.encode("utf-8", "surrogatepass")).hexdigest()
        # The last one can't be guessed by whoever chooses another report's id.
        choices = (plain if is_plain else "", f"{plain or 'report'}-{digest[:8]}", f"report-{digest}")
        names[report_id] = next(each for each in choices if each and each.lower() not in taken)
        taken.add(names[report_id].lower())
    return names


def export_reports(
    library: Library,
    report_ids: Sequence[str],
    target: Path,
    clock: Clock,
    watcher: Watcher,
    *,
    overwrite: bool = False,
) -> ExportOutcome:
    """Writes reports with all that was decided and said about them. What was written before an end stays.

    Args:
        library: Open.
        report_ids: Which.
        target: A folder, made where it is missing, or a file that ends in ``.zip``.
        clock: Dates the manifest.
        watcher: Is told how far it is, and says when to end.
        overwrite: Whether what is there may be replaced.
    """
    outcome = ExportOutcome(target=target, asked=len(set(report_ids)))
    try:
        if not overwrite and (there := files_in_the_way(target, report_ids)):
            raise InputError(
                f"{target}: {there[0]} is there already.",
                kept="what is there; nothing was written.",
                next_step="Choose another place, or have it replaced.",
            )
        if is_archive(target):
            _into_archive(library, report_ids, outcome, clock, watcher)
        else:
            _export(library, report_ids, outcome, _Folder(target), clock, watcher)
    except OSError as error:
        outcome.error = StoreError(
            f"{target} can't be written: {(error.strerror or str(error)).lower()}.",
            kept="the library; it was only read.",
            next_step="Make room, or choose another place.",
        )
    except TsrError as error:
        outcome.error = error
    return outcome


def export_from(
    library: Path,
    report_ids: Sequence[str],
    target: Path,
    clock: Clock,
    watcher: Watcher,
    *,
    overwrite: bool = False,
) -> ExportOutcome:
    """Exports from the library of a file, through a handle of its own.

    Raises:
        StoreError: The library can't be opened.
    """
    from tsr_agent.store.engine import open_library

    with open_library(library) as opened:
        return export_reports(opened, report_ids, target, clock, watcher, overwrite=overwrite)


def _into_archive(
    library: Library, report_ids: Sequence[str], outcome: ExportOutcome, clock: Clock, watcher: Watcher
) -> None:
    """Writes one file, which has its name only once all of it was read back."""
    target = outcome.target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        # In a folder of several people the name may be taken by a link that leads elsewhere.
        part.unlink(missing_ok=True)
        with part.open("xb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            into = _Archive(archive)
            _export(library, report_ids, outcome, into, clock, watcher)
        with zipfile.ZipFile(part) as archive:
            for name, digest in into.digests.items():
                if hashlib.sha256(archive.read(name)).hexdigest() != digest:
                    raise _not_as_written(name)
        part.replace(target)
    except zipfile.BadZipFile as error:
        raise _not_as_written(target.name) from error
    finally:
        part.unlink(missing_ok=True)


def _export(  # noqa: PLR0917  (one step of ``export_reports``)
    library: Library,
    report_ids: Sequence[str],
    outcome: ExportOutcome,
    target: _Target,
    clock: Clock,
    watcher: Watcher,
) -> None:
    listed: list[_File] = []
    names = safe_names(report_ids)
    for number, report_id in enumerate(names):
        if watcher.is_cancelled:
            outcome.cancelled = True
            break
        try:
            files = list(_files(library, report_id, names[report_id]))
        except (InputError, IntegrityError) as error:
            outcome.failures.append(
                ExportFailure(
                    report_id=report_id,
                    reason=error.message,
                    next_step=error.next_step,
                    is_altered=isinstance(error, IntegrityError),
                )
            )
        else:
            for each in files:
                target.write(each.name, each.document)
                outcome.bytes += len(each.document)
            listed += files
            outcome.reports += 1
            outcome.files += len(files)
        watcher.report(number + 1, len(names), "reports")
    target.write(MANIFEST, _manifest(library, listed, outcome, clock))
    outcome.files += 1


def _files(library: Library, report_id: str, folder: str) -> Iterator[_File]:
    """A report's documents, each shown to be what was filed.

    Raises:
        InputError: No such report.
        IntegrityError: One of them was altered; then none of the report's is written.
    """
    from tsr_agent.models import codec
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.repository import ReportRepository

    document = ReportRepository(library).document(report_id)
    record = ApprovalRepository(library).on_record(report_id)
    yield _File(kind="report", report_id=report_id, name=f"{folder}/tsr.json", document=document)
    if record is None or record.decision is None:
        return
    decision = codec.encode(record.decision)
    yield _File(kind="decision", report_id=report_id, name=f"{folder}/decision.json", document=decision)
    for number, approval in enumerate(record.approvals, 1):
        yield _File(
            kind="approval",
            report_id=report_id,
            name=f"{folder}/approval-{number:02d}.json",
            document=codec.encode(approval),
        )


def _manifest(library: Library, files: Sequence[_File], outcome: ExportOutcome, clock: Clock) -> bytes:
    import msgspec

    from tsr_agent import __version__

    content = {
        "schema_version": 1,
        "exported_at": clock.now(),
        "exported_by": f"aitr-desktop {__version__}",
        "library": Path(library.name).name,
        "complete": not outcome.cancelled and not outcome.failures,
        "files": [
            {
                "name": each.name,
                "kind": each.kind,
                "report_id": each.report_id,
                "sha256": each.digest,
                "size": len(each.document),
            }
            for each in files
        ],
        "not_exported": [{"report_id": each.report_id, "reason": each.reason} for each in outcome.failures],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _not_as_written(name: str) -> StoreError:
    return StoreError(
        f"{name} can't be read back as it was written.",
        kept="the library; it was only read.",
        next_step="Choose another disk.",
    )


class _Folder:
    """Files in a folder; a name is taken only once the whole file is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, document: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        try:
            with os.fdopen(os.open(part, flags, 0o644), "wb") as stream:
                stream.write(document)
                stream.flush()
                os.fsync(stream.fileno())
            if part.read_bytes() != document:
                raise _not_as_written(name)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


class _Archive:
    """Files in an archive, which is read back as a whole in the end."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.digests: dict[str, str] = {}
        """What has to be in it, read back once it is whole: it can't be read while it is written."""

    def write(self, name: str, document: bytes) -> None:
        entry = zipfile.ZipInfo(name, _FIRST)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        self._archive.writestr(entry, document)
        self.digests[name] = hashlib.sha256(document).hexdigest()
