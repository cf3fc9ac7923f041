"""Files of code to be read, without a repository around them."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from aitr_desktop.code.code_file import CodeFile
from aitr_desktop.code.text_lines import TextLines


def code_file(path: Path) -> CodeFile:
    """A file of this machine as if it were one of a commit."""
    return CodeFile(
        repository="https://github.com/acme/bot",
        folder=path.parent,
        path=path.name,
        lines=TextLines(path.read_bytes()),
        sha="3fa9c1e" + "0" * 33,
        blob="1" * 40,
    )


def real_python(lines: int) -> str:
    """So many lines of the standard library, over and over where it has fewer."""
    found: list[str] = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if {"site-packages", "test", "tests", "lib2to3"} & set(path.parts):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += text.splitlines()
        if len(found) >= lines:
            break
    while len(found) < lines:
        found += found[: lines - len(found)]
    return "\n".join(found[:lines]) + "\n"
