"""The pull or merge request that a CI system says it builds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.ingest.ci_branch import branch_name
from tsr_agent.ingest.ci_event import EVENTS, SHA, PullRequestEvent, read_event
from tsr_agent.ingest.printable import printable
from tsr_agent.ingest.repository_url import same_repository, without_credentials
from tsr_agent.models.manifest import PullRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tsr_agent.ingest.limits import Limits

MAX_TEXT = 1_000
# What other systems set on a pull request. Their branch variables then name the target, or the branch
# of a fork as if it were one of the repository.
_NUMBERS = (
    "TRAVIS_PULL_REQUEST",
    "SEMAPHORE_GIT_PR_NUMBER",
    "CIRCLE_PR_NUMBER",
    "BITRISE_PULL_REQUEST",
    "CF_PULL_REQUEST_NUMBER",
    "CI_PULL_REQUEST",
    "BUDDY_EXECUTION_PULL_REQUEST_NO",
    "BUDDY_RUN_PR_NO",
    "bamboo_repository_pr_key",
)


@dataclass(frozen=True, kw_only=True)
class StatedPullRequest:
    """A pull request as the environment states it."""

    record: PullRequest
    fork: str = ""
    """Name of the fork that the branch lies in; empty where it lies in none or has no known name."""
    tests_merge: bool = True
    """The system checks out a merge of head and base unless the pipeline says otherwise."""
    remarks: tuple[str, ...] = ()

    def branch(self) -> str:
        """The head's branch as others may call it: a fork's never looks like one of the repository."""
        name = self.record.head_branch
        return f"{self.fork or 'fork'}:{name}" if name and self.record.from_fork else name


def stated_pull_request(system: str, environ: Mapping[str, str], limits: Limits) -> StatedPullRequest | None:
    """The pull request of a build; None where it is of none.

    Args:
        system: Name of the CI system.
        environ: Environment variables.
        limits: Bounds for the event file of GitHub Actions.
    """
    if system == "GitHub Actions":
        return _github(environ, limits)
    read = _READERS.get(system, _other)
    return read(environ)


def text(environ: Mapping[str, str], *names: str) -> str:
    """The first variable that is not empty, printable and bounded."""
    value = next((found for name in names if (found := environ.get(name, "").strip())), "")
    return printable(value[:MAX_TEXT])[:MAX_TEXT]


def _github(environ: Mapping[str, str], limits: Limits) -> StatedPullRequest | None:
    ref = environ.get("GITHUB_REF", "")
    name = environ.get("GITHUB_EVENT_NAME", "")
    head_branch = text(environ, "GITHUB_HEAD_REF")
    if name not in EVENTS and not head_branch and not ref.startswith("refs/pull/"):
        return None
    event = PullRequestEvent()
    remarks: tuple[str, ...] = ()
    if name in EVENTS:
        event, remarks = _github_event(environ.get("GITHUB_EVENT_PATH", ""), limits)
    return StatedPullRequest(
        record=PullRequest(
            number=event.number or _digits(ref.removeprefix("refs/pull/").partition("/")[0]),
            head_sha=event.head_sha or None,
            head_branch=head_branch or _shown(event.head_branch),
            base_branch=text(environ, "GITHUB_BASE_REF") or _shown(event.base_branch),
            from_fork=event.from_fork,
        ),
        fork=_shown(event.fork),
        # It runs on the base branch: a merge commit checked out there is one of the base's own.
        tests_merge=name != "pull_request_target",
        remarks=remarks,
    )


def _github_event(path: str, limits: Limits) -> tuple[PullRequestEvent, tuple[str, ...]]:
    if not path:
        why = "GITHUB_EVENT_PATH is not set"
    else:
        try:
            event = read_event(path, limits)
        except InputError as error:
            why = error.message.rstrip(".")
        else:
            missing = "" if event.head_sha else "The event file has no whole id of the pull request's head."
            return event, (missing,) if missing else ()
    return PullRequestEvent(), (f"The head of the pull request is not known: {why}.",)


def _gitlab(environ: Mapping[str, str]) -> StatedPullRequest | None:
    number = text(environ, "CI_MERGE_REQUEST_IID")
    head_branch = text(environ, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
    if not number and not head_branch:
        return None
    theirs = text(environ, "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH")
    ours = text(environ, "CI_MERGE_REQUEST_PROJECT_PATH")
    from_fork = theirs.casefold() != ours.casefold() if theirs and ours else None
    return StatedPullRequest(
        record=PullRequest(
            number=number,
            # Only pipelines for merged results have it; in others the commit built is the head itself.
            head_sha=_sha(environ, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"),
            head_branch=head_branch,
            base_branch=text(environ, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
            from_fork=from_fork,
        ),
        fork=theirs if from_fork else "",
    )


def _jenkins(environ: Mapping[str, str]) -> StatedPullRequest | None:
    if not text(environ, "CHANGE_ID", "CHANGE_BRANCH"):
        return None
    fork = text(environ, "CHANGE_FORK")
    return StatedPullRequest(
        record=PullRequest(
            number=text(environ, "CHANGE_ID"),
            head_branch=text(environ, "CHANGE_BRANCH"),
            base_branch=text(environ, "CHANGE_TARGET"),
            # Not every source of branches fills the variable, so that its absence says nothing.
            from_fork=True if fork else None,
        ),
        fork=fork,
    )


def _azure(environ: Mapping[str, str]) -> StatedPullRequest | None:
    number = text(environ, "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID")
    head_branch = branch_name(text(environ, "SYSTEM_PULLREQUEST_SOURCEBRANCH"))
    if not number and not head_branch:
        return None
    from_fork = {"true": True, "false": False}.get(environ.get("SYSTEM_PULLREQUEST_ISFORK", "").casefold())
    return StatedPullRequest(
        record=PullRequest(
            number=number,
            head_sha=_sha(environ, "SYSTEM_PULLREQUEST_SOURCECOMMITID"),
            head_branch=head_branch,
            base_branch=branch_name(text(environ, "SYSTEM_PULLREQUEST_TARGETBRANCH")),
            from_fork=from_fork,
        ),
        fork=_repository_name(environ.get("SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI", "")) if from_fork else "",
    )


def _buildkite(environ: Mapping[str, str]) -> StatedPullRequest | None:
    number = text(environ, "BUILDKITE_PULL_REQUEST")
    if number in ("", "false"):
        return None
    theirs, ours = environ.get("BUILDKITE_PULL_REQUEST_REPO", ""), environ.get("BUILDKITE_REPO", "")
    from_fork = not same_repository(theirs, ours) if theirs and ours else None
    return StatedPullRequest(
        record=PullRequest(
            number=number,
            head_sha=_sha(environ, "BUILDKITE_COMMIT"),
            head_branch=text(environ, "BUILDKITE_BRANCH"),
            base_branch=text(environ, "BUILDKITE_PULL_REQUEST_BASE_BRANCH"),
            from_fork=from_fork,
        ),
        fork=_repository_name(theirs) if from_fork else "",
    )


def _other(environ: Mapping[str, str]) -> StatedPullRequest | None:
    number = text(environ, *_NUMBERS)
    if number in ("", "false") and not any(name.startswith("GO_SCM_") for name in environ):
        return None
    # Some give the address of the pull request.
    shown = number.rstrip("/").rpartition("/")[2]
    return StatedPullRequest(record=PullRequest(number=_digits(shown)))


_READERS: dict[str, Callable[[Mapping[str, str]], StatedPullRequest | None]] = {
    "GitLab": _gitlab,
    "Jenkins": _jenkins,
    "Azure Pipelines": _azure,
    "Buildkite": _buildkite,
}


def _sha(environ: Mapping[str, str], name: str) -> str | None:
    value = environ.get(name, "").strip().lower()
    return value if SHA.fullmatch(value) else None


def _digits(written: str) -> str:
    return written if written.isascii() and written.isdigit() and len(written) <= 18 else ""


def _shown(written: str) -> str:
    return printable(written[:MAX_TEXT])[:MAX_TEXT]


def _repository_name(url: str) -> str:
    """Owner and name, as the end of an address has them."""
    path = without_credentials(url).removesuffix(".git").replace(":", "/")
    return _shown("/".join(path.rpartition("//")[2].split("/")[-2:]))
