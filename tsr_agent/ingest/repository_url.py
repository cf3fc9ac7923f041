"""Addresses of repositories and builds as others may see them."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit, urlunsplit

from tsr_agent.gate.policies.names import environment_key

_SCP_FORM = re.compile(r"^(?:[^@/:\s]+@)?(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(?P<path>(?!//)\S+)$")
_NETWORK = ("http", "https", "ssh", "git", "git+ssh", "ssh+git", "git+https")
_WEB = ("http", "https")
# Azure DevOps has no other way to name a build than a query; nothing else in a query is kept.
_BUILD_QUERY = re.compile(r"buildId=[0-9]{1,18}")
# What stands before an at sign is a user name with or without its password, wherever a wrongly
# written address has it. A segment that begins with the sign, as names of scopes do, has none.
_USER_IN_PATH = re.compile(r"[^/]@")
_PARAMETERS = re.compile(r";[^/]*")


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
        return _clean_url(url, _NETWORK)
    found = _SCP_FORM.match(url)
    # One letter before the colon is a drive.
    if found is None or len(found["host"]) == 1 or not url.isprintable():
        return ""
    path = found["path"].partition("?")[0]
    # user:password@host/path has the form of host:path.
    return "" if "@" in path else f"{found['host']}:{path}"


def web_address(url: str) -> str:
    """The address of a page, for people to follow.

    Args:
        url: As a CI system states it.

    Returns:
        An http or https address without credentials, query and fragment, but with the number of a
        build that stands in a query of its own (``?buildId=7``); empty for anything else.
    """
    cleaned = _clean_url(url.strip(), _WEB)
    query = _BUILD_QUERY.fullmatch(url.partition("#")[0].partition("?")[2])
    return f"{cleaned}?{query[0]}" if cleaned and query else cleaned


def same_repository(one: str, other: str) -> bool:
    """Whether two addresses name the same repository, in whichever form: https, ssh, scp."""
    first, second = _place(one), _place(other)
    return first is not None and first == second


# Asked with every request of a token that is for one project.
@lru_cache(maxsize=4_096)
def repository_key(address: str) -> str:
    """One spelling of a repository, for access and for choosing the policy that judges its reports.

    ``https://github.com/Acme/App.git``, ``git@github.com:acme/app`` and ``github.com/acme/app/`` are the
    same. Letters of the path count in either case too: most forges take both, and a policy must not be
    slipped past by spelling the address of its repository in another way.

    Args:
        address: As a report, a token or a policy has it, perhaps no address at all.

    Returns:
        Host and path in lower case; empty where nothing can be seen, which is no repository.
    """
    # What is an address as it stands is taken apart as it stands: a full-width colon in the name of a
    # user would become the one behind the host, and the same place another repository.
    spelt = environment_key(address)
    place = _place(address) or _place(spelt)
    if place is None:
        host, _, path = spelt.partition("/")
    else:
        host, path = (environment_key(each) for each in place)
    path = posixpath.normpath("/" + unquote(path).strip()).strip("/").removesuffix(".git").rstrip("/")
    return environment_key(f"{host}/{path}").strip("/")


def _place(url: str) -> tuple[str, str] | None:
    """Host and path of a repository; None where the address has none."""
    cleaned = without_credentials(url)
    if "://" in cleaned:
        parts = urlsplit(cleaned)
        host, path = parts.hostname or "", parts.path
    else:
        host, _, path = cleaned.rpartition(":") if cleaned.startswith("[") else cleaned.partition(":")
    path = path.strip("/").removesuffix(".git").casefold()
    return (host.strip("[]").casefold(), path) if host and path else None


def _clean_url(url: str, schemes: tuple[str, ...]) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    # Browsers take a backslash for a slash, and so another host than Python does.
    if parts.scheme.lower() not in schemes or not host or not url.isprintable() or "\\" in url:
        return ""
    # Of brackets that belong to a user's name one is left over, and with it no address any more.
    if "[" in host or "]" in host:
        return ""
    path = _PARAMETERS.sub("", parts.path)
    if _USER_IN_PATH.search(path):
        return ""
    host = f"[{host}]" if ":" in host else host
    place = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), place, path, "", ""))
