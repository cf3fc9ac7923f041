"""Catalogues of controls: those that ship, a team's own, and what is refused with its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tsr_agent.controls.catalogue import Catalogue, EvidenceKind
from tsr_agent.controls.reading import (
    IN_ORDER,
    SHIPPED,
    gather,
    load_catalogue,
    parse_catalogue,
    shipped,
    with_own,
)
from tsr_agent.errors import PolicyError, UsageError
from tsr_agent.models.schemas import json_schema

if TYPE_CHECKING:
    from pathlib import Path


def catalogue(**changed: Any) -> dict[str, Any]:
    tree: dict[str, Any] = {
        "version": 1,
        "id": "house",
        "title": "House rules",
        "edition": "2026",
        "checked": "2026-11-22",
        "source": "our own handbook",
        "note": "Verify against the handbook.",
        "controls": [
            {"id": "H-1", "title": "Tests", "asks": "Tests that passed.", "evidence": ["unit-tests"]}
        ],
    }
    return tree | changed


def document(**changed: Any) -> bytes:
    return json.dumps(catalogue(**changed), indent=2).encode()


def refused(data: bytes) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        parse_catalogue(data, "house.json")
    return (caught.value.message, *caught.value.details)


def test_each_shipped_catalogue_says_what_it_follows_and_that_it_is_to_be_verified() -> None:
    found = shipped()
    assert [each.id for each in found] == list(IN_ORDER)
    assert {each.stem for each in SHIPPED.iterdir()} == set(IN_ORDER)
    for each in found:
        assert "Verify against the official text" in each.note
        assert each.checked.isoformat() >= "2026-11-22"
        assert len({control.id for control in each.controls}) == len(each.controls)


def test_no_shipped_sentence_says_that_anything_is_complied_with() -> None:
    for name in IN_ORDER:
        text = (SHIPPED / f"{name}.json").read_text(encoding="utf-8").lower()
        assert "compliant" not in text
        assert "complies" not in text


def test_every_kind_of_evidence_but_what_is_unknown_is_asked_for_somewhere() -> None:
    asked = {kind for each in shipped() for control in each.controls for kind in control.evidence}
    assert set(EvidenceKind) - asked == {EvidenceKind.OTHER_RULES}


def test_the_amended_act_is_the_edition() -> None:
    act = shipped()[0]
    assert "2024/1689" in act.edition
    assert "2026/1744" in act.edition
    assert "2 December 2027" in act.note


def test_a_catalogue_is_json_or_yaml() -> None:
    assert parse_catalogue(document(), "house.json").controls[0].evidence == (EvidenceKind.UNIT_TESTS,)
    text = b"""version: 1
id: house
title: House rules
edition: '2026'
checked: 2026-11-22
source: our own handbook
note: Verify.
controls:
  - {id: H-1, title: Tests, asks: Tests that passed., evidence: []}
"""
    assert parse_catalogue(text, "house.yaml").controls[0].evidence == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "house.json"),
        (b"{", "house.json: not JSON at line 1, column 2"),
        (b"[]", "house.json:1:1"),
        (b"\xff\xfe{}", "house.json"),
        (document(unheard=1), "house.json:19:3: unheard: unknown key"),
        (document(version=2), "house.json:2:3: version"),
        (document(id="House"), "house.json:3:3: id"),
        (document(checked="yesterday"), "house.json:6:3: checked"),
        (document(title=" "), "house.json:4:3: title"),
        (document(controls=[]), "house.json:9:3: controls"),
        (
            document(controls=[{"id": "H-1", "title": "T", "asks": "A", "evidence": ["vibes"]}]),
            "house.json:15:9: controls[0].evidence[0]",
        ),
        (
            document(controls=[{"id": "H-1", "title": "T", "asks": "A", "evidence": ["policy", "policy"]}]),
            "a kind stands twice",
        ),
        (document(controls=catalogue()["controls"] * 2), "'H-1' stands twice"),
        (document().replace(b'"version"', b'"version": 1, "version"'), "house.json"),
    ],
)
def test_what_is_no_catalogue_is_refused_with_file_place_and_reason(data: bytes, said: str) -> None:
    assert any(said in line for line in refused(data)), refused(data)


def test_the_published_schema_and_the_reader_agree() -> None:
    schema = jsonschema.Draft202012Validator(json_schema(Catalogue, "aitr controls"))
    schema.validate(catalogue())
    for name in IN_ORDER:
        schema.validate(json.loads((SHIPPED / f"{name}.json").read_bytes()))
    assert not schema.is_valid(catalogue(unheard=1))
    assert not schema.is_valid(catalogue(controls=[]))


def test_an_own_catalogue_takes_the_place_of_the_shipped_one_of_its_id() -> None:
    own = parse_catalogue(document(id="eu-ai-act", title="Our reading of the Act"), "own.json")
    assert next(each.title for each in with_own([own])) == "Our reading of the Act"
    assert len(with_own([own])) == len(IN_ORDER)
    beside = parse_catalogue(document(), "house.json")
    assert [each.id for each in with_own([beside])] == [*IN_ORDER, "house"]
    with pytest.raises(UsageError, match="Two catalogues of controls have the id house"):
        with_own([beside, beside])


def test_what_a_folder_has_and_can_t_be_used_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(document())
    (tmp_path / "b.json").write_bytes(document())
    (tmp_path / "broken.yaml").write_text("controls: [")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "notes.txt").write_text("not ours")
    found = gather(tmp_path)
    assert [each.id for each in found.catalogues] == [*IN_ORDER, "house"]
    said = [error.message for error in found.refused]
    assert [
        name for name in ("b.json", "broken.yaml", "folder.json") if not any(name in each for each in said)
    ] == []
    assert len(said) == 3


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert gather(tmp_path / "absent") == (shipped(), ())


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "controls").write_text("")
    (error,) = gather(tmp_path / "controls").refused
    assert "can't be read" in error.message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="can't be read"):
        load_catalogue(tmp_path / "absent.json")
