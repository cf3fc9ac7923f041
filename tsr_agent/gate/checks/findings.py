"""The check ``findings``: what static analysis found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.judgement import MAX_EVIDENCE, NO_DATA, Judgement, state_of
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import at_most, sentence, series
from tsr_agent.gate.wording import counted, listed, plain, untrusted_id, visible, whole
from tsr_agent.models.base import Count, Record
from tsr_agent.models.decision import EvidenceRef, RuleScope, RuleState
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.gate.facts import Facts

_WORST_FIRST = tuple(FindingLevel)
_Name = Annotated[str, Meta(min_length=1, max_length=1_000, pattern=r"\S")]
_MAX_NAMES = 100
_SPELT = 10
_Names = Annotated[tuple[_Name, ...], Meta(max_length=_MAX_NAMES)]


class FindingsScope(Record, frozen=True, kw_only=True):
    """Which findings count."""

    tool: Annotated[
        _Names | None,
        Meta(
            description="The tools whose scans count, each of which must be there; all scans if left out.",
        ),
    ] = None
    level: Annotated[
        tuple[FindingLevel, ...],
        Meta(max_length=_MAX_NAMES, description="The levels that count; error and warning if left out."),
    ] = (FindingLevel.ERROR, FindingLevel.WARNING)
    rule: Annotated[
        _Names | None,
        Meta(
            description="Ids of the tools' own rules that count, those below them included; all if left out.",
        ),
    ] = None


class FindingsRequire(Record, frozen=True, kw_only=True):
    """How many there may be, and in how many scans they were looked for."""

    directions: ClassVar[Directions] = {"max_count": Stricter.LOWER, "min_scans": Stricter.HIGHER}

    max_count: Annotated[Count, Meta(description="Most findings that there may be, 0 if left out.")] = 0
    min_scans: Annotated[Count, Meta(description="Fewest scans that must be there, 1 if left out.")] = 1


class FindingsRule(Rule, frozen=True, kw_only=True):
    """A rule on the findings of static analysis."""

    check: Annotated[Literal["findings"], Meta(description="Which check the rule makes.")]
    where: Annotated[FindingsScope, Meta(description="What is looked at.")] = FindingsScope()
    require: Annotated[FindingsRequire, Meta(description="What must hold.")] = FindingsRequire()

    def judge(self, facts: Facts) -> Judgement:
        """Counts findings in scope. Too many fail it, whatever else is missing.

        A named tool without a scan, a scan that did not run, and findings that the report does not hold
        leave open what there is: then it is not evaluated.
        """
        scans = [each for each in facts.evidence.static_analysis if self._is_wanted(each)]
        found = [(scan, each) for scan in scans for each in scan.findings if self._counts(each)]
        complaints, gaps = self._complaints(scans, found), self._gaps(scans)
        state = state_of(not complaints)
        if gaps and not complaints:
            state = RuleState.NOT_EVALUATED
        return Judgement(
            state=state,
            expected=self._expected(),
            actual=counted(len(found), "finding") if scans else NO_DATA,
            n=len(scans) if scans else None,
            message="; ".join([*complaints, *gaps]) or self._told(scans, found),
            remarks=_remarks(scans),
            lacks_evidence=bool(complaints and gaps),
            evidence=_references(found),
        )

    def scope(self) -> RuleScope:
        """Findings of some levels, perhaps of some tools and rules alone."""
        return RuleScope(
            tools=self.where.tool or (),
            levels=tuple(each.value for each in self.where.level),
            tool_rules=self.where.rule or (),
            compares=self.compares(),
        )

    def asks(self) -> str:
        """What the rule asks for."""
        where, least = self.where, self.require.min_scans
        tools = f" by {_either(where.tool)}" if where.tool is not None else ""
        rules = f" against {_either(where.rule)}" if where.rule is not None else ""
        levels = series([each.value for each in _WORST_FIRST if each in where.level] or ["none"], "or")
        demand = f"{at_most(self.require.max_count, 'finding')} of level {levels}{rules} may be reported"
        scans = f"at least {counted(least, 'scan')}{tools} must be there"
        named = ["each of these tools must have been used"] if where.tool and len(where.tool) > 1 else []
        return sentence([demand], [scans, *named, "all must have run"])

    def impossible(self) -> list[tuple[str, str]]:
        """An empty list would match nothing and always pass; no scan can't show that nothing was found."""
        lists = (("tool", self.where.tool), ("level", self.where.level), ("rule", self.where.rule))
        found = [(f"where.{key}", "is empty; it would match nothing") for key, names in lists if names == ()]
        for key, names in (("tool", self.where.tool), ("rule", self.where.rule)):
            if names and not all(map(visible, names)):
                found.append((f"where.{key}", "holds a name without a visible sign"))
        if self.require.min_scans == 0:
            found.append(("require.min_scans", "0 would pass where nothing was scanned; at least 1"))
        return found

    def _is_wanted(self, scan: StaticAnalysis) -> bool:
        return self.where.tool is None or _key(scan.tool) in {_key(each) for each in self.where.tool}

    def _counts(self, finding: Finding) -> bool:
        if finding.level not in self.where.level:
            return False
        wanted = self.where.rule
        return wanted is None or any(_is_below(finding.rule_id, each) for each in wanted)

    def _complaints(
        self, scans: Sequence[StaticAnalysis], found: Sequence[tuple[StaticAnalysis, Finding]]
    ) -> list[str]:
        most, least = self.require.max_count, self.require.min_scans
        complaints = []
        if len(found) > most:
            allowed = "none may be" if most == 0 else f"at most {whole(most)} may be"
            complaints.append(f"{self._told(scans, found)}; {allowed}")
        if scans and len(scans) < least:
            complaints.append(f"Only {counted(len(scans), 'scan')} reported; at least {whole(least)} must be")
        return complaints

    def _gaps(self, scans: Sequence[StaticAnalysis]) -> list[str]:
        """Why it is not known how much there is, one sentence each."""
        there = {_key(each.tool) for each in scans}
        missing = [each for each in self.where.tool or () if _key(each) not in there]
        gaps = [f"No scan by {listed(missing)} was reported"] if missing else []
        if not scans and not missing:
            gaps.append("No scan was reported")
        idle = sorted({(plain(each.tool), plain(each.reason)) for each in scans if not each.executed})
        gaps += [
            f"The scan by {tool} did not run" + (f": {reason.rstrip('.')}" if reason else "")
            for tool, reason in idle[:3]
        ]
        left_out = sum(each.left_out for each in scans if self._may_miss(each))
        if left_out:
            gaps.append(f"{counted(left_out, 'further finding')} are not held in the report")
        return gaps

    def _may_miss(self, scan: StaticAnalysis) -> bool:
        """Whether findings that the report does not hold can be in scope: the worst levels are held first."""
        if not scan.left_out:
            return False
        mildest_held = max((_WORST_FIRST.index(each.level) for each in scan.findings), default=0)
        return any(_WORST_FIRST.index(level) >= mildest_held for level in self.where.level)

    def _told(self, scans: Sequence[StaticAnalysis], found: Sequence[tuple[StaticAnalysis, Finding]]) -> str:
        tools = listed(sorted({plain(each.tool, 80) for each in scans}))
        told = f"{counted(len(found), self._kind())} in {counted(len(scans), 'scan')} ({tools})"
        places = sorted({_place(each) for _, each in found})
        return f"{told}: {listed(places)}" if places else told

    def _kind(self) -> str:
        return f"{'/'.join(each.value for each in _WORST_FIRST if each in self.where.level)} finding"

    def _expected(self) -> str:
        where, most = self.where, self.require.max_count
        parts = [f"{'no' if most == 0 else f'at most {whole(most)}'} {self._kind()}"]
        parts += [f"against {listed(where.rule)}"] if where.rule is not None else []
        parts += [f"scans by {listed(where.tool)}"] if where.tool is not None else []
        parts += [f"at least {counted(self.require.min_scans, 'scan')}"]
        return ", ".join(parts)


