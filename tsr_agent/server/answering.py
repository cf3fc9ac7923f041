"""Whether a report may be released: the answer that a pipeline acts on.

Whatever is doubtful is no GO: a policy that was replaced since, another commit, another environment, a
record that does not fit together.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.approvals import basis_digest
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.gate.wording import plain
from tsr_agent.models.api import GoNoGo
from tsr_agent.server.problems import Kind, RefusalError
from tsr_agent.server.receiving import is_by, no_report
from tsr_agent.server.verdicts import NOT_IN_FORCE, reason_of, summary, verdict_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from tsr_agent.clock import Clock
    from tsr_agent.models.decision import Decision
    from tsr_agent.server.policies_in_force import PoliciesInForce
    from tsr_agent.server.queries import ReleaseQuery
    from tsr_agent.server.receiving import MaySee
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.on_record import OnRecord
    from tsr_agent.store.rulebooks import Rulebook

_KEPT = 1_024
"""Most answers that are kept written."""
_LAST_FIELD = b'"answered_at":'


@dataclass(frozen=True)
class _Written:
    """An answer up to its moment, good for as long as the record and the policy stay what they are."""

    known: OnRecord
    rulebook: Rulebook
    day: date
    """An exception ends with a day."""
    beginning: bytes


class Answering:
    """Answers whether reports may be released. May be used from several threads at once.

    Args:
        approvals: What is on record about reports.
        policies: What is in force.
        clock: The server's.
    """

    def __init__(self, approvals: ApprovalRepository, policies: PoliciesInForce, clock: Clock) -> None:
        self._approvals = approvals
        self._policies = policies
        self._clock = clock
        self._written: OrderedDict[str, _Written] = OrderedDict()
        self._lock = threading.Lock()

    def go_no_go(self, report_id: str, wanted: ReleaseQuery, may_see: MaySee, now: datetime) -> bytes:
        """The answer as JSON, a ``models.api.GoNoGo``.

        Args:
            report_id: Of the report.
            wanted: What is to be released and where to; nothing takes whatever it was decided for.
            may_see: Of the token.
            now: The server's time.

        Raises:
            RefusalError: No such report for this token, no decision yet, or the decision is about another
                commit or environment.
            IntegrityError: The record was altered.
            StoreError: The database can't be read.
        """
        known = self.on_record(report_id, may_see)
        decision, where = decided(known), wanted.environment
        if wanted.commit is not None:
            _refuse_other_commit(known, wanted.commit)
        if where is not None and environment_key(where) != environment_key(decision.environment):
            raise _other_environment(known, decision, where)
        return b"%s%s}" % (self._beginning(known, now), msgspec.json.encode(now))

    def on_record(self, report_id: str, may_see: MaySee) -> OnRecord:
        """What is on record about a report that the token may see.

        Raises:
            RefusalError: There is none.
            IntegrityError: It was altered.
            StoreError: The database can't be read.
        """
        known = self._approvals.on_record(report_id)
        if known is None or not may_see(known.codebase_repo):
            raise no_report()
        return known

    def is_in_force(self, known: OnRecord) -> bool:
        """Whether what decided, the policy and its exceptions, is what would decide now."""
        return is_by(known.decision, self._policies.rulebook_for(known.codebase_repo), self._clock.now())

    def _beginning(self, known: OnRecord, now: datetime) -> bytes:
        rulebook, day = self._policies.rulebook_for(known.codebase_repo), now.astimezone(UTC).date()
        with self._lock:
            written = self._written.get(known.report_id)
            # What is on record and what judges are the same objects for as long as they say the same.
            same = written is not None and written.known is known and written.rulebook is rulebook
            if written is not None and same and written.day == day:
                self._written.move_to_end(known.report_id)
                return written.beginning
        answer = msgspec.json.encode(answer_of(known, now, in_force=is_by(known.decision, rulebook, now)))
        beginning = answer[: answer.rindex(_LAST_FIELD) + len(_LAST_FIELD)]
        with self._lock:
            self._written[known.report_id] = _Written(known, rulebook, day, beginning)
            if len(self._written) > _KEPT:
                self._written.popitem(last=False)
        return beginning


def decided(known: OnRecord) -> Decision:
    """The decision on record.

    Raises:
        RefusalError: None was taken: the report came in by another way than an upload.
    """
    if known.decision is None:
        raise RefusalError(
            Kind.CONFLICT,
            f"No decision has been taken about report {known.report_id}.",
            next_step=f"Have it decided: POST /api/tsr/{known.report_id}/decisions",
        )
    return known.decision


def answer_of(known: OnRecord, now: datetime, *, in_force: bool) -> GoNoGo:
    """Everything that there is to say about the release of a report.

    Raises:
        RefusalError: No decision was taken.
    """
    decision, verdict = decided(known), verdict_of(known, in_force=in_force)
    return GoNoGo(
        decision=verdict,
        reason=reason_of(known, decision, in_force=in_force),
        blocking_issues=decision.blocking_issues,
        review_issues=(*decision.review_issues, *(() if in_force else (NOT_IN_FORCE,))),
        warnings=decision.warnings,
        manual_approval_required=decision.manual_approval_required,
        decided=decision.decision,
        approval=summary(known.standing),
        report_id=known.report_id,
        report_digest=known.report_digest,
        decision_digest=known.decision_digest or "",
        basis_digest=basis_digest(decision),
        policy=decision.policy,
        policy_in_force=in_force,
        environment=decision.environment,
        codebase_sha=known.codebase_sha,
        tested_sha=known.tested_sha,
        codebase_repo=known.codebase_repo,
        evaluated_at=decision.evaluated_at,
        answered_at=now,
    )


def _refuse_other_commit(known: OnRecord, commit: str) -> None:
    """Holds the commit whose files were tested against the one that is to be released.

    Raises:
        RefusalError: It is another one, or what was tested is not known to be a commit as it is.
    """
    if known.tested_sha != commit:
        about = f"Report {known.report_id} is about commit {known.codebase_sha}"
        if known.tested_sha is None:
            about += "; what was tested is another one"
        elif known.tested_sha != known.codebase_sha:
            about += f"; what was tested is commit {known.tested_sha}, the merge of it"
        raise RefusalError(Kind.CONFLICT, f"{about}.", next_step="Judge and release the same commit.")
    if known.dirty is not False:
        why = "held changes" if known.dirty else "was not looked at"
        raise RefusalError(
            Kind.CONFLICT,
            f"Report {known.report_id} is not known to be about commit {commit} as it is: "
            f"the working tree {why}.",
            next_step="Judge a clean checkout, made where git can look at it.",
        )


def _other_environment(known: OnRecord, decision: Decision, environment: str) -> RefusalError:
    return RefusalError(
        Kind.CONFLICT,
        f"Report {known.report_id} was decided for environment {plain(decision.environment)!r}, "
        f"not for {plain(environment)!r}.",
        next_step="Make a report for that environment, and ask for it.",
    )
