"""The colour of each kind of code, from the tokens of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtGui import QColor

from aitr_desktop.code.styling import Style

if TYPE_CHECKING:
    from aitr_desktop.theme import Theme

_TOKENS = {
    Style.PLAIN: "ink",
    Style.COMMENT: "muted",
    Style.KEYWORD: "accent",
    Style.STRING: "go",
    Style.NUMBER: "accent",
    Style.DEFINITION: "ink",
    Style.BUILTIN: "accent",
    Style.ESCAPE: "pending",
    Style.SIGN: "ink",
    Style.HEADING: "accent",
    Style.ADDED: "go",
    Style.REMOVED: "no_go",
    Style.ERROR: "no_go",
}


def style_colours(theme: Theme) -> dict[Style, QColor]:
    """What each kind is drawn in."""
    return {style: QColor(getattr(theme, token)) for style, token in _TOKENS.items()}
