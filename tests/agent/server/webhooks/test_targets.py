from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tsr_agent.errors import UsageError
from tsr_agent.server.webhooks.targets import Event, Webhook, read_webhooks

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "T0000/B0000/XXXXs3cr3tXXXX"
SLACK = f"https://hooks.slack.com/services/{SECRET}"
ENTRY = """
[[webhook]]
name = "releases"
url_env = "RELEASES_URL"
events = ["no_go", "approved"]
"""


def read(folder: Path, text: str, url: str = SLACK) -> tuple[Webhook, ...]:
    path = folder / "webhooks.toml"
    path.write_text(text)
    return read_webhooks(path, {"RELEASES_URL": url})


def refused(folder: Path, text: str, url: str = SLACK) -> str:
    with pytest.raises(UsageError) as caught:
        read(folder, text, url)
    said = "\n".join(caught.value.diagnostics())
    assert "s3cr3t" not in said
    return said


def test_a_slack_webhook_needs_a_name_a_variable_and_its_events(tmp_path: Path) -> None:
    (found,) = read(tmp_path, ENTRY)
    assert (found.name, found.events) == ("releases", {Event.NO_GO, Event.APPROVED})
    address = found.address
    assert (address.secure, address.host, address.port, address.private) == (
        True, "hooks.slack.com", 443, False,
    )  # fmt: skip
    assert address.path == f"/services/{SECRET}"
    assert "s3cr3t" not in repr(found)


def test_the_address_may_be_in_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "slack.url").write_text(f"{SLACK}\n")
    (found,) = read(tmp_path, ENTRY.replace("url_env", "url_file").replace("RELEASES_URL", "slack.url"))
    assert found.address.path == f"/services/{SECRET}"
    (tmp_path / "slack.url").write_text("\n")
    assert "is empty" in refused(
        tmp_path, ENTRY.replace("url_env", "url_file").replace("RELEASES_URL", "slack.url")
    )


def test_it_is_told_of_its_repositories_and_events_only(tmp_path: Path) -> None:
    (found,) = read(tmp_path, ENTRY + 'repositories = ["https://git.example/team/app"]')
    assert found.wants(Event.NO_GO, "git@git.example:team/app.git")
    assert not found.wants(Event.NO_GO, "https://git.example/team/other")
    assert not found.wants(Event.REJECTED, "https://git.example/team/app")
    (all_of_them,) = read(tmp_path, ENTRY)
    assert all_of_them.wants(Event.APPROVED, "")


@pytest.mark.parametrize(
    "url",
    [
        f"http://hooks.slack.com/{SECRET}",
        f"https://hooks.slack.com.evil.example/{SECRET}",
        f"https://HOOKS.slack.com@evil.example/{SECRET}",
        f"https://user:s3cr3t@hooks.slack.com/{SECRET}",
        f"https://hooks.slack.com:8443/{SECRET}",
        f"https://evil.example/{SECRET}",
        f"https://hooks.slack.com\\@evil.example/{SECRET}",
        f"https://hooks.slack.com/{SECRET} HTTP/1.1\r\nX-Injected: s3cr3t",
        f"https://hooks.slack.com/{SECRET}#s3cr3t",
        "ftp://hooks.slack.com/s3cr3t",
        "https:///s3cr3t",
        "https://hooks.slack.com:99999/s3cr3t",
        "s3cr3t",
        "https://hooks.slack.com/" + "s3cr3t" * 500,
        "https://hooks.slack.com/secré",
    ],
)
def test_no_other_address_is_taken_and_none_is_quoted(tmp_path: Path, url: str) -> None:
    assert "can't be used" in refused(tmp_path, ENTRY, url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "[::1]", "2130706433", "0x7f.1"]
)
def test_an_ip_address_is_taken_only_where_the_file_says_that_it_is_private(
    tmp_path: Path, host: str
) -> None:
    url = f"https://{host}/s3cr3t"
    assert "not among allowed_hosts" in refused(tmp_path, ENTRY, url)
    assert "among private_hosts" in refused(tmp_path, f'allowed_hosts = ["{host}"]{ENTRY}', url)
    (found,) = read(tmp_path, f'private_hosts = ["{host}"]{ENTRY}', url)
    assert found.address.private


def test_without_tls_only_this_machine_is_told(tmp_path: Path) -> None:
    (found,) = read(tmp_path, f'private_hosts = ["127.0.0.1:8065"]{ENTRY}', "http://127.0.0.1:8065/hooks/x")
    assert (found.address.secure, found.address.authority) == (False, "127.0.0.1:8065")
    said = refused(tmp_path, f'private_hosts = ["chat.corp"]{ENTRY}', "http://chat.corp/s3cr3t")
    assert "not https" in said
    assert "not https" in refused(
        tmp_path, f'allowed_hosts = ["localhost"]{ENTRY}', "http://localhost/s3cr3t"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENTRY.replace("events", "evnts"), "evnts"),
        (ENTRY.replace("no_go", "nogo"), "nogo"),
        (ENTRY.replace('["no_go", "approved"]', "[]"), "events"),
        (ENTRY.replace('url_env = "RELEASES_URL"', ""), "url_env or url_file"),
        (ENTRY + 'url_file = "x"', "url_env or url_file"),
        (ENTRY + ENTRY, "two webhooks"),
        (ENTRY.replace("RELEASES_URL", "NOT_SET"), "is empty"),
        (ENTRY.replace('"releases"', '"rel eases"'), "name"),
        ('allowed_hosts = ["*"]' + ENTRY, "is no host"),
        ('allowed_hosts = ["https://hooks.slack.com"]' + ENTRY, "is no host"),
        ("[[webhook", "webhooks.toml"),
        ("x" * 300_000, "larger than"),
        # Who writes the address itself where its variable or file belongs is not shown it again.
        (ENTRY.replace("RELEASES_URL", SLACK), "url_env"),
        (ENTRY.replace("url_env", "url_file").replace("RELEASES_URL", SLACK), "url_file"),
        (ENTRY.replace("url_env", "url").replace("RELEASES_URL", SLACK), "url"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(tmp_path, text)


def test_a_missing_file_is_an_error_and_not_silence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_webhooks(tmp_path / "none.toml", {})
