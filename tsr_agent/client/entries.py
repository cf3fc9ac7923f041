"""What waits for a server, as one file: a line that says what it is, and the document's bytes behind it.

The file's name ends in a SHA-256 of that line, which holds the one of the document: a file that was
cut, mixed up or changed is known as such, and is never sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from tsr_agent.errors import DocumentError
from tsr_agent.models import codec
from tsr_agent.models.api import ApprovalRequest, ReportId, RevokeRequest
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.base import Digest, Record, ShortText, UtcTime
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from datetime import datetime

MOST_HEAD_BYTES = 8_192
SUFFIX = ".entry"
_FORMAT = 1
_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-([0-9a-f]{64})\.entry\Z")


class EntryKind(Enum):
    """What waits."""

    REPORT = "report"
    APPROVAL = "approval"


class EntryHead(Record, frozen=True, kw_only=True):
    """The first line of an entry."""

    format: Annotated[int, Meta(ge=1, le=_FORMAT)] = _FORMAT
    kind: EntryKind
    server: ShortText
    """Address of the only server that it is for."""
    report_id: ReportId
    action: ApprovalAction | None = None
    """What an approval does; None for a report."""
    digest: Digest
    """SHA-256 of the document."""
    size: Annotated[int, Meta(ge=1, le=codec.MAX_DOCUMENT_BYTES)]
    made_at: UtcTime


@dataclass(frozen=True)
class Entry:
    """One file of the outbox, known to be whole."""

    name: str
    """Of its file. Sorting by it sorts by age."""
    head: EntryHead

    @property
    def what(self) -> str:
        """How it is called in a message."""
        action = self.head.action
        if action is None:
            return f"report {self.head.report_id}"
        words = {ApprovalAction.APPROVE: "approval", ApprovalAction.REJECT: "rejection"}
        return f"{words.get(action, 'withdrawal')} for {self.head.report_id}"


def written(head: EntryHead) -> tuple[str, bytes]:
    """The name of an entry's file and what stands before the document in it."""
    line = codec.encode(head)
    return f"{_stamp(head.made_at)}-{codec.digest(line)}{SUFFIX}", line


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S.%fZ}"


def is_name(name: str) -> bool:
    """Whether an entry could be called so."""
    return _NAME.match(name) is not None


def read(name: str, content: bytes) -> tuple[Entry, bytes]:
    """An entry and its document.

    Args:
        name: Of the file.
        content: All of it.

    Raises:
        DocumentError: It is damaged, foreign or not what its name says.
    """
    head = head_of(name, content[:MOST_HEAD_BYTES])
    document = content[content.index(b"\n") + 1 :]
    if len(document) != head.size or codec.digest(document) != head.digest:
        raise DocumentError(f"{name}: its document is cut or changed.")
    return Entry(name, head), document


def head_of(name: str, beginning: bytes) -> EntryHead:
    """What an entry says of itself.

    Args:
        name: Of the file.
        beginning: As many of its bytes as a head may have.

    Raises:
        DocumentError: It is damaged, foreign or not what its name says.
    """
    named = _NAME.match(name)
    line, end, _ = beginning.partition(b"\n")
    if named is None or not end or codec.digest(line + end) != named[2]:
        raise DocumentError(f"{name}: no entry of an outbox, or a damaged one.")
    head = codec.decode(line, EntryHead, source=name)
    if _stamp(head.made_at) != named[1] or (head.action is None) is not (head.kind is EntryKind.REPORT):
        raise DocumentError(f"{name}: contradicts itself.")
    return head


def check(head: EntryHead, document: bytes) -> None:
    """Looks whether a document is what its head says, as far as has to be known to send it.

    Raises:
        DocumentError: It is something else.
    """
    if head.kind is EntryKind.APPROVAL:
        request_of(head, document)
    elif report_id_of(document) != head.report_id:
        raise DocumentError(f"The outbox has a report that is not {head.report_id}, which it is to be.")


class _Report(msgspec.Struct):
    """What of a report has to be known to send it."""

    id: ReportId


def report_id_of(document: bytes) -> str:
    """The id of a report, read without the rest of it.

    Raises:
        DocumentError: It has none that a server would take.
    """
    try:
        return msgspec.json.decode(document, type=ready(_Report)).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError(f"That is no report: {error}.") from error


def request_of(head: EntryHead, document: bytes) -> ApprovalRequest:
    """The request that an approval's entry holds.

    Raises:
        DocumentError: It is none that could be sent.
    """
    form = RevokeRequest if head.action is ApprovalAction.REVOKE else ApprovalRequest
    return codec.decode(document, form, source="an approval in the outbox")


def report_head(server: str, report_id: str, document: bytes, now: datetime) -> EntryHead:
    """The head of a report that is to be sent."""
    return EntryHead(
        kind=EntryKind.REPORT,
        server=server,
        report_id=report_id,
        digest=codec.digest(document),
        size=len(document),
        made_at=now,
    )


def approval_head(
    server: str, report_id: str, action: ApprovalAction, document: bytes, now: datetime
) -> EntryHead:
    """The head of what a person says about a report."""
    return msgspec.structs.replace(
        report_head(server, report_id, document, now), kind=EntryKind.APPROVAL, action=action
    )
