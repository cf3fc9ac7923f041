"""Whom servers take us for, remembered: one can say something about a release without a network, too.

It is what a server said last, and it opens nothing: the token does, and the server says anew who that is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aitr_desktop.library.servers import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a server takes us for."""

    subject: str
    role: str
    expires_at: datetime
    """When the token ends."""
    asked_at: datetime
    """When the server said so."""


def person_of(who: Who, now: datetime) -> Person:
    """The person that a server has just named."""
    return Person(subject=who.subject, role=who.role, expires_at=who.expires_at, asked_at=now)


def written(person: Person) -> str:
    """The person as a text for the settings."""
    return json.dumps(
        {
            "subject": person.subject,
            "role": person.role,
            "expires_at": person.expires_at.isoformat(),
            "asked_at": person.asked_at.isoformat(),
        }
    )


def read(text: str) -> Person | None:
    """The person that a text of ``written`` names; None where it is no such text."""
    try:
        found = json.loads(text)
        subject, role = found["subject"], found["role"]
        times = [datetime.fromisoformat(found[name]) for name in ("expires_at", "asked_at")]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_named = isinstance(subject, str) and isinstance(role, str) and bool(subject)
    if not is_named or any(each.tzinfo is None for each in times):
        return None
    return Person(subject=subject, role=role, expires_at=times[0], asked_at=times[1])
