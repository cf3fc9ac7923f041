"""Why something can't be done at the place of the code now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.translation import translate
from tsr_agent.ingest.repository_url import repository_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.item_models.judged_commits import JudgedCode
    from aitr_desktop.library.comparing import Compared
    from aitr_desktop.windows.code.on_screen import OnScreen


class CodeReasons:
    """A sentence each; empty where it can be done.

    Args:
        code: The commits that are offered; None where there are none.
        screen: What is read; None before the place was gone to.
        compared: The comparison on screen.
    """

    def __init__(
        self,
        code: Callable[[], JudgedCode | None],
        screen: Callable[[], OnScreen | None],
        compared: Callable[[], Compared | None],
    ) -> None:
        self._code, self._screen, self._compared = code, screen, compared

    def no_code(self) -> str:
        """Nobody knows which commits are meant."""
        return "" if self._code() is not None else translate("CodeReasons", "No report is on screen.")

    def no_file(self) -> str:
        """No single file is on screen."""
        screen = self._screen()
        has_file = screen is not None and screen.file is not None
        return "" if has_file else translate("CodeReasons", "No file is open at Code.")

    def no_commit_file(self) -> str:
        """No file of a commit is on screen."""
        screen = self._screen()
        here = screen.here if screen is not None else None
        is_working = here is not None and here.is_working
        said = translate("CodeReasons", "Show the file of the commit first.") if is_working else ""
        return self.no_file() or said

    def no_pair(self) -> str:
        """No two versions are on screen."""
        screen = self._screen()
        has_pair = screen is not None and screen.pair is not None
        return "" if has_pair else translate("CodeReasons", "No two versions are side by side.")

    def nothing_read(self) -> str:
        """Neither a file nor two versions are on screen."""
        return self.no_file() and self.no_pair() and self.no_file()

    def no_difference(self) -> str:
        """There are no two reports of one repository to be held against each other."""
        compared = self._compared()
        if compared is None:
            return translate("CodeReasons", "Nothing is compared yet.")
        sides = compared.left.report, compared.right.report
        named = {repository_key(each.versions.codebase_repo) for each in sides}
        if len(named) > 1:
            return translate("CodeReasons", "The two reports are of different repositories.")
        return ""
