"""Which report may be compared with, and why one that was found is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from tests.factories.judged_reports import NOW, iteration, releasable
from tsr_agent.gate.baseline import Baseline, BaselineSelection, JudgedReport, SameAs, accepted
from tsr_agent.gate.evidence import admit
from tsr_agent.models.decision import BaselineSelect
from tsr_agent.models.manifest import BuildContext, PullRequest
from tsr_agent.models.report import InputFile, InputStatus, TestSummaryReport

OLD = releasable(id="old", created_at=NOW - timedelta(days=3))
DIGEST = "b" * 64
UNKNOWN = "it is not known when it or the judged report was made"


def judged(report: Any = None, **changed: Any) -> JudgedReport:
    report = report or releasable()
    values: dict[str, Any] = {
        "evidence": admit(report),
        "environment": report.environment,
        "created_at": report.created_at,
        "digest": "c" * 64,
        "moment": NOW,
    }
    return JudgedReport(**(values | changed))


def why_not(
    report: TestSummaryReport = OLD,
    judged_report: JudgedReport | None = None,
    *,
    found: BaselineSelect = BaselineSelect.LAST_APPROVED,
    **selection: Any,
) -> str:
    baseline = Baseline(report=report, digest=DIGEST, select=found)
    evidence, reason = accepted(baseline, BaselineSelection(**selection), judged_report or judged())
    assert (evidence is None) is bool(reason)
    prefix = f"The baseline {report.id} can't be used: "
    return reason.removeprefix(prefix) if reason else ""


def versions(report: TestSummaryReport, **changed: Any) -> TestSummaryReport:
    return replace(report, versions=replace(report.versions, **changed))


def test_an_older_sound_report_of_the_same_place_is_compared_with() -> None:
    assert why_not() == ""


@pytest.mark.parametrize(
    ("selection", "which"),
    [
        (
            {},
            " of the same repository and environment and branch that was released",
        ),
        (
            {"select": BaselineSelect.PREVIOUS, "branch": "main"},
            " of the same repository and environment of branch main",
        ),
        (
            {"select": BaselineSelect.PREVIOUS, "same": ()},
            "",
        ),
    ],
)
def test_without_one_it_is_said_what_to_do(selection: dict[str, Any], which: str) -> None:
    found = accepted(None, BaselineSelection(**selection), judged())
    library = f"name a library that has an earlier report{which}, with --library"
    assert found == (None, f"There is no baseline to compare with: {library}")


def test_where_the_caller_answers_for_it_the_caller_names_it() -> None:
    found = accepted(None, BaselineSelection(select=BaselineSelect.GIVEN), judged())
    assert found == (None, "There is no baseline to compare with: name a report with --baseline")


@pytest.mark.parametrize("from_fork", [True, None])
def test_the_branch_of_a_fork_is_not_the_repositorys(from_fork: bool | None) -> None:
    request = PullRequest(number="7", from_fork=from_fork)
    fork = replace(OLD, build=BuildContext(system="github", pull_request=request))
    reason = "it calls its branch main, and its pull request may come from a fork"
    assert why_not(fork) == reason
    assert why_not(fork, same=(), branch="main") == reason
    assert why_not(fork, same=(SameAs.REPOSITORY,)) == ""
    own = replace(fork, build=BuildContext(system="github", pull_request=replace(request, from_fork=False)))
    assert why_not(own) == ""


def test_the_judged_report_is_not_its_own_baseline() -> None:
    assert why_not(releasable()) == "it is the judged report itself"
    assert why_not(OLD, judged(digest=DIGEST)) == "it is the judged report itself"


@pytest.mark.parametrize("name", ["a", "tsr-0", "tsr-11", "zzz"])
def test_any_other_id_is_another_report(name: str) -> None:
    assert why_not(replace(OLD, id=name)) == ""


def test_a_report_that_does_not_say_which_commit_it_is_about_is_compared_with_nothing() -> None:
    nameless = judged(replace(releasable(), versions=None))
    unknown = "it is not known which commit it or the judged report is about"
    for same in (tuple(SameAs), ()):
        assert why_not(OLD, nameless, same=same) == unknown


@pytest.mark.parametrize(
    ("made", "own", "reason"),
    [
        (NOW, NOW, ""),
        (NOW + timedelta(seconds=1), NOW, "it was made after the judged report"),
        (
            NOW + timedelta(seconds=1),
            NOW + timedelta(days=1),
            "it was made after the moment of the decision",
        ),
        (NOW.replace(tzinfo=None), NOW, UNKNOWN),
        (NOW, NOW.replace(tzinfo=None), UNKNOWN),
        (NOW, "yesterday", UNKNOWN),
        (NOW, None, UNKNOWN),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), NOW, UNKNOWN),
    ],
)
def test_the_time(made: Any, own: Any, reason: str) -> None:
    assert why_not(replace(OLD, created_at=made), judged(created_at=own)) == reason


def test_the_age_is_judged_to_the_second() -> None:
    ten_days = replace(OLD, created_at=NOW - timedelta(days=10))
    assert why_not(ten_days, max_age_days=10) == ""
    older = replace(OLD, created_at=NOW - timedelta(days=10, seconds=1))
    assert why_not(older, max_age_days=10) == "it is more than 10 days old"


@pytest.mark.parametrize(
    ("found", "wanted", "reason"),
    [
        (BaselineSelect.GIVEN, BaselineSelect.GIVEN, ""),
        (BaselineSelect.PREVIOUS, BaselineSelect.GIVEN, ""),
        (
            BaselineSelect.PREVIOUS,
            BaselineSelect.LAST_APPROVED,
            "it was only the previous one, and the policy asks for the last approved one",
        ),
        (
            BaselineSelect.GIVEN,
            BaselineSelect.PREVIOUS,
            "it was handed in, and the policy asks for the previous one",
        ),
    ],
)
def test_how_it_was_found(found: BaselineSelect, wanted: BaselineSelect, reason: str) -> None:
    assert why_not(found=found, select=wanted) == reason


def test_the_environment_is_the_one_released_to() -> None:
    production = judged(environment=" Production")
    assert why_not(OLD, production) == "it is of environment staging, not  Production"
    assert why_not(replace(OLD, environment="PRODUCTION"), production) == ""
    assert why_not(OLD, production, same=(SameAs.BRANCH,)) == ""


@pytest.mark.parametrize(("field", "what"), [("codebase_repo", "repository"), ("codebase_branch", "branch")])
def test_the_repository_and_the_branch(field: str, what: str) -> None:
    other = versions(OLD, **{field: "other"})
    ours = getattr(releasable().versions, field)
    assert why_not(other) == f"it is of {what} other, not {ours}"
    rest = tuple(each for each in SameAs if each.value != what)
    assert why_not(other, same=rest) == ""


@pytest.mark.parametrize("field", ["codebase_repo", "codebase_branch"])
@pytest.mark.parametrize("unknown", ["", "  "])
def test_two_unknown_names_are_not_the_same(field: str, unknown: str) -> None:
    old, new = versions(OLD, **{field: unknown}), versions(releasable(), **{field: unknown})
    for theirs, ours in ((old, new), (old, releasable()), (OLD, new)):
        assert why_not(theirs, judged(ours)).startswith("it is not known whether it is of the same")


def test_a_named_branch_takes_the_place_of_the_judged_one() -> None:
    feature = judged(versions(releasable(), codebase_branch="feature"))
    assert why_not(OLD, feature) == "it is of branch main, not feature"
    assert why_not(OLD, feature, branch="main") == ""
    assert why_not(versions(OLD, codebase_branch="feature"), feature, branch="main") != ""


@pytest.mark.parametrize(
    "changed",
    [
        {"schema_version": 2},
        {"inputs": (InputFile(path="torn.xml", size=1, status=InputStatus.UNREADABLE),)},
        {"eval_iterations": (iteration(1), iteration(1))},
        {"eval_iterations": (iteration(1, metrics={"accuracy": float("nan")}),)},
        {
            "test_results": (),
            "eval_iterations": (),
            "requirement_coverage": (),
            "code_coverage": (),
            "runs": (),
        },
    ],
)
def test_a_report_that_contradicts_itself_is_no_baseline(changed: dict[str, Any]) -> None:
    assert why_not(replace(OLD, **changed)).startswith("its own evidence is not sound: ")


class Odd:
    """Something that no document can hold."""


@pytest.mark.parametrize("odd", [None, 7, "x", b"\xff", Odd(), [None], float("nan"), "\ud800"])
@pytest.mark.parametrize("field", ["report", "digest", "select"])
def test_a_baseline_built_of_anything(field: str, odd: Any) -> None:
    values: dict[str, Any] = {"report": OLD, "digest": DIGEST, "select": BaselineSelect.LAST_APPROVED}
    found, reason = accepted(Baseline(**(values | {field: odd})), BaselineSelection(), judged())
    assert found is None
    assert reason.startswith("The baseline can't be used: it ")


@pytest.mark.parametrize("odd", [None, 7, b"\xff", Odd(), [None], {"a": Odd()}])
@pytest.mark.parametrize("field", [each for each in OLD.__struct_fields__ if each != "created_at"])
def test_a_baseline_with_a_field_of_anything_raises_nothing(field: str, odd: Any) -> None:
    baseline = Baseline(report=replace(OLD, **{field: odd}), digest=DIGEST)
    selection = BaselineSelection(select=BaselineSelect.GIVEN)
    assert accepted(baseline, selection, judged()) == accepted(baseline, selection, judged())


@pytest.mark.parametrize(
    "field", ["id", "environment", "versions", "test_results", "eval_iterations", "inputs"]
)
@pytest.mark.parametrize("odd", [None, 7, Odd(), [None]])
def test_a_baseline_of_which_something_is_left_out_is_not_compared_with(field: str, odd: Any) -> None:
    """Beside a report that lost a part, nothing seems to have got worse."""
    evidence, reason = accepted(
        Baseline(report=replace(OLD, **{field: odd}), digest=DIGEST, select=BaselineSelect.LAST_APPROVED),
        BaselineSelection(),
        judged(),
    )
    assert evidence is None
    assert reason.endswith(" can't be used: it is not of the report's form")


def test_times_of_other_zones_are_the_same_moments() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert why_not(replace(OLD, created_at=NOW.astimezone(india))) == ""
    assert why_not(replace(OLD, created_at=(NOW + timedelta(seconds=1)).astimezone(india))) != ""
    assert NOW.tzinfo is UTC
