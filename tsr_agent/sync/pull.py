"""What is on a server, filed here: a batch of documents and the place in the feed in one transaction.

Killed at any moment, the library has the documents up to the place that it remembers, and perhaps none
behind it: the next synchronisation goes on from there, and what it is given twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError
from tsr_agent.models.api import ChangeKind
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.following import Followed, SourceRepository
from tsr_agent.store.replica import Replica, Taken, known, received
from tsr_agent.store.together import together
from tsr_agent.sync.feed import FeedWalk, Place, seal
from tsr_agent.sync.fetching import MOST_BYTES_OF_A_BATCH, Batch, Fetching
from tsr_agent.sync.results import Phase, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tsr_agent.clock import Clock
    from tsr_agent.models.api import Change, PolicyVersion
    from tsr_agent.store.engine import Library
    from tsr_agent.store.replica import Key
    from tsr_agent.sync.feed import Step
    from tsr_agent.sync.fetching import Fetched
    from tsr_agent.sync.remote import Remote

MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a synchronisation is carried out."""

    clock: Clock
    accept_new_history: bool = False
    """Hold every document against the server's history from the first on, and follow that from now on."""
    progress: Callable[[Progress], None] = lambda _progress: None
    """Called on the thread that synchronises."""
    cancelled: Callable[[], bool] = lambda: False
    """Asked between documents."""


