"""What became of a policy's cases, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import marked, paragraph
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.cli.policy_trial import TriedFile, UnseenRules
    from tsr_agent.gate.trial.case_verdicts import CaseVerdict, Difference

_HOLDS, _DIFFERS = "✓", "✕"
_VERDICTS = {"decision": "decision", "without_waivers": "decision without waivers"}


def trial_lines(tried: Sequence[TriedFile], unseen: Sequence[UnseenRules], width: int) -> list[str]:
    """Each case in a line, what is not as expected, a summary, and the rules that were never seen to fail.

    Args:
        tried: The files in the order in which they were named.
        unseen: By policy.
        width: Columns to write in.
    """
    lines: list[str] = []
    for file in tried:
        policy = f"{file.policy.name} {file.policy.version} ({file.policy_source})"
        lines += paragraph(f"{one_line(file.source)}: {one_line(policy)}", width, "", "  ")
        for each in file.verdicts:
            lines += _case(each, width)
        lines.append("")
    verdicts = [each for file in tried for each in file.verdicts]
    wrong = sum(not each.holds for each in verdicts)
    held = f"{counted(len(verdicts), 'case')}, " + (f"{wrong:,} not as expected" if wrong else "all hold")
    lines.append(held)
    for rules in unseen:
        if rules.rules:
            names = ", ".join(rules.rules)
            lines += paragraph(
                f"Never seen to fail in {one_line(rules.policy_source)}: {names}", width, "", "  "
            )
    return lines


def _case(each: CaseVerdict, width: int) -> list[str]:
    lines = marked(_HOLDS if each.holds else _DIFFERS, one_line(each.name), width, "  ", "    ")
    for difference in each.differences:
        lines += _difference(difference, width)
    return lines


def _difference(each: Difference, width: int) -> list[str]:
    if each.what in _VERDICTS:
        expected, actual = (verdict(GoNoGoDecision(value)).word for value in (each.expected, each.actual))
    else:
        expected, actual = each.expected.replace("_", " "), each.actual.replace("_", " ")
    what = _VERDICTS.get(each.what, each.what)
    lines = paragraph(f"{what}: expected {expected}, got {actual}", width, "      ", "        ")
    return lines + paragraph(one_line(each.message, 2_000), width, "        ")
