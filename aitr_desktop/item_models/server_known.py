"""What the window knows of the server. Apart from the words about it, which the first frame does not need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aitr_desktop.library.servers import Who
    from aitr_desktop.library.synchronising import SyncState


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that the window knows of the server."""

    url: str = ""
    """Empty where none was ever connected."""
    who: Who | None = None
    """As the server said since the window was opened."""
    state: SyncState | None = None
    is_running: bool = False
    error: str = ""
    """What ended the last synchronisation before its end."""
    is_offline: bool = False
    """The server was not reached just now."""
    last: str = ""
    """What the last synchronisation did."""
