"""The versions of a file: any two of them side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.code.visited import Spot
from aitr_desktop.windows.code.latest import Latest
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import moment, short_sha

if TYPE_CHECKING:
    from aitr_desktop.code.histories import Version, Versions
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.views.code.pair_pane import PairPane
    from aitr_desktop.windows.code.open_clone import OpenClone

MAX_SUBJECT = 100


class VersionChoice(QObject):
    """Offers the versions of a file above both sides.

    Args:
        tasks: The door to threads.
        pane: Where they are offered.
        parent: Ends with it.
    """

    chosen = Signal(object)
    """The ``Spot`` of two versions that somebody wants to see."""
    told = Signal(str)
    """Why there are not two."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, tasks: Tasks, pane: PairPane, parent: QObject) -> None:
        super().__init__(parent)
        self._pane = pane
        self._found: tuple[Version, ...] = ()
        self._latest = Latest(tasks, self)
        self._latest.slow.connect(lambda: self.told.emit(self.tr("Looking for the versions of this file…")))
        pane.version_asked.connect(self._choose)

    def look(self, clone: OpenClone, spot: Spot) -> None:
        """Looks for the versions of a file up to a commit; the two newest are shown."""
        sha, path = spot.sha, spot.path
        self._latest.run(lambda _: clone.lists.versions(sha, path), self._take, self.failed.emit)

    def match(self, spot: Spot) -> None:
        """Two versions are on screen: they are offered if they are among those that were found."""
        keys = [(each.sha, each.path) for each in self._found]
        wanted = [(spot.before, spot.before_path or spot.path), (spot.sha, spot.path)]
        if all(each in keys for each in wanted):
            words = [_words(each) for each in self._found]
            self._pane.offer_versions(words, (keys.index(wanted[0]), keys.index(wanted[1])))
        else:
            self._pane.offer_versions((), (0, 0))

    def stop(self) -> None:
        """Ends what waits."""
        self._latest.stop()

    def _take(self, versions: Versions) -> None:
        found = tuple(each for each in versions.found if each.blob)
        if len(found) < 2:
            words = self.tr("This file has one version only, of {sha}.")
            said = words.format(sha=short_sha(found[0].sha)) if found else self.tr("No version was found.")
            self.told.emit(" ".join(filter(None, (said, versions.remark))))
            return
        self._found = found
        if versions.remark:
            self.told.emit(versions.remark)
        self.chosen.emit(_spot(found[1], found[0]))

    def _choose(self, side: int, place: int) -> None:
        old, new = (box.currentIndex() for box in self._pane.versions)
        if 0 <= old < len(self._found) and 0 <= new < len(self._found):
            self.chosen.emit(_spot(self._found[old], self._found[new]))


def _spot(old: Version, new: Version) -> Spot:
    spot = Spot(sha=new.sha, path=new.path, before=old.sha)
    return replace(spot, before_path=old.path) if old.path != new.path else spot


def _words(version: Version) -> str:
    when = moment(version.when).local if version.when is not None else ""
    return " · ".join(filter(None, (short_sha(version.sha), when, one_line(version.subject, MAX_SUBJECT))))
