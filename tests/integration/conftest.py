"""What the tests with whole servers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.commands_in_process import command, here, waiting
from tests.factories.servers import in_process
from tests.factories.upstream import Upstream
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["command", "here", "upstream", "waiting"]


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    path = tmp_path_factory.mktemp("faults") / "library.db"
    with open_library(path, create=True) as library, in_process(library) as server:
        yield Upstream(server)
