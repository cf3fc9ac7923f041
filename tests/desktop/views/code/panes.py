"""Code panes for tests, and the files that they show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aitr_desktop.code.code_file import CodeFile, Origin
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.views.code.code_pane import CodePane

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

SHA = "3fa9c1e0" * 5


def code_file(content: bytes, path: str = "src/bot.py", *, working: bool = False) -> CodeFile:
    """A file at a commit, or of the working tree."""
    return CodeFile(
        repository="https://git.example.org/team/bot",
        folder=Path("/src/support-bot"),
        path=path,
        lines=TextLines(content),
        sha="" if working else SHA,
        origin=Origin.WORKING_TREE if working else Origin.COMMIT,
    )


def pane_of(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> CodePane:
    """A pane on screen."""
    made = CodePane(theme)
    made.resize(800, 500)
    shown(made)
    return made
