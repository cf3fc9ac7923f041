from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aitr_desktop.code.lexing.child import Child
from aitr_desktop.code.lexing.composing import compose
from aitr_desktop.code.lexing.families import FAMILIES
from aitr_desktop.code.lexing.frames import Frame, GarbageError, Kind
from aitr_desktop.code.lexing.known_spans import KnownSpans, unpack_scanned
from aitr_desktop.code.lexing.languages import LANGUAGES
from aitr_desktop.code.lexing.spans import Scanned, Span, Within
from aitr_desktop.code.text_lines import TextLines
from tests.desktop.code.lexing.whole_files import known_spans, of_whole_file, of_window

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES: list[tuple[str, str, list[str]]] = [
    ("python", 'x = """a\nb"""\n', ['"""a\nb"""']),
    ("python", '"""a\\"""\nb = """c\n"""\n', ['"""c\n"""']),
    ("python", 'x = """a\\"""\nb"""\n', ['"""a\\"""\nb"""']),
    ("python", 'x = r"""a\\"""\nb = 1\n', []),
    ("python", "x = rb'''\n'''\n", ["rb'''\n'''"]),
    ("python", 'xr"""\n"""\n', ['"""\n"""']),
    ("python", "# \"\"\"\nx = 1  # '''\n", []),
    ("python", "x = '\"\"\"'\ny = \"'''\"\n", []),
    ("python", 'x = "a\\\nb"\n', ['"a\\\nb"']),
    ("python", "x = 'a\nb = 1\n", []),
    ("python", "f'''{x!r:>{w}}\n{'''a\n'''}'''\n", ["f'''{x!r:>{w}}\n{'''a\n'''}'''"]),
    ("python", 'f"{a["b"]}"\nx = 1\n', []),
    ("python", 'f"""{it\'s}\n"""\n', ['"""\n']),
    ("python", 'x = """\nnever closed\n', ['"""\nnever closed\n']),
    ("c", "/* a\n * b */ int x; // /*\n", ["/* a\n * b */"]),
    ("c", 'char *s = "/*"; char c = \'"\'; /* x\n*/\n', ["/* x\n*/"]),
    ("jvm", 's = """\n "quoted" \n""";\n', ['"""\n "quoted" \n"""']),
    ("jvm", "/* never closed\nint x;\n/* again\n", []),
    ("csharp", 's = @"a""\nb";\n', ['"a""\nb"']),
    ("javascript", "x = `a\n${b}`;\ny = /[`/]/;\n", ["`a\n${b}`"]),
    ("javascript", "x = a / b; // `\n/* `\n*/\n", ["/* `\n*/"]),
    ("go", "s := `a\n\\`\nr := '`'\n", ["`a\n\\`"]),
    ("rust", '/* a /* b\n*/ c\n*/ let s = r#"a"\nb"#;\n', ["/* a /* b\n*/ c\n*/", '#"a"\nb"#']),
    ("sql", "select 'it''s\nit'; -- '\n", ["'it''s\nit'"]),
    ("shell", "cat <<'EOF'\n\"quoted\nEOF\necho 'a\nb'\n", ["<<'EOF'\n\"quoted\nEOF", "'a\nb'"]),
    ("shell", 'cat <<< word\necho a#b "\n"\n', ['"\n"']),
    ("toml", "a = \"\"\"\nx\n\"\"\"\nb = '''\n'''\n", ['"""\nx\n"""', "'''\n'''"]),
    ("markdown", "a\n```python\nx = '''\n```\nb ``` c\n", ["```python\nx = '''\n```\n"]),
    ("yaml", "a: |\n  x\n\n  y\nb: >-\n  z\n", ["a: |\n  x\n\n  y\n", "b: >-\n  z\n"]),
    ("yaml", "a: \"x\\\"\n  y\" # \"\nb: it's\nc: 'z''\n'\n", ['a: "x\\"\n  y"', "c: 'z''\n'"]),
    ("yaml", '- "a": "b"\n- # "\n- |\n  "\n', ['- |\n  "\n']),
    ("yaml", "- |\n  x\n- run: |\n    y\n  name: b\n", ["- |\n  x\n", "- run: |\n    y\n"]),
    (
        "markup",
        "<!-- a\n<b> --><c\n d='>'>\n<![CDATA[\n]]>",
        ["<!-- a\n<b> -->", "<c\n d='>'>", "<![CDATA[\n]]>"],
    ),
    ("markup", "<script>\nif (a<b) x();\n</script>\n", ["<script>\nif (a<b) x();\n</script>"]),
    ("json", '{"a": "/*",\n "b": 1}\n', []),
]


def spans_of(family: str, text: str, cuts: list[int] | None = None) -> list[str]:
    """What spans lines, read in chunks that end behind the lines of those numbers."""
    data = text.encode()
    ends = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
    stops = sorted({ends[cut % len(ends)] for cut in cuts or [] if ends} | {len(data)})
    found: list[Span] = []
    at, within = 0, Within()
    while at < len(data):
        for stop in [each for each in stops if each > at]:
            came = FAMILIES[family].read(data[at:stop], at, within, stop == len(data))
            found += came.spans
            if came.reached > at or came.within != within:
                break
        at, within = came.reached, came.within
    return [data[each.start : each.end].decode() for each in found]


@pytest.mark.parametrize(("family", "text", "expected"), CASES)
def test_what_spans_lines_is_found(family: str, text: str, expected: list[str]) -> None:
    assert spans_of(family, text) == expected


