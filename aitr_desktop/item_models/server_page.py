"""What is known of the server, in words and tables, for the server's place and the last line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Kind, Node, Table, Target
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import moment, short_sha, size, verdict

if TYPE_CHECKING:
    from aitr_desktop.item_models.server_known import Known
    from aitr_desktop.library.contradictions import Contradiction, Side
    from aitr_desktop.library.servers import Who
    from aitr_desktop.library.synchronising import OutboxState, SyncState

LONGEST_PLACE = 44
_NOTHING = Cell(text="–", tone=Tone.MUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPage:
    """The server's place, ready to be shown."""

    url: str
    who: str
    synced: str
    synced_tone: Tone
    last: str
    waiting: Table
    waiting_names: tuple[str, ...]
    """Of the rows of ``waiting``; empty for a report, which only whoever made it takes back."""
    refused: Table
    refused_names: tuple[str, ...]
    """Of the rows of ``refused``."""
    contradictions: Table
    contradicted: int
    """How many documents contradict what is here; each has several rows."""
    notes: tuple[str, ...]
    """What else is to be known, one sentence each."""
    is_running: bool


def server_page(known: Known, now: datetime) -> ServerPage:
    """The server's place."""
    outbox = known.state.outbox if known.state else None
    found = known.state.contradictions if known.state else ()
    words, tone, _ = sync_words(known, now)
    return ServerPage(
        url=known.url,
        who=who_words(known.who) if known.who else "",
        synced=words,
        synced_tone=tone,
        last=known.error or known.last,
        waiting=_waiting(outbox),
        waiting_names=tuple("" if each.is_report else each.name for each in outbox.waiting) if outbox else (),
        refused=_refused(outbox),
        refused_names=tuple(each.name for each in outbox.refused) if outbox else (),
        contradictions=_contradictions(found),
        contradicted=len(found),
        notes=tuple(_notes(known.state)),
        is_running=known.is_running,
    )


def sync_words(known: Known, now: datetime) -> tuple[str, Tone, str]:
    """How things stand with the server: in a few words, in which tone, and in full."""
    if not known.url:
        return translate("Server", "not connected"), Tone.MUTED, ""
    parts, tone, state = [], Tone.MUTED, known.state
    if known.is_running:
        parts.append(translate("Server", "synchronising…"))
    elif known.is_offline:
        parts.append(translate("Server", "offline"))
    elif known.error:
        parts.append(translate("Server", "▲ not synchronised"))
        tone = Tone.PENDING
    if state is not None and not known.is_running:
        parts.append(_synced(state.synced_at, now))
    if state is not None and state.outbox.waiting:
        waits = translate("Server", "{number} waiting")
        parts.append(waits.format(number=f"{len(state.outbox.waiting):,}"))
    if state is not None and state.outbox.refused:
        refused = translate("Server", "▲ {number} refused")
        parts.append(refused.format(number=f"{len(state.outbox.refused):,}"))
        tone = Tone.PENDING
    if state is not None and (state.contradictions or state.trouble):
        against = translate("Server", "✕ {number} contradicted")
        parts.append(against.format(number=f"{len(state.contradictions):,}" if state.contradictions else "?"))
        tone = Tone.NO_GO
    whole = [known.url, known.error]
    if state is not None and state.synced_at is not None:
        whole.insert(1, moment(state.synced_at).utc)
    return " · ".join(parts), tone, "\n".join(each for each in whole if each)


def _synced(when: datetime | None, now: datetime) -> str:
    if when is None:
        return translate("Server", "never synchronised")
    return translate("Server", "synced {ago}").format(ago=ago(when, now))


def ago(when: datetime, now: datetime) -> str:
    """How long ago something was: ``just now``, ``3 min ago``, ``2 h ago``, else the day."""
    seconds = (now - when).total_seconds()
    if seconds < 60:
        return translate("Server", "just now")
    if seconds < 3_600:
        return translate("Server", "{number} min ago").format(number=f"{seconds // 60:.0f}")
    if seconds < 86_400:
        return translate("Server", "{number} h ago").format(number=f"{seconds // 3_600:.0f}")
    return moment(when).day


def who_words(who: Who, *, with_token: bool = True) -> str:
    """Whom the server takes us for, in one line; where the token is kept only where it is settled."""
    sources = {
        "typed": translate("Server", "token kept until aitr is closed"),
        "environment": translate("Server", "token of the environment"),
        "keyring": translate("Server", "token in the keyring"),
    }
    every = translate("Server", "all projects")
    until = translate("Server", "valid until {time}").format(time=moment(who.expires_at).local)
    kept = sources["keyring" if who.kept else who.source.value]
    parts = (who.subject, who.role.replace("_", " "), who.project or every, kept if with_token else "", until)
    return " · ".join(one_line(each, 200) for each in parts if each)


def _time(when: datetime | None) -> Cell:
    if when is None:
        return _NOTHING
    found = moment(when)
    return Cell(text=found.local, whole=found.utc, tone=Tone.MUTED)


def _what(text: str, report_id: str) -> Cell:
    return Cell(text=one_line(text, 200), leads_to=Target(Kind.REPORT, report_id))


def _waiting(outbox: OutboxState | None) -> Table:
    never = Cell(text=translate("Server", "not tried yet"), tone=Tone.MUTED)
    return Table(
        columns=(
            Column(title=translate("Server", "What"), width=300),
            Column(title=translate("Server", "Since"), width=180),
            Column(title=translate("Server", "Tries"), width=60, is_number=True),
            Column(title=translate("Server", "Last outcome"), width=400, stretches=True),
        ),
        nodes=tuple(
            Node(
                cells=(
                    _what(each.what, each.report_id),
                    _time(each.since),
                    Cell(text=f"{each.tries:,}", is_number=True),
                    Cell(text=one_line(each.outcome), whole=visible(each.outcome)) if each.outcome else never,
                )
            )
            for each in (outbox.waiting if outbox else ())
        ),
    )


