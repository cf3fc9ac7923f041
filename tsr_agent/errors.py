"""Every error that aitr raises on purpose, and the exit code of each.

The tree, with whose fault it is::

    TsrError
    ├── InputError          what was handed in can't be used        2
    │   ├── UsageError      the command line or aitr.toml           2
    │   ├── DocumentError   a document is not what it says it is    2
    │   ├── PolicyError     a policy or waiver file is wrong        2
    │   └── ConflictError   somebody else was there first           2
    ├── StoreError          the library can't be read or written    2
    │   └── DamagedError    it is damaged or was altered            2
    ├── ServiceError        a server was not reached                4
    └── IntegrityError      altered or unverifiable                 5

Each says what happened, what was kept and what to do next. ``cli`` turns them into exit codes and
text, the desktop into dialogs; nothing else does.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ExitCode(IntEnum):
    """What a process answers to a pipeline. Everything but ``OK`` stops it."""

    OK = 0
    """GO, or the command did what it was asked."""
    NO_GO = 1
    INPUT = 2
    """Usage, input or policy error."""
    PENDING_REVIEW = 3
    SERVICE = 4
    """A server was not reached."""
    INTEGRITY = 5
    """Altered or unverifiable."""


class TsrError(Exception):
    """Base of every deliberate error.

    Args:
        message: What happened, in one plain sentence that names the thing concerned.
        kept: What is safe on disk in spite of it, if that is not obvious.
        next_step: What the person can do now.
        details: Further lines, one problem each.
    """

    exit_code: ExitCode = ExitCode.INPUT

    def __init__(
        self, message: str, *, kept: str = "", next_step: str = "", details: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kept = kept
        self.next_step = next_step
        self.details = tuple(details)

    def diagnostics(self) -> list[str]:
        """The whole error as lines of plain text, the headline first."""
        lines = [self.message]
        lines += [f"  {detail}" for detail in self.details]
        lines += [f"  Kept: {self.kept}"] if self.kept else []
        lines += [f"  Next: {self.next_step}"] if self.next_step else []
        return lines


class InputError(TsrError):
    """What was handed in can't be used; the person or tool that made it has to mend it."""


class UsageError(InputError):
    """The command line or ``aitr.toml`` asks for something impossible or leaves out something needed."""


class DocumentError(InputError):
    """A JSON document is malformed, too large, or not of the form it claims."""


class PolicyError(InputError):
    """A policy or waiver file is wrong; it is refused as a whole, never read in part."""


class ConflictError(InputError):
    """What was handed in starts from something that somebody else has changed since it was read."""


class StoreError(TsrError):
    """The library can't be opened, read or written."""


class DamagedError(StoreError):
    """The library itself is damaged or was altered, whatever is asked of it."""


class ServiceError(TsrError):
    """A server was not reached or gave no usable answer."""

    exit_code = ExitCode.SERVICE


class IntegrityError(TsrError):
    """A document was altered, or can't be shown to be unaltered."""

    exit_code = ExitCode.INTEGRITY
