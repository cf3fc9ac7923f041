"""Logs of Inspect AI: ``.json``, and ``.eval``, which is a ZIP archive."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from tsr_agent.errors import InputError
from tsr_agent.ingest.eval_values import (
    finite,
    first_remarks,
    in_a_sentence,
    name_of,
    refuse_too_many_metrics,
)
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import MEBIBYTE, Limits, beyond
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import json_tree, read_whole
from tsr_agent.ingest.zip_members import MAGIC, ZipMembers, first_member

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePath

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.ingest.inspect_model import Log, Sample, Score
    from tsr_agent.ingest.inspect_samples import SampleTally
    from tsr_agent.models.evals import Dataset, MetricValue

SUFFIX = ".eval"
_OWN_MEMBER = re.compile(
    r"_journal/.*|(?:header|summaries|reductions)\.json|samples/.*_epoch_\d+(?:\.json|/.*\.json)"
)
_IN_CHUNKS = re.compile(r"(samples/.+?_epoch_\d+)/")
_SHELL = "/sample.json"
_IN_MEMORY = 16 * MEBIBYTE
_MOST = 2**53
_ERROR_OF_MEAN = "stderr"
_NO_MODEL = "none/none"
_MEANS = frozenset({"accuracy", "mean"})


class InspectLogReader:
    """Reads one run of one task; the samples are counted again, and the worse figure is kept.

    Args:
        limits: Bounds on the file and on what its members unpack to.
    """

    name = "Inspect AI log"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON with ``version``, ``status`` and ``eval`` at the top, and a ZIP that begins as a log.

        Takes any ``*.eval`` too, so that a damaged one is unreadable and not overlooked.
        """
        member = first_member(head)
        if member is not None and _OWN_MEMBER.fullmatch(member):
            return f"ZIP archive that begins with {member[:60]}"
        if {"version", "status", "eval"} <= top_level_keys(head):
            return "JSON with version, status and eval at the top"
        return f"named *{SUFFIX}" if path.suffix.lower() == SUFFIX else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads header and samples.

        Raises:
            InputError: Neither form of a log, of another version, damaged, hostile or beyond a bound.
        """
        mark = stream.read(len(MAGIC))
        stream.seek(0)
        if mark == MAGIC:
            log, members = self._archive(stream, path)
        elif path.lower().endswith(SUFFIX):
            raise InputError(f"{path}: it does not begin as a ZIP archive, which an {SUFFIX} log is.")
        else:
            log, members = _log(read_whole(stream, path, self._limits, "json_bytes"), path, self._limits), 0
        if len(log.samples or ()) > self._limits.eval_cases:
            raise beyond(self._limits, "eval_cases", path)
        return _parts(log, members, path)

    def _archive(self, stream: BinaryIO, path: str) -> tuple[Log, int]:
        """The log in an archive, and how many samples it has members for.

        The directory of an archive stands at its end, and the stream, which is hashed, is read in order:
        so a copy of exactly the bytes that are hashed is what is parsed.
        """
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
            shutil.copyfileobj(stream, copy, MEBIBYTE)
            members = ZipMembers(cast("BinaryIO", copy), path, self._limits)
            header = self._member(members, "header.json", path)
            start = self._member(members, "_journal/start.json", path) if header is None else None
            if header is None and start is None:
                raise InputError(f"{path}: not an Inspect AI log: it has no header.json.")
            summaries = self._member(members, "summaries.json", path, more=len(header or start or b""))
            # Without a header the run never came to its end, whatever its start says.
            written = header if header is not None else start or b""
            log = _log(written, path, self._limits)
            log = log if header is not None else _started(log)
            if summaries is not None:
                _refuse_too_many_values((written, summaries), path, self._limits)
                log.samples = _samples(summaries, path, self._limits)
            return log, _samples_in({each for each in members.names() if each.startswith("samples/")})

    def _member(self, members: ZipMembers, name: str, path: str, more: int = 0) -> bytes | None:
        """What a member unpacks to; so many bytes more are held already."""
        document = members.read(name)
        if document is not None and len(document) + more > self._limits.json_bytes:
            raise beyond(self._limits, "json_bytes", path, name)
        return document


def _samples_in(names: set[str]) -> int:
    """How many samples the members of an archive are of.

    A sample is one member, or many below a folder of its own of which one is ``sample.json``. A member
    that belongs to no such folder counts by itself: too many samples are missed, never too few.
    """
    folders = {each.removesuffix(_SHELL) for each in names if each.endswith(_SHELL)}
    below = (_IN_CHUNKS.match(each) for each in names)
    inside = [each[1] for each in below if each is not None and each[1] in folders]
    return len(names) - len(inside) + len(set(inside))


def _tree(document: bytes, path: str, limits: Limits) -> Any:
    # The tool writes NaN for "not scored".
    return json_tree(document, path, limits, non_finite=True)


def _refuse_too_many_values(documents: Iterable[bytes], path: str, limits: Limits) -> None:
    """Holds what makes up one log to the bound on one file."""
    from tsr_agent.models import strict_json

    values = sum(strict_json.shape_of(each, limits.json_values).values for each in documents)
    if values > limits.json_values:
        raise beyond(limits, "json_values", path)


def _log(document: bytes, path: str, limits: Limits) -> Log:
    import msgspec

    from tsr_agent.ingest.inspect_model import VERSION, Log

    tree = _tree(document, path, limits)
    version = tree.get("version") if isinstance(tree, dict) else None
    if type(version) is not int or version != VERSION:
        raise InputError(
            f"{path}: not an Inspect AI log of version {VERSION}: its version is {str(version)[:40]!r}."
        )
    try:
        return msgspec.convert(tree, Log)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: not an Inspect AI log: {in_a_sentence(str(error))}.") from error


def _samples(document: bytes, path: str, limits: Limits) -> list[Sample]:
    import msgspec

    from tsr_agent.ingest.inspect_model import Sample

    try:
        return msgspec.convert(_tree(document, path, limits), list[Sample])
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: summaries.json: {in_a_sentence(str(error))}.") from error


def _started(log: Log) -> Log:
    log.status = "started"
    return log


def _parts(log: Log, members: int, path: str) -> Parts:
    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.ingest.inspect_samples import tally
    from tsr_agent.models.evals import IterationOutcome

    samples = tally(log.samples or ())
    total = _total(log, samples, members)
    completed, doubt = _completed(log, samples, total)
    metrics, left_out = _metrics(log, _bases(log, samples, total), path)
    broken = _broken(log, samples)
    passed = not broken and 0 < total <= completed
    version = name_of(log.eval.packages.get("inspect_ai", ""))
    run = EvalRun(
        tool=f"Inspect AI {version}".strip()[:1_000],
        name=name_of(_name(log)),
        metrics=metrics,
        completed=completed,
        total=total,
        outcome=IterationOutcome.PASSED if passed else IterationOutcome.FAILED,
        broken=broken,
        dataset=_dataset(log, samples),
        cases=samples.cases,
        created_at=_moment(log.eval.created),
        # Older logs have no id of their own, and a run can be of several tasks.
        key=log.eval.eval_id or " ".join(filter(None, (log.eval.run_id, log.eval.created))),
    )
    return Parts(eval_runs=(run,), remarks=(*_remarks(run, log, samples), *doubt, *left_out))


def _name(log: Log) -> str:
    """Task and model, so that two models of one task can be told apart; a task can run without one."""
    model = log.eval.model.strip()
    return log.eval.task if model in ("", _NO_MODEL) else f"{log.eval.task} ({model})"


def _total(log: Log, samples: SampleTally, members: int) -> int:
    """Samples that were to be scored: the largest of all figures of the log, epochs counted."""
    epochs = max(log.eval.config.epochs or 1, 1)
    stated = log.results.total_samples if log.results else 0
    return min(max(stated, _planned(log) * epochs, samples.listed, members), _MOST)


def _planned(log: Log) -> int:
    """Samples that the run was told to take: all of the data set, or those that its options chose.

    A choice counts only where the log holds the option and says how many it left.
    """
    dataset, config = log.eval.dataset, log.eval.config
    whole, listed = dataset.samples or 0, len(dataset.sample_ids or ())
    if config.limit is None and config.sample_id is None:
        return max(whole, listed)
    if listed:
        return listed
    chosen = _length_of(config.limit)
    return whole if chosen is None else min(whole, chosen)


def _length_of(limit: Any) -> int | None:
    """How many samples ``--limit`` leaves: a number, or a range such as 10 to 20; None for anything else."""
    ends = limit if isinstance(limit, list) else [0, limit]
    if len(ends) != 2 or any(type(each) is not int for each in ends) or not 0 <= ends[0] < ends[1]:
        return None
    return int(ends[1] - ends[0])


def _completed(log: Log, samples: SampleTally, total: int) -> tuple[int, tuple[str, ...]]:
    """Samples that were scored: the smallest of the log's figures, and a remark where that is doubtful."""
    results = log.results
    stated = results.completed_samples if results else total
    unscored = max((each.unscored_samples or 0 for each in results.scores), default=0) if results else 0
    most = max(0, min(stated, total - unscored))
    if samples.listed:
        return min(samples.completed, most), ()
    if results is None or not results.scores:
        return 0, ()
    if log.eval.config.log_samples is False:
        return most, ("The log was written without its samples, so its own counts can't be checked.",)
    return 0, ("The log holds none of its samples, though it was to keep them: none counts as completed.",)


