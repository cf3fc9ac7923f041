from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.line_selection import is_inside
from aitr_desktop.deep_link import MAX_LENGTH, LineLink, ReportLink, is_link, parse
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import HIDDEN

SHA = "3fa9c1e" + "0" * 33
REPOSITORIES = (
    "",
    "https://git.example.org/team/bot",
    "git.example.org:team/bot",
    "ssh://git.example.org:2222/a",
)

names = st.text(min_size=1, max_size=40).filter(
    lambda each: not set("/\\\n\t") & set(each) and each not in {".", ".."} and not HIDDEN.search(each)
)
paths = st.lists(names, min_size=1, max_size=4).map("/".join).filter(is_inside)
numbers = st.integers(1, 9_999_999)


@given(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", fullmatch=True), st.just("") | names.filter(is_inside)
)
def test_a_link_to_a_report_comes_back_as_it_was(report_id: str, library: str) -> None:
    link = ReportLink(report_id=report_id, library=library)
    assert parse(link.address) == link


@given(paths, numbers, numbers, st.sampled_from(["", SHA, "a" * 64]), st.sampled_from(REPOSITORIES))
def test_a_link_to_lines_comes_back_as_it_was(path: str, one: int, other: int, ref: str, repo: str) -> None:
    first, last = sorted((one, other))
    link = LineLink(file=path, first=first, last=last, ref=ref, repository=repo)
    assert parse(link.address) == link


