"""Actions on what is seen: search, filters, order, columns, theme and scale."""

from __future__ import annotations

from aitr_desktop.actions.spec import (
    COLUMNS_MENU,
    DENSITY_MENU,
    FILTERS_MENU,
    SCALE_MENU,
    SORT_MENU,
    THEME_MENU,
    VIEW,
    Act,
    ActionSpec,
)
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.FIND,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "&Search reports"),
        keys=("/", "Ctrl+F"),
        icon="search",
    ),
    ActionSpec(
        act=Act.CLEAR_FILTERS,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "&Clear filters"),
        keys=("Ctrl+Shift+X",),
    ),
    ActionSpec(
        act=Act.FIND_IN_REPORT,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "Find in re&port…"),
        keys=("Ctrl+Shift+F",),
        icon="search",
        tip=QT_TRANSLATE_NOOP("Actions", "Finds a text in all rows of the report, also in those not opened"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.FIND_NEXT,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "Find ne&xt"),
        keys=("F3",),
    ),
    ActionSpec(
        act=Act.FIND_PREVIOUS,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "Find pre&vious"),
        keys=("Shift+F3",),
    ),
    ActionSpec(
        act=Act.FOCUS_FILTERS,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "Go to the fi&lters"),
        keys=("Ctrl+Shift+L",),
    ),
    ActionSpec(
        act=Act.SAVE_FILTER,
        menu=FILTERS_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Save filter…"),
        keys=("Ctrl+D",),
    ),
    ActionSpec(
        act=Act.RENAME_FILTER, menu=FILTERS_MENU, text=QT_TRANSLATE_NOOP("Actions", "&Rename filter…")
    ),
    ActionSpec(
        act=Act.DELETE_FILTER, menu=FILTERS_MENU, text=QT_TRANSLATE_NOOP("Actions", "&Delete filter…")
    ),
    ActionSpec(
        act=Act.SORT_CREATED,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&When"),
        group="sort",
        separator_before=True,
        tip=QT_TRANSLATE_NOOP("Actions", "Sort the reports by when they were made"),
    ),
    ActionSpec(
        act=Act.SORT_DECISION,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Decision"),
        group="sort",
    ),
    ActionSpec(
        act=Act.SORT_ENVIRONMENT,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Environment"),
        group="sort",
    ),
    ActionSpec(
        act=Act.SORT_BRANCH,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Branch"),
        group="sort",
    ),
    ActionSpec(
        act=Act.SORT_SHA,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Release"),
        group="sort",
    ),
    ActionSpec(
        act=Act.SORT_REPOSITORY,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "Re&pository"),
        group="sort",
    ),
    ActionSpec(
        act=Act.TURN_ORDER,
        menu=SORT_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Turn the order round"),
        keys=("Ctrl+Shift+O",),
        separator_before=True,
    ),
    ActionSpec(act=Act.RESET_COLUMNS, menu=COLUMNS_MENU, text=QT_TRANSLATE_NOOP("Actions", "&Reset columns")),
    ActionSpec(
        act=Act.REFRESH,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "&Refresh"),
        keys=("F5", "Ctrl+R"),
        icon="refresh",
    ),
    ActionSpec(
        act=Act.THEME_SYSTEM,
        menu=THEME_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&System"),
        group="theme",
        separator_before=True,
    ),
    ActionSpec(
        act=Act.THEME_LIGHT,
        menu=THEME_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Light"),
        group="theme",
    ),
    ActionSpec(
        act=Act.THEME_DARK,
        menu=THEME_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Dark"),
        group="theme",
    ),
    ActionSpec(
        act=Act.THEME_HIGH_CONTRAST,
        menu=THEME_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&High contrast"),
        group="theme",
    ),
    ActionSpec(
        act=Act.DENSITY_COMPACT,
        menu=DENSITY_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Compact"),
        group="density",
    ),
    ActionSpec(
        act=Act.DENSITY_NORMAL,
        menu=DENSITY_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&Normal"),
        group="density",
    ),
    ActionSpec(
        act=Act.DENSITY_COMFORTABLE,
        menu=DENSITY_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "Com&fortable"),
        group="density",
    ),
    ActionSpec(
        act=Act.SCALE_100,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&100 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.SCALE_125,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "12&5 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.SCALE_150,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "15&0 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.SCALE_175,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "1&75 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.SCALE_200,
        menu=SCALE_MENU,
        text=QT_TRANSLATE_NOOP("Actions", "&200 %"),
        group="scale",
    ),
    ActionSpec(
        act=Act.NOTIFICATIONS,
        menu=VIEW,
        text=QT_TRANSLATE_NOOP("Actions", "&Notifications"),
        keys=("Ctrl+Shift+N",),
        icon="bell",
        tip=QT_TRANSLATE_NOOP("Actions", "What the window told since it was opened"),
        separator_before=True,
    ),
    ActionSpec(act=Act.RESET_LAYOUT, menu=VIEW, text=QT_TRANSLATE_NOOP("Actions", "Reset la&yout")),
)
