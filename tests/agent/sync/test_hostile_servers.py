"""A server that lies, was taken back, or was replaced: each refused by name, with nothing of it filed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.agent.sync.test_pull import URL, pull, pulled
from tests.factories.histories import LATER, documents, say, standings, upload
from tests.factories.remotes import LibraryRemote, Lying
from tests.factories.servers import HandClock
from tsr_agent.errors import DocumentError, IntegrityError, ServiceError
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.store.following import SourceRepository
from tsr_agent.store.integrity import check
from tsr_agent.sync.pull import Terms
from tsr_agent.sync.synchronise import synchronise

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.models.api import Change, ChangePage
    from tsr_agent.store.engine import Library

    Lie = Callable[..., Any]


def items(change_items: Callable[[tuple[Change, ...]], Any]) -> Lie:
    def lie(page: ChangePage, *_: Any) -> ChangePage:
        return msgspec.structs.replace(page, items=tuple(change_items(page.items)))

    return lie


def page(**changed: Any) -> Lie:
    return lambda answer, *_: msgspec.structs.replace(answer, **changed)


def renumbered(found: tuple[Change, ...], *numbers: int) -> list[Change]:
    return [msgspec.structs.replace(each, seq=seq) for each, seq in zip(found, numbers, strict=True)]


def with_first(**changed: Any) -> Lie:
    return items(lambda found: [msgspec.structs.replace(found[0], **changed), *found[1:]])


LIES: dict[str, tuple[dict[str, Lie], str]] = {
    "shuffled changes": ({"changes": items(lambda found: found[::-1])}, "not in order"),
    "two swapped": ({"changes": items(lambda found: [found[1], found[0], *found[2:]])}, "not in order"),
    "a duplicate number": ({"changes": items(lambda found: renumbered(found, 1, 2, 2, 3))}, "there twice"),
    "a gap in the middle": ({"changes": items(lambda found: [*found[:1], *found[2:]])}, "gap behind 0"),
    "a gap at the beginning": ({"changes": items(lambda found: found[1:])}, "gap behind 0"),
    "the last left out": ({"changes": items(lambda found: found[:-1])}, "gap behind 0"),
    "all left out": ({"changes": items(lambda _found: ())}, "gap behind 0"),
    "numbers from elsewhere": (
        {"changes": items(lambda found: renumbered(found, 5, 6, 7, 8))},
        "before its own",
    ),
    "more than was asked for": ({"changes": items(lambda found: found * 60)}, "more than"),
    "no history": ({"changes": page(epoch="")}, "names no history"),
    "no end": ({"changes": page(items=(), next=0)}, "never comes"),
    "a next that was passed": ({"changes": page(next=3)}, "before its own last"),
    "a next behind the end": ({"changes": page(next=5)}, "behind its own end"),
    "a smaller head": ({"changes": page(head=3)}, "behind its own end"),
    "a report without its id": ({"changes": with_first(report_id=None)}, "what it is about"),
    "a policy with an id": ({"changes": with_first(kind=ChangeKind.POLICY)}, "what it is about"),
    "a size beyond all": ({"changes": with_first(size=codec.MAX_DOCUMENT_BYTES + 1)}, "larger than any"),
    "a wrong size": ({"changes": with_first(size=1)}, "not the document that it names"),
    "a wrong digest": ({"changes": with_first(digest="ab" * 32)}, "no such document"),
    "another kind": ({"changes": with_first(kind=ChangeKind.DECISION)}, "decision"),
    "another report": ({"changes": with_first(report_id="r-9")}, "about report r-9"),
    "an altered document": (
        {"documents": lambda found, *_: [found[0].replace(b"ci", b"me"), *found[1:]]},
        "not the document that it names",
    ),
    "a longer document": (
        {"documents": lambda found, *_: [found[0] + b" ", *found[1:]]},
        "not the document that it names",
    ),
    "swapped documents": ({"documents": lambda found, *_: found[::-1]}, "not the document that it names"),
    "a document too few": ({"documents": lambda found, *_: found[:-1]}, "3 documents where 4"),
    "a document too many": ({"documents": lambda found, *_: [*found, found[0]]}, "5 documents where 4"),
    "the decision first": (
        {"changes": items(lambda found: renumbered((found[1], found[0], *found[2:]), 1, 2, 3, 4))},
        "before the report",
    ),
}


@pytest.mark.parametrize(("lies", "said"), LIES.values(), ids=LIES)
def test_a_lie_is_refused_and_named_and_nothing_of_it_is_filed(
    library: Library, server: Library, lies: dict[str, Lie], said: str
) -> None:
    upload(server, "r-1")
    upload(server, "r-2")
    result = pulled(library, Lying(LibraryRemote(server), **lies))
    error = result.ended_by
    assert isinstance(error, (IntegrityError, DocumentError, ServiceError))
    assert said in " ".join(error.diagnostics())
    assert documents(library) == {}
    assert SourceRepository(library).followed(URL) is None
    # The lie is all that stood in the way.
    assert pull(library, LibraryRemote(server)).reports == 2


@pytest.mark.parametrize(
    "name", ["an altered document", "a wrong size", "swapped documents", "a gap in the middle"]
)
def test_what_came_before_a_lie_stays_and_the_place_with_it(
    library: Library, server: Library, name: str
) -> None:
    upload(server, "r-0")
    pull(library, LibraryRemote(server))
    upload(server, "r-1")
    upload(server, "r-2")
    before = SourceRepository(library).followed(URL)
    lies, _ = LIES[name]
    assert isinstance(pulled(library, Lying(LibraryRemote(server), **lies)).ended_by, IntegrityError)
    assert SourceRepository(library).followed(URL) == before
    assert check(library).sound
    assert pull(library, LibraryRemote(server)).reports == 2


def replaced(new_library: Callable[[str], Library]) -> Library:
    """Another server at the same address."""
    other = new_library("other")
    for number in range(3):
        upload(other, f"s-{number}")
    return other


def test_another_history_is_refused_and_nothing_of_it_is_filed(
    library: Library, server: Library, new_library: Callable[[str], Library]
) -> None:
    upload(server, "r-1")
    pull(library, LibraryRemote(server))
    before = documents(library)
    result = pulled(library, LibraryRemote(replaced(new_library)))
    assert isinstance(result.ended_by, IntegrityError)
    assert "not the one that this library has followed" in result.ended_by.message
    assert "--accept-new-history" in result.ended_by.next_step
    assert documents(library) == before


def test_a_history_that_was_taken_back_is_refused(
    library: Library, server: Library, new_library: Callable[[str], Library]
) -> None:
    upload(server, "r-1")
    upload(server, "r-2")
    pull(library, LibraryRemote(server))
    back = new_library("back")
    upload(back, "r-1")
    # The same history to all appearances, with two changes fewer.
    lie = page(epoch="epoch-of-server")
    result = pulled(library, Lying(LibraryRemote(back), changes=lie))
    assert isinstance(result.ended_by, IntegrityError)
    assert "was taken back" in result.ended_by.message


def test_a_history_that_was_taken_back_and_went_on_differently_is_refused(
    library: Library, server: Library, new_library: Callable[[str], Library]
) -> None:
    upload(server, "r-1")
    upload(server, "r-2")
    pull(library, LibraryRemote(server))
    back = new_library("back")
    for number in (1, 7, 8, 9):
        upload(back, f"r-{number}")
    result = pulled(library, Lying(LibraryRemote(back), changes=page(epoch="epoch-of-server")))
    assert isinstance(result.ended_by, IntegrityError)
    assert "went on in another way" in result.ended_by.message
    assert set(standings(library)) == {"r-1", "r-2"}


def test_a_history_that_changes_in_the_middle_is_refused(library: Library, server: Library) -> None:
    for number in range(150):
        upload(server, f"r-{number}")
    asked = 0

    def lie(answer: ChangePage, *_: Any) -> ChangePage:
        nonlocal asked
        asked += 1
        return msgspec.structs.replace(answer, epoch="another") if asked > 1 else answer

    result = pulled(library, Lying(LibraryRemote(server), changes=lie))
    assert isinstance(result.ended_by, IntegrityError)
    # What belonged to the history before is whole and stays.
    assert result.cursor == 200
    assert check(library).sound


def test_a_new_history_is_accepted_only_when_asked_and_what_it_lacks_is_named(
    library: Library, server: Library, new_library: Callable[[str], Library]
) -> None:
    kept = upload(server, "r-1")
    upload(server, "r-2")
    pull(library, LibraryRemote(server))
    other = new_library("other")
    upload(other, "r-1")
    upload(other, "r-3")
    remote = LibraryRemote(other)
    result = pull(library, remote, accept_new_history=True)
    assert (result.reports, result.epoch, result.complete) == (1, "epoch-of-other", True)
    assert "report r-2" in result.only_here
    assert not any("r-1" in each for each in result.only_here if each.startswith("report"))
    assert set(standings(library)) == {"r-1", "r-2", "r-3"}
    assert documents(library)["report", "r-1", codec.digest(kept)] == kept
    # From now on it is the history that is followed.
    assert pull(library, LibraryRemote(other)).reports == 0
    assert isinstance(pulled(library, LibraryRemote(server)).ended_by, IntegrityError)


def test_accepting_a_new_history_shows_what_it_says_otherwise(
    library: Library, server: Library, new_library: Callable[[str], Library]
) -> None:
    mine = upload(server, "r-1")
    pull(library, LibraryRemote(server))
    other = new_library("other")
    upload(other, "r-1", triggered_by="somebody else")
    result = pull(library, LibraryRemote(other), accept_new_history=True)
    (found,) = result.conflicts
    assert (found.id, found.digest_here) == ("r-1", codec.digest(mine))
    assert not result.complete


def test_an_altered_document_here_is_found_when_a_new_history_is_accepted(
    library: Library, server: Library
) -> None:
    upload(server, "r-1")
    pull(library, LibraryRemote(server))
    with library.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER report_documents_no_update")
        connection.exec_driver_sql("UPDATE report_documents SET body = x'00'")
    assert pull(library, LibraryRemote(server)).complete
    result = pulled(library, LibraryRemote(server), accept_new_history=True)
    assert isinstance(result.ended_by, IntegrityError)
    assert "altered" in result.ended_by.message


def test_interrupted_while_it_is_accepted_a_new_history_is_still_new(
    library: Library, server: Library, new_library: Callable[[str], Library]
) -> None:
    upload(server, "r-1")
    pull(library, LibraryRemote(server))
    other = replaced(new_library)
    answers = 0

    def cancelled() -> bool:
        nonlocal answers
        answers += 1
        return answers > 2

    assert pulled(library, LibraryRemote(other), accept_new_history=True, cancelled=cancelled).cancelled
    assert isinstance(pulled(library, LibraryRemote(other)).ended_by, IntegrityError)
    result = pull(library, LibraryRemote(other), accept_new_history=True)
    assert result.only_here_count == 2
    assert check(library).sound


def test_an_approval_from_tomorrow_is_not_taken_today(library: Library, server: Library) -> None:
    upload(server, "r-1", waits=True)
    say(server, "r-1", ApprovalAction.APPROVE)
    clock = HandClock(LATER - timedelta(hours=1))
    result = synchronise(library, URL, lambda: LibraryRemote(server), Terms(clock=clock))
    assert isinstance(result.ended_by, DocumentError)
    assert standings(library).get("r-1", ("", "pending_review"))[1] == "pending_review"
