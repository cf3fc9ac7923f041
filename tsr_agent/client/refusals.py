"""A definite no of a server, told apart from no answer at all, and that from an answer that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import ServiceError

if TYPE_CHECKING:
    from tsr_agent.models.api import Problem


class UnreachedError(ServiceError):
    """There was no answer, and there may be one later.

    Args:
        message: What happened.
        wait: Seconds after which the server asks to return; 0 where it does not say.
        next_step: What to do.
    """

    def __init__(self, message: str, *, wait: float = 0.0, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.wait = wait


class RefusedError(ServiceError):
    """The server understood what it was asked, and refused it. Asking again in the same way changes nothing.

    Args:
        message: What was refused, in one sentence.
        problem: The server's own words.
        kept: What is safe on disk.
        next_step: What to do; the server's own advice where empty.
    """

    def __init__(self, message: str, problem: Problem, *, kept: str = "", next_step: str = "") -> None:
        super().__init__(
            message, kept=kept, next_step=next_step or problem.next_step, details=problem.errors[:20]
        )
        self.problem = problem

    @property
    def status(self) -> int:
        """The status code of HTTP."""
        return self.problem.status
