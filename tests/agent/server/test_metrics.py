"""What the server counts, as Prometheus reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.factories.servers import bearer
from tsr_agent.errors import StoreError
from tsr_agent.models.access import Role
from tsr_agent.server.metrics import BOUNDS, Metrics

if TYPE_CHECKING:
    from tests.factories.servers import InProcess

_LINE = re.compile(r'[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*\})? [0-9.e+-]+')


def values(text: str) -> dict[str, float]:
    lines = [each for each in text.splitlines() if not each.startswith("#")]
    assert [each for each in lines if not _LINE.fullmatch(each)] == []
    return {name: float(value) for name, _, value in (each.rpartition(" ") for each in lines)}


def test_requests_are_counted_by_route_and_status(server_on_each: InProcess) -> None:
    server = server_on_each
    viewer = bearer(server.token(Role.VIEWER))
    for place in range(3):
        server.client.get(f"/api/tsr/report-{place}", headers=viewer)
    server.client.get("/api/whoami")
    server.client.request("BREW", "/x", headers=viewer)
    answer = server.client.get("/metrics", headers=viewer)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = values(answer.text)
    assert found['aitr_requests_total{method="GET",route="/api/tsr/{report_id}",status="404"}'] == 3
    assert found['aitr_requests_total{method="GET",route="(none)",status="401"}'] == 1
    assert found['aitr_requests_total{method="(other)",route="(none)",status="404"}'] == 1
    assert found["aitr_authentication_failures_total"] == 1
    assert found['aitr_request_seconds_count{route="/api/tsr/{report_id}"}'] == 3
    assert found["aitr_feed_head"] == found["aitr_webhooks_waiting"] == 0
    assert "report-1" not in answer.text


def test_every_kind_of_value_has_its_type(server: InProcess) -> None:
    text = server.client.get("/metrics", headers=bearer(server.token(Role.ADMIN))).text
    typed = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    helped = set(re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE))
    assert set(typed) == helped
    for name in values(text):
        base = re.sub(r"_(bucket|sum|count)$", "", name.partition("{")[0])
        assert base in typed, name


def test_a_histogram_adds_up() -> None:
    metrics = Metrics()
    for seconds in (0.001, 0.005, 0.006, 0.3, 99.0):
        metrics.request("GET", "/x", 200, seconds)
    found = values(metrics.exposition())
    counts = [found[f'aitr_request_seconds_bucket{{route="/x",le="{bound}"}}'] for bound in (*BOUNDS, "+Inf")]
    assert counts[:2] == [2, 3]
    assert counts == sorted(counts)
    assert counts[-1] == found['aitr_request_seconds_count{route="/x"}'] == 5
    assert abs(found['aitr_request_seconds_sum{route="/x"}'] - 99.312) < 1e-6


def test_what_can_not_be_looked_up_is_left_out() -> None:
    def away() -> float:
        raise StoreError("away")

    metrics = Metrics()
    metrics.add_gauge("aitr_gone", "Gone.", away)
    metrics.add_gauge("aitr_there", "There.", lambda: 7)
    found = values(metrics.exposition())
    assert found["aitr_there"] == 7
    assert "aitr_gone" not in found


def test_a_label_can_not_break_out() -> None:
    metrics = Metrics()
    metrics.request('GET"} 1\n', "/x\\", 200, 0.1)
    values(metrics.exposition())
