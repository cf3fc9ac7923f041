"""What can be done, to be found: the command palette and the shortcut sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.actions.spec import Act
from aitr_desktop.actions.table import ACTIONS, shown_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.item_models.command_list import Command
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.menus import Menus
    from aitr_desktop.windows.preferences import Preferences
    from aitr_desktop.windows.recent import RecentLibraries

MAX_REMEMBERED = 12
_RECENT = "recent:"


class Commands(QObject):
    """Shows the palette, does what is chosen there, and shows the keys.

    Args:
        window: What the palette stands before.
        theme: Colours.
        preferences: Where the commands used last are kept.
        recent: Libraries that can be opened again.
        menus: Gives the actions; asked when the palette opens.
    """

    def __init__(
        self,
        window: QWidget,
        theme: ThemeController,
        preferences: Preferences,
        recent: RecentLibraries,
        menus: Callable[[], Menus],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._preferences = preferences
        self._recent = recent
        self._menus = menus
        self._offers: dict[str, tuple[Callable[[], list[tuple[str, str]]], Callable[[str], object]]] = {}

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.COMMANDS: self.show, Act.KEYS: self.show_keys}

    def offer(
        self, kind: str, known: Callable[[], list[tuple[str, str]]], do: Callable[[str], object]
    ) -> None:
        """Lists more that comes and goes, such as saved filters.

        Args:
            kind: Keeps their keys apart from all others.
            known: Gives what there is now: what ``do`` is given, and the words.
            do: Called with what was chosen.
        """
        self._offers[kind] = known, do

    def show(self) -> None:
        """Opens the palette."""
        # Imported with the first look: the first frame needs none of it.
        from aitr_desktop.views.command_palette import CommandPalette

        self._menus().refresh()
        palette = CommandPalette(self._all(), self._preferences.now.commands, self._theme, self._window)
        palette.chosen.connect(self._do)
        palette.show()
        palette.activateWindow()
        palette.typed.setFocus()

    def show_keys(self) -> None:
        """Opens the shortcut sheet."""
        from aitr_desktop.windows.keys_dialog import KeysDialog

        row_height = self._preferences.now.density.row_height
        dialog = KeysDialog(self._theme, row_height, self._window)
        dialog.open()
        dialog.typed.setFocus()

    def _all(self) -> list[Command]:
        from aitr_desktop.item_models.command_list import BETWEEN, Command
        from tsr_agent.sections.plain_text import one_line

        menus = self._menus()
        listed = [
            Command(
                key=spec.act.value,
                title=spec.plain(),
                path=BETWEEN.join(spec.menu_path()),
                keys=shown_keys(spec.keys[0]) if spec.keys else "",
                reason=menus.reason(spec.act),
                is_on=menus.action(spec.act).isChecked(),
            )
            for spec in ACTIONS
            if spec.act is not Act.COMMANDS
        ]
        for kind, (known, _) in self._offers.items():
            listed += [Command(key=f"{kind}:{name}", title=words, path="") for name, words in known()]
        return listed + [
            Command(
                key=_RECENT + path,
                title=self.tr("Open {name}").format(name=one_line(name, 80)),
                path=one_line(folder, 80),
            )
            for path, name, folder in self._recent.known()
        ]

    def _do(self, key: str) -> None:
        others = (each for each in self._preferences.now.commands if each != key)
        self._preferences.change(commands=(key, *others)[:MAX_REMEMBERED])
        kind, _, name = key.partition(":")
        if kind in self._offers:
            self._offers[kind][1](name)
        elif key.startswith(_RECENT):
            self._recent.open(key.removeprefix(_RECENT))
        else:
            self._menus().action(Act(key)).trigger()
