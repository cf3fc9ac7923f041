"""The configuration: ``aitr.toml``, ``AITR_*`` variables and options become one frozen object.

Options win over variables, variables over the file. Nothing secret is kept here: a token stands in
the environment of the process that sends it and nowhere else.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tsr_agent.errors import UsageError
from tsr_agent.models.limits import Limits
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tsr_agent.models.eval_mapping import EvalRunRule

FILE_NAME = "aitr.toml"
_MAX_FILE_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that a run of the agent may be told.

    A path from aitr.toml is relative to the folder of that file, any other to the working directory.
    """

    environment: str = "test"
    triggered_by: str = ""
    """Empty for whoever started the run by the word of the CI system, or ``manual`` outside of one."""
    results_dir: Path = Path("results")
    output: Path = Path("tsr.json")
    evals: tuple[Path, ...] = ()
    requirements: tuple[Path, ...] = ()
    coverage: tuple[Path, ...] = ()
    policy: Path | None = None
    """The built-in policy where None."""
    waivers: Path | None = None
    baseline: Path | None = None
    """The report to compare with, where one is handed in."""
    library: Path | None = None
    server: str = ""
    """Address of the server; empty for none. The token to it stands in the environment alone."""
    outbox: Path | None = None
    """Where waits what the server does not have yet."""
    types: tuple[tuple[TestType, str], ...] = ()
    """Test types and the patterns of their files, from ``[types]``."""
    type_options: tuple[tuple[TestType, str], ...] = ()
    """The same from the command line; these come first."""
    eval_metrics: dict[str, str] = field(default_factory=dict)
    """Names of eval tools' metrics and ours, from ``[evals.metrics]``."""
    eval_runs: tuple[EvalRunRule, ...] = ()
    """Which runs of eval tools belong to which iteration, from ``[[evals.runs]]``."""
    exit_codes: tuple[tuple[TestType, int], ...] = ()
    """Exit codes of test runs as stated on the command line."""
    tests_paths: tuple[Path, ...] = (Path("tests"),)
    """Where the tests are versioned: the last commit that touched them is the testbase commit."""
    prompts_paths: tuple[Path, ...] = (Path("prompts"),)
    codebase_sha: str = ""
    codebase_branch: str = ""
    codebase_repo: str = ""
    testbase_sha: str = ""
    prompts_sha: str = ""
    prompts_version: str = ""
    manual_approval: tuple[str, ...] = ()
    """Environments whose releases a person must approve; ``*`` means all of them."""
    limits: Limits = field(default_factory=Limits)
    """Bounds on what is read."""
    source: Path | None = None
    """The aitr.toml that was read; None where there was none."""

    def needs_manual_approval(self, environment: str = "") -> bool:
        """Whether a person must approve a release into an environment, the configured one by default."""
        from tsr_agent.gate.policies.names import environment_key

        wanted = {environment_key(each) for each in self.manual_approval}
        return "*" in wanted or environment_key(environment or self.environment) in wanted


@dataclass(frozen=True)
class _Key:
    """One key of aitr.toml: the field it fills and how its value is read."""

    field: str
    read: Callable[[Any, str, Path], Any]


