from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import Qt

from aitr_desktop.item_models.command_list import ROW_ROLE, Command, CommandList, ranked

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

COMMANDS = (
    Command(key="open", title="Open library", path="File", keys="Ctrl+O"),
    Command(key="import", title="Import report", path="File", reason="Open a library first."),
    Command(key="refresh", title="Refresh", path="View"),
    Command(key="dark", title="Dark", path="View › Theme"),
    Command(key="reports", title="Reports", path="Go"),
)
COMMAND = st.builds(
    Command,
    key=st.text("abc", min_size=1, max_size=3),
    title=st.text("ab c", max_size=8),
    path=st.text("ab ›", max_size=8),
    reason=st.sampled_from(["", "Not now."]),
)


def keys(typed: str, recent: tuple[str, ...] = ()) -> list[str]:
    return [row.command.key for row in ranked(COMMANDS, typed, recent)]


def test_nothing_typed_gives_those_used_last_then_the_menus_order_then_what_cannot_be_done() -> None:
    assert keys("") == ["open", "refresh", "dark", "reports", "import"]
    assert keys("", ("reports", "dark", "gone")) == ["reports", "dark", "open", "refresh", "import"]


def test_the_best_match_comes_first() -> None:
    assert keys("re")[:2] == ["refresh", "reports"]
    assert keys("re", ("reports",))[:2] == ["reports", "refresh"]
    assert keys("zzz") == []


def test_of_equal_matches_the_one_that_lies_less_deep_comes_first() -> None:
    deep = Command(key="release", title="Release", path="View › Sort by")
    flat = Command(key="refresh", title="Refresh", path="View")
    assert [row.command.key for row in ranked((deep, flat), "re", ())] == ["refresh", "release"]
    assert [row.command.key for row in ranked((deep, flat), "", ())] == ["release", "refresh"]


def test_what_cannot_be_done_is_listed_behind_with_its_reason() -> None:
    assert keys("import") == ["import"]
    assert keys("report") == ["reports", "import"]


def test_menus_can_be_typed_too_and_their_letters_are_marked() -> None:
    (row,) = ranked(COMMANDS, "theme dark", ())
    assert "".join(row.command.path[place] for place in row.path_places) == "Theme"
    assert row.title_places == (0, 1, 2, 3)


@given(st.lists(COMMAND, max_size=6), st.text("ab c›", max_size=5))
def test_every_mark_is_a_letter_of_its_text_and_no_row_is_made_up(
    commands: list[Command], typed: str
) -> None:
    rows = ranked(commands, typed, ())
    assert all(row.command in commands for row in rows)
    wanted = sorted("".join(typed.casefold().split()))
    for row in rows:
        marked = [row.command.title[place] for place in row.title_places]
        marked += [row.command.path[place] for place in row.path_places]
        assert sorted(marked) == wanted
    if not typed.strip():
        assert len(rows) == len(commands)


def test_the_model_is_sound_however_it_is_narrowed(qtmodeltester: ModelTester) -> None:
    model = CommandList(COMMANDS, ("dark",))
    qtmodeltester.check(model)
    for typed in ("re", "zzz", ""):
        model.narrow(typed)
        assert model.rowCount() == len(keys(typed))
    first = model.index(0, 0)
    assert first.data() == "Dark"
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == "Dark, View › Theme"
    assert first.data(ROW_ROLE).command is COMMANDS[3]
    assert model.command(99) is None