def _broken(log: Log, samples: SampleTally) -> str:
    """Why the run did not end properly; empty where it did."""
    words = f": {in_a_sentence(log.error.message)}" if log.error and log.error.message.strip() else ""
    if log.status == "error":
        return f"The run ended with an error{words}."
    if log.status == "cancelled":
        return f"The run was cancelled{words}."
    if log.status == "started":
        return "The run did not finish."
    if log.error is not None:
        return f"The run holds an error{words}."
    if log.invalidated or samples.invalidated:
        return "Samples of the run were invalidated afterwards."
    return "" if log.results is not None else "The log has no results."


class _Bases(NamedTuple):
    """How many samples a figure can rest on."""

    at_most: int
    unsaid: int
    """Where the log does not say, as older ones: each sample once, whatever its epochs."""


def _bases(log: Log, samples: SampleTally, total: int) -> _Bases:
    if samples.listed:
        return _Bases(min(samples.scored, total), min(samples.scored_ids, total))
    return _Bases(total, total // max(log.eval.config.epochs or 1, 1))


def _metrics(log: Log, bases: _Bases, path: str) -> tuple[dict[str, MetricValue], tuple[str, ...]]:
    """Metrics by the tool's names, and remarks on those that are no numbers.

    Args:
        log: The log.
        bases: How many samples a figure can rest on.
        path: What to call the file in messages.
    """
    scores = log.results.scores if log.results else []
    refuse_too_many_metrics(sum(len(each.metrics) for each in scores), path)
    found: dict[str, MetricValue] = {}
    unusable: list[str] = []
    for prefix, score in zip(_prefixes(scores, path), scores, strict=True):
        for name, value in _of_one_score(score, bases).items():
            full = name_of(f"{prefix}/{name}")
            if full in found:
                raise InputError(f"{path}: two metrics can't be told apart: {in_a_sentence(full)}.")
            if value is None:
                unusable.append(full)
            else:
                found[full] = value
    remarks = [f"{in_a_sentence(each)} has no finite number and is left out." for each in unusable]
    return found, first_remarks(remarks)


def _of_one_score(score: Score, bases: _Bases) -> dict[str, MetricValue | None]:
    """The metrics of one scorer; its standard error goes with its mean, which is what it is the error of."""
    from tsr_agent.models.evals import MetricValue

    n = bases.unsaid if score.scored_samples is None else min(score.scored_samples, bases.at_most)
    error = finite(score.metrics[_ERROR_OF_MEAN].value) if _ERROR_OF_MEAN in score.metrics else None
    means = _MEANS & score.metrics.keys() if error is not None and error >= 0 else set()
    # Of one sample there is no standard error; the tool writes 0, which would claim certainty.
    of_mean = error if n > 1 else None
    found: dict[str, MetricValue | None] = {}
    for name, metric in score.metrics.items():
        if name == _ERROR_OF_MEAN and means:
            continue
        value = finite(metric.value)
        se = of_mean if name in means else None
        found[name] = None if value is None else MetricValue(value=value, n=n, standard_error=se)
    return found


def _prefixes(scores: list[Score], path: str) -> list[str]:
    """What stands before the slash for each score: its name, and scorer and reducer where they are needed.

    Raises:
        InputError: Two scores can't be told apart.
    """
    entries = Counter((each.name, each.scorer) for each in scores)
    scorers = Counter(name for name, _ in entries)
    prefixes = []
    for each in scores:
        parts = [each.scorer, each.name] if scorers[each.name] > 1 else [each.name]
        if entries[each.name, each.scorer] > 1 and each.reducer:
            parts.append(each.reducer)
        prefixes.append("/".join(parts))
    twice, times = next(iter(Counter(prefixes).most_common(1)), ("", 0))
    if times > 1:
        raise InputError(f"{path}: two scores can't be told apart: {in_a_sentence(twice)}.")
    return prefixes


def _dataset(log: Log, samples: SampleTally) -> Dataset:
    from tsr_agent.models.evals import Dataset

    spec = log.eval.dataset
    ids = {str(each) for each in spec.sample_ids or ()}
    size = spec.samples if spec.samples is not None else (len(ids) or None)
    # A digest over some of the samples would make two data sets look alike that are not.
    whole = samples.ids >= max(size or 0, len(ids))
    return Dataset(name=name_of(spec.name or ""), digest=samples.digest if whole else None, size=size)


def _moment(text: str) -> datetime | None:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is not None else None
    return None


def _remarks(run: EvalRun, log: Log, samples: SampleTally) -> tuple[str, ...]:
    remarks = [run.broken] if run.broken else []
    if run.completed < run.total:
        remarks.append(f"{run.completed:,} of {run.total:,} samples were completed and scored.")
    planned, whole = _planned(log), log.eval.dataset.samples or 0
    if planned < whole:
        remarks.append(f"The run was limited to {planned:,} of {whole:,} samples.")
    if samples.limited:
        remarks.append(f"{samples.limited:,} samples were ended by a limit.")
    if samples.repeated:
        remarks.append(f"{samples.repeated:,} samples are listed again; of each the worse entry counts.")
    if not run.metrics:
        remarks.append("The log holds no figure of any scorer.")
    return tuple(remarks)
