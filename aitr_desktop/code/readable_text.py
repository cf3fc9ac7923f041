"""The bytes of a file as text that can be shown, and what is to be known of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted

UTF_8 = "UTF-8"
_MARKS = (
    # The longer ones first: one begins as another does.
    (b"\xff\xfe\x00\x00", "utf-32-le", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32-be", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
_BOM = b"\xef\xbb\xbf"
_PART = 1024 * 1024
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?"
    rb"oid sha256:([0-9a-f]{64})\n(?:[a-z0-9.-]+ [^\n]*\n)*?size ([0-9]{1,18})\n"
)
_DECLARED = re.compile(rb"(?:(?:coding|charset)\s*[:=]\s*[\"']?|@charset\s+\")([A-Za-z0-9_.-]{1,30})")
_DECODERS = {
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-1": "latin-1",
    "iso8859-1": "latin-1",
    "iso-8859-2": "iso-8859-2",
    "iso-8859-15": "iso-8859-15",
    "windows-1250": "cp1250",
    "cp1250": "cp1250",
    "windows-1251": "cp1251",
    "cp1251": "cp1251",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "koi8-r": "koi8-r",
    "shift_jis": "shift_jis",
    "shift-jis": "shift_jis",
    "euc-jp": "euc-jp",
    "euc-kr": "euc-kr",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
}
"""Declared encodings that are believed where the bytes are no UTF-8."""


class NotTextError(InputError):
    """The file is no text; it can be shown as text all the same, if somebody asks for that.

    Args:
        path: In the repository.
        content: Its bytes.
    """

    def __init__(self, path: str, content: bytes) -> None:
        self.path = path
        self.size = len(content)
        """In bytes."""
        self.digest = hashlib.sha256(content).hexdigest()
        """SHA-256 of the bytes."""
        super().__init__(
            f"{one_line(path, 200)} is not text: it has {self.size:,} bytes, with NULs among them.",
            next_step="It can be shown as text all the same.",
            details=[f"SHA-256 {self.digest}"],
        )


@dataclass(frozen=True, slots=True)
class ReadableText:
    """A file's text as UTF-8."""

    content: bytes
    encoding: str
    """Of the file itself."""
    remarks: tuple[str, ...]


def readable(path: str, content: bytes, *, as_text: bool = False) -> ReadableText:
    """A file's text.

    Args:
        path: What it is called.
        content: Its bytes.
        as_text: Whether it is shown even if it is no text.

    Raises:
        NotTextError: It is no text, and nobody asked for it all the same.
    """
    remarks = []
    text, encoding = _decoded(content)
    if encoding != UTF_8:
        remarks.append(f"The file is {encoding}; what is shown was converted to UTF-8.")
    if b"\0" in text:
        if not as_text:
            raise NotTextError(path, content)
        remarks.append("The file is not text; its bytes are shown as if they were.")
    if text.startswith(_BOM):
        text = text[len(_BOM) :]
        remarks.append("The file begins with a byte order mark, which is not shown.")
    pointer = _POINTER.fullmatch(text[:2_000]) if len(text) <= 1_024 else None
    if pointer is not None:
        remarks.append(
            f"This is a pointer of Git LFS: the repository holds it in place of the file of "
            f"{int(pointer[2]):,} bytes with SHA-256 {pointer[1].decode()}, which is kept elsewhere and "
            "not read."
        )
    return ReadableText(text, encoding, (*remarks, *_undecodable(text), *_line_ends(text)))


def _decoded(content: bytes) -> tuple[bytes, str]:
    """The text as UTF-8, and what it is in the file."""
    for mark, decoder, name in _MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(decoder).encode(), name
            except UnicodeError:
                return content, UTF_8
    if _fault(content) is None or b"\0" in content:
        return content, UTF_8
    declared = _DECLARED.search(b"\n".join(content[:1_000].split(b"\n", 2)[:2]))
    name = declared[1].decode("ascii").lower() if declared else ""
    if name in _DECODERS:
        try:
            return content.decode(_DECODERS[name]).encode(), name
        except UnicodeError:
            return content, UTF_8
    return content, UTF_8


def _fault(content: bytes) -> int | None:
    """The first byte that is no UTF-8."""
    if content.isascii():
        return None
    # In parts: as one text, a large file would take four times its size for a moment.
    start = 0
    while start < len(content):
        end = start + _PART
        while end < len(content) and content[end] & 0xC0 == 0x80 and end < start + _PART + 4:
            end += 1
        try:
            content[start:end].decode()
        except UnicodeDecodeError as error:
            return start + error.start
        start = end
    return None


def _undecodable(text: bytes) -> list[str]:
    place = _fault(text)
    if place is None:
        return []
    line = text.count(b"\n", 0, place) + 1
    return [f"The file is not UTF-8, first in line {line:,}: what can't be read is shown as �."]


def _line_ends(text: bytes) -> list[str]:
    returns = text.count(b"\r")
    if not returns:
        return []
    both, feeds = text.count(b"\r\n"), text.count(b"\n")
    said = []
    if both and both != feeds:
        said.append(f"Line ends are mixed: {both:,} are CRLF, {feeds - both:,} are LF.")
    if returns != both:
        said.append(
            f"It has {counted(returns - both, 'carriage return')} without a line feed; no line ends there."
        )
    return said
