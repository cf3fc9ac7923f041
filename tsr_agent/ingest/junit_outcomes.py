"""What the results in a ``testcase`` element mean, in the words of the tool that wrote them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tsr_agent.ingest.bounded_text import clean, clean_parsed, cut_middle
from tsr_agent.models.results import CaseStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from xml.etree.ElementTree import Element

_STATUS_WORDS = {
    CaseStatus.PASSED: "run passed pass ok success successful succeeded completed complete executed finished",
    CaseStatus.SKIPPED: "notrun not_run not-run skipped skip disabled suppressed ignored untested pending "
    "todo inapplicable deselected",
    CaseStatus.FAILED: "failed fail failure",
    CaseStatus.ERROR: "error errored broken crashed panicked aborted interrupted timedout timeout undefined "
    "hook_error cleanup_error",
    CaseStatus.XFAILED: "xfailed xfail",
    CaseStatus.XPASSED: "xpassed xpass",
}
STATUS_OF_WORD = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}
_EXPECTED_FAILURE_TYPES = frozenset({"pytest.xfail", "XFAIL"})
_NOSE2_SKIPS = {
    "test passes unexpectedly": CaseStatus.XPASSED,
    "expected test failure": CaseStatus.XFAILED,
}
"""By message, what nose2 writes as skipped although it is none and its console says so."""
_CATCH2_MAY_FAIL = "TEST_CASE tagged with !mayfail"


class Outcome(NamedTuple):
    """One result element of a case."""

    status: CaseStatus
    message: str = ""
    details: str = ""


_STATUS_OF_TAG = {
    "failure": CaseStatus.FAILED,
    "error": CaseStatus.ERROR,
    "skipped": CaseStatus.SKIPPED,
}


@cache
def _junitparser() -> dict[str, Callable[[Element], Any]]:
    """By tag, how junitparser takes a result; loaded with the first that is met."""
    import junitparser

    return {
        "failure": junitparser.Failure.fromelem,
        "error": junitparser.Error.fromelem,
        "skipped": junitparser.Skipped.fromelem,
    }


def results(element: Element, attributes: dict[str, str]) -> list[Outcome]:
    """The final results in order: as junitparser understands them, in the sense of the tool's console.

    Args:
        element: The case with its results.
        attributes: Those of the case.
    """
    kinds = _junitparser()
    found = []
    for each in element.iter():
        if each.tag in kinds:
            result = kinds[each.tag](each)
            said = {"message": result.message, "type": result.type}
            found.append(Outcome(*_said(each.tag, said, result.text or "", attributes)))
    failures = [each for each in found if each.status in (CaseStatus.FAILED, CaseStatus.ERROR)]
    if failures and any(each.message == _CATCH2_MAY_FAIL for each in found):
        return [each._replace(status=CaseStatus.XFAILED) for each in failures]
    return found


def only_result(
    tag: str, said: Mapping[str, str], text: str, attributes: dict[str, str]
) -> tuple[CaseStatus, str, str]:
    """The outcome of a case with one result and no other element: what ``results`` makes of it.

    Of such a result junitparser takes no more than its tag, two attributes and its text, which needs
    none of its objects.

    Args:
        tag: That of the result.
        said: Its attributes.
        text: What stands in it.
        attributes: Those of the case.

    Returns:
        The parts of an ``Outcome``: to make one takes as long as all else here.
    """
    status, message, details = found = _said(tag, said, text, attributes)
    if message == _CATCH2_MAY_FAIL and status in (CaseStatus.FAILED, CaseStatus.ERROR):
        return CaseStatus.XFAILED, message, details
    return found


def _said(
    tag: str, said: Mapping[str, str | None], text: str, attributes: dict[str, str]
) -> tuple[CaseStatus, str, str]:
    """What one result says, as far as it can be told without the others."""
    status = _STATUS_OF_TAG[tag]
    if status is CaseStatus.SKIPPED:
        status = _meaning_of_skip(said.get("type"), said.get("message"), attributes)
    elif status is CaseStatus.ERROR and said.get("type") == "UnexpectedSuccess":
        status = CaseStatus.XPASSED
    details = clean_parsed(text).strip("\n")
    return status, message_of(said.get("message"), details), details


def _meaning_of_skip(kind: str | None, message: str | None, attributes: dict[str, str]) -> CaseStatus:
    if kind in _EXPECTED_FAILURE_TYPES:
        return CaseStatus.XFAILED
    if _could_not_run(message or "", attributes):
        return CaseStatus.ERROR
    return _NOSE2_SKIPS.get(message or "", CaseStatus.SKIPPED)


def _could_not_run(message: str, attributes: dict[str, str]) -> bool:
    """Whether CTest lists a test as skipped that its console counts among the failed ones.

    Its executable or a file that it needs is missing, or its fixture failed. What really was skipped has
    a message that begins with the property which said so, such as ``SKIP_RETURN_CODE=77``.
    """
    by_ctest = "name" in attributes and attributes["name"] == attributes.get("classname")
    not_run = attributes.get("status") == "notrun"
    return by_ctest and not_run and not message.startswith(("SKIP_", "Disabled"))


def signs(element: Element, attributes: dict[str, str], *, by_file: bool) -> list[Outcome]:
    """Outcomes of a case without a result element that are told in another way.

    PHPUnit writes a class without tests as a case with a warning; such a case asserted nothing.
    Playwright lists a test that failed as expected like a passed one, with the annotation ``fail``.

    Args:
        element: The case.
        attributes: Those of the case.
        by_file: The suite is one file of tests on one host, as Playwright has it.
    """
    warning = element.find("warning")
    if warning is not None and attributes.get("assertions", "0") == "0":
        details = clean(warning.text or "").strip("\n")
        return [Outcome(CaseStatus.ERROR, message_of(warning.get("message"), details), details)]
    if by_file and any(each.get("name") == "fail" for each in element.iterfind("properties/property")):
        return [Outcome(CaseStatus.XFAILED, "It failed as its annotation expects.")]
    return []


def claims(attributes: dict[str, str]) -> Iterator[Outcome]:
    """Outcomes that the case's own ``status`` and ``result`` attributes claim, where not passed.

    GoogleTest, CTest and behave write tests that never ran without any child; such a case is no pass.
    """
    for name in ("status", "result"):
        word = attributes.get(name, "").strip()[:100]
        status = STATUS_OF_WORD.get(word.lower()) if word else CaseStatus.PASSED
        if status is None:
            unknown = f"The test case has the {name} {clean(word)!r}, which is not known."
            yield Outcome(CaseStatus.ERROR, unknown)
        elif status is not CaseStatus.PASSED:
            yield Outcome(status, f"{name}: {clean(word)}")


def message_of(attribute: str | None, details: str) -> str:
    """The message, or the first line of the text where the tool gives none (jest, bats)."""
    if attribute:
        return cut_middle(clean_parsed(attribute))
    return next((line.strip()[:1_000] for line in details[:4_000].splitlines() if line.strip()), "")
