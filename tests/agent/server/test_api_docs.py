"""The page on the API: what it shows is asked of a server, and the answers are those that it shows."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.reports import report
from tests.factories.uploads import Site
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.server.app import ROUTES

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.factories.servers import InProcess

SERVER = "$AITR_SERVER"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def page(project_dir: Path) -> str:
    return (project_dir / "docs" / "api.md").read_text(encoding="utf-8")


def examples(page: str) -> list[tuple[str, Any]]:
    """Commands of the page with the JSON that follows each; None where none does."""
    blocks = BLOCK.findall(page.partition("## Reports")[2].partition("## Approvals")[0])
    found: list[tuple[str, Any]] = []
    for kind, text in blocks:
        if kind == "sh":
            found.append((text, None))
        elif kind == "json":
            found[-1] = (found[-1][0], json.loads(text))
    return found


def run(site: Site, command: str, files: dict[str, bytes]) -> httpx.Response:
    """What ``curl`` would do."""
    words = shlex.split(command)
    assert words.pop(0) == "curl"
    method, headers, content, url = "GET", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "--data-binary":
            content = files[words.pop(0).removeprefix("@")]
        else:
            url = word
    assert url.startswith(SERVER)
    assert headers.pop("Authorization") == "Bearer $AITR_TOKEN"
    role = {"PUT": Role.TECH_LEAD, "POST": Role.AGENT, "GET": Role.VIEWER}[method]
    return site.server.client.request(
        method, url.removeprefix(SERVER), headers=headers | site.headers(role), content=content
    )


def holds(shown: Any, answered: Any) -> None:
    """What is shown is part of what is answered; ``…`` stands for more of a text."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            holds(value, answered[name])
    elif isinstance(shown, list):
        assert len(shown) == len(answered)
        for one, other in zip(shown, answered, strict=True):
            holds(one, other)
    elif isinstance(shown, str) and "…" in shown:
        assert answered.startswith(shown.partition("…")[0])
    else:
        assert shown == answered


def test_every_command_of_the_page_is_answered_as_it_shows(server: InProcess, page: str) -> None:
    site = Site(server)
    (policy,) = [text for kind, text in BLOCK.findall(page) if kind == "policy"]
    files = {"tsr.json": codec.encode(report()), "policy.json": policy.encode()}
    found = examples(page)
    assert len(found) >= 8
    for command, shown in found:
        answer = run(site, command, files)
        assert answer.status_code in (200, 201), (command, answer.text)
        if shown is None:
            assert answer.content == files["tsr.json"]
        else:
            holds(shown, answer.json())


def test_the_page_has_every_route_of_the_api_and_its_roles(page: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+ /\S+?)(?:\?\S*)?` \|.*\| (.*) \|$", page, re.MULTILINE))
    last = ""
    for label, roles in rows.items():
        last = rows[label] = last if roles == "the same" else roles
    for route in ROUTES:
        for path in route.paths:
            shown = re.sub(r"\{\w*?(id|name|digest):str\}", r"{\1}", path)
            label = f"{next(iter(route.http_methods))} {shown}"
            if path.startswith("/api/tsr") or "policies" in path or "changes" in path or "documents" in path:
                assert set(rows[label].split(", ")) == {each.value for each in route.opt["roles"]}, label
