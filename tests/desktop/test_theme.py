from __future__ import annotations

import re
from itertools import combinations, product
from math import dist
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QColor, QFontInfo, QGuiApplication, QPalette

from aitr_desktop.code.styling import Style
from aitr_desktop.resource_files import resource_dir
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import (
    CODE_GROUNDS,
    GROUNDS,
    TEXTS,
    ThemeController,
    contrast,
    load_theme,
    palette,
    style_sheet,
    tinted_icon,
)
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from pathlib import Path

    from qtpy.QtWidgets import QApplication

NAMES = ("light", "dark", "high_contrast")
ICONS = sorted(path.stem for path in (resource_dir() / "icons").glob("*.svg"))


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("name", "text", "ground"), list(product(NAMES, TEXTS, GROUNDS)))
def test_every_text_can_be_read_on_every_ground(name: str, text: str, ground: str) -> None:
    tokens = load_theme(name).tokens()
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("name", NAMES)
def test_the_primary_button_can_be_read(name: str) -> None:
    theme = load_theme(name)
    assert contrast(theme.surface, theme.accent) >= 4.5


@pytest.mark.parametrize(("name", "ground"), list(product(NAMES, GROUNDS)))
def test_the_focus_ring_can_be_seen_on_every_ground(name: str, ground: str) -> None:
    tokens = load_theme(name).tokens()
    assert contrast(tokens["accent"], tokens[ground]) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_the_focus_ring_of_the_primary_button_can_be_seen(name: str) -> None:
    """It is drawn in ink around the button's own colour."""
    theme = load_theme(name)
    assert contrast(theme.ink, theme.window) >= 3
    assert contrast(theme.ink, theme.surface) >= 3


def test_high_contrast_draws_every_border_so_that_it_can_be_seen() -> None:
    theme = load_theme("high_contrast")
    for ground in GROUNDS:
        assert contrast(theme.line, theme.tokens()[ground]) >= 7
    # And text by the stricter bound of WCAG, wherever it stands.
    for text, ground in product(TEXTS, ("window", "surface", "raised")):
        assert contrast(theme.tokens()[text], theme.tokens()[ground]) >= 7


CODE_STYLES = tuple(each for each in Style if each is not Style.PLAIN)
TOLD_APART = (
    Style.PLAIN,
    Style.COMMENT,
    Style.KEYWORD,
    Style.STRING,
    Style.NUMBER,
    Style.DEFINITION,
    Style.BUILTIN,
)
"""What stands side by side in every file."""
SIGHTS = {
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "without green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "without red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
}
"""What reaches the eye of linear red, green and blue, by Machado, Oliveira and Fernandes (2009)."""


