"""The words of the screen in the person's language: marks for the tools that collect them, and loading.

``pyside6-lupdate`` collects ``self.tr("…")``, ``translate("Context", "…")`` and, for words that stand in a
table and are shown later, ``QT_TRANSLATE_NOOP("Context", "…")``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.resource_files import resource_dir

if TYPE_CHECKING:
    from qtpy.QtCore import QCoreApplication, QTranslator


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802  (the name that lupdate knows)
    """Marks words of a table; whoever shows them calls ``translate`` with the same context."""
    return text


def translate(context: str, text: str) -> str:
    """Words in the person's language, or as they are where nobody translated them."""
    from qtpy.QtCore import QCoreApplication

    return str(QCoreApplication.translate(context, text))


def install(application: QCoreApplication, locale: str) -> QTranslator | None:
    """Loads the words of a language from ``resources/translations``.

    Args:
        application: Whose words they become.
        locale: As the system names it, such as ``de_DE``; the language alone is tried too.

    Returns:
        What is in force, or None where there is no file for that language.
    """
    folder = resource_dir() / "translations"
    names = (f"aitr_desktop_{locale}.qm", f"aitr_desktop_{locale.partition('_')[0]}.qm")
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        return None
    # Imported where there is something to load: the first frame of most needs none of it.
    from qtpy.QtCore import QTranslator

    translator = QTranslator(application)
    if not translator.load(str(path)):
        return None
    application.installTranslator(translator)
    return translator
