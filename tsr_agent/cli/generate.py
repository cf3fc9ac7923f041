"""``tsr-agent generate``: results on disk become a Test Summary Report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tsr_agent.cli.gate import add_policy_options
from tsr_agent.cli.options import path, text
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.config import Config
    from tsr_agent.generate import Generated


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_generate_options(parser)
    add_policy_options(parser)


def add_generate_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that makes a report."""
    evidence = parser.add_argument_group("evidence")
    evidence.add_argument(
        "--results-dir", metavar="DIR", type=path, help="what the test tools left (default: results)"
    )
    evidence.add_argument(
        "--evals", metavar="F", type=path, action="append", help="evals.json or an eval tool's results"
    )
    evidence.add_argument(
        "--requirements", metavar="F", type=path, action="append", help="requirements, or a folder of them"
    )
    evidence.add_argument(
        "--coverage", metavar="F", type=path, action="append", help="Cobertura XML or coverage.py JSON"
    )
    evidence.add_argument(
        "--type",
        metavar="TYPE=GLOB",
        action="append",
        help="test type of the JUnit files that match, such as security=scans/*.xml",
    )
    evidence.add_argument(
        "--exit-code", metavar="TYPE=CODE", action="append", help="how a test command ended, such as unit=1"
    )
    versions = parser.add_argument_group("versions (from git where they are not given)")
    for option in ("--codebase-sha", "--testbase-sha", "--prompts-sha"):
        versions.add_argument(option, metavar="SHA", help="40 or 64 hexadecimal digits")
    versions.add_argument("--codebase-branch", metavar="B")
    versions.add_argument("--codebase-repo", metavar="URL", help="recorded without credentials")
    versions.add_argument("--prompts-version", metavar="V", help="such as v2.1.0")
    parser.add_argument(
        "--environment", metavar="E", type=text, help="where the release is meant for (default: test)"
    )
    parser.add_argument("--triggered-by", metavar="T", help="who or what started this (default: manual)")
    parser.add_argument("--config", metavar="F", type=path, help="configuration (default: aitr.toml)")
    parser.add_argument("--output", metavar="F", type=path, help="where the report goes (default: tsr.json)")
    parser.add_argument("--explain", action="store_true", help="which reader took which file, and why")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Makes the report and writes it, also when tests failed or files could not be read."""
    config = config_of(arguments)
    made = make_and_write(config, console)
    if console.as_json:
        console.data(summary_of(made, config))
    else:
        console.text(written_lines(made, config, console.width, explain=arguments.explain))
    return report_problems(made, config, console)


def config_of(arguments: argparse.Namespace) -> Config:
    """The configuration with the options of the command line on top."""
    from tsr_agent.config import load_config, parse_exit_code, parse_typed

    options: dict[str, Any] = {
        name: getattr(arguments, name)
        for name in (
            "results_dir",
            "codebase_sha",
            "codebase_branch",
            "codebase_repo",
            "testbase_sha",
            "prompts_sha",
            "prompts_version",
            "environment",
            "triggered_by",
            "output",
        )
    }
    for name in ("policy", "waivers", "baseline"):
        given = getattr(arguments, name)
        options[name] = Path(given) if given else None
    options["library"] = getattr(arguments, "library", None)
    for name in ("evals", "requirements", "coverage"):
        options[name] = tuple(getattr(arguments, name) or ())
    options["type_options"] = tuple(parse_typed(each, "--type") for each in arguments.type or ())
    options["exit_codes"] = tuple(parse_exit_code(each) for each in arguments.exit_code or ())
    return load_config(arguments.config, options=options)


def make_and_write(config: Config, console: Console, leave_out: tuple[Path, ...] = ()) -> Generated:
    """Makes the report and writes it to its place, with a progress bar while a person watches.

    Args:
        config: What to make it of.
        console: Where the bar goes.
        leave_out: Further files of ours in the checkout, which are no change of the code.
    """
    from tsr_agent.cli.baseline import BaselineSource
    from tsr_agent.cli.documents import refuse_to_replace
    from tsr_agent.clock import SystemClock
    from tsr_agent.generate import GenerateRequest, generate, write_document

    refuse_to_replace(config.output)
    source = BaselineSource(config.baseline, config.library, may_be_absent=True)
    request = GenerateRequest(
        config=config, environ=os.environ, leave_out=leave_out, find_baseline=source.of_run
    )
    with _Progress(shown=console.interactive) as progress:
        made = generate(request, clock=SystemClock(), progress=progress.reading)
    write_document(config.output, made.document)
    return made


def summary_of(made: Generated, config: Config) -> dict[str, object]:
    """What ``--json`` prints."""
    return {
        "id": made.report.id,
        "digest": made.digest,
        "path": str(config.output),
        "overall_status": made.report.overall_status,
        "go_no_go_decision": made.report.go_no_go_decision,
        "decision_reason": made.report.decision_reason,
        "inputs": made.report.inputs,
        "problems": made.problems,
        "explanations": made.explanations,
    }


def written_lines(made: Generated, config: Config, width: int, *, explain: bool) -> list[str]:
    """What was read and where the report is."""
    from tsr_agent.cli.layout import paragraph
    from tsr_agent.models.report import InputStatus
    from tsr_agent.sections.wording import counted, verdict

    report = made.report
    states = [each.status for each in report.inputs]
    cases = sum(each.total for each in report.test_results)
    lines = [*_explained(made, width), ""] if explain else []
    return [
        *lines,
        *([] if explain else changed_lines(made)),
        f"Read {counted(states.count(InputStatus.READ), 'file')}, {counted(cases, 'test case')}.",
        *not_taken_lines(made),
        *paragraph(
            f"Judged {verdict(report.go_no_go_decision)}: {report.decision_reason}", width, hanging="  "
        ),
        f"Report  {config.output}",
        f"SHA-256 {made.digest}",
    ]


def _explained(made: Generated, width: int) -> list[str]:
    """The explanations within the width; what goes on about a file stands below it."""
    from tsr_agent.cli.layout import paragraph
    from tsr_agent.ingest.explanation import BELOW

    return [
        line
        for each in made.explanations
        for line in paragraph(each, width, hanging=BELOW * (3 if each.startswith(BELOW) else 2))
    ]


def changed_lines(made: Generated) -> list[str]:
    """Names what differs from the commit: such a tree is not released, and the report has only its digest."""
    from tsr_agent.sections.plain_text import one_line

    if not made.changed:
        return []
    more = f" and {len(made.changed) - 3:,} more" if len(made.changed) > 3 else ""
    return [f"Not as the commit has it: {', '.join(one_line(each, 60) for each in made.changed[:3])}{more}."]


def not_taken_lines(made: Generated) -> list[str]:
    """Names what no reader took: a person may have meant it as evidence."""
    from tsr_agent.models.report import InputStatus
    from tsr_agent.sections.plain_text import one_line
    from tsr_agent.sections.wording import counted

    left = [one_line(each.path, 60) for each in made.report.inputs if each.status is InputStatus.NOT_TAKEN]
    if not left:
        return []
    more = f" and {len(left) - 3:,} more" if len(left) > 3 else ""
    return [f"No reader took {counted(len(left), 'file')}: {', '.join(left[:3])}{more} (--explain)."]


def report_problems(made: Generated, config: Config, console: Console) -> ExitCode:
    """Names the inputs that could not be used; the report is kept, and the exit code says so."""
    if not made.problems:
        return ExitCode.OK
    from tsr_agent.errors import InputError
    from tsr_agent.sections.wording import counted

    error = InputError(
        f"{counted(len(made.problems), 'input')} could not be used.",
        details=made.problems,
        kept=f"the report with everything else, {config.output}; the gate will not pass it.",
        next_step="Mend or remove what is named above and generate again.",
    )
    console.note("")
    for line in error.diagnostics():
        console.note(line)
    return error.exit_code


class _Progress:
    """Names the file that is being read, on a terminal only."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._bar: Any = None

    def __enter__(self) -> _Progress:
        if self._shown:
            from tqdm import tqdm

            self._bar = tqdm(desc="Reading", unit=" files", leave=False, delay=0.5)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def reading(self, path: str) -> None:
        """Called before each file."""
        if self._bar is not None:
            self._bar.set_postfix_str(path[-40:], refresh=False)
            self._bar.update()
