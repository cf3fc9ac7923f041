"""What the environment says of the way to a server: a proxy and whom to trust, and nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tsr_agent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.client.address import ServerAddress

CA_VARIABLES = ("AITR_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Way:
    """How a server is reached."""

    proxy: str | None = None
    """Address of the proxy; None for straight on."""
    authorities: str | None = None
    """File or folder of the certificates that are trusted; None for those that requests brings."""


def way_to(address: ServerAddress, environ: Mapping[str, str]) -> Way:
    """The way to a server.

    Raises:
        UsageError: The proxy or the certificates that a variable names can't be used.
    """
    return Way(_proxy(address, environ), _authorities(environ))


def _proxy(address: ServerAddress, environ: Mapping[str, str]) -> str | None:
    from requests.utils import should_bypass_proxies

    written = environ.get("HTTPS_PROXY") or environ.get("https_proxy") or ""
    if not written.strip() or address.is_loopback:
        return None
    # An empty list of exceptions would make requests ask the environment of the process.
    exceptions = environ.get("NO_PROXY") or environ.get("no_proxy") or "localhost"
    if should_bypass_proxies(address.url, no_proxy=exceptions):
        return None
    try:
        parts = urlsplit(written.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in written:
        raise UsageError(
            "HTTPS_PROXY is no address of a proxy that is used here: it takes http:// or https://, a host "
            "and a port, and no user or password.",
            next_step="Name the proxy without credentials, or the server in NO_PROXY.",
        )
    return written.strip()


def _authorities(environ: Mapping[str, str]) -> str | None:
    for name in CA_VARIABLES:
        path = environ.get(name)
        if not path:
            continue
        if not os.path.exists(path):  # noqa: PTH110
            raise UsageError(f"{name}: there is no file {path}.", next_step="Correct it, or unset it.")
        return path
    return None
