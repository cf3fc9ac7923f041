"""Nothing of what a hostile tool wrote becomes anything else than text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.full_decisions import full_decision
from tests.factories.hostile_texts import HOSTILE_TEXTS, short
from tests.factories.printed_reports import filed, flat, objects, opened, page_texts
from tests.factories.shown_reports import case, poisoned, report
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.sections.plain_text import HIDDEN

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject

ACTIVE = {
    "/A", "/AA", "/OpenAction", "/JS", "/JavaScript", "/URI", "/Launch", "/EmbeddedFile", "/EmbeddedFiles",
    "/EF", "/AF", "/AcroForm", "/RichMedia", "/GoToR", "/SubmitForm", "/XFA", "/Movie", "/Sound",
}  # fmt: skip


def is_harmless(each: DictionaryObject) -> bool:
    # /A of an element holds attributes of a table, and nothing that acts.
    keys = {key for key in each if key != "/A" or "/S" not in each or each.get("/Type") == "/Annot"}
    kinds = {str(each.get("/Type")), str(each.get("/Subtype"))} - {"None"}
    if each.get("/Subtype") == "/Link":
        return set(each) <= {
            "/Type", "/Subtype", "/Rect", "/Border", "/F", "/Dest", "/StructParent", "/Contents",
        }  # fmt: skip
    return not keys & ACTIVE and not kinds & {"/Filespec", "/Action", "/XObject", "/Image", "/EmbeddedFile"}


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_a_hostile_text_in_every_field_stays_text(name: str) -> None:
    text = short(name, 900).replace("\x00", "?").encode("utf-8", "replace").decode()
    evidence, judged = poisoned(text, full_decision())
    reader = opened(filed(report=evidence, decision=judged, digest="a" * 64), appendix=True)
    assert all(map(is_harmless, objects(reader)))
    shown = "".join(page_texts(reader))
    assert not HIDDEN.search(shown)


@pytest.mark.parametrize("name", ["bold", "image", "script", "link", "markdown", "formula", "placeholder"])
def test_markup_is_printed_as_it_was_written(name: str) -> None:
    evidence, judged = poisoned(HOSTILE_TEXTS[name], full_decision())
    reader = opened(filed(report=evidence, decision=judged))
    assert flat(HOSTILE_TEXTS[name]) in flat("".join(page_texts(reader)))


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_what_a_test_said_is_printed_up_to_its_bound_whatever_it_is(name: str) -> None:
    said = HOSTILE_TEXTS[name]
    cases = [case("test_it", CaseStatus.FAILED, message=said, details=said, output=said, file=said)]
    what = filed(report=report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),)))
    reader = opened(what, appendix=True)
    assert len(reader.pages) < 40
    text = flat("".join(page_texts(reader)))
    if name in ("word", "megabyte", "megabyte_word"):
        assert "morecharacters,seetherecord" in text
    if name == "surrogate":
        assert "⟨U+D800⟩" in text
    if name == "bidi_override":
        assert "⟨U+202E⟩" in text


def test_what_no_font_has_is_written_as_its_code_point() -> None:
    cases = [case("test_it", CaseStatus.FAILED, message="\U0001fae0 \u0915 \ue000 中文 한글 かな Ω Ж א ع ✓")]
    reader = opened(filed(report=report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))))
    text = flat("".join(page_texts(reader)))
    assert "⟨U+1FAE0⟩⟨U+0915⟩⟨U+E000⟩" in text
    for shown in ("中文", "한글", "かな", "Ω", "Ж", "א", "✓"):
        assert shown in text


def test_a_megabyte_in_every_test_takes_no_longer_than_its_bound() -> None:
    import time

    cases = [case(f"test_{n}", CaseStatus.FAILED, message="M" * 1_000_000) for n in range(20)]
    what: Any = filed(report=report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),)))
    began = time.process_time()
    opened(what)
    assert time.process_time() - began < 10
