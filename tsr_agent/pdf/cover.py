"""The first page: the verdict, what was judged, who stands behind it, and where everything is."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tsr_agent.pdf import palette
from tsr_agent.pdf.line_breaks import cut
from tsr_agent.pdf.sheets import Words
from tsr_agent.pdf.table_rows import TableRows
from tsr_agent.sections.document.tables import fields_table
from tsr_agent.sections.fields import Field
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, counted, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from tsr_agent.pdf.flow import Flow
    from tsr_agent.sections.document.cautions import Caution, Head
    from tsr_agent.sections.document.filed import FiledReport
    from tsr_agent.sections.document.tables import Document, Section
    from tsr_agent.sections.marks import Mark

BAR = 4.0
_INSET = 16.0
MOST_PEOPLE = 6
"""People whose approvals are named on the first page."""


def draw_title(flow: Flow, product: str, title: str, subject: str) -> None:
    """What kind of paper this is, and what it is about."""
    sheets = flow.sheets
    if product:
        flow.paragraph(title, size=palette.TEXT, colour=palette.TONES[Tone.MUTED])
        sheets.y -= 2
    face = sheets.faces.strong
    # A name may be made to look like a verdict: it gets one line and no more.
    named = cut(face, product or title, sheets.width * 1000 / palette.TITLE)
    flow.paragraph(named, face=face, size=palette.TITLE, kind=b"H1")
    if subject:
        flow.paragraph(subject, size=palette.TEXT, colour=palette.TONES[Tone.MUTED])
    sheets.y -= 14


def draw_band(flow: Flow, mark: Mark, sentence: str, cautions: Sequence[Caution]) -> None:
    """The verdict as bar, sign, word and one sentence; below it what nobody may miss."""
    sheets, tone = flow.sheets, palette.TONES[mark.tone]
    top = sheets.y
    flow.paragraph(str(mark), face=sheets.faces.strong, size=palette.VERDICT, colour=tone, indent=_INSET)
    sheets.y -= 2
    if sentence:
        flow.paragraph(sentence, size=11.0, indent=_INSET)
    for caution in cautions:
        sheets.y -= 4
        said = f"{caution.mark} · {caution.sentence}"
        colour = palette.TONES[caution.mark.tone]
        flow.paragraph(said, face=sheets.faces.strong, size=palette.TEXT, colour=colour, indent=_INSET)
    sheets.y -= 3
    sheets.box(tone, sheets.left, sheets.y, BAR, top - sheets.y)
    sheets.y -= 10


def draw_facts(flow: Flow, caption: str, fields: Sequence[Field]) -> None:
    """Labelled values below a heading."""
    table = fields_table("facts", caption, fields)
    rows = TableRows(flow.sheets, table)
    flow.heading(caption, 2, follows=rows.height(islice(table.rows(), 3)))
    rows.begin()
    for row in table.rows():
        rows.put(row)
    rows.end()


def judged_fields(filed: FiledReport, head: Head, zone: tzinfo | None) -> tuple[Field, ...]:
    """What was judged, by what, and when."""
    report, decision = filed.report, filed.decision
    versions = report.versions
    made = head.overview.created
    fields = [
        Field("Repository", one_line(versions.codebase_repo, 300) or NO_DATA),
        Field("Branch", one_line(versions.codebase_branch, 300) or NO_DATA),
        _commit("Code", versions.codebase_sha),
        _commit("Tests", versions.testbase_sha),
        _commit("Prompts", versions.prompts_sha),
        Field("Environment", head.overview.environment or NO_DATA),
        Field("Report", one_line(report.id, 300)),
        Field("Made", f"{made.local} ({made.utc})"),
    ]
    if decision is not None:
        judged = moment(decision.evaluated_at, zone)
        fields += [
            Field("Judged", f"{judged.local} ({judged.utc})"),
            Field("Policy", head.overview.policy),
            Field("Policy SHA-256", decision.policy.digest, is_code=True),
        ]
    fields.append(Field("Report SHA-256", filed.digest, is_code=True))
    if filed.decision_digest:
        fields.append(Field("Decision SHA-256", filed.decision_digest, is_code=True))
    return tuple(fields)


def people_fields(filed: FiledReport, zone: tzinfo | None) -> tuple[Field, ...]:
    """Who has to stand behind the release and who does, and whether the documents are what was filed."""
    from tsr_agent.sections.approval_history import approval_history

    history = approval_history(filed.decision, filed.approvals, filed.standing, zone)
    standing = history.standing
    fields = [Field("Approvals", history.asked)]
    if standing is not None:
        fields.insert(0, Field("Standing", str(standing), tone=standing.tone))
    fields += [Field("Missing", history.missing, tone=Tone.PENDING)] if history.missing else []
    counting = [row for row in history.rows if row.counts]
    for row in counting[:MOST_PEOPLE]:
        note = f": {one_line(row.note, 200)}" if row.note else ""
        said = f"{row.who}, {row.role}, {row.when.local}{note}"
        fields.append(Field(str(row.action), said, tone=Tone.PLAIN))
    left = len(counting) - MOST_PEOPLE
    fields += [Field("", f"and {counted(left, 'more')}", tone=Tone.MUTED)] if left > 0 else []
    seen = filed.verification
    fields.append(Field("Verification", f"{seen.mark}. {one_line(seen.sentence, 500)}", tone=seen.mark.tone))
    fields += [Field("Library", one_line(filed.library, 300))] if filed.library else []
    return tuple(fields)


def _commit(label: str, sha: str | None) -> Field:
    if not sha:
        return Field(label, NO_DATA, tone=Tone.MUTED)
    return Field(label, sha, is_code=True)


class Contents:
    """The list of sections; its page numbers are written when these are known.

    Args:
        flow: Where it is put.
    """

    SIZE = palette.TEXT

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._waiting: list[tuple[Target, int, int, float]] = []

    def draw(self, documents: Sequence[Document]) -> None:
        """Puts the list, each line a link.

        A document behind the first stands there once: its sections bear the names of the first one's, and
        are among the bookmarks.
        """
        first, *others = documents
        sections = [*first.sections, *(each.sections[0] for each in others)]
        leading = self.SIZE * 1.5
        self._flow.heading("Contents", 2, follows=min(len(sections), 4) * leading)
        sheets = self._flow.sheets
        sheets.structure.open(b"TOC")
        for section in sections:
            sheets.need(leading)
            self._line(section, leading)
        sheets.structure.close()

    def _line(self, section: Section, leading: float) -> None:
        sheets = self._flow.sheets
        face, target = sheets.faces.plain, section_target(section)
        y = sheets.y - self.SIZE
        said = cut(face, section.title, (sheets.width - 60) * 1000 / self.SIZE)
        sheets.structure.open(b"TOCI")
        words = Words(((sheets.left, y, said),), face, self.SIZE, palette.TONES[Tone.PLAIN])
        sheets.text(b"Reference", words, target=target)
        page, mark = sheets.late_mark(b"Lbl")
        sheets.structure.close()
        begins = sheets.left + face.width(said) * self.SIZE / 1000 + 6
        sheets.box(palette.HAIRLINE, begins, y + 2, max(0.0, sheets.right - 30 - begins), 0.5)
        self._waiting.append((target, page, mark, y))
        sheets.y -= leading

    def number(self) -> None:
        """Writes the page numbers."""
        sheets = self._flow.sheets
        face = sheets.faces.plain
        for target, page, mark, y in self._waiting:
            said = f"{sheets.place(target) or 1:,}"
            x = sheets.right - face.width(said) * self.SIZE / 1000
            drawn = Words(((x, y, said),), face, self.SIZE, palette.TONES[Tone.PLAIN]).drawn()
            sheets.later(page, b"/Lbl<</MCID %d>>BDC\n%bEMC\n" % (mark, drawn))


def section_target(section: Section) -> Target:
    """What leads to a section."""
    return Target(Kind.SECTION, section.key)
