"""The families of languages, as data: what of each may span lines, as its lexer in Pygments reads it."""

from __future__ import annotations

from aitr_desktop.code.lexing.python_spans import PYTHON
from aitr_desktop.code.lexing.spans import Construct, Family
from aitr_desktop.code.lexing.yaml_spans import YAML

_SLASHES = r"//[^\n]*+"
_HASH = r"\#[^\n]*+"
_DOUBLE = r'"[^"\\\n]*+(?:\\[\s\S][^"\\\n]*+)*"?'
_SINGLE = r"'[^'\\\n]*+(?:\\[\s\S][^'\\\n]*+)*'?"
_CHARACTER = r"'(?:[^'\\\n]|\\[^\n]{1,10})'"
_LINE_OF_CODE = (r"\}", r"[A-Za-z_#@]")
"""What stands behind a function stands in none."""

_COMMENT = Construct(opens=r"/\*\*?(?!/)|/\*", ends=r"(?P<end>\*/)", closer="*/")
_LASTING_COMMENT = Construct(opens=r"/\*", ends=r"(?P<end>\*/)", closer="*/", is_lasting=True)
_NESTED_COMMENT = Construct(opens=r"/\*[*!]?", ends=r"(?P<end>\*/)|(?P<more>/\*)", closer="*/")
_THREE = Construct(opens=r'"""', ends=r'\\[\s\S]|(?P<end>""")', closer='"""')
_THREE_LASTING = Construct(opens=r'"""', ends=r'\\[\s\S]|(?P<end>""")', closer='"""', is_lasting=True)
_THREE_SINGLE = Construct(opens="'''", ends=r"\\[\s\S]|(?P<end>''')", closer="'''", is_lasting=True)
_TEMPLATE = Construct(opens="`", ends=r"\\[\s\S]|(?P<end>`)", closer="`", is_lasting=True)
_HEREDOC = Construct(
    opens=r"<<-?[ \t]*['\"]?\\?(?P<w>[A-Za-z_]\w*)", ends=r"(?P<end>{w})", closer="{w}", lead="{opener}\n"
)

FAMILIES: dict[str, Family] = {
    "python": PYTHON,
    "c": Family("\"'/", f"{_SLASHES}|{_DOUBLE}|{_CHARACTER}", (_LASTING_COMMENT,), _LINE_OF_CODE),
    "jvm": Family("\"'/", f"{_SLASHES}|{_DOUBLE}|{_CHARACTER}", (_COMMENT, _THREE), _LINE_OF_CODE),
    "csharp": Family(
        "\"'/",
        f"{_SLASHES}|{_DOUBLE}|{_CHARACTER}",
        (_COMMENT, Construct(opens=r'(?<=@)"', ends=r'""|(?P<end>")', closer='"', lead='@"\n')),
        _LINE_OF_CODE,
    ),
    "css": Family("\"'/", f"{_DOUBLE}|{_SINGLE}", (_COMMENT,), (r"[A-Za-z.#@*:]",)),
    "scss": Family("\"'/", f"{_SLASHES}|{_DOUBLE}|{_SINGLE}", (_COMMENT,), (r"[A-Za-z.#@*:$]",)),
    "javascript": Family(
        "\"'/`(,=:[!&|?{};",
        # An expression of the language itself, which only stands where no value does.
        r"[(,=:\[!&|?{};][ \t]*/(?![/*])(?:[^/\\\n\[]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+/"
        f"|{_SLASHES}|{_DOUBLE}|{_SINGLE}",
        (_COMMENT, _TEMPLATE),
        _LINE_OF_CODE,
    ),
    "go": Family(
        "\"'/`",
        f"{_SLASHES}|{_DOUBLE}|{_CHARACTER}",
        (_COMMENT, Construct(opens="`", ends="(?P<end>`)", closer="`")),
        _LINE_OF_CODE,
        is_flat=True,
    ),
    "rust": Family(
        "\"'/#",
        rf"{_SLASHES}|{_CHARACTER}",
        (
            _NESTED_COMMENT,
            Construct(opens=r'(?<=r)"', ends='(?P<end>")', closer='"', lead='r"\n'),
            Construct(opens=r'(?<=r)(?P<w>\#+)"', ends='(?P<end>"{w})', closer='"{w}', lead="r{opener}\n"),
            Construct(opens='"', ends=r'\\[\s\S]|(?P<end>")', closer='"', is_lasting=True),
        ),
        _LINE_OF_CODE,
    ),
    "sql": Family(
        "\"'/-",
        r"--[^\n]*+",
        (
            Construct(opens=r"/\*", ends=r"(?P<end>\*/)|(?P<more>/\*)", closer="*/", is_lasting=True),
            Construct(opens="'", ends="''|(?P<end>')", closer="'"),
            Construct(opens='"', ends='""|(?P<end>")', closer='"'),
        ),
        (r"[A-Za-z-]",),
        is_flat=True,
    ),
    "shell": Family(
        "\"'#<\\\\",
        rf"(?<![^\s]){_HASH}|\\[\s\S]|<<<",
        (
            _HEREDOC,
            Construct(opens=r'"', ends=r'\\[\s\S]|(?P<end>")', closer='"', is_lasting=True),
            Construct(opens="'", ends="(?P<end>')", closer="'"),
        ),
        (r"[A-Za-z_]+\(\)|function |if |for |while |[A-Z_]+=|echo |export ",),
    ),
    "toml": Family(
        "\"'#", f"{_HASH}|{_DOUBLE}|'[^'\\n]*+'?", (_THREE_LASTING, _THREE_SINGLE), (r"\[|[\w-]+ =",)
    ),
    "terraform": Family(
        '"/#<',
        f"{_HASH}|{_SLASHES}|{_DOUBLE}",
        (_LASTING_COMMENT, _HEREDOC),
        (r"[a-z]",),
    ),
    "markdown": Family(
        "`",
        "",
        (
            Construct(
                opens=r"(?P<w>```)[\w-]*+(?=\s)",
                ends=r"(?P<end>^[ \t]*```$\n?)",
                closer="```",
                is_first=True,
            ),
        ),
        ("#",),
        is_flat=True,
    ),
    "yaml": YAML,
    "markup": Family(
        "<",
        "",
        (
            Construct(opens="<!--", ends="(?P<end>-->)", closer="-->"),
            Construct(opens=r"<!\[CDATA\[", ends=r"(?P<end>\]\]>)", closer="]]>"),
            Construct(
                opens=r"<(?P<w>script|style)\b[^>\n]*+>",
                ends=r"(?P<end></{w}\s*>)",
                closer="</{w}>",
            ),
            Construct(opens=r"<\?", ends=r"(?P<end>\?>)", closer="?>"),
            Construct(opens=r"</?[A-Za-z][\w:.-]*+", ends=r"\"[^\"\n]*+\"|'[^'\n]*+'|(?P<end>>)", closer=">"),
        ),
        ("<",),
        is_flat=True,
    ),
    "php": Family(
        "\"'/#",
        rf"{_SLASHES}|{_HASH}",
        (
            _COMMENT,
            Construct(opens="'", ends=r"\\[\s\S]|(?P<end>')", closer="'", is_lasting=True),
            Construct(opens='"', ends=r'\\[\s\S]|(?P<end>")', closer='"', is_lasting=True),
        ),
        _LINE_OF_CODE,
        preamble="<?php\n",
    ),
    "json": Family('"/', _DOUBLE, (_COMMENT,), is_flat=True),
    "lines": Family("", "", (), is_flat=True),
}
