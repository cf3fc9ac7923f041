"""The address of a repository as others may see it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

_SCP_FORM = re.compile(r"^(?:[^@/:\s]+@)?(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(?P<path>(?!//)\S+)$")
_NETWORK = ("http", "https", "ssh", "git", "git+ssh", "ssh+git", "git+https")


def without_credentials(url: str) -> str:
    """The address with user names, passwords, tokens, query and fragment taken out.

    Args:
        url: As git or a person gives it, in URL or in scp form.

    Returns:
        The cleaned address; empty for a path on this machine and for what is no address, because
        nobody else could use it and it may tell more than it should.
    """
    url = url.strip()
    if "://" in url:
        return _clean_url(url)
    found = _SCP_FORM.match(url)
    # One letter before the colon is a drive.
    if found is None or len(found["host"]) == 1 or not url.isprintable():
        return ""
    return f"{found['host']}:{found['path'].partition('?')[0]}"


def _clean_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _NETWORK or not host or not url.isprintable():
        return ""
    host = f"[{host}]" if ":" in host else host
    place = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), place, parts.path, "", ""))
