"""The quarantine: tests that are known to be unreliable, each with an owner, a ticket and an end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta

from tsr_agent.models.base import Record
from tsr_agent.models.decision import QuarantineNote
from tsr_agent.models.results import TestType

_Written = Annotated[str, Meta(min_length=1, max_length=1_000, pattern=r"\S")]


class QuarantinedTest(Record, frozen=True, kw_only=True):
    """One test that still runs, and whose failures are left out until it is mended."""

    test: Annotated[str, Meta(min_length=1, max_length=65_536, pattern=r"\S", description="Id of the test.")]
    type: Annotated[
        TestType | None, Meta(description="Its test type; left out, tests of that id in all.")
    ] = None
    reason: Annotated[_Written, Meta(description="What is known about it.")]
    ticket: Annotated[_Written, Meta(description="Where it is being mended.")]
    owner: Annotated[_Written, Meta(description="Who answers for it.")]
    expires: Annotated[date, Meta(description="Last day (UTC) in quarantine; at most 90 days ahead.")]


class QuarantineFile(Record, frozen=True, kw_only=True):
    """The whole of a quarantine file. Entries are read one by one, so that one bad one hides no other."""

    version: Annotated[Literal[1], Meta(description="Version of the file format: 1.")]
    tests: Annotated[tuple[Any, ...], Meta(max_length=1_000, description="Tests in quarantine.")] = ()


class Quarantine(Record, frozen=True, kw_only=True):
    """A quarantine file that was read."""

    digest: str
    """SHA-256 of the file's bytes."""
    tests: tuple[QuarantinedTest, ...] = ()
    unusable: tuple[QuarantineNote, ...] = ()
    """Entries that can't be read."""
    places: tuple[int, ...] = ()
    """Where each of these stands among all entries of the file, from 0."""
