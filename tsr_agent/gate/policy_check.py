"""Everything that is wrong with the text of a policy, for an editor that asks as one types.

Reading a policy ends in a policy or an error. Here both are problems with places: what would refuse the
file as errors, what an experienced person would ask about as warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import PolicyError
from tsr_agent.gate.policy_file import parse_policy
from tsr_agent.gate.problem import FILE_START, FaultyFileError, PolicyProblem, problem_at

if TYPE_CHECKING:
    from collections.abc import Callable


def check_policy(text: str | bytes, source: str = "policy") -> tuple[PolicyProblem, ...]:
    """Errors and warnings of a policy, in the order of the text.

    Args:
        text: YAML or JSON, whole or half-written.
        source: What to call it in messages.

    Returns:
        Errors where the policy would be refused, and then nothing else; warnings where it would be read.
        Never raises, whatever the text.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return _errors_of(parse_policy, data, source)


def _errors_of(read: Callable[[bytes, str], object], data: bytes, source: str) -> tuple[PolicyProblem, ...]:
    try:
        read(data, source)
    except FaultyFileError as error:
        return error.problems
    except PolicyError as error:
        return (problem_at(FILE_START, source, error.message.removesuffix(".")),)
    return ()