@pytest.mark.parametrize(("family", "text", "expected"), CASES)
def test_it_is_found_however_the_file_is_cut(family: str, text: str, expected: list[str]) -> None:
    for cut in range(text.count("\n")):
        assert spans_of(family, text, [cut]) == expected
    assert spans_of(family, text, list(range(text.count("\n")))) == expected


PIECES = (
    '"""', "'''", '"', "'", "r", "f", "rb", "F", "b", "x", " ", "\n", "\n", "\\", "\\\n", "#", "{", "}", "{{",
    "(", ")", "[", ":", "!r", "=", "1", ",", "def f(", "    ", "é", "%s", "\t",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join).map(lambda text: text + "\n")


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 40), max_size=6))
def test_any_python_is_read_alike_however_it_is_cut(text: str, cuts: list[int]) -> None:
    assert spans_of("python", text, cuts) == spans_of("python", text)


ANY_PIECES = (
    *PIECES,
    "/*", "*/", "//", "`", "${", "@", "r#", "--", "<<A\n", "A\n", "<<<", "```", "|\n", ": ", "- ", "<!--",
    "-->", "<a ", ">", "<![CDATA[", "]]>", "<script>", "</script>", "<?", "?>", "/", "$",
)  # fmt: skip
ANY_TEXTS = st.lists(st.sampled_from(ANY_PIECES), max_size=50).map("".join).map(lambda text: text + "\n")


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=80, deadline=None)
@given(text=ANY_TEXTS, cuts=st.lists(st.integers(0, 40), max_size=6))
def test_any_text_is_read_alike_however_it_is_cut(family: str, text: str, cuts: list[int]) -> None:
    found = spans_of(family, text)
    assert spans_of(family, text, cuts) == found
    assert all("\n" in each for each in found)


@settings(max_examples=600, deadline=None)
@given(TEXTS, st.integers(1, 30), st.integers(0, 5))
@example('"""\\"""\nx\n', 2, 0)
@example("f'''{x:{'''\n'''}}'''\nx\n", 2, 0)
@example("x = '\\\n\\\n'\n1\n", 2, 0)
def test_a_page_of_any_python_has_the_colours_of_the_whole_file(text: str, first: int, more: int) -> None:
    lines = TextLines(text.encode())
    first = 1 + (first - 1) % lines.count
    last = min(lines.count, first + more)
    language = LANGUAGES["Python"]
    expected = of_whole_file(lines, language)[first - 1 : last]
    assert of_window(lines, language, known_spans(lines, language), first, last) == expected


def hostile(family: str) -> Iterator[bytes]:
    """What would take its square, were anything read again and again."""
    yield b"\n".join([b"x = 1"] * 20_000)
    for part in (
        b'"',
        b"'",
        b"`",
        b"/*",
        b"<!--",
        b"<a ",
        b'"""',
        b"\\",
        b"\\\n",
        b"f'{",
        b"r#",
        b"<<A ",
        b"{",
        b"|\n",
    ):
        yield (part * 60_000)[:120_000] + b"\n"
    yield b"(" * 60_000 + b"/" * 60_000
    yield b"a: |\n" + b" " * 100_000 + b"x\n" * 10_000


@pytest.mark.parametrize("family", FAMILIES)
def test_hostile_files_are_read_in_proportion_to_their_size(family: str) -> None:
    """Counted by how often bytes are handed over, with a bound on the time that only a square breaks."""
    for content in hostile(family):
        lines = TextLines(content)
        known = KnownSpans(lines)
        chunks = 0
        while not known.is_complete:
            frame = Frame(Kind.SCAN, 1, known.next_chunk(family))
            known.take(unpack_scanned(Child().answer(frame)))
            chunks += 1
            assert chunks < 60


def test_a_file_without_an_end_of_a_line_is_read_too() -> None:
    lines = TextLines(b"x = 1; " * 200_000)
    assert len(known_spans(lines, LANGUAGES["Python"]) or ()) == 0


@pytest.mark.parametrize(
    "found",
    [
        Scanned([Span(0, 10**9, 3, 0)], 5, Within()),
        Scanned([Span(4, 2, 1, 0)], 5, Within()),
        Scanned([Span(0, 3, 1, 0), Span(2, 5, 1, 0)], 5, Within()),
        Scanned([], 10**9, Within()),
        Scanned([Span(0, 2, 5, 0)], 5, Within()),
    ],
)
def test_spans_that_a_file_cannot_have_are_garbage(found: Scanned) -> None:
    known = KnownSpans(TextLines(b"x = 1\n" * 3))
    with pytest.raises(GarbageError):
        known.take(found)


@pytest.mark.parametrize("payload", [b"", b"x" * 10, b"\xff" * 200])
def test_what_is_no_answer_is_garbage(payload: bytes) -> None:
    with pytest.raises(GarbageError):
        unpack_scanned(payload)


def test_a_page_far_below_what_it_stands_in_leaves_out_what_is_between() -> None:
    text = "def f():\n    pass\n\n\nx = r'''\n" + "text 'with' \"quotes\" \\n %s\n" * 5_000 + "'''\ny = 1\n"
    lines = TextLines(text.encode())
    language = LANGUAGES["Python"]
    known = known_spans(lines, language)
    composed = compose(lines, language, known, 4_000, 4_060)
    assert composed.is_exact
    assert composed.text.count("\n") < 80
    assert of_window(lines, language, known, 4_000, 4_060) == of_whole_file(lines, language)[3_999:4_060]
