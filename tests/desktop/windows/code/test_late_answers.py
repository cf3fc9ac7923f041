"""What was asked for before something else never takes its place, however late its answer comes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.clones import Clone
from aitr_desktop.code.places import CodePlace
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
        yield asked
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
