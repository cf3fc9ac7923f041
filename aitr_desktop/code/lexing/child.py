"""The process that lexes: it reads a frame, does what it says, answers, and does nothing else.

It sees windows of text and nothing of the file system. A regular expression that never ends holds the whole
interpreter, so that nothing in here could stop it: a thread of C does, at its time, and so it ends as well
where the window that asked is gone meanwhile.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, cast

from aitr_desktop.code.lexing.frames import (
    Frame,
    GarbageError,
    Kind,
    pack_pieces,
    read_frame,
    unpack_text,
    write_frame,
)
from aitr_desktop.code.lexing.known_spans import pack_scanned, unpack_chunk
from aitr_desktop.code.lexing.languages import LANGUAGES, language_of
from aitr_desktop.code.lexing.spans import family_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.lexer import Lexer

    from aitr_desktop.code.lexing.languages import Language
    from aitr_desktop.code.lexing.lines_of_tokens import Raw

FLAG = "--lexer"
"""What a packed application is started with to be this process; the seconds that work may take follow."""
MOST_MEMORY = 1024 * 1024 * 1024
"""Bytes of addresses. A lexer takes a fiftieth of it."""
SLICE_SECONDS = 0.012
"""How long a whole text is lexed at a time: somebody may wait for a page."""
SLICE_LINES = 400
MOST_BEGUN = 8
"""Texts that are lexed in slices at once."""
BEYOND = 2.0
"""How much longer than the window allows work may take before it ends by itself."""


def serve() -> None:
    """What the process does."""
    said = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not come between what is said here.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    asked = sys.stdin.buffer
    sys.dont_write_bytecode = True
    bound_resources(MOST_MEMORY)
    child = Child()
    try:
        write_frame(said, Frame(Kind.READY, 0, b""))
        answer_all(child, asked, said, float(sys.argv[-1]))
    except (OSError, GarbageError):
        pass
    finally:
        os._exit(0)


def answer_all(child: Child, asked: BinaryIO, said: BinaryIO, seconds: float) -> None:
    """Answers each frame until there are no more.

    Raises:
        OSError: The window is gone.
        GarbageError: What came is no frame.
    """
    while (frame := read_frame(asked)) is not None:
        faulthandler.dump_traceback_later(seconds * BEYOND, exit=True)
        try:
            answer = Frame(frame.kind, frame.number, child.answer(frame))
        except MemoryError:
            raise GarbageError("no memory") from None
        except Exception as error:  # noqa: BLE001  (of any kind: a lexer that fails is told of)
            answer = Frame(Kind.FAILED, frame.number, f"{type(error).__name__}: {error}"[:500].encode())
        finally:
            faulthandler.cancel_dump_traceback_later()
        write_frame(said, answer)


def bound_resources(memory: int) -> None:
    """Bounds what the process may take, where the system knows such bounds.

    It writes no file, and leaves no core behind.
    """
    try:
        import resource
    except ImportError:
        return
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))


class Child:
    """What is done with each frame. Knows no pipe, so that it can be tried without one."""

    def __init__(self) -> None:
        self._lexers: dict[str, Lexer] = {}
        self._begun: dict[int, Iterator[list[Raw]]] = {}

    def answer(self, frame: Frame) -> bytes:
        """The answer's payload.

        Raises:
            Exception: Whatever the lexer raised.
        """
        if frame.kind is Kind.PAGE:
            return self._page(frame.payload)
        if frame.kind is Kind.BEGIN:
            language, _, _, text = unpack_text(frame.payload)
            while len(self._begun) >= MOST_BEGUN:
                self._begun.pop(next(iter(self._begun)))
            self._begun[frame.number] = self._lines(language, text)
            return self._slice(frame.number)
        if frame.kind is Kind.GO_ON:
            return self._slice(frame.number)
        if frame.kind is Kind.SCAN:
            name, at, within, is_last, data = unpack_chunk(frame.payload)
            family = family_of(name)
            if family is None:
                raise GarbageError("no such family")
            return pack_scanned(family.read(data, at, within, is_last))
        if frame.kind is Kind.WARM:
            # The first text makes the tables of a lexer.
            list(self._lines(frame.payload.decode(), "a = 1\n"))
        return b""

    def _page(self, payload: bytes) -> bytes:
        language, skipped, count, text = unpack_text(payload)
        return pack_pieces(list(islice(self._lines(language, text), skipped, skipped + count)), is_last=True)

    def _slice(self, number: int) -> bytes:
        lines = self._begun.get(number)
        found: list[list[Raw]] = []
        if lines is None:
            return pack_pieces(found, is_last=True)
        deadline = time.monotonic() + SLICE_SECONDS
        for line in lines:
            found.append(line)
            if len(found) >= SLICE_LINES or time.monotonic() > deadline:
                return pack_pieces(found, is_last=False)
        del self._begun[number]
        return pack_pieces(found, is_last=True)

    def _lines(self, name: str, text: str) -> Iterator[list[Raw]]:
        from aitr_desktop.code.lexing.lines_of_tokens import lines_of
        from aitr_desktop.code.lexing.token_styles import TokenStyles

        language = LANGUAGES[name]
        if name not in self._lexers:
            self._lexers[name] = load_lexer(language)
        # Not ``get_tokens``, which strips lines and makes ends of lines of what is none.
        tokens = self._lexers[name].get_tokens_unprocessed(text)
        return lines_of(text, tokens, TokenStyles(language.tag))


def load_lexer(language: Language) -> Lexer:
    """The lexer of a language of the list."""
    from importlib import import_module

    import pygments.lexers

    # Markdown and reStructuredText load the lexer that a block of code names: of our list or none.
    pygments.lexers.get_lexer_by_name = _lexer_named
    return cast("Lexer", getattr(import_module(language.module), language.class_name)())


def _lexer_named(name: str, **_: object) -> Lexer:
    """The lexer that a block of code within a document names.

    Raises:
        ClassNotFound: The list has none of that name.
    """
    from pygments.util import ClassNotFound

    word = name.strip().lower()
    found = next((each for each in LANGUAGES.values() if each.name.lower() == word), None)
    found = found or language_of(f"block.{word}")
    if found is None or found.module == "pygments.lexers.markup":
        raise ClassNotFound(name)
    return load_lexer(found)
