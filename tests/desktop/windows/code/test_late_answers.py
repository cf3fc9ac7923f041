"""What was asked for before something else never takes its place, however late its answer comes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.clones import Clone
from aitr_desktop.code.code_file import Origin
from aitr_desktop.code.places import CodePlace
from aitr_desktop.code.visited import Spot
from tests.factories.code_projects import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.desktop.windows.code.conftest import Place
    from tests.factories.code_projects import CodeProject


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[threading.Event]:
    """Holds one question to a clone back until the block ends; what is given is set once it was asked."""
    goes_on, asked, real = threading.Event(), threading.Event(), getattr(Clone, name)

    def slow(self: Clone, *args: object, **options: object) -> object:
        asked.set()
        goes_on.wait(20)
        return real(self, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Clone, name, slow)
        try:
            yield asked
        finally:
            goes_on.set()


def read(place: Place, sha: str, path: str) -> None:
    place.page.read(CodePlace(repository=REPOSITORY, sha=sha, path=path))


def shown(place: Place) -> str:
    file = place.page.reader().screen.file
    return file.path if file is not None else ""


def test_versions_that_come_late_do_not_replace_another_file(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(place, project.second, "src/bot.py")
    place.settle()
    with held(monkeypatch, "versions") as asked:
        place.page.handlers()[Act.CODE_VERSIONS]()
        place.qtbot.waitUntil(asked.is_set)
        read(place, project.second, "src/new.py")
        place.qtbot.waitUntil(lambda: shown(place) == "src/new.py")
    place.settle()
    assert shown(place) == "src/new.py"


def test_versions_of_another_librarys_file_are_not_shown(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(place, project.second, "src/bot.py")
    place.settle()
    with held(monkeypatch, "versions") as asked:
        place.page.handlers()[Act.CODE_VERSIONS]()
        place.qtbot.waitUntil(asked.is_set)
        place.window.show_library(Path("/data/other.db"))
        place.qtbot.waitUntil(lambda: place.page.reader().code is None)
    place.settle()
    assert not place.page.reader().screen.pair


def test_who_touched_lines_is_not_told_of_a_file_that_was_left(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    place.page.offered.connect(lambda *said: heard.append(said))
    place.page.failed.connect(heard.append)
    read(place, project.second, "src/bot.py")
    place.settle()
    with held(monkeypatch, "last_change") as asked:
        place.page.handlers()[Act.CODE_LAST_CHANGE]()
        place.qtbot.waitUntil(asked.is_set)
        read(place, project.second, "src/new.py")
        place.qtbot.waitUntil(lambda: shown(place) == "src/new.py")
    place.settle()
    assert heard == []


def test_what_is_done_while_another_file_is_read_is_done_with_the_one_on_screen(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(place, project.second, "src/bot.py")
    place.settle()
    read(place, project.second, "src/new.py")
    place.settle()
    with held(monkeypatch, "file") as asked:
        place.page.reader().go_back()
        place.qtbot.waitUntil(asked.is_set)
        assert shown(place) == "src/new.py"
        place.page.handlers()[Act.CODE_WORKING_TREE]()
    place.settle()
    assert shown(place) == "src/new.py"
    assert place.page.reader().screen.file.origin is Origin.WORKING_TREE


def test_a_line_of_two_versions_is_one_of_those_on_screen_while_others_are_read(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(place, project.second, "src/new.py")
    place.settle()
    pair = Spot(sha=project.second, path="src/bot.py", before=project.first)
    place.page.reader().go(pair)
    place.settle()
    with held(monkeypatch, "file") as asked:
        place.page.reader().go_back()
        place.qtbot.waitUntil(asked.is_set)
        assert place.page.reader().screen.pair == pair
        place.view.pair.rows.line_asked.emit(0, 7)
    place.settle()
    assert shown(place) == "src/bot.py"
    assert place.page.reader().screen.file.sha == project.first


def test_a_file_seen_last_is_the_one_that_the_menu_names_while_another_is_read(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("README.md", "src/bot.py", "src/new.py"):
        read(place, project.second, path)
        place.settle()
    with held(monkeypatch, "file") as asked:
        place.page.reader().go_back()
        place.qtbot.waitUntil(asked.is_set)
        place.view.travel.recent_asked.emit(1)
    place.settle()
    assert shown(place) == "README.md"


def test_files_seen_last_are_gone_with_their_clone(place: Place, project: CodeProject) -> None:
    for path in ("README.md", "src/bot.py"):
        read(place, project.second, path)
        place.settle()
    place.page.reader().screen.forget()
    assert place.page.reader().screen.recent == ()
