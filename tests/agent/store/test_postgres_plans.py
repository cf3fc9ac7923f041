"""Each question that is asked often walks an index on PostgreSQL, in a library that leaves it a choice."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.comparing_policies import comparing
from tests.factories.library_rows import header_row, put_rows
from tests.factories.postgres_plans import plans
from tests.factories.reports import NOON
from tsr_agent.gate.baseline import SameAs
from tsr_agent.models.decision import BaselineSelect, GoNoGoDecision
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.history import Place, baseline_for
from tsr_agent.store.paging import PageKey, ReportFilter
from tsr_agent.store.records import Records, Span
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import reports
from tsr_agent.store.tokens import TokenRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.libraries import Databases
    from tsr_agent.store.engine import Library

REPO = "https://forge.example/acme/support-bot"
SEQUENTIAL = {"Seq Scan", "Sort", "Incremental Sort", "Bitmap Heap Scan"}

# Fifteen more of each row, a day apart.
CHANGED = {
    "id": "id || '-' || n",
    "codebase_sha": "encode(sha256((id || n)::bytea), 'hex')",
    "created_at": "created_at + n * 86400000000",
}
COLUMNS = reports.columns.keys()
MULTIPLY = (
    f"INSERT INTO test_summary_reports ({', '.join(COLUMNS)}) "
    f"SELECT {', '.join(CHANGED.get(name, name) for name in COLUMNS)} "
    "FROM test_summary_reports, generate_series(1::bigint, 15) n"
)
FILL = (
    "INSERT INTO report_documents (report_id, size, body) SELECT id, 1, '' FROM test_summary_reports",
    (
        "INSERT INTO decisions (report_id, kind, decision, evaluated_at, received_at, digest, size, body) "
        "SELECT id, 'local', go_no_go_decision, created_at, created_at, digest, 1, '' "
        "FROM test_summary_reports"
    ),
    (
        "INSERT INTO changes (seq, kind, report_id, codebase_repo, digest, size, received_at) SELECT "
        "row_number() OVER (), 'report', id, codebase_repo, encode(sha256(id::bytea), 'hex'), 1, created_at "
        "FROM test_summary_reports"
    ),
    "UPDATE change_counter SET last = (SELECT count(*) FROM changes)",
    (
        "INSERT INTO tokens (id, hash, role, subject, created_at, created_by, expires_at) SELECT n::text, "
        "encode(sha256(n::text::bytea), 'hex'), 'agent', 'ci', 0, 'admin', 1 FROM generate_series(1, 3000) n"
    ),
    (
        "INSERT INTO approvals (approval_id, report_id, report_digest, action, approved_by, approved_at, "
        "received_at, digest, size, body) SELECT n::text, id, digest, 'approve', 'ben', created_at, "
        "created_at, digest, 1, '' FROM (SELECT row_number() OVER () AS n, * "
        "FROM test_summary_reports LIMIT 5000) AS few"
    ),
)


@pytest.fixture(scope="module")
def large(databases: Databases) -> Iterator[Library]:
    """32,000 reports with their rows, and what the planner has to know about them."""
    with databases.library("postgresql") as library:
        put_rows(library, [header_row(number) for number in range(2_000)])
        with library.write() as connection:
            for statement in (MULTIPLY, *FILL, "ANALYZE"):
                connection.exec_driver_sql(statement)
        assert ReportRepository(library).count() == 32_000
        yield library


LISTED: list[tuple[ReportFilter, str]] = [
    (ReportFilter(), "ix_reports_created"),
    (ReportFilter(environment="staging"), "ix_reports_environment"),
    (ReportFilter(decision=GoNoGoDecision.NO_GO), "ix_reports_decision"),
    (ReportFilter(standing=GoNoGoDecision.PENDING_REVIEW), "ix_reports_standing"),
    (ReportFilter(branch="main"), "ix_reports_branch"),
    (ReportFilter(repositories=(REPO,)), "ix_reports_repo"),
    (ReportFilter(created_from=NOON, created_to=NOON + timedelta(days=9)), "ix_reports_created"),
    (ReportFilter(sha_prefix="a"), "ix_reports_created"),
    (ReportFilter(text="main"), "ix_reports_created"),
]


@pytest.mark.parametrize(("narrowed", "index"), LISTED, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize(("after", "reverse"), list(product((False, True), repeat=2)))
def test_a_page_walks_an_index_wherever_it_begins(
    large: Library, narrowed: ReportFilter, index: str, after: bool, reverse: bool
) -> None:
    key = PageKey(NOON + timedelta(days=7), "middle") if after else None
    ((*steps,),) = plans(
        large, lambda library: ReportRepository(library).page(narrowed, after=key, reverse=reverse, limit=100)
    )
    assert not {step.kind for step in steps} & SEQUENTIAL, steps
    used = [step for step in steps if step.index]
    # Every row is of the one repository, so that walking all of them serves that question as well.
    assert [step.index for step in used] in ([index], ["ix_reports_created"]), steps
    if after:
        assert "ROW(created_at, " in used[0].condition, steps
        assert (
            "ROW(created_at, (id)::text)" in used[0].condition or "ROW(created_at, id)" in used[0].condition
        )


PLACE = Place(
    environment="staging",
    repository=REPO,
    branch="main",
    created_at=NOON + timedelta(days=7),
    report_id="middle",
)
ASKED: dict[str, tuple[Callable[[Library], Any], set[str]]] = {
    "one row": (lambda library: ReportRepository(library).row("x"), {"pk_test_summary_reports"}),
    "its document": (
        lambda library: quietly(lambda: ReportRepository(library).document("x")),
        {"pk_test_summary_reports", "pk_report_documents"},
    ),
    "its decision": (
        lambda library: quietly(lambda: ReportRepository(library).decision("x")),
        {"pk_test_summary_reports", "uq_decisions_report_id_digest"},
    ),
    "what is on record": (
        lambda library: ApprovalRepository(library).on_record("x"),
        {
            "pk_test_summary_reports",
            "pk_report_documents",
            "uq_decisions_report_id_digest",
            "ix_approvals_report_id",
            "ix_changes_report_id",
        },
    ),
    "a page of the feed": (
        lambda library: ChangeFeed(library).page(15_000, limit=500),
        {"pk_changes", "pk_change_counter"},
    ),
    "a document of the feed": (
        lambda library: ChangeFeed(library).document("a" * 64),
        {"ix_changes_digest", "pk_changes"},
    ),
    "a token": (lambda library: TokenRepository(library).find("x"), {"pk_tokens"}),
    "the environments": (
        lambda library: ReportRepository(library).environments(),
        {"ix_reports_environment"},
    ),
    "the branches": (lambda library: ReportRepository(library).branches(), {"ix_reports_branch"}),
    "all in order": (
        lambda library: quietly(lambda: next(iter(Records(library, Span())))),
        {
            "ix_reports_created",
            "pk_report_documents",
            "uq_decisions_report_id_digest",
            "pk_decisions",
            "ix_reports_digest",
        },
    ),
    "the baseline of a branch": (
        lambda library: quietly(
            lambda: baseline_for(library, comparing(select=BaselineSelect.PREVIOUS), PLACE, NOON)
        ),
        {
            "ix_reports_branch",
            "ix_reports_created",
            "uq_decisions_report_id_digest",
            "ix_approvals_report_id",
            "pk_report_documents",
        },
    ),
    "the baseline of any": (
        lambda library: quietly(
            lambda: baseline_for(
                library,
                comparing(select=BaselineSelect.PREVIOUS, same=(SameAs.REPOSITORY,)),
                PLACE,
                NOON,
            )
        ),
        {
            "ix_reports_created",
            "uq_decisions_report_id_digest",
            "ix_approvals_report_id",
            "pk_report_documents",
        },
    ),
}


def quietly(ask: Callable[[], object]) -> None:
    """Asks, whatever comes of it: these rows stand for documents that are not there."""
    from tsr_agent.errors import TsrError

    try:
        ask()
    except TsrError:
        return


@pytest.mark.parametrize("what", ASKED)
def test_what_is_asked_often_reads_only_what_it_needs(large: Library, what: str) -> None:
    ask, indexes = ASKED[what]
    for steps in plans(large, ask):
        assert "Seq Scan" not in {step.kind for step in steps} or is_counter(steps), steps
        assert {step.index for step in steps if step.index} <= indexes, steps


def is_counter(steps: list[Any]) -> bool:
    """The one table of one row, which is read as a whole."""
    return [step.kind for step in steps] == ["Seq Scan"]
