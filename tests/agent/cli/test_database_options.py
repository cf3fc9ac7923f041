from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

from tsr_agent.cli.database_options import add_database_option, named_database, required_database
from tsr_agent.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://aitr:hunter2@db/aitr",
        "postgres://aitr:hunter2@db/aitr",
        "postgresql+psycopg://aitr:hunter2@db/aitr",
        "POSTGRESQL://aitr:hunter2@db/aitr",
        "postgresql://aitr:@db/aitr",
        "postgresql://db/aitr?password=hunter2",
        "postgresql://db/aitr?sslmode=require&PassWord=hunter2",
        "postgresql://[db:hunter2@x/aitr",
    ],
)
def test_a_password_on_the_command_line_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        named_database(url, {})
    assert "hunter2" not in "\n".join(caught.value.diagnostics())


@pytest.mark.parametrize(
    "url", ["aitr.db", "sqlite:////var/lib/aitr/a:b@c.db", "postgresql://aitr@db/aitr", "postgresql:///aitr"]
)
def test_the_option_wins_over_the_variable(url: str) -> None:
    assert named_database(url, {"AITR_DATABASE": "postgresql://u:secret@db/other"}) == url


def test_the_variable_may_hold_a_password() -> None:
    url = "postgresql://u:secret@db/aitr"
    assert required_database(None, {"AITR_DATABASE": url}) == url


def test_an_empty_variable_is_not_the_default() -> None:
    with pytest.raises(UsageError, match="AITR_DATABASE is empty"):
        named_database(None, {"AITR_DATABASE": " "})


@pytest.mark.parametrize(
    ("url", "sign"), [("postgresql://u@db/aitr", "?"), ("postgresql://db/a?sslmode=require", "&")]
)
def test_a_password_comes_from_a_file_by_whichever_way_the_url_came(
    tmp_path: Path, url: str, sign: str
) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss/w&rd?=%\n")
    environ = {"AITR_DATABASE_PASSWORD_FILE": str(file)}
    whole = f"{url}{sign}password=p%40ss%2Fw%26rd%3F%3D%25"
    assert named_database(url, environ) == whole
    assert named_database(None, environ | {"AITR_DATABASE": url}) == whole
    # A file needs none.
    assert named_database("aitr.db", environ) == "aitr.db"


@pytest.mark.parametrize("content", [b"", b"\n", b"one\ntwo\n", b"\xff\xfe", b"x" * 5_000, None])
def test_a_file_without_a_password_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match="AITR_DATABASE_PASSWORD_FILE"):
        named_database("postgresql://u@db/aitr", {"AITR_DATABASE_PASSWORD_FILE": str(file)})


def test_two_passwords_are_one_too_many(tmp_path: Path) -> None:
    environ = {"AITR_DATABASE": "postgresql://u:x@db/a", "AITR_DATABASE_PASSWORD_FILE": str(tmp_path / "p")}
    with pytest.raises(UsageError, match="names another"):
        named_database(None, environ)


def test_no_database_at_all_is_said() -> None:
    assert named_database(None, {}) is None
    with pytest.raises(UsageError, match="No database is named"):
        required_database(None, {})


def test_an_empty_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_database_option(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--database", ""])
    assert "is empty" in capsys.readouterr().err
