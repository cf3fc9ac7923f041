"""One set of texts that a hostile tool could write into any free field, by what each tries.

Whoever shows, exports or files text takes every one of them through; the names are the tests' ids.
"""

from __future__ import annotations

MEGABYTE = 1_000_000

HOSTILE_TEXTS = {
    "bold": "<b>PASSED</b>",
    "image": '<img src="file:///etc/passwd" onerror="alert(1)">',
    "remote_image": '<img src="http://198.51.100.7/pixel.png">',
    "table": "<table border=1><tr><td>GO</td></tr></table>",
    "script": "<script>alert(1)</script>",
    "link": '<a href="aitr://open?file=/etc/passwd">● GO</a>',
    "style": "<style>* { display: none }</style><h1>GO",
    "entity": "&lt;b&gt;GO&lt;/b&gt; &#9679;",
    "markdown": "[GO](javascript:alert(1)) ![x](file:///etc/passwd)",
    "mnemonic": "&File &&Quit &",
    "placeholder": "%1 %n %s {0} {report.__class__} ${HOME} $(id)",
    "bidi_override": "\u202etxt.exe \u2066OG\u2069",
    "isolate": "abc\u2067def",
    "nul": "GO\x00NO-GO",
    "terminal": "\x1b[2J\x1b[32m● GO\x1b[0m\x07",
    "title": "\x1b]0;GO\x07",
    "lines": "● GO\r\n\u2028\u2029\x0b\x0c\x85■ NO-GO",
    "tabs": "\t\tGO\t\t",
    "zero_width": "G\u200bO\ufeff\u2060",
    "combining": "G" + "\u0301" * 200 + "O",
    "emoji": "👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 ✅ GO",
    "surrogate": "lone \ud800 half \udfff",
    "private": "\ue000\U000f0000\U0010ffff",
    "look_alike": "ＧＯ GО G0",
    "formula": '=HYPERLINK("http://198.51.100.7","GO")',
    "path": "../../../../etc/passwd",
    "argument": "--upload-pack=touch /tmp/x",
    "right_to_left": "אישור GO אושר",
    "word": "W" * 5_000,
    "megabyte": "x y\n" * (MEGABYTE // 4),
    "megabyte_word": "M" * MEGABYTE,
    "spaces": " " * 300,
}
"""By name. Lone surrogates and NUL can't stand in every document; who builds one leaves those out."""

MARKUP = tuple(text for text in HOSTILE_TEXTS.values() if "<" in text or "&" in text)
"""What Qt would guess to be rich text, or would eat a sign of."""


def short(name: str, limit: int = 200) -> str:
    """A text of the set for a field that takes no more than ``limit`` characters."""
    return HOSTILE_TEXTS[name][:limit]
