"""``tsr-agent policy init``: a policy of bounds that a report meets today, for a person to tighten."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from tsr_agent.cli.options import path, text
from tsr_agent.errors import ExitCode, PolicyError, UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.gate.drafting.draft import DraftedPolicy
    from tsr_agent.models.report import TestSummaryReport

DEFAULT_OUTPUT = "policy.yaml"
_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "--from",
        dest="report",
        metavar="TSR.json",
        type=text,
        required=True,
        help="the report whose results the policy's bounds are drawn from",
    )
    parser.add_argument(
        "--output",
        metavar="F",
        type=path,
        help=f"where to write it (default: {DEFAULT_OUTPUT}); nothing is replaced",
    )
    parser.add_argument(
        "--name", metavar="N", type=text, help="the policy's name (default: the repository's)"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Drafts the policy and writes it where nothing is."""
    from pathlib import Path

    from tsr_agent.cli.documents import read_report
    from tsr_agent.gate.drafting.draft import draft_policy
    from tsr_agent.gate.drafting.text import draft_text
    from tsr_agent.gate.policies.file import parse_policy
    from tsr_agent.generate import write_document

    output: Path = arguments.output or Path(DEFAULT_OUTPUT)
    _refuse_to_replace(output)
    report, _ = read_report(arguments.report)
    draft = draft_policy(report)
    document = draft_text(draft, arguments.name or _project_name(report), output.name).encode("utf-8")
    try:
        parse_policy(document, str(output))
    except PolicyError as error:
        raise UsageError(
            f"{output}: not written; it would be no valid policy.",
            details=error.details or (error.message,),
            next_step="Give another --name.",
        ) from error
    # Once more, because a report may take a while to read.
    _refuse_to_replace(output)
    write_document(output, document)
    _tell(console, draft, output)
    return ExitCode.OK


def _refuse_to_replace(output: Path) -> None:
    if os.path.lexists(output):
        raise UsageError(
            f"{output}: already there.",
            kept="what stands there, unchanged; nothing was written.",
            next_step="Choose another --output, or remove it yourself.",
        )


def _project_name(report: TestSummaryReport) -> str:
    """The repository's name, without its host and path."""
    last = report.versions.codebase_repo.rstrip("/").rpartition("/")[2].removesuffix(".git").lower()
    found = re.sub(r"[^a-z0-9]+", "-", last)[:100].strip("-")
    return found or "project"


def _tell(console: Console, draft: DraftedPolicy, output: Path) -> None:
    if console.as_json:
        console.data(
            {
                "written": str(output),
                "rules": [rule.id for rule in draft.rules],
                "left_out": [{"what": each.what, "why": each.why} for each in draft.left_out],
            }
        )
        return
    from tsr_agent.cli.layout import paragraph
    from tsr_agent.sections.plain_text import one_line
    from tsr_agent.sections.wording import counted

    rules = counted(len(draft.rules), "rule")
    said = f"Wrote {output}: {rules}. The report {draft.report_id} passes all of them."
    lines = paragraph(said, console.width)
    if draft.left_out:
        lines += ["", "Without a rule:"]
        for each in draft.left_out[:_SHOWN]:
            lines += paragraph(one_line(f"{each.what}: {each.why}"), console.width, "  ", "    ")
        if len(draft.left_out) > _SHOWN:
            lines.append(f"  and {len(draft.left_out) - _SHOWN:,} more, at the end of the file")
    lines += [
        "",
        "Next: tighten each bound to what a release needs, then",
        f"  tsr-agent policy lint {output}",
        f"  tsr-agent policy explain {output}",
        "  name it as [files] policy in aitr.toml, or give it as --policy.",
    ]
    console.text(lines)
