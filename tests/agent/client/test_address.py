"""Addresses of servers: what is taken, and that nothing can be hidden in one."""

from __future__ import annotations

import pytest

from tsr_agent.client.address import ServerAddress
from tsr_agent.errors import UsageError


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://aitr.example.com", "https://aitr.example.com"),
        ("HTTPS://AITR.Example.COM:443/", "https://aitr.example.com"),
        (" https://aitr.example.com:8443 ", "https://aitr.example.com:8443"),
        ("https://example.com/tools/aitr/", "https://example.com/tools/aitr"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ],
)
def test_an_address_has_one_way_of_being_written(written: str, url: str) -> None:
    assert ServerAddress.parse(written).url == url


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "aitr.example.com",
        "ftp://aitr.example.com",
        "https://",
        "https:///api",
        "https://user@aitr.example.com",
        "https://user:hunter2@aitr.example.com",
        "https://aitr.example.com?token=hunter2",
        "https://aitr.example.com#hunter2",
        "https://aitr.example.com?",
        "https://aitr.example.com\\@evil.example",
        "https://aitr example.com",
        "https://aitr.example.com\r\nX: y",
        "https://aitr.example.com/../admin",
        "https://aitr.example.com/%2e%2e",
        "https://aitr.example.com:99999",
        "https://aitr.example.com:x",
        "https://аitr.example.com",
        "https://2130706433",
        "https://1.2.3",
        "https://[::1",
        "http://aitr.example.com",
        "http://127.0.0.1.evil.example",
        "http://2130706433",
        "http://0.0.0.0:8080",
        "http://10.0.0.1",
        f"https://{'a' * 600}.example",
    ],
)
def test_anything_else_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(UsageError) as refused:
        ServerAddress.parse(written)
    assert "hunter2" not in "\n".join(refused.value.diagnostics())


def test_a_path_can_not_lead_out_of_its_place() -> None:
    address = ServerAddress.parse("https://aitr.example.com/base")
    assert address.of("api", "tsr", "../x?y#z") == "https://aitr.example.com/base/api/tsr/..%2Fx%3Fy%23z"
    for each in ("", ".", ".."):
        with pytest.raises(UsageError):
            address.of("api", each)
