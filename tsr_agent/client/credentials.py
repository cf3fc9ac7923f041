"""The token that a server knows us by: read from the environment, shown nowhere."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from requests.auth import AuthBase

from tsr_agent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import PreparedRequest

TOKEN_VARIABLE = "AITR_TOKEN"  # noqa: S105  (a name, not a secret)
TOKEN_FILE_VARIABLE = "AITR_TOKEN_FILE"  # noqa: S105  (a name, not a secret)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{8,500}\Z")
_MOST_BYTES = 4_096


class _Hidden(str):
    """Text that is sent and that nothing shows: not a traceback, not a printed mapping."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'(hidden)'"

    def __str__(self) -> str:
        return "(hidden)"

    def __format__(self, _how: str) -> str:
        return "(hidden)"


class Token(AuthBase):
    """The token as what signs a request with it.

    Args:
        secret: The token itself.
        source: Where it comes from, for messages.

    Raises:
        UsageError: It is none; what it is instead is not said.
    """

    def __init__(self, secret: str, source: str = TOKEN_VARIABLE) -> None:
        if not _TOKEN.match(secret):
            raise UsageError(
                f"{source}: that is no token.",
                next_step="Have one made with 'tsr-agent token create' and give it as it was printed.",
            )
        self._header = _Hidden(f"Bearer {secret}")

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Puts the token in, for this one request."""
        request.headers["Authorization"] = self._header
        return request

    def __repr__(self) -> str:
        """Says nothing of the token."""
        return "Token(hidden)"


def token_from(environ: Mapping[str, str]) -> Token | None:
    """The token of this process; None where there is none.

    Raises:
        UsageError: A variable is set and empty, both are set, or the file can't be trusted or read.
    """
    given, file = environ.get(TOKEN_VARIABLE), environ.get(TOKEN_FILE_VARIABLE)
    for name, value in ((TOKEN_VARIABLE, given), (TOKEN_FILE_VARIABLE, file)):
        if value is not None and not value.strip():
            raise UsageError(f"{name} is set and empty.", next_step="Give it a value, or unset it.")
    if given is not None and file is not None:
        raise UsageError(
            f"{TOKEN_VARIABLE} and {TOKEN_FILE_VARIABLE} are both set.",
            next_step="Unset the one that is not meant.",
        )
    if file is not None:
        return Token(_read(file.strip()), f"{TOKEN_FILE_VARIABLE} {file.strip()}")
    return None if given is None else Token(given.strip())


def _read(path: str) -> str:
    """What the file of the token holds, if nobody else may read it."""
    try:
        # Opened first and looked at then, so that it is the same file; a pipe would wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(
            f"{TOKEN_FILE_VARIABLE} {path}: can't be read: {(error.strerror or str(error)).lower()}."
        ) from error
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise UsageError(f"{TOKEN_FILE_VARIABLE} {path}: not a file.")
        if mode & (stat.S_IROTH | stat.S_IWOTH):
            raise UsageError(
                f"{TOKEN_FILE_VARIABLE} {path}: everybody on this machine may read or change it.",
                next_step=f"chmod 600 {path}, and have the token replaced if somebody else could see it.",
            )
        content = os.read(handle, _MOST_BYTES + 1)
    finally:
        os.close(handle)
    return content.decode("ascii", "replace").strip()
