"""Real repositories as no honest person makes them. Each would touch a file, show a lie or never end."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from hashlib import sha1
from typing import TYPE_CHECKING

from tests.factories.repositories import ENVIRONMENT, commit, git

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SOURCE = "".join(f"line {number}\n" for number in range(1, 101))
PATH = "src/bot.py"

SETTINGS = {
    "fsmonitor": {"core.fsmonitor": "touch {canary}"},
    "pager": {"core.pager": "touch {canary}", "pager.cat-file": "touch {canary}"},
    "alias": {"alias.cat-file": "!touch {canary}", "alias.config": "!touch {canary}"},
    "editor": {"core.editor": "touch {canary}", "core.askPass": "touch {canary}"},
    "hooks": {"core.hooksPath": "{folder}/hooks"},
    "textconv": {"diff.evil.textconv": "touch {canary}", "diff.external": "touch {canary}"},
    "filter": {"filter.evil.smudge": "touch {canary}", "filter.evil.clean": "touch {canary}"},
    "filter process": {"filter.evil.process": "touch {canary}", "filter.evil.required": "true"},
    "alternates command": {"core.alternateRefsCommand": "touch {canary}"},
    "lazy fetch": {
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "remote.origin.url": "ext::touch {canary}",
        "remote.origin.promisor": "true",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    },
    "lazy fetch by ssh": {
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "remote.origin.url": "ssh://git.example.org/x",
        "remote.origin.promisor": "true",
        "core.sshCommand": "touch {canary}",
        "protocol.ssh.allow": "always",
    },
    "lazy fetch from a folder": {
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "remote.origin.url": "{folder}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": "touch {canary}",
        "protocol.file.allow": "always",
    },
    "lazy fetch by a helper": {
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "remote.origin.url": "x",
        "remote.origin.vcs": "ext",
        "remote.origin.promisor": "true",
        "protocol.allow": "always",
    },
    "signing": {"gpg.program": "touch {canary}", "log.showSignature": "true"},
    "include": {"include.path": "{folder}/evil.config"},
    "include if": {"includeIf.gitdir:/**.path": "{folder}/evil.config"},
    "working tree elsewhere": {"core.worktree": "/", "core.attributesFile": "{folder}/.gitattributes"},
    "proxy": {"core.gitProxy": "touch {canary}", "http.proxy": "ext::touch {canary}"},
    "credential": {"credential.helper": "!touch {canary}"},
}
"""Settings of a repository, each of which runs a program in some command of git."""


def attacked(folder: Path) -> tuple[str, str]:
    """A repository with attributes that would use every setting.

    Returns:
        Its first commit and its last. Both are the same each time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    first = commit(folder, {PATH: "line 1\n", ".gitattributes": "* diff=evil filter=evil\n"}, "One")
    commit(folder, {PATH: SOURCE, "prompts/system.txt": "Answer.\n"}, "Two")
    return first, commit(folder, {PATH: SOURCE.replace("line 50\n", "line fifty\n")}, "Three")


def settings_of(folder: Path, name: str, canary: Path) -> None:
    """Gives a repository hostile settings, and hooks that would run besides."""
    (folder / "hooks").mkdir()
    for hook in ("post-checkout", "reference-transaction", "fsmonitor-watchman", "post-index-change"):
        for place in (folder / "hooks" / hook, folder / ".git" / "hooks" / hook):
            place.parent.mkdir(exist_ok=True)
            place.write_text(f"#!/bin/sh\ntouch {canary}\n")
            place.chmod(0o755)
    (folder / "evil.config").write_text(f"[core]\n\tfsmonitor = touch {canary}\n\tpager = touch {canary}\n")
    for key, value in SETTINGS[name].items():
        git(folder, "config", key, value.format(canary=canary, folder=folder))


def stored(folder: Path, sha: str) -> Path:
    """The file that holds a loose object."""
    return folder / ".git" / "objects" / sha[:2] / sha[2:]