def seen(colour: str, sight: str) -> tuple[float, float, float]:
    """A colour in CIE L*a*b* as somebody with that sight sees it."""
    levels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in levels]
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * each for weight, each in zip(row, linear, strict=True))))
        for row in SIGHTS[sight]
    )
    x, y, z = (
        each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116
        for each in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize(("name", "style", "ground"), list(product(NAMES, CODE_STYLES, CODE_GROUNDS)))
def test_every_kind_of_code_can_be_read_on_every_ground_of_code(name: str, style: Style, ground: str) -> None:
    theme = load_theme(name)
    assert contrast(theme.code(style), theme.tokens()[ground]) >= 4.5


@pytest.mark.parametrize(("name", "text", "ground"), list(product(NAMES, ("ink", "muted"), CODE_GROUNDS)))
def test_text_can_be_read_on_every_ground_of_code(name: str, text: str, ground: str) -> None:
    tokens = load_theme(name).tokens()
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("name", NAMES)
def test_kinds_of_code_are_told_apart_by_who_does_not_tell_red_from_green(name: str, sight: str) -> None:
    """2.3 is what is just noticed; a stroke of a letter is thin, so it takes four times that."""
    theme = load_theme(name)
    for one, other in combinations(TOLD_APART, 2):
        assert dist(seen(theme.code(one), sight), seen(theme.code(other), sight)) >= 9, (one, other)


def test_high_contrast_shows_code_by_the_stricter_bound() -> None:
    theme = load_theme("high_contrast")
    for style, ground in product(Style, ("surface", "raised")):
        assert contrast(theme.code(style), theme.tokens()[ground]) >= 7


def rules(sheet: str) -> list[tuple[str, dict[str, str]]]:
    """Selectors and declarations of a style sheet."""
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return [
        (selector.strip(), dict(re.findall(r"([\w-]+)\s*:\s*([^;]+?)\s*(?:;|$)", body)))
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", bare)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_where_a_rule_sets_text_and_ground_they_can_be_told_apart(name: str) -> None:
    """Disabled, selected, pressed and primary parts too: whatever the sheet draws on a ground of its own."""
    looked = []
    pairs = (("color", "background"), ("selection-color", "selection-background-color"))
    for selector, declared in rules(style_sheet(load_theme(name))):
        for text, ground in pairs:
            if declared.get(text, "").startswith("#") and declared.get(ground, "").startswith("#"):
                looked.append(selector)
                assert contrast(declared[text], declared[ground]) >= 4.5, selector
    assert {"QPushButton:disabled", 'QPushButton[primary="true"]', "QToolTip"} <= set(looked)


@pytest.mark.parametrize("name", NAMES)
def test_the_palette_can_be_read_too_where_nothing_is_chosen(name: str) -> None:
    made, role, group = palette(load_theme(name)), QPalette.ColorRole, QPalette.ColorGroup
    for state in (group.Active, group.Inactive, group.Disabled):
        for text, ground in (
            (role.WindowText, role.Window),
            (role.Text, role.Base),
            (role.Text, role.AlternateBase),
            (role.ButtonText, role.Button),
            (role.ToolTipText, role.ToolTipBase),
            (role.PlaceholderText, role.Base),
            (role.HighlightedText, role.Highlight),
        ):
            assert contrast(made.color(state, text).name(), made.color(state, ground).name()) >= 4.5


@pytest.mark.parametrize("name", NAMES)
def test_the_style_sheet_has_no_colour_of_its_own(name: str) -> None:
    template = (resource_dir() / "themes" / "application.qss").read_text("utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", template)
    assert "$" not in style_sheet(load_theme(name))


def test_the_palette_is_the_theme() -> None:
    theme = load_theme("dark")
    assert palette(theme).color(QPalette.ColorRole.Base) == QColor(theme.surface)
    assert palette(theme).color(QPalette.ColorRole.Text) == QColor(theme.ink)


def test_no_colour_stands_in_the_code(project_dir: Path) -> None:
    literal = re.compile(r"[\"']#[0-9a-fA-F]{6}[\"']|QColor\(\d|GlobalColor\.(?!transparent)")
    found = [
        path
        for path in (project_dir / "aitr_desktop").rglob("*.py")
        if literal.search(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "name", [name for name in ICONS if name not in {"aitr", "check-blue", "chevron-grey"}]
)
def test_icons_take_the_colour_they_are_given(qapp: QApplication, name: str) -> None:
    image = tinted_icon(name, "#ff0000").pixmap(QSize(20, 20)).toImage()
    colours = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    }
    assert colours
    assert all(QColor(colour).red() > 200 and QColor(colour).green() < 60 for colour in colours)


def test_large_icons_are_drawn_at_their_size(theme: ThemeController) -> None:
    sizes = theme.icon("empty", pixels=40).availableSizes()
    assert max(each.width() for each in sizes) >= 80


def test_the_bundled_font_is_used(theme: ThemeController) -> None:
    assert QFontInfo(theme.code_font()).family() == "IBM Plex Mono"


def test_choosing_a_theme_draws_it_and_says_so(theme: ThemeController, qapp: QApplication) -> None:
    heard: list[str] = []
    theme.changed.connect(lambda: heard.append(theme.theme.name))
    theme.choose(ThemeChoice.DARK)
    theme.choose(ThemeChoice.DARK)
    assert heard == ["dark"]
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.theme.window)
    assert theme.theme.tone(Tone.NO_GO) == theme.theme.no_go


class SystemScheme:
    """Stands for what the desktop says; offscreen there is no desktop that could be asked."""

    def __init__(self) -> None:
        self.scheme = Qt.ColorScheme.Unknown

    def colorScheme(self) -> Qt.ColorScheme:
        return self.scheme


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> SystemScheme:
    said = SystemScheme()
    signal = QGuiApplication.styleHints().colorSchemeChanged
    said.colorSchemeChanged = signal  # type: ignore[attr-defined]  # Qt's own signal, so that its wiring is tried
    monkeypatch.setattr("aitr_desktop.theme.QGuiApplication.styleHints", lambda: said)
    return said


def test_it_follows_the_system_while_the_person_wants_that(qapp: QApplication, system: SystemScheme) -> None:
    following = ThemeController(qapp, ThemeChoice.SYSTEM)
    assert following.theme.name == "light"
    for scheme, name in ((Qt.ColorScheme.Dark, "dark"), (Qt.ColorScheme.Light, "light")):
        system.scheme = scheme
        system.colorSchemeChanged.emit(scheme)  # type: ignore[attr-defined]
        assert following.theme.name == name
        assert qapp.palette().color(QPalette.ColorRole.Base) == QColor(load_theme(name).surface)
    following.choose(ThemeChoice.LIGHT)
    system.scheme = Qt.ColorScheme.Dark
    system.colorSchemeChanged.emit(Qt.ColorScheme.Dark)  # type: ignore[attr-defined]
    assert following.theme.name == "light"
    following.detach()
    following.deleteLater()
