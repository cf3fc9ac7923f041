"""No text of anybody else's becomes a command, an output, a variable or markup of a CI system."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import ci_systems
from tests.factories.full_decisions import full_decision
from tests.factories.shown_reports import HOSTILE, poisoned
from tsr_agent.cli.ci_answer import Answer
from tsr_agent.cli.ci_azure import issue, variable
from tsr_agent.cli.ci_files import dotenv
from tsr_agent.cli.ci_findings import Finding, Level, findings
from tsr_agent.cli.ci_github import annotation, output
from tsr_agent.cli.ci_summary import code, plain, summary

# Text in which the signs that mean something to one of the systems are frequent.
TRICKS = [
    *(
        "::",
        "::error::",
        "##vso[task.setvariable variable=decision]",
        "##[",
        "%0A",
        "%25",
        "%AZP25",
        "]",
        ";",
    ),
    *(",", ":", "=", "<<", "\n", "\r", "\r\n", "\u2028", "decision=go", "tsr_0", "`", "|", "<img src=x>"),
    *("[a](b)", "@all", "#1", "https://a.example", "www.a.example", "a@b.example", "\u202e", "\x1b[2J"),
    *("$HOME", "'", '"', "\ud800"),
]
texts = st.lists(st.sampled_from(TRICKS) | st.text(max_size=5), max_size=8).map("".join)
ANSWER_NAMES = [name for name, _ in Answer().values()]


@st.composite
def found(draw: st.DrawFn) -> Finding:
    line = draw(st.none() | st.integers(1, 10**6))
    return Finding(draw(st.sampled_from(Level)), draw(texts), draw(texts), draw(texts), line)


@given(found())
def test_an_annotation_is_one_command_that_reads_back_whole(finding: Finding) -> None:
    written = annotation(finding)
    assert "\n" not in written
    assert "\r" not in written
    (command,) = ci_systems.github_commands(written)
    assert command.name == finding.level.value
    assert command.data == finding.message
    expected = {"file": finding.file, "line": str(finding.line or ""), "title": finding.title}
    # The runner itself takes blanks off the end of the last property.
    assert {name: value.rstrip() for name, value in command.properties.items()} == {
        name: value.rstrip() for name, value in expected.items() if value
    }


@given(found())
def test_an_issue_is_one_command_that_reads_back_whole(finding: Finding) -> None:
    (command,) = ci_systems.azure_commands(issue(finding))
    assert command.name == "task.logissue"
    assert command.data == f"{finding.title}: {finding.message}"
    assert command.properties.get("sourcepath", "") == finding.file
    assert command.properties.keys() <= {"type", "sourcepath", "linenumber"}


@given(st.lists(st.tuples(st.sampled_from(ANSWER_NAMES), texts), max_size=6))
def test_outputs_are_exactly_those_that_were_written(pairs: list[tuple[str, str]]) -> None:
    written = "".join(output(name, value) for name, value in pairs)
    assert ci_systems.github_outputs(written) == dict(pairs)


@given(texts, texts)
def test_a_dotenv_report_is_taken_and_says_the_decision(environment: str, path: str) -> None:
    answer = Answer(environment=environment, report=path, tsr_id="a" * 100, digest="d" * 64, decision="no_go")
    read = ci_systems.gitlab_dotenv(dotenv(answer).encode("ascii"))
    assert read["TSR_DECISION"] == "no_go"
    assert read.keys() <= {f"TSR_{name.upper().removeprefix('TSR_')}" for name in ANSWER_NAMES}
    assert len(read) <= 8
    assert read.get("TSR_REPORT", path) == path


@given(texts)
def test_a_variable_is_one_command(value: str) -> None:
    (command,) = ci_systems.azure_commands(variable("decision", value))
    assert (command.name, command.data) == ("task.setvariable", value)
    assert command.properties == {"variable": "decision", "isOutput": "true"}


@given(texts, st.sampled_from([plain, code]))
def test_nothing_of_a_text_is_markup(text: str, write: type(plain)) -> None:  # type: ignore[valid-type]
    written = write(text)
    bare = re.sub(r"&#\d+;", "", written.removeprefix("<code>").removesuffix("</code>"))
    assert not re.search(r"[\\`*_{}\[\]<>#!|~@&$^:\"'\r\n]", bare)
    assert not re.search(r"www\.", bare, re.IGNORECASE)
    assert "\u202e" not in written
    assert "\x1b" not in written


def test_a_hostile_report_leaves_only_commands_of_ours() -> None:
    trick = f"x\n::stop-commands::y\r::add-mask::z ##vso[task.complete result=Succeeded] ##[error] {HOSTILE}"
    report, decision = poisoned(trick)
    shown = findings(report, decision, "")
    assert shown
    log = "\n".join(annotation(each) for each in shown)
    assert {each.name for each in ci_systems.github_commands(log)} <= {"error", "warning"}
    log = "\n".join(issue(each) for each in shown)
    assert {each.name for each in ci_systems.azure_commands(log)} == {"task.logissue"}


def test_a_hostile_report_leaves_only_markup_of_ours() -> None:
    trick = f"| <script>alert(1)</script> ![a](https://x.example/y) @all {HOSTILE}"
    report, decision = poisoned(trick, full_decision())
    page = summary(report, decision, 10**6)
    assert set(re.findall(r"</?(\w+)", page)) == {"code", "br"}
    assert "](" not in page
    assert not re.search(r"@[a-z]", page)
    assert "\u202e" not in page
    tables = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} == {3, 6, 7, 8}
