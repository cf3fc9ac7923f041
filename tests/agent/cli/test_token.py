"""``tsr-agent token``: made, shown once, listed, ended."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tsr_agent.models import tokens as token_form
from tsr_agent.store.database import open_database
from tsr_agent.store.tokens import TokenRepository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent


@pytest.fixture
def database(tmp_path: Path) -> str:
    where = str(tmp_path / "aitr.db")
    open_database(where, create=True).close()
    return where


def test_a_token_is_shown_once_and_kept_as_its_hash(agent: Agent, database: str) -> None:
    done = agent("token", "create", "--role", "agent", "--database", database)
    assert done.returncode == 0, done.stderr
    token = token_form.parse(done.stdout.strip())
    assert token is not None
    assert done.stdout.strip() not in done.stderr
    assert "good until" in done.stderr
    with open_database(database) as library:
        known = TokenRepository(library).find(token.id)
    assert known is not None
    assert known.hash == token.hash
    listed = agent("token", "list", "--database", database)
    assert token.id in listed.stdout
    assert done.stdout.strip()[17:] not in listed.stdout


def test_one_that_is_ended_stays_in_the_list(agent: Agent, database: str) -> None:
    made = json.loads(
        agent(
            "token",
            "create",
            "--role",
            "tech_lead",
            "--subject",
            "Ada Lovelace",
            "--json",
            AITR_DATABASE=database,
        ).stdout
    )
    assert (made["subject"], made["role"]) == ("Ada Lovelace", "tech_lead")
    done = agent("token", "revoke", made["id"], AITR_DATABASE=database)
    assert (done.returncode, made["id"] in done.stdout) == (0, True)
    (listed,) = json.loads(agent("token", "list", "--json", AITR_DATABASE=database).stdout)["tokens"]
    assert listed["revoked_at"] is not None
    assert "token" not in listed
    assert "revoked" in agent("token", "list", AITR_DATABASE=database).stdout


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--role", "viewer"], "needs the name"),
        (["--role", "root"], "invalid choice"),
        (["--role", "viewer", "--subject", ""], "is empty"),
        (["--role", "viewer", "--subject", "a\nb"], "can't be printed"),
        (
            ["--role", "viewer", "--subject", "Ada", "--project", "https://a.example/b/c"],
            "never for one project",
        ),
        (["--role", "agent", "--project", "here"], "no address"),
        (["--role", "agent", "--expires", "366d"], "at most 365 days"),
        (["--role", "agent", "--expires", "0d"], "expired from the start"),
        (["--role", "agent", "--expires", "2020-01-01"], "expired from the start"),
        (["--role", "agent", "--expires", "soon"], "neither a number of days"),
        (["--role", "agent", "--expires", "99999d"], "neither a number of days"),
    ],
)
def test_a_token_that_can_not_be_is_not_made(
    agent: Agent, database: str, options: list[str], word: str
) -> None:
    done = agent("token", "create", *options, "--database", database)
    assert (done.returncode, done.stdout) == (2, "")
    assert word in done.stderr
    assert "no token yet" in agent("token", "list", "--database", database).stdout


def test_an_end_is_a_number_of_days_or_a_day(agent: Agent, database: str) -> None:
    now = datetime.now(UTC)
    made = [
        json.loads(
            agent("token", "create", "--role", "agent", "--json", "--database", database, *options).stdout
        )["expires_at"]
        for options in ([], ["--expires", "7d"], ["--expires", f"{now + timedelta(days=9):%Y-%m-%d}"])
    ]
    days = [(datetime.fromisoformat(each) - now) / timedelta(days=1) for each in made]
    assert days[0] == pytest.approx(90, abs=0.01)
    assert days[1] == pytest.approx(7, abs=0.01)
    assert made[2].endswith("T00:00:00Z")


def test_a_project_s_credentials_are_left_out(agent: Agent, database: str) -> None:
    address = "https://ada:secret@git.example.org/team/app.git"
    done = agent("token", "create", "--role", "agent", "--project", address, "--json", "--database", database)
    assert json.loads(done.stdout)["project"] == "https://git.example.org/team/app.git"


def test_no_database_is_made_or_guessed(agent: Agent, tmp_path: Path) -> None:
    for command in (["create", "--role", "agent"], ["list"], ["revoke", "abcdefgh"]):
        assert agent("token", *command).returncode == 2
        missing = agent("token", *command, "--database", str(tmp_path / "missing.db"))
        assert missing.returncode == 2
        assert "Traceback" not in missing.stderr
    assert list(tmp_path.glob("*.db")) == []


def test_a_token_in_the_place_of_an_id_is_not_repeated(agent: Agent, database: str) -> None:
    token = agent("token", "create", "--role", "agent", "--database", database).stdout.strip()
    done = agent("token", "revoke", token, "--database", database)
    assert done.returncode == 2
    assert token not in done.stdout + done.stderr
    assert agent("token", "revoke", "absent00", "--database", database).returncode == 2