class Pull:
    """One pull. What it did can be read from it at any time, whatever ended it.

    Args:
        library: Open for writing; stays the caller's to close.
        url: The server's address, by which the library remembers it.
        remote: A connection to it.
        connect: Makes further ones.
        terms: How.
    """

    def __init__(
        self, library: Library, url: str, remote: Remote, connect: Callable[[], Remote], terms: Terms
    ) -> None:
        self._library, self._url, self._terms = library, url, terms
        self._remote, self._connect = remote, connect
        self._sources = SourceRepository(library)
        self._versions: list[PolicyVersion] | None = None
        self._seen: set[Key] = set()
        self._start = 0
        self.followed = self._sources.followed(url)
        self.new: Counter[ChangeKind] = Counter()
        self.place = Place()
        self.head = 0
        self.bytes = 0
        self.cancelled = False
        self.only_here: list[str] = []

    def run(self) -> None:
        """Follows the server's feed to its end.

        Raises:
            IntegrityError: Another history, a document that is not the one named, a feed that can't be.
            ServiceError: The server was not reached. What was filed stays.
            DocumentError: This build can't read a document.
            StoreError: The library can't be written.
        """
        followed = None if self._terms.accept_new_history else self.followed
        if followed is not None:
            self.place = Place(
                epoch=followed.epoch,
                cursor=followed.cursor,
                anchor_seq=followed.anchor_seq,
                anchor=followed.anchor,
                project=followed.project,
            )
            self._try_held_again(followed.epoch)
        walk = FeedWalk(self._remote, self.place)
        with Fetching(self._connect) as fetching:
            for fetched in fetching.fetched(self._batches(walk)):
                self._file(fetched)
                if self.cancelled:
                    return
        if self._terms.accept_new_history:
            self._accept()

    def _batches(self, walk: FeedWalk) -> Iterator[Batch]:
        for first, step in enumerate(walk.steps()):
            self._start = self._start if first else step.begin
            self.head = step.head
            yield from self._split(step)

    def _split(self, step: Step) -> Iterator[Batch]:
        """The changes of a page by transactions, each of which may have so many bytes."""
        here = known(self._library, step.items)
        if self._terms.accept_new_history:
            self._seen |= {_key(each) for each in step.items}
            self._verify(step.items, here)
        begun: list[Change] = []
        size = 0
        for change in step.items:
            if begun and size + change.size > MOST_BYTES_OF_A_BATCH:
                yield self._batch(begun, here, _after(step.after, begun[-1]), step.head)
                begun, size = [], 0
            begun.append(change)
            size += change.size
        yield self._batch(begun, here, step.after, step.head)

    @staticmethod
    def _batch(changes: list[Change], here: set[Key], after: Place, head: int) -> Batch:
        # Two versions of a policy may have the same bytes; whether both are here, only filing tells.
        missing = [each for each in changes if each.kind is ChangeKind.POLICY or _key(each) not in here]
        return Batch(changes=tuple(changes), missing=tuple(missing), after=after, head=head)

    def _verify(self, changes: tuple[Change, ...], here: set[Key]) -> None:
        """Reads what is here already and holds it against the digests of the new history.

        Raises:
            IntegrityError: A document was altered here.
        """
        feed = ChangeFeed(self._library)
        for change in changes:
            if _key(change) in here:
                feed.document(change.digest)

    def _file(self, fetched: Fetched) -> None:
        """Files the documents of a batch and moves on, both or neither."""
        batch = fetched.batch
        now = self._terms.clock.now()
        if any(each.kind is ChangeKind.POLICY for each in batch.missing):
            self._read_versions()
        new: Counter[ChangeKind] = Counter()
        taken_bytes = 0
        after = batch.after
        with together(self._library) as library:
            replica = Replica(library, self._url, after.epoch or "", self._versions or ())
            last: Change | None = None
            for change in batch.changes:
                if self._terms.cancelled():
                    self.cancelled = True
                    after = self.place if last is None else _after(after, last)
                    break
                document = fetched.documents.get(change.digest)
                if document is not None:
                    taken = replica.take(change, document, now)
                    new[change.kind] += taken is Taken.NEW
                    taken_bytes += len(document)
                last = change
                self._tell(change.seq, self.bytes + taken_bytes)
            if not self._terms.accept_new_history and after.epoch is not None:
                SourceRepository(library).remember(self._url, _followed(after, self._terms.clock))
        self.place = after
        self.new += new
        self.bytes += taken_bytes
        self._tell(after.cursor, self.bytes)

    def _tell(self, reached: int, fetched: int) -> None:
        done, total = reached - self._start, max(self.head - self._start, 0)
        self._terms.progress(
            Progress(phase=Phase.PULL, done=min(max(done, 0), total), total=total, bytes=fetched)
        )

    def _read_versions(self) -> None:
        """Asks by which names and numbers the server knows its policies, which their documents don't say."""
        names = [each.name for each in self._remote.policies().items]
        self._versions = [each for name in names for each in self._remote.policy_versions(name).items]

    def _try_held_again(self, epoch: str) -> None:
        """Files what was held where nothing stands against it any more."""
        held = [each for each in self._sources.held(self._url) if each.epoch == epoch]
        if not held:
            return
        if any(each.change.kind is ChangeKind.POLICY for each in held):
            self._read_versions()
        now = self._terms.clock.now()
        new: Counter[ChangeKind] = Counter()
        with together(self._library) as library:
            replica = Replica(library, self._url, epoch, self._versions or ())
            sources = SourceRepository(library)
            for each in held:
                taken = replica.take(each.change, each.document, now)
                if taken is not Taken.HELD:
                    sources.release(self._url, each)
                new[each.change.kind] += taken is Taken.NEW
        self.new += new

    def _accept(self) -> None:
        """Follows the new history from now on, and names what it does not have.

        Only at the very end: killed before it, the library still follows the old one and says so.
        """
        if self.place.epoch is None:
            return
        gone = sorted(
            f"{kind.value} {report_id or digest}"
            for kind, report_id, digest in received(self._library) - self._seen
        )
        self.only_here = gone
        with together(self._library) as library:
            sources = SourceRepository(library)
            sources.remember(self._url, _followed(self.place, self._terms.clock))
            sources.forget_other_histories(self._url, self.place.epoch)


def _key(change: Change) -> Key:
    return change.kind, change.report_id, change.digest


def _after(place: Place, change: Change) -> Place:
    return replace(place, cursor=change.seq, anchor_seq=change.seq, anchor=seal(change))


def _followed(place: Place, clock: Clock) -> Followed:
    if place.epoch is None:
        raise IntegrityError("A feed without a history can't be followed.")
    return Followed(
        epoch=place.epoch,
        cursor=place.cursor,
        anchor_seq=place.anchor_seq,
        anchor=place.anchor,
        project=place.project,
        synced_at=clock.now(),
    )
