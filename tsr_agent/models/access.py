"""Who may do what on a server: the roles that a token can carry."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """What the holder of a token is to the server (SPEC.md section 5). A token carries exactly one."""

    AGENT = "agent"
    """A CI job: uploads reports and reads decisions."""
    VIEWER = "viewer"
    """Reads reports and decisions."""
    AUDITOR = "auditor"
    """Reads and exports everything."""
    TECH_LEAD = "tech_lead"
    """A viewer who also writes policies, and approves where a policy says so."""
    RELEASE_MANAGER = "release_manager"
    """A viewer who also approves."""
    COLLECTOR = "collector"
    """Sends production traces and nothing else."""
    ADMIN = "admin"
    """Makes and revokes tokens. Reads no report and approves nothing."""
