"""Requirements and how far the tests of a report bear them out."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta

from tsr_agent.models.base import SCHEMA_VERSION, LongText, Record, ShortText


class CoverageStatus(Enum):
    """Whether a requirement is tested by what it names."""

    COVERED = "covered"
    """Every id and pattern that it names, or that names it, is a test of this report."""
    PARTIAL = "partial"
    """Some of what it names is not in this report."""
    UNCOVERED = "uncovered"


class VerificationStatus(Enum):
    """Whether the tests of a requirement bear it out."""

    VERIFIED = "verified"
    """At least one of its tests ran, all that ran passed at once, and none that it names is missing."""
    FAILED = "failed"
    NOT_RUN = "not_run"


class RequirementCoverage(Record, frozen=True, kw_only=True):
    """Coverage of a single requirement (SEED.md phase 7)."""

    requirement_id: ShortText
    requirement_text: LongText = ""
    test_ids: tuple[LongText, ...] = ()
    """Ids of test cases of this report."""
    coverage_status: CoverageStatus
    verification_status: VerificationStatus
    missing_tests: tuple[LongText, ...] = ()
    """Ids or patterns that the requirement names and that match no test of this report."""


class UnknownRequirement(Record, frozen=True, kw_only=True):
    """A requirement id that tests name and no requirements file has."""

    requirement_id: ShortText
    test_ids: tuple[LongText, ...]


class RequirementEntry(Record, frozen=True, kw_only=True):
    """One entry of a requirements file."""

    id: ShortText
    text: LongText = ""
    tests: tuple[LongText, ...] = ()
    """Test ids or shell-style patterns over them."""


class RequirementList(Record, frozen=True, kw_only=True):
    """The whole of our own ``requirements.yaml``."""

    schema_version: Annotated[int, Meta(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    requirements: tuple[RequirementEntry, ...]
