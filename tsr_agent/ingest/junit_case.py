"""What one ``testcase`` element says: junitparser gives the meaning, this module the words of aitr."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import structs

from tsr_agent.ingest.bounded_text import MAX_TEXT, clean, clean_parsed, cut_middle, cut_name
from tsr_agent.ingest.durations import milliseconds
from tsr_agent.ingest.junit_outcomes import Outcome, claims, message_of, results, signs
from tsr_agent.ingest.junit_properties import NO_NAMES, Names, names_in
from tsr_agent.models.results import Attempt, CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    from tsr_agent.ingest.junit_suite import Suite

UNNAMED = "(unnamed test case)"
RESULT_TAGS = frozenset({"failure", "error", "skipped"})
FLAKY_TAGS = {"flakyFailure": CaseStatus.FAILED, "flakyError": CaseStatus.ERROR}
RERUN_TAGS = {"rerunFailure": CaseStatus.FAILED, "rerunError": CaseStatus.ERROR}
MEANINGFUL_TAGS = RESULT_TAGS | FLAKY_TAGS.keys() | RERUN_TAGS.keys()
OUTPUT_TAGS = frozenset({"system-out", "system-err"})

WORST_FIRST = (
    CaseStatus.ERROR,
    CaseStatus.FAILED,
    CaseStatus.XPASSED,
    CaseStatus.SKIPPED,
    CaseStatus.XFAILED,
    CaseStatus.PASSED,
)

_SAYS_NOTHING = (CaseStatus.SKIPPED, CaseStatus.XFAILED)
"""Outcomes of a run that neither passed nor failed."""

_LINE = re.compile(r"[0-9]{1,9}")


def worst(statuses: Iterable[CaseStatus]) -> CaseStatus:
    """The outcome that must not be hidden by a better one; passed when there is none."""
    return min(statuses, key=WORST_FIRST.index, default=CaseStatus.PASSED)


def read_case(
    attributes: dict[str, str],
    element: Element,
    suite: Suite,
    *,
    tags: dict[str, int],
    first_line: int,
    duration: float | None,
    output: str,
    printed: Names = NO_NAMES,
) -> TestCase:
    """The case of a ``testcase`` element with children, or with a status of its own.

    Args:
        attributes: Those of the element.
        element: The element as a tree without what the case printed, its texts bounded already.
        suite: The suite it stands in.
        tags: How often each result tag stands in it.
        first_line: What the writer calls the first line of a file: 1, or 0 (pytest).
        duration: What its ``time`` means, in milliseconds.
        output: What the case printed.
        printed: What that names.
    """
    outcomes = _outcomes(attributes, element, suite, tags)
    ran_once = tags.keys() <= RESULT_TAGS
    before = [] if ran_once else _attempts(element, FLAKY_TAGS)
    after = [] if ran_once else _attempts(element, RERUN_TAGS)
    if len(outcomes) == 1 and not after:
        status, message, details = outcomes[0]
    elif not outcomes and not after:
        status, message, details = Outcome(CaseStatus.PASSED)
    else:
        status = worst([*(each.status for each in outcomes), *(each.status for each in after)])
        message, details = _joined(outcomes, "message", status), _joined(outcomes, "details", status)
    attempts: tuple[Attempt, ...] = ()
    if before and status in _SAYS_NOTHING:
        # A run that was skipped does not mend the failed one before it.
        failed = min(before, key=lambda each: WORST_FIRST.index(each.status))
        attempts = (*before, Attempt(status=status, duration_ms=duration, message=message, details=details))
        status, message, details = failed.status, failed.message, failed.details
    elif before or after:
        # The outcome itself is Surefire's first run where reruns follow, and its last where they preceded.
        own = Attempt(status=status, duration_ms=duration, message=message, details=details)
        attempts = (*before, own, *after)
    named = names_in(element).with_further(printed) if printed else names_in(element)
    case = case_of_one_result(
        attributes,
        suite,
        outcome=(status, message, details),
        first_line=first_line,
        duration=duration,
        output=output if status is not CaseStatus.PASSED or before else "",
    )
    return structs.replace(
        case,
        attempts=attempts,
        flaky=bool(before) and status is CaseStatus.PASSED,
        requirement_ids=named.requirements,
        tags=named.tags,
    )


def case_of_one_result(
    attributes: dict[str, str],
    suite: Suite,
    *,
    outcome: tuple[CaseStatus, str, str],
    first_line: int,
    duration: float | None,
    output: str,
) -> TestCase:
    """What ``read_case`` makes of a case with one result that names and claims nothing.

    Args:
        attributes: Those of the case.
        suite: The suite it stands in.
        outcome: What the result says: status, message, details.
        first_line: What the writer calls the first line of a file.
        duration: In milliseconds.
        output: What the case printed.
    """
    case_id, name, classname = identity(attributes, suite)
    status, message, details = outcome
    return TestCase(
        id=case_id,
        name=name,
        classname=classname,
        status=status,
        suite=suite.name,
        host=suite.host,
        file=cut_name(clean(attributes["file"])) if attributes.get("file") else suite.file,
        line=line_number(attributes["line"], first_line) if "line" in attributes else None,
        duration_ms=duration,
        message=message,
        details=details,
        output=clean_parsed(output).strip("\n") if output else "",
    )


def says_more(element: Element) -> bool:
    """Whether anything but a result element makes a case more than a passed one without remarks."""
    return any(each.tag in ("properties", "warning") and len(each) + bool(each.text) for each in element)


def _outcomes(
    attributes: dict[str, str], element: Element, suite: Suite, tags: dict[str, int]
) -> list[Outcome]:
    if tags:
        outcomes = results(element, attributes)
    elif len(element):
        by_file = bool(suite.host) and suite.name == attributes.get("classname")
        outcomes = signs(element, attributes, by_file=by_file)
    else:
        outcomes = []
    if "status" in attributes or "result" in attributes:
        known = WORST_FIRST.index(worst(each.status for each in outcomes))
        # What only repeats the results says nothing new.
        outcomes += (each for each in claims(attributes) if WORST_FIRST.index(each.status) < known)
    return outcomes


def shortened(case: TestCase, limit: int = 1_000) -> TestCase:
    """The case with its texts cut to a length, for a file that has too much of them."""
    return structs.replace(
        case,
        message=cut_middle(case.message, limit),
        details=cut_middle(case.details, limit),
        output=cut_middle(case.output, limit),
        attempts=tuple(
            structs.replace(
                each, message=cut_middle(each.message, limit), details=cut_middle(each.details, limit)
            )
            for each in case.attempts
        ),
    )


def text_length(case: TestCase) -> int:
    """Characters of a case's messages, details and output, those of its attempts included."""
    own = len(case.message) + len(case.details) + len(case.output)
    if not case.attempts:
        return own
    return own + sum(len(each.message) + len(each.details) for each in case.attempts)


