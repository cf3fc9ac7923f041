"""What ``packaging/server`` ships, held to the commands that it calls and to what it claims.

Building the image needs a container engine, which no test has; what can be read off the files is looked at.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.factories import proxies
from tests.factories.servers import running_server
from tsr_agent.cli.main import COMMANDS, command_parser

PROJECT = Path(__file__).resolve().parents[2]
SERVER = PROJECT / "packaging" / "server"
SECRETS = {"postgres_password", "owner_password", "server_password", "backup_password", "redis_password"}
CADDY = shutil.which("caddy")
SYSTEMD = shutil.which("systemd-analyze")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="what is shipped here is for Linux")


def parsed(words: list[str]) -> Any:
    """What ``tsr-agent`` makes of arguments; it ends the test where it refuses them."""
    commands = {command.name: command for command in COMMANDS}
    name = " ".join(words[:2]) if " ".join(words[:2]) in commands else words[0]
    return command_parser(commands[name]).parse_args(words[len(name.split()) :])


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, with its merges done."""
    found: dict[str, Any] = yaml.safe_load((SERVER / "compose.yaml").read_text())
    return found


def test_only_the_proxy_can_be_reached_and_only_it_gets_out(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, each in services.items() if "ports" in each] == ["proxy"]
    assert [name for name, each in services.items() if "outside" in each["networks"]] == ["proxy"]
    inner = {name: settings for name, settings in compose["networks"].items() if name != "outside"}
    assert all(settings == {"internal": True} for settings in inner.values())
    assert [name for name, each in services.items() if "database" in each["networks"]] == [
        "server-1",
        "server-2",
        "migrate",
        "backup",
        "postgres",
    ]


def test_no_password_is_written_down_or_has_a_default(compose: dict[str, Any]) -> None:
    text = (SERVER / "compose.yaml").read_text()
    assert compose["secrets"] == {name: {"file": f"./secrets/{name}"} for name in SECRETS}
    # Whatever may be left out is an image's name.
    assert set(re.findall(r"\$\{(\w+):-", text)) <= {
        "AITR_IMAGE",
        "AITR_POSTGRES_IMAGE",
        "AITR_REDIS_IMAGE",
        "AITR_PROXY_IMAGE",
    }
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert value.startswith("/run/secrets/")
                assert value.removeprefix("/run/secrets/") in service["secrets"]
        assert "://" not in str(service.get("environment")) or "@postgres/" in str(service["environment"])
    assert "POSTGRES_HOST_AUTH_METHOD" not in text