def write_object(folder: Path, kind: str, content: bytes) -> str:
    """An object of any bytes, as no honest git writes it."""
    done = subprocess.run(
        ["git", "hash-object", "-w", "--literally", "-t", kind, "--stdin"],
        cwd=folder, env=ENVIRONMENT, input=content, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


def write_tree(folder: Path, entries: Sequence[tuple[str, bytes, str]]) -> str:
    """A folder with any names: modes, names and ids as they are given, in that order."""
    lines = [mode.encode() + b" " + name + b"\0" + bytes.fromhex(sha) for mode, name, sha in entries]
    return write_object(folder, "tree", b"".join(lines))


def write_commit(folder: Path, tree: str, parents: Sequence[str] = (), message: str = "A change") -> str:
    """A commit of a folder."""
    lines = [f"tree {tree}", *(f"parent {each}" for each in parents)]
    lines += ["author A <a@b> 1700000000 +0000", "committer A <a@b> 1700000000 +0000", "", message]
    return write_object(folder, "commit", "\n".join(lines).encode())


def lie(folder: Path, sha: str, instead: str) -> None:
    """Puts the bytes of another object under an id, well-formed, so that git hands them out."""
    stored(folder, sha).chmod(0o644)
    shutil.copy(stored(folder, instead), stored(folder, sha))


def lying_pack(folder: Path, sha: str, instead: str) -> None:
    """Packs all, and lets the pack's index lead from one id to another object."""
    git(folder, "repack", "-a", "-d", "--quiet", "--window=0")
    (index,) = (folder / ".git" / "objects" / "pack").glob("*.idx")
    content = bytearray(index.read_bytes())
    count = int.from_bytes(content[8 + 255 * 4 : 8 + 256 * 4])
    ids = 8 + 256 * 4
    names = [content[ids + 20 * each : ids + 20 * (each + 1)].hex() for each in range(count)]
    offsets = ids + 24 * count
    one, other = (offsets + 4 * names.index(each) for each in (sha, instead))
    content[one : one + 4] = content[other : other + 4]
    index.chmod(0o644)
    index.write_bytes(content)


def huge_blob(folder: Path, size: int) -> str:
    """A file of zeros, of few bytes on disk."""
    header = b"blob %d\0" % size
    packed, digest = zlib.compressobj(1), sha1(header, usedforsecurity=False)
    block, parts = bytes(1 << 20), [packed.compress(header)]
    for start in range(0, size, len(block)):
        piece = block[: size - start]
        digest.update(piece)
        parts.append(packed.compress(piece))
    path = stored(folder, digest.hexdigest())
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join([*parts, packed.flush()]))
    return digest.hexdigest()


def nested(folder: Path, depth: int, width: int = 1) -> str:
    """A commit whose folders hold the same folder ``width`` times, ``depth`` deep; few bytes on disk."""
    blob = write_object(folder, "blob", b"deep\n")
    tree = write_tree(folder, [("100644", b"file.txt", blob)])
    for _ in range(depth):
        tree = write_tree(folder, [("40000", b"d%04d" % number, tree) for number in range(width)])
    return write_commit(folder, tree)


def pipe_in_place_of(path: Path) -> None:
    """A pipe to which nobody writes: whoever opens it waits for ever."""
    path.unlink()
    os.mkfifo(path)


def unfolding_pack(folder: Path, size: int) -> str:
    """A pack of some kilobytes with a file of ten bytes, which git can have only by way of one of ``size``.

    A base of zeros, a delta that copies it until it has that size, and a delta that takes ten bytes of it.

    Returns:
        The id under which git finds the small one; nobody knows its true one without unfolding it.
    """
    base = bytes(0xFFFFFF)
    copies = b"".join(
        b"\xf0" + min(size - start, len(base)).to_bytes(3, "little") for start in range(0, size, len(base))
    )
    deltas = (
        _number(len(base)) + _number(size) + copies,
        _number(size) + _number(10) + b"\x90\x0a",
    )
    pack = b"PACK" + (2).to_bytes(4) + (3).to_bytes(4)
    places = [len(pack)]
    pack += _entry_head(3, len(base)) + zlib.compress(base)
    for delta in deltas:
        places.append(len(pack))
        pack += _entry_head(6, len(delta)) + _back(places[-1] - places[-2]) + zlib.compress(delta)
    pack += sha1(pack, usedforsecurity=False).digest()
    ids = [bytes([first]) * 20 for first in (0xAA, 0xBB, 0xCC)]
    index = b"\xfftOc" + (2).to_bytes(4)
    index += b"".join(sum(each[0] <= first for each in ids).to_bytes(4) for first in range(256))
    index += (
        b"".join(ids) + bytes(4 * len(ids)) + b"".join(place.to_bytes(4) for place in places) + pack[-20:]
    )
    folder = folder / ".git" / "objects" / "pack"
    folder.mkdir(exist_ok=True)
    (folder / "pack-unfolding.pack").write_bytes(pack)
    (folder / "pack-unfolding.idx").write_bytes(index + sha1(index, usedforsecurity=False).digest())
    return ids[-1].hex()


def _number(value: int) -> bytes:
    """As deltas write sizes: seven bits a byte, the low ones first."""
    parts = [value >> shift & 0x7F for shift in range(0, max(1, value.bit_length()), 7)]
    return bytes([part | 0x80 for part in parts[:-1]] + parts[-1:])


def _entry_head(kind: int, size: int) -> bytes:
    """Kind and size of an entry of a pack."""
    first, rest = kind << 4 | size & 15, size >> 4
    return bytes([first | 0x80]) + _number(rest) if rest else bytes([first])


def _back(offset: int) -> bytes:
    """How far before an entry its base begins."""
    parts = [offset & 0x7F]
    while offset := offset >> 7:
        offset -= 1
        parts.insert(0, 0x80 | offset & 0x7F)
    return bytes(parts)
