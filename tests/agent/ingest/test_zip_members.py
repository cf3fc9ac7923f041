from __future__ import annotations

import importlib
import io
import struct
import sys
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inspect_logs import archive
from tsr_agent.errors import InputError
from tsr_agent.ingest import zip_members
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.zip_members import ZipMembers, first_member

TEXT = b"What it says. " * 400
MEMBERS = {"header.json": b"{}", "summaries.json": TEXT, "empty": b""}
END = struct.Struct("<4s4H2LH")


def members(document: bytes, limits: Limits | None = None) -> ZipMembers:
    return ZipMembers(io.BytesIO(document), "a.eval", limits or Limits())


def refusal(document: bytes, name: str = "summaries.json", limits: Limits | None = None) -> str:
    with pytest.raises(InputError) as caught:
        members(document, limits).read(name)
    return caught.value.message


def zstandard(content: bytes, *, frames: int = 1) -> bytes:
    """A member that is packed with Zstandard, made by hand because Python 3.11 can't write one."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    step = len(content) // frames
    cuts = [content[each * step : (each + 1) * step if each + 1 < frames else None] for each in range(frames)]
    packed = b"".join(map(zstd.compress, cuts))
    document = bytearray(archive({"summaries.json": packed}, zipfile.ZIP_STORED))
    entry = document.rindex(b"PK\x01\x02")
    crc = struct.pack("<L", zlib.crc32(content))
    for place, start in ((0, 8), (entry, 10)):
        document[place + start : place + start + 2] = struct.pack("<H", 93)
        document[place + start + 6 : place + start + 10] = crc
        document[place + start + 14 : place + start + 18] = struct.pack("<L", len(content))
    return bytes(document)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_reads_members_by_name(method: int) -> None:
    found = members(archive(MEMBERS, method))
    assert list(found.names()) == list(MEMBERS)
    assert {name: found.read(name) for name in MEMBERS} == MEMBERS
    assert found.read("absent") is None


@pytest.mark.parametrize("frames", [1, 3])
def test_reads_zstandard_in_one_frame_and_in_several(frames: int) -> None:
    assert members(zstandard(TEXT, frames=frames)).read("summaries.json") == TEXT


def test_large_members_are_unpacked_in_pieces() -> None:
    content = bytes(range(256)) * 20_000
    for document in (archive({"summaries.json": content}), zstandard(content, frames=2)):
        assert members(document, Limits(zip_ratio=100_000)).read("summaries.json") == content


def test_without_the_library_zstandard_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = zstandard(TEXT)
    package = "compression" if sys.version_info >= (3, 14) else "backports"
    monkeypatch.setitem(sys.modules, f"{package}.zstd", None)
    monkeypatch.delattr(importlib.import_module(package), "zstd", raising=False)
    assert refusal(document) == (
        "a.eval: summaries.json: it is packed with Zstandard, which this installation can't unpack; "
        "install aitr[inspect]."
    )


def test_other_methods_are_refused_by_number() -> None:
    assert "packed by method 14;" in refusal(archive(MEMBERS, zipfile.ZIP_LZMA))


def test_encrypted_members_are_refused() -> None:
    document = bytearray(archive({"summaries.json": TEXT}))
    document[6] |= 1
    document[document.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(document)).endswith("it is encrypted.")


def test_more_unpacked_bytes_than_the_limit_are_refused_over_all_members() -> None:
    document = archive({"one": b"x" * 600, "two": b"y" * 600})
    found = members(document, Limits(zip_bytes=1_200))
    assert found.read("one")
    assert found.read("two")
    tight = members(document, Limits(zip_bytes=1_199))
    tight.read("one")
    with pytest.raises(InputError, match=r"two: more than 1,199 bytes .* raise zip_bytes under"):
        tight.read("two")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    document = archive({"summaries.json": b"\0" * (20 * 1024 * 1024)})
    assert len(document) < 25_000
    tracemalloc.start()
    try:
        message = refusal(document)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "summaries.json: more than 200 times the packed size" in message
    assert message.endswith("raise zip_ratio under [limits] in aitr.toml to read it.")
    assert peak < 2 * 1024 * 1024


@pytest.mark.parametrize("said", [10, 2_000_000])
def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_grows(said: int) -> None:
    document = bytearray(archive({"summaries.json": b"\0" * (20 * 1024 * 1024)}))
    entry = document.rindex(b"PK\x01\x02")
    document[entry + 24 : entry + 28] = struct.pack("<L", said)
    tracemalloc.start()
    try:
        message = refusal(bytes(document), limits=Limits(zip_ratio=1_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert message.endswith("unpacks to more than the directory says.")
    assert peak < 12 * 1024 * 1024


def test_a_zstandard_bomb_is_stopped_while_it_grows() -> None:
    document = bytearray(zstandard(b"\0" * (20 * 1024 * 1024)))
    entry = document.rindex(b"PK\x01\x02")
    document[entry + 24 : entry + 28] = struct.pack("<L", 10)
    assert refusal(bytes(document)).endswith("unpacks to more than the directory says.")


def test_too_many_members_are_refused_by_the_count_at_the_end() -> None:
    document = archive({f"samples/{each}": b"" for each in range(21)})
    assert len(list(members(document, Limits(zip_members=21)).names())) == 21
    assert "more than 20 members" in refusal(document, limits=Limits(zip_members=20))


def test_a_million_members_are_refused_at_once() -> None:
    """The count alone says it; the directory is not even read."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 16)
    directory = entry * 200_000
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 200_000, 200_000, len(directory), 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    end = END.pack(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert "more than 100,000 members" in refusal(directory + wide + locator + end)


def test_more_members_than_a_small_directory_can_count_are_read() -> None:
    """Beyond 65,535 members the archive has the large form of a directory."""
    document = archive({f"samples/{each}": b"" for each in range(65_540)} | {"header.json": b"{}"})
    assert b"PK\x06\x06" in document
    assert members(document).read("header.json") == b"{}"


def test_a_huge_directory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_members, "MAX_DIRECTORY_BYTES", 100)
    assert "its directory has" in refusal(archive(MEMBERS))


