"""Items that Doorstop wrote, and what hands and accidents make of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tests.factories.junit_files import suite
from tsr_agent.errors import InputError
from tsr_agent.ingest.collect import Sources, collect
from tsr_agent.ingest.doorstop import DoorstopReader
from tsr_agent.ingest.verification import verify
from tsr_agent.models.limits import Limits
from tsr_agent.models.report import InputStatus
from tsr_agent.models.requirements import RequirementEntry

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.collected import Collected
    from tsr_agent.ingest.reader import Parts

ITEM = """\
active: true
derived: false
header: ''
level: 1.0
links: []
normative: true
ref: ''
reviewed: null
text: |
  Answers.
"""


def item(**fields: str) -> str:
    text = ITEM
    for name, value in fields.items():
        text, found = re.subn(rf"^{name}:.*\n(  .*\n)*", f"{name}: {value}\n", text, flags=re.MULTILINE)
        text += "" if found else f"{name}: {value}\n"
    return text


def parts(document: str | bytes, path: str = "REQ001.yml") -> Parts:
    return read(DoorstopReader(), document, path)


def refusal(document: str | bytes, path: str = "REQ001.yml") -> str:
    with pytest.raises(InputError) as caught:
        parts(document, path)
    return caught.value.message


@pytest.fixture
def doorstop(data_dir: Path) -> Path:
    return data_dir / "doorstop"


def collected(folder: Path, *requirements: Path, **results: str) -> Collected:
    for name, document in results.items():
        (folder / f"{name}.xml").write_text(document)
    return collect(Sources(results_dir=folder, requirements=requirements))


def verified(found: Collected) -> dict[str, tuple[str, tuple[str, ...]]]:
    cases = [case for result in found.test_results for case in result.test_cases]
    judged = verify(found.requirements, cases, found.original_ids, links=found.requirement_links)
    return {
        each.requirement_id: (each.verification_status.value, each.missing_tests) for each in judged.coverage
    }


def test_the_genuine_document_gives_its_active_normative_items_in_the_files_order(
    doorstop: Path, tmp_path: Path
) -> None:
    found = collected(tmp_path, doorstop / "reqs")
    assert found.problems == ()
    assert [entry.id for entry in found.requirements] == [
        *("REQ001", "REQ002", "REQ003", "REQ006"),
        *("TST001", "TST002", "TST003"),
    ]
    assert found.requirements[0].text == (
        "Grounded answers\nAnswers come from the help pages and name the page they were taken from, "
        "so that whoever asks can read on."
    )
    assert found.requirement_links == (("TST001", "REQ001"), ("TST002", "REQ002"), ("TST003", "REQ001"))
    told = {entry.path: entry.remarks for entry in found.inputs if entry.remarks}
    assert told == {
        "reqs/.doorstop.yml": ("Settings of the Doorstop document 'REQ'.",),
        "reqs/REQ004.yml": ("Inactive, so no requirement: REQ004.",),
        "reqs/REQ005.yml": ("Not normative, so no requirement: REQ005.",),
        "reqs/tests/.doorstop.yml": ("Settings of the Doorstop document 'TST'.",),
    }


def test_the_settings_of_a_document_name_its_folder(doorstop: Path, tmp_path: Path) -> None:
    by_folder, by_file = (
        collected(tmp_path, path) for path in (doorstop / "reqs", doorstop / "reqs" / ".doorstop.yml")
    )
    assert by_file.requirements == by_folder.requirements


def test_exports_say_the_same_as_the_items(doorstop: Path, tmp_path: Path) -> None:
    items = collected(tmp_path, doorstop / "reqs")
    of_req = {entry for entry in items.requirements if entry.id.startswith("REQ")}
    of_tst = {entry for entry in items.requirements if entry.id.startswith("TST")}
    for export in ("req.yml", "req.csv"):
        assert set(collected(tmp_path, doorstop / "export" / export).requirements) == of_req
    tests = collected(tmp_path, doorstop / "export" / "tst.csv")
    assert set(tests.requirements) == of_tst
    assert tests.requirement_links == items.requirement_links


def test_markdown_items_have_their_text_below(doorstop: Path, tmp_path: Path) -> None:
    found = collected(tmp_path, doorstop / "markdown")
    text = "Opening hours\n\nSays when the desk is open,\nalso on holidays."
    assert found.requirements == (
        RequirementEntry(id="MD001", text=text, tests=("tests/unit/test_answers.py::*",)),
    )


CASES = """\
<testsuites><testsuite name="pytest">
<testcase classname="tests.unit.test_answers" name="test_grounded"/>
<testcase classname="tests.unit.test_answers" name="test_unknown[a]"/>
<testcase classname="tests.unit.test_answers.TestOpening" name="test_hours"/>
<testcase classname="tests.unit.test_privacy" name="test_no_names"/>
</testsuite></testsuites>
"""


def test_tests_are_found_by_file_and_keyword_in_any_class(doorstop: Path, tmp_path: Path) -> None:
    found = verified(collected(tmp_path, doorstop / "reqs", unit=CASES))
    assert found == {
        "REQ001": ("not_run", ("TST003 (it refines this one, and no test of it ran)",)),
        "REQ002": ("verified", ()),
        "REQ003": ("verified", ()),
        "REQ006": ("not_run", ()),
        "TST001": ("verified", ()),
        "TST002": ("verified", ()),
        "TST003": ("not_run", ()),
    }


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ('name="test_hours"/>', 'name="test_hours"><failure/></testcase>', "failed"),
        ('name="test_hours"/>', 'name="test_no_test_hours"/>', "not_run"),
        ('classname="tests.unit.test_answers.TestOpening"', 'classname="tests.unit.test_other"', "not_run"),
    ],
)
def test_a_requirement_is_no_better_than_what_refines_it(
    doorstop: Path, tmp_path: Path, old: str, new: str, state: str
) -> None:
    found = verified(collected(tmp_path, doorstop / "reqs", unit=CASES.replace(old, new)))
    assert (found["TST002"][0], found["REQ002"][0]) == (state, state)


def test_items_in_the_results_are_found_by_content(doorstop: Path, tmp_path: Path) -> None:
    for name in ("REQ001.yml", "REQ006.yml"):
        (tmp_path / name).write_bytes((doorstop / "reqs" / name).read_bytes())
    assert [entry.id for entry in collected(tmp_path).requirements] == ["REQ001", "REQ006"]


@pytest.mark.parametrize("left", [b"", b"active: true\n", b"\x00\x00\x00", b"act"])
def test_an_item_that_was_cut_off_is_not_overlooked(doorstop: Path, tmp_path: Path, left: bytes) -> None:
    folder = tmp_path / "reqs"
    folder.mkdir()
    (folder / ".doorstop.yml").write_bytes((doorstop / "reqs" / ".doorstop.yml").read_bytes())
    (folder / "REQ001.yml").write_bytes(left)
    (folder / "README.md").write_text("about these")
    for found in (collected(tmp_path), collected(tmp_path, folder)):
        states = {entry.path: entry.status for entry in found.inputs}
        assert states["reqs/REQ001.yml"] is InputStatus.UNREADABLE
        assert states["reqs/README.md"] is InputStatus.NOT_TAKEN
        assert "a Doorstop item by its name, beside reqs/.doorstop.yml" in found.problems[0]


def test_a_folder_without_requirements_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reqs").mkdir()
    (tmp_path / "reqs" / "notes.txt").write_text("none yet")
    with pytest.raises(InputError, match="there are no requirements in this folder"):
        collected(tmp_path, tmp_path / "reqs")


def test_a_folder_may_hold_requirements_of_every_form(tmp_path: Path) -> None:
    (tmp_path / "reqs").mkdir()
    (tmp_path / "reqs" / "a.yaml").write_text("requirements: [{id: R-1}]")
    (tmp_path / "reqs" / "b.csv").write_text("id,tests\nR-2,test_x\n")
    found = collected(tmp_path, tmp_path / "reqs", unit=suite("test_x"))
    assert [(entry.path, entry.status) for entry in found.inputs] == [
        ("reqs/a.yaml", InputStatus.READ),
        ("reqs/b.csv", InputStatus.READ),
        ("unit.xml", InputStatus.READ),
    ]
    assert [entry.id for entry in found.requirements] == ["R-1", "R-2"]


@pytest.mark.parametrize(
    ("reference", "tests"),
    [
        ("{path: tests/a.py, type: file}", ("tests/a.py::*",)),
        ("{path: tests/a.py, type: file, keyword: test_x}", ("tests/a.py::**::test_x",)),
        ("{path: src/test_a.py, type: file}", ("src/test_a.py::*",)),
        ("{path: src/a_test.go, type: file}", ("src/a_test.go::*",)),
        ("{path: src/a.spec.ts, type: file}", ("src/a.spec.ts::*",)),
        ("{path: src/RagTest.java, type: file}", ("src/RagTest.java::*",)),
        ("{path: ask.feature, type: file}", ("ask.feature::*",)),
        ("{path: src/latest/a.py, type: file}", ()),
        ("{path: src/contest.py, type: file}", ()),
        ("{path: docs/spec.pdf, type: file}", ()),
    ],
)
def test_references_to_files_of_tests_name_tests(reference: str, tests: tuple[str, ...]) -> None:
    found = parts(item(references=f"[{reference}]", reviewed="abc="))
    assert found.requirements[0].tests == tests
    assert (found.remarks == ()) == bool(tests)


def test_the_old_reference_names_a_test_where_it_reads_like_one() -> None:
    assert parts(item(ref="test_grounded")).requirements[0].tests == ("test_grounded",)
    told = parts(item(ref="ANSWER"))
    assert told.requirements[0].tests == ()
    assert told.remarks[-1] == "References that are no tests by their names: ANSWER."


def test_what_was_not_reviewed_is_taken_and_said() -> None:
    assert parts(ITEM).remarks == ("Not reviewed, and taken all the same: REQ001.",)
    assert len(parts(ITEM).requirements) == 1


@pytest.mark.parametrize("written", ["false", "'no'", '"False"', "0"])
def test_inactive_and_headings_ask_for_nothing(written: str) -> None:
    assert parts(item(active=written)).requirements == ()
    assert parts(item(normative=written)).requirements == ()


@pytest.mark.parametrize(
    "links", ["[REQ001]", "[{REQ001: null}]", "[{REQ001: abc=}]", "['REQ001:abc=']", "\n- REQ001: x"]
)
def test_links_with_and_without_stamps(links: str) -> None:
    assert parts(item(links=links), "TST001.yml").requirement_links == (("TST001", "REQ001"),)


@pytest.mark.parametrize(
    ("document", "path", "named"),
    [
        (item(active="maybe"), "REQ001.yml", "line 1, column 9: active is 'maybe', neither true nor false"),
        (item(normative="[]"), "REQ001.yml", "line 6, column 12: expected a text"),
        (item(links="REQ002"), "REQ001.yml", "links is not a list"),
        (item(links="[{A: x, B: y}]"), "REQ001.yml", "a link names not one item"),
        (item(references="[{type: file}]"), "REQ001.yml", "a reference has no path"),
        (item(references="{}"), "REQ001.yml", "references is not a list"),
        (ITEM + ITEM, "REQ001.yml", "the key 'active' stands twice"),
        (ITEM.replace("text: |", "text: &a |"), "REQ001.yml", "anchors and aliases"),
        (ITEM[:20] + "\x00", "REQ001.yml", "not YAML"),
        ("", "REQ001.yml", "empty"),
        ("- a", "REQ001.yml", "expected a mapping"),
        ("REQ001: text", "req.yml", "expected a mapping"),
        (f"---\n{ITEM}", "REQ001.md", "has no end"),
        (f"---\n{item(active='x')}---\n", "REQ001.md", "line 2, column 9: active is 'x'"),
        (f"---\n{ITEM}---\n".encode() + b"\xff", "REQ001.md", "not UTF-8 at byte"),
        ("uid,level,text,active,normative\nR1,1,x,perhaps,True\n", "r.csv", "line 2: active is 'perhaps'"),
        ("uid,level,text,active,normative\nR1,1\n", "r.csv", "line 2: 2 cells where the header has 5"),
        ("level,text\n1,x\n", "r.csv", "no column 'uid'"),
        (b"uid,level\n\xff,1\n", "r.csv", "not UTF-8"),
        ('uid,level\n"a', "r.csv", "not CSV"),
        ("uid,references\nR1,src/a.py\n", "r.csv", "the reference 'src/a.py' has no path"),
        ("uid\nR1\nR1\n", "r.csv", "stands here again"),
        ("settings: {}\n", ".doorstop.yml", "have no prefix"),
    ],
)
def test_refuses_in_words(document: str | bytes, path: str, named: str) -> None:
    assert named in refusal(document, path)


@pytest.mark.parametrize(
    ("document", "path", "taken"),
    [
        (ITEM, "REQ001.yml", True),
        (ITEM, "REQ001.yaml", True),
        (ITEM, "REQ001.txt", False),
        ("\n".join(f"  {line}" for line in ["REQ001:", *ITEM.splitlines()])[2:], "all.yml", True),
        (f"---\n{ITEM}---\ntext", "REQ001.md", True),
        (f"# {ITEM}", "REQ001.md", False),
        ("uid,level,text,ref,links,active,derived,normative\n", "export.csv", True),
        ("uid,level,text\n", "export.csv", False),
        ("settings:\n  prefix: REQ\n", ".doorstop.yml", True),
        ("level: 1\nlinks: []\n", "a.yml", False),
        ("header: a\ntext: b\nref: c\nlinks: []\n", "a.yml", False),
    ],
)
def test_is_recognised_by_content(document: str, path: str, taken: bool) -> None:
    assert (takes(DoorstopReader(), document, path) is not None) is taken


def test_genuine_files_are_recognised(doorstop: Path) -> None:
    for path in sorted(each for each in doorstop.rglob("*") if each.is_file()):
        assert takes(DoorstopReader(), path.read_bytes(), path.name), path


@pytest.mark.parametrize(
    ("limits", "rows", "beyond"),
    [
        (Limits(requirements=2), ("A,1,,0,1,,", "B,1,,1,0,,"), "C,1,,0,1,,"),
        (Limits(need_links=2), ("A,1,,1,1,X,", 'B,1,,1,1,,"type:file,path:a.md"'), "C,1,,1,1,Y,"),
        (Limits(need_links=2), ("A,1,,1,1,X,", "B,1,,1,1,Y,"), 'C,1,,1,1,,"type:file,path:a.md"'),
    ],
)
def test_what_asks_for_no_test_counts_for_the_bounds_too(
    limits: Limits, rows: tuple[str, ...], beyond: str
) -> None:
    header = "uid,level,text,active,normative,links,references"
    reader = DoorstopReader(limits)
    read(reader, "\n".join((header, *rows)), "r.csv")
    (name,) = (each for each in ("requirements", "need_links") if getattr(limits, each) == 2)
    with pytest.raises(InputError, match=f"r.csv: line 4: more than 2 .*; raise {name} under"):
        read(reader, "\n".join((header, *rows, beyond)), "r.csv")


PATHS = st.sampled_from(["REQ001.yml", "REQ001.md", "all.csv", ".doorstop.yml", "export.yaml"])


@given(
    st.binary(max_size=200)
    | st.tuples(st.integers(0, len(ITEM)), st.binary(max_size=4)).map(
        lambda cut: ITEM.encode()[: cut[0]] + cut[1] + ITEM.encode()[cut[0] :]
    ),
    PATHS,
)
def test_any_bytes_are_read_or_refused_in_words(document: bytes, path: str) -> None:
    takes(DoorstopReader(), document, path)
    try:
        parts(document, path)
    except InputError as error:
        assert error.message.startswith(path)
