"""Layout states of Qt as text for the settings, and back."""

from __future__ import annotations

import base64
import binascii

from qtpy.QtCore import QByteArray


def encode_state(state: QByteArray) -> str:
    """A layout state of Qt as text."""
    return base64.b64encode(state.data()).decode("ascii")


def decode_state(text: str) -> QByteArray:
    """A layout state from text; an empty one where the text is none."""
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except binascii.Error:
        return QByteArray()
