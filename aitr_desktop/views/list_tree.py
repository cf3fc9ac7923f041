"""A table of its own: it scrolls itself, however many rows it has."""

from __future__ import annotations

from qtpy.QtCore import Qt

from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.views.section_tree import SectionTree


class ListTree(SectionTree):
    """A section's tree that fills the place it is given."""

    def fit(self) -> None:
        """Takes the place it is given, and scrolls."""
        self.doItemsLayout()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def all_text(self) -> str:
        """Every row as text: whole values, cells apart by tabs."""
        model = self.model()
        nodes = model.table.nodes if isinstance(model, TreeModel) else ()
        return "\n".join("\t".join(cell.whole or cell.text for cell in node.cells) for node in nodes)
