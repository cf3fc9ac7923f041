from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.item_models.path_search import MOST_FOUND, PathIndex, typed_path

PATHS = (
    "README.md",
    "support_bot/bot.py",
    "support_bot/answers/bot_table.py",
    "tests/test_bot.py",
    "prompts/system.txt",
    "web/robots.txt",
)


def found(typed: str, paths: tuple[str, ...] = PATHS, recent: tuple[str, ...] = ()) -> list[str]:
    return [row.command.key for row in PathIndex(paths).find(typed, recent)]


def test_the_name_comes_before_what_only_has_the_letters() -> None:
    assert found("bot.py")[0] == "support_bot/bot.py"
    assert found("bot")[:2] == ["support_bot/bot.py", "support_bot/answers/bot_table.py"]


def test_a_whole_path_and_a_part_of_one_are_found() -> None:
    assert found("support_bot/bot.py")[0] == "support_bot/bot.py"
    assert found("answers/table") == ["support_bot/answers/bot_table.py"]


def test_letters_in_their_order_are_enough_and_in_another_they_are_not() -> None:
    assert found("prsys") == ["prompts/system.txt"]
    assert found("syspr") == []


def test_the_letters_that_were_meant_are_marked() -> None:
    (row,) = PathIndex(PATHS).find("README")
    assert row.title_places == (0, 1, 2, 3, 4, 5)
    (row,) = PathIndex(PATHS).find("prompts/sys")
    assert row.command.path == "prompts"
    assert row.path_places == tuple(range(7))
    assert row.title_places == (0, 1, 2)


def test_where_nothing_is_typed_there_are_the_files_seen_last() -> None:
    assert found("", recent=("tests/test_bot.py", "README.md")) == ["tests/test_bot.py", "README.md"]


def test_of_equals_the_one_seen_last_comes_first() -> None:
    paths = ("one/same.py", "two/same.py")
    assert found("same.py", paths) == ["one/same.py", "two/same.py"]
    assert found("same.py", paths, ("two/same.py",)) == ["two/same.py", "one/same.py"]


def test_no_more_are_listed_than_somebody_reads() -> None:
    assert len(found("a", tuple(f"folder/a{number}.py" for number in range(5_000)))) == MOST_FOUND


def test_nobody_waits_for_what_is_no_longer_wanted() -> None:
    assert PathIndex(PATHS).find("bot", is_wanted=lambda: False) == ()


def test_a_line_is_read_behind_a_colon() -> None:
    assert typed_path("bot.py:12") == ("bot.py", 12)
    assert typed_path(" bot.py ") == ("bot.py", 0)
    assert typed_path("bot.py:") == ("bot.py", 0)
    assert typed_path("bot.py:0") == ("bot.py:0", 0)
    assert typed_path("C:/a.py:99999999") == ("C:/a.py:99999999", 0)


@given(st.lists(st.text(min_size=1, max_size=300), max_size=20), st.text(max_size=80))
def test_whatever_is_typed_over_whatever_there_is(paths: list[str], typed: str) -> None:
    rows = PathIndex(paths).find(typed)
    assert {row.command.key for row in rows} <= set(paths)
    for row in rows:
        assert "\n" not in row.command.title
        assert all(0 <= place < len(row.command.title) for place in row.title_places)
        assert all(0 <= place < len(row.command.path) for place in row.path_places)
