"""Libraries that follow one server through cuts, crashes and repetitions all come to the same state."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.factories.histories import LATER, decide_again, documents, say, standings, upload
from tests.factories.remotes import LibraryRemote
from tests.factories.servers import HandClock
from tsr_agent.errors import ServiceError
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository
from tsr_agent.sync.pull import Terms
from tsr_agent.sync.synchronise import synchronise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.api import ChangePage
    from tsr_agent.sync.results import SyncResult

URL = "https://aitr.example.org"
PEOPLE = ("Rita", "Ron", "Ruth")
REPORTS = tuple(f"r-{number}" for number in range(6))


class CrashError(BaseException):
    """What a crash looks like from inside: nothing catches it."""


@dataclass
class Wire(LibraryRemote):
    """A way to the server that fails after so many answers, or repeats the feed from further back."""

    answers: int = 1_000
    crash: bool = False
    fed: list[int] = field(default_factory=list)

    def _tick(self) -> None:
        self.answers -= 1
        if self.answers < 0:
            if self.crash:
                raise CrashError
            raise ServiceError("cut off")

    def changes(self, since: int, limit: int) -> ChangePage:
        self._tick()
        self.fed.append(since)
        # Small pages, so that there is much to be cut between.
        return super().changes(since, min(limit, 3))

    def documents(self, digests: Sequence[str]) -> list[bytes]:
        self._tick()
        return super().documents(digests)

    def document(self, digest: str) -> bytes:
        self._tick()
        return super().document(digest)


@dataclass
class Waiting:
    """What somebody said while they could not reach the server."""

    report: str
    action: ApprovalAction
    by: str
    name: str
    revokes: str | None = None
    sent: bool = False


class Convergence(RuleBasedStateMachine):
    """Two desktops, a server, and all that can happen between them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = HandClock(LATER)
        self.mine: list[Library] = []
        self.outboxes: list[list[Waiting]] = [[], []]
        self.said = 0
        self.acknowledged: set[str] = set()

    @initialize()
    def begin(self) -> None:
        empty = _empty()
        for name in ("server", "one", "two"):
            shutil.copy(empty, self.folder / f"{name}.db")
        self.server = open_library(self.folder / "server.db")
        self.mine = [open_library(self.folder / f"{name}.db") for name in ("one", "two")]

    def teardown(self) -> None:
        try:
            if self.mine:
                self.quiesce()
        finally:
            for each in (*self.mine, *([self.server] if self.mine else [])):
                each.close()
            shutil.rmtree(self.folder)

    def _there(self) -> list[str]:
        return sorted(standings(self.server))

    def _now(self) -> Any:
        self.clock.forward(timedelta(seconds=1))
        return self.clock.now()

    @rule(name=st.sampled_from(REPORTS), waits=st.booleans())
    def new_report(self, name: str, waits: bool) -> None:
        upload(self.server, name, waits=waits) if name not in self._there() else None

    @precondition(lambda self: self.mine and self._there())
    @rule(data=st.data())
    def server_decides_again(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self._there()))
        decide_again(self.server, name, self._now(), reason=f"Again at {self.clock.now()}")

    @precondition(lambda self: self.mine and any(standings(each) for each in self.mine))
    @rule(
        data=st.data(),
        who=st.integers(0, 1),
        by=st.sampled_from(PEOPLE),
        action=st.sampled_from([ApprovalAction.APPROVE, ApprovalAction.REJECT]),
    )
    def say_offline(self, data: st.DataObject, who: int, by: str, action: ApprovalAction) -> None:
        known = sorted(standings(self.mine[who]))
        if known:
            self.said += 1
            report = data.draw(st.sampled_from(known))
            self.outboxes[who].append(Waiting(report, action, by, f"said-{self.said}"))

    @precondition(lambda self: any(self.outboxes))
    @rule(data=st.data(), who=st.integers(0, 1))
    def revoke_offline(self, data: st.DataObject, who: int) -> None:
        before = [each for each in self.outboxes[who] if each.action is not ApprovalAction.REVOKE]
        if before:
            self.said += 1
            meant = data.draw(st.sampled_from(before))
            name = f"said-{self.said}"
            self.outboxes[who].append(
                Waiting(meant.report, ApprovalAction.REVOKE, meant.by, name, revokes=meant.name)
            )

    @precondition(lambda self: any(self.outboxes))
    @rule(data=st.data(), who=st.integers(0, 1), twice=st.booleans(), reorder=st.booleans())
    def push(self, data: st.DataObject, who: int, twice: bool, reorder: bool) -> None:
        """What was sent may be sent again, when the answer was lost, and in another order."""
        queue = self.outboxes[who]
        if reorder:
            queue = data.draw(st.permutations(queue))
        for each in [*queue, *queue] if twice else queue:
            self._send(each)

    def _send(self, each: Waiting) -> None:
        changed = {} if each.revokes is None else {"revokes": each.revokes}
        filed = say(
            self.server, each.report, each.action, by=each.by, id=each.name, moment=self._now(), **changed
        )
        assert filed.is_new is (each.name not in self.acknowledged)
        self.acknowledged.add(each.name)
        each.sent = True

    @precondition(lambda self: bool(self.mine))
    @rule(who=st.integers(0, 1), answers=st.integers(0, 8), crash=st.booleans())
    def sync_that_breaks(self, who: int, answers: int, crash: bool) -> None:
        try:
            self._sync(who, Wire(self.server, answers=answers, crash=crash))
        except CrashError:
            self._reopen(who)

    @precondition(lambda self: bool(self.mine))
    @rule(who=st.integers(0, 1))
    def sync(self, who: int) -> None:
        assert self._sync(who, Wire(self.server)).complete

    @precondition(lambda self: bool(self.mine))
    @rule(who=st.integers(0, 1))
    def forget_the_place(self, who: int) -> None:
        """A library that was restored from a copy without its place is given everything a second time."""
        with self.mine[who].write() as connection:
            connection.exec_driver_sql("DELETE FROM sync_sources")

    @precondition(lambda self: bool(self.mine))
    @rule(who=st.integers(0, 1), after=st.integers(0, 10))
    def sync_that_is_cancelled(self, who: int, after: int) -> None:
        left = after

        def cancelled() -> bool:
            nonlocal left
            left -= 1
            return left < 0

        self._sync(who, Wire(self.server), cancelled=cancelled)

    def _sync(self, who: int, wire: Wire, **terms: Any) -> SyncResult:
        result = synchronise(
            self.mine[who], URL, lambda: wire, Terms(clock=HandClock(LATER + timedelta(1)), **terms)
        )
        assert result.ended_by is None or isinstance(result.ended_by, ServiceError)
        assert result.conflicts == ()
        return result

    def _reopen(self, who: int) -> None:
        path = self.mine[who].path
        self.mine[who].close()
        self.mine[who] = open_library(path)

    @invariant()
    def libraries_hold_nothing_but_what_the_server_said(self) -> None:
        if self.mine:
            there = set(documents(self.server))
            assert all(set(documents(each)) <= there for each in self.mine)

    def quiesce(self) -> None:
        for who in (0, 1):
            for each in self.outboxes[who]:
                if not each.sent:
                    self._send(each)
        for who in (0, 1):
            assert self._sync(who, Wire(self.server)).complete
        there, stands = documents(self.server), standings(self.server)
        for each in self.mine:
            assert documents(each) == there
            assert standings(each) == stands
            assert check(each).damages == ()
        for where in (self.server, *self.mine):
            self._disagreement_waits(where)

    def _disagreement_waits(self, where: Library) -> None:
        """Whoever approves what somebody else rejects leaves it waiting, wherever it is looked at."""
        from tsr_agent.store.approvals import ApprovalRepository

        said = {each.name for box in self.outboxes for each in box}
        recorded: set[str] = set()
        for name in standings(where):
            found = ApprovalRepository(where).on_record(name)
            assert found is not None
            recorded |= {each.id for each in found.approvals}
            stands = found.standing
            if stands is not None and stands.approved_by and stands.rejected_by:
                row = ReportRepository(where).row(name)
                assert row is not None
                # Where nobody was asked to approve, the rejection alone counts: stricter still.
                asked = stands.needed > 0 and found.decision is not None
                blocked = not asked or found.decision.decision is GoNoGoDecision.NO_GO
                waits = GoNoGoDecision.NO_GO if blocked else GoNoGoDecision.PENDING_REVIEW
                assert row.standing is found.released is waits
        assert recorded == said, "what somebody said was lost"


def _empty() -> Path:
    """An empty library, made once."""
    path = Path(tempfile.gettempdir()) / f"aitr-empty-{os.getpid()}.db"
    if not path.exists():
        open_library(path, create=True).close()
    return path


@pytest.fixture(scope="module", autouse=True)
def _no_leftover() -> Any:
    yield
    (Path(tempfile.gettempdir()) / f"aitr-empty-{os.getpid()}.db").unlink(missing_ok=True)


LONG = os.environ.get("AITR_TEST_LONG") == "1"
TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    max_examples=500 if LONG else 15, stateful_step_count=30 if LONG else 12, deadline=None
)
