"""Lists of reports, page by page, of what a token may see."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.models.api import ReportPage, ReportSummary
from tsr_agent.server.problems import Kind, RefusalError
from tsr_agent.store.column_types import EARLIEST, LATEST, from_microseconds, to_microseconds
from tsr_agent.store.paging import PageKey, ReportFilter
from tsr_agent.store.spellings import spellings

if TYPE_CHECKING:
    from tsr_agent.server.queries import ListQuery, NewestQuery
    from tsr_agent.store.paging import ReportRow
    from tsr_agent.store.repository import ReportRepository

_CURSOR = re.compile(r"([0-9]{1,18}):([A-Za-z0-9][A-Za-z0-9._-]{0,99})")


class Listing:
    """Lists reports. May be used from several threads at once.

    Args:
        reports: On record.
    """

    def __init__(self, reports: ReportRepository) -> None:
        self._reports = reports

    def page(self, wanted: ListQuery, project: str | None) -> ReportPage:
        """Some reports, the newest first.

        Args:
            wanted: What the list is narrowed to, and which piece of it.
            project: The only repository that the token is good for; None for all.

        Raises:
            RefusalError: A cursor that no page gave.
            StoreError: The database can't be read.
        """
        after = None if wanted.cursor is None else _key_of(wanted.cursor)
        narrowed = ReportFilter(
            environment=wanted.environment,
            branch=wanted.branch,
            repositories=self._repositories(wanted.repository, project),
            standing=wanted.decision,
            sha_prefix=wanted.sha or "",
            created_from=wanted.created_from,
            created_to=wanted.created_to,
            text=wanted.text or "",
        )
        found = self._reports.page(narrowed, after=after, limit=wanted.limit)
        return ReportPage(
            items=tuple(_summary(row) for row in found.rows),
            next=_cursor_of(found.rows[-1].key) if found.more else None,
        )

    def newest(self, wanted: NewestQuery, project: str | None) -> str | None:
        """Id of the newest report; None where there is none.

        Raises:
            StoreError: The database can't be read.
        """
        narrowed = ReportFilter(
            environment=wanted.environment,
            branch=wanted.branch,
            repositories=self._repositories(wanted.repository, project),
        )
        found = self._reports.latest(narrowed)
        return None if found is None else found.id

    def _repositories(self, wanted: str | None, project: str | None) -> tuple[str, ...] | None:
        if project is not None and wanted is not None and repository_key(wanted) != repository_key(project):
            return ()
        asked = wanted if project is None else project
        return None if asked is None else spellings(self._reports.library, asked)


def _summary(row: ReportRow) -> ReportSummary:
    return ReportSummary(
        id=row.id,
        created_at=row.created_at,
        received_at=row.received_at,
        digest=row.digest,
        triggered_by=row.triggered_by,
        environment=row.environment,
        overall_status=row.overall_status,
        go_no_go_decision=row.standing,
        decided=row.decision,
        claimed_decision=row.claimed_decision,
        decision_reason=row.reason,
        codebase_sha=row.codebase_sha,
        codebase_branch=row.branch,
        codebase_repo=row.repo,
        prompts_version=row.prompts_version,
        policy_name=row.policy_name,
        policy_version=row.policy_version,
        manual_approval_required=row.manual_approval_required,
        approval_state=row.approval_state,
    )


def _cursor_of(key: PageKey) -> str:
    return (
        base64.urlsafe_b64encode(f"{to_microseconds(key.created_at)}:{key.id}".encode()).decode().rstrip("=")
    )


def _key_of(cursor: str) -> PageKey:
    """The place that a cursor stands for.

    Raises:
        RefusalError: No page of ours gave it.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (binascii.Error, ValueError):
        text = ""
    found = _CURSOR.fullmatch(text)
    if found is not None and int(found[1]) <= to_microseconds(LATEST):
        key = PageKey(from_microseconds(int(found[1])), found[2])
        if key.created_at >= EARLIEST and _cursor_of(key) == cursor:
            return key
    raise RefusalError(
        Kind.PARAMETER,
        "The cursor is none that a page of this list gave.",
        next_step="Take 'next' of the page before as it is, or leave it out to start at the newest.",
        errors=["cursor: not known here"],
    )
