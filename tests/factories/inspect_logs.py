"""Logs of Inspect AI in memory, as small as they can be and with whatever a test wants changed."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any


def sample(number: int, value: object = "C", **changed: Any) -> dict[str, Any]:
    """One sample, scored by ``includes``."""
    return {
        "id": f"q{number}",
        "epoch": 1,
        "input": f"Question {number}?",
        "target": f"Answer {number}",
        "scores": {"includes": {"value": value}},
    } | changed


def score(value: object = 1.0, **changed: Any) -> dict[str, Any]:
    """Figures of the scorer ``includes``."""
    metrics = {"accuracy": {"name": "accuracy", "value": value}, "stderr": {"name": "stderr", "value": 0.1}}
    return {"name": "includes", "scorer": "includes", "metrics": metrics} | changed


def log(samples: list[dict[str, Any]] | None = None, **changed: Any) -> dict[str, Any]:
    """A log of version 2 that succeeded; two good samples where no others are given."""
    listed = [sample(1), sample(2)] if samples is None else samples
    return {
        "version": 2,
        "status": "success",
        "eval": {"task": "qa", "created": "2026-11-23T01:56:01+00:00"},
        "results": {
            "total_samples": len(listed),
            "completed_samples": len(listed),
            "scores": [score(scored_samples=len(listed))],
        },
        "samples": listed,
    } | changed


def as_json(document: dict[str, Any]) -> bytes:
    """The ``.json`` form of a log."""
    return json.dumps(document).encode()


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive with these members in this order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return packed.getvalue()


def as_eval(document: dict[str, Any], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The ``.eval`` form of a log."""
    header = {key: value for key, value in document.items() if key != "samples"}
    start = {key: document[key] for key in ("version", "eval") if key in document}
    members = {"_journal/start.json": start, "summaries.json": document["samples"], "header.json": header}
    return archive({name: json.dumps(content).encode() for name, content in members.items()}, method)
