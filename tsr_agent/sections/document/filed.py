"""Everything that there is about one report, as those who print it need it."""

from __future__ import annotations

import msgspec

from tsr_agent.controls.catalogue import Catalogue
from tsr_agent.gate.approvals import ApprovalStanding
from tsr_agent.models.approval import Approval
from tsr_agent.models.decision import Decision
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.sections.marks import Mark, Tone


class Verification(msgspec.Struct, frozen=True):
    """Whether the documents are what was filed, in the words of who looked."""

    mark: Mark
    sentence: str

    @property
    def is_altered(self) -> bool:
        """Whether something is not what was filed: whatever else is said then counts for nothing."""
        return self.mark.tone is Tone.NO_GO

    @property
    def is_verified(self) -> bool:
        """Whether somebody looked, and nothing is otherwise than it was filed."""
        return self.mark.tone is Tone.GO


def verified(sentence: str) -> Verification:
    """Somebody looked, and every byte is what was filed."""
    return Verification(Mark("✓", "verified", Tone.GO), sentence)


def altered(sentence: str) -> Verification:
    """Somebody looked, and something is not what was filed."""
    return Verification(Mark("✕", "altered", Tone.NO_GO), sentence)


NOT_VERIFIED = Verification(
    Mark("○", "not verified", Tone.PENDING),
    "The report was read from a file. No library was there to hold it against.",
)


class FiledReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report with what was decided and said about it."""

    report: TestSummaryReport
    digest: str
    """SHA-256 of the report's bytes as filed."""
    decision: Decision | None = None
    """None where none is on record: what the report itself claims is no decision."""
    decision_digest: str | None = None
    approvals: tuple[Approval, ...] = ()
    """Every document on record, whether it counts or not."""
    standing: ApprovalStanding | None = None
    """What approvals come to; None where there is no decision."""
    policy_in_force: bool | None = None
    """Whether the policy that decided still decides; None where that is not known."""
    verification: Verification = NOT_VERIFIED
    catalogues: tuple[Catalogue, ...] | None = None
    """Controls that the checklist is held against; None for those that ship with aitr."""
    refused_catalogues: tuple[str, ...] = ()
    """Why catalogues that lie beside the library could not be used, a sentence each."""
    library: str = ""
    """Which library it was read from, by its name; empty for a file."""
