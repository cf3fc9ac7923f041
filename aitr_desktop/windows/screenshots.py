"""Renders every view to PNG files, for documents, for review, and where there is no display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QColor, QPainter, QPen
from qtpy.QtWidgets import QApplication

from aitr_desktop.windows.pictured import VIEWS, Stage, View
from tsr_agent.errors import InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from qtpy.QtGui import QPixmap
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.settings import ThemeChoice
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow

SIZES = {100: (1360, 860), 125: (1260, 780), 150: (1160, 700), 200: (960, 540)}
"""Size of the window in its own pixels by the scale in per cent: at 200 % a small notebook's whole screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """What is to be rendered.

    Raises:
        InputError: There is no view of a name that was asked for.
    """

    folder: Path
    themes: Sequence[ThemeChoice]
    library: Callable[[], Workspace] | None
    """Opens the library; None renders what needs none."""
    empty: Callable[[], Workspace]
    """Opens a library without a report."""
    views: Sequence[str] = ()
    """Beginnings of names; empty for all views."""
    scale: int = 100
    """In per cent, as the application was started with."""

    def __post_init__(self) -> None:
        """Looks at the names."""
        for wanted in self.views:
            if not any(_begins(view.name, wanted) for view in VIEWS):
                known = ", ".join(view.name for view in VIEWS)
                raise InputError(f"There is no view {wanted!r}.", next_step=f"Choose from: {known}.")

    def chosen(self) -> list[View]:
        """The views to bring on screen."""
        return [
            view
            for view in VIEWS
            if (self.library is not None or not view.needs_library)
            and (not self.views or any(_begins(view.name, wanted) for wanted in self.views))
        ]

    def wants(self, name: str) -> bool:
        """Whether a picture is asked for."""
        return not self.views or any(name.startswith(wanted) for wanted in self.views)


def _begins(view: str, wanted: str) -> bool:
    """Whether a view may have the pictures that are asked for: ``report`` has ``report-go-tests``."""
    return wanted.startswith(view) or view.startswith(wanted)


def render(
    album: Album, make_window: Callable[[], tuple[MainWindow, Tasks]], theme: ThemeController
) -> Iterable[Path]:
    """Renders views, each in a window of its own, and gives the files as they are written.

    Args:
        album: What is to be rendered.
        make_window: Gives a fresh window and its tasks.
        theme: Switched while rendering.

    Raises:
        StoreError: The library can't be opened or read, or a picture can't be written.
    """
    album.folder.mkdir(parents=True, exist_ok=True)
    for choice in album.themes:
        theme.choose(choice)
        for view in album.chosen():
            stage = _stage(album, view, make_window, theme)
            try:
                for name in view.show(stage):
                    if album.wants(name):
                        stage.settle()
                        yield _save(picture(stage.window, theme), album.folder / f"{name}-{choice.value}.png")
            finally:
                for other in _others(stage.window):
                    other.close()
                stage.window.close()


def picture(window: MainWindow, theme: ThemeController) -> QPixmap:
    """A window with the dialogs that stand before it."""
    made = window.grab()
    painter = QPainter(made)
    for dialog in _others(window):
        shot = dialog.grab()
        place = dialog.pos() - window.pos()
        if not dialog.windowFlags() & Qt.WindowType.FramelessWindowHint:
            # Where a window manager would put it; in memory there is none.
            place = QPoint(window.width() - dialog.width(), window.height() - dialog.height()) / 2
        painter.drawPixmap(place, shot)
        painter.setPen(QPen(QColor(theme.theme.muted), 1))
        painter.drawRect(place.x(), place.y(), dialog.width() - 1, dialog.height() - 1)
    painter.end()
    return made


def _stage(
    album: Album, view: View, make_window: Callable[[], tuple[MainWindow, Tasks]], theme: ThemeController
) -> Stage:
    window, tasks = make_window()
    # Shown to its own layouts and to nobody else: hidden windows are not laid out to the end.
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(*SIZES[album.scale])
    window.show()
    stage = Stage(window=window, tasks=tasks, theme=theme, folder=album.folder)
    opens = album.library if view.needs_library else album.empty
    if opens is not None and view.has_library:
        window.show_workspace(opens())
    stage.settle()
    return stage


def _others(window: MainWindow) -> list[QWidget]:
    tops = QApplication.topLevelWidgets()
    return [each for each in tops if each is not window and each.isVisible() and window is _owner(each)]


def _owner(widget: QWidget) -> QWidget | None:
    parent = widget.parentWidget()
    return parent.window() if parent is not None else None


def _save(made: QPixmap, path: Path) -> Path:
    if not made.save(str(path)):
        raise StoreError(
            f"The picture {path} could not be written.", next_step="Name a folder you may write to."
        )
    return path
