"""The version manifest: which commits of code, tests and prompts were judged, and what built them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.sections.fields import Field
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, moment, short_sha

if TYPE_CHECKING:
    from datetime import tzinfo

    from tsr_agent.models.decision import Decision
    from tsr_agent.models.manifest import BuildContext, PullRequest
    from tsr_agent.models.report import TestSummaryReport


def versions(report: TestSummaryReport, zone: tzinfo | None = None) -> tuple[Field, ...]:
    """The manifest as labelled values in reading order."""
    manifest = report.versions
    fields = [
        _commit("Code", manifest.codebase_sha),
        _commit("Tests", manifest.testbase_sha),
        _commit("Prompts", manifest.prompts_sha),
        _text("Prompt version", manifest.prompts_version),
        _text("Branch", manifest.codebase_branch),
        _text("Repository", manifest.codebase_repo),
    ]
    if manifest.codebase_author:
        fields.insert(1, _text("Author", manifest.codebase_author))
    if manifest.checked_out_sha:
        fields.insert(1, _commit("Checked out", manifest.checked_out_sha))
    if manifest.dirty is None:
        fields.append(Field("Working tree", "not known whether it held changes", tone=Tone.PENDING))
    if manifest.dirty:
        fields.append(_dirty(manifest.dirty_digest))
    if manifest.shallow:
        fields.append(
            Field("Clone", "shallow: test and prompt commits may be older than it shows", tone=Tone.PENDING)
        )
    return (*fields, *_origin(report, zone))


def judged_by(decision: Decision, zone: tzinfo | None = None) -> tuple[Field, ...]:
    """What the decision was taken by: policy, exceptions, baseline; every digest in full on copying."""
    policy, baseline = decision.policy, decision.baseline
    judged = moment(decision.evaluated_at, zone)
    fields = [
        _text("Policy", f"{policy.name} {policy.version}"),
        _digest("Policy SHA-256", policy.digest),
    ]
    for parent in policy.parents:
        fields.append(_text("Extends", f"{parent.name} {parent.version}, as {parent.source}"))
        fields.append(_digest("Its SHA-256", parent.digest))
    fields.append(Field("Judged", judged.local, whole=judged.utc))
    if decision.waivers_digest:
        fields.append(_digest("Waivers SHA-256", decision.waivers_digest))
    if decision.quarantine_digest:
        fields.append(_digest("Quarantine SHA-256", decision.quarantine_digest))
    if baseline is not None:
        fields.append(
            Field(
                "Baseline",
                one_line(baseline.report_id, 300),
                whole=visible(baseline.report_id),
                target=Target(Kind.REPORT, baseline.report_id),
            )
        )
        fields.append(_digest("Its SHA-256", baseline.digest))
    elif decision.no_baseline:
        fields.append(Field("Baseline", f"none: {one_line(decision.no_baseline, 500)}", tone=Tone.MUTED))
    return tuple(fields)


def tools(report: TestSummaryReport) -> tuple[Field, ...]:
    """The tools that made the evidence, as the files name them, and the format of the report."""
    named = [
        *(("Eval tool", each.tool) for each in report.eval_iterations),
        *(("Coverage tool", each.tool) for each in report.code_coverage),
        *(("Scanner", each.tool) for each in report.static_analysis),
        *(("Reader", each.reader) for each in report.inputs),
    ]
    fields = [_text(label, value) for label, value in dict.fromkeys(named) if value]
    return (*fields, Field("Report format", f"version {report.schema_version:,}"))


def digests(report_digest: str, decision_digest: str | None) -> tuple[Field, ...]:
    """What the documents are known by: SHA-256 over their bytes as filed."""
    fields = [_digest("Report SHA-256", report_digest)]
    return (*fields, _digest("Decision SHA-256", decision_digest)) if decision_digest else tuple(fields)


def _origin(report: TestSummaryReport, zone: tzinfo | None) -> list[Field]:
    made = moment(report.created_at, zone)
    fields = [
        Field("Made", made.local, whole=made.utc),
        _text("Triggered by", report.triggered_by),
    ]
    return fields if report.build is None else [*fields, *_build(report.build)]


def _build(build: BuildContext) -> list[Field]:
    """The CI run as its environment stated it, with what is doubtful about that last."""
    number = f" {build.number}" if build.number else ""
    attempt = f", attempt {build.attempt}" if build.attempt else ""
    fields = [_text("Built by", build.system + number + attempt)]
    for label, value in (
        ("Build", build.url),
        ("Job", build.job),
        ("Started by", build.actor),
        ("Event", build.event),
        ("Tag", build.tag),
    ):
        if value:
            fields.append(_text(label, value))
    if build.pull_request is not None:
        fields += _pull_request(build.pull_request)
    if build.merge_sha:
        fields.append(_commit("Merge commit", build.merge_sha))
    return fields + [Field("Remark", one_line(each, 400), tone=Tone.PENDING) for each in build.remarks]


def _pull_request(request: PullRequest) -> list[Field]:
    number = f"#{request.number}" if request.number else "without a number"
    ways = [f"from {request.head_branch}" if request.head_branch else ""]
    ways += [f"into {request.base_branch}" if request.base_branch else ""]
    fields = [_text("Pull request", " ".join([number, *filter(None, ways)]))]
    if request.from_fork is None:
        fields.append(Field("Fork", "not known whether it comes from one", tone=Tone.PENDING))
    elif request.from_fork:
        fields.append(Field("Fork", "it comes from another repository", tone=Tone.PENDING))
    if request.head_sha:
        fields.append(_commit("Stated head", request.head_sha))
    return fields


def _commit(label: str, sha: str) -> Field:
    return Field(label, short_sha(sha), whole=sha, is_code=True, target=Target(Kind.COMMIT, sha))


def _digest(label: str, digest: str) -> Field:
    return Field(label, short_sha(digest), whole=digest, is_code=True)


def _text(label: str, value: str | None) -> Field:
    if not value:
        return Field(label, NO_DATA, tone=Tone.MUTED)
    return Field(label, one_line(value, 300))


def _dirty(digest: str | None) -> Field:
    said = "uncommitted changes"
    value = f"{said}, digest {short_sha(digest)}" if digest else f"{said}, no digest"
    return Field("Working tree", value, whole=digest or "", tone=Tone.PENDING)
