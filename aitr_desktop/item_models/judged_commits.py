"""The commits of which a report says that they were judged, in words, with what is doubtful about each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitr_desktop.translation import translate
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import short_sha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.manifest import BuildContext, VersionManifest


MOST_NAMED = 6
"""Commits that are named where another one is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCommit:
    """A commit, and what a report calls it."""

    sha: str
    parts: tuple[str, ...]
    """What it is the commit of: code, tests, prompts; A or B before them where two reports are compared."""
    remarks: tuple[str, ...] = ()
    """What is to be known before its files are taken for what ran, a sentence each."""

    @property
    def words(self) -> str:
        """All of it on one line."""
        return f"{self._of()} · {one_line(short_sha(self.sha))}"

    @property
    def choice(self) -> str:
        """The same with the commit first, where there may be no room for the rest."""
        return f"{one_line(short_sha(self.sha))} · {self._of()}"

    def _of(self) -> str:
        """What it is the commit of; a side is named once for all that it has there."""
        sides: dict[str, list[str]] = {}
        for part in self.parts:
            side, _, name = part.rpartition(": ")
            sides.setdefault(side, []).append(name)
        return "; ".join((f"{side}: " if side else "") + ", ".join(names) for side, names in sides.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCode:
    """What one report, or the two of a comparison, name."""

    report_ids: tuple[str, ...]
    repository: str
    """Its address without credentials; empty where none is named."""
    commits: tuple[NamedCommit, ...]
    """Each once; the first is the one at which lines of code count."""

    @property
    def owner(self) -> str:
        """Whose commits these are, where no repository is named."""
        return " ".join(self.report_ids)

    def commit(self, sha: str) -> NamedCommit | None:
        """One of them; None where the report names no such commit."""
        return next((each for each in self.commits if each.sha == sha), None)

    def with_commit(self, sha: str) -> JudgedCode:
        """The same with a commit that the reports don't name, and that said of it."""
        known = plain_commit(sha)
        if self.report_ids:
            words = (
                translate("JudgedCode", "The report on screen names other commits: {commits}.")
                if len(self.report_ids) == 1
                else translate("JudgedCode", "The two compared reports name other commits: {commits}.")
            )
            named = "; ".join(each.words for each in self.commits[:MOST_NAMED] if each.parts != known.parts)
            known = replace(known, remarks=(words.format(commits=named),))
        return replace(self, commits=(*self.commits, known))


def judged_code(report_id: str, versions: VersionManifest, build: BuildContext | None) -> JudgedCode:
    """The commits of one report."""
    return JudgedCode(
        report_ids=(report_id,),
        repository=versions.codebase_repo,
        commits=_merged(_named(versions, build)),
    )


def compared_code(old: JudgedCode, new: JudgedCode) -> JudgedCode:
    """The commits of two reports of one repository, those of A first."""
    sides = (("A", old), ("B", new))
    found = [
        NamedCommit(sha=each.sha, parts=tuple(f"{side}: {part}" for part in each.parts), remarks=each.remarks)
        for side, code in sides
        for each in code.commits
    ]
    return JudgedCode(
        report_ids=(*old.report_ids, *new.report_ids),
        repository=new.repository or old.repository,
        commits=_merged(found),
    )


def _named(versions: VersionManifest, build: BuildContext | None) -> list[NamedCommit]:
    # Not before the first frame: the models take their time.
    from tsr_agent.models.manifest import tested_sha

    code, tested = versions.codebase_sha, versions.checked_out_sha or versions.codebase_sha
    changed, clone = _changed(versions), _clone(versions)
    named = [
        NamedCommit(sha=code, parts=(translate("JudgedCode", "Code"),), remarks=_head(code, tested)),
        NamedCommit(sha=versions.testbase_sha, parts=(translate("JudgedCode", "Tests"),), remarks=clone),
        NamedCommit(sha=versions.prompts_sha, parts=(translate("JudgedCode", "Prompts"),), remarks=clone),
    ]
    if tested == code:
        named[0] = NamedCommit(sha=code, parts=named[0].parts, remarks=changed)
        return named
    merge = translate(
        "JudgedCode", "This commit was tested: the merge of {sha} with the branch it goes into."
    )
    other = translate(
        "JudgedCode",
        "This commit was checked out and tested; nothing ties it to {sha}, which the report names.",
    )
    said = merge if tested_sha(versions, build) == tested else other
    remarks = (said.format(sha=short_sha(code)), *changed)
    return [NamedCommit(sha=tested, parts=(translate("JudgedCode", "Tested"),), remarks=remarks), *named]


def _head(code: str, tested: str) -> tuple[str, ...]:
    if code == tested:
        return ()
    words = translate("JudgedCode", "This is not the commit that was tested: that was {sha}.")
    return (words.format(sha=short_sha(tested)),)


def _changed(versions: VersionManifest) -> tuple[str, ...]:
    if versions.dirty:
        return (
            translate(
                "JudgedCode",
                "The report was made from a tree with changes that no commit has: "
                "what you see is the commit, not what ran.",
            ),
        )
    if versions.dirty is None:
        return (
            translate(
                "JudgedCode", "It is not known whether what ran held changes that this commit does not have."
            ),
        )
    return ()


def _clone(versions: VersionManifest) -> tuple[str, ...]:
    if not versions.shallow:
        return ()
    return (
        translate(
            "JudgedCode",
            "The report was made in a shallow clone: the commit may be older than the one named here.",
        ),
    )


def _merged(found: Sequence[NamedCommit]) -> tuple[NamedCommit, ...]:
    """Each commit once, under all its names."""
    kept: dict[str, NamedCommit] = {}
    for each in found:
        known = kept.get(each.sha)
        kept[each.sha] = (
            each
            if known is None
            else NamedCommit(
                sha=each.sha,
                parts=tuple(dict.fromkeys((*known.parts, *each.parts))),
                remarks=tuple(dict.fromkeys((*known.remarks, *each.remarks))),
            )
        )
    return tuple(kept.values())


def plain_commit(sha: str) -> NamedCommit:
    """A commit that no report on screen names: a link or a table led to it."""
    return NamedCommit(sha=sha, parts=(translate("JudgedCode", "Commit"),))