def _text(value: Any, where: str, _base: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: expected a text, got {value!r}.")
    return value.strip()


def _texts(value: Any, where: str, base: Path) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(_text(each, where, base) for each in listed)


def _path(value: Any, where: str, base: Path) -> Path:
    return _sound(base / _text(value, where, base), where)


def _paths(value: Any, where: str, base: Path) -> tuple[Path, ...]:
    return tuple(_sound(base / each, where) for each in _texts(value, where, base))


def _sound(path: Path, where: str) -> Path:
    if "\0" in str(path):
        raise UsageError(f"{where}: a path can't hold a NUL character.")
    return path


def _limit(value: Any, where: str, _base: Path) -> int:
    most = Limits.most()[where.rpartition(" ")[2]]
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        shown = repr(value)[:40]
        raise UsageError(f"{where}: expected a whole number from 1 to {most:,}, got {shown}.")
    return value


def _metric_names(value: Any, where: str, _base: Path) -> dict[str, str]:
    from tsr_agent.models.eval_mapping import read_metric_names

    return read_metric_names(value, where)


def _run_rules(value: Any, where: str, _base: Path) -> tuple[EvalRunRule, ...]:
    from tsr_agent.models.eval_mapping import read_run_rules

    return read_run_rules(value, where)


_SECTIONS: dict[str, dict[str, _Key]] = {
    "project": {"environment": _Key("environment", _text), "triggered_by": _Key("triggered_by", _text)},
    "results": {"dir": _Key("results_dir", _path)},
    "types": {each.value: _Key("types", _texts) for each in TestType},
    "evals": {"metrics": _Key("eval_metrics", _metric_names), "runs": _Key("eval_runs", _run_rules)},
    "paths": {"tests": _Key("tests_paths", _paths), "prompts": _Key("prompts_paths", _paths)},
    "files": {
        "evals": _Key("evals", _paths),
        "requirements": _Key("requirements", _paths),
        "coverage": _Key("coverage", _paths),
        "policy": _Key("policy", _path),
        "waivers": _Key("waivers", _path),
        "baseline": _Key("baseline", _path),
        "output": _Key("output", _path),
    },
    "versions": {
        "codebase_repo": _Key("codebase_repo", _text),
        "prompts_version": _Key("prompts_version", _text),
    },
    "library": {"file": _Key("library", _path)},
    "server": {"url": _Key("server", _text), "outbox": _Key("outbox", _path)},
    "approval": {"manual_required": _Key("manual_approval", _texts)},
    "limits": {name: _Key("limits", _limit) for name in Limits.describe()},
}

_VARIABLES: dict[str, _Key] = {
    "AITR_ENVIRONMENT": _Key("environment", _text),
    "AITR_TRIGGERED_BY": _Key("triggered_by", _text),
    "AITR_RESULTS_DIR": _Key("results_dir", _path),
    "AITR_OUTPUT": _Key("output", _path),
    "AITR_EVALS": _Key("evals", _paths),
    "AITR_REQUIREMENTS": _Key("requirements", _paths),
    "AITR_COVERAGE": _Key("coverage", _paths),
    "AITR_POLICY": _Key("policy", _path),
    "AITR_WAIVERS": _Key("waivers", _path),
    "AITR_BASELINE": _Key("baseline", _path),
    "AITR_LIBRARY": _Key("library", _path),
    "AITR_SERVER": _Key("server", _text),
    "AITR_OUTBOX": _Key("outbox", _path),
    "AITR_CODEBASE_SHA": _Key("codebase_sha", _text),
    "AITR_CODEBASE_BRANCH": _Key("codebase_branch", _text),
    "AITR_CODEBASE_REPO": _Key("codebase_repo", _text),
    "AITR_TESTBASE_SHA": _Key("testbase_sha", _text),
    "AITR_PROMPTS_SHA": _Key("prompts_sha", _text),
    "AITR_PROMPTS_VERSION": _Key("prompts_version", _text),
}
_FROM_GIT = ("_SHA", "_BRANCH", "_REPO", "_VERSION")
"""Variables that a CI system leaves empty on some events; git or nothing takes their place then."""
CONFIG_VARIABLE = "AITR_CONFIG"


def load_config(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    options: Mapping[str, Any] | None = None,
) -> Config:
    """The configuration of this run.

    Args:
        path: An aitr.toml; it must exist. Without one ``AITR_CONFIG`` is asked, then the directory.
        environ: Environment variables; those of the process where None.
        directory: Where aitr.toml is looked for; the working directory where None.
        options: Values by field name of ``Config``, as the command line gives them. None and empty
            tuples mean that an option was not given.

    Raises:
        UsageError: The file can't be read, a key is unknown, or a value is impossible.
    """
    environ = os.environ if environ is None else environ
    variables = _from_variables(environ)
    found = _find(path, environ, directory or Path())
    values = (_from_file(found) if found is not None else {}) | variables
    values |= {name: value for name, value in (options or {}).items() if value is not None and value != ()}
    unknown = values.keys() - {each.name for each in fields(Config)}
    if unknown:
        raise UsageError(f"No such setting: {', '.join(sorted(unknown))}.")
    return _checked(replace(Config(source=found), **values))


def parse_typed(written: str, option: str) -> tuple[TestType, str]:
    """The two halves of ``TYPE=VALUE``, as ``--type`` and ``--exit-code`` take it.

    Raises:
        UsageError: There is no equals sign, nothing behind it, or the type is none.
    """
    name, sign, value = written.partition("=")
    try:
        test_type = TestType(name.strip())
    except ValueError:
        known = [each.value for each in TestType]
        raise UsageError(
            f"{option} {written}: no test type {name!r}{_nearest(name, known)}",
            next_step=f"Test types are {', '.join(known)}.",
        ) from None
    if not sign or not value.strip():
        raise UsageError(f"{option} {written}: expected {name}=VALUE.")
    return test_type, value.strip()


def parse_exit_code(written: str) -> tuple[TestType, int]:
    """Test type and exit code from ``TYPE=CODE``.

    Raises:
        UsageError: The type is none or the code is no whole number of 32 bits.
    """
    test_type, digits = parse_typed(written, "--exit-code")
    try:
        code = int(digits)
    except ValueError:
        code = 2**32
    if not -(2**31) <= code < 2**32:
        raise UsageError(f"--exit-code {written}: {digits[:40]!r} is no exit code.")
    return test_type, code


def _find(path: Path | None, environ: Mapping[str, str], directory: Path) -> Path | None:
    if path is not None:
        return path
    if environ.get(CONFIG_VARIABLE, "").strip():
        return Path(environ[CONFIG_VARIABLE].strip())
    usual = directory / FILE_NAME
    # A link to nowhere or a folder of that name is a mistake to be told, not a missing file.
    return usual if os.path.lexists(usual) else None


def _from_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    known = [*_VARIABLES, CONFIG_VARIABLE]
    for name, value in environ.items():
        if name in _VARIABLES:
            if not value.strip():
                if name.endswith(_FROM_GIT):
                    continue
                raise UsageError(
                    f"{name} is set and empty.", next_step="Give it a value, or unset it for the default."
                )
            key = _VARIABLES[name]
            values[key.field] = key.read(value, name, Path())
        elif name.startswith("AITR_") and name not in known:
            # Variables of other parts are not listed here; only a near miss is a slip worth stopping for.
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.9)
            if close:
                raise UsageError(f"Unknown variable {name}; did you mean {close[0]}?")
    return values


