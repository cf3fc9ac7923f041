"""What a submitted policy says: its text with every file that came along, read into what judges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tsr_agent.errors import PolicyError
from tsr_agent.gate.exceptions.waivers import parse_waivers
from tsr_agent.gate.linting.file_check import check_file
from tsr_agent.gate.linting.policy_check import problems_of_error
from tsr_agent.gate.policies.enclosed import EnclosedFiles
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.source.problem import ProblemSeverity
from tsr_agent.gate.wording import plain
from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.server.problems import Kind, RefusalError

if TYPE_CHECKING:
    from datetime import date

    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.api import PolicySubmission
    from tsr_agent.models.decision import Decision

DOCUMENT = "policy"
"""What messages call the submitted policy itself."""
WAIVERS = "waivers"
"""What messages call its waiver file."""


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """What a report is judged by: a policy with what it extends, its quarantine and the waivers."""

    policy: Policy
    waivers: Waivers | None

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Digests of all of it: two rulebooks of the same ones judge alike."""
        policy, waivers = self.policy, self.waivers
        return (
            policy.digest,
            policy.quarantine.digest if policy.quarantine is not None else "",
            waivers.digest if waivers is not None else "",
            *(each.digest for each in policy.parents),
        )


def terms_of(decision: Decision) -> tuple[str, ...]:
    """``Rulebook.terms`` of what a decision was taken by."""
    return (
        decision.policy.digest,
        decision.quarantine_digest or "",
        decision.waivers_digest or "",
        *(each.digest for each in decision.policy.parents),
    )


def read_submission(submission: PolicySubmission) -> Rulebook:
    """The rulebook of a submission that was checked when it came in. Opens no file.

    Raises:
        PolicyError: It is none; a build that reads policies otherwise than the one that took it can
            come to this.
    """
    return _read(submission)[0]


def checked_submission(submission: PolicySubmission, today: date) -> Rulebook:
    """The rulebook of a submission that just came in.

    An exception that can never be used refuses it, too: its author thinks that it excuses something.

    Args:
        submission: As it came.
        today: The day (UTC) that dates are held against.

    Raises:
        RefusalError: Anything is wrong with it; ``details`` has one line a problem with its place.
    """
    for name in submission.repositories:
        if not repository_key(name):
            raise _refusal([f"repositories: {plain(name, 200)!r} names no repository"])
    try:
        rulebook, files = _read(submission)
    except PolicyError as error:
        places = [each.located() for each in problems_of_error(error, DOCUMENT)]
        raise _refusal(places, error.next_step) from error
    unread = [f"files: {plain(name, 200)!r} is named by no policy here" for name in files.unread]
    lines = unread + _useless_exceptions(submission, rulebook, files, today)
    if lines:
        raise _refusal(lines)
    return rulebook


def _read(submission: PolicySubmission) -> tuple[Rulebook, EnclosedFiles]:
    files = EnclosedFiles({name: _bytes(text) for name, text in submission.files.items()})
    policy = parse_policy(_bytes(submission.document), DOCUMENT, files.parents, files.quarantines)
    waivers = None if submission.waivers is None else parse_waivers(_bytes(submission.waivers), WAIVERS)
    return Rulebook(policy=policy, waivers=waivers), files


def _bytes(text: str) -> bytes:
    # Half a surrogate pair is then refused where the file is read, with its place.
    return text.encode("utf-8", "surrogatepass")


def _useless_exceptions(
    submission: PolicySubmission, rulebook: Rulebook, files: EnclosedFiles, today: date
) -> list[str]:
    found = [
        problem
        for path, data in files.read_quarantines.items()
        for problem in check_file(data, path, "quarantine", today)
    ]
    if submission.waivers is not None:
        data = _bytes(submission.waivers)
        found += check_file(data, WAIVERS, "waivers", today, policy=rulebook.policy)
    return [each.located() for each in found if each.severity is ProblemSeverity.ERROR]


def _refusal(lines: list[str], next_step: str = "") -> RefusalError:
    count = f"{len(lines):,} problem{'' if len(lines) == 1 else 's'}"
    return RefusalError(
        Kind.INVALID,
        f"The policy is refused: {count}.",
        next_step=next_step or "Mend the places named; the policy in force stays as it is.",
        errors=lines,
    )
