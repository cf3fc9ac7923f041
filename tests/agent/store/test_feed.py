from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, manifest, report
from tsr_agent.errors import InputError, TsrError
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from tsr_agent.models.api import Change
    from tsr_agent.store.engine import Library

REPORT, DECISION = ChangeKind.REPORT, ChangeKind.DECISION


def test_each_document_has_one_change(library: Library, repository: ReportRepository) -> None:
    feed = ChangeFeed(library)
    assert feed.page(0, limit=10).items == ()
    document = codec.encode(report())
    decided = decision_about(document)
    for _ in range(2):
        repository.add(document, decided, received_at=NOON)
    worse = decision_about(document, decision=GoNoGoDecision.NO_GO)
    repository.add(document, worse, supersede=True, received_at=NOON + timedelta(hours=1))
    page = feed.page(0, limit=10)
    assert [(each.seq, each.kind) for each in page.items] == [(1, REPORT), (2, DECISION), (3, DECISION)]
    assert (page.next, page.head, page.epoch) == (3, 3, feed.epoch())
    bodies = [feed.document(each.digest) for each in page.items]
    documents = [each.document for each in bodies if each is not None]
    assert documents == [document, codec.encode(decided), codec.encode(worse)]
    assert [each.size for each in page.items] == [len(each) for each in documents]


def test_a_feed_of_one_repository_goes_on_behind_the_others(
    library: Library, repository: ReportRepository
) -> None:
    for number in range(6):
        versions = manifest(codebase_repo=f"https://example.org/{number % 2}")
        repository.add(codec.encode(report(id=f"r-{number}", versions=versions)), None, received_at=NOON)
    feed = ChangeFeed(library)
    first = feed.page(0, limit=2, repository="https://example.org/0")
    assert ([each.seq for each in first.items], first.next, first.head) == ([1, 3], 3, 6)
    second = feed.page(first.next, limit=2, repository="https://example.org/0")
    assert ([each.seq for each in second.items], second.next) == ([5], 6)
    digest = first.items[0].digest
    assert feed.document(digest, repository="https://example.org/0") is not None
    assert feed.document(digest, repository="https://example.org/1") is None
    assert feed.document("0" * 64) is None
    for other in ("git@example.org:0.git", "ssh://git@example.org/0"):
        assert [each.seq for each in feed.page(0, limit=9, repository=other).items] == [1, 3, 5]
        assert feed.document(digest, repository=other) is not None
    for nobody in ("", "0", "https://example.org", "/0", "%"):
        assert feed.page(0, limit=9, repository=nobody).items == ()
        assert feed.document(digest, repository=nobody) is None


def test_what_is_looked_at_for_a_page_of_one_repository_is_bounded(
    library: Library, repository: ReportRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tsr_agent.store.feed.MAX_SCANNED", 3)
    for number in range(8):
        versions = manifest(codebase_repo="https://example.org/1" if number in {0, 7} else "https://a.org/b")
        repository.add(codec.encode(report(id=f"r-{number}", versions=versions)), None, received_at=NOON)
    feed, since, walked = ChangeFeed(library), 0, []
    while since < 8:
        page = feed.page(since, limit=2, repository="https://example.org/1")
        assert since < page.next <= since + 3
        walked += [each.seq for each in page.items]
        since = page.next
    assert walked == [1, 8]


def test_what_is_no_place_of_the_feed_is_refused(library: Library) -> None:
    feed = ChangeFeed(library)
    for since in (1, -1):
        with pytest.raises(InputError, match="reaches to 0"):
            feed.page(since, limit=1)
    for limit in (0, 1_001):
        with pytest.raises(ValueError, match="1000"):
            feed.page(0, limit=limit)


WRITERS, EACH = 8, 12


def test_a_reader_that_follows_many_writers_misses_nothing(library: Library) -> None:
    problems: list[BaseException] = []
    filed: list[str] = []
    done = threading.Event()

    def write(number: int) -> None:
        try:
            repository = ReportRepository(library)
            for each in range(EACH):
                document = codec.encode(report(id=f"r-{number}-{each}"))
                decided = decision_about(document)
                repository.add(document, decided, received_at=NOON)
                filed.extend([codec.digest(document), codec.digest(codec.encode(decided))])
        except TsrError as error:
            problems.append(error)

    seen: list[Change] = []

    def follow() -> None:
        feed, since = ChangeFeed(library), 0
        while True:
            # Asked before the page: what was filed until then is in it or in an earlier one.
            last = done.is_set()
            page = feed.page(since, limit=7)
            seen.extend(page.items)
            since = page.next
            if last and since == page.head:
                return

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    reader = threading.Thread(target=follow)
    for thread in (*writers, reader):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert problems == []
    assert [each.seq for each in seen] == list(range(1, 2 * WRITERS * EACH + 1))
    assert sorted(each.digest for each in seen) == sorted(filed)
    assert check(library).damages == ()


def test_the_same_upload_by_many_at_once_is_one_document(library: Library) -> None:
    document = codec.encode(report())
    decided = decision_about(document)
    problems: list[BaseException] = []
    new: list[bool] = []
    together = threading.Barrier(WRITERS)

    def write() -> None:
        together.wait()
        try:
            added = ReportRepository(library).add(document, decided, received_at=NOON)
            new.append(added.report_is_new)
        except TsrError as error:
            problems.append(error)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert sorted(new) == [False] * (WRITERS - 1) + [True]
    assert ChangeFeed(library).page(0, limit=10).head == 2
    assert check(library).damages == ()
