"""A comparison as tables: both sides in columns, links into either report, hostile text as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from aitr_desktop.item_models.comparison_blocks import block_titles, comparison_blocks
from aitr_desktop.item_models.tree_model import TreeModel
from tests.agent.sections.test_comparison import hostile_pair
from tests.factories.compared_reports import compared, judged, sample, scopes_of
from tests.factories.generated_reports import Dice, consistent_report, dice
from tsr_agent.comparison.report import compare
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.sections.comparison import comparison
from tsr_agent.sections.plain_text import HIDDEN
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.unchanged import unchanged_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.modeltest import ModelTester

    from aitr_desktop.item_models.cells import Node, Table
    from aitr_desktop.item_models.report_detail import Block
    from tsr_agent.comparison.report import JudgedDocument


def blocks(old: JudgedDocument, new: JudgedDocument, *, shows_all: bool = False) -> dict[str, Block]:
    found = compare(old, new, scopes_of(ai_release()))
    same = unchanged_rows(found, old, new) if shows_all else None
    return {each.key: each for each in comparison_blocks(comparison(found, few=20), same)}


def table(block: Block) -> Table:
    return block.tables[0][1]


def all_nodes(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from all_nodes(node.below())


def words(node: Node) -> tuple[str, ...]:
    return tuple(cell.text for cell in node.cells)


SAMPLE = sample("released"), sample("broken")


def test_every_comparison_has_the_same_blocks() -> None:
    made = comparison_blocks(comparison(compare(SAMPLE[0], SAMPLE[0])))
    assert tuple(each.title for each in made) == block_titles()
    assert [each.title for each in blocks(*SAMPLE).values()] == list(block_titles())


def test_what_flipped_the_verdict_is_the_first_row() -> None:
    first = table(blocks(*SAMPLE)["rules"]).nodes[0]
    assert words(first) == ("accuracy", "✓ pass · 0.932 · n 74", "✕ fail · 0.297 · n 74", "✕ blocks now")
    assert first.is_open
    below = [words(each) for each in first.below()]
    assert below[:2] == [("Required: accuracy ≥ 0.85",), ("Accuracy 0.297 on 74 cases is below 0.85",)]
    assert below[2][:3] == ("Accuracy", "0.9324 (n 74)", "0.2973 (n 74)")


def test_each_side_leads_to_its_own_report() -> None:
    first = table(blocks(*SAMPLE)["rules"]).nodes[0]
    ids = [each.report.id for each in SAMPLE]
    assert [cell.leads_to for cell in first.cells] == [
        None,
        Target(Kind.RULE, "accuracy", report=ids[0], side="A"),
        Target(Kind.RULE, "accuracy", report=ids[1], side="B"),
        None,
    ]
    assert all(cell.keeps_tone for cell in first.cells[1:3])


def test_rows_that_are_the_same_come_only_where_they_are_wanted() -> None:
    few = blocks(*SAMPLE)
    assert few["coverage"].tables == ()
    assert few["coverage"].nothing == "The same in both: 8 source files."
    every = blocks(*SAMPLE, shows_all=True)
    (same,) = [node for node in table(every["tests"]).nodes if "the same in both" in node.cells[0].text]
    assert same.cells[0].text == "= 90 the same in both"
    assert not same.is_open
    assert len(same.below()) == 90
    name, old, new, _ = words(same.below()[0])
    assert old == new == "✓ passed"
    assert name


@pytest.mark.parametrize("shows_all", [False, True])
@pytest.mark.parametrize("key", ["rules", "tests", "metrics", "requirements", "manifest"])
def test_the_models_are_sound(qtmodeltester: ModelTester, key: str, shows_all: bool) -> None:
    model = TreeModel(table(blocks(*SAMPLE, shows_all=shows_all)[key]))
    for row in range(model.rowCount()):
        model.rowCount(model.index(row, 0))
    qtmodeltester.check(model)


def test_hostile_text_is_written_out_and_a_text_can_be_found() -> None:
    pair = judged(hostile_pair()[0]), judged(hostile_pair()[1])
    for block in blocks(*pair, shows_all=True).values():
        for _, each in block.tables:
            for node in all_nodes(each.nodes):
                assert not any(HIDDEN.search(cell.text) for cell in node.cells)
    tests = table(blocks(*SAMPLE)["tests"]).nodes[0]
    assert tests.holds is not None
    assert tests.holds("borne_out")
    assert not tests.holds("nothing of that kind")


@settings(max_examples=40)
@given(dice)
def test_whatever_is_compared_has_rows_of_four_columns_or_of_one(roll: Dice) -> None:
    made = comparison_blocks(comparison(compared(consistent_report(roll), consistent_report(roll)), few=20))
    for block in made:
        assert bool(block.tables) is not bool(block.nothing)
        for _, each in block.tables:
            for node in all_nodes(each.nodes):
                assert len(node.cells) == (1 if node.spans else len(each.columns))