@given(
    st.text(max_size=300)
    | st.text(max_size=80).map("aitr://open?file=".__add__)
    | st.text("aitr:/openrepidflLb?&=%+-.0129\\ é", max_size=120).map("aitr://".__add__)
)
def test_whatever_stands_there_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        link = parse(text)
    except InputError as error:
        assert error.message
    else:
        assert parse(link.address) == link


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
@pytest.mark.parametrize("before", ["", "aitr://open?L=1&file=", "aitr://report?library=x&id="])
def test_hostile_texts_are_no_links_and_are_said_on_short_lines(text: str, before: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(before + text)
    said = "\n".join(refused.value.diagnostics())
    assert len(said) < 600
    assert not HIDDEN.search(said)


REFUSED = {
    "another scheme": ("https://report?id=a", "begin with aitr://"),
    "a script": ("javascript:alert(1)", "begin with aitr://"),
    "a file": ("file:///etc/passwd", "begin with aitr://"),
    "no slashes": ("aitr:report?id=a", "aitr://report?"),
    "one slash more": ("aitr:///report?id=a", "aitr://report?"),
    "another host": ("aitr://evil?id=a", "no place “evil”"),
    "a user": ("aitr://user@report?id=a", "aitr://report?"),
    "a port": ("aitr://report:80?id=a", "aitr://report?"),
    "a path": ("aitr://report/x?id=a", "aitr://report?"),
    "a dotted host": ("aitr://report.example.org?id=a", "aitr://report?"),
    "a fragment": ("aitr://report?id=a#b", "aitr://report?"),
    "a second question mark": ("aitr://report?id=a?id=b", "aitr://report?"),
    "no query": ("aitr://report", "aitr://report?"),
    "an empty query": ("aitr://report?", "is none of"),
    "an unknown parameter": ("aitr://report?id=a&run=1", "“run” is none of"),
    "another place's parameter": ("aitr://report?id=a&file=b", "“file” is none of"),
    "a parameter in other letters": ("aitr://report?ID=a", "is none of"),
    "an encoded parameter": ("aitr://report?%69d=a", "is none of"),
    "a repeated parameter": ("aitr://report?id=a&id=b", "named twice"),
    "an empty value": ("aitr://report?id=", "empty"),
    "an id that is an option": ("aitr://report?id=--help", "not the id"),
    "an id with a slash": ("aitr://report?id=a%2Fb", "not the id"),
    "a library by its path": ("aitr://report?id=a&library=%2Fhome%2Fx.db", "without a folder"),
    "a library above": ("aitr://report?id=a&library=..", "without a folder"),
    "a library on a drive": ("aitr://report?id=a&library=C:x.db", "without a folder"),
    "a library on a share": ("aitr://report?id=a&library=%5C%5Chost%5Cx.db", "without a folder"),
    "a path above": ("aitr://open?file=..%2F..%2Fetc%2Fpasswd&L=1", "repository's root"),
    "a path above in between": ("aitr://open?file=a/../../b&L=1", "repository's root"),
    "an absolute path": ("aitr://open?file=/etc/passwd&L=1", "repository's root"),
    "a path of Windows": ("aitr://open?file=a%5Cb&L=1", "repository's root"),
    "a double slash": ("aitr://open?file=a//b&L=1", "repository's root"),
    "a NUL": ("aitr://open?file=a%00b&L=1", "control or invisible"),
    "a line end": ("aitr://open?file=a%0Ab&L=1", "control or invisible"),
    "a bidi override": ("aitr://open?file=a%E2%80%AEb&L=1", "control or invisible"),
    "an overlong encoding": ("aitr://open?file=a%C0%AFb&L=1", "not UTF-8"),
    "an encoded surrogate": ("aitr://open?file=a%ED%A0%80b&L=1", "not UTF-8"),
    "half an escape": ("aitr://open?file=a%2&L=1", "two hexadecimal"),
    "an escape of another kind": ("aitr://open?file=a%u002F&L=1", "two hexadecimal"),
    "no line": ("aitr://open?file=a", "“L”"),
    "line zero": ("aitr://open?file=a&L=0", "“L”"),
    "a negative line": ("aitr://open?file=a&L=-1", "“L”"),
    "a huge line": ("aitr://open?file=a&L=99999999999999999999", "“L”"),
    "a line in other digits": ("aitr://open?file=a&L=%D9%A3", "“L”"),
    "lines in the wrong order": ("aitr://open?file=a&L=9-3", "before the first"),
    "a branch": ("aitr://open?file=a&L=1&ref=main", "whole SHA"),
    "a short commit": ("aitr://open?file=a&L=1&ref=3fa9c1e", "whole SHA"),
    "a ref that is an option": ("aitr://open?file=a&L=1&ref=--output=x", "whole SHA"),
    "a repository with a password": (
        "aitr://open?file=a&L=1&repo=https%3A%2F%2Fu%3Ap%40git.example.org%2Fa",
        "names a user",
    ),
    "a folder for a repository": ("aitr://open?file=a&L=1&repo=%2Fhome%2Fx", "not the address"),
    "a program for a repository": ("aitr://open?file=a&L=1&repo=ext%3A%3Ash", "not the address"),
    "a space": ("aitr://report?id=a b", "no link has"),
    "letters that are not encoded": ("aitr://open?file=ü&L=1", "no link has"),
    "a line end behind": ("aitr://report?id=a\n", "no link has"),
    "a long one": ("aitr://report?id=" + "a" * MAX_LENGTH, "more than 2,000"),
    "nothing": ("", "begin with aitr://"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert reason in refused.value.message


def test_what_is_encoded_twice_is_decoded_once() -> None:
    link = parse("aitr://open?file=%252e%252e%2Fx&L=1")
    assert isinstance(link, LineLink)
    assert link.file == "%2e%2e/x"


@pytest.mark.parametrize("text", ["aitr://report/?id=TSR-7", "AITR://REPORT?id=TSR-7"])
def test_what_browsers_make_of_a_link_is_read(text: str) -> None:
    assert parse(text) == ReportLink(report_id="TSR-7")


def test_the_parameters_are_read_as_forms_write_them() -> None:
    assert parse("aitr://open?file=a+b%2Bc.py&L=3-3") == LineLink(file="a b+c.py", first=3, last=3)
    assert LineLink(file="a b+c.py", first=3, last=3).address == "aitr://open?file=a%20b%2Bc.py&L=3"


def test_a_file_called_like_a_link_is_told_by_its_beginning() -> None:
    assert is_link("aitr://x")
    assert is_link("AITR:")
    assert not is_link("/data/aitr:")
