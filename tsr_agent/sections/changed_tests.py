"""Test cases of two reports as lines to draw, each kind of change under its own title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.models.results import TestType
from tsr_agent.sections.changes import (
    BETTER,
    DOUBTFUL,
    NOT_THERE,
    OTHER,
    SAME,
    WORSE,
    ChangeGroup,
    ChangeRow,
    Rows,
    SideCell,
    group,
)
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import case_status, count, counted, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tsr_agent.comparison.tests import TestChange, UnlistedTests
    from tsr_agent.models.results import TestCase
    from tsr_agent.sections.marks import Mark

_TEST_TITLES = {
    "newly_failing": (
        WORSE,
        "does not pass now and did not fail before",
        "do not pass now and did not fail before",
    ),
    "vanished": (WORSE, "is gone", "are gone"),
    "newly_skipped": (DOUBTFUL, "is skipped now and ran before", "are skipped now and ran before"),
    "newly_xfailed": (DOUBTFUL, "is expected to fail now", "are expected to fail now"),
    "newly_flaky": (DOUBTFUL, "passes only after a failure now", "pass only after a failure now"),
    "fixed": (BETTER, "passes now and failed before", "pass now and failed before"),
    "newly_passing": (BETTER, "passes at once now", "pass at once now"),
    "new": (OTHER, "is new", "are new"),
    "slower": (OTHER, "takes at least twice as long", "take at least twice as long"),
}
_NOTES = {
    "newly_failing": "fails now",
    "vanished": "is gone",
    "newly_skipped": "skipped now",
    "newly_xfailed": "expected to fail now",
    "newly_flaky": "flaky now",
    "fixed": "fixed",
    "newly_passing": "passes at once now",
    "new": "is new",
    "slower": "slower",
}


def test_group(
    name: str, found: Iterable[TestChange], total: int, few: int | None, test_type: TestType | None = None
) -> tuple[ChangeGroup, ...]:
    """The tests of one list of ``TestChanges``.

    Args:
        name: Of the list, such as ``newly_failing``.
        found: Its changes, or some of them; no more are looked at than have a row.
        total: How many there are.
        few: Rows at most; None for all.
        test_type: The one type that they are of, to be named in the title; None names it in each row.
    """
    mark, one, many = _TEST_TITLES[name]
    kind = f"{type_name(test_type)} test" if test_type is not None else "test"
    title = f"{counted(total, kind)} {one if total == 1 else many}"
    rows = (_test_row(name, mark, each, names_type=test_type is None) for each in found)
    return group(mark, title, rows, total, few)


def type_name(test_type: TestType) -> str:
    """A test type in running text."""
    if test_type is TestType.E2E:
        return "end-to-end"
    return "eval" if test_type is TestType.EVALS else str(test_type.value)


def _test_row(name: str, mark: Mark, change: TestChange, *, names_type: bool) -> ChangeRow:
    kind = f" ({type_name(change.test_type)})" if names_type else ""
    details = []
    if name == "slower" and change.old is not None and change.new is not None:
        details.append(f"{duration(change.old.duration_ms)} → {duration(change.new.duration_ms)}")
    elif name in ("vanished", "new"):
        case = change.old or change.new
        when = "last outcome" if name == "vanished" else "outcome"
        details += [f"{when}: {case_status(case.status, flaky=case.flaky).word}"] if case is not None else []
    elif change.new is not None:
        place = change.new.file + (f":{change.new.line}" if change.new.line else "")
        first = next(iter(change.new.message.strip().splitlines()), "")
        told = "  ".join(each for each in (one_line(place, 200), one_line(first, 300)) if each)
        details += [told] if told else []
        details += _was(change, usual="failed" if name == "fixed" else "passed")
    name_of_test = one_line(change.id, 400) + kind
    in_sides = name in ("slower", "vanished", "new")
    return ChangeRow(
        mark=mark,
        text=name_of_test,
        details=tuple(details),
        name=name_of_test,
        old=_side(change, change.old, timed=name == "slower"),
        new=_side(change, change.new, timed=name == "slower"),
        note=_slower(change) if name == "slower" else _NOTES[name],
        below=() if in_sides else tuple(details[:1]) if change.new is not None and change.new.message else (),
    )


def _side(change: TestChange, case: TestCase | None, *, timed: bool) -> SideCell:
    if case is None:
        return NOT_THERE
    return SideCell(
        text=duration(case.duration_ms) if timed else "",
        mark=case_status(case.status, flaky=case.flaky),
        target=Target(Kind.TEST, case.id, change.test_type.value),
    )


def _slower(change: TestChange) -> str:
    old, new = change.old, change.new
    if old is None or new is None or not old.duration_ms or new.duration_ms is None:
        return _NOTES["slower"]
    return f"{new.duration_ms / old.duration_ms:,.1f} × as long"


def all_tests(name: str, found: Sequence[TestChange]) -> tuple[ChangeGroup, ...]:
    """The tests of one list of ``TestChanges``, each line made when somebody looks at it."""
    if not found:
        return ()
    mark, one, many = _TEST_TITLES[name]
    title = f"{counted(len(found), 'test')} {one if len(found) == 1 else many}"
    rows = Rows(found, lambda each: _test_row(name, mark, each, names_type=True))
    return (ChangeGroup(mark=mark, title=title, rows=rows),)


def same_test(change: TestChange) -> ChangeRow:
    """A test that is as it was."""
    name = f"{one_line(change.id, 400)} ({type_name(change.test_type)})"
    sides = [_side(change, each, timed=False) for each in (change.old, change.new)]
    return ChangeRow(mark=SAME, text=name, name=name, old=sides[0], new=sides[1])


def _was(change: TestChange, usual: str) -> list[str]:
    """How the case ended before, where that is not what the title says anyway."""
    if change.old is None:
        return ["the test is new"]
    word = case_status(change.old.status, flaky=change.old.flaky).word
    return [] if word == usual else [f"was {word}"]


def unlisted_rows(found: Sequence[UnlistedTests]) -> Iterator[ChangeRow]:
    """Types of which cases are counted and not listed."""
    for each in found:
        text = (
            f"{type_name(each.test_type)}: {count(each.old)} cases of A and {count(each.new)} of B are "
            "counted and not listed; what became of them is not known"
        )
        sides = [
            SideCell(
                text=f"{counted(number, 'case')} not listed" if number else "all listed",
                target=Target(Kind.TEST_TYPE, each.test_type.value),
            )
            for number in (each.old, each.new)
        ]
        yield ChangeRow(
            mark=DOUBTFUL,
            text=text,
            name=f"{type_name(each.test_type).capitalize()} tests",
            old=sides[0],
            new=sides[1],
            note="not known",
            below=("What became of cases that are counted and not listed is not known.",),
        )
