"""The colour of each kind of code, from the tokens of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtGui import QColor

from aitr_desktop.code.styling import Style

if TYPE_CHECKING:
    from aitr_desktop.theme import Theme


def style_colours(theme: Theme) -> dict[Style, QColor]:
    """What each kind is drawn in."""
    return {style: QColor(theme.code(style)) for style in Style}
