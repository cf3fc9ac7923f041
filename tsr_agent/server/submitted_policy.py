"""What a submitted policy says: its text with every file that came along, held against the day it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import PolicyError
from tsr_agent.gate.linting.file_check import check_file
from tsr_agent.gate.linting.policy_check import problems_of_error
from tsr_agent.gate.source.problem import ProblemSeverity
from tsr_agent.gate.wording import plain
from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.server.problems import Kind, RefusalError
from tsr_agent.store.rulebooks import DOCUMENT, WAIVERS, as_bytes, rulebook_and_files

if TYPE_CHECKING:
    from datetime import date

    from tsr_agent.gate.policies.enclosed import EnclosedFiles
    from tsr_agent.models.api import PolicySubmission
    from tsr_agent.store.rulebooks import Rulebook


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
        rulebook, files = rulebook_and_files(submission)
    except PolicyError as error:
        places = [each.located() for each in problems_of_error(error, DOCUMENT)]
        raise _refusal(places, error.next_step) from error
    unread = [f"files: {plain(name, 200)!r} is named by no policy here" for name in files.unread]
    lines = unread + _useless_exceptions(submission, rulebook, files, today)
    if lines:
        raise _refusal(lines)
    return rulebook


def _useless_exceptions(
    submission: PolicySubmission, rulebook: Rulebook, files: EnclosedFiles, today: date
) -> list[str]:
    found = [
        problem
        for path, data in files.read_quarantines.items()
        for problem in check_file(data, path, "quarantine", today)
    ]
    if submission.waivers is not None:
        data = as_bytes(submission.waivers)
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
