"""The report to compare with: the one that is handed in, else what the library has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tsr_agent.errors import StoreError
    from tsr_agent.gate.baseline import Baseline
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.manifest import VersionManifest
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library


class BaselineSource:
    """Where a command takes its baseline from.

    Args:
        given: A report that is handed in, for which the caller answers. The library goes before it where a
            policy takes nobody's word.
        library: The library of earlier reports; it is only read, and only for a policy that compares.
        may_be_absent: The library is yet to be made, so that a missing one has no reports.
    """

    def __init__(
        self, given: str | Path | None, library: str | Path | None, *, may_be_absent: bool = False
    ) -> None:
        self._given = given
        self._library = library
        self._may_be_absent = may_be_absent

    def of_report(
        self, policy: Policy, report: TestSummaryReport, environment: str, moment: datetime
    ) -> Baseline | None:
        """What a report that was made is compared with, released to an environment.

        Raises:
            InputError: What is handed in can't be read or is no report.
            StoreError: The library can't be read, or what it takes is not installed.
            IntegrityError: The library's baseline was altered.
        """
        return self._found(policy, report.versions, environment, moment, report)

    def of_run(
        self, policy: Policy, versions: VersionManifest, environment: str, moment: datetime
    ) -> Baseline | None:
        """What a report that is about to be made is compared with.

        Raises:
            As ``of_report`` does.
        """
        return self._found(policy, versions, environment, moment, None)

    def _found(
        self,
        policy: Policy,
        versions: VersionManifest,
        environment: str,
        moment: datetime,
        report: TestSummaryReport | None,
    ) -> Baseline | None:
        given = None if self._given is None else _handed_in(str(self._given))
        # What the policy takes nobody's word for must not keep it from the library: it would be told
        # that there is nothing to compare with, where there is.
        if self._library is None or not _asks_a_library(policy):
            return given
        if self._may_be_absent and not os.path.lexists(self._library):
            return given
        with opened_library(self._library) as library:
            from tsr_agent.store.history import Place, baseline_for

            place = Place(
                environment=environment,
                repository=versions.codebase_repo,
                branch=versions.codebase_branch,
                created_at=moment if report is None else report.created_at,
                report_id="" if report is None else report.id,
            )
            return baseline_for(library, policy, place, moment) or given


def _asks_a_library(policy: Policy) -> bool:
    from tsr_agent.models.decision import BaselineSelect

    return policy.compares and policy.baseline.select is not BaselineSelect.GIVEN


def _handed_in(path: str) -> Baseline:
    from tsr_agent.cli.documents import read_report
    from tsr_agent.gate.baseline import Baseline
    from tsr_agent.models import codec

    report, document = read_report(path)
    return Baseline(report=report, digest=codec.digest(document))


def opened_library(path: str | Path) -> Library:
    """A library, opened for reading only.

    Raises:
        StoreError: It can't be opened, or what it takes is not installed.
    """
    from pathlib import Path

    try:
        from tsr_agent.store.engine import open_library
    except ModuleNotFoundError as error:
        raise library_needs(path, error) from error
    return open_library(Path(path), read_only=True)


def library_needs(path: str | Path, error: ModuleNotFoundError, kept: str = "") -> StoreError:
    """The error for a library without the packages that read one."""
    from tsr_agent.errors import StoreError

    return StoreError(
        f"{path}: the library needs {error.name}, which is not installed.",
        kept=kept,
        next_step="pip install 'aitr[store]', then run again.",
    )
