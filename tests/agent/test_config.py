from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tsr_agent.config import Config, load_config, parse_exit_code, parse_typed
from tsr_agent.errors import UsageError
from tsr_agent.models.eval_mapping import EvalRunRule
from tsr_agent.models.evals import IterationOutcome
from tsr_agent.models.limits import Limits
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from pathlib import Path


def load(folder: Path, text: str, **environ: str) -> Config:
    (folder / "aitr.toml").write_text(text)
    return load_config(directory=folder, environ=environ)


def refusal(folder: Path, text: str, **environ: str) -> str:
    with pytest.raises(UsageError) as caught:
        load(folder, text, **environ)
    return "\n".join(caught.value.diagnostics())


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert load_config(directory=tmp_path, environ={}) == Config()


def test_every_section_is_read_relative_to_the_file(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
        [project]
        environment = "staging"
        triggered_by = "nightly"
        [results]
        dir = "out"
        [types]
        unit = "u*.xml"
        security = ["s1.xml", "s2/**"]
        [paths]
        tests = ["tests", "evals"]
        prompts = "p"
        [files]
        evals = "evals.json"
        requirements = ["r.yaml", "r.csv"]
        policy = "policy.yaml"
        waivers = "waivers.yaml"
        [versions]
        prompts_version = "v3.0.0"
        [library]
        file = "library.db"
        [approval]
        manual_required = ["production"]
        [limits]
        file_bytes = 10
        cases = 5
        """,
    )
    assert config == Config(
        environment="staging",
        triggered_by="nightly",
        results_dir=tmp_path / "out",
        limits=Limits(file_bytes=10, cases=5),
        types=((TestType.UNIT, "u*.xml"), (TestType.SECURITY, "s1.xml"), (TestType.SECURITY, "s2/**")),
        tests_paths=(tmp_path / "tests", tmp_path / "evals"),
        prompts_paths=(tmp_path / "p",),
        evals=(tmp_path / "evals.json",),
        requirements=(tmp_path / "r.yaml", tmp_path / "r.csv"),
        policy=tmp_path / "policy.yaml",
        waivers=tmp_path / "waivers.yaml",
        prompts_version="v3.0.0",
        library=tmp_path / "library.db",
        manual_approval=("production",),
        source=tmp_path / "aitr.toml",
    )


def test_options_win_over_variables_and_variables_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "aitr.toml").write_text(
        '[project]\nenvironment = "file"\ntriggered_by = "file"\n[results]\ndir = "f"'
    )
    config = load_config(
        directory=tmp_path,
        environ={"AITR_ENVIRONMENT": "variable", "AITR_TRIGGERED_BY": "variable"},
        options={"environment": "option", "triggered_by": None, "evals": (), "policy": None},
    )
    assert (config.environment, config.triggered_by) == ("option", "variable")
    assert (config.results_dir, config.policy, config.evals) == (tmp_path / "f", None, ())


def test_the_file_may_be_named_by_a_variable_or_an_option(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text('[project]\nenvironment = "one"')
    two.write_text('[project]\nenvironment = "two"')
    environ = {"AITR_CONFIG": str(one)}
    assert load_config(environ=environ).environment == "one"
    assert load_config(two, environ=environ).environment == "two"
    with pytest.raises(UsageError, match="can't be read"):
        load_config(tmp_path / "absent.toml", environ={})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[project]\nenviroment = 'x'", "unknown key 'enviroment'; did you mean 'environment'?"),
        ("[projects]\n", "unknown section [projects]; did you mean 'project'?"),
        ("zzz = 1", "unknown section [zzz]; known are project"),
        ("project = 1", "write [project] on a line of its own"),
        ("[types]\nunits = 'x'", "unknown key 'units'; did you mean 'unit'?"),
        ("[types]\nunit = 3", "[types] unit: expected a text, got 3"),
        ("[types]\nunit = ['a', '']", "[types] unit: expected a text, got ''"),
        ("[limits]\nfile_bytes = true", "[limits] file_bytes: expected a whole number from 1 to "),
        ("[limits]\nfile_bytes = 0", "from 1 to 1,099,511,627,776, got 0"),
        ("[limits]\ncases = 1.5", "expected a whole number"),
        ("[limits]\ncases = 99999999999999999", "expected a whole number"),
        (
            "[limits]\nxml_depth = 1001",
            "[limits] xml_depth: expected a whole number from 1 to 1,000, got 1001",
        ),
        ("[limits]\nfile_byte = 1", "unknown key 'file_byte'; did you mean 'file_bytes'?"),
        ("[results]\nfile_bytes = 1", "[results]: unknown key 'file_bytes'; it stands under [limits]"),
        ("[project]\nenvironment = 'a'\nenvironment = 'b'", "not TOML"),
        ("[project", "not TOML"),
        ("[project]\nenvironment = '" + "x" * 51 + "'", "1 to 50 printable characters"),
        ('[project]\nenvironment = "a\\u001bb"', "1 to 50 printable characters"),
        ("x = " + "[" * 5_000, "not TOML"),
    ],
)
def test_what_is_unknown_or_impossible_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    assert named in refusal(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "aitr.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not TOML"):
        load_config(directory=tmp_path, environ={})


def test_a_slip_in_a_variable_stops_and_other_parts_variables_do_not(tmp_path: Path) -> None:
    assert "did you mean AITR_ENVIRONMENT?" in refusal(tmp_path, "", AITR_ENVIROMENT="x")
    load(tmp_path, "", AITR_TOKEN="secret", AITR_SERVER="https://x.example", AITR_SAMPLES="/x")


def test_a_token_never_reaches_the_configuration(tmp_path: Path) -> None:
    assert "s3cret" not in repr(load(tmp_path, "", AITR_TOKEN="s3cret"))


def test_an_unknown_option_is_a_fault_and_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such setting: enviroment"):
        load_config(directory=tmp_path, environ={}, options={"enviroment": "x"})


@pytest.mark.parametrize(
    ("environments", "needed"), [((), False), (("staging",), False), (("test",), True), (("*",), True)]
)
def test_manual_approval_by_environment(environments: tuple[str, ...], needed: bool) -> None:
    assert Config(manual_approval=environments).needs_manual_approval() is needed


def test_typed_options() -> None:
    assert parse_typed("unit=a=b.xml", "--type") == (TestType.UNIT, "a=b.xml")
    assert parse_exit_code("e2e=-9") == (TestType.E2E, -9)
    for written in ("unit", "unit=", "units=x", "=x", ""):
        with pytest.raises(UsageError, match="--type"):
            parse_typed(written, "--type")
    for written in ("unit=x", "unit=1.0", "unit=99999999999"):
        with pytest.raises(UsageError, match="is no exit code"):
            parse_exit_code(written)


@pytest.mark.parametrize("name", ["AITR_POLICY", "AITR_ENVIRONMENT", "AITR_RESULTS_DIR"])
def test_a_variable_that_is_set_and_empty_is_not_the_default(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is set and empty"):
        load_config(directory=tmp_path, environ={name: " "})


def test_an_aitr_toml_that_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "aitr.toml").symlink_to("nowhere.toml")
    with pytest.raises(UsageError, match="can't be read"):
        load_config(directory=tmp_path, environ={})
    (tmp_path / "aitr.toml").unlink()
    (tmp_path / "aitr.toml").mkdir()
    with pytest.raises(UsageError, match="not a file"):
        load_config(directory=tmp_path, environ={})


def test_a_nul_in_a_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "aitr.toml").write_text('[files]\npolicy = "a\\u0000b"\n')
    with pytest.raises(UsageError, match="NUL"):
        load_config(directory=tmp_path, environ={})


@pytest.mark.parametrize("written", ["production", "Production", " PRODUCTION "])
def test_manual_approval_does_not_hang_on_how_an_environment_is_written(tmp_path: Path, written: str) -> None:
    (tmp_path / "aitr.toml").write_text('[approval]\nmanual_required = ["production"]\n')
    config = load_config(directory=tmp_path, environ={}, options={"environment": written})
    assert config.needs_manual_approval()
    assert config.needs_manual_approval("PrOduction")
    assert not config.needs_manual_approval("staging")


def test_an_empty_commit_or_branch_is_left_to_git(tmp_path: Path) -> None:
    config = load_config(directory=tmp_path, environ={"AITR_CODEBASE_BRANCH": "", "AITR_CODEBASE_SHA": ""})
    assert (config.codebase_branch, config.codebase_sha) == ("", "")


EVALS = """
[evals.metrics]
"includes/accuracy" = "accuracy"
[[evals.runs]]
file = "evals/*safety*.json"
run = "rag-qa*"
iteration = 3
version_name = "V3 RAG"
prompt_version = "v3.0.0"
outcome = "passed"
metrics = { "match/accuracy" = "safety_score" }
[[evals.runs]]
file = "log.json"
iteration = 0
"""


def test_runs_of_eval_tools_are_mapped(tmp_path: Path) -> None:
    config = load(tmp_path, EVALS)
    assert config.eval_metrics == {"includes/accuracy": "accuracy"}
    assert config.eval_runs == (
        EvalRunRule(
            file="evals/*safety*.json",
            run="rag-qa*",
            iteration=3,
            version_name="V3 RAG",
            prompt_version="v3.0.0",
            outcome=IterationOutcome.PASSED,
            metrics={"match/accuracy": "safety_score"},
        ),
        EvalRunRule(file="log.json", iteration=0),
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[evals]\nmetric = {}", "[evals]: unknown key 'metric'; did you mean 'metrics'?"),
        ("[evals.metrics]\na = 3", "[evals] metrics.a: must be a text, not a whole number"),
        ("[evals.metrics]\na = ''", "[evals] metrics.a: "),
        ("[evals.metrics]\na = ' '", "expected names of printable characters"),
        ("[evals.metrics]\na = 'b\\u001b'".replace("'", '"'), "expected names of printable characters"),
        ("[evals.metrics]\n'x/completeness' = 'completeness'", "can't be mapped"),
        ("[evals]\nmetrics = 3", "[evals] metrics: must be a mapping, not a whole number"),
        ("[evals]\nruns = 3", "[evals] runs: must be a list, not a whole number"),
        ("[evals.runs]\nfile = 'x'", "[evals] runs: must be a list, not a mapping"),
        ("[[evals.runs]]\nfile = 'x'", "[evals] runs[0].iteration: missing"),
        ("[[evals.runs]]\niteration = 1", "[evals] runs[0].file: missing"),
        (
            "[[evals.runs]]\nfile = 'x'\niteratoin = 1",
            "[evals] runs[0].iteratoin: unknown key; did you mean 'iteration'?",
        ),
        ("[[evals.runs]]\nfile = 'x'\niteration = -1", "[evals] runs[0].iteration: "),
        ("[[evals.runs]]\nfile = 'x'\niteration = true", "[evals] runs[0].iteration: "),
        ("[[evals.runs]]\nfile = 'x'\niteration = 1.5", "[evals] runs[0].iteration: "),
        ("[[evals.runs]]\nfile = ''\niteration = 1", "[evals] runs[0].file: "),
        ("[[evals.runs]]\nfile = ' '\niteration = 1", "[evals] runs[0].file: expected printable"),
        ("[[evals.runs]]\nfile = 'x'\niteration = 1\noutcome = 'great'", "[evals] runs[0].outcome: "),
        (
            "[[evals.runs]]\nfile = 'x'\niteration = 1\n[evals.runs.metrics]\ncompleteness = 'a'",
            "[evals] runs[0].metrics: completeness is computed",
        ),
    ],
)
def test_what_is_wrong_with_the_mapping_of_evals_is_named(tmp_path: Path, text: str, named: str) -> None:
    assert named in refusal(tmp_path, text)
