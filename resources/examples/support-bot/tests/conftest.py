"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_bot.bot import HOME, SupportBot, build_bot
from support_bot.documents import Passage, load_passages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home() -> Path:
    """The folder of the application."""
    return HOME


@pytest.fixture(scope="session")
def passages() -> list[Passage]:
    """The shipped help pages."""
    return load_passages(HOME / "documents")


@pytest.fixture(scope="session")
def bot() -> SupportBot:
    """The assistant with the prompt of the third version, whichever one is about to be released."""
    return build_bot(HOME / "prompts" / "v3-rag.md")
