"""Which commit last touched the lines that somebody looks at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.code.places import CodePlace
from aitr_desktop.windows.code.latest import Latest
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import moment, short_sha

if TYPE_CHECKING:
    from aitr_desktop.code.histories import LastChange
    from aitr_desktop.code.visited import Spot
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.code.open_clone import OpenClone

MAX_SUBJECT = 120


class LastChangeSearch(QObject):
    """Looks for it, and says it with a way to the commit.

    Args:
        tasks: The door to threads.
        parent: Ends with it.
    """

    told = Signal(str)
    offered = Signal(str, str, object)
    """What was found, in words; those of a button; and what it does."""
    failed = Signal(object)
    """A ``TsrError``."""
    commit_asked = Signal(object)
    """The ``CodePlace`` of the commit."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._latest = Latest(tasks, self)
        self._latest.slow.connect(
            lambda: self.told.emit(self.tr("Looking for the last commit that touched these lines…"))
        )

    def look(self, clone: OpenClone, spot: Spot, first: int, last: int) -> None:
        """Looks for the last commit, up to that of the spot, that touched lines."""
        lines = f"{first:,}" if first == last else f"{first:,}–{last:,}"
        self._latest.run(
            lambda _: clone.lists.last_change(spot.sha, spot.path, first, last),
            partial(self._say, clone.repository, spot, lines),
            self.failed.emit,
        )

    def stop(self) -> None:
        """Ends what waits."""
        self._latest.stop()

    def _say(self, repository: str, spot: Spot, lines: str, found: LastChange) -> None:
        version, name = found.version, one_line(spot.path, 80)
        if version is None:
            self.told.emit(f"{name}:{lines}: {found.remark}")
            return
        words = self.tr("{name}:{lines} was last touched by {sha}: “{subject}”, {who}").format(
            name=name,
            lines=lines,
            sha=short_sha(version.sha),
            subject=one_line(version.subject, MAX_SUBJECT),
            who=one_line(version.author, MAX_SUBJECT),
        )
        when = moment(version.when).local if version.when is not None else ""
        said = " ".join(filter(None, (", ".join(filter(None, (words, when))) + ".", found.remark)))
        place = CodePlace(repository=repository, sha=version.sha)
        self.offered.emit(said, self.tr("Show the commit"), partial(self.commit_asked.emit, place))
