"""What is said of a file that is beyond one of the bounds."""

from __future__ import annotations

from tsr_agent.errors import InputError
from tsr_agent.models.limits import MEBIBYTE, Limits

__all__ = ["MEBIBYTE", "Limits", "beyond", "beyond_reason"]


def beyond(limits: Limits, name: str, path: str, position: str = "") -> InputError:
    """The refusal of a file that is beyond a bound: file, position, bound and how to raise it.

    Args:
        limits: The bounds in force.
        name: The name of the one that was passed.
        path: What to call the file.
        position: Where in it, such as ``line 3, column 7``.
    """
    where = f"{position}: " if position else ""
    return InputError(f"{path}: {where}{beyond_reason(limits, name)}.")


def beyond_reason(limits: Limits, name: str) -> str:
    """The same without the file and a final stop."""
    what = Limits.describe()[name]
    return f"more than {getattr(limits, name):,} {what}; raise {name} under [limits] in aitr.toml to read it"
