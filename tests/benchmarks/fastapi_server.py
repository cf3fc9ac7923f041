"""The peer: SEED.md's upload and go-no-go written with FastAPI, pydantic and SQLAlchemy, as most would today.

It looks its token up, validates the report, decides by two comparisons and writes SEED.md's four tables
and the document. Run as a process: ``python -m tests.benchmarks.fastapi_server DATABASE TOKEN_HASH``.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tests.benchmarks.bare_server import serve

Sha = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
Count = Annotated[int, Field(ge=0, le=2**53)]


class Model(BaseModel):
    """What is not looked at here is kept as it is, which spares the peer work."""

    model_config = ConfigDict(extra="allow")


class Versions(Model):
    """Commits of a report."""

    codebase_sha: Sha
    codebase_branch: str = ""
    testbase_sha: Sha
    prompts_sha: Sha


class Case(Model):
    """One test case."""

    id: str
    name: str
    status: str
    duration_ms: float | None = None
    message: str = ""


class Result(Model):
    """The tests of one type."""

    test_type: str
    total: Count = 0
    passed: Count = 0
    failed: Count = 0
    skipped: Count = 0
    duration_ms: float = 0
    test_cases: list[Case] = []


class Iteration(Model):
    """One eval iteration."""

    iteration: Count
    version_name: str
    outcome: str
    metrics: Any


class Requirement(Model):
    """One requirement."""

    requirement_id: str
    requirement_text: str
    test_ids: list[str]
    coverage_status: str
    verification_status: str


class Report(Model):
    """A Test Summary Report."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    created_at: AwareDatetime
    triggered_by: str = "manual"
    environment: str = "test"
    versions: Versions
    test_results: list[Result] = []
    eval_iterations: list[Iteration] = []
    requirement_coverage: list[Requirement] = []


class Answer(BaseModel):
    """SEED.md's go-no-go."""

    decision: str
    reason: str
    blocking_issues: list[str]
    warnings: list[str]
    manual_approval_required: bool


metadata = sa.MetaData()
reports = sa.Table(
    "peer_reports",
    metadata,
    sa.Column("id", sa.String(100), primary_key=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("environment", sa.String(50), nullable=False),
    sa.Column("decision", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("blocking_issues", sa.JSON, nullable=False),
    sa.Column("warnings", sa.JSON, nullable=False),
    sa.Column("codebase_sha", sa.String(64), nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
)
results = sa.Table(
    "peer_results",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tsr_id", sa.ForeignKey("peer_reports.id"), nullable=False),
    sa.Column("test_type", sa.String(50), nullable=False),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("total", "passed", "failed", "skipped")),
)
iterations = sa.Table(
    "peer_iterations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tsr_id", sa.ForeignKey("peer_reports.id"), nullable=False),
    sa.Column("iteration", sa.BigInteger, nullable=False),
    sa.Column("metrics", sa.JSON, nullable=False),
)
requirements = sa.Table(
    "peer_requirements",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tsr_id", sa.ForeignKey("peer_reports.id"), nullable=False),
    sa.Column("requirement_id", sa.Text, nullable=False),
    sa.Column("test_ids", sa.JSON, nullable=False),
)
tokens = sa.Table("peer_tokens", metadata, sa.Column("hash", sa.String(64), primary_key=True))


def build(database: str, token_hash: str) -> FastAPI:
    """The application on a database of its own."""
    engine = sa.create_engine(database, pool_size=8, connect_args=_connect_args(database))
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = FULL"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(tokens), {"hash": token_hash})
    app = FastAPI()

    def authenticated(authorization: Annotated[str, Header()]) -> None:
        digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
        with engine.connect() as connection:
            if connection.execute(sa.select(tokens).where(tokens.c.hash == digest)).first() is None:
                raise HTTPException(401)

    @app.post("/api/tsr", status_code=201, dependencies=[Depends(authenticated)])
    def create(report: Report) -> dict[str, str]:
        decision = _decide(report)
        with engine.begin() as connection:
            connection.execute(sa.insert(reports), _row(report, decision))
            _insert_all(connection, report)
        return {"id": report.id, "go_no_go_decision": decision}

    @app.get("/api/tsr/{report_id}/go-no-go", dependencies=[Depends(authenticated)])
    def go_no_go(report_id: str) -> Answer:
        with engine.connect() as connection:
            found = connection.execute(sa.select(reports).where(reports.c.id == report_id)).one_or_none()
        if found is None:
            raise HTTPException(404)
        return Answer(
            decision=found.decision,
            reason=found.reason,
            blocking_issues=found.blocking_issues,
            warnings=found.warnings,
            manual_approval_required=False,
        )

    return app


def _decide(report: Report) -> str:
    failed = any(each.failed for each in report.test_results)
    verified = [each for each in report.requirement_coverage if each.verification_status == "verified"]
    covered = len(verified) >= 0.95 * len(report.requirement_coverage)
    return "no_go" if failed or not covered else "go"


def _row(report: Report, decision: str) -> dict[str, Any]:
    return {
        "id": report.id,
        "created_at": int(datetime.now(UTC).timestamp() * 1e6),
        "environment": report.environment,
        "decision": decision,
        "reason": "All checks passed",
        "blocking_issues": [],
        "warnings": [],
        "codebase_sha": report.versions.codebase_sha,
        "document": report.model_dump_json().encode(),
    }


def _insert_all(connection: sa.Connection, report: Report) -> None:
    for table, rows in (
        (
            results,
            [
                {name: getattr(each, name) for name in ("test_type", "total", "passed", "failed", "skipped")}
                for each in report.test_results
            ],
        ),
        (iterations, [{"iteration": e.iteration, "metrics": e.metrics} for e in report.eval_iterations]),
        (
            requirements,
            [
                {"requirement_id": each.requirement_id, "test_ids": each.test_ids}
                for each in report.requirement_coverage
            ],
        ),
    ):
        if rows:
            connection.execute(sa.insert(table), [{"tsr_id": report.id, **row} for row in rows])


def _connect_args(database: str) -> dict[str, Any]:
    return {"timeout": 30} if database.startswith("sqlite") else {}


if __name__ == "__main__":
    serve(build(sys.argv[1], sys.argv[2]))
