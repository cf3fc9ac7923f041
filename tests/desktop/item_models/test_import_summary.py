from __future__ import annotations

from pathlib import Path

import pytest

from aitr_desktop.item_models.import_summary import FEW, failures_table
from aitr_desktop.library.importing import ImportFailure, ImportOutcome
from tsr_agent.errors import InputError


@pytest.mark.parametrize(("number", "is_open"), [(1, True), (FEW, True), (FEW + 1, False)])
def test_the_whole_reason_and_what_to_do_stand_below_a_file(number: int, is_open: bool) -> None:
    path = Path("/data/notes.json")
    outcome = ImportOutcome(policy="ai-release 1", total=number)
    for _ in range(number):
        outcome.fail(path, InputError(f"{path}: not a report. $.a: unknown key"))
    nodes = failures_table(outcome).nodes
    assert {node.is_open for node in nodes} == {is_open}
    assert [cell.text for cell in nodes[0].cells] == ["notes.json", "not a report"]
    assert nodes[0].cells[1].whole == f"{path}: not a report. $.a: unknown key"
    below = [child.cells[0].text for child in nodes[0].children]
    assert below[0] == "$.a: unknown key"
    assert "tsr-agent" in below[1]


def test_an_altered_report_is_marked_and_not_explained_away() -> None:
    failure = ImportFailure(path=Path("a.json"), reason="It was altered.", next_step="", is_altered=True)
    (node,) = failures_table(ImportOutcome(policy="", total=1, failures=[failure])).nodes
    assert (node.cells[1].text, node.children) == ("✕ It was altered.", ())