def test_each_service_is_confined(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert "no-new-privileges:true" in service["security_opt"], name
        assert not service.get("privileged"), name
        if name != "postgres":
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        image = re.sub(r"\$\{\w+:-(.*)\}", r"\1", service["image"])
        assert image == "aitr-server" or re.search(r":\d", image), f"{name} takes any version of {image}"


def test_what_the_services_run_are_commands_of_ours(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("server-1", "server-2"):
        words = [re.sub(r"\$\{AITR_HOST.*\}", "aitr.example.org", word) for word in services[name]["command"]]
        asked = parsed(words)
        assert (asked.host, asked.behind_proxy, asked.allowed_host) == (
            "0.0.0.0",
            True,
            ["aitr.example.org", "localhost"],
        )
    migrate = parsed(services["migrate"]["command"])
    assert (migrate.grant, migrate.yes) == ("aitr_server", False)
    script = services["backup"]["entrypoint"][2].replace("$$(date -u +%Y%m%dT%H%M%SZ)", "X")
    words = shlex.split(script)
    assert words[:2] == ["exec", "tsr-agent"]
    assert parsed(words[2:]).output == Path("/backups/aitr-X.db")


def test_the_image_is_small_of_rights(compose: dict[str, Any]) -> None:
    text = (SERVER / "Dockerfile").read_text()
    stages = text.split("\nFROM ")
    assert len(stages) == 3
    last = stages[-1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert 'ENTRYPOINT ["tsr-agent"]' in last
    assert "curl" not in text
    assert "ADD " not in text
    health = re.search(r'HEALTHCHECK [^\n]*\\\n  CMD \["python", "-c", "(.*)"\]', last)
    assert health is not None
    compile(health[1], "healthcheck", "exec")
    for source in re.findall(r"^COPY (?!--from)(.*) \S+$", stages[1], re.MULTILINE):
        assert all((PROJECT / each).exists() for each in source.split()), source
    installs = re.findall(r"pip install ((?:[^\n]*\\\n)*[^\n]*)", text)
    assert installs
    assert all(each.startswith("-c packaging/constraints.txt") for each in installs)
    context = compose["services"]["server-1"]["build"]
    assert (SERVER / context["context"] / context["dockerfile"]).resolve() == SERVER / "Dockerfile"
    ignored = (SERVER / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert "packaging/server/secrets" in ignored


def test_the_image_s_health_check_knows_a_server_from_none(tmp_path: Path) -> None:
    found = re.search(r'CMD \["python", "-c", "(.*)"\]', (SERVER / "Dockerfile").read_text())
    assert found is not None

    def ask(port: int) -> int:
        command = [sys.executable, "-c", found[1]]
        environ = os.environ | {"AITR_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
        return subprocess.run(command, env=environ, capture_output=True, check=False).returncode

    hosts = ("--allowed-host", "aitr.example.org", "--allowed-host", "localhost")
    with running_server(tmp_path / "library.db", tmp_path, *hosts) as server:
        port = urlsplit(server.url).port
        assert port is not None
        assert ask(port) == 0
        assert server.stop() == 0
    assert ask(port) != 0


def test_secrets_are_made_once_and_are_no_part_of_a_clone(tmp_path: Path) -> None:
    shutil.copy(SERVER / "make-secrets", tmp_path)

    def made() -> dict[str, str]:
        subprocess.run([tmp_path / "make-secrets"], check=True, capture_output=True)
        return {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    first = made()
    assert first.keys() == SECRETS
    assert len(set(first.values())) == len(SECRETS)
    assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in first.values())
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert made() == first
    ignored = (PROJECT / ".gitignore").read_text().splitlines()
    assert "/packaging/server/secrets/" in ignored


@pytest.mark.parametrize("unit", ["aitr-server.service", "aitr-backup.service"])
def test_a_unit_starts_a_command_of_ours_that_may_write_nowhere_else(unit: str) -> None:
    lines = [line for line in (SERVER / unit).read_text().splitlines() if line and line[0] not in "#["]
    settings = [line.split("=", 1) for line in lines]
    assert ["DynamicUser", "yes"] in settings
    assert ["ProtectSystem", "strict"] in settings
    assert ["NoNewPrivileges", "yes"] in settings
    assert ["CapabilityBoundingSet", ""] in settings
    assert ["LoadCredential", "database-password:/etc/aitr/database-password"] in settings
    (start,) = [value for name, value in settings if name == "ExecStart"]
    words = re.split(r"/opt/aitr/bin/tsr-agent ", start)[1].rstrip("'").replace("$AITR_SERVE_OPTIONS", "")
    parsed(shlex.split(words.replace("$$(date -u +%%Y%%m%%dT%%H%%M%%SZ)", "X")))


def test_both_units_are_confined_alike() -> None:
    def confinement(unit: str) -> str:
        return (
            (SERVER / unit)
            .read_text()
            .split("# What it may not do.", 1)[1]
            .split("\n", 1)[1]
            .split("\n\n")[0]
        )

    assert confinement("aitr-server.service").strip() == confinement("aitr-backup.service").strip()


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", ["aitr-server.service", "aitr-backup.service", "aitr-backup.timer"])
def test_systemd_finds_nothing_wrong_with_a_unit(unit: str, tmp_path: Path) -> None:
    text = (SERVER / unit).read_text().replace("/opt/aitr/bin/tsr-agent", shutil.which("true") or "/bin/true")
    (tmp_path / unit).write_text(text)
    if unit.endswith(".timer"):
        shutil.copy(SERVER / unit.replace(".timer", ".service"), tmp_path)
        return
    assert SYSTEMD is not None
    verified = subprocess.run(
        [SYSTEMD, "verify", "--man=no", tmp_path / unit], capture_output=True, text=True, check=False
    )
    complaints = [line for line in verified.stderr.splitlines() if unit in line]
    assert complaints == []
    judged = subprocess.run(
        [SYSTEMD, "security", "--offline=true", "--threshold=20", tmp_path / unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-300:]


def test_the_example_of_the_environment_can_be_taken_as_it_is() -> None:
    lines = (SERVER / "aitr-server.env.example").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert settings.keys() == {"AITR_DATABASE", "AITR_SERVE_OPTIONS"}
    asked = parsed(["serve", *shlex.split(settings["AITR_SERVE_OPTIONS"])])
    assert (asked.host, asked.behind_proxy) == ("127.0.0.1", True)


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_puts_the_address_in_that_it_sees(name: str) -> None:
    """Added to what a client sent, its own word would come through."""
    text = (SERVER / name).read_text()
    said = re.findall(r"X-Forwarded-For (\S+?);?$", text, re.MULTILINE)
    assert said == [{"nginx.conf": "$remote_addr", "Caddyfile": "{remote_host}"}[name]]


@pytest.mark.skipif(proxies.NGINX is None, reason="nginx is not installed")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    assert proxies.NGINX is not None
    proxies.make_certificate(tmp_path)
    shipped = (SERVER / "nginx.conf").read_text()
    servers = ["http://127.0.0.1:18470", "http://127.0.0.1:18471"]
    text = proxies.nginx_text(shipped, servers, tmp_path, proxies.free_port(), proxies.free_port())
    path = proxies.whole_nginx(text, tmp_path)
    done = subprocess.run(
        [proxies.NGINX, "-t", "-p", tmp_path, "-c", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


@pytest.mark.skipif(CADDY is None, reason="Caddy is not installed")
def test_caddy_takes_its_configuration(tmp_path: Path) -> None:
    assert CADDY is not None
    done = subprocess.run(
        [CADDY, "validate", "--adapter", "caddyfile", "--config", SERVER / "Caddyfile"],
        env=os.environ | {"AITR_HOST": "aitr.example.org", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", ["make-secrets", "database-roles.sh"])
def test_a_script_is_sound(script: str) -> None:
    path = SERVER / script
    assert path.stat().st_mode & 0o111
    assert "set -euo pipefail" in path.read_text()
    subprocess.run(["bash", "-n", path], check=True)