def identity(attributes: dict[str, str], suite: Suite) -> tuple[str, str, str]:
    """Id, name and class name of a case."""
    name, classname = attributes.get("name", ""), attributes.get("classname", "")
    case_id = f"{classname}::{name}"
    if name and classname and len(case_id) <= MAX_TEXT and case_id.isprintable():
        return case_id, name, classname
    return _odd_identity(name, classname, suite)


def _odd_identity(name: str, classname: str, suite: Suite) -> tuple[str, str, str]:
    """The same for names that are empty, too long or hold characters that can't be shown."""
    name = cut_name(clean(name)) or UNNAMED
    classname = cut_name(clean(classname))
    # A nameless case has only its suite to be known by.
    owner = classname or (suite.name if name == UNNAMED else "")
    return cut_name(f"{owner}::{name}" if owner else name), name, classname


def line_number(text: str | None, first_line: int) -> int | None:
    """The line counted from 1; None where it is absent or no line."""
    if text is None or _LINE.fullmatch(text) is None:
        return None
    return int(text) - first_line + 1 if int(text) >= first_line else None


def _attempts(element: Element, tags: dict[str, CaseStatus]) -> list[Attempt]:
    found = []
    for each in element.iter():
        if each.tag in tags:
            trace = each.find("stackTrace")
            text = (trace.text if trace is not None else each.text) or ""
            details = clean(text).strip("\n")
            found.append(
                Attempt(
                    status=tags[each.tag],
                    duration_ms=milliseconds(each.get("time", "")),
                    message=message_of(each.get("message"), details),
                    details=details,
                )
            )
    return found


def _joined(outcomes: list[Outcome], part: str, status: CaseStatus) -> str:
    """All messages or details of a case, those of the worst outcome first, each once."""
    ordered = sorted(outcomes, key=lambda each: each.status is not status)
    texts = dict.fromkeys(getattr(each, part) for each in ordered if getattr(each, part))
    return cut_middle("\n\n".join(texts))
