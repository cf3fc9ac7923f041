from __future__ import annotations

from aitr_desktop.item_models.judged_commits import JudgedCode, compared_code, judged_code, plain_commit
from tests.factories.shown_reports import SHA, build, manifest

MERGE = "d" * 40


def test_code_tests_and_prompts_are_named_and_short() -> None:
    code = judged_code("TSR-1", manifest(dirty=False), None)
    assert [each.words for each in code.commits] == [
        "Code · 3fa9c1e",
        "Tests · bbbbbbb",
        "Prompts · ccccccc",
    ]
    assert all(each.remarks == () for each in code.commits)
    assert code.repository == "https://git.example.org/team/support-bot.git"


def test_a_commit_that_is_several_is_named_once() -> None:
    code = judged_code("TSR-1", manifest(dirty=False, testbase_sha=SHA), None)
    assert [each.words for each in code.commits] == ["Code, Tests · 3fa9c1e", "Prompts · ccccccc"]


def test_changes_that_no_commit_has_are_said_of_the_code_alone() -> None:
    code = judged_code("TSR-1", manifest(dirty=True), None)
    assert "what you see is the commit, not what ran" in code.commits[0].remarks[0]
    assert code.commits[1].remarks == ()
    unknown = judged_code("TSR-1", manifest(dirty=None), None)
    assert "not known" in unknown.commits[0].remarks[0]


def test_where_the_tests_are_the_same_commit_they_carry_its_doubts() -> None:
    code = judged_code("TSR-1", manifest(dirty=True, testbase_sha=SHA), None)
    assert len(code.commits[0].remarks) == 1


def test_the_merge_that_was_tested_comes_first_and_the_head_says_that_it_was_not() -> None:
    code = judged_code("TSR-1", manifest(checked_out_sha=MERGE, dirty=False), build(merge_sha=MERGE))
    tested, head = code.commits[:2]
    assert tested.words == "Tested · ddddddd"
    assert tested.remarks == ("This commit was tested: the merge of 3fa9c1e with the branch it goes into.",)
    assert head.remarks == ("This is not the commit that was tested: that was ddddddd.",)


def test_a_commit_that_nothing_ties_to_the_report_says_so() -> None:
    code = judged_code("TSR-1", manifest(checked_out_sha=MERGE, dirty=True), None)
    assert "nothing ties it to 3fa9c1e" in code.commits[0].remarks[0]
    assert "not what ran" in code.commits[0].remarks[1]


def test_a_shallow_clone_makes_tests_and_prompts_doubtful() -> None:
    code = judged_code("TSR-1", manifest(dirty=False, shallow=True), None)
    assert code.commits[0].remarks == ()
    assert all("shallow" in each.remarks[0] for each in code.commits[1:])


def test_two_reports_name_their_sides_and_what_both_have_once() -> None:
    old = judged_code("TSR-1", manifest(dirty=False, codebase_sha="e" * 40), None)
    new = judged_code("TSR-2", manifest(dirty=True), None)
    both = compared_code(old, new)
    assert [each.words for each in both.commits] == [
        "A: Code · eeeeeee",
        "A: Tests; B: Tests · bbbbbbb",
        "A: Prompts; B: Prompts · ccccccc",
        "B: Code · 3fa9c1e",
    ]
    assert both.commits[0].choice == "eeeeeee · A: Code"
    assert both.report_ids == ("TSR-1", "TSR-2")
    assert both.commits[0].remarks == ()
    assert len(both.commits[3].remarks) == 1


def test_a_commit_that_no_report_names_is_a_commit() -> None:
    assert plain_commit(SHA).words == "Commit · 3fa9c1e"
    assert judged_code("TSR-1", manifest(), None).commit("0" * 40) is None


def test_a_commit_that_no_report_names_says_which_they_name() -> None:
    code = judged_code("TSR-7", manifest(codebase_sha=SHA, testbase_sha=SHA, prompts_sha=SHA), None)
    other = code.with_commit("ab" * 20)
    added = other.commit("ab" * 20)
    assert added is not None
    assert added.remarks == ("The report on screen names other commits: Code, Tests, Prompts · 3fa9c1e.",)
    assert other.commits[:-1] == code.commits
    further = other.with_commit("cd" * 20).commit("cd" * 20)
    assert further is not None
    assert further.remarks == added.remarks, "what a link led to is none of the report's"
    link = JudgedCode(report_ids=(), repository="", commits=()).with_commit("ab" * 20)
    assert link.commits[0].remarks == ()
