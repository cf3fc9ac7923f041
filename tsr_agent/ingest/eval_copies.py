"""Runs of eval tools that stand in more than one file: each counts once and belongs to one iteration."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from tsr_agent.ingest.eval_names import NamedRun


def distinct(group: Iterable[NamedRun]) -> tuple[list[NamedRun], list[tuple[NamedRun, NamedRun]]]:
    """The runs of one iteration without copies, and each copy with the run that counts."""
    kept: list[NamedRun] = []
    copies: list[tuple[NamedRun, NamedRun]] = []
    first: dict[Hashable, NamedRun] = {}
    for each in group:
        account = (_account(each), frozenset(each.metrics), _said(each))
        other = first.setdefault(account, each)
        # Two runs of one file are two, however alike they are.
        if other.placed.path == each.placed.path:
            kept.append(each)
        else:
            copies.append((each, other))
    return kept, copies


def in_two_iterations(runs: Iterable[NamedRun]) -> list[tuple[str, str]]:
    """Files that hold one run as two iterations, with why that can't be.

    An old log under a new name would pass for a measurement that never took place. Only a run with an
    id is looked at: others can be alike by chance.
    """
    same: dict[Hashable, list[NamedRun]] = defaultdict(list)
    for each in runs:
        if each.placed.run.key:
            same[_account(each)].append(each)
    found = []
    for group in same.values():
        numbers = sorted({each.placed.number for each in group})
        if len(numbers) > 1:
            named = " and ".join(f"{number}" for number in numbers[:4])
            where = " and ".join(list(dict.fromkeys(each.placed.path for each in group))[:4])
            why = f"{group[0].placed.named} would be iteration {named} at once ({where}); hand it in once"
            found += [(each.placed.path, why) for each in group]
    return found


def _said(named: NamedRun) -> Hashable:
    rule = named.placed.rule
    return rule and (rule.version_name, rule.prompt_version, rule.outcome)


def _account(named: NamedRun) -> Hashable:
    """What is the same in every copy of a run: its id and its figures, without an id its cases, too."""
    run = named.placed.run
    rest = run.key or hashlib.sha256(msgspec.json.encode((run.cases, run.created_at, run.dataset))).digest()
    counts = (run.completed, run.total, run.outcome, run.broken)
    return run.tool, run.name, rest, counts, frozenset(run.metrics.items())
