"""QtPy's names, made when they are first used.

``qtpy.QtWidgets`` and its kind import every name of the binding with a star. PySide6 makes its
classes on demand, and a star makes all of them: 100 ms of the 95 ms that a bare window takes
(docs/adr/0004). Modules of the same names that pass each question on to the binding are put in
their place before anyone imports them. Whoever writes ``from qtpy.QtWidgets import QLabel`` notices
nothing, and without this module QtPy's own ones serve the same names.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType

MODULES = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtNetwork")


class _NamesOnDemand(ModuleType):
    """Stands for one of QtPy's modules and asks the binding's for each name, once."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        part = self.__name__.rpartition(".")[2]
        found = getattr(importlib.import_module(f"PySide6.{part}"), name)
        setattr(self, name, found)
        return found


def resolve_on_demand() -> None:
    """Puts the modules in place, where QtPy would use PySide6 and has not loaded its own yet."""
    if os.environ.get("QT_API", "pyside6").lower() != "pyside6" or "qtpy" in sys.modules:
        return
    for part in MODULES:
        name = f"qtpy.{part}"
        sys.modules.setdefault(name, _NamesOnDemand(name))
