"""The look: tokens from one file a theme, drawn through Fusion, a palette and one style sheet.

No colour stands anywhere else. Widgets ask by token (a property in the style sheet) or, where they
paint themselves, from ``ThemeController.theme``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from string import Template
from typing import TYPE_CHECKING

from qtpy.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal, Slot
from qtpy.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap

from aitr_desktop.code.styling import Style
from aitr_desktop.resource_files import resource
from aitr_desktop.settings import ThemeChoice
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from qtpy.QtWidgets import QApplication

    from aitr_desktop.settings import Density

GROUNDS = ("window", "surface", "raised", "selection")
TEXTS = ("ink", "muted", "accent", "go", "no_go", "pending")
CODE_GROUNDS = (
    "surface",
    "raised",
    "selection",
    "added_ground",
    "added_part",
    "removed_ground",
    "removed_part",
    "hit_ground",
)
"""What code is drawn on."""
_TONES = {
    Tone.PLAIN: "ink",
    Tone.MUTED: "muted",
    Tone.GO: "go",
    Tone.NO_GO: "no_go",
    Tone.PENDING: "pending",
}
_ICON_SIZE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of one theme as ``#rrggbb``."""

    name: str
    window: str
    surface: str
    raised: str
    line: str
    selection: str
    ink: str
    muted: str
    accent: str
    go: str
    no_go: str
    pending: str
    added_ground: str
    """Grounds of code."""
    added_part: str
    """What of a line differs from the other side's."""
    removed_ground: str
    removed_part: str
    hit_ground: str
    code_comment: str
    code_keyword: str
    code_string: str
    code_number: str
    code_definition: str
    code_builtin: str
    code_escape: str
    code_sign: str
    code_heading: str
    code_added: str
    code_removed: str
    code_error: str

    def tone(self, tone: Tone) -> str:
        """The colour of a text of that tone."""
        return str(getattr(self, _TONES[tone]))

    def code(self, style: Style) -> str:
        """The colour of a piece of code."""
        return self.ink if style is Style.PLAIN else str(getattr(self, f"code_{style.name.lower()}"))

    def tokens(self) -> dict[str, str]:
        """All colours by token."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "name"}


def load_theme(name: str) -> Theme:
    """A theme from its file.

    Raises:
        FileNotFoundError: There is none of that name.
        TypeError: A token is missing or unknown.
    """
    return Theme(name=name, **tomllib.loads(resource("themes", f"{name}.toml").read_text("utf-8")))


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` as WCAG 2 defines it, 0 to 1."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours as WCAG 2 defines it, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def palette(theme: Theme) -> QPalette:
    """The theme as Qt's palette, so that what no style sheet names is right too."""
    role = QPalette.ColorRole
    made = QPalette()
    for key, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.ink),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.ink),
        (role.Button, theme.raised),
        (role.ButtonText, theme.ink),
        (role.BrightText, theme.no_go),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.ink),
        (role.PlaceholderText, theme.muted),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.ink),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.Accent, theme.accent),
        (role.Light, theme.surface),
        (role.Midlight, theme.raised),
        (role.Mid, theme.line),
        (role.Dark, theme.line),
        (role.Shadow, theme.window),
    ):
        made.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.muted))
    return made


def style_sheet(theme: Theme) -> str:
    """The style sheet filled with the theme's tokens.

    Raises:
        KeyError: The template names a token that no theme has.
    """
    template = Template(resource("themes", "application.qss").read_text("utf-8"))
    chevron = resource("icons", "chevron-grey.svg").as_posix()
    check = resource("icons", "check-blue.svg").as_posix()
    return template.substitute(theme.tokens(), chevron=chevron, check=check)


def tinted_icon(name: str, colour: str, pixels: int = _ICON_SIZE) -> QIcon:
    """A one-colour icon in the colour asked for, sharp at twice and three times its size."""
    from qtpy.QtSvg import QSvgRenderer

    drawing = resource("icons", f"{name}.svg").read_text("utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    made = QIcon()
    for scale in (1, 2, 3):
        pixmap = QPixmap(QSize(pixels * scale, pixels * scale))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        made.addPixmap(pixmap)
    return made


def load_code_family() -> str:
    """Loads the bundled monospaced font and gives its family, or the system's where that fails."""
    number = QFontDatabase.addApplicationFont(str(resource("fonts", "IBMPlexMono-Regular.ttf")))
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return str(families[0]) if families else fixed


def sized(font: QFont, pixels: int, *, bold: bool = False) -> QFont:
    """A copy of a font in one of the sizes 11, 13, 15, 20, 28."""
    made = QFont(font)
    made.setPixelSize(pixels)
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


class ThemeController(QObject):
    """Holds the theme in force and follows the desktop's colour scheme where the person wants that.

    Args:
        application: What is to be drawn.
        choice: What the person chose.
    """

    changed = Signal()
    """The colours are others; whoever paints by itself repaints."""
    density_changed = Signal(int)
    """Rows of tables have another height, in pixels."""

    def __init__(self, application: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self._code_family = ""
        self.theme = load_theme(self._wanted())
        application.setStyle("Fusion")
        application.setFont(sized(application.font(), 13))
        self._draw()
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)

    @property
    def choice(self) -> ThemeChoice:
        """What the person chose."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Takes another choice into force."""
        self._choice = choice
        self._follow()

    def set_density(self, density: Density) -> None:
        """Gives the rows of all tables another height."""
        self.density_changed.emit(density.row_height)

    def detach(self) -> None:
        """Follows the desktop no more."""
        QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._follow)

    def code_font(self, pixels: int = 12) -> QFont:
        """The monospaced font."""
        if not self._code_family:
            self._code_family = load_code_family()
        font = QFont(self._code_family)
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(pixels)
        return font

    def icon(self, name: str, tone: Tone = Tone.MUTED, pixels: int = _ICON_SIZE) -> QIcon:
        """An icon in the present theme's colour."""
        return tinted_icon(name, self.theme.tone(tone), pixels)

    def _wanted(self) -> str:
        if self._choice is not ThemeChoice.SYSTEM:
            return str(self._choice.value)
        scheme = QGuiApplication.styleHints().colorScheme()
        return "dark" if scheme == Qt.ColorScheme.Dark else "light"

    @Slot()
    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted != self.theme.name:
            self.theme = load_theme(wanted)
            self._draw()
            self.changed.emit()

    def _draw(self) -> None:
        self._application.setPalette(palette(self.theme))
        self._application.setStyleSheet(style_sheet(self.theme))