def _refused(outbox: OutboxState | None) -> Table:
    return Table(
        columns=(
            Column(title=translate("Server", "What"), width=300),
            Column(title=translate("Server", "Refused"), width=180),
            Column(title=translate("Server", "Reason"), width=480, stretches=True),
        ),
        nodes=tuple(
            Node(
                cells=(
                    _what(each.what, each.report_id),
                    _time(each.refused_at),
                    Cell(
                        text="✕ " + (one_line(each.reason) or translate("Server", "no reason is known")),
                        whole=visible(each.reason),
                        tone=Tone.NO_GO,
                    ),
                ),
                children=_advice(each.next_step),
            )
            for each in (outbox.refused if outbox else ())
        ),
    )


def _advice(text: str) -> tuple[Node, ...]:
    if not text:
        return ()
    return (Node(cells=(Cell(text=one_line(text), tone=Tone.MUTED),), spans=True),)


def _contradictions(found: tuple[Contradiction, ...]) -> Table:
    return Table(
        columns=(
            Column(title="", width=280),
            Column(title=translate("Server", "Here"), width=320),
            Column(title=translate("Server", "On the server"), width=320, stretches=True),
        ),
        nodes=tuple(node for each in found for node in _contradiction(each)),
    )


def _contradiction(each: Contradiction) -> tuple[Node, ...]:
    kinds = {
        "report": translate("Server", "Report {id}"),
        "decision": translate("Server", "Decision about {id}"),
        "approval": translate("Server", "Approval {id}"),
        "policy": translate("Server", "Policy {id}"),
    }
    title = kinds[each.kind].format(id=one_line(each.id, 200))
    leads = Target(Kind.REPORT, each.report_id) if each.report_id else None
    head = Cell(text=f"✕ {title}", tone=Tone.NO_GO, is_strong=True, leads_to=leads)
    rows = [
        _row(translate("Server", "Verdict"), _verdict(each.here), _verdict(each.there)),
        _row("SHA-256", _digest(each.here), _digest(each.there)),
        _row(translate("Server", "Made"), _made(each.here), _made(each.there)),
        _row(translate("Server", "Size"), _size(each.here), _size(each.there)),
    ]
    section = ""
    for difference in each.differences:
        if difference.section != section:
            section = difference.section
            rows.append(Node(cells=(Cell(text=section, is_strong=True),), spans=True))
        # What tells two places apart stands at their end.
        place = difference.where
        place = place if len(place) <= LONGEST_PLACE else f"…{place[-LONGEST_PLACE:]}"
        where = Cell(text=one_line(place, 200), whole=visible(difference.where[:2_000]))
        rows.append(Node(cells=(where, _value(difference.here), _value(difference.there))))
    rows += [_muted(words) for words in _remarks(each)]
    # On one level, so that both sides get the width that they need.
    return (Node(cells=(head,), spans=True), *rows)


def _remarks(each: Contradiction) -> list[str]:
    said = []
    if each.trouble:
        said.append(one_line(each.trouble))
    if each.more:
        said.append(translate("Server", "and {number} more values").format(number=f"{each.more:,}"))
    if not each.differences and not each.trouble and each.here.size and each.there.size:
        said.append(translate("Server", "Both say the same, in other bytes."))
    if each.others:
        others = translate("Server", "{number} further documents of the server about it wait with it.")
        said.append(others.format(number=f"{each.others:,}"))
    return said


def _row(name: str, here: Cell, there: Cell) -> Node:
    return Node(cells=(Cell(text=name, tone=Tone.MUTED), here, there))


def _muted(text: str) -> Node:
    return Node(cells=(Cell(text=text, tone=Tone.MUTED),), spans=True)


def _verdict(side: Side) -> Cell:
    if side.verdict is None:
        return _NOTHING
    mark = verdict(side.verdict)
    return Cell(text=str(mark), tone=mark.tone)


def _digest(side: Side) -> Cell:
    if side.digest is None:
        return Cell(text=translate("Server", "nothing of this id"), tone=Tone.MUTED)
    return Cell(text=short_sha(side.digest), whole=side.digest, is_code=True)


def _made(side: Side) -> Cell:
    if not side.made:
        return _NOTHING
    try:
        found = moment(datetime.fromisoformat(side.made))
    except ValueError:
        return Cell(text=one_line(side.made, 60))
    return Cell(text=found.local, whole=found.utc)


def _size(side: Side) -> Cell:
    return Cell(text=size(side.size)) if side.size is not None else _NOTHING


def _value(text: str | None) -> Cell:
    if text is None:
        return Cell(text=translate("Server", "not there"), tone=Tone.MUTED)
    return Cell(text=one_line(text, 300) or "“”", whole=visible(text), is_code=True)


def _notes(state: SyncState | None) -> list[str]:
    if state is None:
        return []
    notes = [each for each in (state.trouble, state.outbox.trouble) if each]
    notes += state.outbox.aside
    for url, number in state.outbox.elsewhere.items():
        waits = translate("Server", "{number} waiting for another server, {url}")
        notes.append(waits.format(number=f"{number:,}", url=url))
    if state.project:
        sees = translate("Server", "This token sees one project only: {project}")
        notes.append(sees.format(project=state.project))
    return [visible(each[:2_000]) for each in notes]
