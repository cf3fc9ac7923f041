"""Where the policies come from that a policy extends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.builtin import AI_RELEASE_NAME, BUILT_IN, ai_release_bytes
from tsr_agent.gate.source.tree import MAX_BYTES
from tsr_agent.gate.wording import plain
from tsr_agent.models.base import Record

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.gate.exceptions.quarantine import Quarantine

_BUILT_INS = (f"{BUILT_IN}{AI_RELEASE_NAME}",)


class PolicyText(Record, frozen=True, kw_only=True):
    """The bytes of a policy that were found, not yet read."""

    data: bytes
    source: str
    """What messages call it."""
    origin: str
    """What a decision calls it: ``builtin:NAME``, or its path relative to the folder of the first policy."""
    identity: str
    """The same text for the same file, however it was named."""
    quarantine: Quarantines | None
    """Reads the quarantine that it names; None for a text that came alone: then every failure counts."""
    parents: Parents
    """Finds the policies that this one extends."""


Parents = Callable[[str], PolicyText]
"""Finds a policy by the name that ``extends`` gives; raises a PolicyError whose message is what is wrong."""

Quarantines = Callable[[str], "Quarantine"]
"""Reads a quarantine by the name that ``flaky.quarantine_file`` gives; raises a PolicyError as well."""


def built_in_only(name: str) -> PolicyText:
    """The built-in policies alone: for a text that came from elsewhere and must not open files here.

    Raises:
        PolicyError: Anything but a built-in policy is named.
    """
    if name in _BUILT_INS:
        data = ai_release_bytes()
        return PolicyText(
            data=data, source=name, origin=name, identity=name, quarantine=None, parents=built_in_only
        )
    if name.startswith(BUILT_IN):
        raise PolicyError(f"{plain(name, 80)!r} is not built in{_nearest(name)}")
    raise PolicyError(
        f"{plain(name, 80)!r} is a file, and only built-in policies can be extended here; "
        f"known are {', '.join(_BUILT_INS)}"
    )


def beside(path: Path) -> Parents:
    """Built-in policies, and files by their path relative to the folder of the first policy's file."""
    return _in_folder(path.parent, "")


def quarantines_in(folder: Path) -> Quarantines:
    """Files by their path relative to the folder of the policy that names them."""

    def read(name: str) -> Quarantine:
        from tsr_agent.gate.exceptions.quarantine_file import load_quarantine

        return load_quarantine(folder, name)

    return read


def identity_of(path: Path) -> str:
    """The same text for the same file."""
    return str(path.resolve())


def _in_folder(folder: Path, below: str) -> Parents:
    def found(name: str) -> PolicyText:
        return built_in_only(name) if name.startswith(BUILT_IN) else _file(name, folder, below)

    return found


def _file(name: str, folder: Path, below: str) -> PolicyText:
    """A file named relative to a folder, which itself stands at ``below`` seen from the first policy."""
    import os
    import posixpath

    path = folder / checked_path(name)
    origin = posixpath.normpath(posixpath.join(below, name))
    try:
        if path.exists() and not path.is_file():
            raise PolicyError(f"{plain(name, 200)!r} is not a file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        identity = identity_of(path)
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise PolicyError(f"{plain(name, 200)!r} can't be read: {why}{_nearest(name, '')}") from error
    return PolicyText(
        data=data,
        source=os.path.normpath(path),
        origin=origin,
        identity=identity,
        quarantine=quarantines_in(path.parent),
        parents=_in_folder(path.parent, posixpath.dirname(origin)),
    )


def checked_path(name: str) -> str:
    """The name of a file, if it means the same place on every machine.

    Raises:
        PolicyError: It does not.
    """
    if name.startswith(("/", "~")) or ":" in name or "\\" in name:
        raise PolicyError(
            f"{plain(name, 200)!r} is not a path relative to this file, written with '/', "
            f"and not built in{_nearest(name)}"
        )
    if not name.strip() or not name.isprintable():
        raise PolicyError("the name of a policy is blank or holds signs that nobody sees")
    return name


def _nearest(name: str, otherwise: str = f"; known are {', '.join(_BUILT_INS)}") -> str:
    import difflib

    close = difflib.get_close_matches(name, _BUILT_INS, n=1)
    return f"; did you mean {close[0]!r}?" if close else otherwise
