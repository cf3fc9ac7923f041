"""Following a server's change feed, with nothing in it believed that does not fit what was seen before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tsr_agent.client.refusals import RefusedError
from tsr_agent.errors import IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.api import MAX_PAGE, ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.models.api import Change, ChangePage
    from tsr_agent.sync.remote import Remote

_KEPT = "the library as it was."
_ASK = "Ask whoever runs the server; it may have been restored from a backup, or be another one."
_ACCEPT = (
    "Ask whoever runs the server why. If the new history is the one to follow, synchronise once with "
    "--accept-new-history: every document is then held against it from the first on."
)


class OtherHistoryError(IntegrityError):
    """The server's history is not the one that was followed, or was taken back; a person may accept it."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a feed was followed."""

    epoch: str | None = None
    """None before anything was seen."""
    cursor: int = 0
    anchor_seq: int = 0
    anchor: str | None = None
    project: str | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A page of the feed that fits."""

    items: tuple[Change, ...]
    begin: int
    """Where the feed was followed to before."""
    after: Place
    """Where the feed is followed to once all of them are filed."""
    head: int


def seal(change: Change) -> str:
    """SHA-256 that stands for everything that a feed says of one change."""
    return codec.digest(codec.encode(change))


class FeedWalk:
    """Walks through a feed from a place to its end.

    Args:
        remote: The server.
        place: Where to begin.
        limit: Changes of one page.
    """

    def __init__(self, remote: Remote, place: Place, *, limit: int = MAX_PAGE) -> None:
        self._remote, self._limit = remote, limit
        self.place = place
        self.head = 0
        self._project_known = False
        self._anchor_seen = False

    def steps(self) -> Iterator[Step]:
        """Every page up to the end that the server has when the last one is asked for.

        Raises:
            IntegrityError: Another history, one that was taken back, a gap, or an order that can't be.
            ServiceError: The server was not reached.
        """
        if self.place.project is not None:
            self._look_who_asks()
        while True:
            step = self._step()
            self.place, self.head = step.after, step.head
            yield step
            if step.after.cursor >= step.head:
                return

    def _step(self) -> Step:
        place = self.place
        # One that was seen already comes first: it shows that this is still the same history. Where a
        # token sees little, it can lie far back; seeing it once is enough then.
        overlap = place.anchor is not None and (not self._anchor_seen or place.anchor_seq == place.cursor)
        since = place.anchor_seq - 1 if overlap else place.cursor
        page = self._page(since)
        self._refuse_other_history(page)
        items = self._behind_anchor(page) if overlap else page.items
        place = replace(place, epoch=page.epoch)
        if not self._gapless(items, page):
            place = replace(place, project=self._project(page.epoch))
        last = items[-1] if items else None
        after = replace(
            place,
            cursor=max(page.next, place.cursor),
            anchor_seq=last.seq if last else place.anchor_seq,
            anchor=seal(last) if last else place.anchor,
        )
        return Step(items=items, begin=self.place.cursor, after=after, head=page.head)

    def _page(self, since: int) -> ChangePage:
        try:
            page = self._remote.changes(since, self._limit)
        except RefusedError as refused:
            self._explain(since, refused)
            raise
        _refuse_disorder(page, since, self._limit)
        return page

    def _explain(self, since: int, refused: RefusedError) -> None:
        """Finds out whether a place was refused because there is no such place any more.

        Raises:
            IntegrityError: So it is.
        """
        if since == 0 or refused.status in (401, 403):
            return
        page = self._remote.changes(0, 1)
        self._refuse_other_history(page)

    def _refuse_other_history(self, page: ChangePage) -> None:
        place = self.place
        if place.epoch is not None and page.epoch != place.epoch:
            raise OtherHistoryError(
                "The server's history is not the one that this library has followed.",
                kept=_KEPT,
                next_step=_ACCEPT,
                details=[f"followed: {place.epoch}", f"now:      {page.epoch}"],
            )
        if page.head < max(place.cursor, self.head):
            raise OtherHistoryError(
                f"The server's history ends at {page.head}, and {max(place.cursor, self.head)} was seen: "
                "it was taken back.",
                kept=_KEPT,
                next_step=_ACCEPT,
            )

    def _behind_anchor(self, page: ChangePage) -> tuple[Change, ...]:
        """What follows the change that was seen last, which comes first and is the same."""
        first = page.items[0] if page.items else None
        if first is None or first.seq != self.place.anchor_seq or seal(first) != self.place.anchor:
            raise OtherHistoryError(
                f"Change {self.place.anchor_seq} of the server is not the one that was seen there before: "
                "its history was taken back and went on in another way.",
                kept=_KEPT,
                next_step=_ACCEPT,
            )
        self._anchor_seen = True
        return page.items[1:]

    def _gapless(self, items: tuple[Change, ...], page: ChangePage) -> bool:
        begin = self.place.cursor + 1
        numbers = [each.seq for each in items]
        whole = numbers == list(range(begin, begin + len(numbers)))
        return whole and page.next == begin + len(numbers) - 1 and bool(items or page.next == page.head)

    def _project(self, epoch: str) -> str:
        """The only project that the token may see, which is why numbers are missing.

        Raises:
            IntegrityError: It may see all: what is missing was left out.
        """
        if self._project_known and self.place.project is not None:
            return self.place.project
        project = self._identified(epoch)
        if project is None:
            raise IntegrityError(
                f"The server's feed has a gap behind {self.place.cursor}: documents are missing.",
                kept=_KEPT,
                next_step=_ASK,
            )
        return project

    def _look_who_asks(self) -> None:
        """Goes back to the beginning where the token sees another part of the feed than the one before."""
        if self._identified(self.place.epoch) != self.place.project:
            self.place = Place(epoch=self.place.epoch)

    def _identified(self, epoch: str | None) -> str | None:
        identity = self._remote.identity()
        self._project_known = True
        if epoch is not None and identity.epoch != epoch:
            raise OtherHistoryError(
                "The server's history is not the one that this library has followed.",
                kept=_KEPT,
                next_step=_ACCEPT,
                details=[f"followed: {epoch}", f"now:      {identity.epoch}"],
            )
        return identity.project


def _refuse_disorder(page: ChangePage, since: int, limit: int) -> None:
    """Refuses a page that no server of ours would give.

    Raises:
        IntegrityError: Names what is wrong.
    """
    numbers = [each.seq for each in page.items]
    last = numbers[-1] if numbers else since
    wrong = {
        "it names no history": not page.epoch,
        f"it has more than the {limit} changes that were asked for": len(numbers) > limit,
        "its changes are not in order, or one is there twice": numbers != sorted(set(numbers)),
        "it begins before what was asked for": any(number <= since for number in numbers),
        "it goes on before its own last change": page.next < last,
        "it goes on behind its own end": page.next > page.head,
        "it never comes to its end": page.next == since and page.head > since,
        "a change does not say what it is about": any(
            (each.report_id is None) != (each.kind is ChangeKind.POLICY) for each in page.items
        ),
        "a document is larger than any can be": any(
            each.size > codec.MAX_DOCUMENT_BYTES for each in page.items
        ),
    }
    for why, holds in wrong.items():
        if holds:
            raise IntegrityError(
                f"The server's change feed behind {since} can't be followed: {why}.",
                kept=_KEPT,
                next_step=_ASK,
            )
