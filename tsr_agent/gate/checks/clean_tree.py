"""The check ``clean_tree``: were the tests run on what is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tsr_agent.gate.judgement import Judgement, not_evaluated, state_of
from tsr_agent.gate.rule import Rule

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts


class CleanTreeRule(Rule, frozen=True, kw_only=True):
    """A rule on the working tree that the report was made from."""

    check: Annotated[Literal["clean_tree"], Meta(description="Which check the rule makes.")]

    def judge(self, facts: Facts) -> Judgement:
        """Fails for a tree with changes that no commit has; a tree nobody looked at is not evaluated."""
        evidence = facts.evidence
        expected = "clean working tree"
        versions = evidence.versions
        if versions is None:
            return not_evaluated(expected, "The report has no valid version manifest")
        if versions.dirty is None:
            return not_evaluated(expected, "It is not known whether the working tree held local changes")
        if not versions.dirty and not evidence.tested_what_it_names():
            return not_evaluated(
                expected,
                f"Commit {(versions.checked_out_sha or '')[:12]} was tested, and nothing ties it to commit "
                f"{versions.codebase_sha[:12]}, which the report is about",
            )
        commit = (versions.checked_out_sha or versions.codebase_sha)[:12]
        if versions.dirty:
            message = f"The working tree held changes that commit {commit} does not have"
        else:
            message = f"Made from commit {commit} without local changes"
        return Judgement(
            state=state_of(not versions.dirty),
            expected=expected,
            actual="changed" if versions.dirty else "clean",
            message=message,
        )

    def asks(self) -> str:
        """What the rule asks for."""
        return "The report must be made from committed code, without local changes."
