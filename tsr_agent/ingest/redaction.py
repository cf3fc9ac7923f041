"""Taking secrets out of a command line before it becomes part of a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

REDACTED = "***"
_MAX_ARGUMENT = 65_536

_SECRET_WORDS = frozenset(
    [
        "token",
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "passcode",
        "secret",
        "secrets",
        "apikey",
        "accesskey",
        "privatekey",
        "credential",
        "credentials",
        "auth",
        "authorization",
        "bearer",
        "cookie",
        "dsn",
        "pat",
        "jwt",
        "signature",
    ]
)
_KEY_OWNERS = frozenset(
    ["api", "access", "private", "secret", "encryption", "signing", "account", "storage", "license"]
)
_WORDS = re.compile(r"[A-Z]++(?![a-z])|[A-Z]?[a-z]++|\d++")
# Each pattern starts where a run of name characters starts and never gives back: linear in the text.
_NAME = r"(?<![\w.-])([\w.-]++)"
_OPTION = re.compile(r"-{1,2}\w[\w.-]*+\Z")
_ASSIGNED = re.compile(_NAME + "=")
_OPTION_INSIDE = re.compile(_NAME + r"\s++(?!-)")
# Not two colons, and no dot in the name: tests/test_auth.py::test_x is a test and no header.
_HEADER = re.compile(r"(?<![\w.-])([\w-]++):(?!:)\s*+")
_ONE_VALUE = re.compile(r"""\"[^"]*+\"|'[^']*+'|[^\s&;|]++""")
_REST = re.compile(r".++", re.DOTALL)
_USER_INFO = re.compile(r"(?<![\w+.-])([\w+.-]++://)[^\s/?#]*@")
_USER_OPTION = re.compile(r"(?:-u|--user|--proxy-user)\Z")
_KNOWN_TOKEN = re.compile(
    r"(?<![\w-])(?:gh[pousr]_\w{20,}+|github_pat_\w{20,}+|glpat-[\w-]{16,}+|xox[a-z]-[\w-]{10,}+"
    r"|sk-[\w-]{16,}+|A[KS]IA[0-9A-Z]{16}|eyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+)"
)


def redact_command(argv: Sequence[str]) -> tuple[str, ...]:
    """The arguments of a command with what looks like a secret replaced by ``***``.

    Taken out: the value of an option with a secret-looking name (``--token v``, ``--token=v``), of an
    assignment (``API_KEY=v``, ``-Dpassword=v``, ``?token=v``), of a header (``Authorization: v``), the
    user part of URLs, and tokens with a well-known beginning; inside a shell's one long argument too.
    It takes out too much rather than too little.

    Args:
        argv: The arguments as the command gets them.

    Returns:
        As many arguments, each at most 65,536 characters and fit for UTF-8.
    """
    before = ""
    redacted = []
    for argument in argv:
        text = _fit(argument)
        redacted.append(_redact_value(before, text))
        before = text
    return tuple(redacted)


def _redact_value(option: str, argument: str) -> str:
    """One argument, knowing the one before it."""
    if _OPTION.match(option) and _is_secret(option) and not re.match(r"--|-\w\Z", argument):
        return REDACTED
    if _USER_OPTION.match(option) and ":" in argument:
        return argument.partition(":")[0] + ":" + REDACTED
    whole = _ASSIGNED.match(argument)
    if whole and _is_secret(whole[1]):
        return whole[0] + REDACTED
    return _redact_inside(argument)


def _redact_inside(argument: str) -> str:
    text = _USER_INFO.sub(rf"\1{REDACTED}@", argument)
    text = _hide(text, _ASSIGNED, _ONE_VALUE)
    text = _hide(text, _OPTION_INSIDE, _ONE_VALUE, only_options=True)
    text = _hide(text, _HEADER, _REST)
    return _KNOWN_TOKEN.sub(REDACTED, text)


def _hide(text: str, name: re.Pattern[str], value: re.Pattern[str], *, only_options: bool = False) -> str:
    """The text with the value behind each secret-looking name replaced."""
    kept, end = [], 0
    for found in name.finditer(text):
        if found.start() < end or (only_options and not found[1].startswith("-")) or not _is_secret(found[1]):
            continue
        hidden = value.match(text, found.end())
        if hidden is not None:
            kept += [text[end : found.end()], REDACTED]
            end = hidden.end()
    return "".join(kept) + text[end:]


def _is_secret(name: str) -> bool:
    name = name[-200:]
    words = {word.lower() for word in _WORDS.findall(name)}
    joined = re.sub(r"[^a-z]", "", name.lower())
    return (
        not words.isdisjoint(_SECRET_WORDS)
        or ("key" in words and not words.isdisjoint(_KEY_OWNERS))
        or joined.endswith(("password", "passwd", "apikey", "accesskey", "token", "secret"))
    )


def _fit(text: str) -> str:
    """Text that a document can hold: arguments come from the operating system as any bytes."""
    return text.encode("utf-8", "replace").decode("utf-8")[:_MAX_ARGUMENT]
