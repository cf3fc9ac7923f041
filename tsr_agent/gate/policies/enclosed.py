"""Policies that come together with every file that they name, and open none on this machine."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from tsr_agent.errors import PolicyError
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.policies.builtin import BUILT_IN
from tsr_agent.gate.policies.sources import PolicyText, built_in_only, checked_path
from tsr_agent.gate.wording import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.gate.exceptions.quarantine import Quarantine
    from tsr_agent.gate.policies.sources import Parents, Quarantines


class EnclosedFiles:
    """Finds what a policy names among the files that came with it, and the built-in policies.

    Args:
        files: By path relative to the folder of the first policy, as it names them.

    Raises:
        PolicyError: A path that is none, or two that mean the same file.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files: dict[str, bytes] = {}
        self._read: set[str] = set()
        self._quarantines: set[str] = set()
        for name, data in files.items():
            path = posixpath.normpath(checked_path(name))
            if path in self._files:
                raise PolicyError(f"two files are called {plain(path, 200)!r}")
            self._files[path] = data

    @property
    def parents(self) -> Parents:
        """Finds what the first policy extends."""
        return self._parents_below("")

    @property
    def quarantines(self) -> Quarantines:
        """Reads the quarantine that the first policy names."""
        return self._quarantines_below("")

    @property
    def unread(self) -> tuple[str, ...]:
        """Paths of the files that nothing has named so far, sorted."""
        return tuple(sorted(self._files.keys() - self._read))

    @property
    def read_quarantines(self) -> dict[str, bytes]:
        """The quarantine files that were named so far, by path."""
        return {path: self._files[path] for path in sorted(self._quarantines)}

    def _parents_below(self, below: str) -> Parents:
        def found(name: str) -> PolicyText:
            if name.startswith(BUILT_IN):
                return built_in_only(name)
            path, data = self._file(name, below)
            folder = posixpath.dirname(path)
            return PolicyText(
                data=data,
                source=path,
                origin=path,
                identity=path,
                quarantine=self._quarantines_below(folder),
                parents=self._parents_below(folder),
            )

        return found

    def _quarantines_below(self, below: str) -> Quarantines:
        def read(name: str) -> Quarantine:
            path, data = self._file(name, below)
            self._quarantines.add(path)
            return parse_quarantine(data, path)

        return read

    def _file(self, name: str, below: str) -> tuple[str, bytes]:
        """Path and bytes of a file that is named relative to a folder.

        Raises:
            PolicyError: It did not come along.
        """
        path = posixpath.normpath(posixpath.join(below, checked_path(name)))
        data = self._files.get(path)
        if data is None:
            known = f"; there are {', '.join(map(repr, sorted(self._files)[:5]))}" if self._files else ""
            raise PolicyError(f"{plain(path, 200)!r} is not among the files that came with it{known}")
        self._read.add(path)
        return path, data