def _either(names: Sequence[str]) -> str:
    """Names in a sentence: all of a few, the first of many."""
    if len(names) > _SPELT:
        return listed(names, _SPELT)
    return series([plain(each, 80) for each in names] or ["no name"], "or")


def _key(tool: str) -> str:
    """One spelling of a tool's name: ``Bandit`` is ``bandit``."""
    return visible(tool).casefold()


def _is_below(rule_id: str, wanted: str) -> bool:
    """SARIF's rule ids are paths: ``CA1000/1`` is a kind of ``CA1000``."""
    return rule_id == wanted or rule_id.startswith(f"{wanted}/")


def _place(finding: Finding) -> str:
    where = f"{finding.file}:{finding.line}" if finding.line is not None else finding.file
    return f"{plain(finding.rule_id, 30)} {where[-45:]}".strip()


def _remarks(scans: Sequence[StaticAnalysis]) -> tuple[str, ...]:
    suppressed = sum(each.suppressed for each in scans)
    if not suppressed:
        return ()
    are = "finding is" if suppressed == 1 else "findings are"
    return (f"{whole(suppressed)} {are} not counted, because the source or the scan suppresses them",)


def _references(found: Sequence[tuple[StaticAnalysis, Finding]]) -> tuple[EvidenceRef, ...]:
    worst_first = sorted(
        found,
        key=lambda each: (
            _WORST_FIRST.index(each[1].level),
            each[0].path,
            each[1].file,
            each[1].line or 0,
            each[1].rule_id,
        ),
    )
    return tuple(
        EvidenceRef(
            path=untrusted_id(scan.path),
            finding=plain(finding.rule_id),
            file=untrusted_id(finding.file),
            line=finding.line,
        )
        for scan, finding in worst_first[:MAX_EVIDENCE]
    )
