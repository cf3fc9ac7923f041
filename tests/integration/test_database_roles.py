"""The database users that ``packaging/server`` makes: each may do its part, and nothing more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest
import requests

from tests.factories.reports import report
from tests.factories.servers import bearer, running_server
from tests.libraries import *  # noqa: F403  (its fixtures)
from tsr_agent.models import codec
from tsr_agent.models.access import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Agent
    from tests.postgres import PostgresServer

    AddressOf = Callable[[str], str]

ROLES = ("aitr_owner", "aitr_server", "aitr_backup")
PASSWORD = "0123456789abcdef"

pytestmark = pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed")


def make_roles(project_dir: Path, address: str, secrets: Path) -> subprocess.CompletedProcess[str]:
    """Runs the script as the image of PostgreSQL does."""
    return subprocess.run(
        [project_dir / "packaging" / "server" / "database-roles.sh"],
        env={"PATH": os.environ["PATH"], "SECRETS": str(secrets), "PGUSER": "aitr", "PGDATABASE": address},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder with the passwords."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name in ("owner", "server", "backup"):
        (folder / f"{name}_password").write_text(PASSWORD)
    return folder


@pytest.fixture
def address_of(project_dir: Path, postgres_server: PostgresServer, secrets: Path) -> Iterator[AddressOf]:
    """The address of a new database with the three users, as one of them."""
    name = postgres_server.make()
    address = postgres_server.address_of(name)
    assert address.startswith("postgresql://aitr@"), "needs the server that the tests start"
    done = make_roles(project_dir, address, secrets)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    yield lambda role: address.replace("aitr@", f"{role}@", 1)
    postgres_server.drop(name)
    with postgres_server.connect() as connection:
        for role in ROLES:
            connection.execute(f"DROP ROLE {role}".encode())


def test_each_user_does_its_part(
    agent: Agent, address_of: AddressOf, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    owner, server, backup = map(address_of, ROLES)
    with postgres_server.connect() as connection:
        found = connection.execute(
            "SELECT rolpassword, rolsuper FROM pg_authid WHERE rolname LIKE 'aitr\\_%'"
        )
        kept = found.fetchall()
    assert len(kept) == len(ROLES)
    assert all(password.startswith("SCRAM-SHA-256$") and not superuser for password, superuser in kept)

    refused = agent("db", "migrate", AITR_DATABASE=server)
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), refused.stderr
    for _ in range(2):
        made = agent("db", "migrate", "--grant", "aitr_server", AITR_DATABASE=owner)
        assert made.returncode == 0, made.stderr
    nobody = agent("db", "migrate", "--grant", "nobody", AITR_DATABASE=owner)
    assert (nobody.returncode, "no role 'nobody'" in nobody.stderr) == (2, True)

    with running_server(server, tmp_path) as running:
        headers = bearer(running.token(Role.AGENT)) | {"Content-Type": "application/json"}
        document = codec.encode(report())
        for status in (201, 200):
            answer = requests.post(f"{running.url}/api/tsr", data=document, headers=headers, timeout=60)
            assert answer.status_code == status, answer.text
        assert running.stop() == 0
        assert '"fault"' not in running.log()

    assert agent("db", "check", AITR_DATABASE=backup).returncode == 0
    written = agent("db", "backup", "--output", "b.db", "--json", AITR_DATABASE=backup)
    assert written.returncode == 0, written.stderr
    assert json.loads(written.stdout)["counts"]["reports"] == 1


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("aitr_server", "DELETE FROM test_summary_reports"),
        ("aitr_server", "UPDATE decisions SET size = 0"),
        ("aitr_server", "UPDATE changes SET digest = ''"),
        ("aitr_server", "UPDATE alembic_version SET version_num = '9'"),
        ("aitr_server", "TRUNCATE policies"),
        ("aitr_server", "ALTER TABLE approvals DISABLE TRIGGER ALL"),
        ("aitr_server", "CREATE TABLE aitr.mine ()"),
        ("aitr_server", "CREATE TABLE public.mine ()"),
        ("aitr_backup", "INSERT INTO sync_sources (url) VALUES ('x')"),
        ("aitr_backup", "UPDATE tokens SET role = 'admin'"),
        ("aitr_backup", "DELETE FROM webhook_deliveries"),
    ],
)
def test_no_user_does_another_s(agent: Agent, address_of: AddressOf, role: str, statement: str) -> None:
    made = agent("db", "migrate", "--grant", "aitr_server", AITR_DATABASE=address_of("aitr_owner"))
    assert made.returncode == 0, made.stderr
    with (
        psycopg.connect(address_of(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("password", ["", "short", "0123456789abcde'; DROP", "one\ntwo"])
def test_a_password_that_is_none_makes_nobody(
    project_dir: Path, postgres_address: str, postgres_server: PostgresServer, secrets: Path, password: str
) -> None:
    (secrets / "server_password").write_text(password)
    done = make_roles(project_dir, postgres_address, secrets)
    assert done.returncode == 2
    assert "server_password" in done.stderr
    with postgres_server.connect() as connection:
        found = connection.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'aitr\\_%'").fetchone()
    assert found == (0,)
