"""What the place of the code says where it shows no code, and what to do about it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from aitr_desktop.translation import translate
from aitr_desktop.views.message_pane import Message, error_message
from tsr_agent.ingest.repository_url import without_credentials
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from tsr_agent.errors import TsrError

MAX_SHOWN = 200


def no_library() -> Message:
    """No library is open."""
    return Message(
        headline=translate("CodeMessages", "No library is open."),
        body=translate("CodeMessages", "Open one and choose a report; the code that it judged is read here."),
        button=translate("CodeMessages", "Go to the list"),
        icon="code",
    )


def no_report() -> Message:
    """No report is on screen, so nobody knows which commits are meant."""
    return Message(
        headline=translate("CodeMessages", "No report is chosen."),
        body=translate(
            "CodeMessages",
            "Choose one from the list; the code, tests and prompts that it judged are read here.",
        ),
        button=translate("CodeMessages", "Go to the list"),
        icon="code",
    )


def no_clone(repository: str) -> Message:
    """Nobody has named a clone of the repository."""
    named = one_line(without_credentials(repository), MAX_SHOWN)
    headline = (
        translate("CodeMessages", "No clone of {repository} is known.").format(repository=named)
        if named
        else translate("CodeMessages", "The report names no repository.")
    )
    body = (
        translate(
            "CodeMessages",
            "Choose the folder into which it was cloned on this machine. It is remembered, and only read.",
        )
        if named
        else translate(
            "CodeMessages",
            "Choose the folder of a clone to read its commits from. Nothing says that it is of the same "
            "repository, and it is not remembered.",
        )
    )
    return Message(
        headline=headline, body=body, button=translate("CodeMessages", "Choose a clone…"), icon="code"
    )


def nothing_open() -> Message:
    """A commit is chosen, and no file."""
    return Message(
        headline=translate("CodeMessages", "Choose a file."),
        body=translate(
            "CodeMessages", "From the tree, or type some letters of its path; a line follows after a colon."
        ),
        icon="code",
    )


def reading(name: str) -> Message:
    """It takes a moment."""
    return Message(
        headline=translate("CodeMessages", "Reading {name}…").format(name=one_line(name, MAX_SHOWN)),
        button=translate("CodeMessages", "Cancel"),
        icon="code",
    )


def given_up(name: str) -> Message:
    """The person did not want to wait."""
    return Message(
        headline=translate("CodeMessages", "{name} was not read.").format(name=one_line(name, MAX_SHOWN)),
        button=translate("CodeMessages", "Read it again"),
        icon="code",
    )


def looking() -> Message:
    """The clone takes a moment to be found."""
    return Message(
        headline=translate("CodeMessages", "Looking into the clone…"),
        button=translate("CodeMessages", "Go to the list"),
        icon="code",
    )


def not_here(error: TsrError, folder: str) -> Message:
    """The clone does not hold the commit: what to run there, to be copied."""
    _, git, rest = error.next_step.partition("git fetch")
    fetch = f"git -C {shlex.quote(folder)} fetch{rest}" if git else error.next_step
    return Message(
        headline=visible(error.message),
        body=translate("CodeMessages", "Fetch it, then try again. This brings it there:"),
        details=visible(fetch),
        button=translate("CodeMessages", "Try again"),
        icon="warning",
        tone=Tone.PENDING,
    )


def not_text(error: TsrError) -> Message:
    """The file is no text; it can be seen all the same."""
    return Message(
        headline=visible(error.message),
        body=visible(error.next_step),
        details=visible("\n".join(error.details)),
        button=translate("CodeMessages", "Show it as text"),
        icon="warning",
    )


def not_readable(error: TsrError) -> Message:
    """Why a file is not shown."""
    return error_message(error, button=translate("CodeMessages", "Try again"))


def no_clone_here(error: TsrError) -> Message:
    """The folder that was named is no clone, or not any more."""
    return error_message(error, button=translate("CodeMessages", "Choose another clone…"))
