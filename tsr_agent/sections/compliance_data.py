"""The checklist with its controls as plain data, for whoever reads JSON: the same words and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.sections.checklist import Checklist, ChecklistItem
    from tsr_agent.sections.controls import ControlRow, Framework
    from tsr_agent.sections.targets import Target


def compliance_data(found: Checklist, frameworks: Sequence[Framework]) -> dict[str, Any]:
    """All of a checklist as dicts, lists and texts."""
    by = found.judged_by
    return {
        "standing": found.standing.value,
        "summary": found.summary,
        "judged_by": {
            "policy": by.policy,
            "policy_digest": by.digest,
            "environment": by.environment,
            "in_force": by.in_force,
            "again": by.is_again,
            "sentence": by.sentence,
        },
        "remarks": list(found.remarks),
        "items": [_item(each) for each in found.items],
        "frameworks": [
            {
                "id": each.id,
                "title": each.title,
                "edition": each.edition,
                "checked": each.checked,
                "source": each.source,
                "note": each.note,
                "summary": each.summary,
                "controls": [_control(control) for control in each.controls],
            }
            for each in frameworks
        ],
    }


def _item(item: ChecklistItem) -> dict[str, Any]:
    return {
        "key": item.key,
        "kind": item.kind.value,
        "standing": item.standing.value,
        "title": item.title,
        "expected": item.expected,
        "found": item.found,
        "why": item.why,
        "is_evidence": item.is_evidence,
        "evidence": [_target(each) for each in item.evidence],
    }


def _target(target: Target) -> dict[str, str]:
    named = {"kind": target.kind.value, "id": target.value}
    return {**named, "within": target.within} if target.within else named


def _control(control: ControlRow) -> dict[str, Any]:
    return {
        "id": control.id,
        "title": control.title,
        "asks": control.asks,
        "support": control.support.value,
        "why": control.why,
        "items": list(control.items),
    }
