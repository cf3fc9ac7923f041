"""The token: where it comes from, and that nothing shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from requests import Request

from tsr_agent.client.address import ServerAddress
from tsr_agent.client.credentials import Token, token_from
from tsr_agent.client.proxies import way_to
from tsr_agent.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "aitr_ci_0123456789abcdef"
FAR = ServerAddress.parse("https://aitr.example.com")
NEAR = ServerAddress.parse("http://127.0.0.1:8080")


def test_nothing_that_is_printed_shows_it() -> None:
    token = Token(SECRET)
    request = Request("GET", "https://h.example/", auth=token).prepare()
    header = request.headers["Authorization"]
    shown = [repr(token), str(token), repr(vars(token)), repr(request.headers), str(request.headers)]
    shown += [repr(request), repr(header), str(header), f"{header}", f"{header!r}", "%s" % header]  # noqa: UP031
    assert not [each for each in shown if SECRET in each]
    assert header.encode("latin-1") == f"Bearer {SECRET}".encode()


def test_it_comes_from_a_variable_or_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    assert token_from({}) is None
    assert token_from({"AITR_TOKEN": SECRET}) is not None
    assert token_from({"AITR_TOKEN_FILE": str(file)}) is not None


@pytest.mark.parametrize(
    "given", ["", " ", "short", "two words here", f"{SECRET}\nX: y", "ü" * 20, "x" * 600]
)
def test_anything_else_is_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(UsageError) as refused:
        token_from({"AITR_TOKEN": given})
    assert not given.strip() or given not in str(refused.value.diagnostics())


@pytest.mark.parametrize("mode", [0o644, 0o602, 0o666])
def test_a_file_that_everybody_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "token"
    file.write_text(SECRET)
    file.chmod(mode)
    with pytest.raises(UsageError, match="everybody"):
        token_from({"AITR_TOKEN_FILE": str(file)})


def test_a_file_that_is_none_and_two_sources_are_refused(tmp_path: Path) -> None:
    for environ in (
        {"AITR_TOKEN_FILE": str(tmp_path)},
        {"AITR_TOKEN_FILE": str(tmp_path / "none")},
        {"AITR_TOKEN_FILE": "/dev/zero"},
        {"AITR_TOKEN_FILE": ""},
        {"AITR_TOKEN": SECRET, "AITR_TOKEN_FILE": str(tmp_path)},
    ):
        with pytest.raises(UsageError):
            token_from(environ)


def test_a_proxy_is_used_without_credentials_and_never_to_this_machine() -> None:
    environ = {"HTTPS_PROXY": "http://proxy.example:3128"}
    assert way_to(FAR, environ).proxy == "http://proxy.example:3128"
    assert way_to(NEAR, environ).proxy is None
    assert way_to(FAR, {**environ, "NO_PROXY": ".example.com"}).proxy is None
    assert way_to(FAR, {**environ, "NO_PROXY": "other.example"}).proxy is not None
    for written in ("http://user:hunter2@proxy.example", "socks5://proxy.example", "proxy.example:3128"):
        with pytest.raises(UsageError) as refused:
            way_to(FAR, {"HTTPS_PROXY": written})
        assert "hunter2" not in str(refused.value.diagnostics())


def test_certificates_come_from_the_first_variable_that_names_them(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("")
    assert way_to(FAR, {}).authorities is None
    assert way_to(FAR, {"AITR_CA_BUNDLE": str(bundle), "REQUESTS_CA_BUNDLE": "/none"}).authorities == str(
        bundle
    )
    with pytest.raises(UsageError, match="REQUESTS_CA_BUNDLE"):
        way_to(FAR, {"REQUESTS_CA_BUNDLE": "/none"})
