"""What is exported: a report with what was decided and said about it, each document as it was filed."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.sections.document.filed import NOT_VERIFIED, FiledReport, Verification, verified
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from tsr_agent.controls.reading import Gathered
    from tsr_agent.errors import TsrError
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library


class Basis(Enum):
    """Whose decision it is that an export shows."""

    ON_RECORD = "on_record"
    """The one that a library has on record, with what people said about it."""
    FOR_THIS_EXPORT = "for_this_export"
    """Taken while exporting, by a policy that whoever exports named. Nobody filed it."""
    NONE = "none"
    """None: the report's own claim is no decision."""


_SAID = {
    Basis.ON_RECORD: (
        "The decision and the approvals are those on record; each document is shown to be the one that was "
        "filed."
    ),
    Basis.FOR_THIS_EXPORT: (
        "The report was read from the file {source}. The decision was taken for this export, by a policy "
        "that whoever exported it named: it is on no record, and no approvals are known."
    ),
    Basis.NONE: (
        "The report was read from {source}. No decision is exported: what a report claims of itself is none. "
        "tsr-agent gate takes one from the evidence."
    ),
}


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One report, ready to be exported."""

    filed: FiledReport
    document: bytes
    """The report's bytes as they were filed."""
    basis: Basis

    @property
    def basis_sentence(self) -> str:
        """Whose decision it is, in words."""
        said, library = self.filed.verification.sentence, self.filed.library
        return f"{said} Library: {one_line(library, 200)}." if library else said


def of_file(
    report: TestSummaryReport, document: bytes, name: str, decision: Decision | None = None
) -> Subject:
    """A report that no library vouches for.

    Args:
        report: What the bytes say.
        document: The bytes.
        name: The file's name.
        decision: The decision that was taken for this export; None for none.
    """
    from tsr_agent.models import codec

    basis = Basis.NONE if decision is None else Basis.FOR_THIS_EXPORT
    looked = Verification(NOT_VERIFIED.mark, _said(basis, name))
    filed = FiledReport(report=report, digest=codec.digest(document), decision=decision, verification=looked)
    return Subject(filed=filed, document=document, basis=basis)


def on_record(library: Library, report_id: str) -> Subject:
    """A report of a library.

    Args:
        library: Open.
        report_id: Which.

    Raises:
        InputError: No such report.
        IntegrityError: One of its documents was altered, or they don't bear out what lists show.
        StoreError: The library can't be read.
    """
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.repository import ReportRepository
    from tsr_agent.store.rulebooks import policy_in_force

    document = ReportRepository(library).document(report_id)
    found = ApprovalRepository(library).on_record(report_id)
    decision = found.decision if found else None
    name = library.name.replace("\\", "/").rpartition("/")[2]
    basis = Basis.NONE if decision is None else Basis.ON_RECORD
    held = _catalogues(library)
    filed = FiledReport(
        report=codec.decode(document, TestSummaryReport, source=f"report {report_id} of {library.name}"),
        digest=codec.digest(document),
        decision=decision,
        decision_digest=found.decision_digest if found else None,
        approvals=found.approvals if found else (),
        standing=found.standing if found else None,
        policy_in_force=policy_in_force(library, found.codebase_repo, decision)
        if found and decision
        else None,
        verification=verified(_said(basis, "a library")),
        library=name,
        catalogues=held.catalogues if held else None,
        refused_catalogues=tuple(map(_refusal, held.refused)) if held else (),
    )
    return Subject(filed=filed, document=document, basis=basis)


def _catalogues(library: Library) -> Gathered | None:
    """The catalogues of controls beside a library's file, as the window reads them."""
    from tsr_agent.controls.reading import FOLDER, gather

    return gather(library.path.parent / FOLDER) if library.dialect == "sqlite" else None


def _refusal(error: TsrError) -> str:
    return one_line(" ".join((error.message, *error.details)), 500)


def _said(basis: Basis, source: str) -> str:
    return _SAID[basis].replace("{source}", one_line(source, 200))
