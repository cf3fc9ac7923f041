"""Where the icons, themes and fonts are: beside a checkout, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path


def resource_dir() -> Path:
    """The folder that holds ``icons``, ``themes`` and ``fonts``."""
    package = Path(__file__).resolve().parent
    inside = package / "_resources"
    return inside if inside.is_dir() else package.parent / "resources"


def resource(kind: str, name: str) -> Path:
    """One file, for instance ``resource("icons", "search.svg")``.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    path = resource_dir() / kind / name
    if not path.is_file():
        raise FileNotFoundError(f"aitr-desktop is not installed completely: {path} is missing.")
    return path
