"""docs/api.md names every route and every kind of problem there is, and no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tsr_agent.server.app import ROUTES
from tsr_agent.server.problems import URN, Kind
from tsr_agent.server.settings import BodySize, ServerSettings

if TYPE_CHECKING:
    from pathlib import Path


def page(project_dir: Path) -> str:
    return (project_dir / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_route_is_on_the_page_and_no_other(project_dir: Path) -> None:
    named = set(re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`?]*)(?:\?[^`]*)?`", page(project_dir)))
    short = re.compile(r"\{[a-z_]+:str\}")
    real = {
        f"{method} {short.sub('{…}', path)}"
        for route in ROUTES
        for path in route.paths
        for method in route.http_methods
    }
    assert {re.sub(r"\{[a-z_]+\}", "{…}", each) for each in named} == real


def test_every_kind_of_problem_is_on_the_page_and_no_other(project_dir: Path) -> None:
    rows = re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", page(project_dir), re.MULTILINE)
    assert rows == [(str(kind.status), kind.urn.removeprefix(URN)) for kind in Kind]


def test_the_limits_are_those_of_the_server(project_dir: Path) -> None:
    text, settings = page(project_dir), ServerSettings()
    assert f"{settings.body_limits[BodySize.REPORT] >> 20} MiB for a report" in text
    assert f"{settings.body_limits[BodySize.POLICY] >> 20} MiB for a policy" in text
    assert f"{settings.body_limits[BodySize.SMALL] >> 10} KiB for anything else" in text
    assert f"{settings.header_bytes >> 10} KiB of headers" in text
    assert f"{settings.failures_allowed} requests without a valid token" in text
