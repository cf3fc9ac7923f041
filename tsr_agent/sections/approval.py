"""What it takes that people have approved a release, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.models.approval import ApproverRole, DistinctFrom
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from tsr_agent.models.approval import ApprovalTerms

_ROLES = {ApproverRole.RELEASE_MANAGER: "release manager", ApproverRole.TECH_LEAD: "tech lead"}
_OWN_PART = {DistinctFrom.TRIGGERED_BY: "started the run", DistinctFrom.AUTHOR: "wrote the commit"}


def approval_terms(terms: ApprovalTerms, *, with_reason: bool = True) -> str:
    """How many people, of which roles, and who is left out, as one sentence; then why, if that is asked for.

    For instance ``2 people have to approve, each a release manager, but nobody who started the run.``
    """
    roles = " or ".join(_ROLES[each] for each in _ROLES if each in terms.roles)
    one = terms.count == 1
    who = "1 person has" if one else f"{terms.count} different people have"
    own_part = " or ".join(_OWN_PART[each] for each in _OWN_PART if each in terms.distinct_from)
    left_out = f", but nobody who {own_part}" if own_part else "; whoever started the run is not left out"
    said = f"{who} to approve, {'a' if one else 'each a'} {roles}{left_out}."
    reason = one_line(terms.reason, 1000).rstrip(".") if with_reason else ""
    return f"{said} Why: {reason}." if reason else said
