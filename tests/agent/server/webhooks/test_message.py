from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.approval_documents import REJECT, REVOKE, WAITS, said, stands
from tsr_agent.models.decision import Decision, GoNoGoDecision
from tsr_agent.server.webhooks.message import Occasion, inert, slack_message
from tsr_agent.server.webhooks.targets import Event

if TYPE_CHECKING:
    from tsr_agent.models.approval import Approval

NO_GO = replace(
    WAITS,
    decision=GoNoGoDecision.NO_GO,
    reason="2 blocking: unit tests failed",
    blocking_issues=("unit: 2 of 40 failed", "accuracy 0.81 is below 0.85"),
)
HOSTILE = (
    "<!channel> <@U123|x> <https://evil.example|GO> `*bold*` _x_ ~y~ https://evil.example\n"
    "> quote & \u202eback @here [link](https://evil.example) ```"
)


def message(event: Event, decision: Decision = WAITS, approval: Approval | None = None, **fields: Any) -> Any:
    values: dict[str, Any] = {
        "event": event,
        "decision": decision,
        "released": decision.decision,
        "standing": stands(*([approval] if approval else []), decision=decision),
        "approval": approval,
        "repository": "https://git.example/support-bot",
        "codebase_sha": "a" * 40,
        "triggered_by": "nightly build",
    }
    return json.loads(slack_message(Occasion(**(values | fields))))


def spoken(found: Any) -> list[str]:
    """All texts of a message."""
    if isinstance(found, dict):
        return [each for value in found.values() for each in spoken(value)]
    if isinstance(found, list):
        return [each for value in found for each in spoken(value)]
    return [found] if isinstance(found, str) else []


def outside_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", text)


def fits_slack(found: Any) -> None:
    assert len(found["text"]) <= 4_000
    assert len(found["blocks"]) <= 50
    for block in found["blocks"]:
        if block["type"] == "header":
            assert len(block["text"]["text"]) <= 150
        else:
            assert 1 <= len(block.get("text", {"text": "x"})["text"]) <= 3_000
            assert len(block.get("fields", [])) <= 10
            assert all(1 <= len(each["text"]) <= 2_000 for each in block.get("fields", []))


def test_a_no_go_says_what_stops_it() -> None:
    found = message(Event.NO_GO, NO_GO)
    assert found["text"].splitlines()[:2] == ["aitr: NO-GO", "Release: NO-GO"]
    assert found["blocks"][0]["text"]["text"] == "aitr: NO-GO"
    (section,) = (block["text"]["text"] for block in found["blocks"][1:] if "text" in block)
    assert section.splitlines() == [
        "`2 blocking: unit tests failed`",
        "• `unit: 2 of 40 failed`",
        "• `accuracy 0.81 is below 0.85`",
    ]
    assert found["blocks"][1]["fields"][4]["text"] == "*Repository*\n`https: //git.example/support-bot`"
    fits_slack(found)


def test_what_people_said_is_told_with_their_note() -> None:
    found = message(Event.REJECTED, WAITS, said("ana", REJECT, note="not <yet>"))
    assert "`ana` (`release_manager`) rejected." in found["text"]
    assert "Note: `not &lt;yet&gt;`" in found["text"]
    found = message(Event.PENDING_REVIEW, WAITS, said("ana", REVOKE, revokes="x"))
    assert "withdrew" in found["text"]


def test_of_many_issues_a_few_are_named() -> None:
    many = replace(NO_GO, blocking_issues=tuple(f"issue {number}" for number in range(1_000)))
    found = message(Event.NO_GO, many)
    assert "and 995 more issues" in found["text"]
    fits_slack(found)


def test_hostile_text_neither_mentions_nor_links_nor_formats() -> None:
    hostile = replace(
        NO_GO,
        report_id=HOSTILE,
        environment=HOSTILE,
        reason=HOSTILE,
        blocking_issues=(HOSTILE,) * 7,
        policy=replace(NO_GO.policy, name=HOSTILE, version=HOSTILE),
    )
    person = said(HOSTILE, note=HOSTILE * 100, role=HOSTILE)
    for found in (
        message(Event.NO_GO, hostile, repository=HOSTILE, codebase_sha=HOSTILE, triggered_by=HOSTILE),
        message(Event.APPROVED, hostile, person, repository=HOSTILE, triggered_by=HOSTILE),
    ):
        fits_slack(found)
        for text in spoken(found):
            assert "<" not in text
            assert ">" not in text
            assert "://" not in text
            assert "\u202e" not in text
            for sign in ("@", "[", "~", "evil"):
                assert sign not in outside_code(text), text
        sections = [block for block in found["blocks"] if block["type"] == "section"]
        for each in sections:
            for part in [*each.get("fields", []), *([each["text"]] if "text" in each else [])]:
                assert (part["type"], part["verbatim"]) == ("mrkdwn", True)
        assert (found["unfurl_links"], found["unfurl_media"]) == (False, False)


@given(st.text(), st.integers(min_value=1, max_value=300))
def test_inert_text_is_one_closed_code_span_of_the_length_that_is_allowed(text: str, limit: int) -> None:
    shown = inert(text, limit)
    assert len(shown) <= max(limit, len("(none)")) + 3
    assert shown.count("`") == 2
    assert shown[0] == shown[-1] == "`"
    assert "\n" not in shown
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)|://", shown)
    shown.encode("utf-8")


@given(st.text(max_size=5_000), st.lists(st.text(max_size=2_000), max_size=8))
def test_every_message_fits_slack(text: str, issues: list[str]) -> None:
    decision = replace(NO_GO, reason=text, environment=text[:1_000], blocking_issues=tuple(issues))
    fits_slack(message(Event.NO_GO, decision, triggered_by=text[:1_000], repository=text[:1_000]))
    fits_slack(message(Event.APPROVED, decision, said(text[:1_000], note=text, role=text[:1_000])))
