"""What a synchronisation did, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tsr_agent.cli.layout import paragraph
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tsr_agent.models.decision import GoNoGoDecision
    from tsr_agent.sync.results import Conflict, SyncResult, Unsent

_LONG = 2_000
_MOST = 20


def result_lines(result: SyncResult, library_file: Path, width: int) -> list[str]:
    """The whole result, what is wrong last."""
    new = [
        counted(number, *words)
        for number, words in (
            (result.reports, ("report",)),
            (result.decisions, ("decision",)),
            (result.approvals, ("approval",)),
            (result.policies, ("policy version",)),
        )
        if number
    ]
    lines = [f"Server   {result.url}", f"Library  {library_file}"]
    lines.append(f"  Sent   {counted(result.sent, 'document') if result.sent else 'nothing'}")
    lines += paragraph(f"New    {', '.join(new) if new else 'nothing'}", width, "  ", "         ")
    lines.append(f"  Place  {result.cursor:,} of {result.head:,} changes in {result.seconds:.1f} s")
    lines += _unsent("was refused", "✕", result.refused, width)
    lines += _unsent("waits", "▲", result.failed, width)
    if result.waiting > len(result.failed):
        lines += paragraph(f"▲ {counted(result.waiting, 'document')} wait to be sent", width, "  ", "    ")
    for each in result.damaged:
        lines += paragraph(f"✕ {one_line(each, _LONG)}", width, "  ", "    ")
    lines += _only_here(result, width)
    return lines + _conflicts(result.conflicts, width)


def _unsent(became: str, sign: str, found: Sequence[Unsent], width: int) -> list[str]:
    lines = []
    for each in found[:_MOST]:
        status = f" ({each.status})" if each.status else ""
        said = f"{sign} {one_line(each.what, 200)} {became}{status}: {one_line(each.reason, _LONG)}"
        lines += paragraph(said, width, "  ", "    ")
    return lines + _more(len(found))


def _only_here(result: SyncResult, width: int) -> list[str]:
    if not result.only_here_count:
        return []
    lacking = counted(result.only_here_count, "document")
    head = f"▲ The history that is followed now lacks {lacking} of those before it:"
    lines = paragraph(head, width, "  ", "    ")
    lines += [f"    {one_line(each, 200)}" for each in result.only_here]
    more = result.only_here_count - len(result.only_here)
    return [*lines, f"    and {more:,} more"] if more else lines


def _conflicts(found: Sequence[Conflict], width: int) -> list[str]:
    if not found:
        return []
    head = f"✕ {counted(len(found), 'document')} of the server contradict what is here under the same id. "
    lines = ["", *paragraph(f"{head}Both are kept; the server's is used for nothing here.", width, "", "  ")]
    for each in found[:_MOST]:
        lines.append(f"  {each.kind.value} {one_line(each.id, 200)}")
        lines.append(f"    here   {_side(each.verdict_here, each.digest_here)}")
        lines.append(f"    there  {_side(each.verdict_there, each.digest_there)}")
    return lines + _more(len(found))


def _more(count: int) -> list[str]:
    return [f"  and {count - _MOST:,} more"] if count > _MOST else []


def _side(decided: GoNoGoDecision | None, digest: str | None) -> str:
    word = "" if decided is None else verdict(decided).word
    return f"{word:<14}  {digest or 'nothing of this id'}"


def data(result: SyncResult) -> dict[str, Any]:
    """The result as JSON has it."""
    error = result.ended_by
    ended = None
    if error is not None:
        ended = {
            "error": error.message,
            "details": error.details,
            "kept": error.kept,
            "next_step": error.next_step,
        }
    return {
        "server": result.url,
        "complete": result.complete,
        "epoch": result.epoch,
        "cursor": result.cursor,
        "head": result.head,
        "seconds": result.seconds,
        "sent": result.sent,
        "refused": [_unsent_data(each) for each in result.refused],
        "failed": [_unsent_data(each) for each in result.failed],
        "waiting": result.waiting,
        "set_aside": result.damaged,
        "reports": result.reports,
        "decisions": result.decisions,
        "approvals": result.approvals,
        "policies": result.policies,
        "bytes": result.bytes,
        "conflicts": [_conflict_data(each) for each in result.conflicts],
        "only_here": result.only_here,
        "only_here_count": result.only_here_count,
        "cancelled": result.cancelled,
        "ended_by": ended,
    }


def _unsent_data(each: Unsent) -> dict[str, Any]:
    return {"what": each.what, "report_id": each.report_id, "reason": each.reason, "status": each.status}


def _conflict_data(each: Conflict) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "id": each.id,
        "report_id": each.report_id,
        "digest_here": each.digest_here,
        "digest_there": each.digest_there,
        "verdict_here": each.verdict_here,
        "verdict_there": each.verdict_there,
        "others": each.others,
    }
