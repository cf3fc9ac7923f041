"""The JSON report of pip-audit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import clean, cut_middle, cut_name
from tsr_agent.ingest.findings_bound import MAX_MESSAGE, bound_remark
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import read_json
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis

if TYPE_CHECKING:
    from pathlib import PurePath

_LIST = re.compile(rb'"dependencies"\s*+:\s*+\[')
_MARKS = (b'"vulns"', b'"skip_reason"')
_MAX_ID = 1_000
_MAX_SHOWN = 300


class _Vulnerability(msgspec.Struct):
    """One advisory that concerns a dependency."""

    id: str
    fix_versions: list[str] = []
    aliases: list[str] = []
    description: str | None = None


class _Dependency(msgspec.Struct):
    """One package, audited or skipped."""

    name: str
    version: str | None = None
    vulns: list[_Vulnerability] | None = None
    skip_reason: str | None = None


class _Report(msgspec.Struct):
    dependencies: list[_Dependency]


class PipAuditReader:
    """Reads each vulnerability as a finding; a dependency that was skipped is not clean."""

    name = "pip-audit JSON"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON with a list ``dependencies`` at the top and another key of pip-audit's."""
        keys = top_level_keys(head)
        if "dependencies" not in keys or not _LIST.search(head):
            return None
        if "fixes" in keys or any(mark in head for mark in _MARKS):
            return "JSON with dependencies at the top and a key of pip-audit's"
        return None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the whole report.

        Raises:
            InputError: Not strict JSON, or a dependency that was neither audited nor skipped.
        """
        tree = read_json(stream, path, self._limits)
        try:
            dependencies = msgspec.convert(tree, _Report).dependencies
        except msgspec.ValidationError as error:
            raise InputError(f"{path}: not a pip-audit report: {clean(str(error))[:500]}.") from error
        for number, each in enumerate(dependencies):
            if each.vulns is None and each.skip_reason is None:
                place = f"$.dependencies[{number}]"
                raise InputError(
                    f"{path}: not a pip-audit report: neither vulns nor skip_reason - at {place}."
                )
        # pip-audit has no levels: every vulnerability is as bad as the next, so the first ones are held.
        found = [(each, vulnerability) for each in dependencies for vulnerability in each.vulns or ()]
        skipped = [each for each in dependencies if each.skip_reason is not None and not each.vulns]
        reason = _why_not_run(dependencies, skipped)
        analysis = StaticAnalysis(
            path=path,
            tool="pip-audit",
            executed=not reason,
            findings=tuple(_finding(*each) for each in found[: self._limits.findings]),
            left_out=max(0, len(found) - self._limits.findings),
            reason=reason,
        )
        remarks = (*bound_remark(len(found), self._limits), *_skipped_remark(dependencies, skipped))
        return Parts(static_analysis=(analysis,), remarks=remarks)


def _why_not_run(dependencies: list[_Dependency], skipped: list[_Dependency]) -> str:
    if not dependencies:
        return "Nothing was audited: the report lists no dependency."
    if len(skipped) == len(dependencies):
        return (
            f"Nothing was audited: all {len(dependencies):,} dependencies were skipped, "
            f"the first because: {_skip_reason(skipped[0])}"
        )
    return ""


def _skipped_remark(dependencies: list[_Dependency], skipped: list[_Dependency]) -> tuple[str, ...]:
    if not skipped:
        return ()
    remark = (
        f"{len(skipped):,} of {len(dependencies):,} dependencies were skipped and are not known to be clean, "
        f"the first because: {_skip_reason(skipped[0])}"
    )
    return (remark,)


def _skip_reason(dependency: _Dependency) -> str:
    return clean(f"{dependency.name[:100]}: {(dependency.skip_reason or '')[:_MAX_SHOWN]}")


def _finding(dependency: _Dependency, vulnerability: _Vulnerability) -> Finding:
    package = f"{dependency.name[:200]} {(dependency.version or '')[:100]}".strip()
    fixed = ", ".join(vulnerability.fix_versions[:20])[:_MAX_SHOWN] or "no version"
    also = ", ".join(vulnerability.aliases[:20])[:_MAX_SHOWN]
    ends = f"Fixed in {fixed}." + (f" Also known as {also}." if also else "")
    what = cut_middle((vulnerability.description or "").strip(), MAX_MESSAGE // 2)
    return Finding(
        rule_id=cut_name(clean(vulnerability.id), _MAX_ID),
        level=FindingLevel.ERROR,
        message=clean(" ".join(each for each in (f"{package}:", what, ends) if each)),
    )
