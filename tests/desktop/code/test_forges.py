from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.forges import KNOWN, ForgeKind, Forges, UnknownForgeError, host_of
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.errors import InputError

SHA = "3fa9c1e" + "0" * 33
OWN = ("gitlab:git.example.org", "gitea:forge.example.org:8443")

SPELLINGS = (
    "https://github.com/acme/app",
    "https://github.com/acme/app.git",
    "https://github.com/acme/app/",
    "http://github.com/acme/app",
    "https://user:s3cret@github.com/acme/app.git",
    "https://www.github.com/acme/app",
    "https://GitHub.com:443/acme/app",
    "git@github.com:acme/app.git",
    "github.com:acme/app",
    "ssh://git@github.com/acme/app.git",
    "ssh://git@ssh.github.com:443/acme/app.git",
    "git://github.com/acme/app.git",
    "git+ssh://git@github.com/acme/app.git",
)


@pytest.mark.parametrize("repository", SPELLINGS)
def test_every_spelling_of_a_repository_leads_to_one_page(repository: str) -> None:
    assert Forges().commit_page(repository, SHA) == f"https://github.com/acme/app/commit/{SHA}"


@pytest.mark.parametrize(
    ("repository", "commit", "lines"),
    [
        ("https://github.com/acme/app", "commit/{}", "blob/{}/src/a%20b%23.py#L3-L9"),
        ("https://gitlab.com/acme/app", "-/commit/{}", "-/blob/{}/src/a%20b%23.py#L3-9"),
        ("https://gitlab.com/acme/group/sub/app", "-/commit/{}", "-/blob/{}/src/a%20b%23.py#L3-9"),
        ("https://bitbucket.org/acme/app", "commits/{}", "src/{}/src/a%20b%23.py#lines-3:9"),
        ("https://codeberg.org/acme/app", "commit/{}", "src/commit/{}/src/a%20b%23.py#L3-L9"),
        ("https://git.example.org/acme/app", "-/commit/{}", "-/blob/{}/src/a%20b%23.py#L3-9"),
        ("https://forge.example.org:8443/acme/app", "commit/{}", "src/commit/{}/src/a%20b%23.py#L3-L9"),
    ],
)
def test_each_forge_has_its_own_addresses(repository: str, commit: str, lines: str) -> None:
    forges = Forges(OWN)
    assert forges.commit_page(repository, SHA) == f"{repository}/{commit.format(SHA)}"
    assert forges.line_page(repository, SHA, "src/a b#.py", 3, 9) == f"{repository}/{lines.format(SHA)}"


@pytest.mark.parametrize(
    ("repository", "anchor"),
    [
        ("https://github.com/a/b", "#L3"),
        ("https://gitlab.com/a/b", "#L3"),
        ("https://bitbucket.org/a/b", "#lines-3"),
        ("https://codeberg.org/a/b", "#L3"),
    ],
)
def test_one_line_is_one_line(repository: str, anchor: str) -> None:
    assert Forges().line_page(repository, SHA, "a.py", 3, 3).endswith(f"a.py{anchor}")


def test_a_file_that_a_forge_would_draw_is_asked_for_as_source() -> None:
    assert "/README.md?plain=1#L3" in Forges().line_page(SPELLINGS[0], SHA, "README.md", 3, 3)
    page = Forges().line_page("https://codeberg.org/a/b", SHA, "docs/a.rst", 3, 3)
    assert page.endswith("/docs/a.rst?display=source#L3")


@pytest.mark.parametrize(
    "repository",
    [
        "https://evil.example/acme/app",
        "https://github.com.evil.example/acme/app",
        "https://github.com@evil.example/acme/app",
        "https://evil.example:443/github.com/app",
        "https://github.com:8443/acme/app",
        "https://xn--gthub-n2a.com/acme/app",
        "https://git.example.org/acme/app",
    ],
)
def test_a_host_that_nobody_named_is_refused_by_its_name(repository: str) -> None:
    with pytest.raises(UnknownForgeError) as refused:
        Forges().commit_page(repository, SHA)
    assert refused.value.host == host_of(repository)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "repository",
    [
        "",
        "/home/me/app",
        "file:///home/me/app",
        "javascript:alert(1)",
        "ext::sh -c touch% /tmp/x",
        "https://github.com",
        "https://github.com/acme",
        "https://github.com/acme/app/extra",
        "https://github.com/acme/..",
        "https://github.com/acme/%2e%2e",
        "https://github.com/acme/a%2Fb%2F",
        "https://github.com//app",
        "https://github.com\\@evil.example/acme/app",
        "https://gіthub.com/acme/app",
        "https://github.com/acme/app\u202e",
        "https://[::1]/acme/app",
        "https://localhost/acme/app",
        "http://github.com:8080/acme/app",
        "https://github.com:99999/acme/app",
        "C:\\app",
    ],
)
def test_what_is_no_repository_of_a_forge_is_refused(repository: str) -> None:
    with pytest.raises(InputError):
        Forges(OWN).commit_page(repository, SHA)


@pytest.mark.parametrize("sha", ["", "3fa9c1e", "main", "--output=x", SHA.upper(), SHA + "\n", SHA + "/.."])
def test_only_a_whole_sha_is_an_address(sha: str) -> None:
    with pytest.raises(InputError, match="whole SHA"):
        Forges().commit_page(SPELLINGS[0], sha)


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a\\b", "a\u202eb", "a\x00"]
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(InputError):
        Forges().line_page(SPELLINGS[0], SHA, path, 1, 1)


def test_what_is_named_wrongly_names_nothing() -> None:
    forges = Forges(
        ("git.example.org", "svn:git.example.org", "gitea:github.com", "gitlab:a b.org", "gitlab:")
    )
    with pytest.raises(UnknownForgeError):
        forges.commit_page("https://git.example.org/a/b", SHA)
    assert forges.commit_page(SPELLINGS[0], SHA).startswith("https://github.com/acme/app/commit/")


texts = st.text(max_size=60) | st.sampled_from(list(HOSTILE_TEXTS.values()))


@given(texts.map("https://gitlab.com/a/".__add__) | texts, texts, texts)
def test_every_address_is_https_at_a_known_host_and_names_nobody(
    repository: str, sha: str, path: str
) -> None:
    for ask in (
        lambda: Forges().commit_page(repository, SHA),
        lambda: Forges().commit_page(repository, sha),
        lambda: Forges().line_page(repository, SHA, path, 1, 2),
        lambda: Forges().line_page("https://gitlab.com/a/b", SHA, path, 1, 2),
    ):
        try:
            page = ask()
        except InputError:
            continue
        parts = urlsplit(page)
        assert (parts.scheme, parts.netloc) in {("https", host) for host in KNOWN}
        assert page.isascii()
        assert page.isprintable()
        assert " " not in page
        assert ".." not in parts.path.split("/")


def test_there_is_an_address_for_every_kind() -> None:
    for kind in ForgeKind:
        forges = Forges((f"{kind.value}:git.example.org",))
        assert forges.commit_page("https://git.example.org/a/b", SHA)
        assert forges.line_page("https://git.example.org/a/b", SHA, "a", 1, 2)
