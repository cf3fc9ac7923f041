"""Saved filters: a question as text that a person's settings keep, and back.

The text is checked when it is read, whoever wrote it: what is none is nobody's filter, and what is not
known in it is not guessed at.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from aitr_desktop.library.listing import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tsr_agent.models.decision import GoNoGoDecision

MAX_NAME = 80
MAX_LENGTH = 4_000
"""Characters of a filter's text; the settings keep no longer value."""
MAX_PERIOD = 3_660
NOT_JUDGED = "not_judged"
_TEXTS = {"environment": 1_000, "branch": 1_000, "repository": 1_000, "sha": 64, "text": 1_000}
"""Fields of text, and the characters that each may have."""


def filter_text(query: Query) -> str:
    """A question as text; its order is no part of it. Days before today are kept as a number of them."""
    said: dict[str, Any] = {name: getattr(query, name) for name in _TEXTS}
    said["decision"] = NOT_JUDGED if query.not_judged else query.decision and query.decision.value
    if query.period is not None:
        said["period"] = query.period
    else:
        said["since"] = query.since and query.since.isoformat()
        said["until"] = query.until and query.until.isoformat()
    kept = {name: value for name, value in said.items() if value is not None and (value or name == "branch")}
    return json.dumps(kept, sort_keys=True)


def filter_from(text: str) -> Query | None:
    """The question of a text; None where it is none."""
    try:
        said = json.loads(text) if len(text) <= MAX_LENGTH else None
        if not isinstance(said, dict):
            return None
        read = {name: _READERS[name](value) for name, value in said.items()}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    decision = read.pop("decision", None)
    if decision == NOT_JUDGED:
        return Query(not_judged=True, **read)
    if {"period", "since"} <= set(read) or {"period", "until"} <= set(read):
        return None
    return Query(decision=decision, **read)


def saved(filters: Mapping[str, str]) -> dict[str, Query]:
    """Those of the saved filters that can be read, sorted by their names."""
    read = {
        name: filter_from(text) for name, text in sorted(filters.items(), key=lambda each: each[0].casefold())
    }
    return {name: query for name, query in read.items() if query is not None}


def filter_name(text: str) -> str:
    """What a person typed as the name of a filter; empty where it is none."""
    return " ".join(text.split())[:MAX_NAME].strip()


def _text(limit: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit:
            raise ValueError("no text of this length")
        return value

    return read


def _decision(value: Any) -> GoNoGoDecision | str:
    # The menu of saved filters is there with the first frame; few are read by then.
    from tsr_agent.models.decision import GoNoGoDecision

    return NOT_JUDGED if value == NOT_JUDGED else GoNoGoDecision(value)


def _period(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_PERIOD:
        raise ValueError("no number of days")
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    **{name: _text(limit) for name, limit in _TEXTS.items()},
    "decision": _decision,
    "period": _period,
    "since": date.fromisoformat,
    "until": date.fromisoformat,
}
