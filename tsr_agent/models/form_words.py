"""What a decoder says about a value, in words for people who never saw a type."""

from __future__ import annotations

import re

_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "a mapping",
    "array": "a list",
    "date": "a day such as 2027-01-31",
    "datetime": "a moment such as 2027-01-31T12:00:00Z",
    "null": "nothing",
}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}
_INVALID = {
    "Number out of range": "is out of range",
    "Invalid RFC3339 encoded date": f"is not {_KINDS['date']}",
    "Invalid RFC3339 encoded datetime": f"is not {_KINDS['datetime']}",
    "Expected `str` matching regex '\\\\S'": "must not be blank",
}
_YES_NO = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
_NUMBER = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*(%?)")
_MOST_SIGNS = 80
_OTHER_KIND = re.compile(r"Expected `([a-z]+(?: \| [a-z]+)*)`, got `([a-z]+)`")
_OTHER_SIZE = re.compile(r"Expected `(?:int|float)` (>=|<=|>|<) (-?[0-9.]+)")
_OTHER_LENGTH = re.compile(r"Expected `(str|array|object)` of length (>=|<=) ([0-9]+)")
# That no line end follows goes without saying.
_OTHER_FORM = re.compile(r"Expected `str` matching regex '(.*?)(?:\(\?!\\\\n\))?'", re.DOTALL)


def in_words(said: str, description: str = "") -> str:
    """A sentence of msgspec's without names of types; as it is where it is none that is known.

    Args:
        said: The sentence.
        description: What the value means, in one or more sentences; the first one stands for a pattern.
    """
    if said in _INVALID:
        return _INVALID[said]
    if found := _OTHER_KIND.fullmatch(said):
        return _of_another_kind(said, found[1].split(" | "), found[2])
    if found := _OTHER_SIZE.fullmatch(said):
        return f"must be {_BOUNDS[found[1]]} {found[2].removesuffix('.0')}"
    if found := _OTHER_LENGTH.fullmatch(said):
        return _of_another_length(*found.groups())
    if found := _OTHER_FORM.fullmatch(said):
        first = description.partition(". ")[0].rstrip(".")
        return f"must be {first[:1].lower()}{first[1:]}" if first else f"must have the form '{found[1]}'"
    return said


def written_otherwise(value: object, wanted: str) -> str:
    """``; write 0.9`` for a text that is meant as another kind, or a number that is meant as a text.

    Args:
        value: What was given.
        wanted: What is wrong with it, in the words of ``in_words``.
    """
    if wanted.startswith("must be a text, not") and isinstance(value, int | float):
        return f'; write "{str(value).lower()}"'[:_MOST_SIGNS]
    if isinstance(value, list) and wanted == "must be a text, not a list":
        return "; write a single value"
    if not isinstance(value, str) or len(value) > _MOST_SIGNS or not wanted.endswith(", not a text"):
        return ""
    meant = ""
    if wanted.startswith("must be true or false"):
        meant = _YES_NO.get(value.lower(), "")
    elif wanted.startswith("must be a list") and value.isidentifier():
        meant = f"[{value}]"
    elif found := _NUMBER.fullmatch(value.strip()):
        meant = _as_number(found[1], found[2], wanted)
    return f"; write {meant}" if meant else ""


def _as_number(digits: str, sign: str, wanted: str) -> str:
    if not wanted.removesuffix(", not a text").endswith("number"):
        return ""
    if not sign:
        return f"{digits} without quotes"
    return f"{float(digits) / 100:.10g}" if wanted.startswith("must be a number") else ""


def _of_another_kind(said: str, wanted: list[str], got: str) -> str:
    if got not in _KINDS or any(each not in _KINDS for each in wanted):
        return said
    # That a value may be left out is not what is wrong with one that is given.
    kinds = [_KINDS[each] for each in wanted if each != "null"]
    return f"must be {' or '.join(kinds)}, not {_KINDS[got].partition(' such as')[0]}"


def _of_another_length(kind: str, sign: str, bound: str) -> str:
    if (sign, bound) == (">=", "1"):
        return "must not be empty"
    units = "signs" if kind == "str" else "entries"
    return f"must have {_BOUNDS[sign]} {int(bound):,} {units}"
