"""Making tokens: who needs a name, how long one is good for, and that it is shown once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tsr_agent.errors import UsageError
from tsr_agent.ingest.repository_url import without_credentials
from tsr_agent.models import tokens as token_form
from tsr_agent.models.access import Role
from tsr_agent.models.api import TokenView
from tsr_agent.store.tokens import NewToken

if TYPE_CHECKING:
    from datetime import datetime

    from tsr_agent.store.tokens import TokenRepository

PERSONS = frozenset({Role.VIEWER, Role.AUDITOR, Role.TECH_LEAD, Role.RELEASE_MANAGER})
"""Roles of people: their name stands under what they do."""
OF_A_PROJECT = frozenset({Role.AGENT, Role.COLLECTOR})
"""Roles whose tokens may be narrowed to one repository."""
LIFETIME_OF_A_JOB = timedelta(days=90)
LIFETIME_OF_A_PERSON = timedelta(days=30)
LONGEST = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a token is asked for."""

    role: Role
    subject: str | None = None
    """Whom it belongs to; None names a job by its role."""
    project: str | None = None
    """Address of the only repository that it is good for."""
    expires_at: datetime | None = None
    """None for the role's usual lifetime."""


@dataclass(frozen=True)
class FreshToken:
    """A token just made. Its text is nowhere else; the representation does not show it."""

    view: TokenView
    text: str

    def __repr__(self) -> str:
        """Without the token."""
        return f"FreshToken({self.view.id})"


def make_token(tokens: TokenRepository, wanted: Wanted, *, created_by: str, now: datetime) -> FreshToken:
    """Makes a token and records its hash.

    Raises:
        UsageError: A person without a name, a project where none can be, or an end that is past or too far.
        StoreError: The database can't be written.
    """
    subject = _subject(wanted)
    project = _project(wanted)
    expires_at = _end(wanted, now)
    text = token_form.make(wanted.role)
    parts = token_form.parse(text)
    assert parts is not None  # noqa: S101  (made a line ago)
    tokens.add(
        NewToken(
            id=parts.id,
            hash=parts.hash,
            role=wanted.role,
            subject=subject,
            project=project,
            created_at=now,
            created_by=created_by,
            expires_at=expires_at,
        )
    )
    view = TokenView(
        id=parts.id,
        role=wanted.role,
        subject=subject,
        project=project,
        created_at=now,
        created_by=created_by,
        expires_at=expires_at,
        revoked_at=None,
        last_used_at=None,
    )
    return FreshToken(view, text)


def _subject(wanted: Wanted) -> str:
    subject = (wanted.subject or "").strip()
    if not subject and wanted.role in PERSONS:
        raise UsageError(
            f"A token of the role {wanted.role.value} needs the name of the person whom it belongs to.",
            next_step="Name them: what they approve is filed under that name.",
        )
    if len(subject) > 200 or not subject.isprintable():
        raise UsageError("The name of a token's owner has at most 200 signs, all of them printable.")
    return subject or wanted.role.value


def _project(wanted: Wanted) -> str | None:
    if wanted.project is None:
        return None
    if wanted.role not in OF_A_PROJECT:
        raise UsageError(f"A token of the role {wanted.role.value} is never for one project only.")
    project = without_credentials(wanted.project)
    if not project or len(project) > 1_000:
        raise UsageError(
            "The project is no address of a repository.",
            next_step="Give it as the reports have it, such as https://git.example.org/team/app.",
        )
    return project


def _end(wanted: Wanted, now: datetime) -> datetime:
    if wanted.expires_at is None:
        return now + (LIFETIME_OF_A_PERSON if wanted.role in PERSONS | {Role.ADMIN} else LIFETIME_OF_A_JOB)
    if wanted.expires_at <= now:
        raise UsageError("The token would be expired from the start.")
    if wanted.expires_at > now + LONGEST:
        raise UsageError(f"A token is good for at most {LONGEST.days} days.")
    return wanted.expires_at
