"""The configuration and its page say the same."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from tsr_agent import config
from tsr_agent.models.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path


def page(project_dir: Path, name: str) -> str:
    return (project_dir / "docs" / "formats" / name).read_text(encoding="utf-8")


def test_every_key_and_variable_is_on_the_page_and_the_example_loads(
    project_dir: Path, tmp_path: Path
) -> None:
    text = page(project_dir, "aitr-toml.md")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "aitr.toml").write_text(example, encoding="utf-8")
    loaded = config.load_config(directory=tmp_path, environ={})
    assert loaded.manual_approval == ("production",)
    tree = tomllib.loads(example)
    for section, keys in config._SECTIONS.items():
        assert set(tree[section]) == set(keys) or section in ("types", "limits")
    assert set(re.findall(r"AITR_[A-Z_]+[A-Z]", text)) == {*config._VARIABLES, config.CONFIG_VARIABLE}
    assert loaded.limits == Limits(file_bytes=2 * Limits.file_bytes, cases=1_000_000)


def test_the_table_of_bounds_is_the_codes_own(project_dir: Path) -> None:
    text = page(project_dir, "results-directory.md")
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| (.*?) \| (\w+) \|$", text, re.MULTILINE)
    refusing, bounds = Limits.refusing(), Limits()
    assert rows == [
        (name, f"{getattr(bounds, name):,}", what, "refused" if name in refusing else "shortened")
        for name, what in Limits.describe().items()
    ]


def test_other_pages_name_the_bounds_and_do_not_repeat_their_figures(project_dir: Path) -> None:
    for path in sorted((project_dir / "docs" / "formats").glob("*.md")):
        text = " ".join(path.read_text(encoding="utf-8").split())
        named = re.findall(r"(?:beyond|links than|lines than|after) `([a-z]+_[a-z_]+)`", text)
        assert set(named) <= Limits.describe().keys(), path.name
        if path.name not in ("results-directory.md", "report.md"):
            what = r"(?:levels|characters|links|bytes|elements|requirements)"
            assert not re.findall(rf"(?:beyond|more than|at most) [\d,]+ (?:Mi )?{what}", text), path.name


def test_the_examples_of_the_formats_are_read(project_dir: Path) -> None:
    from tests.factories.inputs import read
    from tsr_agent.ingest.evals import EvalsReader
    from tsr_agent.ingest.requirements_csv import RequirementsCsvReader
    from tsr_agent.ingest.requirements_yaml import RequirementsYamlReader

    (evals,) = re.findall(r"```json\n(.*?)```", page(project_dir, "evals.md"), re.DOTALL)
    assert len(read(EvalsReader(), evals).eval_iterations) == 1
    text = page(project_dir, "requirements.md")
    (as_yaml,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (as_csv,) = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    assert (
        read(RequirementsYamlReader(), as_yaml).requirements
        == read(RequirementsCsvReader(), as_csv).requirements
    )


def test_the_example_of_promptfoo_is_read(project_dir: Path) -> None:
    from tests.factories.inputs import read, takes
    from tsr_agent.ingest.promptfoo import PromptfooReader

    (example,) = re.findall(r"```json\n(.*?)```", page(project_dir, "promptfoo.md"), re.DOTALL)
    assert takes(PromptfooReader(), example, "results.json")
    parts = read(PromptfooReader(), example)
    (run,) = parts.eval_runs
    assert parts.remarks == ()
    assert (run.broken, run.completed, run.total) == ("", 1, 2)
    assert {run.metrics[f"namedScores/{name}"].value for name in ("accuracy", "latency", "brevity")} == {1.0}
