from __future__ import annotations

from typing import Any

import pytest

from tests.factories.histories import documents, upload
from tests.factories.reports import manifest
from tests.factories.servers import InProcess, bearer
from tsr_agent.errors import DocumentError
from tsr_agent.models import document_batch
from tsr_agent.models.access import Role
from tsr_agent.models.document_batch import BATCH_TYPE, documents_in
from tsr_agent.server.problems import RefusalError
from tsr_agent.server.routes.documents import found_together
from tsr_agent.store.feed import ChangeFeed


def asked(server: InProcess, digests: str, **headers: str) -> Any:
    token = server.token(Role.VIEWER)
    return server.client.get("/api/documents", params={"digests": digests}, headers=bearer(token) | headers)


def test_documents_come_in_the_order_asked_for_byte_for_byte(server: InProcess) -> None:
    for number in range(3):
        upload(server.library, f"r-{number}")
    known = {digest: document for (_, _, digest), document in documents(server.library).items()}
    wanted = sorted(known)
    answer = asked(server, ",".join(wanted))
    assert (answer.status_code, answer.headers["content-type"]) == (200, BATCH_TYPE)
    assert documents_in(answer.content) == [known[digest] for digest in wanted]


def test_a_client_that_unpacks_nothing_gets_it_unpacked(server: InProcess) -> None:
    upload(server.library, "r-1")
    wanted = sorted(digest for _, _, digest in documents(server.library))
    packed = asked(server, ",".join(wanted), **{"Accept-Encoding": "gzip"})
    plain = asked(server, ",".join(wanted), **{"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


@pytest.mark.parametrize(
    "digests", ["abc", "AB" * 32, f"{'ab' * 32},", ",".join(["ab" * 32] * 65), f"{'ab' * 32} {'cd' * 32}"]
)
def test_what_is_no_list_of_digests_is_refused(server: InProcess, digests: str) -> None:
    assert asked(server, digests).status_code == 400


def test_one_unknown_document_refuses_the_whole(server: InProcess) -> None:
    upload(server.library, "r-1")
    (known, *_) = sorted(digest for _, _, digest in documents(server.library))
    assert asked(server, f"{known},{'ab' * 32}").status_code == 404


def test_another_project_s_documents_are_not_there(server: InProcess) -> None:
    ours, theirs = "https://git.example.org/ours", "https://git.example.org/theirs"
    upload(server.library, "r-1", versions=manifest(codebase_repo=ours))
    digests = sorted(digest for _, _, digest in documents(server.library))
    feed = ChangeFeed(server.library)
    assert len(found_together(feed, digests, ours)) == 2
    with pytest.raises(RefusalError, match="no document"):
        found_together(feed, digests, theirs)


def test_more_than_fits_is_refused_and_not_cut(server: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tsr_agent.server.routes.documents.MAX_BATCH_BYTES", 3_000)
    upload(server.library, "r-1")
    upload(server.library, "r-2")
    digests = ",".join(sorted(digest for _, _, digest in documents(server.library)))
    assert asked(server, digests).status_code == 413


def test_a_batch_that_was_cut_or_changed_anywhere_is_refused() -> None:
    whole = document_batch.batch_of([b"one\n", b"{}", b""])
    assert documents_in(whole) == [b"one\n", b"{}", b""]
    boundaries = {len(document_batch.batch_of(part)) for part in ([], [b"one\n"], [b"one\n", b"{}"])}
    for place in range(len(whole)):
        if place not in boundaries:
            with pytest.raises(DocumentError):
                documents_in(whole[:place])
        changed = bytes([whole[place] ^ 1])
        with pytest.raises(DocumentError):
            documents_in(whole[:place] + changed + whole[place + 1 :])
