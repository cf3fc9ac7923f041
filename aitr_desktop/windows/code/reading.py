"""Reads files of commits beside the window: the one asked for last is shown, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.translation import translate
from aitr_desktop.windows.code.latest import Latest
from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.code.differing import Difference
    from aitr_desktop.code.visited import Spot
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.code.open_clone import OpenClone
    from tsr_agent.errors import TsrError


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A file at two commits."""

    old: CodeFile
    new: CodeFile
    difference: Difference


class Reading(QObject):
    """Opens what a ``Spot`` names.

    Args:
        tasks: The door to threads.
        remarks: What is to be known of the files of a commit, by its SHA.
        parent: Ends with it.
    """

    file_read = Signal(object, object)
    """The ``Spot`` and the ``CodeFile``."""
    pair_read = Signal(object, object)
    """The ``Spot`` and the ``Pair``."""
    failed = Signal(object, object)
    """The ``Spot`` and the ``TsrError``."""
    slow = Signal(object)
    """The ``Spot`` that takes longer than a moment."""

    def __init__(self, tasks: Tasks, remarks: Callable[[str], tuple[str, ...]], parent: QObject) -> None:
        super().__init__(parent)
        self._remarks = remarks
        self._latest = Latest(tasks, self)
        self._latest.slow.connect(self._say_slow)
        self._spot: Spot | None = None

    @property
    def is_reading(self) -> bool:
        """Whether a file is awaited."""
        return self._latest.is_under_way

    def open(self, clone: OpenClone, spot: Spot, *, as_text: bool = False) -> None:
        """Reads a file, or a file at two commits.

        Args:
            clone: Where.
            spot: What.
            as_text: Whether it is shown even if it is no text.
        """
        self._spot = spot
        if spot.before:
            self._latest.run(
                lambda _: _pair(clone, spot, self._remarks),
                lambda pair: self.pair_read.emit(spot, pair),
                lambda error: self._fail(spot, error),
            )
        else:
            self._latest.run(
                lambda _: _placed(spot, _file(clone, spot, self._remarks, as_text=as_text)),
                lambda read: self.file_read.emit(*read),
                lambda error: self._fail(spot, error),
            )

    def stop(self) -> None:
        """Nobody waits any more."""
        self._latest.stop()

    def _fail(self, spot: Spot, error: TsrError) -> None:
        self.failed.emit(spot, error)

    def _say_slow(self) -> None:
        if self._spot is not None:
            self.slow.emit(self._spot)


def _file(
    clone: OpenClone, spot: Spot, remarks: Callable[[str], tuple[str, ...]], *, as_text: bool
) -> CodeFile:
    if spot.is_working:
        file = clone.files.working_file(spot.path, spot.sha, as_text=as_text)
        said = translate("CodeReading", "This is the working tree as it is now, not what was judged.")
        return _with(file, clone, (said,))
    file = clone.files.file(spot.sha, spot.path, as_text=as_text)
    if not spot.is_loose:
        _check(file, spot.path)
    return _with(file, clone, remarks(spot.sha))


def _placed(spot: Spot, file: CodeFile) -> tuple[Spot, CodeFile]:
    """The file, and where in it what the spot names is defined."""
    from aitr_desktop.code.definitions import line_defining

    if not spot.name:
        return spot, file
    line = line_defining(file.path, file.lines, spot.name)
    if line:
        return replace(spot, first=line, last=line), file
    words = translate("CodeReading", "This file defines {name} in no line, or in several: none is marked.")
    return replace(spot, note=words.format(name=one_line(spot.name, 200))), file


def _pair(clone: OpenClone, spot: Spot, remarks: Callable[[str], tuple[str, ...]]) -> Pair:
    from aitr_desktop.code.differing import difference

    old = clone.files.file(spot.before, spot.before_path or spot.path)
    new = clone.files.file(spot.sha, spot.path)
    _check(old, spot.before_path or spot.path)
    _check(new, spot.path)
    return Pair(
        old=_with(old, clone, remarks(spot.before)),
        new=_with(new, clone, remarks(spot.sha)),
        difference=difference(old.lines, new.lines),
    )


def _check(file: CodeFile, path: str) -> None:
    """Refuses a file that only ends as the path does: another one is not what was asked for."""
    if file.path != path:
        words = translate("CodeReading", "Commit {sha} has no file {path}.")
        raise InputError(words.format(sha=one_line(file.sha[:12]), path=one_line(path, 200)))


def _with(file: CodeFile, clone: OpenClone, remarks: tuple[str, ...]) -> CodeFile:
    """What is known of clone and commit stands before what is known of the file."""
    doubt = (clone.doubt,) if clone.doubt else ()
    return replace(file, remarks=(*doubt, *remarks, *file.remarks))
