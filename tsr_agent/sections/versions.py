"""The version manifest: which commits of code, tests and prompts were judged, and what built them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.sections.fields import Field
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import NO_DATA, moment, short_sha

if TYPE_CHECKING:
    from datetime import tzinfo

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
    return Field(label, short_sha(sha), whole=sha, is_code=True)


def _text(label: str, value: str | None) -> Field:
    if not value:
        return Field(label, NO_DATA, tone=Tone.MUTED)
    return Field(label, one_line(value, 300))


def _dirty(digest: str | None) -> Field:
    said = "uncommitted changes"
    value = f"{said}, digest {short_sha(digest)}" if digest else f"{said}, no digest"
    return Field("Working tree", value, whole=digest or "", tone=Tone.PENDING)
