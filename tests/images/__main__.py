"""Renders every view of every made library in each theme and at both scales, to be looked at.

    python -m tests.images DIR [--library NAME]... [--theme NAME]... [--scale PERCENT]... [--view NAME]...

Pictures go to DIR/LIBRARY-SCALE/VIEW-THEME.png. Each library and scale is a process of its own, since Qt
takes its scale once. ``--file FILE.db`` renders a library that is there already.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.images.libraries import LIBRARIES
from tsr_agent.store.engine import open_library

THEMES = ("light", "dark", "high_contrast")


def main() -> int:
    """Makes the libraries and renders them.

    Returns:
        0, or 1 where a rendering failed or Qt said something.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tests.images", description="Renders all views for review."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--library", action="append", choices=tuple(LIBRARIES))
    parser.add_argument("--file", type=Path, action="append", default=[])
    parser.add_argument("--theme", action="append", choices=THEMES)
    parser.add_argument("--scale", action="append", choices=("100", "125", "150", "200"))
    parser.add_argument("--view", action="append", default=[])
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    files = [*options.file]
    names = options.library or ([] if options.file else list(LIBRARIES))
    files += [make(name, options.folder) for name in names]
    views = [part for view in options.view for part in ("--view", view)]
    is_clean = True
    for file in files:
        for scale in options.scale or ("100", "200"):
            for theme in options.theme or THEMES:
                wanted = ["--scale", scale, "--theme", theme, *views]
                is_clean &= render(file, options.folder / f"{file.stem}-{scale}", wanted)
    return 0 if is_clean else 1


def make(name: str, folder: Path) -> Path:
    """Makes a library anew."""
    path = folder / f"{name}.db"
    path.unlink(missing_ok=True)
    with open_library(path, create=True) as library:
        LIBRARIES[name](library)
    return path


def render(file: Path, folder: Path, wanted: list[str]) -> bool:
    """Renders a library; says what was said, and whether all was well."""
    done = subprocess.run(
        [sys.executable, "-m", "aitr_desktop.app", str(file), "--screenshot", str(folder), *wanted],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"{folder}: {len(done.stdout.splitlines())} pictures {' '.join(wanted)}", flush=True)
    if done.returncode or done.stderr:
        print(done.stderr, file=sys.stderr, flush=True)
    return done.returncode == 0 and not done.stderr


if __name__ == "__main__":
    sys.exit(main())
