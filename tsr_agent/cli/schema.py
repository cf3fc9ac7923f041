"""``tsr-agent schema``: the published JSON Schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console

DOCUMENTS = (
    "report",
    "decision",
    "approval",
    "policy",
    "waivers",
    "quarantine",
    "policy-cases",
    "evals",
    "requirements",
    "controls",
    "comparison",
    "export",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "document", choices=DOCUMENTS, metavar="DOCUMENT", help=f"one of {', '.join(DOCUMENTS)}"
    )


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Prints the schema; it is JSON with and without ``--json``."""
    console.data(schema_of(arguments.document))
    return ExitCode.OK


def schema_of(document: str) -> dict[str, Any]:
    """The JSON Schema of one of ``DOCUMENTS``."""
    from tsr_agent.models.schemas import json_schema

    if document in ("policy", "waivers", "quarantine", "policy-cases"):
        from tsr_agent.gate import schemas as gate_schemas

        makers = {
            "policy": gate_schemas.policy_schema,
            "waivers": gate_schemas.waivers_schema,
            "quarantine": gate_schemas.quarantine_schema,
            "policy-cases": gate_schemas.policy_cases_schema,
        }
        return makers[document]()
    if document in ("evals", "requirements"):
        from tsr_agent.models.evals import EvalHistory
        from tsr_agent.models.requirements import RequirementList

        form: tuple[type, str] = (
            (EvalHistory, "Eval history") if document == "evals" else (RequirementList, "Requirements")
        )
        return json_schema(*form)
    if document == "controls":
        from tsr_agent.controls.catalogue import Catalogue

        return json_schema(Catalogue, "aitr controls")
    from tsr_agent.comparison.report import Comparison
    from tsr_agent.export.record import ReportExport
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport

    forms = {
        "report": (TestSummaryReport, "Test Summary Report"),
        "decision": (Decision, "Decision"),
        "approval": (Approval, "Approval"),
        "comparison": (Comparison, "Comparison"),
        "export": (ReportExport, "Report export"),
    }
    return json_schema(*forms[document])
