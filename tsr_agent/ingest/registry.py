"""All readers, and which of them takes a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tsr_agent.ingest.heads import root_element

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePath

    from tsr_agent.ingest.limits import Limits
    from tsr_agent.ingest.reader import Reader

_BY_SUFFIX = {
    ".csv": "requirements CSV",
    ".yaml": "requirements YAML",
    ".yml": "requirements YAML",
    ".xml": "Cobertura XML",
    ".json": "coverage.py JSON",
    ".info": "lcov",
    ".lcov": "lcov",
}


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """What the readers say about a file before it is read."""

    reader: Reader | None
    reason: str
    broken: bool = False
    """No reader may take it, though it is meant for one."""


def result_readers(limits: Limits) -> tuple[Reader, ...]:
    """Readers of everything that is recognised in a results directory."""
    from tsr_agent.ingest.exec_record import ExecRecordReader
    from tsr_agent.ingest.junit import JUnitReader

    return (
        JUnitReader(limits),
        ExecRecordReader(limits),
        *evals_readers(limits),
        *requirements_readers(limits),
        *coverage_readers(limits),
        *findings_readers(limits),
    )


def evals_readers(limits: Limits) -> tuple[Reader, ...]:
    """Readers of what ``--evals`` names."""
    from tsr_agent.ingest.deepeval import DeepEvalReader
    from tsr_agent.ingest.evals import EvalsReader
    from tsr_agent.ingest.inspect_log import InspectLogReader
    from tsr_agent.ingest.lm_eval import LmEvalReader
    from tsr_agent.ingest.promptfoo import PromptfooReader

    return (
        EvalsReader(limits),
        InspectLogReader(limits),
        DeepEvalReader(limits),
        LmEvalReader(limits),
        PromptfooReader(limits),
    )


def requirements_readers(limits: Limits) -> tuple[Reader, ...]:
    """Readers of what ``--requirements`` names."""
    from tsr_agent.ingest.doorstop import DoorstopReader
    from tsr_agent.ingest.requirements_csv import RequirementsCsvReader
    from tsr_agent.ingest.requirements_yaml import RequirementsYamlReader
    from tsr_agent.ingest.sphinx_needs import SphinxNeedsReader

    return (
        RequirementsYamlReader(limits),
        RequirementsCsvReader(limits),
        SphinxNeedsReader(limits),
        DoorstopReader(limits),
    )


def coverage_readers(limits: Limits) -> tuple[Reader, ...]:
    """Readers of what ``--coverage`` names."""
    from tsr_agent.ingest.clover import CloverReader
    from tsr_agent.ingest.cobertura import CoberturaReader
    from tsr_agent.ingest.coverage_json import CoverageJsonReader
    from tsr_agent.ingest.jacoco import JacocoReader
    from tsr_agent.ingest.lcov import LcovReader

    return (
        CoberturaReader(limits),
        CoverageJsonReader(limits),
        LcovReader(limits),
        CloverReader(limits),
        JacocoReader(limits),
    )


def findings_readers(limits: Limits) -> tuple[Reader, ...]:
    """Readers of what scanners write."""
    from tsr_agent.ingest.pip_audit import PipAuditReader
    from tsr_agent.ingest.sarif import SarifReader

    return (SarifReader(limits), PipAuditReader(limits))


def recognise(readers: Sequence[Reader], head: bytes, path: PurePath) -> Recognition:
    """The one reader that takes a file found in a results directory.

    Two that would take it mean that nobody does: the file is unreadable rather than guessed at. So is
    an XML file in which not even a root element can be seen: a tool that was killed left it behind.
    """
    taken = [(reader, why) for reader in readers if (why := reader.recognise(head, path)) is not None]
    if len(taken) > 1:
        # Content says more than a name, which only keeps a damaged file from being overlooked.
        taken = [each for each in taken if not each[1].startswith("named ")] or taken
    if len(taken) > 1:
        both = " and ".join(f"{reader.name} ({why})" for reader, why in taken)
        return Recognition(reader=None, reason=f"two readers would take it: {both}", broken=True)
    if taken:
        return Recognition(reader=taken[0][0], reason=taken[0][1])
    if path.suffix.lower() == ".xml" and root_element(head) is None:
        return Recognition(
            reader=None, reason="no XML root element can be seen; it is empty, cut off or no XML", broken=True
        )
    return Recognition(reader=None, reason=_why_left(head) or "no reader knows the format")


def _why_left(head: bytes) -> str | None:
    """Why a file of a known tool is not taken, though the tool writes others that are."""
    from tsr_agent.ingest import promptfoo

    return promptfoo.why_left(head)


def claimed(found: Recognition, head: bytes, claim: str) -> Recognition:
    """A file that no reader takes although its name or a person says that it holds tests: unreadable.

    Args:
        found: What the readers said.
        head: The first bytes of the file.
        claim: What says that it holds tests.
    """
    root = root_element(head)
    if root is not None and root.name == "coverage" and "by its name" in claim:
        return found  # another tool's coverage, in a folder named after the tests that were measured
    what = f"its root element is {root.name[:60]!r}" if root else "it is damaged or of another format"
    advice = "" if "by its name" in claim else "; narrow the pattern if it is no results file"
    reason = f"no reader knows the format, and it is said to hold tests ({claim}): {what}{advice}"
    return replace(found, reason=reason, broken=True)


def recognise_named(readers: Sequence[Reader], head: bytes, path: PurePath) -> Recognition:
    """The reader of a file that a person named for a purpose.

    With one possible reader it is that one. Otherwise content decides and, where it does not, the
    file's suffix, so that a damaged file is refused by the reader it was meant for.
    """
    by_suffix = [reader for reader in readers if reader.name == _BY_SUFFIX.get(path.suffix.lower())]
    found = recognise(readers, head, path)
    meant = readers[0] if len(readers) == 1 else by_suffix[0] if by_suffix else None
    if meant is not None and found.reader is None:
        return Recognition(reader=meant, reason="named for it on the command line or in aitr.toml")
    if found.reader is not None:
        return found
    known = " nor ".join(reader.name for reader in readers)
    return Recognition(reader=None, reason=_why_left(head) or f"neither {known}", broken=True)
