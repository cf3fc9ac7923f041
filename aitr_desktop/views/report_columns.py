"""The header of the list: which columns are shown, in which order, how wide, and what it is sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal, Slot

from aitr_desktop.item_models.list_columns import (
    COLUMNS,
    KEYS,
    MIN_WIDTH,
    SHOWN_FIRST,
    shown_keys,
    widths_from,
    widths_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtCore import QPoint
    from qtpy.QtWidgets import QHeaderView


class ReportColumns(QObject):
    """Keeps a header.

    Args:
        header: Of the table whose model has all ``COLUMNS``.
    """

    changed = Signal()
    """Another column is shown, or one stands elsewhere."""
    sort_asked = Signal(object)
    """The ``SortKey`` of a column whose title was clicked."""
    menu_asked = Signal(object)
    """The ``QPoint`` on the screen where a menu about the columns is wanted."""

    def __init__(self, header: QHeaderView, parent: QObject) -> None:
        super().__init__(parent)
        self._header = header
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(True)
        header.setSectionsClickable(True)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(MIN_WIDTH)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.show(SHOWN_FIRST, "")
        header.sectionClicked.connect(self._clicked)
        header.sectionMoved.connect(self._moved)
        header.customContextMenuRequested.connect(self._ask_for_menu)

    def show(self, keys: Sequence[str], widths: str) -> None:
        """Shows columns by key, from the left.

        Args:
            keys: As they were stored; what is unknown is left out.
            widths: As ``widths`` gave them; columns without one get that of the first start.
        """
        self._is_showing = True
        shown, known = shown_keys(keys), widths_from(widths)
        for place, key in enumerate((*shown, *(each for each in KEYS if each not in shown))):
            number = KEYS.index(key)
            self._header.moveSection(self._header.visualIndex(number), place)
            self._header.setSectionHidden(number, key not in shown)
            self._header.resizeSection(number, known.get(key, COLUMNS[number].width))
        self._is_showing = False

    def keys(self) -> tuple[str, ...]:
        """The columns that are shown, from the left."""
        numbers = (self._header.logicalIndex(place) for place in range(len(COLUMNS)))
        return tuple(KEYS[number] for number in numbers if not self._header.isSectionHidden(number))

    def widths(self) -> str:
        """Widths of those that are shown, as text. The last takes what is left and has none."""
        return widths_text({key: self._header.sectionSize(KEYS.index(key)) for key in self.keys()[:-1]})

    def toggle(self, key: str) -> None:
        """Shows a column at the right, or takes it away; one always stays."""
        keys = self.keys()
        if key not in keys:
            self.show((*keys, key), self.widths())
        elif len(keys) > 1:
            self.show([each for each in keys if each != key], self.widths())
        self.changed.emit()

    def reset(self) -> None:
        """Columns, order and widths of the first start."""
        self.show(SHOWN_FIRST, "")
        self.changed.emit()

    def first(self) -> int:
        """Number of the column at the left."""
        return KEYS.index(self.keys()[0])

    @Slot()
    def _moved(self) -> None:
        if not self._is_showing:
            self.changed.emit()

    @Slot(int)
    def _clicked(self, number: int) -> None:
        key = COLUMNS[number].sort
        if key is not None:
            self.sort_asked.emit(key)

    def _ask_for_menu(self, place: QPoint) -> None:
        self.menu_asked.emit(self._header.mapToGlobal(place))
