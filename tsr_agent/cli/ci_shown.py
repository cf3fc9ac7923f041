"""What a CI system shows people of a verdict: places to look at, and a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tsr_agent.cli.ci_findings import Finding
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.models.api import GoNoGo
    from tsr_agent.models.decision import Decision, GoNoGoDecision
    from tsr_agent.models.report import TestSummaryReport

_MOST_ISSUES = 50


class Shown(Protocol):
    """A verdict as people see it."""

    def findings(self, root: str) -> list[Finding]:
        """What to point at, the worst first.

        Args:
            root: The folder of the checkout.
        """

    def page(self, budget: int) -> str:
        """The verdict as Markdown within so many bytes; nothing where it has no room."""


class JudgedReport:
    """A verdict that was taken here.

    Args:
        report: What was judged.
        decision: What the policy made of it.
    """

    def __init__(self, report: TestSummaryReport, decision: Decision) -> None:
        self._report, self._decision = report, decision

    def findings(self, root: str) -> list[Finding]:
        """Rules that did not pass and tests that failed."""
        from tsr_agent.cli.ci_findings import findings

        return findings(self._report, self._decision, root)

    def page(self, budget: int) -> str:
        """The whole decision."""
        from tsr_agent.cli.ci_summary import summary

        return summary(self._report, self._decision, budget)


class ServerVerdict:
    """A verdict that a server took.

    Args:
        address: Of the server.
        answer: What it said.
        verdict: What that is worth.
    """

    def __init__(self, address: ServerAddress, answer: GoNoGo, verdict: GoNoGoDecision) -> None:
        self._address, self._answer, self._verdict = address, answer, verdict

    def findings(self, root: str) -> list[Finding]:
        """What blocks, what waits and what warns."""
        from tsr_agent.cli.ci_findings import MOST_OF_A_LEVEL, Finding, Level
        from tsr_agent.sections.plain_text import one_line

        answer = self._answer
        levels = (
            (Level.ERROR, "Blocks the release", answer.blocking_issues),
            (Level.WARNING, "A person has to look", answer.review_issues),
            (Level.WARNING, "Warns", answer.warnings),
        )
        found = [
            Finding(level, title, one_line(each, 400))
            for level, title, issues in levels
            for each in issues[:MOST_OF_A_LEVEL]
        ]
        of_level = {level: [each for each in found if each.level is level] for level in Level}
        return [each for level in Level for each in of_level[level][:MOST_OF_A_LEVEL]]

    def page(self, budget: int) -> str:
        """The verdict, what it is about and why."""
        from tsr_agent.cli.ci_summary import BEGINNING, Page, code, plain
        from tsr_agent.sections.wording import verdict

        answer, page = self._answer, Page(budget)
        facts = [
            ("Environment", plain(answer.environment)),
            ("Code", code(answer.codebase_sha)),
            ("Policy", plain(f"{answer.policy.name} {answer.policy.version}")),
            ("Approval", plain(answer.approval.reason)),
            ("Report", code(answer.report_id)),
            ("SHA-256", code(answer.report_digest)),
            ("Decided", plain(f"{answer.evaluated_at:%Y-%m-%d %H:%M:%S} UTC by {self._address}")),
        ]
        head = [BEGINNING, f"## {verdict(self._verdict)}", "", f"Why: {plain(answer.reason, 1500)}"]
        if not page.add([*head, "", "| | |", "|---|---|", *(f"| {name} | {said} |" for name, said in facts)]):
            return ""
        for title, issues in (
            ("Blocks the release", answer.blocking_issues),
            ("A person has to look", answer.review_issues),
            ("Warnings", answer.warnings),
        ):
            if issues and page.add(["", f"### {title} ({len(issues):,})", ""]):
                for each in issues[:_MOST_ISSUES]:
                    page.add([f"- {plain(each)}"])
        return page.text()
