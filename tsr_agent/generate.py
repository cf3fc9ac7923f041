"""Inputs, manifest and policy become a Test Summary Report: its bytes are the record from then on."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.folder_sync import try_sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tsr_agent.clock import Clock
    from tsr_agent.config import Config
    from tsr_agent.gate.baseline import Baseline
    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.ingest.collect import Sources
    from tsr_agent.ingest.collected import Collected
    from tsr_agent.ingest.manifest import Manifest
    from tsr_agent.ingest.verification import Verification
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.limits import Limits
    from tsr_agent.models.manifest import VersionManifest
    from tsr_agent.models.report import TestSummaryReport


@dataclass(frozen=True, kw_only=True)
class GenerateRequest:
    """What a report is made of.

    Attributes:
        config: Where the evidence lies and what is stated about the release.
        environ: Environment variables, for git and for what a CI system says about the build.
        directory: A folder of the checkout that was tested.
        leave_out: Files in it that are ours, and no change of the code.
        find_baseline: Gives the report to compare with, for a policy, the commits, an environment and the
            moment; asked before anything is read, so that one that can't be used is told at once.
    """

    config: Config
    environ: Mapping[str, str]
    directory: Path = Path()
    leave_out: tuple[Path, ...] = ()
    find_baseline: Callable[[Policy, VersionManifest, str, datetime], Baseline | None] | None = None


@dataclass(frozen=True, kw_only=True)
class Generated:
    """A report with its bytes and what was noticed while it was made."""

    report: TestSummaryReport
    decision: Decision
    document: bytes
    digest: str
    explanations: tuple[str, ...]
    """Which reader took which file and why, and where each commit comes from."""
    problems: tuple[str, ...]
    """Inputs that could not be read, one line each; not empty means exit code 2, with the report kept."""
    changed: tuple[str, ...]
    """Paths in the checkout that are not as the commit has them."""
    baseline: Baseline | None = None
    """What it was compared with, if it fits; None where nothing was found."""


def generate(
    request: GenerateRequest, *, clock: Clock, progress: Callable[[str], None] | None = None
) -> Generated:
    """Makes a report, judges it by the policy and encodes it.

    A report is made even when files are unreadable or tests failed: a failing run leaves a record.

    Args:
        request: What to make it of.
        clock: Tells the report's time, which is also the time of the agent's own judgement.
        progress: Told the path of each file before it is read.

    Raises:
        InputError: The results directory or a named file is missing, or git can't say the commits.
        UsageError: A commit must be stated and is not, or is no whole id.
        PolicyError: The policy or the waivers are wrong.
    """
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport

    # The policy and the commits first: both can be refused in a moment, before long files are read.
    policy, waivers = policy_of(request.config), waivers_of(request.config)
    manifest = _manifest(request)
    baseline = _baseline(request, policy, manifest, clock.now())
    judge = _judge_of(request.config, policy, waivers, baseline)
    sources = _sources(request.config)
    while True:
        made = _judged(request.config, manifest, _collected(sources, progress), judge, clock.now())
        document = codec.encode(made.report)
        decision, explanations, problems = made.decision, made.explanations, made.problems
        del made  # or a million test cases would be held twice
        if len(document) <= codec.MAX_DOCUMENT_BYTES or sources.room <= 1:
            break
        # A failing run must leave a record: less of it is kept, and the files left out are named.
        sources = replace(sources, room=sources.room // 4)
    # What can't be read again must not be written: every later reader decodes as strictly.
    report = codec.decode(document, TestSummaryReport, source="the report just made", just_encoded=True)
    return Generated(
        report=report,
        decision=decision,
        document=document,
        digest=codec.digest(document),
        explanations=explanations,
        problems=problems,
        changed=manifest.changed,
        baseline=baseline,
    )


def _collected(sources: Sources, progress: Callable[[str], None] | None) -> Collected:
    from tsr_agent.ingest.collect import collect

    return collect(sources, progress)


class _Judged(NamedTuple):
    report: TestSummaryReport
    decision: Decision
    explanations: tuple[str, ...]
    problems: tuple[str, ...]


def _judged(
    config: Config,
    manifest: Manifest,
    collected: Collected,
    judge: Callable[[TestSummaryReport, datetime], Decision],
    now: datetime,
) -> _Judged:
    """Everything that was read, put together and judged."""
    import msgspec

    from tsr_agent.ingest.verification import explanations

    verification = _verification(collected, config.limits)
    evidence = _evidence(config, manifest, collected, verification, now)
    decision = judge(evidence, now)
    report = msgspec.structs.replace(
        evidence,
        go_no_go_decision=decision.decision,
        decision_reason=decision.reason,
        blocking_issues=decision.blocking_issues,
        warnings=decision.warnings,
        policy=decision.policy,
        baseline=decision.baseline,
        evaluated_at=decision.evaluated_at,
        rule_results=decision.rules,
    )
    return _Judged(
        report=report,
        decision=decision,
        explanations=(*manifest.explanations, *collected.explanations, *explanations(verification)),
        problems=collected.problems,
    )


def write_document(path: Path, document: bytes) -> None:
    """Writes a file whole or not at all: beside its place, to the disk, then renamed.

    Args:
        path: Where it goes; an existing file is replaced.
        document: The bytes, kept as they are.

    Raises:
        InputError: The folder is missing or can't be written to, or the disk is full; an existing
            file is then untouched.
    """
    from tsr_agent.errors import InputError

    if not path.name:
        raise InputError(f"{path}: can't be written: it is a folder.")
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(document)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        try_sync_folder(path.parent)
    except OSError as error:
        raise InputError(
            f"{path}: can't be written: {error.strerror}.", next_step="Choose another place or make room."
        ) from error


def _manifest(request: GenerateRequest) -> Manifest:
    from tsr_agent.ingest.manifest import StatedVersions, read_manifest

    config = request.config
    stated = StatedVersions(
        codebase_sha=config.codebase_sha,
        codebase_branch=config.codebase_branch,
        codebase_repo=config.codebase_repo,
        testbase_sha=config.testbase_sha,
        prompts_sha=config.prompts_sha,
        prompts_version=config.prompts_version,
        tests_paths=config.tests_paths,
        prompts_paths=config.prompts_paths,
    )
    # The evidence itself lies in the checkout and is recorded file by file; it is no change of the code.
    evidence = [config.results_dir, config.output, *config.evals, *config.coverage, *request.leave_out]
    evidence += [each for each in (config.library, config.baseline) if each is not None]
    return read_manifest(request.directory, stated, request.environ, leave_out=evidence, limits=config.limits)


def _sources(config: Config) -> Sources:
    from tsr_agent.ingest.collect import Sources
    from tsr_agent.ingest.test_types import TestTypes, TypeRule
    from tsr_agent.models.eval_mapping import EvalMapping

    return Sources(
        results_dir=config.results_dir,
        evals=config.evals,
        requirements=config.requirements,
        coverage=config.coverage,
        types=TestTypes(
            options=tuple(TypeRule(test_type=each, pattern=glob) for each, glob in config.type_options),
            configured=tuple(TypeRule(test_type=each, pattern=glob) for each, glob in config.types),
            root=config.results_dir.as_posix(),
        ),
        eval_mapping=EvalMapping(metrics=config.eval_metrics, runs=config.eval_runs),
        limits=config.limits,
    )


def policy_of(config: Config) -> Policy:
    """The policy that a configuration names, or the built-in one.

    Raises:
        PolicyError: It is wrong.
    """
    from tsr_agent.gate.policies.builtin import ai_release, built_in
    from tsr_agent.gate.policies.file import load_policy

    if config.policy is None:
        return ai_release()
    return built_in(str(config.policy)) or load_policy(config.policy)


def waivers_of(config: Config) -> Waivers | None:
    """The waivers that a configuration names, or none.

    Raises:
        PolicyError: The file is wrong.
    """
    from tsr_agent.gate.exceptions.waivers import load_waivers

    return None if config.waivers is None else load_waivers(config.waivers)


def _baseline(request: GenerateRequest, policy: Policy, manifest: Manifest, now: datetime) -> Baseline | None:
    if request.find_baseline is None:
        return None
    return request.find_baseline(policy, manifest.versions, request.config.environment, now)


def _judge_of(
    config: Config, policy: Policy, waivers: Waivers | None, baseline: Baseline | None
) -> Callable[[TestSummaryReport, datetime], Decision]:
    """The gate with what this run judges by."""
    from tsr_agent.gate.evaluate import evaluate

    def judge(report: TestSummaryReport, now: datetime) -> Decision:
        return evaluate(report, policy, waivers, baseline, now, environment=config.environment)

    return judge


def _verification(collected: Collected, limits: Limits) -> Verification:
    """The requirements held against the tests."""
    from tsr_agent.ingest.verification import verify

    cases = [case for result in collected.test_results for case in result.test_cases]
    links = collected.requirement_links
    return verify(collected.requirements, cases, collected.original_ids, limits, links=links)


def _triggered_by(config: Config, manifest: Manifest) -> str:
    """Who started the run: what was stated, else whom the CI system names. Four-eyes asks for it."""
    from tsr_agent.models.report import MAX_TRIGGERED_BY, NOBODY_NAMED

    actor = manifest.build.actor if manifest.build is not None else ""
    return config.triggered_by or actor[:MAX_TRIGGERED_BY] or NOBODY_NAMED


def _evidence(
    config: Config,
    manifest: Manifest,
    collected: Collected,
    verification: Verification,
    now: datetime,
) -> TestSummaryReport:
    """The report without any judgement."""
    from tsr_agent.models.base import SCHEMA_VERSION
    from tsr_agent.models.report import TestSummaryReport, overall_status
    from tsr_agent.models.results import RunnerRun

    stated = tuple(
        RunnerRun(test_type=test_type, exit_code=code, note="Stated on the command line.")
        for test_type, code in config.exit_codes
    )
    return TestSummaryReport(
        schema_version=SCHEMA_VERSION,
        id=str(uuid.uuid4()),
        created_at=now,
        triggered_by=_triggered_by(config, manifest),
        environment=config.environment,
        versions=manifest.versions,
        build=manifest.build,
        test_results=collected.test_results,
        eval_iterations=collected.eval_iterations,
        requirement_coverage=verification.coverage,
        unknown_requirements=verification.unknown,
        code_coverage=collected.code_coverage,
        static_analysis=collected.static_analysis,
        runs=(*collected.runs, *stated),
        inputs=collected.inputs,
        overall_status=overall_status(collected.test_results),
        manual_approval_required=config.needs_manual_approval(),
    )
