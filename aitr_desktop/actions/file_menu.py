"""Actions on libraries, files and servers."""

from __future__ import annotations

from aitr_desktop.actions.spec import FILE, RECENT_MENU, Act, ActionSpec
from aitr_desktop.translation import QT_TRANSLATE_NOOP

ROWS = (
    ActionSpec(
        act=Act.OPEN_LIBRARY,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Open library…"),
        keys=("Ctrl+O",),
        icon="open",
    ),
    ActionSpec(act=Act.CLEAR_RECENT, menu=RECENT_MENU, text=QT_TRANSLATE_NOOP("Actions", "&Clear recent")),
    ActionSpec(
        act=Act.IMPORT_REPORT,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Import report…"),
        keys=("Ctrl+I",),
        icon="import",
    ),
    ActionSpec(
        act=Act.IMPORT_FOLDER,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "Import &folder…"),
        keys=("Ctrl+Shift+I",),
    ),
    ActionSpec(
        act=Act.EXPORT,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Export selection…"),
        keys=("Ctrl+E",),
        tip=QT_TRANSLATE_NOOP(
            "Actions", "The chosen reports as filed, with decisions, approvals and digests"
        ),
    ),
    ActionSpec(
        act=Act.VERIFY_LIBRARY,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Verify library"),
        keys=("Ctrl+Shift+V",),
        tip=QT_TRANSLATE_NOOP("Actions", "Reads every document and holds all that is listed against it"),
    ),
    ActionSpec(
        act=Act.CONNECT,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Connect to server…"),
        tip=QT_TRANSLATE_NOOP("Actions", "Fetch what a team has filed, and send what waits here"),
        separator_before=True,
    ),
    ActionSpec(
        act=Act.SYNCHRONISE,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Synchronise"),
        keys=("F9", "Ctrl+Shift+S"),
        icon="server",
    ),
    ActionSpec(act=Act.DISCONNECT, menu=FILE, text=QT_TRANSLATE_NOOP("Actions", "&Disconnect…")),
    ActionSpec(
        act=Act.QUIT,
        menu=FILE,
        text=QT_TRANSLATE_NOOP("Actions", "&Quit"),
        keys=("Ctrl+Q",),
        separator_before=True,
    ),
)