def _from_file(path: Path) -> dict[str, Any]:
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: not a file.")
    try:
        with path.open("rb") as file:
            document = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}.") from error
    if len(document) > _MAX_FILE_BYTES:
        raise UsageError(f"{path}: larger than {_MAX_FILE_BYTES:,} bytes.")
    try:
        tree = tomllib.loads(document.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not TOML: {error}.") from error
    values: dict[str, Any] = {}
    for section, content in tree.items():
        if section not in _SECTIONS:
            raise UsageError(f"{path}: unknown section [{section}]{_nearest(section, list(_SECTIONS))}")
        if not isinstance(content, dict):
            raise UsageError(f"{path}: {section} is a section; write [{section}] on a line of its own.")
        _read_section(path, section, content, values)
    return values


def _read_section(path: Path, section: str, content: dict[str, Any], values: dict[str, Any]) -> None:
    keys = _SECTIONS[section]
    for name, written in content.items():
        if name not in keys:
            elsewhere = next((other for other in _SECTIONS if name in _SECTIONS[other]), "")
            hint = f"; it stands under [{elsewhere}]" if elsewhere else _nearest(name, list(keys))
            raise UsageError(f"{path}: [{section}]: unknown key {name!r}{hint}")
        key = keys[name]
        value = key.read(written, f"{path}: [{section}] {name}", path.parent)
        if section == "types":
            value = values.get("types", ()) + tuple((TestType(name), pattern) for pattern in value)
        if section == "limits":
            value = replace(values.get("limits", Limits()), **{name: value})
        values[key.field] = value


def _checked(config: Config) -> Config:
    for name, length in (("environment", 50), ("triggered_by", 100)):
        value = getattr(config, name)
        if name == "triggered_by" and not value:
            continue
        if not value or len(value) > length or not value.isprintable():
            raise UsageError(f"{name} {value[:60]!r}: expected 1 to {length} printable characters.")
    return config


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}."
