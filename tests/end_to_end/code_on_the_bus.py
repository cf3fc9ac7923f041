"""A window with code in it, for a test that asks over the accessibility bus; ends by itself."""

from __future__ import annotations

import sys
from pathlib import Path

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication, QMainWindow

from aitr_desktop.code.code_file import CodeFile
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.code.code_pane import CodePane

LIFE_MS = 180_000
TEXT = "def é():\n    return '😀'\nlast\u202e\n"


def main() -> None:
    """Shows the window until the input ends; then says where the cursor is."""
    app = QApplication(sys.argv)
    app.setApplicationName("code-on-the-bus")
    pane = CodePane(ThemeController(app, ThemeChoice.LIGHT))
    window = QMainWindow()
    window.setCentralWidget(pane)
    window.resize(700, 500)
    pane.show_file(
        CodeFile(
            repository="", folder=Path("/src"), path="bot.py", lines=TextLines(TEXT.encode()), sha="a" * 40
        )
    )
    window.show()
    pane.view.setFocus()
    pane.view.go_to(2)
    pane.view.cursor_moved.connect(lambda: print(pane.view.cursor_line, flush=True))
    QTimer.singleShot(LIFE_MS, app.quit)
    print("shown", flush=True)
    app.exec()
    pane.stop()


if __name__ == "__main__":
    main()
