"""The form of a token: what it looks like, how it is made and how one is told from a typing error.

``aitr_<kind>_<8 public id><32 secret><6 checksum>``, digits of base 62. The prefix lets scanners for
leaked secrets find one; the checksum tells a cut or mistyped one without asking a database. Only
SHA-256 of the whole is kept: with 190 random bits there is nothing to try.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass

from tsr_agent.models.access import Role

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID, _SECRET, _CHECK = 8, 32, 6
_FORM = re.compile(
    rf"aitr_(?:ci|usr|trc|adm)_(?P<id>[0-9A-Za-z]{{{_ID}}})[0-9A-Za-z]{{{_SECRET}}}(?P<check>[0-9A-Za-z]{{{_CHECK}}})"
)
_KINDS = {Role.AGENT: "ci", Role.COLLECTOR: "trc", Role.ADMIN: "adm"}
PREFIX = "aitr_"
MAX_LENGTH = 64
"""Signs; a longer text is no token."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token in its parts. Its representation shows no secret."""

    id: str
    """The public part, which a database finds it by."""
    hash: str
    """SHA-256 of the whole, 64 hexadecimal digits."""

    def is_hashed(self, expected: str) -> bool:
        """Whether its hash is another one; takes as long either way."""
        return hmac.compare_digest(self.hash, expected)


def make(role: Role) -> str:
    """A new token for a role."""
    kind = _KINDS.get(role, "usr")
    body = f"aitr_{kind}_" + "".join(secrets.choice(_DIGITS) for _ in range(_ID + _SECRET))
    return body + _checksum(body)


def parse(text: str) -> Token | None:
    """The parts of a token; None for what is none or has a wrong checksum."""
    found = _FORM.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None or not hmac.compare_digest(_checksum(text[:-_CHECK]), found["check"]):
        return None
    return Token(id=found["id"], hash=hashlib.sha256(text.encode("ascii")).hexdigest())


def _checksum(body: str) -> str:
    left = zlib.crc32(body.encode("ascii"))
    digits = []
    for _ in range(_CHECK):
        left, digit = divmod(left, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
