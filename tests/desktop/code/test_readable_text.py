"""Bytes of any file as text, and what has to be said of them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code import readable_text
from aitr_desktop.code.readable_text import NotTextError, readable

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


def test_plain_text_needs_no_remark() -> None:
    for content in (b"", b"a\nb\n", "é\u2028\U0001f642\n".encode(), b"a\r\nb\r\n", b"no end"):
        assert readable("a.py", content) == readable("a.py", content, as_text=True)
        assert (readable("a.py", content).content, readable("a.py", content).remarks) == (content, ())


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_file_with_a_mark_of_another_encoding_is_converted_and_said(codec: str) -> None:
    text = "# Grüße\r\nprint('\U0001f642')\n"
    found = readable("a.py", ("\ufeff" + text).encode(codec))
    assert found.content == text.encode()
    assert found.encoding == codec[:6].upper()
    assert found.remarks[0] == f"The file is {found.encoding}; what is shown was converted to UTF-8."
    assert "Line ends are mixed: 1 are CRLF, 1 are LF." in found.remarks


@pytest.mark.parametrize("content", [b"\xff\xfea", b"\xff\xfe\x00\xd8a\x00", b"\xfe\xff\xd8\x00"])
def test_a_mark_that_lies_is_not_believed(content: bytes) -> None:
    try:
        found = readable("a.py", content)
    except NotTextError:
        found = readable("a.py", content, as_text=True)
    assert (found.content, found.encoding) == (content, "UTF-8")
    assert any("not UTF-8" in each for each in found.remarks)


def test_a_byte_order_mark_is_left_out_and_said() -> None:
    found = readable("a.py", b"\xef\xbb\xbfprint()\n")
    assert found.content == b"print()\n"
    assert found.remarks == ("The file begins with a byte order mark, which is not shown.",)


@pytest.mark.parametrize(
    ("head", "name", "codec"),
    [
        ("# -*- coding: latin-1 -*-", "latin-1", "latin-1"),
        ("#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :", "iso-8859-15", "iso-8859-15"),
        ('<?xml version="1.0" encoding="Windows-1252"?>', "windows-1252", "cp1252"),
        ('@charset "ISO-8859-1";', "iso-8859-1", "latin-1"),
        ("# coding: shift_jis", "shift_jis", "shift_jis"),
    ],
)
def test_a_declared_encoding_is_used_and_said(head: str, name: str, codec: str) -> None:
    text = f"{head}\nname = 'é'\n" if codec != "shift_jis" else f"{head}\nname = '日本'\n"
    found = readable("a.py", text.encode(codec))
    assert (found.content, found.encoding) == (text.encode(), name)
    assert found.remarks == (f"The file is {name}; what is shown was converted to UTF-8.",)


@pytest.mark.parametrize(
    "content",
    [
        b"\n\n# coding: latin-1\n\xe9\n",
        b"# coding: utf-8\n\xe9\n",
        b"# coding: rot13\n\xe9\n",
        b"# coding: idna\n\xe9\n",
        b"# coding: euc-jp\n\xe9\n",
        b"caf\xe9\n",
    ],
)
def test_what_is_not_declared_where_it_counts_is_shown_as_it_is(content: bytes) -> None:
    found = readable("a.py", content)
    assert (found.content, found.encoding) == (content, "UTF-8")
    line = content.count(b"\n", 0, content.index(b"\xe9")) + 1
    assert found.remarks == (
        f"The file is not UTF-8, first in line {line}: what can't be read is shown as �.",
    )


def test_a_declaration_does_not_override_what_is_utf_8() -> None:
    content = "# coding: latin-1\ncafé\n".encode()
    assert readable("a.py", content).content == content


def test_what_is_no_text_has_a_type_a_size_and_a_digest_and_can_be_shown() -> None:
    content = b"\x89PNG\r\n\x00\x00caf\xe9"
    with pytest.raises(NotTextError) as refused:
        readable("a/picture.png", content)
    fault = refused.value
    assert (fault.path, fault.size, fault.digest) == (
        "a/picture.png",
        12,
        hashlib.sha256(content).hexdigest(),
    )
    assert "12 bytes" in fault.message
    assert fault.digest in fault.details[0]
    assert "as text all the same" in fault.next_step
    found = readable("a/picture.png", content, as_text=True)
    assert found.content == content
    assert "The file is not text; its bytes are shown as if they were." in found.remarks


def test_a_nul_at_the_very_end_counts() -> None:
    with pytest.raises(NotTextError):
        readable("a.py", b"x" * 1_000_000 + b"\0")


def test_a_pointer_of_git_lfs_is_told_from_the_file() -> None:
    (said,) = readable("model.bin", POINTER).remarks
    assert "pointer of Git LFS" in said
    assert "12,345 bytes with SHA-256 4d7a2146" in said
    extended = POINTER.replace(b"oid", b"ext-0-foo sha256:abc\noid")
    assert "pointer of Git LFS" in readable("model.bin", extended).remarks[0]
    for other in (POINTER[:-1], POINTER + b"more\n", POINTER.replace(b"git-lfs", b"evil"), b"x" + POINTER):
        assert readable("model.bin", other).remarks == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\r\nb\nc\n", ["Line ends are mixed: 1 are CRLF, 2 are LF."]),
        (b"a\rb\rc", ["It has 2 carriage returns without a line feed; no line ends there."]),
        (
            b"a\r\nb\rc\n",
            [
                "Line ends are mixed: 1 are CRLF, 1 are LF.",
                "It has 1 carriage return without a line feed; no line ends there.",
            ],
        ),
        (b"a\r\nb\r\n", []),
    ],
)
def test_line_ends_that_mislead_are_said(content: bytes, said: list[str]) -> None:
    assert list(readable("a.txt", content).remarks) == said


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused_by_type(content: bytes, as_text: bool) -> None:
    try:
        found = readable("a", content, as_text=as_text)
    except NotTextError:
        assert not as_text
        assert b"\0" in content
        return
    assert found.content == content or found.remarks


@given(st.text(max_size=30).map(str.encode), st.binary(max_size=3), st.integers(1, 6))
def test_a_large_file_is_looked_through_in_parts(text: bytes, odd: bytes, part: int) -> None:
    content = "é".encode() + text + odd + text
    try:
        content.decode()
        expected = None
    except UnicodeDecodeError as error:
        expected = error.start
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readable_text, "_PART", part)
        assert readable_text._fault(content) == expected
