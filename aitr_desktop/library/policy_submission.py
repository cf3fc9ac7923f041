"""A policy handed in to a server with every file that it names, on top of the version that was seen there.

Runs on worker threads. Nothing else is done to the server.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from aitr_desktop.library.servers import explained
from tsr_agent.errors import PolicyError, TsrError
from tsr_agent.models.access import Role
from tsr_agent.models.api import PolicySubmission

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aitr_desktop.library.servers import Connection, Servers
    from tsr_agent.client.api import ServerApi
    from tsr_agent.gate.exceptions.quarantine import Quarantine
    from tsr_agent.gate.policies.sources import Parents, PolicyText, Quarantines
    from tsr_agent.models.api import PolicyVersion

Answer = TypeVar("Answer")
WRITERS = (Role.TECH_LEAD.value,)
"""Roles that may put a policy in force."""
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPolicies:
    """What a server has, and whom it takes us for."""

    subject: str
    role: str
    newest: tuple[PolicyVersion, ...]
    """The newest version of each policy; that of the name asked for with its text."""

    @property
    def may_submit(self) -> bool:
        """Whether the server takes a policy from us."""
        return self.role in WRITERS

    def of_name(self, name: str) -> PolicyVersion | None:
        """The newest version of one; None where there is none of that name."""
        return next((each for each in self.newest if each.name == name), None)


def name_for(policy_name: str) -> str:
    """What a server can call a policy of that name."""
    return _UNFIT.sub("-", policy_name).strip("-._")[:200] or "policy"


def look_at_server(
    servers: Servers, connection: Connection, name: str, cancelled: Callable[[], bool]
) -> ServerPolicies:
    """Asks whom the server takes us for, and which policies it has.

    Raises:
        TsrError: It can't be told; with what to do.
    """

    def ask(api: ServerApi) -> ServerPolicies:
        identity = api.identity()
        found = api.policies().items
        whole = tuple(api.policy(each.name) if each.name == name else each for each in found)
        return ServerPolicies(subject=identity.subject, role=identity.role.value, newest=whole)

    return _asked(servers, connection, cancelled, ask)


def submit(
    servers: Servers,
    connection: Connection,
    name: str,
    submission: PolicySubmission,
    cancelled: Callable[[], bool],
) -> PolicyVersion:
    """Puts a policy in force.

    Raises:
        RefusedError: The server refuses it; with status 409 because another version is the newest by now.
        TsrError: It can't be told whether it is in force; with what to do.
    """
    return _asked(servers, connection, cancelled, lambda api: api.submit_policy(name, submission))


def is_conflict(error: TsrError) -> bool:
    """Whether somebody else's version is the newest by now."""
    return getattr(error, "status", 0) == 409


def _asked(
    servers: Servers,
    connection: Connection,
    cancelled: Callable[[], bool],
    ask: Callable[[ServerApi], Answer],
) -> Answer:
    api = servers.api(connection, cancelled)
    try:
        return ask(api)
    except TsrError as error:
        raise explained(error) from error
    finally:
        api.close()


def make_submission(
    text: str, path: Path | None, newest: PolicyVersion | None, note: str
) -> PolicySubmission:
    """A policy as it is handed in, with all files that it names.

    Waivers and repositories stay those of the version before: they are not edited here, and must not go.

    Args:
        text: The policy.
        path: Its file; None for one that was never saved, which can name no file.
        newest: The version at the server that was seen; None where there is none.
        note: Why.

    Raises:
        PolicyError: The policy, or a file that it names, is wrong.
    """
    from tsr_agent.gate.policies.file import parse_policy

    files: dict[str, str] = {}
    data = text.encode()
    if path is None:
        parse_policy(data, "policy")
    else:
        from tsr_agent.gate.policies.sources import beside

        taking = _Taking(path.parent, files)
        parse_policy(data, path.name, taking.parents(beside(path)), taking.quarantines(""))
    before = newest.submission if newest is not None else None
    return PolicySubmission(
        document=text,
        files=files,
        waivers=before.waivers if before is not None else None,
        repositories=newest.repositories if newest is not None else (),
        expected_number=newest.number if newest is not None else 0,
        note=note,
    )


class _Taking:
    """Notes down every file that is read for a policy, by the path that a server will know it by."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self._folder, self._files = folder, files

    def parents(self, parents: Parents) -> Parents:
        def found(name: str) -> PolicyText:
            text = parents(name)
            if text.quarantine is None:
                # Built in: every server has it.
                return text
            self._note(text.origin, text.data)
            below = posixpath.dirname(text.origin)
            return replace(text, parents=self.parents(text.parents), quarantine=self.quarantines(below))

        return found

    def quarantines(self, below: str) -> Quarantines:
        def read(name: str) -> Quarantine:
            from tsr_agent.gate.exceptions.quarantine_file import load_quarantine, parse_quarantine

            origin = posixpath.normpath(posixpath.join(below, name))
            # Its own way of reading says what is wrong with the name; the bytes are read once more.
            load_quarantine(self._folder / below, name)
            data = (self._folder / origin).read_bytes()
            self._note(origin, data)
            return parse_quarantine(data, origin)

        return read

    def _note(self, origin: str, data: bytes) -> None:
        try:
            self._files[origin] = data.decode()
        except UnicodeDecodeError as error:
            raise PolicyError(f"{origin} is not UTF-8") from error


def why_not_submitted(found: ServerPolicies, policy_name: str) -> str:
    """Why a server would not take it from us, in a sentence; empty where it would."""
    if found.may_submit:
        return ""
    return (
        f"You are {found.subject} to this server, with the role {found.role.replace('_', ' ')}. "
        f"Only a tech lead puts a policy such as {policy_name} in force."
    )
