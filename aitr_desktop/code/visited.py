"""Where somebody was who reads code: back, forward, and the files seen last."""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_STEPS = 100
"""Steps that can be gone back."""
MOST_RECENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Something that was read: a file at a commit, or what became of it between two."""

    sha: str
    path: str
    first: int = 0
    """The first of the selected lines; 0 for none."""
    last: int = 0
    before: str = ""
    """The other commit, the earlier one of two that are seen side by side; empty for one file alone."""
    before_path: str = ""
    """Its path there; empty where it is the same."""
    name: str = ""
    """What the file defines in the line that is meant, where nobody knows which one that is."""
    is_working: bool = False
    """The file of the working tree, not that of the commit."""
    is_loose: bool = False
    """The path is one that a tool wrote, which may begin elsewhere than the repository does."""
    note: str = ""
    """What is said above it, because of how one came here."""

    @property
    def file(self) -> Spot:
        """The same without lines."""
        return replace(self, first=0, last=0)


class Visited:
    """Steps back and forward, as browsers have them."""

    def __init__(self) -> None:
        self._back: list[Spot] = []
        self._forward: list[Spot] = []
        self.here: Spot | None = None
        self._recent: list[Spot] = []

    @property
    def can_go_back(self) -> bool:
        """Whether there is anything before."""
        return bool(self._back)

    @property
    def can_go_forward(self) -> bool:
        """Whether somebody went back from something."""
        return bool(self._forward)

    @property
    def recent(self) -> tuple[Spot, ...]:
        """Files, the one seen last first, without what is seen now."""
        now = self.here.file if self.here is not None else None
        return tuple(each for each in self._recent if each != now)

    @property
    def recent_paths(self) -> tuple[str, ...]:
        """Paths of the files seen last, each once."""
        return tuple(dict.fromkeys(spot.path for spot in self.recent if not spot.before))

    def go(self, spot: Spot) -> None:
        """Somewhere else; what was gone back from is forgotten. The same again is no step."""
        if spot != self.here:
            if self.here is not None:
                self._back.append(self.here)
                del self._back[:-MOST_STEPS]
            self._forward.clear()
        self._arrive(spot)

    def stay(self, first: int, last: int) -> None:
        """Other lines of the same file are selected: that is where a step leads back to."""
        if self.here is not None:
            self.here = replace(self.here, first=first, last=last)

    def back(self) -> Spot | None:
        """One step back; None where there is none."""
        if not self._back:
            return None
        if self.here is not None:
            self._forward.append(self.here)
        self._arrive(self._back.pop())
        return self.here

    def forward(self) -> Spot | None:
        """One step forward; None where there is none."""
        if not self._forward:
            return None
        if self.here is not None:
            self._back.append(self.here)
        self._arrive(self._forward.pop())
        return self.here

    def forget(self) -> None:
        """Another repository is read: nothing of the one before is left."""
        self._back.clear()
        self._forward.clear()
        self._recent.clear()
        self.here = None

    def _arrive(self, spot: Spot) -> None:
        self.here = spot
        self._recent = [spot.file, *(each for each in self._recent if each != spot.file)][:MOST_RECENT]
