"""What is said at the desk is on record once, whoever is killed when, and never under another name."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
import requests

from aitr_desktop.library.approving import Ending, Whereabouts, Word, hand_in, said_here
from aitr_desktop.library.servers import address_of
from aitr_desktop.library.synchronising import synchronise
from tests.desktop.fakes import Watching
from tests.desktop.serving import connection, desk
from tests.factories.servers import bearer
from tests.factories.waiting_releases import RITA, SAM, Office, office, policy
from tsr_agent.clock import SystemClock
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aitr_desktop.library.servers import Servers


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as server:
        server.submit(policy())
        server.upload("release-7")
        yield server


def word(there: Office, *, by: str = RITA, **changed: Any) -> Word:
    """An approval of what the server has on record."""
    answer = requests.get(
        f"{there.server.url}/api/tsr/release-7/go-no-go", headers=bearer(there.token(RITA)), timeout=30
    ).json()
    values = {
        "id": "made-at-the-desk",
        "action": ApprovalAction.APPROVE,
        "by": by,
        "report_id": "release-7",
        "report_digest": answer["report_digest"],
        "decision_digest": answer["decision_digest"],
        "basis_digest": answer["basis_digest"],
        "seen": frozenset(),
        "note": "fine",
    }
    return Word(**(values | changed))


def with_token(folder: Path, there: Office, subject: str = RITA) -> Servers:
    servers = desk(folder)
    servers.keep(address_of(there.server.url), there.token(subject), in_keyring=False)
    return servers


def say(said: Word, servers: Servers, there: Office) -> Any:
    return hand_in(said, servers, address_of(there.server.url), SystemClock(), lambda: False)


def test_it_is_recorded_and_nothing_is_left_here(there: Office, tmp_path: Path) -> None:
    servers = with_token(tmp_path, there)
    found = say(word(there), servers, there)
    assert found.ending is Ending.RECORDED
    assert (found.answer.approval.approved_by, found.answer.decision.value) == (RITA, "go")
    assert said_here(servers, [address_of(there.server.url)], SystemClock()) == ()
    # Pressed once more, it is the same document.
    assert say(word(there), servers, there).ending is Ending.RECORDED
    assert len(there.history("release-7")) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"decision_digest": "0" * 64}, "another decision"),
        ({"basis_digest": "0" * 64}, "another decision"),
        ({"report_digest": "0" * 64}, "other bytes"),
        ({"seen": frozenset({"an-approval"})}, "does not know 1 of people's words"),
        ({"by": SAM}, "takes you for Rita Release now, not for Sam Steward"),
    ],
)
def test_nothing_is_sent_that_was_not_seen(
    there: Office, tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    servers = with_token(tmp_path, there)
    found = say(word(there, **changed), servers, there)
    assert found.ending is Ending.CHANGED
    assert words in found.error.message
    assert there.history("release-7") == []
    assert said_here(servers, [address_of(there.server.url)], SystemClock()) == ()


def test_without_a_token_it_waits_with_its_note(there: Office, tmp_path: Path) -> None:
    servers = desk(tmp_path)
    found = say(word(there, note="from memory"), servers, there)
    assert found.ending is Ending.WAITS
    (left,) = said_here(servers, [address_of(there.server.url)], SystemClock(), "release-7")
    assert (left.where, left.note, left.by, left.id) == (
        Whereabouts.WAITS,
        "from memory",
        RITA,
        "made-at-the-desk",
    )
    assert "There is no token" in left.outcome
    assert said_here(servers, [address_of(there.server.url)], SystemClock(), "another") == ()


CHILD = """
    import os, signal, sys
    from pathlib import Path
    from aitr_desktop.library.approving import Word, hand_in
    from aitr_desktop.library.servers import address_of
    from tests.desktop.serving import desk
    from tsr_agent.client.api import ServerApi
    from tsr_agent.clock import SystemClock
    from tsr_agent.models.approval import ApprovalAction
    import json

    given = json.loads(sys.stdin.read())
    real = ServerApi.approve

    def dies(self, *arguments, **options):
        if given["when"] == "after":
            real(self, *arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    ServerApi.approve = dies
    servers = desk(Path(given["folder"]))
    address = address_of(given["url"])
    servers.keep(address, given["token"], in_keyring=False)
    values = given["word"] | {"action": ApprovalAction.APPROVE, "seen": frozenset()}
    hand_in(Word(**values), servers, address, SystemClock(), lambda: False)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_the_middle_it_is_on_record_once(there: Office, tmp_path: Path, when: str) -> None:
    said = word(there)
    values = {name: getattr(said, name) for name in Word.__slots__ if name not in {"action", "seen"}}
    child = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHILD)],
        input=json.dumps(
            {
                "when": when,
                "folder": str(tmp_path),
                "url": there.server.url,
                "token": there.token(RITA),
                "word": values,
            }
        ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert len(there.history("release-7")) == (1 if when == "after" else 0)
    servers = with_token(tmp_path, there)
    (left,) = said_here(servers, [address_of(there.server.url)], SystemClock())
    assert left.where is Whereabouts.WAITS
    with open_library(tmp_path / "mine.db", create=True):
        pass
    for _ in range(2):
        outcome = synchronise(
            tmp_path / "mine.db",
            servers,
            connection(servers, there.server.url, there.token(RITA)),
            SystemClock(),
            Watching(),
        )
        assert outcome.error is None
    assert [each["id"] for each in there.history("release-7")] == ["made-at-the-desk"]
    assert said_here(servers, [address_of(there.server.url)], SystemClock()) == ()


def test_cancelled_before_it_is_on_disk_nothing_is_kept(there: Office, tmp_path: Path) -> None:
    from aitr_desktop.library.interruptible import InterruptedQuestionError

    servers = with_token(tmp_path, there)
    with pytest.raises(InterruptedQuestionError):
        hand_in(word(there), servers, address_of(there.server.url), SystemClock(), lambda: True)
    assert said_here(servers, [address_of(there.server.url)], SystemClock()) == ()
