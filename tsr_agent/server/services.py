"""What the routes work with: one object, made once when the application is built."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.server.answering import Answering
from tsr_agent.server.approving import Approvals
from tsr_agent.server.listing import Listing
from tsr_agent.server.metrics import Metrics
from tsr_agent.server.notifying import Notifier
from tsr_agent.server.policies import Policies
from tsr_agent.server.receiving import Receiving
from tsr_agent.server.showing import Showing
from tsr_agent.server.webhooks.posting import HttpPoster
from tsr_agent.server.webhooks.targets import read_webhooks
from tsr_agent.server.webhooks.worker import Worker
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.deliveries import DeliveryRepository
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.policies import PolicyRepository
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tokens import TokenRepository

if TYPE_CHECKING:
    from tsr_agent.clock import Clock
    from tsr_agent.server.request_log import RequestLog
    from tsr_agent.server.settings import ServerSettings
    from tsr_agent.store.engine import Library


@dataclass(frozen=True, kw_only=True)
class Services:
    """Repositories and services over one library. A new one is a field here and a line in ``services``."""

    settings: ServerSettings
    library: Library
    clock: Clock
    log: RequestLog
    metrics: Metrics
    changes: ChangeFeed
    tokens: TokenRepository
    receiving: Receiving
    answering: Answering
    listing: Listing
    showing: Showing
    policies: Policies
    reports: ReportRepository
    notifier: Notifier
    """Says who is told what; every repository that files decisions or approvals takes it as ``tell``."""
    approving: Approvals
    deliveries: DeliveryRepository
    worker: Worker | None
    """Posts what webhooks are to be told; None without webhooks. Runs from start-up to shutdown."""


def services(settings: ServerSettings, library: Library, clock: Clock, log: RequestLog) -> Services:
    """All of them over an open library, which stays the caller's to close.

    Raises:
        UsageError: The webhooks file, or the address of a webhook, can't be used.
    """
    webhooks = () if settings.webhooks is None else read_webhooks(Path(settings.webhooks), os.environ)
    notifier, deliveries = Notifier(webhooks), DeliveryRepository(library)
    reports = ReportRepository(library, tell=notifier)
    approvals = ApprovalRepository(library, tell=notifier)
    policies = Policies(PolicyRepository(library))
    answering = Answering(approvals, policies.in_force, clock)
    worker = Worker(webhooks, deliveries, HttpPoster(), clock=clock, chance=random.SystemRandom())
    changes, metrics = ChangeFeed(library), Metrics()
    metrics.add_gauge("aitr_feed_head", "Number of the newest change.", changes.head)
    metrics.add_gauge(
        "aitr_webhooks_waiting", "Messages not yet delivered.", lambda: deliveries.backlog().waiting
    )
    metrics.add_gauge(
        "aitr_webhooks_given_up", "Messages that nobody took.", lambda: deliveries.backlog().gave_up
    )
    return Services(
        settings=settings,
        library=library,
        clock=clock,
        log=log,
        metrics=metrics,
        changes=changes,
        tokens=TokenRepository(library),
        receiving=Receiving(reports, approvals, policies.in_force),
        answering=answering,
        listing=Listing(reports),
        showing=Showing(reports, answering),
        policies=policies,
        reports=reports,
        notifier=notifier,
        approving=Approvals(approvals, clock=clock, in_force=answering.is_in_force),
        deliveries=deliveries,
        worker=worker if webhooks else None,
    )
