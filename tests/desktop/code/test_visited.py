from __future__ import annotations

from aitr_desktop.code.visited import MOST_RECENT, MOST_STEPS, Spot, Visited

A, B, C = (Spot(sha="a" * 40, path=f"{name}.py") for name in "abc")


def test_back_and_forward_go_where_one_was() -> None:
    visited = Visited()
    for spot in (A, B, C):
        visited.go(spot)
    assert visited.back() == B
    assert visited.back() == A
    assert visited.back() is None
    assert not visited.can_go_back
    assert visited.forward() == B
    assert visited.here == B
    assert visited.can_go_forward


def test_going_elsewhere_forgets_what_was_gone_back_from() -> None:
    visited = Visited()
    visited.go(A)
    visited.go(B)
    visited.back()
    visited.go(C)
    assert not visited.can_go_forward
    assert visited.back() == A


def test_the_same_again_is_no_step() -> None:
    visited = Visited()
    visited.go(A)
    visited.go(A)
    assert not visited.can_go_back


def test_a_step_back_leads_to_the_lines_that_were_selected_there() -> None:
    visited = Visited()
    visited.go(A)
    visited.stay(12, 20)
    visited.go(B)
    found = visited.back()
    assert found is not None
    assert (found.path, found.first, found.last) == ("a.py", 12, 20)


def test_recent_files_are_named_once_and_without_the_one_that_is_read() -> None:
    visited = Visited()
    for spot in (A, B, Spot(sha=A.sha, path=A.path, first=3, last=3), C):
        visited.go(spot)
    assert visited.recent == (A, B)


def test_both_lists_are_bounded() -> None:
    visited = Visited()
    for number in range(MOST_STEPS + 50):
        visited.go(Spot(sha="a" * 40, path=f"{number}.py"))
    assert len(visited.recent) == MOST_RECENT - 1
    steps = 0
    while visited.back() is not None:
        steps += 1
    assert steps == MOST_STEPS


def test_nothing_is_left_of_another_repository() -> None:
    visited = Visited()
    visited.go(A)
    visited.go(B)
    visited.forget()
    assert visited.here is None
    assert visited.recent == ()
    assert not visited.can_go_back
