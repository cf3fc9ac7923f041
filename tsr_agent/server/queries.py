"""What can be asked for in the query of an address: one form a route, read strictly."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tsr_agent.models.api import MAX_PAGE, Sequence
from tsr_agent.models.base import Record, UtcTime
from tsr_agent.models.decision import GoNoGoDecision

_EnvironmentName = Annotated[
    str, Meta(min_length=1, max_length=50, description="Where the release is to go.")
]
_BranchName = Annotated[str, Meta(min_length=1, max_length=1_000, description="The branch that was built.")]
_Repository = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1_000,
        description="Address of the code's repository in any spelling: https, ssh, with .git or without.",
    ),
]
_Limit = Annotated[int, Meta(ge=1, le=MAX_PAGE, description="Most items of the page.")]
_From = Annotated[UtcTime, Meta(description="Earliest moment, with its UTC offset: 2026-11-23T08:00:00Z.")]
_To = Annotated[UtcTime, Meta(description="Moment before which a report must have been made.")]


class NewestQuery(Record, frozen=True, kw_only=True):
    """Which report is the newest one."""

    environment: _EnvironmentName | None = None
    branch: _BranchName | None = None
    repository: _Repository | None = None


class ListQuery(NewestQuery, frozen=True, kw_only=True):
    """What a list of reports is narrowed to; None asks nothing."""

    decision: Annotated[GoNoGoDecision, Meta(description="The verdict with approvals weighed in.")] | None = (
        None
    )
    sha: (
        Annotated[
            str,
            Meta(
                pattern=r"^[0-9A-Fa-f]{1,64}$(?!\n)",
                description="First digits of the commit of the code.",
            ),
        ]
        | None
    ) = None
    created_from: _From | None = None
    created_to: _To | None = None
    text: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=200,
                description="Found as it stands in branch, id, trigger, reason, repository, prompts version "
                "or commit.",
            ),
        ]
        | None
    ) = None
    limit: _Limit = 50
    cursor: (
        Annotated[
            str, Meta(min_length=1, max_length=300, description="``next`` of the page before, as it is.")
        ]
        | None
    ) = None


class ReleaseQuery(Record, frozen=True, kw_only=True):
    """What is to be released, and where to."""

    commit: (
        Annotated[
            str,
            Meta(
                pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$(?!\n)",
                description="The commit that is to be released, whole. Another one is answered 409.",
            ),
        ]
        | None
    ) = None
    environment: _EnvironmentName | None = None


class ChangesQuery(Record, frozen=True, kw_only=True):
    """A piece of the change feed."""

    since: Annotated[Sequence, Meta(description="Number of the last change that is known.")] = 0
    limit: _Limit = 100