def test_two_members_of_the_name_that_is_read_are_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("summaries.json", "[]")
        file.writestr("summaries.json", "[1]")
        file.writestr("header.json", "{}")
    assert refusal(packed.getvalue()).endswith("2 members are called summaries.json.")
    assert members(packed.getvalue()).read("header.json") == b"{}"


def test_members_that_share_their_bytes_are_refused() -> None:
    """The better zip bomb: many entries of the directory lead to one kernel."""
    document = bytearray(archive({"header.json": TEXT, "summaries.json": TEXT}, zipfile.ZIP_STORED))
    entry = document.rindex(b"PK\x01\x02")
    document[entry + 42 : entry + 46] = struct.pack("<L", 0)
    assert refusal(bytes(document), "header.json").endswith("header.json overlaps another member.")
    assert "summaries.json is not what the directory says" in refusal(bytes(document))


def test_a_member_that_reaches_into_the_next_is_refused() -> None:
    document = bytearray(archive({"summaries.json": TEXT, "header.json": b"{}"}, zipfile.ZIP_STORED))
    entry = document.index(b"PK\x01\x02")
    document[entry + 20 : entry + 28] = struct.pack("<2L", len(TEXT) + 20, len(TEXT) + 20)
    assert refusal(bytes(document)).endswith("summaries.json overlaps another member.")


def test_a_member_that_is_not_what_the_directory_says_is_refused() -> None:
    document = archive(MEMBERS).replace(b"summaries.json", b"summaries.jsom", 1)
    assert "summaries.json is not what the directory says" in refusal(document)


def test_a_wrong_checksum_is_refused() -> None:
    document = bytearray(archive(MEMBERS, zipfile.ZIP_STORED))
    document[document.index(b"What")] ^= 1
    assert "length or checksum is not what the directory says" in refusal(bytes(document))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda raw: b"", "it is cut off"),
        (lambda raw: raw[:-1], "it does not end as one"),
        (lambda raw: raw[: len(raw) // 2], "it does not end as one"),
        (lambda raw: raw + b"\0", "it does not end as one"),
        (lambda raw: b"garbage" + raw, "its directory is not where its end says"),
        (lambda raw: raw[:-22] + END.pack(b"PK\x05\x06", 1, 0, 3, 3, 10, 0, 0), "it is one part of several"),
        (lambda raw: raw[:-22] + END.pack(b"PK\x05\x06", 0, 0, 3, 3, 10, 0, 0), "its directory is not where"),
        (lambda raw: raw.replace(b"PK\x01\x02", b"PK\x01\x03", 1), "entry 1 of its directory is damaged"),
    ],
)
def test_a_damaged_archive_is_refused(change: object, reason: str) -> None:
    assert callable(change)
    message = refusal(change(archive(MEMBERS)))
    assert message.startswith(f"a.eval: not a sound ZIP archive: {reason}")


def test_a_count_smaller_than_the_directory_is_refused() -> None:
    document = bytearray(archive(MEMBERS))
    document[-14:-10] = struct.pack("<2H", 2, 2)
    assert refusal(bytes(document)).endswith("its directory holds more than the members that it counts.")


def test_an_offset_that_leads_out_of_the_archive_is_refused() -> None:
    document = bytearray(archive(MEMBERS))
    entry = document.index(b"PK\x01\x02")
    document[entry + 42 : entry + 46] = struct.pack("<L", 0xFFFFFFFF)
    assert refusal(bytes(document)).endswith("entry 1 of its directory leads out of it.")


def test_names_that_climb_are_names_and_nothing_else() -> None:
    found = members(archive({"../../etc/passwd": b"x", "/etc/shadow": b"y", "header.json": b"{}"}))
    assert found.read("header.json") == b"{}"
    assert found.read("etc/passwd") is None


def test_the_first_member_is_seen_in_the_first_bytes() -> None:
    assert first_member(archive(MEMBERS)[:100]) == "header.json"
    assert first_member(b"PK\x03\x04") is None
    assert first_member(b"not an archive, but long enough to be one") is None


@given(st.data())
def test_damaged_bytes_give_refusals_only(data: st.DataObject) -> None:
    document = bytearray(data.draw(st.sampled_from([archive(MEMBERS), zstandard(TEXT, frames=2)])))
    for _ in range(data.draw(st.integers(1, 6))):
        document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.just(len(document)) | st.integers(0, len(document)))
    try:
        found = members(bytes(document[:end]))
        read = found.read("summaries.json")
    except InputError as error:
        assert error.message.startswith("a.eval: ")
    else:
        assert read in (None, TEXT)
