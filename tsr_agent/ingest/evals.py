"""Our own ``evals.json``: the history of eval iterations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from tsr_agent.errors import InputError
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import json_shape, read_whole

if TYPE_CHECKING:
    from pathlib import PurePath

FILE_NAME = "evals.json"


class EvalsReader:
    """Reads ``{"iterations": [...]}``. Numbers of iterations are kept as they are: the gate judges them."""

    name = "evals.json"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON with ``iterations`` at the top, and any file of the format's own name.

        The name counts because an ``evals.json`` that was cut off or written in another encoding must
        be unreadable, not overlooked.
        """
        if "iterations" in top_level_keys(head):
            return "JSON with iterations at the top"
        return f"named {FILE_NAME}" if path.name.lower() == FILE_NAME else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the whole history.

        Raises:
            InputError: Not strict JSON, or not of the form; ``details`` name the bad fields.
        """
        from tsr_agent.models import codec
        from tsr_agent.models.evals import EvalHistory
        from tsr_agent.models.strict_json import MAX_DEPTH

        document = read_whole(stream, path, self._limits, "json_bytes")
        # The free records of fixes_applied are the only place that can nest; the bound holds there too.
        if json_shape(document, path, replace(self._limits, json_depth=len(document))).depth > MAX_DEPTH:
            raise InputError(
                f"{path}: nested more than {MAX_DEPTH} levels deep, the most that a report holds."
            )
        history = codec.decode(document, EvalHistory, source=path)
        remarks = () if history.iterations else ("The file lists no iterations.",)
        return Parts(eval_iterations=history.iterations, remarks=remarks)
